"""MRR up for renewal."""

from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric
from tools.metrics._renewing import up_for_renewal
from tools.metrics._terms import first_renewals


@metric(unit="money")
def mrr_up_for_renewal(book: Book, period: Period) -> Rows:
    """MRR up for renewal.

    MRR, on the day before its renewal, of every contract line that comes up for renewal in the period and is not known
    to end by then; a line that comes up more than once counts once. Contracts paid by the month renew all the time and
    are left out.

        MRR up for renewal = Σ MRR of contract lines on the day before their first renewal in the period

    Reference: this project; a renewal is the recorded day, else the end of a billing interval of 3 months or longer.
    """
    return up_for_renewal(first_renewals(period))
