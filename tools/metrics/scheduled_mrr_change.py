"""Scheduled change of MRR."""

from tools.metrics._contracted import scheduled_changes
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="money")
def scheduled_mrr_change(book: Book, period: Period) -> Rows:
    """Scheduled change of MRR.

    By how much the contracts that the book holds change MRR in the period, line by line: service that starts, seats and
    prices, discounts and pauses that begin or end, contracts that end. Signed.

        Scheduled change = Σ changes of contract lines' MRR on days of the period

    Reference: this project; the account's view of the same days is the net new MRR.
    """
    return scheduled_changes(period)
