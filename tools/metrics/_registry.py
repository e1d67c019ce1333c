"""What makes a function a metric, and where all metrics are listed.

A metric is written as the rows it is counted from: a SELECT that gives, for each, `account_id` and `part`, and for a
ratio also `whole`. Its value is the sum of the parts, or the sum of the parts over that of the wholes. So the rows
behind a figure always add up to it, and every metric can be limited to some accounts, or grouped by what is known of
them, without a word of its own about it.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Row, Select, Subquery, cast, func, select

from tools.metrics._book import accounts
from tools.metrics._figure import EMPTY, Figure, Source, Unit
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where, attribute_values, limited_to, matching, read

Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Listed:
    """Rows that code rather than one statement found, each with `account_id`, `name` and `part`, and where from."""

    rows: tuple[Mapping[str, Any], ...]
    source: Source


Definition = Callable[[Book, Period], Rows | Listed]


class UnknownVariant(LookupError):
    """The metric has no variant of this name."""


@dataclass(frozen=True)
class Metric:
    """One metric: called with a book and a period it gives a `Figure`.

    `definition` is the canonical one, `variants` are the published ones that differ, each with a docstring that says
    whose rule it is. `version` goes up when a rule changes: old figures keep theirs. `scale` multiplies a ratio.
    """

    name: str
    unit: Unit
    version: int
    definition: Definition
    standard: str = "standard"
    scale: int = 1
    variants: dict[str, Definition] = field(default_factory=dict, hash=False, compare=False)

    @property
    def doc(self) -> str:
        return (self.definition.__doc__ or "").strip()

    @property
    def title(self) -> str:
        return self.doc.splitlines()[0].rstrip(".")

    def variant(self, name: str) -> Callable[[Definition], Definition]:
        """Register another published definition of the metric: `@net_revenue_retention.variant("…")`."""

        def register(definition: Definition) -> Definition:
            self.variants[name] = definition
            return definition

        return register

    def __call__(self, book: Book, period: Period, where: Where = EMPTY, variant: str | None = None) -> Figure:
        """The figure of a period, for all accounts or those with the given attributes. Raises UnknownVariant."""
        found = self._defined(variant)(book, period)
        if isinstance(found, Listed):
            value: int | Fraction | None = sum(int(row["part"]) for row in _limited(book, found, where))
            return self.figure(book, period, where, value, found.source, variant=variant)
        rows = found.subquery("rows")
        (row,), source = read(book, _summed(rows).where(*limited_to(where, rows)))
        return self.figure(book, period, where, self._value(row), source, variant=variant)

    def by(
        self, book: Book, period: Period, attribute: str, where: Where = EMPTY, variant: str | None = None
    ) -> dict[str, Figure]:
        """A figure for each value of an account attribute, in order; accounts without one are under the empty string.

        Sums over the groups are the figure of all; rows that belong to no account are under the empty string too.
        """
        defined = self._defined(variant)(book, period)
        if isinstance(defined, Listed):
            values = (*attribute_values(book, attribute), "")
            return {value: self(book, period, {**where, attribute: value}, variant) for value in values}
        rows = defined.subquery("rows")
        value = func.coalesce(accounts.c[attribute], "").label("value")
        grouped = _summed(rows).add_columns(value).outerjoin(accounts, accounts.c.account_id == rows.c.account_id)
        found, source = read(book, grouped.where(*limited_to(where, rows)).group_by(value).order_by(value))
        return {
            row.value: self.figure(
                book,
                period,
                {**where, attribute: row.value},
                self._value(row),
                replace(source, rows=row.row_count),
                variant=variant,
            )
            for row in found
        }

    def rows(
        self, book: Book, period: Period, where: Where = EMPTY, variant: str | None = None
    ) -> list[Mapping[str, Any]]:
        """The rows that the figure is the sum of, each with its account's name; the largest parts first."""
        found = self._defined(variant)(book, period)
        if isinstance(found, Listed):
            return _limited(book, found, where)
        rows = found.subquery("rows")
        of_account = accounts.c.account_id == rows.c.account_id
        named = select(accounts.c.name, *rows.c).join_from(rows, accounts, of_account, isouter=True)
        ordered = named.where(*limited_to(where, rows)).order_by(func.abs(rows.c.part).desc(), *rows.c)
        return [dict(row._mapping) for row in read(book, ordered)[0]]

    def figure(
        self,
        book: Book,
        period: Period,
        where: Where,
        value: int | Fraction | None,
        source: Source,
        *,
        variant: str | None = None,
    ) -> Figure:
        """The figure of a value that a wider query counted together with others."""
        currency = book.currency if self.unit == "money" else None
        return Figure(
            self.name, self.version, variant or self.standard, value, self.unit, period, source, currency, where
        )

    def _defined(self, variant: str | None) -> Definition:
        if variant not in (None, self.standard, *self.variants):
            raise UnknownVariant(f"{self.name} has no variant {variant!r}")
        return self.variants.get(variant or "", self.definition)

    def _value(self, row: Row[Any]) -> int | Fraction | None:
        if "whole" not in row._fields:
            return int(row.part)
        share = ratio(int(row.part), int(row.whole))
        return None if share is None else share * self.scale


def _limited(book: Book, found: Listed, where: Where) -> list[Mapping[str, Any]]:
    if not where:
        return list(found.rows)
    ids = {row.account_id for row in read(book, matching(where))[0]}
    return [row for row in found.rows if row["account_id"] in ids]


def _summed(rows: Subquery) -> Rows:
    """The statement that a figure is read by: the sums over its rows, and how many rows there are."""
    sums = [
        cast(func.coalesce(func.sum(rows.c[name]), 0), BigInteger).label(name)
        for name in ("part", "whole")
        if name in rows.c
    ]
    return select(*sums, func.count().label("row_count")).select_from(rows)


def metric(unit: Unit, version: int = 1, standard: str = "standard", scale: int = 1) -> Callable[[Definition], Metric]:
    """Make a function `(book, period) -> rows` a metric; its docstring is the definition.

    `standard` names the canonical variant, where the definition has an author.
    """
    return lambda definition: Metric(definition.__name__, unit, version, definition, standard, scale)


def ratio(part: int, whole: int) -> Fraction | None:
    """`part / whole`, unrounded; None, *not defined*, where there is no whole."""
    return Fraction(part, whole) if whole else None


@cache
def all_metrics() -> Mapping[str, Metric]:
    """Every metric by name: each public module of this folder holds the one it is named after."""
    import tools.metrics

    names = sorted(m.name for m in pkgutil.iter_modules(tools.metrics.__path__) if not m.name.startswith("_"))
    return {name: getattr(importlib.import_module(f"tools.metrics.{name}"), name) for name in names}
