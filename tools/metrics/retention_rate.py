"""Retention rate."""

from sqlalchemy import case, literal, select

from tools.metrics._flows import each_account
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="percent", standard="cohort", hides=True)
def retention_rate(book: Book, period: Period) -> Rows:
    """Retention rate (customers).

    Of the accounts paying when the period opened, the share that paid all through to its end. Accounts won in the
    period, back or new, never count: 1 − logo churn.

        Retention rate = (accounts at end − accounts won in the period) ÷ accounts at start

    Reference: the usual form; "retention" in the article of the eleven strategies, with the accounts won taken out.
    """
    each = each_account(period)
    stayed = case((each.c.churn_n == 0, 1), else_=0)
    return select(each.c.account_id, stayed.label("part"), literal(1).label("whole")).where(each.c.opening > 0)


@retention_rate.variant("simple")
def _simple(book: Book, period: Period) -> Rows:
    """Article 001: accounts at end ÷ accounts at start. It hides how many were lost behind how many were won, and is
    never shown without them.
    """
    each = each_account(period)
    at_start, at_end = case((each.c.opening > 0, 1), else_=0), case((each.c.closing > 0, 1), else_=0)
    return select(each.c.account_id, at_end.label("part"), at_start.label("whole"))
