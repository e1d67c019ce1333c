"""Contract terms: when each ended, and what came of it.

A contract's term ends on every whole term counted from its recorded renewal, else from its first paid day, and on the
day on which it is broken off. A term is as long as the book records, else as one billing interval. A contract that runs
for less than a quarter renews all the time: nobody decides anything.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    or_,
    select,
    union_all,
)

from tools.metrics._book import mrr_steps, subscriptions
from tools.metrics._dates import days_later
from tools.metrics._ledger import MRR_KINDS
from tools.metrics._opening import Book
from tools.metrics._period import Period, add_months

GRACE = 30
"""Days around the end of a term in which another contract may take its place."""
DECIDES = 3
"""Months of the shortest term at whose end somebody decides."""

Statement = Select[*tuple[Any, ...]]


def decisions(book: Book, period: Period) -> Subquery:
    """The terms that ended in the period and of which it is known what came of them.

    `account_id`, `subscription_id`, `auto_renew`, `ended_on` (of the term), `expiring`: MRR on its last day, `kept`:
    MRR of the contract and of those that took its place 30 days later, `renewed`: 1 where there is any. Minor units of
    the reporting currency, at the rates of the two days.
    """
    each = _valued(_ended(period)).subquery("valued").c
    broken_off_early = and_(each.scheduled == 0, or_(each.after.is_(None), days_later(each.on_day, GRACE) < each.after))
    replaced_in_between = and_(broken_off_early, each.kept_native > 0)
    decided = or_(each.kept_native > 0, each.cancelled_on.is_not(None), days_later(each.on_day, GRACE) <= book.as_of)
    columns = (each.account_id, each.subscription_id, each.auto_renew, each.on_day.label("ended_on"), each.expiring)
    renewed = case((each.kept_native > 0, 1), else_=0).label("renewed")
    statement = select(*columns, each.kept, renewed).where(decided, ~replaced_in_between)
    return statement.where(
        each.on_day >= period.start, each.on_day < min(period.end, book.as_of + timedelta(days=1))
    ).subquery("decisions")


def deciding_lines() -> Subquery:
    """Contract lines at whose ends somebody decides; `anchor`: a day on which a term ends or begins."""
    s = subscriptions.c
    paid_from = case((s.trial_ends_on > s.started_on, s.trial_ends_on), else_=s.started_on)
    billed = case((s.interval_unit == "year", 12 * s.interval_count), (s.interval_unit == "month", s.interval_count))
    term = func.coalesce(s.term_months, billed)
    columns = (s.subscription_id, s.account_id, s.product, s.started_on, s.ended_on, s.cancelled_on, s.auto_renew)
    anchor = func.coalesce(s.renews_on, paid_from)
    lines = select(*columns, paid_from.label("paid_from"), anchor.label("anchor"), term.label("term"))
    return lines.where(s.kind.in_(MRR_KINDS), term >= DECIDES).subquery("lines")


def renewals(period: Period) -> Subquery:
    """Every end of a term in the period, of contract lines that are not known to end by then: `subscription_id`,
    `account_id`, `on_day`."""
    lines = deciding_lines()
    days = anniversaries(lines, period).add_columns(lines.c.account_id, lines.c.ended_on).subquery("term_ends").c
    rows = select(days.subscription_id, days.account_id, days.on_day).distinct()  # found before steps are joined to it
    going_on = or_(days.ended_on.is_(None), days.ended_on > days.on_day)
    return rows.where(going_on, days.on_day >= period.start, days.on_day < period.end).subquery("renewals")


def first_renewals(period: Period) -> Subquery:
    """The same, of each line only the first."""
    each = renewals(period).c
    first = select(each.subscription_id, each.account_id, func.min(each.on_day).label("on_day"))
    return first.group_by(each.subscription_id, each.account_id).subquery("first_renewals")


def _ended(period: Period) -> Subquery:
    """Every end of a term around the period, with the one `before` it; one soon after another is part of that one."""
    lines = deciding_lines()
    day, line = _days(lines, period).c, lines.c
    over: dict[str, Any] = {"partition_by": day.subscription_id, "order_by": day.on_day}
    days = select(
        *day, func.lag(day.on_day).over(**over).label("before"), func.lead(day.on_day).over(**over).label("after")
    ).subquery("days")
    late = and_(days.c.scheduled == 0, days.c.before.is_not(None), days_later(days.c.before, GRACE) >= days.c.on_day)
    within = or_(line.ended_on.is_(None), days.c.on_day <= line.ended_on)
    rows = select(
        *(column for column in line if column.name not in ("paid_from", "anchor", "term")),
        days.c.on_day, days.c.scheduled, days.c.after,
    ).join_from(days, lines, line.subscription_id == days.c.subscription_id)  # fmt: skip
    return rows.where(within, ~late).subquery("ended")


def _days(lines: Subquery, period: Period) -> Subquery:
    """The days on which terms end: by the calendar (`scheduled` 1), or because service does (0)."""
    line = lines.c
    ends = select(line.subscription_id, line.ended_on.label("on_day"), literal(0).label("scheduled"))
    days = union_all(anniversaries(lines, period), ends.where(line.ended_on > line.paid_from)).subquery("all_days").c
    each = select(days.subscription_id, days.on_day, func.max(days.scheduled).label("scheduled"))
    return each.group_by(days.subscription_id, days.on_day).subquery("term_days")


def anniversaries(lines: Subquery, period: Period) -> Statement:
    """Whole terms from the anchor, forwards and backwards; a day that the month lacks becomes its last."""
    line, month = lines.c, _months(period).c
    apart = month.number - _part("year", line.anchor) * 12 - _part("month", line.anchor)
    nth = _part("day", line.anchor)
    on_day = days_later(month.eve, case((nth > month.length, month.length), else_=nth))
    days = select(line.subscription_id, on_day.label("on_day"), literal(1).label("scheduled"))
    return days.where(apart % line.term == 0, on_day > line.paid_from)


def _part(of: str, day: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(extract(of, day), Integer)


def _months(period: Period) -> Subquery:
    """The months of the period and two more at each side: `number`, `eve` (the last day before it), `length`."""
    rows = [
        select(
            literal(12 * first.year + first.month).label("number"),
            literal(first - timedelta(days=1), Date).label("eve"),
            literal(monthrange(first.year, first.month)[1]).label("length"),
        )
        for first in _firsts(period)
    ]
    return union_all(*rows).subquery("months")


def _firsts(period: Period) -> Iterator[date]:
    first = add_months(period.start.replace(day=1), -2)
    while first < add_months(period.end, 2):
        yield first
        first = add_months(first, 1)


def _valued(ended: Subquery) -> Statement:
    """Ended terms with what they brought in on the last day, and what is left of it when the grace days are over."""
    e, p, heirs = ended.c, mrr_steps.c, subscriptions.alias("heirs")
    until = days_later(e.on_day, GRACE)
    own = and_(p.subscription_id == e.subscription_id, p.on_day < e.on_day)
    amount = p.amount_minor + p.fx_minor
    rows = select(
        *e,
        func.sum(case((own, amount), else_=0)).label("expiring"),
        func.sum(amount).label("kept"),
        func.sum(p.native_minor).label("kept_native"),
    ).select_from(ended.join(heirs, _inherits(heirs.c, e)).join(mrr_steps, steps_of(heirs.c)))
    return rows.where(p.on_day <= until).group_by(*e).having(func.sum(case((own, p.native_minor), else_=0)) > 0)


def steps_of(line: Any) -> ColumnElement[bool]:
    """By account too: that is how they are kept, and found."""
    return and_(mrr_steps.c.account_id == line.account_id, mrr_steps.c.subscription_id == line.subscription_id)


def _inherits(heir: Any, ended: Any) -> ColumnElement[bool]:
    """It is the contract itself; or, where that is over, one of the same product that began around its end."""
    until = days_later(ended.on_day, GRACE)
    took_its_place = and_(
        ended.ended_on <= until,
        heir.kind.in_(MRR_KINDS),
        heir.started_on > ended.started_on,
        heir.started_on >= days_later(ended.on_day, -GRACE),
        heir.started_on <= until,
        or_(heir.product.is_(None), ended.product.is_(None), heir.product == ended.product),
    )
    itself = heir.subscription_id == ended.subscription_id
    return and_(heir.account_id == ended.account_id, or_(itself, took_its_place))
