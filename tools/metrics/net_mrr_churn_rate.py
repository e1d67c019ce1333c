"""Net MRR churn rate."""

from sqlalchemy import select

from tools.metrics._flows import each_account
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="percent", of_money=True)
def net_mrr_churn_rate(book: Book, period: Period) -> Rows:
    """Net MRR churn rate.

    What contraction and churn took from the opening MRR, less what expansion and reactivation gave back. Negative
    where they gave more than was lost.

        Net MRR churn rate = (contraction + churn − expansion − reactivation) ÷ MRR at start

    Reference: ChartMogul help 203359341, "Net MRR churn rate" (start 100, −10, −10, +10 is 10%).
    """
    each = each_account(period)
    lost = -each.c.contraction - each.c.churn - each.c.expansion - each.c.reactivation
    return select(each.c.account_id, lost.label("part"), each.c.opening.label("whole"))
