"""Net MRR churn rate."""

from tools.metrics._flows import flows
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where
from tools.metrics._registry import Measured, metric, ratio


@metric(unit="percent")
def net_mrr_churn_rate(book: Book, period: Period, where: Where) -> Measured:
    """Net MRR churn rate.

    What contraction and churn took from the opening MRR, less what expansion and reactivation gave back. Negative
    where they gave more than was lost.

        Net MRR churn rate = (contraction + churn − expansion − reactivation) ÷ MRR at start

    Reference: ChartMogul help 203359341, "Net MRR churn rate" (start 100, −10, −10, +10 is 10%).
    """
    found = flows(book, period, where)
    moved = found.movements
    lost = -moved["contraction"] - moved["churn"] - moved["expansion"] - moved["reactivation"]
    return ratio(lost, found.start), found.source
