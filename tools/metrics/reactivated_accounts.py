"""Reactivated accounts."""

from sqlalchemy import literal, select

from tools.metrics._flows import movements
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="count")
def reactivated_accounts(book: Book, period: Period) -> Rows:
    """Reactivated accounts.

    How many times an account that had stopped paying paid again in the period, however long it had been away.

        Reactivated accounts = number of days on which an account that had churned pays again

    Reference: ChartMogul help 201244842, "Reactivation MRR", counted in customers.
    """
    back = movements(period, "reactivation").subquery("back").c
    return select(back.account_id, back.on_day, literal(1).label("part"))
