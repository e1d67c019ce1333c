"""Cohorts: accounts that first paid in the same month or quarter, and what they pay as they grow older.

A cohort's MRR and number of paying accounts are plain sums over the ledger of its accounts, so the whole grid of
cohorts and ages is one grouped statement, however many accounts there are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import accumulate
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, case, cast, func, select

from tools.metrics._book import mrr_movements
from tools.metrics._counting import ratio
from tools.metrics._dates import month_of
from tools.metrics._dimensions import quarter_of
from tools.metrics._figure import Source
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where, limited_to, read

CohortGrain = Literal["month", "quarter"]
COHORTS: Mapping[CohortGrain, str] = {"month": "cohort", "quarter": "cohort_quarter"}
"""The dimension whose value is the cohort of an account."""
_m = mrr_movements.c


@dataclass(frozen=True)
class Cohort:
    """Accounts that first paid in `start`, at the end of each whole month or quarter since, that one included.

    `paying[age]` accounts and `mrr[age]` minor units; `accounts` is how many they are.
    """

    start: Period
    accounts: int
    paying: tuple[int, ...]
    mrr: tuple[int, ...]
    source: Source

    def at(self, age: int) -> Period:
        """The month or quarter in which the cohort is so old."""
        return _later(self.start, age)

    def logo(self, age: int) -> Fraction | None:
        return ratio(self.paying[age], self.accounts)

    def revenue(self, age: int) -> Fraction | None:
        """MRR against that at the end of the first month or quarter."""
        return ratio(self.mrr[age], self.mrr[0])


def cohorts(book: Book, grain: CohortGrain, first: date, until: date, where: Where) -> list[Cohort]:
    """The cohorts that began from `first` on, as of every month or quarter that was over by the end of `until`."""
    first, over = Period.containing(first, grain).start, Period.containing(until, grain)
    end = over.end if over.last_day == until else over.start
    rows, source = read(book, _grid(grain, first, end, where, until))
    changes: dict[str, dict[str, Any]] = {}
    for row in rows:
        changes.setdefault(row.cohort, {})[row.at] = row
    return [_cohort(Period.parse(start), changes[start], end, source) for start in sorted(changes)]


def first_payments(grain: CohortGrain) -> Subquery:
    """The cohort of each account: the month or quarter in which it first paid."""
    return (
        select(_m.account_id, _of(grain)(_m.on_day).label("cohort"), _m.on_day).where(_m.category == "new").subquery()
    )


def opening_mrr(grain: CohortGrain) -> Subquery:
    """What each account paid at the end of its first month or quarter, minor units of the reporting currency."""
    begun = first_payments(grain)
    joined = select(_m.account_id, _sum(_m.amount_minor).label("mrr"))
    within = joined.join_from(mrr_movements, begun, begun.c.account_id == _m.account_id)
    return within.where(_of(grain)(_m.on_day) <= begun.c.cohort).group_by(_m.account_id).subquery("begun_with")


def _grid(grain: CohortGrain, first: date, end: date, where: Where, day: date) -> Select[*tuple[Any, ...]]:
    """By how much MRR and paying accounts of each cohort changed in each month or quarter."""
    begun = first_payments(grain)
    columns = (begun.c.cohort, _of(grain)(_m.on_day).label("at"), _m.category, _m.amount_minor)
    moved = select(*columns).join_from(mrr_movements, begun, begun.c.account_id == _m.account_id)
    within = moved.where(begun.c.on_day >= first, _m.on_day < end, *limited_to(where, mrr_movements, day))
    rows = within.subquery("moved").c
    return select(
        rows.cohort, rows.at, _sum(rows.amount_minor).label("mrr"), _sum(_arrival(rows.category)).label("paying"),
        _sum(case((rows.category == "new", 1), else_=0)).label("accounts"),
    ).group_by(rows.cohort, rows.at)  # fmt: skip


def _cohort(start: Period, changes: Mapping[str, Any], end: date, source: Source) -> Cohort:
    periods = list(_until(start, end))
    changed = [changes.get(str(period)) for period in periods]
    paying = accumulate(int(row.paying) if row else 0 for row in changed)
    mrr = accumulate(int(row.mrr) if row else 0 for row in changed)
    accounts = int(changes[str(start)].accounts)
    return Cohort(start, accounts, tuple(paying), tuple(mrr), source.of(accounts))


def _until(start: Period, end: date) -> Iterator[Period]:
    while start.end <= end:
        yield start
        start = _later(start, 1)


def _later(period: Period, steps: int) -> Period:
    for _ in range(steps):
        period = Period.containing(period.end, period.grain)
    return period


def _of(grain: CohortGrain) -> Any:
    return month_of if grain == "month" else quarter_of


def _arrival(category: ColumnElement[str]) -> ColumnElement[int]:
    return case((category.in_(("new", "reactivation")), 1), (category == "churn", -1), else_=0)


def _sum(amount: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.sum(amount), BigInteger)
