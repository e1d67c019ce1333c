"""Average revenue per account."""

from sqlalchemy import literal, select

from tools.metrics._flows import each_account, movements
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="money", usual="day")
def average_revenue_per_account(book: Book, period: Period) -> Rows:
    """Average revenue per account (ARPA).

    MRR over the accounts that pay it, both at the end of the period. Not per user, and not of new accounts only.

        ARPA = MRR ÷ paying accounts

    Reference: ChartMogul help 203359061, "ARPA".
    """
    each = each_account(period)
    return select(each.c.account_id, each.c.closing.label("part"), literal(1).label("whole")).where(each.c.closing > 0)


@average_revenue_per_account.variant("new_accounts")
def _new_accounts(book: Book, period: Period) -> Rows:
    """Average sale price (ASP): what the accounts won in the period brought in on their first paid day, per account."""
    won = movements(period, "new").subquery("won").c
    return select(won.account_id, won.on_day, won.part, literal(1).label("whole"))
