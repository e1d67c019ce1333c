"""Cohort retention."""

from sqlalchemy import case, literal, select

from tools.metrics._cohorts import CohortGrain, aged
from tools.metrics._flows import each_account
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Definition, Rows, metric


@metric(unit="percent")
def cohort_retention(book: Book, period: Period) -> Rows:
    """Cohort retention.

    Of the accounts that first paid in a month or quarter (limited to by `cohort` or `cohort_quarter`), the share that
    pays at the end of the period. An account that left and came back counts again from the day on which it is back.
    Without a cohort it speaks of every account that ever paid.

        Cohort retention = accounts of the cohort paying at the end of the period ÷ accounts of the cohort

    Reference: common usage (no single authority); ends of calendar months or quarters are ours and stated.
    """
    each = each_account(period)
    pays = case((each.c.closing > 0, 1), else_=0)
    return select(each.c.account_id, pays.label("part"), literal(1).label("whole"))


@cohort_retention.cut("after_months")
def _after_months(months: str) -> Definition:
    """Of every account that first paid in the period, the share that pays at the end of the month that is so many
    months later than its first one.
    """
    return _after("month", int(months))


@cohort_retention.cut("after_quarters")
def _after_quarters(quarters: str) -> Definition:
    """Of every account that first paid in the period, the share that pays at the end of the quarter that is so many
    quarters later than its first one.
    """
    return _after("quarter", int(quarters))


def _after(grain: CohortGrain, age: int) -> Definition:
    def counted(book: Book, period: Period) -> Rows:
        each = aged(period, grain, age)
        pays = case((each.c.mrr > 0, 1), else_=0)
        return select(each.c.account_id, pays.label("part"), literal(1).label("whole"))

    return counted
