"""Churned accounts."""

from sqlalchemy import literal, select

from tools.metrics._flows import each_account, movements
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="count")
def churned_accounts(book: Book, period: Period) -> Rows:
    """Churned accounts.

    How many times an account stopped paying in the period, whenever it had joined. It is what the number of paying
    accounts loses: start + new + reactivated − churned = end. An account that stops twice counts twice.

        Churned accounts = number of days on which an account's last paid contract ends or pauses

    Reference: ChartMogul help 201244842, "Churned MRR", counted in customers.
    """
    lost = movements(period, "churn").subquery("lost").c
    return select(lost.account_id, lost.on_day, literal(1).label("part"))


@churned_accounts.variant("cohort")
def _cohort(book: Book, period: Period) -> Rows:
    """Only accounts that paid when the period opened, each once: what logo churn is counted from."""
    each = each_account(period)
    lost = select(each.c.account_id, literal(1).label("part"))
    return lost.where(each.c.opening > 0, each.c.churn_n > 0)
