"""Gross revenue retention."""

from sqlalchemy import case, select

from tools.metrics._flows import each_account
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="percent", hides=True, usual="year", of_money=True)
def gross_revenue_retention(book: Book, period: Period) -> Rows:
    """Gross revenue retention (GRR).

    Of the MRR with which the period opened, the share those same accounts still pay at its end, each held to what
    it paid at the start: it never exceeds 100%. An account that stopped paying in between is lost; what exchange rates
    alone did is left out.

        GRR = Σ min(MRR at start, MRR at end) of accounts paying at start ÷ MRR at start

    Reference: SaaS Metrics Standards Board, "Gross revenue retention".
    """
    each = each_account(period)
    capped = case((each.c.held < each.c.opening, each.c.held), else_=each.c.opening)
    kept = case((each.c.churn_n == 0, capped), else_=0)
    return select(each.c.account_id, kept.label("part"), each.c.opening.label("whole")).where(each.c.opening > 0)


@gross_revenue_retention.variant("flow")
def _flow(book: Book, period: Period) -> Rows:
    """By flows, as many tools sum it: (start − contraction − churn) ÷ start. Losses of accounts that joined after the
    start count too.
    """
    each = each_account(period)
    kept = each.c.opening + each.c.contraction + each.c.churn
    return select(each.c.account_id, kept.label("part"), each.c.opening.label("whole"))
