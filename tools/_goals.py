"""A customer's goals: recorded values as figures, and how far each is against the calendar."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from tools._answer import Column, Table
from tools._phrase import Phrase, phrase
from tools._registry import Deps
from tools.metrics import Change, Figure, Period, Profile, all_metrics

Status = Literal["reached", "on_track", "late", "behind", "overdue", "unknown"]
STATUS: Mapping[Status, Phrase] = {
    "reached": phrase("reached"),
    "on_track": phrase("on track"),
    "late": phrase("somewhat late"),
    "behind": phrase("behind"),
    "overdue": phrase("not reached in time"),
    "unknown": phrase("not measured"),
}


UNITS: Mapping[str, Phrase] = {
    "days": phrase("days"),
    "hours": phrase("hours"),
    "minutes": phrase("minutes"),
    "users": phrase("users"),
}
"""What common units of goals are called; another is called as in the book."""


@dataclass(frozen=True)
class Goal:
    """One goal; `baseline`, `now` and `target` are None where they were not recorded."""

    recorded: Any
    """The row of the book's table `goals`."""
    baseline: Figure | None
    now: Figure | None
    target: Figure | None
    today: date

    @property
    def name(self) -> str:
        return str(self.recorded.name)

    @property
    def unit(self) -> Phrase | str | None:
        """What it is measured in."""
        unit: str | None = self.recorded.unit
        return UNITS.get(unit or "", unit)

    @cached_property
    def way(self) -> Fraction | None:
        """How much of the way from start to target is gone; None where that cannot be told."""
        start, now, end = (_exact(figure) for figure in (self.baseline, self.now, self.target))
        return None if start is None or now is None or end is None or start == end else (now - start) / (end - start)

    @property
    def moved(self) -> Change | None:
        """From the start to now."""
        start, now = _exact(self.baseline), _exact(self.now)
        return None if start is None or now is None else Change(now - start, "measure")

    @property
    def status(self) -> Status:
        """Against a straight line from the day it was set to the day it is due."""
        return _status(self.way, self.recorded.set_on, self.recorded.due_on, self.today)

    @property
    def improved(self) -> bool:
        """It was measured and moved towards its target."""
        return self.way is not None and self.way > 0


def _status(way: Fraction | None, set_on: date | None, due: date | None, today: date) -> Status:
    if way is None:
        return "unknown"
    if way >= 1:
        return "reached"
    if due is None or set_on is None:
        return "unknown"
    if due < today:
        return "overdue"
    time = Fraction((today - set_on).days, max(1, (due - set_on).days))
    return "on_track" if way >= time else "late" if way >= time / 2 else "behind"


def way_of(row: Any) -> Fraction | None:
    """How much of the way of a recorded goal is gone; None where that cannot be told."""
    start, now, end = (
        None if value is None else Fraction(str(value)) for value in (row.baseline, row.current, row.target)
    )
    return None if start is None or now is None or end is None or start == end else (now - start) / (end - start)


def status_of(row: Any, today: date) -> Status:
    """The status of a recorded goal (a row of the table `goals`), by the rule of `Goal.status`."""
    return _status(way_of(row), row.set_on, row.due_on, today)


def goals_of(account: Profile, deps: Deps) -> tuple[Goal, ...]:
    """The account's goals, the first one due first."""
    today = Period.containing(deps.today, "day")

    def value(row: Any, variant: str | None) -> Figure | None:
        where = {"account_id": str(account.account.account_id), "goal_id": str(row.goal_id)}
        figure = all_metrics()["goal_value"](deps.book, today, where, variant)
        return figure if figure.value is not None else None

    return tuple(
        Goal(row, value(row, "baseline"), value(row, None), value(row, "target"), deps.today) for row in account.goals
    )


def goals_table(goals: Sequence[Goal]) -> Table:
    """What the customer wants to reach, and where it stands."""
    columns = (
        Column(phrase("Goal")), Column(phrase("Unit")), Column(phrase("Start"), numeric=True),
        Column(phrase("Now"), numeric=True), Column(phrase("Target"), numeric=True), Column(phrase("Due")),
        Column(phrase("Status")),
    )  # fmt: skip
    rows = tuple((g.name, g.unit, g.baseline, g.now, g.target, g.recorded.due_on, STATUS[g.status]) for g in goals)
    rule = phrase("On track: as far as the calendar or farther. Behind: less than half as far.")
    return Table(phrase("Goals"), columns, rows, rule)


def value_lines(goals: Sequence[Goal]) -> Iterator[Phrase]:
    """What was achieved, of goals that were measured and moved towards their target; nothing else counts."""
    moved = [goal for goal in goals if goal.improved]
    for goal in moved:
        said = {"goal": goal.name, "start": goal.baseline, "now": goal.now, "target": goal.target}
        if goal.unit:
            yield phrase("{goal}: from {start} to {now} (in {unit}; target {target}).", unit=goal.unit, **said)
        else:
            yield phrase("{goal}: from {start} to {now} (target {target}).", **said)
    if not moved:
        yield phrase("Nothing was measured yet that could be shown as a result.")


def _exact(figure: Figure | None) -> Fraction | None:
    return None if figure is None or figure.value is None else Fraction(figure.value)
