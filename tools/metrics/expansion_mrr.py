"""Expansion MRR."""

from tools.metrics._flows import movements
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="money")
def expansion_mrr(book: Book, period: Period) -> Rows:
    """Expansion MRR.

    Every increase of a paying account's MRR: seats, plan, add-on, a second contract, a discount that ends, a price
    rise.

        Expansion MRR = Σ increases, per account and day, where the account paid before

    Reference: ChartMogul help 201244842, "Expansion MRR".
    """
    return movements(period, "expansion")
