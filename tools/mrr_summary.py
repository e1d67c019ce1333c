"""What happened to monthly recurring revenue in a period."""

from datetime import timedelta
from fractions import Fraction
from itertools import dropwhile, takewhile
from typing import Annotated

from pydantic import Field

from tools import (
    BY,
    PERIOD,
    Answer,
    Chart,
    Deps,
    Fact,
    Facts,
    NextSteps,
    Part,
    Phrase,
    Shown,
    ToolError,
    Why,
    phrase,
    phrase_n,
)
from tools._bridge import Bridge, difference, withheld
from tools._focus import focus
from tools._hides import BEHIND
from tools._limits import Limits, limited
from tools._movers import TOP, who_left, who_moved, who_will_leave, why
from tools._naming import DIMENSIONS
from tools._narrative import Story, narrative
from tools._reading import conversion, written_period
from tools._restated import in_a_sentence, in_a_table, restated
from tools._span import Course, Span, course
from tools.metrics import Category, Figure, Mover, Period, all_metrics, flows, movers, rank

WHY: Why = ("query_metric", {"metric": "churned_mrr", "by": "reason"})


TOTALS = True


class Input(Limits):
    period: Annotated[str | None, PERIOD] = Field(
        default=None,
        description="For instance 2026-W46, 2026-10, 2026-Q3 or 2026-01-01..2026-06-30; empty: last full week.",
    )
    by: Annotated[str | None, BY] = Field(
        default=None, description="By what the change is explained: segment, plan, country, owner …; empty: segment."
    )


def mrr_summary(ask: Input, deps: Deps) -> Answer:
    """Summarise MRR for a week, month, quarter or any period: where it started, what moved it, where it ended.

    Use for the weekly or monthly MRR or revenue summary, the MRR bridge, new, expansion, contraction, churned and
    reactivated MRR, net and gross revenue retention, quick ratio, who gained or lost most, what changed and why.
    """
    span = Span.of(_period(ask.period, deps), deps.today)
    where = ask.where
    subject = limited(phrase("MRR summary"), where, span.period)
    found = flows(deps.book, span.period, where)
    if not (found.start_accounts or any(found.accounts.values())):
        raise ToolError(phrase("Nobody paid anything then ({subject}).", subject=subject))
    rates = conversion(deps.book)
    bridge = Bridge(deps.book, span.period, where, found, foreign=bool(rates))
    ran = course(deps.book, span, where)
    if amount := difference(bridge, ran):
        raise withheld(bridge, amount, subject)
    changes = movers(deps.book, span.period, where)
    story = _story(bridge, span, ran, changes)
    return Answer(
        subject=subject,
        headline=phrase(
            "MRR was {end} on {last}; net new since {first}: {net_new}.",
            end=bridge.end,
            last=span.period.last_day,
            first=span.period.start,
            net_new=bridge.net_new,
        ),
        parts=(
            *(focus(deps, span.period) if not where else ()),
            *_parts(ask, story, span, ran, deps.shown),
            *rates,
            NextSteps(_next(changes)),
        ),
        accounts=frozenset(mover.account_id for mover in changes),
        listed=tuple(mover.account_id for mover in changes[:TOP]),
    )


def _period(text: str | None, deps: Deps) -> Period:
    """The period asked for, else the last full week."""
    return written_period(text) if text else Period.containing(deps.today, "week").previous()


def _parts(ask: Input, story: Story, span: Span, ran: Course, shown: Shown) -> list[Part]:
    bridge, changes = story.bridge, story.changes
    late = restated(bridge, story.before, shown)
    return [
        *narrative(story),
        *in_a_sentence(late),
        bridge.table(changes),
        bridge.chart(),
        *in_a_table(late),
        _ratios(bridge),
        _retention(bridge, ran, span.year),
        *why(bridge, ask.by if ask.by in DIMENSIONS else None),
        who_moved(bridge, changes),
        *who_left(bridge, changes),
        *who_will_leave(bridge),
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


def _ratios(bridge: Bridge) -> Facts:
    shown = (
        (phrase("Quick ratio (Baremetrics: without reactivation)"), _quick_ratio(bridge, "baremetrics")),
        (phrase("Quick ratio with reactivation"), _quick_ratio(bridge, "with_reactivation")),
        (phrase("Logo churn in the period"), _rate(bridge, "logo_churn_rate", bridge.period)),
        (phrase("MRR at risk"), _at_risk(bridge)),
    )
    return Facts(tuple(Fact(label, figure) for label, figure in shown))


def _retention(bridge: Bridge, ran: Course, year: Period) -> Facts:
    """Of the twelve months to the end of the period, and what stands behind it: a rate alone hides that."""
    shown = (
        (phrase("Net revenue retention"), _rate(bridge, "net_revenue_retention", year)),
        (phrase("Gross revenue retention"), _rate(bridge, "gross_revenue_retention", year)),
        (phrase("Accounts kept"), _rate(bridge, "retention_rate", year)),
        (phrase("Lost"), _moved(bridge, ran, year, "churn")),
        (phrase("Won, new"), _moved(bridge, ran, year, "new")),
        (phrase("Won back"), _moved(bridge, ran, year, "reactivation")),
    )
    title = phrase("The 12 months to {day}", day=year.last_day)
    return Facts(tuple(Fact(label, figure) for label, figure in shown), title)


def _quick_ratio(bridge: Bridge, variant: str) -> Figure:
    moves = bridge.found.movements
    gained = moves["new"] + moves["expansion"] + (moves["reactivation"] if variant == "with_reactivation" else 0)
    lost = -moves["contraction"] - moves["churn"]
    return bridge.figure("quick_ratio", Fraction(gained, lost) if lost else None, bridge.period, variant)


def _rate(bridge: Bridge, metric: str, period: Period) -> Figure:
    return all_metrics()[metric](bridge.book, period, bridge.where)


def _moved(bridge: Bridge, ran: Course, year: Period, category: Category) -> Phrase:
    """How many accounts, and which MRR, a kind of movement made in a year."""
    counted = sum(step.accounts[category] for step in ran.of(year))
    amount = sum(step.movements[category] for step in ran.of(year))
    accounts, mrr = (
        all_metrics()[metric].figure(bridge.book, year, bridge.where, value, ran.source)
        for metric, value in zip(BEHIND[category], (counted, amount), strict=True)
    )
    return phrase_n("{accounts} account, {mrr}", "{accounts} accounts, {mrr}", counted, accounts=accounts, mrr=mrr)


def _at_risk(bridge: Bridge) -> Figure:
    day = Period.containing(bridge.period.last_day, "day")
    standing = rank(bridge.book, day.start, bridge.where)
    total = sum(risk.standing.mrr_minor for risk in standing.at_risk)
    return all_metrics()["mrr_at_risk"].figure(bridge.book, day, bridge.where, total, standing.source)


def _next(changes: list[Mover]) -> tuple[Phrase, ...]:
    largest = [phrase("Summary of {account}", account=changes[0].name)] if changes else []
    return (phrase("Which accounts are at risk?"), phrase("MRR summary for last month"), *largest)
