"""Gross MRR churn rate."""

from tools.metrics._flows import flows
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where
from tools.metrics._registry import Measured, metric, ratio


@metric(unit="percent")
def gross_mrr_churn_rate(book: Book, period: Period, where: Where) -> Measured:
    """Gross MRR churn rate.

    The share of the opening MRR that contraction and churn took away in the period, whatever was won beside it.

        Gross MRR churn rate = (contraction + churn) ÷ MRR at start

    Reference: ChartMogul help 203359411, "Gross MRR churn rate".
    """
    found = flows(book, period, where)
    return ratio(-found.movements["contraction"] - found.movements["churn"], found.start), found.source
