"""Activation rate."""

from datetime import timedelta

from sqlalchemy import case, literal, select

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
    a, u = accounts.c, usage.c
    over = min(period.end, book.as_of - timedelta(days=WINDOW - 1))
    used = (
        select(u.account_id)
        .where(u.account_id == a.account_id, u.events > 0)
        .where(u.on_day >= a.signed_up_on, u.on_day <= days_later(a.signed_up_on, WINDOW))
        .exists()
    )
    rows = select(a.account_id, a.signed_up_on, case((used, 1), else_=0).label("part"), literal(1).label("whole"))
    return rows.where(a.signed_up_on >= period.start, a.signed_up_on < over)
