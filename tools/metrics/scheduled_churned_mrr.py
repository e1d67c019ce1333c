"""Scheduled churned MRR."""

from sqlalchemy import select

from tools.metrics._notices import noticed_churn
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="money", usual="day")
def scheduled_churned_mrr(book: Book, period: Period) -> Rows:
    """Scheduled churned MRR.

    MRR of accounts that have cancelled by the end of the period and still pay: it will be churned on the day on which
    their last contract ends, and until then it counts as MRR. Given as a negative amount.

        Scheduled churned MRR = Σ MRR lost on days after the period by cancellations known by its end

    Reference: this project: churn counts on its effective day, and cancellations that are pending are listed apart.
    """
    churn = noticed_churn().c
    rows = select(churn.account_id, churn.on_day, churn.told_on, churn.amount_minor.label("part"))
    return rows.where(churn.told_on < period.end, churn.on_day >= period.end)
