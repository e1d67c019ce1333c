"""A table of the book as a view over a query: each column in the book's own type and unit, so nothing is copied."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    CursorResult,
    Date,
    Float,
    Numeric,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    column,
    func,
    literal,
    literal_column,
    null,
    select,
)

from tools.metrics._faults import FaultKind
from tools.metrics._fields import Field
from tools.metrics._plan import Origin, Plan
from tools.metrics._reading import Batch
from tools.metrics._statement import as_written

_POINTS = 100
_MILLIONTHS = 1_000_000
_AWARE = 1184
"""PostgreSQL's number of the type `timestamp with time zone`."""


@dataclass(frozen=True)
class Asked:
    """What a query would give, as a feed of which only the header is looked at. `aware`: columns with a zone."""

    name: str
    columns: tuple[str, ...]
    aware: frozenset[str]
    is_query: bool = True

    def header(self) -> list[str]:
        return list(self.columns)

    def batches(self) -> Iterator[Batch]:
        return iter(())


@dataclass(frozen=True)
class Place:
    """What holds for all views of a book. `digits`: currency → its decimals, where they are not two."""

    dialect: str
    zone: str
    currency: str | None
    digits: Mapping[str, int]


def asked(connection: Connection, name: str, query: str) -> Asked:
    """The header of a query, without its rows."""
    rows = as_written(query).columns().subquery("asked")
    result: CursorResult[Any] = connection.execute(select(literal_column("*")).select_from(rows).limit(0))
    described = result.cursor.description if result.cursor else ()
    zoned = connection.dialect.name == "postgresql"
    aware = {str(one[0]) for one in described or () if zoned and one[1] == _AWARE}
    return Asked(name, tuple(result.keys()), frozenset(aware))


class View:
    """One table of the book over its query."""

    def __init__(self, plan: Plan, place: Place) -> None:
        self.plan = plan
        self._place = place
        titles = dict.fromkeys(plan.header)
        self._rows: Subquery = as_written(plan.said.query or "").columns(*map(column, titles)).subquery("asked")

    @property
    def select(self) -> Select[Any]:
        """The book's columns, in its order."""
        return select(*(self._column(field).label(field.column) for field in self._fields()))

    @property
    def doubts(self) -> Iterator[tuple[Field, FaultKind, Select[Any]]]:
        """What a cast would hide: for each column the values that it cannot hold, as (key, value)."""
        key = self._column(next(self._fields()))
        for field in self._fields():
            origin = self.plan.origin(field.name)
            if origin is None or origin.index is None:
                continue
            raw, said = self._raw(origin), cast(self._raw(origin), Text)
            rows = select(key.label("key"), said.label("value")).select_from(self._rows)
            if field.kind == "whole":
                yield field, "not_whole", rows.where(cast(raw, Numeric) != cast(raw, BigInteger))
            if field.kind == "day" and self._place.dialect == "sqlite":
                yield field, "not_a_date", rows.where(and_(said != "", func.date(raw).is_(None)))

    def _fields(self) -> Iterator[Field]:
        table = self.plan.shape.table
        return (field for field in self.plan.shape.fields.values() if field.column in table.c)

    def _column(self, field: Field) -> ColumnElement[Any]:
        origin = self.plan.origin(field.name)
        if origin is None:
            return self._absent(field)
        value = self._typed(origin, self._raw(origin))
        default = self.plan.shape.defaults.get(field.name)
        if default is not None and origin.index is not None:
            value = func.coalesce(value, self._typed(origin, literal(default)))
        if (self.plan.shape.name, field.name) == ("accounts", "name"):
            value = func.coalesce(value, self._column(self.plan.shape.fields["account_id"]))
        return value

    def _absent(self, field: Field) -> ColumnElement[Any]:
        """What stands in for a column that the query does not give."""
        if (self.plan.shape.name, field.name) == ("accounts", "name"):
            return self._column(self.plan.shape.fields["account_id"])
        if field.kind == "currency":
            named = next((one.currency for one in self.plan.origins if one.currency), self._place.currency)
            return cast(literal(named) if named else null(), Text)
        return cast(null(), self.plan.shape.table.c[field.column].type)

    def _raw(self, origin: Origin) -> ColumnElement[Any]:
        """The query's own value, as the mapping translates it."""
        raw = literal(origin.const) if origin.index is None else self._rows.c[origin.header]
        said = self.plan.said.values.get(origin.field.name)
        if not said:
            return raw
        words = cast(raw, Text)
        meant = {word: null() if means is None else means for word, means in said.items()}
        return case(meant, value=words, else_=words)

    def _typed(self, origin: Origin, raw: ColumnElement[Any]) -> ColumnElement[Any]:
        match origin.field.kind:
            case "day":
                return self._day(origin, raw)
            case "flag":
                return raw if self._place.dialect == "sqlite" else cast(raw, Boolean)
            case "whole":
                return cast(raw, self.plan.shape.table.c[origin.field.column].type)
            case "number":
                return cast(raw, Float)
            case "money":
                return _scaled(raw, 1 if self._in_minor(origin) else self._units())
            case "percent":
                return _scaled(raw, 1 if origin.in_cents else _POINTS)
            case "rate":
                return _scaled(raw, 1 if origin.in_cents else _MILLIONTHS)
            case "currency":
                return func.upper(func.nullif(cast(raw, Text), ""))
            case _:
                return func.nullif(cast(raw, Text), "")

    def _day(self, origin: Origin, raw: ColumnElement[Any]) -> ColumnElement[Any]:
        """The calendar day in the workspace's zone; SQLite keeps days and moments as text."""
        if self._place.dialect == "sqlite":
            return func.date(raw)
        aware = isinstance(self.plan.feed, Asked) and origin.header in self.plan.feed.aware
        return cast(func.timezone(self._place.zone, raw) if aware else raw, Date)

    def _in_minor(self, origin: Origin) -> bool:
        said = origin.amounts or self.plan.said.amounts
        return said == "cents" if said else origin.in_cents

    def _units(self) -> ColumnElement[int]:
        """How many minor units one unit of the row's currency has."""
        if not self._place.digits or "currency" not in self.plan.shape.fields:
            return literal(_POINTS)
        code = self._column(self.plan.shape.fields["currency"])
        return case({code: 10**digits for code, digits in self._place.digits.items()}, value=code, else_=_POINTS)


def _scaled(raw: ColumnElement[Any], factor: ColumnElement[int] | int) -> ColumnElement[int]:
    """A number in a smaller unit, as an integer, rounded half away from zero."""
    return cast(func.round(cast(raw, Numeric) * factor), BigInteger)
