"""Net revenue retention."""

from tools.metrics._flows import cohort, flows
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where
from tools.metrics._registry import Measured, metric, ratio


@metric(unit="percent")
def net_revenue_retention(book: Book, period: Period, where: Where) -> Measured:
    """Net revenue retention (NRR).

    Of the MRR with which the period opened, the share those same accounts pay at its end: expansion, contraction
    and churn included, new and returning accounts not. It may exceed 100%.

        NRR = MRR at end of the accounts paying at start and ever since ÷ their MRR at start

    Reference: SaaS Metrics Standards Board, "Net revenue retention".
    """
    found = cohort(book, period, where)
    return ratio(found.closing, found.opening), found.source


@net_revenue_retention.variant("with_reactivation")
def _with_reactivation(book: Book, period: Period, where: Where) -> Measured:
    """ChartMogul (help 203359341, "Net MRR churn rate", its complement): all movements but new business count, also
    reactivation of accounts that were not paying at the start: (start + expansion + reactivation − contraction − churn)
    ÷ start. Flows include accounts that joined after the start.
    """
    found = flows(book, period, where)
    return ratio(found.end - found.movements["new"], found.start), found.source
