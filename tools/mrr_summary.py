"""What happened to monthly recurring revenue in a period."""

from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction
from itertools import dropwhile, takewhile
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools import (
    OWNER,
    PERIOD,
    SEGMENT,
    Answer,
    Chart,
    Choice,
    Deps,
    Fact,
    Facts,
    NextSteps,
    Part,
    Phrase,
    ToolError,
    phrase,
)
from tools._bridge import Bridge, difference, withheld
from tools._movers import who_left, who_moved, who_will_leave, why
from tools._narrative import Story, narrative
from tools._reading import conversion, written_period
from tools._span import Span
from tools.metrics import Course, Figure, Mover, Period, Ranking, all_metrics, course, flows, ledger_level, movers, rank

Dimension = Literal[
    "segment", "plan", "country", "owner", "region", "industry", "size", "product", "cohort", "reason"
]  # fmt: skip
BY = Choice({
    "segment": ("by segment", "per segment", "por segmento"),
    "plan": ("by plan", "per plan", "por plano"),
    "country": ("by country", "per country", "por país"),
    "owner": ("by owner", "by manager", "by csm", "per manager", "por responsável", "por gerente", "por csm"),
    "region": ("by region", "by state", "per region", "por região", "por estado"),
    "industry": ("by industry", "per industry", "por setor", "por ramo"),
    "size": ("by size", "by company size", "por porte", "por tamanho"),
    "product": ("by product", "per product", "por produto"),
    "cohort": ("by cohort", "per cohort", "por coorte", "por safra"),
    "reason": ("by reason", "por motivo"),
})  # fmt: skip


class Input(BaseModel):
    period: Annotated[str | None, PERIOD] = Field(
        default=None,
        description="For instance 2026-W46, 2026-10, 2026-Q3 or 2026-01-01..2026-06-30; empty: last full week.",
    )
    segment: Annotated[str | None, SEGMENT] = Field(default=None, description="Only accounts of this segment.")
    owner: Annotated[str | None, OWNER] = Field(
        default=None, description="Only accounts of this customer-success manager."
    )
    by: Annotated[Dimension | None, BY] = Field(
        default=None, description="By what of the accounts the change is explained; empty: by segment."
    )


def mrr_summary(ask: Input, deps: Deps) -> Answer:
    """Summarise MRR for a week, month, quarter or any period: where it started, what moved it, where it ended.

    Use for the weekly or monthly MRR or revenue summary, the MRR bridge, new, expansion, contraction, churned and
    reactivated MRR, net and gross revenue retention, quick ratio, who gained or lost most, what changed and why.
    """
    span = Span.of(_period(ask.period, deps), deps.today)
    where = {name: value for name, value in (("segment", ask.segment), ("owner", ask.owner)) if value}
    subject = _subject(span.period, where.values())
    found = flows(deps.book, span.period, where)
    if not (found.start_accounts or any(found.accounts.values())):
        raise ToolError(phrase("Nobody paid anything then ({subject}).", subject=subject))
    rates = conversion(deps.book)
    bridge = Bridge(deps.book, span.period, where, found, foreign=bool(rates))
    ran = course(deps.book, span.days, where)
    if amount := difference(found, ran, ledger_level(deps.book, span.period.end, where), span.period):
        raise withheld(bridge, amount, subject)
    changes = movers(deps.book, span.period, where)
    return Answer(
        subject=subject,
        headline=phrase(
            "MRR was {end} on {last}; net new since {first}: {net_new}.",
            end=bridge.end,
            last=span.period.last_day,
            first=span.period.start,
            net_new=bridge.net_new,
        ),
        parts=(*_parts(ask, bridge, span, ran, changes), *rates, NextSteps(_next(changes))),
        accounts=frozenset(mover.account_id for mover in changes),
    )


def _period(text: str | None, deps: Deps) -> Period:
    """The period asked for, else the last full week."""
    return written_period(text) if text else Period.containing(deps.today, "week").previous()


def _subject(period: Period, limits: Iterable[str]) -> Phrase:
    subject = phrase("MRR summary")
    for part in (*limits, period):
        subject = phrase("{subject} · {limit}", subject=subject, limit=part)
    return subject


def _parts(ask: Input, bridge: Bridge, span: Span, ran: Course, changes: list[Mover]) -> list[Part]:
    standing = rank(bridge.book, span.period.last_day, bridge.where)
    return [
        *narrative(_story(bridge, span, ran, changes)),
        bridge.table(changes),
        bridge.chart(),
        _ratios(bridge, standing),
        *why(bridge, ask.by),
        who_moved(bridge, changes),
        *who_left(bridge, changes),
        *who_will_leave(bridge, standing),
        *_trend(bridge, span, ran),
    ]


def _story(bridge: Bridge, span: Span, ran: Course, changes: list[Mover]) -> Story:
    earlier = [ran.net_new(each) for each in takewhile(lambda each: ran.level(each.start), span.earlier)]
    before = None
    if ran.level(span.before.start):
        value = ran.net_new(span.before)
        before = all_metrics()["net_new_mrr"].figure(bridge.book, span.before, bridge.where, value, ran.source)
    return Story(bridge, changes, before, earlier, span.averaged, span.asked.grain)


def _trend(bridge: Bridge, span: Span, ran: Course) -> list[Part]:
    """MRR at the ends of the periods so far, as far back as there was any."""
    days = list(dropwhile(lambda day: not ran.level(day), span.trend))
    if len(days) < 3:
        return []
    points = tuple((day - timedelta(days=1), bridge.money(ran.level(day))) for day in days)
    return [Chart(phrase("MRR since {day}", day=points[0][0]), "line", points)]


def _ratios(bridge: Bridge, standing: Ranking) -> Facts:
    year, last = bridge.period.trailing_year(), bridge.period.last_day
    shown = (
        (phrase("Quick ratio (Baremetrics: without reactivation)"), _quick_ratio(bridge, "baremetrics")),
        (phrase("Quick ratio with reactivation"), _quick_ratio(bridge, "with_reactivation")),
        (phrase("Net revenue retention, 12 months to {day}", day=last), _rate(bridge, "net_revenue_retention", year)),
        (
            phrase("Gross revenue retention, 12 months to {day}", day=last),
            _rate(bridge, "gross_revenue_retention", year),
        ),
        (phrase("Logo churn in the period"), _rate(bridge, "logo_churn_rate", bridge.period)),
        (phrase("MRR at risk"), _at_risk(bridge, standing)),
    )
    return Facts(tuple(Fact(label, figure) for label, figure in shown))


def _quick_ratio(bridge: Bridge, variant: str) -> Figure:
    moves = bridge.found.movements
    gained = moves["new"] + moves["expansion"] + (moves["reactivation"] if variant == "with_reactivation" else 0)
    lost = -moves["contraction"] - moves["churn"]
    return bridge.figure("quick_ratio", Fraction(gained, lost) if lost else None, bridge.period, variant)


def _rate(bridge: Bridge, metric: str, period: Period) -> Figure:
    return all_metrics()[metric](bridge.book, period, bridge.where)


def _at_risk(bridge: Bridge, standing: Ranking) -> Figure:
    day = Period.containing(bridge.period.last_day, "day")
    total = sum(risk.standing.mrr_minor for risk in standing.at_risk)
    return all_metrics()["mrr_at_risk"].figure(bridge.book, day, bridge.where, total, standing.source)


def _next(changes: list[Mover]) -> tuple[Phrase, ...]:
    largest = [phrase("Summary of {account}", account=changes[0].name)] if changes else []
    return (phrase("Which accounts are at risk?"), phrase("MRR summary for last month"), *largest)
