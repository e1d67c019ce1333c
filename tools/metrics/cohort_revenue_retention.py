"""Cohort revenue retention."""

from sqlalchemy import select

from tools.metrics._cohorts import CohortGrain, aged, opening_mrr
from tools.metrics._flows import each_account
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Definition, Rows, metric


@metric(unit="percent")
def cohort_revenue_retention(book: Book, period: Period) -> Rows:
    """Cohort revenue retention.

    What the accounts that first paid in a month or quarter (limited to by `cohort` or `cohort_quarter`) pay at the end
    of the period, against what they paid at the end of that month (of the quarter, where the period is a quarter). It
    may exceed 100%. An account that came and left within its first month brings nothing to either side. Contracts in
    foreign currency count at the rate of each day, so exchange rates are part of it.

        Cohort revenue retention = MRR of the cohort at the end of the period ÷ its MRR at the end of its first month

    Reference: common usage (no single authority); MRR at the end of the first month as the base is ours and stated.
    """
    each, begun = each_account(period), opening_mrr("quarter" if period.grain == "quarter" else "month")
    rows = select(each.c.account_id, each.c.closing.label("part"), begun.c.mrr.label("whole"))
    return rows.join(begun, begun.c.account_id == each.c.account_id)


@cohort_revenue_retention.cut("after_months")
def _after_months(months: str) -> Definition:
    """What every account that first paid in the period pays at the end of the month that is so many months later than
    its first one, against what it paid at the end of that one.
    """
    return _after("month", int(months))


@cohort_revenue_retention.cut("after_quarters")
def _after_quarters(quarters: str) -> Definition:
    """What every account that first paid in the period pays at the end of the quarter that is so many quarters later
    than its first one, against what it paid at the end of that one.
    """
    return _after("quarter", int(quarters))


def _after(grain: CohortGrain, age: int) -> Definition:
    def counted(book: Book, period: Period) -> Rows:
        each, begun = aged(period, grain, age), opening_mrr(grain)
        rows = select(each.c.account_id, each.c.mrr.label("part"), begun.c.mrr.label("whole"))
        return rows.join(begun, begun.c.account_id == each.c.account_id)

    return counted
