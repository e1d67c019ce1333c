"""Cohorts: accounts that first paid in the same month or quarter, and what they pay as they grow older.

A cohort's MRR and number of paying accounts are plain sums over the ledger of its accounts, so the whole grid of
cohorts and ages is one grouped statement, however many accounts there are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
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
from tools.metrics._flows import FX
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where, limited_to, read

CohortGrain = Literal["month", "quarter"]
COHORTS: Mapping[CohortGrain, str] = {"month": "cohort", "quarter": "cohort_quarter"}
"""The dimension whose value is the cohort of an account."""
_NAMED: Mapping[CohortGrain, Callable[[Any], ColumnElement[str]]] = {"month": month_of, "quarter": quarter_of}
_m = mrr_movements.c


@dataclass(frozen=True)
class Cohort:
    """Accounts that first paid in `start`, at the end of each whole month or quarter since, that one included.

    `paying[age]` accounts and `mrr[age]` minor units; `accounts` is how many they are. `fx`: what exchange rates made
    of their MRR since the first month or quarter was over, in all.
    """

    start: Period
    accounts: int
    paying: tuple[int, ...]
    mrr: tuple[int, ...]
    fx: int
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
    rows, source = read(book, _grid(first, end, where, until))
    changes: dict[Period, dict[Period, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        changes[_around(row.cohort, grain)][_around(row.at, grain)].append(row)
    return [_cohort(start, changes[start], end, source) for start in sorted(changes)]


def aged(period: Period, grain: CohortGrain, age: int) -> Subquery:
    """Every account that first paid in the period, and its `mrr` at the end of the month or quarter that is `age` later
    than its first one; minor units of the reporting currency, 0 where it is gone."""
    of = _NAMED[grain]
    begun = _begun(of)
    until = case(*((begun.c.cohort == str(first), str(_later(first, age))) for first in period.split(grain)))
    then = _mrr_of(begun, of(_m.on_day) <= until)
    return then.where(begun.c.on_day >= period.start, begun.c.on_day < period.end).subquery("aged")


def _around(month: str, grain: CohortGrain) -> Period:
    """The period of that grain in which a month lies."""
    return Period.containing(Period.parse(month).start, grain)


def _begun(of: Any) -> Subquery:
    """When each account first paid: its `cohort`, and the day."""
    return select(_m.account_id, of(_m.on_day).label("cohort"), _m.on_day).where(_m.category == "new").subquery("begun")


def opening_mrr(grain: CohortGrain) -> Subquery:
    """What each account paid at the end of its first month or quarter, minor units of the reporting currency."""
    of = _NAMED[grain]
    begun = _begun(of)
    return _mrr_of(begun, of(_m.on_day) <= begun.c.cohort).subquery("begun_with")


def _mrr_of(begun: Subquery, until: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """`account_id` and `mrr` of those that began, by their movements so far."""
    joined = select(_m.account_id, _sum(_m.amount_minor).label("mrr"))
    return (
        joined.join_from(mrr_movements, begun, begun.c.account_id == _m.account_id).where(until).group_by(_m.account_id)
    )


def _grid(first: date, end: date, where: Where, day: date) -> Select[*tuple[Any, ...]]:
    """By how much MRR and paying accounts of each month's cohort changed in each month."""
    begun = _begun(month_of)
    columns = (begun.c.cohort, month_of(_m.on_day).label("at"), _m.category, _m.amount_minor)
    moved = select(*columns).join_from(mrr_movements, begun, begun.c.account_id == _m.account_id)
    within = moved.where(begun.c.on_day >= first, _m.on_day < end, *limited_to(where, mrr_movements, day))
    rows = within.subquery("moved").c
    return select(
        rows.cohort, rows.at, _sum(rows.amount_minor).label("mrr"), _sum(_arrival(rows.category)).label("paying"),
        _sum(case((rows.category == "new", 1), else_=0)).label("accounts"),
        _sum(case((rows.category == FX, rows.amount_minor), else_=0)).label("fx"),
    ).group_by(rows.cohort, rows.at)  # fmt: skip


def _cohort(start: Period, changes: Mapping[Period, list[Any]], end: date, source: Source) -> Cohort:
    changed = [changes.get(period, []) for period in _until(start, end)]
    paying = accumulate(sum(int(row.paying) for row in rows) for rows in changed)
    mrr = accumulate(sum(int(row.mrr) for row in rows) for rows in changed)
    accounts = sum(int(row.accounts) for row in changes[start])
    fx = sum(int(row.fx) for rows in changed[1:] for row in rows)
    return Cohort(start, accounts, tuple(paying), tuple(mrr), fx, source.of(accounts))


def _until(start: Period, end: date) -> Iterator[Period]:
    while start.end <= end:
        yield start
        start = _later(start, 1)


def _later(period: Period, steps: int) -> Period:
    for _ in range(steps):
        period = Period.containing(period.end, period.grain)
    return period


def _arrival(category: ColumnElement[str]) -> ColumnElement[int]:
    return case((category.in_(("new", "reactivation")), 1), (category == "churn", -1), else_=0)


def _sum(amount: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.sum(amount), BigInteger)
