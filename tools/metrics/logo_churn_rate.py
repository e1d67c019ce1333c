"""Logo churn rate."""

from sqlalchemy import case, literal, select

from tools.metrics._flows import each_account
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="percent", hides=True)
def logo_churn_rate(book: Book, period: Period) -> Rows:
    """Logo churn rate.

    Of the accounts paying when the period opened, the share that stopped paying in it. New accounts never offset it.

        Logo churn = accounts lost in the period ÷ accounts paying at its start

    Reference: SaaS Metrics Standards Board, "Logo retention" (churn = 1 − retention).
    """
    each = each_account(period)
    lost = case((each.c.churn_n > 0, 1), else_=0)
    return select(each.c.account_id, lost.label("part"), literal(1).label("whole")).where(each.c.opening > 0)


@logo_churn_rate.variant("stripe")
def _stripe(book: Book, period: Period) -> Rows:
    """Stripe (Billing analytics glossary, "Subscriber churn rate"): churned in the period ÷ (paying at its start + new
    in it). Stripe's window is 30 days; an account that churns twice counts twice.
    """
    each = each_account(period)
    base = case((each.c.opening > 0, 1), else_=0) + each.c.new_n
    return select(each.c.account_id, each.c.churn_n.label("part"), base.label("whole"))


@logo_churn_rate.variant("chartmogul")
def _chartmogul(book: Book, period: Period) -> Rows:
    """ChartMogul (help 203359061, "Customer churn rate"): every churn of the period ÷ accounts paying at its start,
    also of accounts that joined after it.
    """
    each = each_account(period)
    at_start = case((each.c.opening > 0, 1), else_=0)
    return select(each.c.account_id, each.c.churn_n.label("part"), at_start.label("whole"))


@logo_churn_rate.variant("net_of_new")
def _net_of_new(book: Book, period: Period) -> Rows:
    """Article 003, where churn is lost minus new customers: it is a *net customer change*, shown because the name is
    used so, and negative where more were won than lost.
    """
    each = each_account(period)
    at_start = case((each.c.opening > 0, 1), else_=0)
    net = each.c.churn_n - each.c.new_n
    return select(each.c.account_id, net.label("part"), at_start.label("whole"))
