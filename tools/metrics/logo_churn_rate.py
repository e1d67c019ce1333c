"""Logo churn rate."""

from tools.metrics._flows import cohort, flows
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


@logo_churn_rate.variant("stripe")
def _stripe(book: Book, period: Period, where: Where) -> Measured:
    """Stripe (Billing analytics glossary, "Subscriber churn rate"): churned in the period ÷ (paying at its start + new
    in it). Stripe's window is 30 days; an account that churns twice counts twice.
    """
    found = flows(book, period, where)
    return ratio(found.accounts["churn"], found.start_accounts + found.accounts["new"]), found.source


@logo_churn_rate.variant("chartmogul")
def _chartmogul(book: Book, period: Period, where: Where) -> Measured:
    """ChartMogul (help 203359061, "Customer churn rate"): every churn of the period ÷ accounts paying at its start,
    also of accounts that joined after it.
    """
    found = flows(book, period, where)
    return ratio(found.accounts["churn"], found.start_accounts), found.source


@logo_churn_rate.variant("net_of_new")
def _net_of_new(book: Book, period: Period, where: Where) -> Measured:
    """Article 003, where churn is lost minus new customers: it is a *net customer change*, shown because the name is
    used so, and negative where more were won than lost.
    """
    found = flows(book, period, where)
    return ratio(found.accounts["churn"] - found.accounts["new"], found.start_accounts), found.source
