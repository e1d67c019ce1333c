"""Who moved MRR: the largest changes and all others, group by group, who left and who is going to."""

from collections.abc import Sequence

from tools._answer import Cell, Column, Note, Part, Table
from tools._bridge import Bridge
from tools._hides import HAPPENED, happened
from tools._naming import DIMENSIONS
from tools._phrase import Phrase, phrase, phrase_n
from tools._values import value_called
from tools.metrics import Figure, Flows, Mover, Period, Where, all_metrics, bridges

Group = tuple[str, Flows]
"""A value of a dimension (empty: accounts that have none), and the bridge of its accounts."""
TOP = 5
LEFT = 20
GROUPS = 8
USUAL = ("segment", "plan", "country", "owner")
"""By what a change is told where nobody says: the first by which accounts that moved differ."""


def who_moved(bridge: Bridge, changes: Sequence[Mover]) -> Part:
    """The largest changes and all others in one line: together the net new MRR."""
    if not changes:
        return Note(phrase("No account's MRR moved in this period."))
    others = changes[TOP:]
    rows: list[tuple[Cell, ...]] = [(m.name, happened(m), bridge.money(m.amount)) for m in changes[:TOP]]
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


def who_will_leave(bridge: Bridge) -> list[Part]:
    """Accounts that have cancelled and still pay at the end of the period: no churn yet, and no risk any more."""
    day, metric = Period.containing(bridge.period.last_day, "day"), all_metrics()["scheduled_churned_mrr"]
    rows = metric.rows(bridge.book, day, bridge.where)
    if not rows:
        return []
    return [Note(phrase_n(
        "Scheduled to leave: {n} account, {mrr} of MRR, on {day}.",
        "Scheduled to leave: {n} accounts, {mrr} of MRR, the next on {day}.",
        len({row["account_id"] for row in rows}),
        mrr=metric(bridge.book, day, bridge.where), day=min(row["on_day"] for row in rows),
    ))]  # fmt: skip


def why(bridge: Bridge, asked: str | None) -> list[Part]:
    """What changed and why: each group of accounts with what it contributed; together the net new MRR."""
    for dimension in (asked,) if asked else (name for name in USUAL if name not in bridge.where):
        groups = _moved(bridge, dimension)
        if len(groups) > 1 or (asked and groups):
            return [_contributions(bridge, dimension, groups)]
    return []


def _moved(bridge: Bridge, dimension: str) -> list[Group]:
    """The groups in which anything moved, the largest contribution first."""
    found = bridges(bridge.book, [bridge.period], dimension, bridge.where)
    groups = [(value, moved) for value, (moved,) in found.items() if any(moved.accounts.values())]
    return sorted(groups, key=lambda group: (-abs(group[1].net_new), not group[0], group[0]))


def _contributions(bridge: Bridge, dimension: str, groups: Sequence[Group]) -> Table:
    columns = (
        Column(DIMENSIONS[dimension]), Column(phrase("Net new MRR"), numeric=True), Column(phrase("Mostly")),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            value_called(dimension, value) or phrase("not known"),
            _net_new(bridge, {**bridge.where, dimension: value}, moved),
            _foremost(bridge, moved),
        )
        for value, moved in groups[:GROUPS]
    ]
    if others := groups[GROUPS:]:
        rest = bridge.money(sum(moved.net_new for _, moved in others))
        rows.append((phrase("others ({n})", n=len(others)), rest, None))
    rows.append((phrase("Together"), bridge.net_new, None))
    return Table(phrase("What changed and why"), columns, tuple(rows))


def _net_new(bridge: Bridge, where: Where, moved: Flows) -> Figure:
    source = moved.source.of(sum(moved.accounts.values()))
    return all_metrics()["net_new_mrr"].figure(bridge.book, bridge.period, where, moved.net_new, source)


def _foremost(bridge: Bridge, moved: Flows) -> Phrase:
    """The movement that made most of what a group contributed; with its amount where it was not the only one."""
    sign = -1 if moved.net_new < 0 else 1
    name = max(moved.movements, key=lambda each: sign * moved.movements[each])
    if moved.movements[name] == moved.net_new:
        return HAPPENED[name]
    return phrase("{movement}, {amount}", movement=HAPPENED[name], amount=bridge.money(moved.movements[name]))
