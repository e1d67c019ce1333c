"""Annual recurring revenue."""

from sqlalchemy import select

from tools.metrics._flows import each_account
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="money", usual="day")
def annual_recurring_revenue(book: Book, period: Period) -> Rows:
    """Annual recurring revenue (ARR).

    Monthly recurring revenue at the end of the period, times twelve. It is a rate of speed, not a forecast and not what
    the last twelve months brought in.

        ARR = MRR × 12

    Reference: common usage; no single authority.
    """
    each = each_account(period)
    return select(each.c.account_id, (12 * each.c.closing).label("part")).where(each.c.closing != 0)
