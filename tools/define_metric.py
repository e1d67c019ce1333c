"""What a metric means, how it is counted, and by whose rules else."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, Field

from tools import (
    METRIC,
    Answer,
    Column,
    Deps,
    Fact,
    Facts,
    Phrase,
    Table,
    ToolError,
    phrase,
)
from tools._hides import what_it_hides
from tools.metrics import Figure, Hidden, Metric, Period, Unit, all_metrics, metric_called, metrics_called_almost

UNITS: Mapping[Unit, Phrase] = {
    "money": phrase("money"),
    "percent": phrase("per cent"),
    "ratio": phrase("ratio"),
    "count": phrase("number"),
    "score": phrase("points"),
    "days": phrase("days"),
    "months": phrase("months"),
    "measure": phrase("the unit of each goal"),
}
NEAREST = 3


OPEN = True


class Input(BaseModel):
    metric: Annotated[str | None, METRIC] = Field(
        default=None, description="The metric's name, or what it is called, such as NRR; empty: list them all."
    )


def define_metric(ask: Input, deps: Deps) -> Answer:
    """Define a metric: what it means, formula, unit, reference, published variants, and its latest figure.

    Use when someone asks what a metric is or means, how it is calculated, by whose definition, or how definitions
    differ: MRR, NRR, GRR, churn, retention and renewal rates, LTV, CLV, CAC, NPS, CSAT …; or which metrics there are.
    """
    if ask.metric is None:
        return _all_of_them()
    metric = _called(ask.metric)
    month = _last_full_month(deps)
    shows = metric.hides and not deps.book.sight.is_blind
    behind, named = what_it_hides(deps.book, month, {}) if shows else ([], frozenset[str]())
    variants = [_variants(metric, month, deps)] if metric.variants else []
    return Answer(
        subject=phrase("Definition · {metric}", metric=phrase(metric.title)),
        headline=phrase("{metric}: {meaning}", metric=phrase(metric.title), meaning=phrase(metric.definition_text)),
        parts=(_told(metric, month, deps), *variants, *behind),
        accounts=named,
    )


def _called(name: str) -> Metric:
    """The metric of that name or synonym. Raises ToolError naming the nearest."""
    metrics = all_metrics()
    if found := metric_called(name):
        return metrics[found]
    near = (phrase(metrics[each].title) for each in metrics_called_almost(name, NEAREST))
    raise ToolError(
        phrase("I know no metric called “{name}”.", name=name),
        suggestions=tuple(phrase("What is {metric}?", metric=title) for title in near),
    )


def _last_full_month(deps: Deps) -> Period:
    """The last month that is over and of which the book has every day."""
    after = min(deps.today, deps.book.as_of + timedelta(days=1))
    return Period.containing(after, "month").previous()


def _told(metric: Metric, month: Period, deps: Deps) -> Facts:
    figure = _figure(metric, month, deps)
    return Facts((
        Fact(phrase("Formula"), phrase(metric.formula)),
        *([Fact(phrase("In {period}", period=month), figure)] if figure else []),
        Fact(phrase("Unit"), UNITS[metric.unit]),
        Fact(phrase("Reference"), phrase(metric.reference)),
        Fact(phrase("Version"), f"{metric.name}@{metric.version}"),
    ))  # fmt: skip


def _figure(metric: Metric, month: Period, deps: Deps, variant: str | None = None) -> Figure | None:
    """What it comes to; None where whoever asks may not see that: what a metric means is no secret."""
    if deps.book.sight.is_blind:
        return None
    try:
        return metric(deps.book, month, variant=variant)
    except Hidden:
        return None


def _variants(metric: Metric, month: Period, deps: Deps) -> Table:
    """Each published definition: by whose rule, how it differs, and what it gives."""
    rows = tuple(
        (name, _rule(metric, name), _figure(metric, month, deps, name)) for name in (metric.standard, *metric.variants)
    )
    columns = (
        Column(phrase("Variant")), Column(phrase("Whose rule, and how it differs")),
        Column(phrase("In {period}", period=month), numeric=True),
    )  # fmt: skip
    return Table(phrase("The same month by each published definition"), columns, rows)


def _rule(metric: Metric, variant: str) -> Phrase:
    rule = metric.rule(variant)
    return phrase(rule) if rule else phrase("The definition above.")


def _all_of_them() -> Answer:
    metrics = all_metrics().values()
    columns = (Column(phrase("Name")), Column(phrase("What it is")), Column(phrase("Unit")))
    rows = tuple((metric.name, phrase(metric.title), UNITS[metric.unit]) for metric in metrics)
    return Answer(
        subject=phrase("Definitions"),
        headline=phrase("I know {n} metrics; ask what any of them means.", n=len(rows)),
        parts=(Table(phrase("Metrics"), columns, rows),),
    )
