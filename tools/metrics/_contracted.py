"""What is contracted: changes of MRR that the book already holds for days to come, and what stands after them.

Nothing here is a guess. A change is one step of a contract line (`mrr_steps`) and is named after what the contract says
of that day: service starts, seats or price change, a discount or a pause begins or ends, the line ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from tools.metrics._book import accounts, discounts, mrr_steps, pauses, subscription_changes, subscriptions
from tools.metrics._dates import month_of
from tools.metrics._figure import Source
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Reader, Where, limited_to, read
from tools.metrics._registry import Rows
from tools.metrics._renewing import LEVEL, up_for_renewal
from tools.metrics._terms import first_renewals, renewals, steps_of

Reason = Literal["starts", "terms", "discounts", "pauses", "ends", "rates"]
REASONS: tuple[Reason, ...] = get_args(Reason)
"""Why a line's MRR changes. Of several on one day the end counts, else the start, a pause, seats or price, a discount;
`rates`: what an exchange rate that is known already makes of it."""
_BEFORE = ""
_p, _s = mrr_steps.c, subscriptions.c


@dataclass(frozen=True)
class ContractedMonth:
    """One month of the roll-forward, minor units of the reporting currency."""

    period: Period
    changes: Mapping[Reason, int]
    """Signed; every reason is there."""
    everything: int
    """MRR at its end: that before it and the changes."""
    nothing: int
    """MRR at its end had nothing renewed that came up for renewal since the roll-forward began."""
    renewing: int
    """Contract lines whose term ends in it, of those that are not known to end."""
    renewing_mrr: int
    """Their MRR on the day before."""


@dataclass(frozen=True)
class RollForward:
    """MRR from day to day as contracted; `opening` is what it begins with."""

    opening: int
    months: tuple[ContractedMonth, ...]
    source: Source


@dataclass(frozen=True)
class ContractChange:
    """One change of a contract line that is to come: of its seats, its price, or the end of a discount, or several."""

    account_id: str
    name: str
    on_day: date
    reason: Reason
    amount: int
    seats: bool
    price: bool
    discount: bool


def roll_forward(book: Book, months: Sequence[Period], where: Where) -> RollForward:
    """MRR month by month; `months` follow one another (the first may be the rest of one) from tomorrow on."""
    span, reader = Period(months[0].start, months[-1].end), Reader(book)
    (before,) = reader.rows(_before(span, where))
    changes, due = reader.rows(_changes_by_month(span, where)), reader.rows(_due_by_month(span, where))
    renewing = {row.month: row for row in reader.rows(_renewals_by_month(span, where))}
    opening = int(before.amount or 0)
    return RollForward(
        opening, tuple(_month(month, opening, changes, due, renewing) for month in months), reader.source
    )


def changes_ahead(book: Book, span: Period, where: Where, *reasons: Reason) -> list[ContractChange]:
    """Every change in the span for one of these reasons, the soonest first."""
    changes = scheduled_changes(span).subquery("changes")
    c = changes.c
    named = select(*c, accounts.c.name).join_from(changes, accounts, accounts.c.account_id == c.account_id)
    limited = named.where(c.reason.in_(reasons), *limited_to(where, changes, span.last_day))
    rows, _ = read(book, limited.order_by(c.on_day, func.abs(c.part).desc(), c.subscription_id))
    return [
        ContractChange(
            row.account_id, row.name, row.on_day, row.reason, int(row.part),
            bool(row.seats), bool(row.price), bool(row.discount),
        )
        for row in rows
    ]  # fmt: skip


def scheduled_changes(span: Period) -> Rows:
    """Every change of a contract line in the span: its `reason`, amount (`part`) and what the contract says changes."""
    marks = _marks(span).alias("of_day")
    that_day = and_(marks.c.subscription_id == _p.subscription_id, marks.c.on_day == _p.on_day)
    lines = mrr_steps.join(subscriptions, _s.subscription_id == _p.subscription_id).outerjoin(marks, that_day)
    marked = (func.coalesce(marks.c[kind], 0).label(kind) for kind in ("seats", "price", "discount"))
    columns = (_p.account_id, _p.subscription_id, _p.on_day, _reason(marks).label("reason"), *marked)
    within = select(*columns, _p.amount_minor.label("part")).select_from(lines)
    agreed = within.where(_p.on_day >= span.start, _p.on_day < span.end, _p.amount_minor != 0)
    nothing = (literal(0).label(kind) for kind in ("seats", "price", "discount"))
    columns = (_p.account_id, _p.subscription_id, _p.on_day, literal("rates").label("reason"), *nothing)
    revalued = select(*columns, _p.fx_minor.label("part"))
    both = union_all(agreed, revalued.where(_p.on_day >= span.start, _p.on_day < span.end, _p.fx_minor != 0))
    return select(*both.subquery("scheduled").c)


def _reason(marks: FromClause) -> ColumnElement[str]:
    paid_from = case((_s.trial_ends_on > _s.started_on, _s.trial_ends_on), else_=_s.started_on)
    return case(
        (_s.ended_on == _p.on_day, "ends"),
        (paid_from == _p.on_day, "starts"),
        (marks.c.pause > 0, "pauses"),
        (or_(marks.c.seats > 0, marks.c.price > 0), "terms"),
        else_="discounts",
    )


def standing(period: Period, everything_renews: bool) -> Rows:
    """MRR of each contract line at the end of the period; without those that came up for renewal in it, or with."""
    levels = select(_p.account_id, _p.subscription_id, _total(LEVEL).label("part"))
    levels = levels.where(_p.on_day < period.end).group_by(_p.account_id, _p.subscription_id)
    if not everything_renews:
        due = first_renewals(period)
        levels = levels.where(_p.subscription_id.not_in(select(due.c.subscription_id)))
    return levels.having(func.sum(LEVEL) != 0)


def _month(
    month: Period, opening: int, changes: Sequence[Any], due: Sequence[Any], renewing: Mapping[str, Any]
) -> ContractedMonth:
    name = f"{month.start:%Y-%m}"
    found = renewing.get(name)
    everything = opening + sum(int(row.amount) for row in changes if row.month <= name)
    return ContractedMonth(
        month,
        {reason: sum(int(r.amount) for r in changes if r.month == name and r.reason == reason) for reason in REASONS},
        everything,
        everything - sum(int(row.amount) for row in due if row.renewal <= name and row.month <= name),
        int(found.lines) if found else 0,
        int(found.mrr) if found else 0,
    )  # fmt: skip


def _before(span: Period, where: Where) -> Rows:
    """MRR when the span begins."""
    return select(_total(LEVEL).label("amount")).where(
        _p.on_day < span.start, *limited_to(where, mrr_steps, span.last_day)
    )


def _changes_by_month(span: Period, where: Where) -> Rows:
    changes = scheduled_changes(span).subquery("changes")
    columns = (month_of(changes.c.on_day).label("month"), changes.c.reason, changes.c.part)
    rows = select(*columns).where(*limited_to(where, changes, span.last_day)).subquery("changes_in").c
    return select(rows.month, rows.reason, _total(rows.part).label("amount")).group_by(rows.month, rows.reason)


def _due_by_month(span: Period, where: Where) -> Rows:
    """All steps of the contract lines that come up for renewal in the span, by the `month` of the step (`_BEFORE` the
    span, or in it) and that of the line's first `renewal`."""
    due = first_renewals(span)
    month = case((_p.on_day < span.start, _BEFORE), else_=month_of(_p.on_day)).label("month")
    columns = (month, month_of(due.c.on_day).label("renewal"), LEVEL.label("amount"))
    joined = select(*columns).join_from(due, mrr_steps, steps_of(due.c)).where(_p.on_day < span.end)
    rows = joined.where(*limited_to(where, due, span.last_day)).subquery("steps_due").c
    return select(rows.month, rows.renewal, _total(rows.amount).label("amount")).group_by(rows.month, rows.renewal)


