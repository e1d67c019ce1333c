"""Gross MRR churn rate."""

from sqlalchemy import select

from tools.metrics._flows import each_account
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="percent", of_money=True)
def gross_mrr_churn_rate(book: Book, period: Period) -> Rows:
    """Gross MRR churn rate.

    The share of the opening MRR that contraction and churn took away in the period, whatever was won beside it.

        Gross MRR churn rate = (contraction + churn) ÷ MRR at start

    Reference: ChartMogul help 203359411, "Gross MRR churn rate".
    """
    each = each_account(period)
    lost = -each.c.contraction - each.c.churn
    return select(each.c.account_id, lost.label("part"), each.c.opening.label("whole"))
