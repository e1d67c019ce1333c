"""Signs in product usage: what was lost, how broad it is, how many use it, whether it ever began.

All are counted back from an account's latest report, so that a feed by the month is judged like one by the week or day.
Only the last months are read, by the index over days.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, select

from tools.metrics._asking import Asked, Signs
from tools.metrics._book import accounts, usage
from tools.metrics._dates import days_later

REPORTING = timedelta(days=60)
"""After so long without a report, usage is not low but unknown; a month's report stands for up to two."""
MONTH, QUARTER = 28, 112
"""The latest 4 weeks reported, and the 12 before them begin so many days before the latest report."""
SILENT = 365
"""A feed that stopped longer ago is as good as none."""
WINDOW = 30
"""Days from sign-up in which an account must have used the product, as the activation rate has it."""
u = usage.c


def use(asked: Asked) -> Signs:
    """usage_drop, features_dropped, breadth, peak_users and events: the last two become shares of the seats."""
    for row in asked.reader.rows(_by_account(_by_feature(asked))):
        yield row.account_id, "breadth", float(row.breadth)
        yield row.account_id, "events", float(row.recent)
        if row.peak is not None:
            yield row.account_id, "peak_users", float(row.peak)
        if row.before:
            yield row.account_id, "usage_drop", max(0.0, 1 - 3 * float(row.recent) / float(row.before))
            yield row.account_id, "features_dropped", float(row.dropped)


def _by_account(by_feature: Any) -> Select[*tuple[Any, ...]]:
    f = by_feature.c
    used, dropped = case((f.recent > 0, 1), else_=0), case((and_(f.recent == 0, f.before > 0), 1), else_=0)
    return select(
        f.account_id, func.sum(f.recent).label("recent"), func.sum(f.before).label("before"),
        func.sum(used).label("breadth"), func.sum(dropped).label("dropped"), func.max(f.peak).label("peak"),
    ).group_by(f.account_id)  # fmt: skip


def _by_feature(asked: Asked) -> Any:
    latest = _latest(asked, REPORTING.days).subquery("latest")
    recent = u.on_day > latest.c.month_ago
    return (
        select(
            u.account_id, u.feature,
            func.sum(case((recent, u.events), else_=0)).label("recent"),
            func.sum(case((recent, 0), else_=u.events)).label("before"),
            func.max(case((recent, u.users))).label("peak"),
        )
        .join_from(usage, latest, latest.c.account_id == u.account_id)
        .where(u.on_day > latest.c.quarter_ago, u.on_day <= asked.day)
        .where(u.on_day > asked.back(REPORTING.days + QUARTER), *asked.only(u.account_id))
        .group_by(u.account_id, u.feature)
        .subquery("by_feature")
    )  # fmt: skip


def _latest(asked: Asked, days: int) -> Select[*tuple[Any, ...]]:
    last = func.max(u.on_day)
    found = select(
        u.account_id, last.label("last"), days_later(last, -MONTH).label("month_ago"),
        days_later(last, -QUARTER).label("quarter_ago"),
    )  # fmt: skip
    within = found.where(u.on_day <= asked.day, u.on_day > asked.back(days), *asked.only(u.account_id))
    return within.group_by(u.account_id)


def reports(asked: Asked) -> Signs:
    """usage_gap, days since usage was last reported: they stopped using it, or their feed stopped telling.

    not_activated: 1 where an account that signed up in the last year has never used the product, though its first 30
    days are over and reports came before it; 0 where usage is reported.
    """
    last: dict[str, date] = {}
    for row in asked.reader.rows(_latest(asked, SILENT)):
        last[row.account_id] = row.last
        yield row.account_id, "usage_gap", float((asked.day - row.last).days)
        yield row.account_id, "not_activated", 0.0
    for account in _past_their_window(asked):
        if account not in last:
            yield account, "not_activated", 1.0


def _past_their_window(asked: Asked) -> list[str]:
    """Who signed up in the last year, after reports began, and whose first 30 days are over; nobody without reports."""
    begun, signed_up = asked.recorded.first_use, accounts.c.signed_up_on
    if not asked.recorded.use or begun is None:
        return []
    statement = select(accounts.c.account_id).where(
        signed_up > max(begun, asked.back(SILENT)), signed_up <= asked.back(WINDOW)
    )
    return [row.account_id for row in asked.rows(statement, accounts.c.account_id)]
