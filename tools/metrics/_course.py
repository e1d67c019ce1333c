"""The course of MRR: what the ledger had added up to by each of some days, all in one statement."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, case, cast, func, select

from tools.metrics._book import mrr_movements, mrr_totals
from tools.metrics._figure import Source
from tools.metrics._flows import CATEGORIES, FX, Category, totals_of
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where, limited_to, read
from tools.metrics._totals import LINES

_m, _t = mrr_movements.c, mrr_totals.c


@dataclass(frozen=True)
class Course:
    """Sums of the ledger by the start of certain days, minor units of the reporting currency, signed by category."""

    sums: Mapping[date, Mapping[str, int]]
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


def course(book: Book, days: Collection[date], where: Where) -> Course:
    """The course over these days, of all accounts or those that are so at the end of the last."""
    ordered = sorted(days)
    rows, source = read(book, _sums(ordered, where))
    total = dict.fromkeys((*CATEGORIES, FX), 0)
    found: dict[date, Mapping[str, int]] = {}
    for n, day in enumerate(ordered):
        total = total | {row.category: total[row.category] + row.amount for row in rows if row.place == n}
        found[day] = total
    return Course(found, source)


def _sums(days: list[date], where: Where) -> Select[*tuple[Any, ...]]:
    """What moved before the first day (place 0) and between each day and the next, by category."""
    if (totals := totals_of(where)) is not None:
        rows = _placed(_t, days).where(*totals, _t.category != LINES, _t.on_day < days[-1])
    else:
        of_these = limited_to(where, mrr_movements, days[-1] - timedelta(days=1))
        rows = _placed(_m, days).where(*of_these, _m.on_day < days[-1])
    placed = rows.subquery("placed").c
    amount = cast(func.sum(placed.amount_minor), BigInteger).label("amount")
    return select(placed.place, placed.category, amount).group_by(placed.place, placed.category)


def _placed(rows: Any, days: list[date]) -> Select[*tuple[Any, ...]]:
    place: ColumnElement[int] = case(*((rows.on_day < day, n) for n, day in enumerate(days)))
    return select(place.label("place"), rows.category, rows.amount_minor)


def ledger_level(book: Book, before: date, where: Where) -> int:
    """MRR at the start of a day as the accounts' own ledger has it, row by row: what all else must agree with."""
    total = cast(func.coalesce(func.sum(_m.amount_minor), 0), BigInteger).label("total")
    of_these = limited_to(where, mrr_movements, before - timedelta(days=1))
    ((found,), *_), _ = read(book, select(total).where(_m.on_day < before, *of_these))
    return int(found)
