"""What drove the net new MRR of a period: its movements, group by group of accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import BigInteger, Select, cast, func, select

from tools.metrics._book import mrr_movements
from tools.metrics._dimensions import DIMENSIONS
from tools.metrics._figure import Source
from tools.metrics._flows import FX, Category
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where, limited_to, read

_m = mrr_movements.c


@dataclass(frozen=True)
class Driver:
    """One group of accounts, named by its value (the empty string: it has none), and what moved its MRR, signed.

    `rows`: so many movements.
    """

    value: str
    movements: dict[Category, int]
    rows: int

    @property
    def net_new(self) -> int:
        return sum(self.movements.values())

    @property
    def foremost(self) -> Category:
        """The movement that weighed most in it."""
        return max(self.movements, key=lambda name: abs(self.movements[name]))


def drivers(book: Book, period: Period, dimension: str, where: Where) -> tuple[list[Driver], Source]:
    """Every group whose MRR moved, the largest contribution first; together they are the net new MRR."""
    rows, source = read(book, _by_value(period, dimension, where))
    found = [_driver(value, list(moved)) for value, moved in groupby(rows, attrgetter("value"))]
    return sorted(found, key=lambda each: (-abs(each.net_new), not each.value, each.value)), source


def _driver(value: str, moved: Sequence[Any]) -> Driver:
    return Driver(value, {row.category: row.amount for row in moved}, sum(row.movements for row in moved))


def _by_value(period: Period, dimension: str, where: Where) -> Select[*tuple[Any, ...]]:
    valued = DIMENSIONS[dimension].values(period.last_day).subquery("valued")
    value = func.coalesce(valued.c.value, "").label("value")
    within = _m.on_day >= period.start, _m.on_day < period.end, _m.category != FX
    moved = (
        select(value, _m.category, _m.amount_minor)
        .join_from(mrr_movements, valued, valued.c.account_id == _m.account_id, isouter=True)
        .where(*within, *limited_to(where, mrr_movements, period.last_day))
        .subquery("moved")
    )
    amount = cast(func.sum(moved.c.amount_minor), BigInteger).label("amount")
    return (
        select(moved.c.value, moved.c.category, amount, func.count().label("movements"))
        .group_by(moved.c.value, moved.c.category)
        .order_by(moved.c.value, moved.c.category)
    )
