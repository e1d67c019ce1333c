"""New MRR."""

from tools.metrics._flows import movements
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="money")
def new_mrr(book: Book, period: Period) -> Rows:
    """New MRR.

    MRR of accounts that never paid before, from the day on which they first do. Several contracts that start on
    that same day are one new account.

        New MRR = Σ MRR on the day of an account's first paid contract

    Reference: ChartMogul help 203299912, "New Business MRR".
    """
    return movements(period, "new")
