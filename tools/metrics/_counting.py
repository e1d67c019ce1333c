"""What a figure is counted from: rows of a statement, rows that code found, or other figures."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

from sqlalchemy import BigInteger, Row, Select, Subquery, case, cast, func, select

from tools.metrics._book import accounts
from tools.metrics._dimensions import DIMENSIONS
from tools.metrics._figure import Figure, Parts, Source
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where, dimension_values, joined, limited_to, matching, read

Rows = Select[*tuple[Any, ...]]
Value = int | Fraction | None
Sums = Mapping[str, int]
"""`part`, for a ratio `whole`, and of how many rows: `row_count`."""


class Read(NamedTuple):
    """A value, where it comes from, and of a ratio what it was made of."""

    value: Value
    source: Source
    parts: Parts | None = None


class Basis(Protocol):
    """What a metric's definition gives; each kind answers the same questions, `day` being the period's last."""

    def value(self, book: Book, where: Where, day: date) -> Read: ...

    def groups(self, book: Book, dimension: str, where: Where, day: date) -> dict[str, Read]: ...

    def rows(self, book: Book, where: Where, day: date, most: int | None) -> list[Mapping[str, Any]]: ...

    def sums(self, book: Book, where: Where, day: date) -> Sums: ...


@dataclass(frozen=True)
class Counted:
    """The rows of one SELECT: `account_id`, `part` and for a ratio `whole`; the engine sums them."""

    statement: Rows

    def value(self, book: Book, where: Where, day: date) -> Read:
        row, source = self._sums(book, where, day)
        return Read(_value(row), source, _parts(row))

    def groups(self, book: Book, dimension: str, where: Where, day: date) -> dict[str, Read]:
        rows = self.statement.subquery("rows")
        valued = DIMENSIONS[dimension].values(day).subquery("valued")
        value = func.coalesce(valued.c.value, "").label("value")
        grouped = _summed(rows).add_columns(value).outerjoin(valued, valued.c.account_id == rows.c.account_id)
        found, source = read(book, grouped.where(*limited_to(where, rows, day)).group_by(value))
        read_of = {row.value: Read(_value(row), source.of(row.row_count), _parts(row)) for row in found}
        return {value: read_of[value] for value in DIMENSIONS[dimension].sorted(read_of)}

    def rows(self, book: Book, where: Where, day: date, most: int | None) -> list[Mapping[str, Any]]:
        rows = self.statement.subquery("rows")
        of_account = accounts.c.account_id == rows.c.account_id
        named = select(accounts.c.name, *rows.c).join_from(rows, accounts, of_account, isouter=True)
        ordered = named.where(*limited_to(where, rows, day)).order_by(func.abs(rows.c.part).desc(), *rows.c)
        return [dict(row._mapping) for row in read(book, ordered.limit(most))[0]]

    def sums(self, book: Book, where: Where, day: date) -> Sums:
        return {name: int(value) for name, value in self._sums(book, where, day)[0]._mapping.items()}

    def _sums(self, book: Book, where: Where, day: date) -> tuple[Row[Any], Source]:
        rows = self.statement.subquery("rows")
        (row,), source = read(book, _summed(rows).where(*limited_to(where, rows, day)))
        return row, source


@dataclass(frozen=True)
class Listed:
    """Rows that code rather than one statement found, each with `account_id`, `name` and `part`, and where from.

    `accounts`: by id what the rows of each are made of, by `rows_of`: who asks of one account makes no others.
    """

    accounts: Mapping[str, Any]
    rows_of: Callable[[Any], Iterable[Mapping[str, Any]]]
    source: Source

    @property
    def found(self) -> list[Mapping[str, Any]]:
        """All rows, in the order of the accounts."""
        return [row for each in self.accounts.values() for row in self.rows_of(each)]

    def value(self, book: Book, where: Where, day: date) -> Read:
        return Read(self.sums(book, where, day)["part"], self.source)

    def groups(self, book: Book, dimension: str, where: Where, day: date) -> dict[str, Read]:
        values = (*dimension_values(book, dimension, day), "")
        return {value: self.value(book, {**where, dimension: value}, day) for value in values}

    def rows(self, book: Book, where: Where, day: date, most: int | None) -> list[Mapping[str, Any]]:
        return sorted(self._limited(book, where, day), key=lambda row: -abs(row["part"]))[:most]

    def sums(self, book: Book, where: Where, day: date) -> Sums:
        rows = self._limited(book, where, day)
        return {"part": sum(int(row["part"]) for row in rows), "row_count": len(rows)}

    def _limited(self, book: Book, where: Where, day: date) -> list[Mapping[str, Any]]:
        if not where:
            return self.found
        ids = {row.account_id for row in read(book, matching(where, day))[0]}
        these = self.accounts.keys() & ids if len(ids) == 1 else (each for each in self.accounts if each in ids)
        return [row for each in these for row in self.rows_of(self.accounts[each])]


@dataclass(frozen=True)
class Unknown:
    """Nothing can be said: what it would be counted from was never loaded. `source`: how that was found."""

    source: Source

    def value(self, book: Book, where: Where, day: date) -> Read:
        return Read(None, self.source)

    def groups(self, book: Book, dimension: str, where: Where, day: date) -> dict[str, Read]:
        return {}

    def rows(self, book: Book, where: Where, day: date, most: int | None) -> list[Mapping[str, Any]]:
        return []

    def sums(self, book: Book, where: Where, day: date) -> Sums:
        return {"part": 0, "row_count": 0}


class Measure(Protocol):
    """A metric, as another one that is composed of it sees it."""

    @property
    def name(self) -> str: ...

    def __call__(self, book: Book, period: Period, where: Where, variant: str | None) -> Figure: ...

    def by(
        self, book: Book, period: Period, dimension: str, where: Where, variant: str | None
    ) -> dict[str, Figure]: ...


@dataclass(frozen=True)
class Term:
    """One figure of a formula."""

    metric: Measure
    period: Period
    variant: str | None = None


@dataclass(frozen=True)
class Composed:
    """Other figures, and the formula over them; not defined where one of them is not. Its rows are its terms."""

    terms: Mapping[str, Term]
    formula: Callable[..., Value]

    def value(self, book: Book, where: Where, day: date) -> Read:
        return self.made_of(self.figures(book, where), book)

    def groups(self, book: Book, dimension: str, where: Where, day: date) -> dict[str, Read]:
        by = {
            name: term.metric.by(book, term.period, dimension, where, term.variant) for name, term in self.terms.items()
        }
        values = DIMENSIONS[dimension].sorted(set.intersection(*map(set, by.values())))
        return {value: self.made_of({name: groups[value] for name, groups in by.items()}, book) for value in values}

    def rows(self, book: Book, where: Where, day: date, most: int | None) -> list[Mapping[str, Any]]:
        return [
            {
                "term": name, "metric": figure.metric, "version": figure.version, "variant": figure.variant,
                "period": str(figure.period), "value": figure.value, "id": figure.id,
            }
            for name, figure in self.figures(book, where).items()
        ]  # fmt: skip

    def sums(self, book: Book, where: Where, day: date) -> Sums:
        return {}  # figures of different kinds are not added up

    def figures(self, book: Book, where: Where) -> dict[str, Figure]:
        """The terms of the formula, by their names in it."""
        return {name: term.metric(book, term.period, where, term.variant) for name, term in self.terms.items()}

    def made_of(self, figures: Mapping[str, Figure], book: Book) -> Read:
        """What the formula makes of its terms."""
        values = {name: figure.value for name, figure in figures.items()}
        value = None if None in values.values() else self.formula(**values)
        return Read(value, joined([figure.source for figure in figures.values()], book.as_of))


def ratio(part: int | Fraction, whole: int | Fraction) -> Fraction | None:
    """`part / whole`, unrounded; None, *not defined*, where there is no whole."""
    return Fraction(part) / whole if whole else None


def _summed(rows: Subquery) -> Rows:
    """The statement that a figure is read by: the sums over its rows, and how many rows there are."""
    sums = [
        cast(func.coalesce(func.sum(rows.c[name]), 0), BigInteger).label(name)
        for name in ("part", "whole")
        if name in rows.c
    ]
    if "whole" in rows.c:
        sums.append(func.coalesce(func.sum(case((rows.c.whole != 0, 1), else_=0)), 0).label("n"))
    return select(*sums, func.count().label("row_count")).select_from(rows)


def _value(row: Row[Any]) -> Value:
    return ratio(int(row.part), int(row.whole)) if "whole" in row._fields else int(row.part)


def _parts(row: Row[Any]) -> Parts | None:
    return Parts(int(row.part), int(row.whole), int(row.n or 0)) if "whole" in row._fields else None
