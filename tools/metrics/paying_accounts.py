"""Paying accounts."""

from sqlalchemy import case, select

from tools.metrics._flows import each_account
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="count", usual="day")
def paying_accounts(book: Book, period: Period) -> Rows:
    """Paying accounts.

    How many accounts have MRR at the end of the period; trials, pauses and one-off buyers do not.

        Paying accounts = number of accounts with MRR > 0

    Reference: ChartMogul help 207340419, "Customers".
    """
    each = each_account(period)
    return select(each.c.account_id, (case((each.c.closing > 0, 1), else_=0)).label("part")).where(each.c.closing > 0)
