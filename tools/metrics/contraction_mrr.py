"""Contraction MRR."""

from tools.metrics._flows import movements
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="money")
def contraction_mrr(book: Book, period: Period) -> Rows:
    """Contraction MRR.

    Every decrease of an account's MRR that leaves it paying, the end of one of several contracts included.
    Given as a negative amount.

        Contraction MRR = Σ decreases, per account and day, where the account goes on paying

    Reference: ChartMogul help 201244842, "Contraction MRR".
    """
    return movements(period, "contraction")
