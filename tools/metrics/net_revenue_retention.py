"""Net revenue retention."""

from sqlalchemy import case, select

from tools.metrics._flows import each_account
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="percent", hides=True, usual="year", of_money=True)
def net_revenue_retention(book: Book, period: Period) -> Rows:
    """Net revenue retention (NRR).

    Of the MRR with which the period opened, the share those same accounts pay at its end: expansion, contraction
    and churn included, new and returning accounts not, and nothing that exchange rates alone did. It may exceed 100%.

        NRR = MRR at end of the accounts paying at start and ever since ÷ their MRR at start

    Reference: SaaS Metrics Standards Board, "Net revenue retention".
    """
    each = each_account(period)
    kept = case((each.c.churn_n == 0, each.c.held), else_=0)
    return select(each.c.account_id, kept.label("part"), each.c.opening.label("whole")).where(each.c.opening > 0)


@net_revenue_retention.variant("with_reactivation")
def _with_reactivation(book: Book, period: Period) -> Rows:
    """ChartMogul (help 203359341, "Net MRR churn rate", its complement): all movements but new business count, also
    reactivation of accounts that were not paying at the start: (start + expansion + reactivation − contraction − churn)
    ÷ start. Flows include accounts that joined after the start.
    """
    each = each_account(period)
    without_new = each.c.held - each.c.new
    return select(each.c.account_id, without_new.label("part"), each.c.opening.label("whole"))


@net_revenue_retention.variant("point_to_point")
def _point_to_point(book: Book, period: Period) -> Rows:
    """MRR at the end of the accounts that paid at the start ÷ their MRR then, also of those that left in between and
    came back; nothing of accounts that joined later.
    """
    each = each_account(period)
    return select(each.c.account_id, each.c.held.label("part"), each.c.opening.label("whole")).where(each.c.opening > 0)


@net_revenue_retention.variant("flow")
def _flow(book: Book, period: Period) -> Rows:
    """By flows, as many tools sum it: (start + expansion − contraction − churn) ÷ start. Movements of accounts that
    joined after the start count too, without their new MRR.
    """
    each = each_account(period)
    kept = each.c.opening + each.c.expansion + each.c.contraction + each.c.churn
    return select(each.c.account_id, kept.label("part"), each.c.opening.label("whole"))
