"""`retention risk fit`, `backtest` and `show` as they are printed."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from math import inf
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.app import Assistant
from bot.locale import Speaker
from bot.terminal import answer_parts
from tools import phrase
from tools._backtested import measures_of, segments_of
from tools._signs import DRIVERS
from tools._track_record import how_it_holds, how_lists_did, which_scorer
from tools.metrics import (
    Backtest,
    BadScorecard,
    Book,
    Fitted,
    Scorecard,
    card_in_force,
    drift,
    fit_in_force,
)
from tools.metrics import backtest as backtest_of


def fitted(bot: Assistant, as_json: bool, console: Console) -> int:
    """Fit, keep it in the home folder and say what was found."""
    from tools.metrics._fitted import keep
    from tools.metrics._fitting import fit

    try:
        found = fit(bot.book(), bot.today())
    except BadScorecard as bad:
        return _refused(bad, bot.speaker, console)
    file = keep(found, bot.settings.retention_home / "risk")
    if as_json:
        sys.stdout.write(file.read_text(encoding="utf-8"))
        return 0
    say = bot.speaker.say
    console.print(say(which_scorer(found.card, found)), highlight=False)
    for record in found.records.values():
        console.print(*answer_parts([measures_of(record)], bot.speaker))
    console.print(say(phrase("Kept as {file}.", file=str(file))), style="dim", highlight=False)
    if not bot.settings.risk_model:
        console.print(say(phrase("It is not used: RISK_MODEL is off.")), highlight=False)
    return 0


def tested(bot: Assistant, as_json: bool, console: Console) -> int:
    """What the last fit found of each scorer; where there was none, of the scorecard, found now."""
    try:
        book = bot.book()
        records = list(_records(book, fit_in_force(book), bot))
    except BadScorecard as bad:
        return _refused(bad, bot.speaker, console)
    if as_json:
        sys.stdout.write(json.dumps({record.kind: record.plain() for record in records}, indent=1) + "\n")
        return 0
    for record in records:
        tables = [measures_of(record), *([segments_of(record)] if record.segments else [])]
        console.print(*answer_parts(tables, bot.speaker), sep="\n\n")
        console.print(bot.speaker.say(how_lists_did(record)), highlight=False)
    return 0


def _records(book: Book, found: Fitted | None, bot: Assistant) -> Iterator[Backtest]:
    if found is None:
        yield backtest_of(book, bot.today())
    else:
        yield from found.records.values()


def shown(bot: Assistant, as_json: bool, console: Console) -> int:
    """The card in force, and whether it still holds."""
    try:
        book = bot.book()
        card, found = card_in_force(book), fit_in_force(book)
    except BadScorecard as bad:
        return _refused(bad, bot.speaker, console)
    if as_json:
        sys.stdout.write(json.dumps(_plain(card), indent=1) + "\n")
        return 0
    console.print(bot.speaker.say(which_scorer(card, found)), highlight=False)
    console.print(_points(card, bot.speaker))
    for changed in how_it_holds(drift(book, found, bot.today())) if found else ():
        console.print(bot.speaker.say(changed), highlight=False)
    return 0


def _refused(bad: BadScorecard, speaker: Speaker, console: Console) -> int:
    said = phrase("{file}, {where}: {fault}.", file=str(bad.file), where=bad.where, fault=bad.fault)
    console.print(Text(speaker.say(said), style="red"))
    return 1


def _plain(card: Scorecard) -> dict[str, Any]:
    drivers = [
        {**asdict(driver), "steps": [[None if step == inf else step, points] for step, points in driver.steps]}
        for driver in card.drivers
    ]
    return {**asdict(card), "drivers": drivers}


def _points(card: Scorecard, speaker: Speaker) -> Table:
    table = Table(box=None, pad_edge=False)
    for head in (phrase("Sign"), phrase("From"), phrase("Points")):
        table.add_column(speaker.say(head))
    if card.start:
        table.add_row(speaker.say(phrase("Where every account starts")), "", str(card.start))
    for driver in card.drivers:
        steps = [f"{'≤' if driver.at_most else '≥'} {step:g}" for step, _ in driver.steps]
        points = [str(points) for _, points in driver.steps]
        before = ([""], [str(driver.before)]) if driver.before else ([], [])
        table.add_row(speaker.say(DRIVERS[driver.name]), " · ".join(before[0] + steps), " · ".join(before[1] + points))
    return table
