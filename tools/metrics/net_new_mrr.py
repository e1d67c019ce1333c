"""Net new MRR."""

from tools.metrics._flows import CATEGORIES, movements
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="money")
def net_new_mrr(book: Book, period: Period) -> Rows:
    """Net new MRR.

    What the period added to MRR, all five movements of all accounts together; negative where MRR fell.

        Net new MRR = new + expansion + reactivation − contraction − churn = end − start

    Reference: ChartMogul help 203299912, "Net MRR movement".
    """
    return movements(period, *CATEGORIES)
