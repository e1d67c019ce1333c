"""Figures in groups as a table and a chart: a row per group, all others in one, and the whole below."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from math import floor
from typing import Literal

from tools._answer import Cell, Chart, Column, Table
from tools._naming import dimension_called, named
from tools._phrase import Phrase, phrase, phrase_n
from tools._values import value_called
from tools.metrics import DIMENSIONS, Breakdown, Change, Figure, Line, Money, Parts, Period, Share, Unit

Order = Literal["largest", "smallest", "name", "contribution"]
Value = int | Fraction | None
Point = Money | Share | int | Fraction

FEW = 20
"""Things counted below which a rate says little."""
MOST, BARS = 25, 10
"""Groups shown in a table and in a chart."""
PLACES: dict[Unit, int] = {"percent": 4, "ratio": 2, "score": 1, "days": 1, "months": 1, "measure": 2}
"""Decimals with which a unit is shown, per cents as parts of one; money and counts are whole."""


@dataclass(frozen=True)
class Row:
    """What is shown of one group; `adds` is what it adds to the change of the whole."""

    label: Cell
    now: Cell
    parts: Parts | None
    before: Cell
    change: Change | None
    adds: Change | None


@dataclass(frozen=True)
class Grouped:
    """A breakdown as it is shown: in which order, how many groups by themselves; `names`: what accounts are called."""

    found: Breakdown
    by: str
    order: Order | None = None
    limit: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> Phrase:
        return named(self.found.metric, self.found.whole.now.variant)

    @property
    def shown(self) -> list[Line]:
        """The groups that have a row of their own."""
        return self._cut(MOST)[0]

    def table(self) -> Table:
        shown, others = self._cut(MOST)
        rows = self._rows(shown, others)
        cells = tuple(tuple(self._cells(row)) for row in (*rows, *self._whole()))
        return Table(self.title, tuple(self._columns()), cells, self._note(shown, others))

    def chart(self) -> Chart | None:
        """Along time a line; of a change what each group adds to it; else a bar per group."""
        if self.found.along_time:
            return self._line()
        shown, others = self._cut(BARS)
        if self.found.compared:
            return self._waterfall(shown, others)
        points = _points([(self._called(line), line.now) for line in shown])
        return Chart(self.title, "bar", points) if len(points) > 1 else None

    def _line(self) -> Chart | None:
        """The sub-periods, and beside them those that they are compared with."""
        lines, now, before = self.found.lines, self.found.whole.now, self.found.whole.before
        points = _points([(self._moment(line.now), line.now) for line in lines])
        if len(points) < 2:
            return None
        if before is None:
            return Chart(self.title, "line", points)
        earlier = [(self._moment(line.before), line.before) for line in lines if line.before]
        beside = (phrase("{period}", period=before.period), _points(earlier))
        return Chart(self.title, "line", points, phrase("{period}", period=now.period), (beside,))

    def _moment(self, figure: Figure) -> Phrase | date:
        """A sub-period on the axis: days, weeks and several months by their first day, which charts shorten."""
        by_day = self.by in ("day", "week") or (self.by == "month" and len(self.found.lines) > 2)
        return figure.period.start if by_day else phrase("{period}", period=figure.period)

    def _waterfall(self, shown: Sequence[Line], others: Sequence[Line]) -> Chart | None:
        """From the whole as it was to the whole as it is, by what each group adds."""
        now, before = self.found.whole.now, self.found.whole.before
        rows = self._rows(shown, others)
        if before is None or any(row.adds is None or row.adds.value is None for row in rows):
            return None
        steps = [(_text(row.label), _point(row.adds.value, now)) for row in rows if row.adds]
        ends = [(phrase("{period}", period=each.period), _point(each.value, each)) for each in (before, now)]
        title = phrase("{metric}: what each group adds to the change", metric=self.title)
        return Chart(title, "waterfall", (ends[0], *steps, ends[1]))

    def _lines(self) -> list[Line]:
        """All groups in the order asked for; by default sizes, cohorts and time in their own, the others by value.
        What has no value comes late, and accounts that belong to no group last."""
        own = self.found.along_time or self.by == "cohort" or bool(DIMENSIONS[self.by].ordered)
        order = self.order or ("name" if own else "largest")
        lines = [line for line in self.found.lines if self.by != "account_id" or _is_anything(line)]
        if order != "name":
            lines.sort(key=lambda line: self._weight(line, order) or 0, reverse=order != "smallest")
            lines.sort(key=lambda line: self._weight(line, order) is None)
        return sorted(lines, key=lambda line: line.label == "")

    def _weight(self, line: Line, order: Order) -> Value:
        """What lines are ranked by. Losses, which are negative amounts, are ranked by their size."""
        if order == "contribution" and self.found.compared:
            adds = self.found.contribution(line) or line.change
            return None if adds is None or adds.value is None else abs(Fraction(adds.value))
        value = line.now.value
        losses = all((each.now.value or 0) <= 0 for each in self.found.lines)
        return value if value is None or not losses else 0 - value

    def _cut(self, most: int) -> tuple[list[Line], list[Line]]:
        lines, most = self._lines(), min(self.limit or most, most)
        return lines[:most], lines[most:]

    def _rows(self, shown: Sequence[Line], others: Sequence[Line]) -> list[Row]:
        """A row for each, and one for all others where a sum of groups means something."""
        rows = [self._row(line) for line in shown]
        if others and self._can_be_summed:
            rows.append(self._sum(others))
        return self._apportioned(rows)

    @property
    def _can_be_summed(self) -> bool:
        return self.found.adds_up or (self.found.of_ratio and not self.found.along_time)

    def _row(self, line: Line, label: Cell = None) -> Row:
        return Row(
            label or self._called(line),
            line.now,
            line.now.parts,
            line.before,
            line.change,
            self.found.contribution(line),
        )

    def _called(self, line: Line) -> Phrase | str:
        """A sub-period, an account by its name, a value as people say it; accounts that have none."""
        if isinstance(line.label, Period):
            return phrase("{period}", period=line.label)
        value = line.label or ""
        return self.names.get(value) or value_called(self.by, value) or phrase("none recorded")

    def _sum(self, lines: Sequence[Line]) -> Row:
        unit, currency = self.found.whole.now.unit, self.found.whole.now.currency
        now, parts = self._together([line.now for line in lines])
        before, _ = self._together([line.before for line in lines if line.before])
        change = now - before if now is not None and before is not None and self.found.compared else None
        adds = [self.found.contribution(line) for line in lines]
        added = sum((each.value for each in adds if each and each.value is not None), 0)
        return Row(
            phrase_n("{n} other", "{n} others", len(lines)),
            _cell(now, self.found.whole.now),
            parts,
            _cell(before, self.found.whole.now),
            Change(change, unit, currency),
            Change(added, unit, currency) if all(adds) else None,
        )

    def _together(self, figures: Sequence[Figure]) -> tuple[Value, Parts | None]:
        if not self.found.of_ratio:
            return sum((figure.value or 0 for figure in figures), 0), None
        each = [figure.parts for figure in figures if figure.parts]
        parts = Parts(sum(p.part for p in each), sum(p.whole for p in each), sum(p.n for p in each))
        return (Fraction(parts.part, parts.whole) * self.found.metric.scale if parts.whole else None), parts

    def _apportioned(self, rows: list[Row]) -> list[Row]:
        """Contributions rounded so that those shown add up to the change shown."""
        values = [row.adds.value for row in rows if row.adds and row.adds.value is not None]
        if len(values) < len(rows) or not rows:
            return rows
        rounded = apportioned(values, PLACES.get(self.found.whole.now.unit, 0))
        return [
            replace(row, adds=replace(row.adds, value=value))
            for row, value in zip(rows, rounded, strict=True)
            if row.adds
        ]

    def _whole(self) -> list[Row]:
        """The last row: of levels along time there is none, the last of them is where things stand."""
        if self.found.along_time and self.found.metric.stands:
            return []
        return [self._row(self.found.whole, phrase("Whole period") if self.found.along_time else phrase("All"))]

    def _columns(self) -> Iterable[Column]:
        now, before = self.found.whole.now, self.found.whole.before
        yield Column(dimension_called(self.by))
        yield Column(phrase("Value") if self.found.along_time and not before else _when(now), numeric=True)
        if self.found.of_ratio:
            counted = (phrase("n"),) if self._only_n else (phrase("Numerator"), phrase("Denominator"))
            yield from (Column(each, numeric=True) for each in counted)
        if before:
            yield from (
                Column(_when(before), numeric=True),
                Column(phrase("Change"), numeric=True),
            )
        if self._tells_contributions:
            yield Column(phrase("Contribution"), numeric=True)

    @property
    def _only_n(self) -> bool:
        """How many were counted is told alone beside another period's amounts of money, which leave no room for more,
        and where what is summed is no number of things (scores).
        """
        found, parts = self.found, self.found.whole.now.parts
        if found.of_money or found.metric.unit == "money":
            return found.compared
        return parts is not None and parts.whole != parts.n

    @property
    def _tells_contributions(self) -> bool:
        """Of what adds up, a group's own change is what it adds, and need not be said twice."""
        return self.found.compared and self.found.of_ratio and not self.found.along_time

    def _cells(self, row: Row) -> Iterable[Cell]:
        yield from (row.label, row.now)
        if self.found.of_ratio:
            yield from made_of(self.found, row.parts) if not self._only_n else [row.parts.n if row.parts else None]
        if self.found.compared:
            yield from (row.before, row.change)
        if self._tells_contributions:
            yield row.adds

    def _note(self, shown: Sequence[Line], others: Sequence[Line]) -> Phrase | None:
        few = tuple(self._called(each) for each in shown if each.now.parts and 0 < each.now.parts.n < FEW)
        if few and not self.found.along_time and not self.names:
            return phrase("Fewer than {n} counted, so the rate says little: {groups}.", n=FEW, groups=few)
        if others and not self._can_be_summed:
            return phrase_n("and {n} more", "and {n} more", len(others))
        return None


