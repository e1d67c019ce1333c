"""The course of MRR: what the ledger had added up to by each of some days, all in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Select, case, cast, func, select

from tools.metrics._book import mrr_movements
from tools.metrics._figure import Source
from tools.metrics._flows import CATEGORIES, Category
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where, limited_to, read

_m = mrr_movements.c
Sums = Mapping[Category, int]


@dataclass(frozen=True)
class Course:
    """Sums of the ledger up to the start of certain days, minor units of the reporting currency, signed by category."""

    sums: Mapping[date, Sums]
    source: Source

    def level(self, day: date) -> int:
        """MRR at the start of one of the days."""
        return sum(self.sums[day].values())

    def movements(self, period: Period) -> dict[Category, int]:
        """What a period between two of the days moved, by category."""
        before, after = self.sums[period.start], self.sums[period.end]
        return {name: after[name] - before[name] for name in CATEGORIES}

    def net_new(self, period: Period) -> int:
        return sum(self.movements(period).values())


def course(book: Book, days: Sequence[date], where: Where) -> Course:
    """The course over these days, of all accounts or those that are so at the end of the last."""
    ordered = sorted(set(days))
    rows, source = read(book, _sums(ordered, where))
    total = dict.fromkeys(CATEGORIES, 0)
    found: dict[date, Sums] = {}
    for n, day in enumerate(ordered):
        total = total | {row.category: total[row.category] + row.amount for row in rows if row.place == n}
        found[day] = total
    return Course(found, source)


def _sums(days: Sequence[date], where: Where) -> Select[*tuple[Any, ...]]:
    """What moved before the first day (place 0) and between each day and the next, by category."""
    last = days[-1]
    place = case(*((_m.on_day < day, n) for n, day in enumerate(days)))
    within = _m.on_day < last, *limited_to(where, mrr_movements, Period.containing(last, "day").previous().start)
    placed = select(place.label("place"), _m.category, _m.amount_minor).where(*within).subquery("placed")
    amount = cast(func.sum(placed.c.amount_minor), BigInteger).label("amount")
    return select(placed.c.place, placed.c.category, amount).group_by(placed.c.place, placed.c.category)
