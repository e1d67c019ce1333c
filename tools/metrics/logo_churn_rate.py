"""Logo churn rate."""

from tools.metrics._flows import cohort
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where
from tools.metrics._registry import Measured, metric, ratio


@metric(unit="percent")
def logo_churn_rate(book: Book, period: Period, where: Where) -> Measured:
    """Logo churn rate.

    Of the accounts paying when the period opened, the share that stopped paying in it. New accounts never offset it.

        Logo churn = accounts lost in the period ÷ accounts paying at its start

    Reference: SaaS Metrics Standards Board, "Logo retention" (churn = 1 − retention).
    """
    found = cohort(book, period, where)
    return ratio(found.lost, found.accounts), found.source
