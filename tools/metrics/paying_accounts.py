"""Paying accounts."""

from tools.metrics._flows import flows
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where
from tools.metrics._registry import Measured, metric


@metric(unit="count")
def paying_accounts(book: Book, period: Period, where: Where) -> Measured:
    """Paying accounts.

    How many accounts have MRR at the end of the period; trials, pauses and one-off buyers do not.

        Paying accounts = number of accounts with MRR > 0

    Reference: ChartMogul help 207340419, "Customers".
    """
    found = flows(book, period, where)
    return found.end_accounts, found.source
