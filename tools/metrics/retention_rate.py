"""Retention rate."""

from tools.metrics._flows import cohort, flows
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where
from tools.metrics._registry import Measured, metric, ratio


@metric(unit="percent", standard="cohort")
def retention_rate(book: Book, period: Period, where: Where) -> Measured:
    """Retention rate (customers).

    Of the accounts paying when the period opened, the share that paid all through to its end. Accounts won in the
    period, back or new, never count: 1 − logo churn.

        Retention rate = (accounts at end − accounts won in the period) ÷ accounts at start

    Reference: the usual form; "retention" in the article of the eleven strategies, with the accounts won taken out.
    """
    found = cohort(book, period, where)
    return ratio(found.accounts - found.lost, found.accounts), found.source


@retention_rate.variant("simple")
def _simple(book: Book, period: Period, where: Where) -> Measured:
    """Article 001: accounts at end ÷ accounts at start. It hides how many were lost behind how many were won, and is
    never shown without them.
    """
    found = flows(book, period, where)
    return ratio(found.end_accounts, found.start_accounts), found.source
