"""One metric: any period, any accounts, in groups, against another period."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field

from tools import (
    BY,
    COHORT,
    COMPARE,
    COUNT,
    METRIC,
    PERIOD,
    PLAN,
    PRODUCT,
    REASON,
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
    Why,
    phrase,
)
from tools._grouped import FEW, MOST, Grouped, made_of
from tools._hides import what_it_hides
from tools._limits import Limits
from tools._naming import BY as GROUPED_BY
from tools._naming import DIMENSIONS as CALLED
from tools._naming import counted_as, named
from tools._querying import MetricQuery, metric_query
from tools._reading import conversion
from tools._slots import slot_of
from tools._values import value_called
from tools.metrics import Book, Breakdown, Figure, Period, account_names, all_metrics

WHY: Why = ("query_metric", {"compare": "previous", "by": "segment"})
ACCOUNTS = 10
"""How many accounts are listed where no number is named."""


def _known_metrics(schema: dict[str, Any]) -> None:
    schema["enum"] = sorted(all_metrics())


TOTALS = True


class Input(Limits):
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
        "plan, product, reason (why the account left) or account_id; or along time: day, week, month, quarter or year.",
    )
    compare: Annotated[str | None, COMPARE] = Field(
        default=None, description="Beside this period: previous, year (a year before) or written as `period` is."
    )
    order: Annotated[
        Literal["largest", "smallest", "name", "contribution"] | None,
        Choice({
            "smallest": ("smallest", "lowest", "least", "fewest", "ascending", "menor*", "mais baix*", "crescente",
                "lost mrr", "lost revenue", "losing mrr", "lost the most", "shrank", "shrunk", "shrinking", "mrr fell",
                "mrr dropped", "perderam mrr", "perdeu mrr", "perderam receita", "perdeu receita", "mais perderam",
                "perderam mais", "encolhe*", "diminuiram", "mrr caiu", "receita caiu"),
            "name": ("alphabetical*", "by name", "ordem alfabetica", "alfabetic*", "por nome"),
            "contribution": ("why", "contribut*", "what drove", "por que", "contribui*", "o que puxou"),
        }),
    ] = Field(default=None, description="Of the groups; contribution: to the change.")  # fmt: skip
    limit: Annotated[int | None, COUNT] = Field(
        default=None, ge=1, le=MOST, description="How many groups to show; the others are summed."
    )
    plan: Annotated[str | None, PLAN] = Field(default=None, description="Only accounts on this plan.")
    product: Annotated[str | None, PRODUCT] = Field(default=None, description="Only accounts with this product.")
    cohort: Annotated[str | None, COHORT] = Field(
        default=None, description="Only accounts that first paid in this month: 2026-03."
    )
    reason: Annotated[str | None, REASON] = Field(default=None, description="Only accounts that left for this reason.")

    @property
    def limits(self) -> dict[str, str]:
        """What the accounts are limited to, by dimension."""
        said = {name: getattr(self, slot_of(name), None) for name in CALLED}
        return {name: value for name, value in said.items() if value}


def query_metric(ask: Input, deps: Deps) -> Answer:
    """Count one metric for any period and accounts, by segment, country, reason, month …, against another period.

    Use for a single named figure (NRR, GRR, logo churn, retention rate, churned accounts, expansion MRR, quick ratio,
    ARPA, NPS, CAC …), how many accounts left or came, the ways in which retention can be calculated, a metric by
    segment, country, plan, owner, reason or month, a comparison of two periods, and why a metric changed.
    """
    query = metric_query(
        deps.book, deps.today, ask.metric,
        variant=ask.variant, period=ask.period, by=ask.by, compare=ask.compare, limits=ask.limits,
    )  # fmt: skip
    found = query.count(deps.book)
    hidden, accounts = what_it_hides(deps.book, query.period, query.where) if query.metric.hides else ([], frozenset())
    grouped, listed = _in_groups(ask, found, deps.book)
    parts = [*query.reserves(), *grouped, *hidden, Note(counted_as(query.metric, found.whole.now.variant))]
    if found.of_money or query.metric.unit == "money":
        parts += conversion(deps.book)
    return Answer(
        subject=query.subject(), headline=_headline(query, found), accounts=accounts.union(listed),
        parts=(*parts, NextSteps(tuple(_next(query)))), listed=listed,
    )  # fmt: skip


def _headline(query: MetricQuery, found: Breakdown) -> Phrase:
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
        return phrase("{value} (n = {n})", value=figure, n=parts.n)
    return phrase("{value} ({part} of {whole})", value=figure, part=parts.part, whole=parts.whole)


def _in_groups(ask: Input, found: Breakdown, book: Book) -> tuple[list[Part], tuple[str, ...]]:
    """The figures as a table and a chart, and the accounts that they name."""
    if ask.by is None:
        return [_alone(found)], ()
    if not found.lines:
        return [Note(phrase("There is nothing to group."))], ()
    names = account_names(book) if ask.by == "account_id" else {}
    grouped = Grouped(found, ask.by, ask.order, ask.limit or (ACCOUNTS if names else None), names)
    chart = grouped.chart()
    shown = tuple(str(line.label) for line in grouped.shown if names)
    return [grouped.table(), *([chart] if chart else [])], shown


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


def _next(query: MetricQuery) -> Iterable[Phrase]:
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


def _limited(question: Phrase, query: MetricQuery) -> Phrase:
    for name, value in query.where.items():
        question = phrase("{question}, {limit}", question=question, limit=value_called(name, value))
    return question
