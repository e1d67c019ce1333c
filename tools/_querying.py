"""What is asked about a metric, in the book's terms: by `query_metric` and by the command line alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from types import MappingProxyType

from rapidfuzz import fuzz, process, utils

from tools._answer import Note, Part, ToolError
from tools._naming import BY as GROUPED_BY
from tools._naming import DIMENSIONS as CALLED
from tools._naming import named
from tools._phrase import Phrase, phrase
from tools._reading import elapsed, written_period
from tools._values import value_called
from tools.metrics import (
    BANDS,
    DIMENSIONS,
    GRAINS,
    TOGETHER,
    Book,
    Breakdown,
    Grain,
    Metric,
    Period,
    Where,
    add_months,
    all_metrics,
    broken_down,
    compared_period,
    dimension_values,
    metric_names,
)

LAST: Mapping[str, int] = {"day": 30, "week": 12, "month": 12, "quarter": 8, "year": 3}
"""How many full days, weeks … are shown where none are named."""
SHOWN = 12
"""Values named when one does not occur."""


@dataclass(frozen=True)
class MetricQuery:
    """What is counted, in the book's terms. `asked`: the period as named; `period`: what of it has happened."""

    metric: Metric
    variant: str | None
    asked: Period
    period: Period
    where: Where
    by: str | None
    against: Period | None

    def count(self, book: Book) -> Breakdown:
        """The figures."""
        return broken_down(
            book, self.metric, self.period, by=self.by, where=self.where, variant=self.variant, against=self.against
        )

    def subject(self) -> Phrase:
        subject = named(self.metric, self.variant)
        by = [GROUPED_BY[self.by]] if self.by else []
        against = [phrase("against {period}", period=self.against)] if self.against else []
        limits = (value_called(name, value) for name, value in self.where.items())
        for part in (*limits, self.period, *by, *against):
            subject = phrase("{subject} · {limit}", subject=subject, limit=part)
        return subject

    def reserves(self) -> list[Part]:
        """A period that is not over is said to be so, and as of when accounts are in a band that they may grow into."""
        notes = []
        if self.asked != self.period:
            notes.append(phrase(
                "{period} is not over: it is counted up to {day}.", period=self.asked, day=self.period.last_day
            ))  # fmt: skip
        if {*self.where, self.by} & BANDS.keys() and not self.metric.stands:
            notes.append(phrase(
                "Accounts are in the band in which they are on {day}: who grew into it counts in it from the start.",
                day=self.period.last_day,
            ))  # fmt: skip
        return list(map(Note, notes))


def metric_query(
    book: Book,
    today: date,
    metric: str,
    *,
    variant: str | None = None,
    period: str | None = None,
    by: str | None = None,
    compare: str | None = None,
    limits: Where = MappingProxyType({}),
) -> MetricQuery:
    """A query as it was written. Raises ToolError with what there is instead of what there is not.

    `by`: a dimension or a grain of time. `compare`: `previous`, `year` or a period. `limits`: dimension → value.
    """
    found, group = _metric(metric), _known_group(by)
    asked = written_period(period) if period else _usual(found, group, today)
    counted = elapsed(asked, today)
    against = _against(found, compare, asked, counted, today, named=bool(period), along_time=group in GRAINS)
    where = _where(limits, book, counted)
    return MetricQuery(found, _variant(found, variant), asked, counted, where, group, against)


def _metric(name: str) -> Metric:
    """By its name, or by what people call it."""
    called = {said.casefold(): metric for said, metric in _called().items()}
    if found := all_metrics().get(called.get(name.casefold(), name)):
        return found
    near = _nearest_metrics(name)
    raise ToolError(
        phrase(
            "I know no metric called “{name}”. The nearest: {near}.",
            name=name,
            near=tuple(named(all_metrics()[each]) for each in near),
        ),
        suggestions=tuple(phrase("{metric} last month", metric=named(all_metrics()[each])) for each in near),
    )


def _nearest_metrics(name: str, limit: int = 3) -> tuple[str, ...]:
    """The metrics that are called most like it, in any language."""
    called = _called()
    ranked = process.extract(name, called.keys(), scorer=fuzz.WRatio, processor=utils.default_process, limit=40)
    return tuple(dict.fromkeys(called[each] for each, _, _ in ranked))[:limit]


def _called() -> dict[str, str]:
    """Every name of every metric."""
    return {each: metric for metric, names in metric_names().items() for each in (metric, *chain(*names.values()))}


def _variant(metric: Metric, name: str | None) -> str | None:
    known = (metric.standard, *metric.variants)
    if name in (None, *known):
        return name
    raise ToolError(phrase("{metric} has these variants: {variants}.", metric=named(metric), variants=known))


def _known_group(by: str | None) -> str | None:
    if by is None or by in GROUPED_BY:
        return by
    raise ToolError(phrase("I can group by {ways}.", ways=tuple(CALLED.values())))


def _usual(metric: Metric, by: str | None, today: date) -> Period:
    """The period that is meant where none is named."""
    month = Period.containing(today, "month")
    if by in GRAINS:
        return _last(LAST[by], by, today)
    if metric.stands:
        return Period.containing(today, "day")
    return month.previous() if metric.usual == "month" else Period(add_months(month.start, -12), month.start)


def _last(count: int, grain: Grain, today: date) -> Period:
    """So many full ones before the current one."""
    first = last = Period.containing(today, grain).previous()
    for _ in range(count - 1):
        first = first.previous()
    return Period(first.start, last.end)


def _against(
    metric: Metric, compare: str | None, asked: Period, counted: Period, today: date, *, named: bool, along_time: bool
) -> Period | None:
    """The period to compare with. What stands today is compared with where it stood at the end of last month."""
    if compare is None:
        return None
    if compare not in ("previous", "year"):
        return elapsed(written_period(compare), today)
    stands = metric.stands and not along_time
    if stands and compare == "previous" and not named:
        return Period.containing(today, "month").previous()
    return compared_period(asked, counted, compare, stands)


def _where(limits: Mapping[str, str], book: Book, period: Period) -> dict[str, str]:
    """The limits as the book writes them. Raises ToolError where no account is so: nobody is told a silent zero."""
    where: dict[str, str] = {}
    for name, value in limits.items():
        if name not in DIMENSIONS:
            raise ToolError(phrase("I can limit to {ways}.", ways=tuple(CALLED.values())))
        known = dimension_values(book, name, period.last_day, where)
        if name in BANDS and {*value.split(TOGETHER)} <= {*BANDS[name]} and {*value.split(TOGETHER)} & {*known}:
            where[name] = value
            continue
        written = {each.casefold(): each for each in known}.get(value.casefold())
        if written is None:
            raise ToolError(_no_such(name, value, known, where))
        where[name] = written
    return where


def _no_such(name: str, value: str, known: tuple[str, ...], where: Where) -> Phrase:
    """What there is, the nearest first."""
    said = {"dimension": CALLED[name], "value": value}
    if not known:
        return phrase("{dimension}: no account has “{value}” or anything else.", **said)
    ranked = process.extract(value, known, scorer=fuzz.WRatio, processor=utils.default_process, limit=SHOWN)
    near = tuple(each for each, _, _ in ranked)
    if where:
        limits = ", ".join(where.values())
        return phrase(
            "{dimension}: no account ({limits}) has “{value}”; there are: {near}.", limits=limits, near=near, **said
        )
    return phrase("{dimension}: no account has “{value}”; there are: {near}.", near=near, **said)
