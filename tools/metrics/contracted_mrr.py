"""Contracted MRR."""

from tools.metrics._contracted import standing
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="money", standard="everything_renews")
def contracted_mrr(book: Book, period: Period) -> Rows:
    """Contracted MRR.

    MRR as it will stand at the end of the period by the contracts that the book holds today: known starts, changes of
    seats and price, ends of discounts, pauses and cancellations included, and everything that comes up for renewal goes
    on. It is no forecast: nothing that is not contracted is in it.

        Contracted MRR = Σ MRR of contract lines on the last day of the period

    Reference: this project; article 000, "predictability".
    """
    return standing(period, everything_renews=True)


@contracted_mrr.variant("nothing_renews")
def _nothing_renews(book: Book, period: Period) -> Rows:
    """The other end: contract lines that come up for renewal in the period are left out, as if none of them renewed.
    Contracts paid by the month renew all the time and stay.
    """
    return standing(period, everything_renews=False)
