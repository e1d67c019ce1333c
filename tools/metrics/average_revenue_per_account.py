"""Average revenue per account."""

from fractions import Fraction

from tools.metrics._flows import flows
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where
from tools.metrics._registry import Measured, metric, ratio


@metric(unit="money")
def average_revenue_per_account(book: Book, period: Period, where: Where) -> Measured:
    """Average revenue per account (ARPA).

    MRR over the accounts that pay it, both at the end of the period. Not per user, and not of new accounts only.

        ARPA = MRR ÷ paying accounts

    Reference: ChartMogul help 203359061, "ARPA".
    """
    found = flows(book, period, where)
    value: Fraction | None = ratio(found.end, found.end_accounts)
    return value, found.source
