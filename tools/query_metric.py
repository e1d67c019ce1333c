"""One metric: any period, any accounts, in groups, against another period."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from rapidfuzz import fuzz, process, utils

from tools import (
    BY,
    COHORT,
    COMPARE,
    COUNT,
    COUNTRY,
    INDUSTRY,
    METRIC,
    OWNER,
    PERIOD,
    PLAN,
    PRODUCT,
    REASON,
    REGION,
    SEGMENT,
    SIZE,
    SOURCE,
    SPEAKING,
    VARIANT,
    Answer,
    Choice,
    Deps,
    Fact,
    Facts,
    NextSteps,
    Note,
    Part,
    Phrase,
    ToolError,
    phrase,
    phrase_n,
)
from tools._grouped import FEW, MOST, Grouped, made_of
from tools._hides import what_it_hides
from tools._naming import BY as GROUPED_BY
from tools._naming import DIMENSIONS as CALLED
from tools._naming import counted_as, named
from tools._reading import conversion, elapsed, written_period
from tools.metrics import (
    GRAINS,
    Breakdown,
    Figure,
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


def _known_metrics(schema: dict[str, Any]) -> None:
    schema["enum"] = sorted(all_metrics())


class Input(BaseModel):
    metric: Annotated[str, METRIC] = Field(description="Which metric, by name.", json_schema_extra=_known_metrics)
    variant: Annotated[str | None, VARIANT] = Field(
        default=None, description="A published definition other than ours, such as simple, stripe or with_reactivation."
    )
    period: Annotated[str | None, PERIOD] = Field(
        default=None, description="For instance 2026-W46, 2026-10, 2026-Q3 or 2026-01-01..2026-06-30; empty: the usual."
    )
    by: Annotated[str | None, BY] = Field(
        default=None,
        description="One figure for each: segment, industry, country, region, owner, language, source, size, cohort, "
        "plan, product or reason (why the account left); or along time: day, week, month, quarter or year.",
    )
    compare: Annotated[str | None, COMPARE] = Field(
        default=None, description="Beside this period: previous, year (a year before) or written as `period` is."
    )
    order: Annotated[
        Literal["largest", "smallest", "name", "contribution"] | None,
        Choice({
            "smallest": ("smallest", "lowest", "least", "fewest", "ascending", "menor*", "mais baix*", "crescente"),
            "name": ("alphabetical*", "by name", "ordem alfabetica", "alfabetic*", "por nome"),
            "contribution": ("why", "contribut*", "what drove", "por que", "contribui*", "o que puxou"),
        }),
    ] = Field(default=None, description="Of the groups; contribution: to the change.")  # fmt: skip
    limit: Annotated[int | None, COUNT] = Field(
        default=None, ge=1, le=MOST, description="How many groups to show; the others are summed."
    )
    segment: Annotated[str | None, SEGMENT] = Field(default=None, description="Only accounts of this segment.")
    country: Annotated[str | None, COUNTRY] = Field(default=None, description="Only this country: BR, US …")
    region: Annotated[str | None, REGION] = Field(default=None, description="Only this state or sales region.")
    owner: Annotated[str | None, OWNER] = Field(
        default=None, description="Only accounts of this customer-success manager."
    )
    industry: Annotated[str | None, INDUSTRY] = Field(default=None, description="Only this line of business.")
    plan: Annotated[str | None, PLAN] = Field(default=None, description="Only accounts on this plan.")
    product: Annotated[str | None, PRODUCT] = Field(default=None, description="Only accounts with this product.")
    size: Annotated[str | None, SIZE] = Field(default=None, description="Only this band of employees: 1–10 … 1001+.")
    cohort: Annotated[str | None, COHORT] = Field(
        default=None, description="Only accounts that first paid in this month: 2026-03."
    )
    speaking: Annotated[str | None, SPEAKING] = Field(
        default=None, description="Only accounts of this language: en, pt-BR …"
    )
    source: Annotated[str | None, SOURCE] = Field(default=None, description="Only accounts won this way.")
    reason: Annotated[str | None, REASON] = Field(default=None, description="Only accounts that left for this reason.")

    @property
    def limits(self) -> dict[str, str]:
        """What the accounts are limited to, by dimension."""
        said = {name: getattr(self, "speaking" if name == "language" else name) for name in CALLED}
        return {name: value for name, value in said.items() if value}


def query_metric(ask: Input, deps: Deps) -> Answer:
    """Count one metric for any period and accounts, by segment, country, reason, month …, against another period.

    Use for a single named figure (NRR, GRR, logo churn, retention rate, churned accounts, expansion MRR, quick ratio,
    ARPA, NPS, CAC …), how many accounts left or came, the ways in which retention can be calculated, a metric by
    segment, country, plan, owner, reason or month, a comparison of two periods, and why a metric changed.
    """
    query = _query(ask, deps)
    found = broken_down(
        deps.book, query.metric, query.period,
        by=query.by, where=query.where, variant=query.variant, against=query.against,
    )  # fmt: skip
    hidden, accounts = what_it_hides(deps.book, query.period, query.where) if query.metric.hides else ([], frozenset())
    grouped = _in_groups(ask, found)
    parts = [*query.reserves(), *grouped, *hidden, Note(counted_as(query.metric, found.whole.now.variant))]
    if found.of_money or query.metric.unit == "money":
        parts += conversion(deps.book)
    return Answer(
        subject=query.subject(), headline=_headline(query, found), accounts=accounts,
        parts=(*parts, NextSteps(tuple(_next(query)))),
    )  # fmt: skip


@dataclass(frozen=True)
class _Query:
    """What is counted. `asked` is the period as named, `period` the part of it that has happened."""

    metric: Metric
    variant: str | None
    asked: Period
    period: Period
    where: Where
    by: str | None
    against: Period | None

    def subject(self) -> Phrase:
        subject = named(self.metric, self.variant)
        by = [GROUPED_BY[self.by]] if self.by else []
        against = [phrase("against {period}", period=self.against)] if self.against else []
        for part in (*self.where.values(), self.period, *by, *against):
            subject = phrase("{subject} · {limit}", subject=subject, limit=part)
        return subject

    def reserves(self) -> list[Part]:
        """A period that is not over is said to be so."""
        if self.asked == self.period:
            return []
        return [
            Note(
                phrase("{period} is not over: it is counted up to {day}.", period=self.asked, day=self.period.last_day)
            )
        ]


def _query(ask: Input, deps: Deps) -> _Query:
    """The call in the book's terms. Raises ToolError with what there is instead of what there is not."""
    metric = _metric(ask.metric)
    by = _known_group(ask.by)
    asked = written_period(ask.period) if ask.period else _usual(metric, by, deps.today)
    period = elapsed(asked, deps.today)
    return _Query(
        metric, _variant(metric, ask.variant), asked, period, _where(ask.limits, deps, period), by,
        _against(ask, metric, asked, period, deps.today),
    )  # fmt: skip


