"""Features in use."""

from sqlalchemy import func, literal, select

from tools.metrics._book import usage
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="count")
def features_used(book: Book, period: Period) -> Rows:
    """Features in use (breadth of adoption).

    How many different features an account used in the period. Over several accounts a feature counts once for each
    account that used it.

        Features in use = number of features with at least one event reported in the period, per account

    Reference: this project; what a feature is, is what the company's own product reports.
    """
    u = usage.c
    rows = select(u.account_id, u.feature, func.sum(u.events).label("events"), literal(1).label("part"))
    used = rows.where(u.on_day >= period.start, u.on_day < period.end, u.events > 0)
    return used.group_by(u.account_id, u.feature)
