"""Scheduled change of MRR."""

from sqlalchemy import select

from tools.metrics._contracted import scheduled_changes
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Definition, Rows, metric


@metric(unit="money")
def scheduled_mrr_change(book: Book, period: Period) -> Rows:
    """Scheduled change of MRR.

    By how much the contracts that the book holds change MRR in the period, line by line: service that starts, seats and
    prices, discounts and pauses that begin or end, contracts that end. Signed.

        Scheduled change = Σ changes of contract lines' MRR on days of the period

    Reference: this project; the account's view of the same days is the net new MRR.
    """
    return scheduled_changes(period)


@scheduled_mrr_change.cut("reason")
def _for(reason: str) -> Definition:
    """Only the changes for one reason: `starts`, `terms` (seats and prices), `discounts`, `pauses`, `ends` or `rates`
    (exchange rates). Together they are the scheduled change.
    """

    def counted(book: Book, period: Period) -> Rows:
        changes = scheduled_changes(period).subquery("changes")
        return select(*changes.c).where(changes.c.reason == reason)

    return counted
