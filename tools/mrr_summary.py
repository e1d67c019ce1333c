"""What happened to monthly recurring revenue in a period."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, Field

from tools import (
    OWNER,
    PERIOD,
    SEGMENT,
    Answer,
    Cell,
    Chart,
    Column,
    Deps,
    Fact,
    Facts,
    NextSteps,
    Note,
    Part,
    Phrase,
    Table,
    ToolError,
    phrase,
    phrase_n,
)
from tools._reading import conversion, elapsed, written_period
from tools.metrics import CATEGORIES, Category, Figure, Flows, Money, Mover, Period, all_metrics, flows, movers

TOP = 5
LEFT = 20
NAMES: dict[Category, Phrase] = {
    "new": phrase("New"),
    "expansion": phrase("Expansion"),
    "reactivation": phrase("Reactivation"),
    "contraction": phrase("Contraction"),
    "churn": phrase("Churn"),
}
RATES = phrase("Exchange rates")
METRICS: dict[Category, str] = {
    "new": "new_mrr",
    "expansion": "expansion_mrr",
    "reactivation": "reactivation_mrr",
    "contraction": "contraction_mrr",
    "churn": "churned_mrr",
}


class Input(BaseModel):
    period: Annotated[str | None, PERIOD] = Field(
        default=None,
        description="For instance 2026-W46, 2026-10, 2026-Q3 or 2026-01-01..2026-06-30; empty: last full week.",
    )
    segment: Annotated[str | None, SEGMENT] = Field(default=None, description="Only accounts of this segment.")
    owner: Annotated[str | None, OWNER] = Field(
        default=None, description="Only accounts of this customer-success manager."
    )


def mrr_summary(ask: Input, deps: Deps) -> Answer:
    """Summarise MRR for a week, month, quarter or any period: where it started, what moved it, where it ended.

    Use for the weekly or monthly MRR or revenue summary, the MRR bridge, new, expansion, contraction, churned and
    reactivated MRR, net and gross revenue retention, quick ratio, and who gained or lost most.
    """
    period = elapsed(_period(ask.period, deps), deps.today)
    where = {name: value for name, value in (("segment", ask.segment), ("owner", ask.owner)) if value}
    found = flows(deps.book, period, where)
    if not (found.start_accounts or any(found.accounts.values())):
        raise ToolError(phrase("Nobody paid anything then ({subject}).", subject=_subject(period, where.values())))
    if not found.closes:
        raise ToolError(
            phrase(
                "The MRR bridge of this period does not close, so it is withheld. "
                "Load the data again, or tell the owner of the book."
            )
        )
    summary = _Summary(deps, period, where, found)
    changes = movers(deps.book, period, where)
    currency = deps.book.currency
    parts: list[Part] = [summary.bridge(), summary.chart(), summary.ratios(), _movers(changes, currency)]
    parts += _left(changes, currency)
    return Answer(
        subject=_subject(period, where.values()),
        headline=phrase(
            "MRR was {end} on {last}; net new since {first}: {net_new}.",
            end=summary.end,
            last=period.last_day,
            first=period.start,
            net_new=summary.net_new,
        ),
        parts=(*parts, *conversion(deps.book), NextSteps(_next(changes))),
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


class _Summary:
    """The figures of one period, all from one statement."""

    def __init__(self, deps: Deps, period: Period, where: dict[str, str], found: Flows) -> None:
        self.book, self.period, self.where, self.found = deps.book, period, where, found
        day_before = Period.containing(period.start - timedelta(days=1), "day")
        self.start = self._figure("mrr", found.start, day_before)
        self.end = self._figure("mrr", found.end, Period.containing(period.last_day, "day"))
        self.net_new = self._figure("net_new_mrr", found.net_new, period)
        self.moves = {name: self._figure(METRICS[name], found.movements[name], period) for name in CATEGORIES}

    def _figure(self, metric: str, value: int, period: Period) -> Figure:
        return all_metrics()[metric].figure(self.book, period, self.where, value, self.found.source)

    def bridge(self) -> Table:
        """Start, the five movements and end: the rows between add up to the last."""
        moves: list[tuple[Cell, ...]] = [
            (NAMES[name], self.moves[name], self.found.accounts[name]) for name in CATEGORIES
        ]
        if self.found.fx:
            moves.append((RATES, Money(self.found.fx, self.book.currency), None))
        return Table(
            phrase("From start to end"),
            (Column(phrase("Movement")), Column(phrase("MRR"), numeric=True), Column(phrase("Accounts"), numeric=True)),
            (
                (phrase("Start"), self.start, self.found.start_accounts),
                *moves,
                (phrase("End"), self.end, self.found.end_accounts),
            ),
        )

    def chart(self) -> Chart:
        currency = self.book.currency
        moves: list[tuple[Phrase, Money]] = [
            (NAMES[name], Money(self.found.movements[name], currency)) for name in CATEGORIES
        ]
        if self.found.fx:
            moves.append((RATES, Money(self.found.fx, currency)))
        ends = Money(self.found.start, currency), Money(self.found.end, currency)
        return Chart(phrase("MRR bridge"), "waterfall", ((phrase("Start"), ends[0]), *moves, (phrase("End"), ends[1])))

    def ratios(self) -> Facts:
        year = self.period.trailing_year()
        now = Period.containing(self.period.last_day, "day")
        last = year.last_day
        shown = (
            (phrase("Quick ratio"), "quick_ratio", self.period),
            (phrase("Net revenue retention, 12 months to {day}", day=last), "net_revenue_retention", year),
            (phrase("Gross revenue retention, 12 months to {day}", day=last), "gross_revenue_retention", year),
            (phrase("Logo churn in the period"), "logo_churn_rate", self.period),
            (phrase("MRR at risk"), "mrr_at_risk", now),
        )
        return Facts(tuple(Fact(label, self._measured(metric, period)) for label, metric, period in shown))

    def _measured(self, metric: str, period: Period) -> Figure:
        return all_metrics()[metric](self.book, period, self.where)


def _movers(changes: Sequence[Mover], currency: str) -> Part:
    """The largest changes and all others in one line: together the net new MRR."""
    if not changes:
        return Note(phrase("No account's MRR moved in this period."))
    others = changes[TOP:]
    rows: list[tuple[Cell, ...]] = [(m.name, _happened(m), Money(m.amount, currency)) for m in changes[:TOP]]
    if others:
        label = phrase_n("{n} other account", "{n} other accounts", len(others))
        rows.append((label, None, Money(sum(mover.amount for mover in others), currency)))
    rows.append((phrase("Net new MRR"), None, Money(sum(mover.amount for mover in changes), currency)))
    columns = (Column(phrase("Account")), Column(phrase("What happened")), Column(phrase("Change"), numeric=True))
    return Table(phrase("Who moved it"), columns, tuple(rows))


def _left(changes: Sequence[Mover], currency: str) -> list[Part]:
    """Who left, by name, where the largest changes do not name them all."""
    left = [mover for mover in changes if mover.movements[-1] == "churn"]
    if all(mover in changes[:TOP] for mover in left):
        return []
    rows = tuple((mover.name, Money(mover.amount, currency)) for mover in left[:LEFT])
    more = len(left) - len(rows)
    footnote = phrase_n("and {n} more", "and {n} more", more) if more else None
    columns = (Column(phrase("Account")), Column(phrase("Change"), numeric=True))
    return [Table(phrase("Who left"), columns, rows, footnote)]


def _happened(mover: Mover) -> Phrase:
    first, *more = (NAMES[movement] for movement in mover.movements)
    for following in more:
        first = phrase("{first}, then {following}", first=first, following=following)
    return first


def _next(changes: Sequence[Mover]) -> tuple[Phrase, ...]:
    largest = [phrase("Summary of {account}", account=changes[0].name)] if changes else []
    return (phrase("Which accounts are at risk?"), phrase("MRR summary for last month"), *largest)