def made_of(found: Breakdown, parts: Parts | None) -> tuple[Cell, Cell]:
    """The part and the whole of a ratio, as money or as numbers."""
    if parts is None:
        return None, None
    part = Money(parts.part, found.currency) if found.of_money or found.metric.unit == "money" else parts.part
    return part, Money(parts.whole, found.currency) if found.of_money else parts.whole


def _is_anything(line: Line) -> bool:
    """Not nothing in either period."""
    return bool(line.now.value or (line.before and line.before.value))


def apportioned(values: Sequence[int | Fraction], places: int) -> list[Fraction]:
    """The values rounded to so many decimals, by largest remainder: their sum is the sum, rounded."""
    scaled = [Fraction(value) * 10**places for value in values]
    floors = [floor(value) for value in scaled]
    nearest_to_the_next = sorted(range(len(scaled)), key=lambda n: floors[n] - scaled[n])
    raised = set(nearest_to_the_next[: round(sum(scaled, Fraction(0))) - sum(floors)])
    return [Fraction(lower + (n in raised), 10**places) for n, lower in enumerate(floors)]


def _points(values: Sequence[tuple[Phrase | str | date, Figure]]) -> tuple[tuple[Phrase | str | date, Point], ...]:
    return tuple((label, _point(figure.value, figure)) for label, figure in values if figure.value is not None)


def _when(figure: Figure) -> Phrase:
    return phrase("{period}", period=figure.period)


def _text(label: Cell) -> Phrase | str:
    return label if isinstance(label, Phrase | str) else phrase("{label}", label=label)


def _cell(value: Value, like: Figure) -> Cell:
    return None if value is None else _point(value, like)


def _point(value: Value, like: Figure) -> Point:
    """A value in the unit of a figure."""
    if like.unit == "percent":
        return Share(None if value is None else Fraction(value))
    if like.unit == "money":
        return Money(round(value or 0), like.currency or "")
    return round(value or 0) if like.unit == "count" else value or 0
