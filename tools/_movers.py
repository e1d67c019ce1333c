"""Who moved MRR: the largest changes and all others, group by group, who left and who is going to."""

from collections.abc import Sequence

from tools._answer import Cell, Column, Note, Part, Table
from tools._bridge import NAMES, Bridge
from tools._phrase import Phrase, phrase, phrase_n
from tools.metrics import Driver, Figure, Mover, Period, Ranking, Source, all_metrics, drivers

TOP = 5
LEFT = 20
GROUPS = 8
DIMENSIONS: dict[str, Phrase] = {
    "segment": phrase("Segment"),
    "plan": phrase("Plan"),
    "country": phrase("Country"),
    "owner": phrase("Owner"),
    "region": phrase("Region"),
    "industry": phrase("Industry"),
    "size": phrase("People employed"),
    "product": phrase("Product"),
    "cohort": phrase("Customer since"),
    "reason": phrase("Reason for leaving"),
}
USUAL = ("segment", "plan", "country", "owner")
"""By what a change is told where nobody says: the first by which accounts that moved differ."""


def who_moved(bridge: Bridge, changes: Sequence[Mover]) -> Part:
    """The largest changes and all others in one line: together the net new MRR."""
    if not changes:
        return Note(phrase("No account's MRR moved in this period."))
    others = changes[TOP:]
    rows: list[tuple[Cell, ...]] = [(m.name, _happened(m), bridge.money(m.amount)) for m in changes[:TOP]]
    if others:
        label = phrase_n("{n} other account", "{n} other accounts", len(others))
        rows.append((label, None, bridge.money(sum(mover.amount for mover in others))))
    rows.append((phrase("Net new MRR"), None, bridge.money(sum(mover.amount for mover in changes))))
    columns = (Column(phrase("Account")), Column(phrase("What happened")), Column(phrase("Change"), numeric=True))
    return Table(phrase("Who moved it"), columns, tuple(rows))


def who_left(bridge: Bridge, changes: Sequence[Mover]) -> list[Part]:
    """Who left, by name, where the largest changes do not name them all."""
    left = [mover for mover in changes if mover.movements[-1] == "churn"]
    if all(mover in changes[:TOP] for mover in left):
        return []
    rows = tuple((mover.name, bridge.money(mover.amount)) for mover in left[:LEFT])
    more = len(left) - len(rows)
    footnote = phrase_n("and {n} more", "and {n} more", more) if more else None
    columns = (Column(phrase("Account")), Column(phrase("Change"), numeric=True))
    return [Table(phrase("Who left"), columns, rows, footnote)]


def who_will_leave(bridge: Bridge, standing: Ranking) -> list[Part]:
    """Accounts whose end is known and lies ahead: no churn yet, and no risk any more."""
    leaving = [risk.standing for risk in standing.leaving]
    if not leaving:
        return []
    day = Period.containing(bridge.period.last_day, "day")
    total = sum(each.mrr_minor for each in leaving)
    mrr = all_metrics()["scheduled_churn"].figure(bridge.book, day, bridge.where, total, standing.source)
    return [Note(phrase_n(
        "Scheduled to leave: {n} account with {mrr} of MRR, on {day}.",
        "Scheduled to leave: {n} accounts with {mrr} of MRR, the next on {day}.",
        len(leaving), mrr=mrr, day=min(each.leaving_on for each in leaving if each.leaving_on),
    ))]  # fmt: skip


def why(bridge: Bridge, asked: str | None) -> list[Part]:
    """What changed and why: each group of accounts with what it contributed; together the net new MRR."""
    for dimension in (asked,) if asked else (name for name in USUAL if name not in bridge.where):
        found, source = drivers(bridge.book, bridge.period, dimension, bridge.where)
        if len(found) > 1 or (asked and found):
            return [_contributions(bridge, dimension, found, source)]
    return []


def _contributions(bridge: Bridge, dimension: str, found: Sequence[Driver], source: Source) -> Table:
    columns = (
        Column(DIMENSIONS[dimension]), Column(phrase("Net new MRR"), numeric=True), Column(phrase("What weighed most")),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (each.value or phrase("not known"), _net_new(bridge, dimension, each, source), _foremost(bridge, each))
        for each in found[:GROUPS]
    ]
    if others := found[GROUPS:]:
        rows.append((phrase("others ({n})", n=len(others)), bridge.money(sum(each.net_new for each in others)), None))
    rows.append((phrase("Together"), bridge.net_new, None))
    return Table(phrase("What changed and why"), columns, tuple(rows))


def _net_new(bridge: Bridge, dimension: str, each: Driver, source: Source) -> Figure:
    where = {**bridge.where, dimension: each.value}
    net_new = all_metrics()["net_new_mrr"]
    return net_new.figure(bridge.book, bridge.period, where, each.net_new, source.of(each.rows))


def _foremost(bridge: Bridge, each: Driver) -> Phrase:
    """The movement that weighed most in a group; with its amount where it is not the only one."""
    name = NAMES[each.foremost]
    if len(each.movements) == 1:
        return name
    return phrase("{movement}, {amount}", movement=name, amount=bridge.money(each.movements[each.foremost]))


def _happened(mover: Mover) -> Phrase:
    first, *more = (NAMES[movement] for movement in mover.movements)
    for following in more:
        first = phrase("{first}, then {following}", first=first, following=following)
    return first
