"""New MRR."""

from tools.metrics._flows import flows
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where
from tools.metrics._registry import Measured, metric


@metric(unit="money")
def new_mrr(book: Book, period: Period, where: Where) -> Measured:
    """New MRR.

    MRR of accounts that never paid before, from the day on which they first do. Several contracts that start on
    that same day are one new account.

        New MRR = Σ MRR on the day of an account's first paid contract

    Reference: ChartMogul help 203299912, "New Business MRR".
    """
    found = flows(book, period, where)
    return found.movements["new"], found.source
