"""Churned MRR."""

from tools.metrics._flows import movements
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="money")
def churned_mrr(book: Book, period: Period) -> Rows:
    """Churned MRR.

    MRR lost on the day on which an account's last paid contract ends or pauses. A cancellation known today that takes
    effect later is counted when it takes effect. Given as a negative amount.

        Churned MRR = Σ MRR of accounts on the day on which they stop paying

    Reference: ChartMogul help 201244842, "Churned MRR".
    """
    return movements(period, "churn")
