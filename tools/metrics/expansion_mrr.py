"""Expansion MRR."""

from tools.metrics._flows import flows
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where
from tools.metrics._registry import Measured, metric


@metric(unit="money")
def expansion_mrr(book: Book, period: Period, where: Where) -> Measured:
    """Expansion MRR.

    Every increase of a paying account's MRR: seats, plan, add-on, a second contract, a discount that ends, a price
    rise.

        Expansion MRR = Σ increases, per account and day, where the account paid before

    Reference: ChartMogul help 201244842, "Expansion MRR".
    """
    found = flows(book, period, where)
    return found.movements["expansion"], found.source
