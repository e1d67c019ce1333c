"""A period told and those it is seen beside: the one before, the earlier ones of its grain, its trend."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice, pairwise

from tools._reading import elapsed
from tools.metrics import Book, Flows, Grain, Period, Source, Where, bridges

POINTS: dict[Grain, int] = {"day": 13, "week": 13, "month": 13, "quarter": 9, "year": 6}
"""How many ends of periods a trend shows."""
AVERAGED: dict[Grain, int] = {"week": 4, "month": 12, "quarter": 4, "year": 4}
"""How many earlier periods an average is made of."""
LONG = timedelta(days=92)
"""Days of which the trend goes by the month, if the period is of no calendar."""


@dataclass(frozen=True)
class Span:
    """`asked` is the period as it was asked for, `period` as much of it as is over."""

    asked: Period
    period: Period

    @classmethod
    def of(cls, asked: Period, today: date) -> "Span":
        """Raises ToolError where nothing of it has happened."""
        return cls(asked, elapsed(asked, today))

    @property
    def is_whole(self) -> bool:
        """A week, month … that is over: it can stand beside others."""
        return self.asked == self.period and self.asked.grain != "custom"

    @property
    def averaged(self) -> int:
        return AVERAGED.get(self.asked.grain, 0) if self.is_whole else 0

    @property
    def before(self) -> Period:
        """The period before; of one that runs, as many days from the start of the one before."""
        previous = self.asked.previous()
        if self.asked == self.period:
            return previous
        return Period(previous.start, min(previous.start + (self.period.end - self.period.start), previous.end))

    @property
    def earlier(self) -> list[Period]:
        """The periods of the same grain before it, the nearest first."""
        return list(islice(_back_from(self.asked), POINTS[self.asked.grain] - 1)) if self.is_whole else []

    @property
    def trend(self) -> list[date]:
        """The days at whose start MRR is a point of the trend: each the end of a period, the last the end of this."""
        grain = self._grain
        ends = (each.end for each in _back_from(Period.containing(self.period.last_day, grain)))
        return [*reversed(list(islice(ends, POINTS[grain] - 1))), self.period.end]

    @property
    def year(self) -> Period:
        """The twelve months to its end."""
        return self.period.trailing_year()

    @property
    def steps(self) -> list[Period]:
        """What is between every two days on which one of these begins or ends."""
        spans = (self.period, self.before, self.year, *self.earlier)
        days = {each.start for each in spans} | {each.end for each in spans} | set(self.trend)
        return [Period(start, end) for start, end in pairwise(sorted(days))]

    @property
    def _grain(self) -> Grain:
        if self.asked.grain != "custom":
            return self.asked.grain
        return "month" if self.period.end - self.period.start > LONG else "week"


@dataclass(frozen=True)
class Course:
    """MRR step by step, over all that a span is made of; of one statement."""

    steps: dict[Period, Flows]

    @property
    def source(self) -> Source:
        return next(iter(self.steps.values())).source

    def level(self, day: date) -> int:
        """MRR at the start of a day on which a step begins or ends."""
        starts = {step.start: found.start for step, found in self.steps.items()}
        ends = {step.end: found.end for step, found in self.steps.items()}
        return (ends | starts)[day]

    def of(self, period: Period) -> list[Flows]:
        """The steps that a period is made of."""
        return [found for step, found in self.steps.items() if period.start <= step.start and step.end <= period.end]

    def net_new(self, period: Period) -> int:
        return sum(step.net_new for step in self.of(period))


def course(book: Book, span: Span, where: Where) -> Course:
    return Course(dict(zip(span.steps, bridges(book, span.steps, where=where)[""], strict=True)))


def _back_from(period: Period) -> Iterator[Period]:
    while True:
        period = period.previous()
        yield period