def _metric(name: str) -> Metric:
    if found := all_metrics().get(name):
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
    called = {each: metric for metric, names in metric_names().items() for each in (metric, *chain(*names.values()))}
    ranked = process.extract(name, called.keys(), scorer=fuzz.WRatio, processor=utils.default_process, limit=40)
    return tuple(dict.fromkeys(called[each] for each, _, _ in ranked))[:limit]


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


def _against(ask: Input, metric: Metric, asked: Period, period: Period, today: date) -> Period | None:
    """The period to compare with. What stands today is compared with where it stood at the end of last month."""
    if ask.compare is None:
        return None
    if ask.compare == "previous" and ask.period is None and metric.stands and ask.by not in GRAINS:
        return Period.containing(today, "month").previous()
    if ask.compare not in ("previous", "year"):
        return elapsed(written_period(ask.compare), today)
    return compared_period(asked, period, ask.compare, metric.stands)


def _where(limits: Mapping[str, str], deps: Deps, period: Period) -> dict[str, str]:
    """The limits as the book writes them. Raises ToolError where no account is so: nobody is told a silent zero."""
    where: dict[str, str] = {}
    for name, value in limits.items():
        known = dimension_values(deps.book, name, period.last_day, where)
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


def _headline(query: _Query, found: Breakdown) -> Phrase:
    """The figure in a sentence; counts beside a rate that few stand behind."""
    whole = found.whole
    said: dict[str, Any] = {"metric": named(query.metric, query.variant), "value": _with_counts(found, whole.now)}
    when = query.period.last_day if query.metric.stands else query.period
    if whole.before is None:
        return phrase("{metric}, {period}: {value}.", period=when, **said)
    other = whole.before.period.last_day if query.metric.stands else whole.before.period
    before = {"before": _with_counts(found, whole.before), "other": other, "change": whole.change}
    return phrase("{metric}, {period}: {value}, {change} against {before} ({other}).", period=when, **said, **before)


def _with_counts(found: Breakdown, figure: Figure) -> Phrase | Figure:
    parts = figure.parts
    if parts is None or parts.n >= FEW or figure.value is None:
        return figure
    if found.of_money or found.metric.unit != "percent":
        return phrase_n("{value} (of {n} account)", "{value} (of {n} accounts)", parts.n, value=figure)
    return phrase("{value} ({part} of {whole})", value=figure, part=parts.part, whole=parts.whole)


def _in_groups(ask: Input, found: Breakdown) -> list[Part]:
    if ask.by is None:
        return [_alone(found)]
    grouped = Grouped(found, ask.by, ask.order, ask.limit)
    if not found.lines:
        return [Note(phrase("There is nothing to group."))]
    chart = grouped.chart()
    return [grouped.table(), *([chart] if chart else [])]


def _alone(found: Breakdown) -> Facts:
    """A figure without groups, with what it was made of and what it is compared with."""
    now, before = found.whole.now, found.whole.before
    facts = [Fact(named(found.metric, now.variant), now)]
    if now.parts:
        part, whole = made_of(found, now.parts)
        facts.append(Fact(phrase("Part of whole"), phrase("{part} of {whole}", part=part, whole=whole)))
    if before:
        facts.append(Fact(phrase("{period}", period=before.period), before))
        facts.append(Fact(phrase("Change"), found.whole.change))
    return Facts(tuple(facts))


def _next(query: _Query) -> Iterable[Phrase]:
    """Why it changed, how it went on, and the other way to look at it; each with the same limits."""
    name, when = named(query.metric), _askable(query.period)
    free = [each for each in ("segment", "country", "plan") if each not in query.where and each != query.by]
    if not query.metric.stands:
        why = phrase("Why did {metric} change: {period}, {by}", metric=name, period=when, by=GROUPED_BY[free[0]])
        yield _limited(why, query)
    if query.by != "month":
        yield _limited(phrase("{metric} by month", metric=name), query)
    yield phrase("Which accounts are at risk?")


def _askable(period: Period) -> Period | str:
    """A period as people say it, or where that would be long, as it is written."""
    return period if period.grain in ("month", "quarter", "year") else str(period)


def _limited(question: Phrase, query: _Query) -> Phrase:
    for value in query.where.values():
        question = phrase("{question}, {limit}", question=question, limit=value)
    return question
