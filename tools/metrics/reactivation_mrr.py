"""Reactivation MRR."""

from tools.metrics._flows import movements
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="money")
def reactivation_mrr(book: Book, period: Period) -> Rows:
    """Reactivation MRR.

    MRR of accounts that had stopped paying and pay again, however long the time between.

        Reactivation MRR = Σ MRR on the day on which an account that had churned pays again

    Reference: ChartMogul help 201244842, "Reactivation MRR"; Stripe, Billing analytics glossary.
    """
    return movements(period, "reactivation")
