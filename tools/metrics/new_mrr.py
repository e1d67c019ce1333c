"""New MRR."""

from tools.metrics._flows import movements
from tools.metrics._notices import within_another_month
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="money")
def new_mrr(book: Book, period: Period) -> Rows:
    """New MRR.

    MRR of accounts that never paid before, from the day on which they first do. Several contracts that start on
    that same day are one new account.

        New MRR = Σ MRR on the day of an account's first paid contract

    Reference: ChartMogul help 203299912, "New Business MRR".
    """
    return movements(period, "new")


@new_mrr.variant("with_reactivation")
def _with_reactivation(book: Book, period: Period) -> Rows:
    """Whatever an account brings in when it begins to pay, also one that comes back: new + reactivation. Tools that
    know no reactivation count so.
    """
    return movements(period, "new", "reactivation")


@new_mrr.variant("profitwell")
def _profitwell(book: Book, period: Period) -> Rows:
    """ProfitWell: who signs up and leaves again within one calendar month counts neither as new nor as churned."""
    return within_another_month(movements(period, "new"), "churn")
