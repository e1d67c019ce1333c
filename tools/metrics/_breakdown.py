"""A metric's figures side by side: by a dimension or along time, against another period, and what each adds to the
change. Whoever shows figures in groups (a tool, the command line) takes them from here."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from tools.metrics._dimensions import DIMENSIONS
from tools.metrics._figure import EMPTY, Change, Figure, Parts
from tools.metrics._opening import Book
from tools.metrics._period import GRAINS, Grain, Period
from tools.metrics._query import Where
from tools.metrics._registry import Metric


@dataclass(frozen=True)
class Line:
    """A group's figure, and the one of the period that it is compared with.

    `label`: the dimension's value (empty: accounts that have none), or the sub-period; None for the whole.
    """

    label: str | Period | None
    now: Figure
    before: Figure | None = None

    @property
    def change(self) -> Change | None:
        if self.before is None:
            return None
        now, before = self.now.value, self.before.value
        value = None if now is None or before is None else now - before
        return Change(value, self.now.unit, self.now.currency)


@dataclass(frozen=True)
class Breakdown:
    """The whole, and its lines in their own order. `currency`: the book's, of amounts that ratios are made of."""

    metric: Metric
    whole: Line
    lines: tuple[Line, ...] = ()
    currency: str = ""

    @property
    def compared(self) -> bool:
        return self.whole.before is not None

    @property
    def along_time(self) -> bool:
        return any(isinstance(line.label, Period) for line in self.lines)

    @property
    def of_ratio(self) -> bool:
        return self.whole.now.parts is not None

    @property
    def of_money(self) -> bool:
        """The ratio is a share of money, not of things counted."""
        return self.of_ratio and self.metric.unit != "money" and self.metric.counts_money(self.whole.now.variant)

    @property
    def adds_up(self) -> bool:
        """The lines' values are the whole's when summed: of amounts and numbers, never of rates or along levels."""
        if self.of_ratio or (self.along_time and self.metric.stands):
            return False
        befores = [line.before for line in self.lines if line.before]
        sums = [_sum(line.now for line in self.lines) == self.whole.now.value]
        return all(sums + ([_sum(befores) == self.whole.before.value] if self.whole.before else []))

    def contribution(self, line: Line) -> Change | None:
        """What a group adds to the change of the whole; over all groups, exactly that change. None where no sum is.

        Of an amount it is the group's own change. Of a rate R = Σ part ÷ Σ whole it is the change of its share of
        Σ (part − R₀·whole) ÷ Σ whole, with R₀ the rate before: what the group's rate and its weight do to the whole,
        where a group that is as the average was moves nothing however much it grows.
        """
        if line.change is None or self.along_time:
            return None
        if not self.of_ratio:
            return line.change if self.adds_up else None
        return Change(self._share(line), line.now.unit, line.now.currency)

    def _share(self, line: Line) -> Fraction | None:
        now, before = _parts(self.whole.now), _parts(self.whole.before)
        if not now.whole or not before.whole:
            return None
        rate = Fraction(before.part, before.whole)
        now_above = _above(_parts(line.now), rate) / now.whole
        return (now_above - _above(_parts(line.before), rate) / before.whole) * self.metric.scale


def broken_down(
    book: Book,
    metric: Metric,
    period: Period,
    *,
    by: str | None = None,
    where: Where = EMPTY,
    variant: str | None = None,
    against: Period | None = None,
) -> Breakdown:
    """A metric by one of DIMENSIONS, by one of GRAINS (a figure per sub-period), or as a whole. Raises UnknownVariant.

    Sub-periods are compared one by one, the first with the first.
    """
    earlier = metric(book, against, where, variant) if against else None
    whole = Line(None, metric(book, period, where, variant), earlier)
    lines: Iterable[Line] = ()
    if by in GRAINS:
        lines = _along(book, metric, period, by, where, variant, against)
    elif by:
        lines = _groups(book, metric, period, by, where, variant, against)
    return Breakdown(metric, whole, tuple(lines), book.currency)


def compared_period(asked: Period, counted: Period, how: str, stands: bool = False) -> Period:
    """The period to compare with: the one before (`previous`), a year before (`year`), or as written.

    Where only the beginning of `asked` has happened and is `counted`, as many days of the other are: the first three
    weeks of November beside those of October. What stands at a period's end is taken at the other's end.
    """
    if how not in ("previous", "year"):
        return Period.parse(how)
    other = asked.previous() if how == "previous" else asked.year_before()
    return other if stands or counted == asked else other.first(counted.days)


def _along(
    book: Book, metric: Metric, period: Period, by: Grain, where: Where, variant: str | None, against: Period | None
) -> Iterable[Line]:
    others = against.split(by) if against else []
    for n, piece in enumerate(period.split(by)):
        before = metric(book, others[n], where, variant) if n < len(others) else None
        yield Line(piece, metric(book, piece, where, variant), before)


def _groups(
    book: Book, metric: Metric, period: Period, by: str, where: Where, variant: str | None, against: Period | None
) -> Iterable[Line]:
    """Every group of either period: what one of them lacks is asked for by itself, and is nothing or not defined."""
    now = metric.by(book, period, by, where, variant)
    before = metric.by(book, against, by, where, variant) if against else {}
    for value in DIMENSIONS[by].sorted({*now, *before}):
        so = {**where, by: value}
        earlier = (before.get(value) or metric(book, against, so, variant)) if against else None
        yield Line(value, now.get(value) or metric(book, period, so, variant), earlier)


def _sum(figures: Iterable[Figure]) -> int | Fraction | None:
    values = [figure.value for figure in figures]
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _parts(figure: Figure | None) -> Parts:
    return figure.parts if figure and figure.parts else Parts(0, 0, 0)


def _above(parts: Parts, rate: Fraction) -> Fraction:
    """By how much the part exceeds what the rate would have made it."""
    return parts.part - rate * parts.whole
