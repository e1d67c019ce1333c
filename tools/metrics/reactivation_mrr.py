"""Reactivation MRR."""

from tools.metrics._flows import flows
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where
from tools.metrics._registry import Measured, metric


@metric(unit="money")
def reactivation_mrr(book: Book, period: Period, where: Where) -> Measured:
    """Reactivation MRR.

    MRR of accounts that had stopped paying and pay again, however long the time between.

        Reactivation MRR = Σ MRR on the day on which an account that had churned pays again

    Reference: ChartMogul help 201244842, "Reactivation MRR"; Stripe, Billing analytics glossary.
    """
    found = flows(book, period, where)
    return found.movements["reactivation"], found.source
