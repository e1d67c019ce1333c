"""Looking through the views of a book in place, with the same faults as a load has for rows."""

from collections.abc import Container, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from tools.metrics._cells import currencies, text_of
from tools.metrics._faults import EXAMPLES, Fault, FaultKind
from tools.metrics._fields import Field
from tools.metrics._rows import ORDERED
from tools.metrics._views import View

_UNITS = ("day", "week", "month", "year")
_HOMES: tuple[tuple[str, str, FaultKind], ...] = (
    ("account_id", "accounts", "unknown_account"),
    ("subscription_id", "subscriptions", "unknown_subscription"),
)
Found = tuple[list[Fault], int]
"""The first faults of a kind, and how many there are."""


def look_through(connection: Connection, view: View, views: Container[str]) -> Iterator[Found]:
    """What is wrong with the rows of a view: what a cast would hide, and what the book cannot take."""
    look = _Look(connection, view)
    for field, kind, rows in view.doubts:
        yield look.found(kind, field.name, rows, {"field": field.name})
    yield from look.keys()
    for field in view.plan.shape.fields.values():
        if field.column in look.columns:
            yield from look.column(field)
    yield from look.order()
    yield from look.strangers(views)


class _Look:
    def __init__(self, connection: Connection, view: View) -> None:
        self._connection = connection
        self._plan = view.plan
        self._table = view.plan.shape.table
        self._key = next(iter(self._table.primary_key.columns))
        self.columns = self._table.c

    def found(self, kind: FaultKind, column: str, rows: Select[Any], detail: dict[str, str | int]) -> Found:
        """The first of the rows (key, value) as faults, and how many there are."""
        total = int(self._connection.execute(select(func.count()).select_from(rows.subquery())).scalar_one())
        first = self._connection.execute(rows.order_by("key").limit(EXAMPLES)).all() if total else []
        return [self._fault(kind, column, row, detail) for row in first], total

    def _fault(self, kind: FaultKind, column: str, row: Row[Any], detail: dict[str, str | int]) -> Fault:
        origin = self._plan.origin(column)
        header = origin.header if origin and origin.index is not None else column
        value = "" if row.value is None else text_of(row.value)
        extra = {"started": str(row.started)} if "started" in row._fields else {}
        return Fault(self._plan.file, kind, None, header, value, {**detail, **extra}, key=str(row.key))

    def _rows(self, value: ColumnElement[Any], wrong: ColumnElement[bool]) -> Select[Any]:
        return select(self._key.label("key"), value.label("value")).where(wrong)

    def keys(self) -> Iterator[Found]:
        """Every key must be there once."""
        keys = list(self._table.primary_key.columns)
        there = and_(*(key.is_not(None) for key in keys))
        more = select(keys[0].label("key"), keys[0].label("value")).where(there).group_by(*keys)
        yield self.found("repeated_key", keys[0].name, more.having(func.count() > 1), {})

    def column(self, field: Field) -> Iterator[Found]:
        """The checks of one column by itself."""
        column = self.columns[field.column]
        if field.required:
            kind: FaultKind = "currency_missing" if field.kind == "currency" else "value_missing"
            yield self.found(kind, field.name, self._rows(column, column.is_(None)), {})
        if field.kind == "currency":
            unknown = and_(column.is_not(None), column.not_in(sorted(currencies())))
            yield self.found("not_a_currency", field.name, self._rows(column, unknown), {})
        if field.kind == "interval":
            yield self.found("unknown_interval", field.name, self._rows(column, column.not_in(_UNITS)), {})
        if field.choices and not field.open_choice:
            allowed = list(dict.fromkeys(field.choices.values()))
            detail: dict[str, str | int] = {"allowed": ", ".join(allowed)}
            yield self.found("unknown_value", field.name, self._rows(column, column.not_in(allowed)), detail)
        if field.lowest is not None or field.highest is not None:
            yield self._bounds(field, column)

    def _bounds(self, field: Field, column: ColumnElement[Any]) -> Found:
        unit = 100 if field.kind == "percent" else 1
        below = [] if field.lowest is None else [column < field.lowest * unit]
        above = [] if field.highest is None else [column > field.highest * unit]
        detail: dict[str, str | int] = {
            "lowest": field.lowest or 0, "highest": "…" if field.highest is None else field.highest
        }  # fmt: skip
        return self.found("out_of_range", field.name, self._rows(column, or_(*below, *above)), detail)

    def order(self) -> Iterator[Found]:
        """Ends are not before starts."""
        if self._table.name in ORDERED:
            first, last = (self.columns[name] for name in ORDERED[self._table.name])
            rows = self._rows(last, last < first).add_columns(first.label("started"))
            yield self.found("ended_before_started", last.name, rows, {})

    def strangers(self, views: Container[str]) -> Iterator[Found]:
        """What rows name must be there."""
        for name, home, kind in _HOMES:
            if name in self.columns and self._table.name != home and home in views:
                column = self.columns[name]
                known = self._table.metadata.tables[home].c[name]
                lost = column.not_in(select(known).where(known.is_not(None)))
                yield self.found(kind, name, self._rows(column, lost), {})
