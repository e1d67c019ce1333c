"""`retention eval` as it is shown."""

import sys
from fractions import Fraction
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.app import Assistant
from bot.evaluating import NoQuestions, Outcome, Score, as_json, evaluate, scores
from bot.locale import Speaker
from bot.router import Names
from tools import Phrase, phrase
from tools.metrics import NoBook, Share


def run(bot: Assistant, file: Path, json: bool, console: Console) -> int:
    """Measure, print, and return the exit status: 1 where the file holds no questions."""
    try:
        outcomes = evaluate(file, bot.router, bot.tools, bot.today(), _names(bot))
    except NoQuestions as wrong:
        console.print(str(wrong), style="red", markup=False, highlight=False)
        return 1
    if json:
        sys.stdout.write(as_json(outcomes) + "\n")
        return 0
    console.print(_table(scores(outcomes), bot.speaker))
    for outcome in outcomes:
        if not outcome.right:
            console.print(_miss(outcome), markup=False, highlight=False, soft_wrap=True)
    return 0


def _names(bot: Assistant) -> Names:
    """Those of the book, where there is one."""
    try:
        return bot.names(bot.book())
    except NoBook:
        return Names({})


def _table(found: list[Score], speaker: Speaker) -> Table:
    table = Table(box=None, pad_edge=False)
    heads: tuple[Phrase, ...] = (
        phrase("Language"), phrase("Right tool"), phrase("Direct answers right"), phrase("Arguments exact"),
        phrase("Asked back"), phrase("Outside, answered"), phrase("p95"),
    )  # fmt: skip
    for n, head in enumerate(heads):
        table.add_column(speaker.say(head), justify="right" if n else "left")
    for score in found:
        shares = (score.tool, score.direct, score.slots, score.asked_back, score.outside)
        table.add_row(
            score.language or speaker.say(phrase("All")),
            *(_share(*each, speaker) for each in shares),
            f"{score.p95 * 1000:.0f} ms",
        )
    return table


def _share(part: int, whole: int, speaker: Speaker) -> str:
    share = Share(Fraction(part, whole) if whole else None)
    return f"{speaker.say(share)} ({part}/{whole})"


def _miss(outcome: Outcome) -> str:
    wanted = " | ".join(outcome.wanted)
    got = f"{outcome.did} {outcome.tool or ''} {dict(outcome.arguments) or ''} {', '.join(outcome.offered)}"
    return f"{outcome.lang}  {outcome.q}\n    {wanted} ≠ {' '.join(got.split())}"
