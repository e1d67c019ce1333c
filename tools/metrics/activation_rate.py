"""Activation rate."""

from datetime import timedelta

from sqlalchemy import case, func, literal, select

from tools.metrics._book import accounts, usage
from tools.metrics._dates import days_later
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric

WINDOW = 30
"""Days from sign-up in which an account must have used the product."""


@metric(unit="percent")
def activation_rate(book: Book, period: Period) -> Rows:
    """Activation rate (onboarding).

    Of the accounts that signed up in the period, the share that used the product within 30 days of it. Accounts whose
    30 days are not over by the end of the data do not count yet.

        Activation rate = accounts with usage within 30 days of sign-up ÷ accounts that signed up 30 or more days ago

    Reference: common usage (Lusha, BigDelta); event and window are ours and stated.
    """
    return _activated(book, period, WINDOW)


@activation_rate.variant("in_14_days")
def _in_14_days(book: Book, period: Period) -> Rows:
    """A shorter window: used within 14 days of sign-up. Each vendor names its own."""
    return _activated(book, period, 14)


@activation_rate.variant("on_three_days")
def _on_three_days(book: Book, period: Period) -> Rows:
    """A stricter event: used on three different days within 30 days of sign-up, so that one log-in is not enough. It
    can be told only where usage is reported by the day.
    """
    return _activated(book, period, WINDOW, days_used=3)


def _activated(book: Book, period: Period, window: int, days_used: int = 1) -> Rows:
    a, u = accounts.c, usage.c
    over = min(period.end, book.as_of - timedelta(days=window - 1))
    used = (
        select(u.account_id)
        .join_from(accounts, usage, u.account_id == a.account_id)
        .where(u.events > 0, u.on_day >= a.signed_up_on, u.on_day <= days_later(a.signed_up_on, window))
        .group_by(u.account_id)
        .having(func.count(u.on_day.distinct()) >= days_used)
    )
    activated = case((a.account_id.in_(used), 1), else_=0)
    rows = select(a.account_id, a.signed_up_on, activated.label("part"), literal(1).label("whole"))
    return rows.where(a.signed_up_on >= period.start, a.signed_up_on < over)