def _renewals_by_month(span: Period, where: Where) -> Rows:
    due = up_for_renewal(renewals(span)).subquery("due")
    rows = select(month_of(due.c.on_day).label("month"), due.c.part)
    months = rows.where(*limited_to(where, due, span.last_day)).subquery("months").c
    return select(months.month, func.count().label("lines"), _total(months.part).label("mrr")).group_by(months.month)


def _marks(span: Period) -> Subquery:
    """What happens to a contract line on each day of the span: new seats or price, a discount ends, a pause begins or
    ends."""
    marks = union_all(
        _changed("quantity", "seats"), _changed("unit_amount_minor", "price"),
        _mark(discounts, discounts.c.ends_on, "discount"),
        _mark(pauses, pauses.c.starts_on, "pause"), _mark(pauses, pauses.c.ends_on, "pause"),
    ).subquery("marks").c  # fmt: skip
    found = [func.max(case((marks.kind == kind, 1), else_=0)).label(kind) for kind in _KINDS]
    rows = select(marks.subscription_id, marks.on_day, *found)
    within = rows.where(marks.on_day >= span.start, marks.on_day < span.end)
    return within.group_by(marks.subscription_id, marks.on_day).subquery("marked")


_KINDS = ("seats", "price", "discount", "pause")


def _mark(table: FromClause, day: ColumnElement[Any], kind: str) -> Rows:
    return select(table.c.subscription_id, day.label("on_day"), literal(kind).label("kind"))


def _changed(column: str, kind: str) -> Rows:
    """The days on which a column of the changes is another than before."""
    c = subscription_changes.c
    before = func.lag(c[column]).over(partition_by=c.subscription_id, order_by=c.effective_on)
    rows = select(
        c.subscription_id, c.effective_on, c[column].label("now"), func.coalesce(before, _s[column]).label("was")
    )
    joined = rows.join_from(subscription_changes, subscriptions, _s.subscription_id == c.subscription_id)
    found = joined.where(c[column].is_not(None)).subquery(f"new_{kind}")
    return _mark(found, found.c.effective_on, kind).where(found.c.now != found.c.was)


def _total(amount: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.sum(amount), BigInteger)
