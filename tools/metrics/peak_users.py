"""Peak users."""

from sqlalchemy import func, select

from tools.metrics._book import usage
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="count")
def peak_users(book: Book, period: Period) -> Rows:
    """Peak users.

    How many people used one feature in the best report of the period: the most of any day, week or month, as the
    account reports. People are not told apart between features and reports, so these are never added up within an
    account; over several accounts it is the sum of their peaks.

        Peak users = Σ accounts of the largest number of users in a report dated in the period

    Reference: this project; the upper bound that reports without people's names allow.
    """
    u = usage.c
    rows = select(u.account_id, func.max(u.users).label("part"))
    return rows.where(u.on_day >= period.start, u.on_day < period.end, u.users.is_not(None)).group_by(u.account_id)
