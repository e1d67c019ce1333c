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
from tools import Phrase, phrase
from tools._signs import DRIVERS
from tools._track_record import how_it_holds, how_lists_did, number, share, which_scorer
from tools.metrics import (
    Backtest,
    BadScorecard,
    Book,
    Counts,
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
        console.print(_measures(record, bot.speaker))
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
        console.print(_measures(record, bot.speaker))
        if record.segments:
            console.print(_by_segment(record, bot.speaker))
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


def _measures(record: Backtest, speaker: Speaker) -> Table:
    """One line for each measure, with its interval where it has one."""
    title = phrase("The model on past days") if record.kind == "model" else phrase("The scorecard on past days")
    table = Table(box=None, pad_edge=False, title=speaker.say(title), title_justify="left", show_header=False)
    for name, value, interval in _lines(record):
        said = speaker.say(phrase("{low} to {high}", low=interval[0], high=interval[1])) if interval else ""
        table.add_row(speaker.say(name), "—" if value is None else speaker.say(value), said)
    return table


def _lines(record: Backtest) -> Iterator[tuple[Phrase, Any, tuple[Any, Any] | None]]:
    yield phrase("Accounts judged, and lost"), phrase("{n}, {lost}", n=record.judged, lost=record.lost), None
    yield phrase("Base rate"), share(record.base_rate), None
    yield phrase("Flagged, and lost of them"), phrase("{n}, {lost}", n=record.flagged, lost=record.flagged_lost), None
    yield phrase("Lift of the flagged"), _number(record.lift), _between(record.lift_interval)
    yield phrase("Lift of the riskiest tenth"), _number(record.top_lift), _between(record.top_lift_interval)
    yield phrase("AUC"), _number(record.auc), _between(record.auc_interval)
    for at in record.at:
        low, high = at.interval
        yield phrase("Precision of the first {k}", k=at.k), share(at.precision), (share(low), share(high))
        yield phrase("Recall of the first {k}", k=at.k), share(at.recall), None
    yield phrase("Lost MRR in the riskiest tenth"), _share(record.mrr_caught), None
    yield phrase("Brier score"), None if record.brier is None else phrase("{n}", n=f"{record.brier:.4f}"), None
    yield phrase("Calibration error (ECE)"), _share(record.ece), None
    lead = None if record.lead_days is None else phrase("{n} days", n=round(record.lead_days))
    yield phrase("Median days from flag to loss"), lead, None


def _number(value: float | None) -> Any:
    return None if value is None else number(value)


def _share(value: float | None) -> Any:
    return None if value is None else share(value)


def _between(interval: tuple[float, float] | None) -> tuple[Any, Any] | None:
    return (number(interval[0]), number(interval[1])) if interval else None


def _by_segment(record: Backtest, speaker: Speaker) -> Table:
    table = Table(box=None, pad_edge=False)
    for n, head in enumerate((phrase("Segment"), phrase("Base rate"), phrase("Flagged"), phrase("Lost of them"))):
        table.add_column(speaker.say(head), justify="right" if n else "left")
    for segment, counts in record.segments:
        table.add_row(segment, *_counted(counts, speaker))
    return table


def _counted(counts: Counts, speaker: Speaker) -> tuple[str, ...]:
    return speaker.say(share(counts.base_rate)), str(counts.flagged), str(counts.flagged_lost)
