"""`retention ledger`: a book whose tables are in a lake or warehouse already. They are checked, described and given
their ledger where they are; nothing is copied.

Only the tables that hold money over time are read through; of the others it is enough that they have the columns.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    Numeric,
    String,
    Table,
    delete,
    func,
    insert,
    inspect,
    or_,
    select,
)
from sqlalchemy.types import NullType, TypeEngine

from tools.metrics._book import (
    BOOK,
    SOURCE_TABLES,
    accounts,
    book_info,
    exchange_rates,
    loads,
    mrr_movements,
    subscriptions,
)
from tools.metrics._engines import make_tables, writing_engine
from tools.metrics._fields import shapes
from tools.metrics._figure import Money
from tools.metrics._ledger import MRR_KINDS, build_ledger
from tools.metrics._opening import IN_LAKE, in_lake
from tools.metrics._writing import OF_MRR

REQUIRED = (accounts, subscriptions)
PRICED = ("subscriptions", "invoices", "costs")
_TYPES: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (DateTime, "TIMESTAMP"), (Date, "DATE"), (Boolean, "BOOLEAN"), (Integer, "BIGINT"), (Float, "DOUBLE"),
    (Numeric, "DECIMAL"), (String, "STRING"),
)  # fmt: skip
_WORDS = {"kind": (*MRR_KINDS, "repeat"), "interval_unit": ("day", "week", "month", "year")}
_ANY_NUMBER = {"BIGINT", "DOUBLE", "DECIMAL"}

MisfitKind = Literal[
    "was_loaded",
    "no_table",
    "no_columns",
    "other_type",
    "empty_cells",
    "repeated_keys",
    "unknown_words",
    "unknown_accounts",
    "no_rate",
]


@dataclass(frozen=True)
class Misfit:
    """One thing that keeps a table from being part of a book: `what` names columns or values, `rows` says how many."""

    kind: MisfitKind
    table: str
    what: str = ""
    wanted: str = ""
    rows: int = 0


class NotABook(Exception):
    """The tables do not make a book as they are; nothing was written."""

    def __init__(self, misfits: tuple[Misfit, ...]) -> None:
        self.misfits = misfits
        super().__init__(", ".join(f"{misfit.kind} {misfit.table}" for misfit in misfits))


@dataclass(frozen=True)
class InPlace:
    """What was found and built. `rows`: of each table that was there; `made`: tables that were not, and are empty."""

    rows: dict[str, int]
    made: tuple[str, ...]
    currency: str
    as_of: date
    mrr: Money


def build_in_place(url: str, *, currency: str | None = None, timezone: str, today: date) -> InPlace:
    """Check the canonical tables, or views of their names, in the database at a URL, and build their ledger beside.

    `currency`: the reporting currency, if it is not the one most contracts are in; facts after `today` do not count
    for `as_of`. Raises NotABook. To be called again whenever the tables have changed. Where the engine has no
    transactions there is no book until it is done.
    """
    engine = writing_engine(url)
    try:
        with engine.connect() as connection:
            there = _tables_there(connection)
            _refuse(_loaded(connection))
            _refuse(_misfits_of_columns(connection, there))
            reporting = currency or _most_frequent(connection)
            _refuse(_misfits_of_rows(connection, there, reporting))
        with engine.begin() as connection:
            make_tables(connection, BOOK)
            return _build(connection, there, reporting, timezone, today)
    finally:
        engine.dispose()


def _refuse(misfits: Iterator[Misfit]) -> None:
    if found := tuple(misfits):
        raise NotABook(found)


def _tables_there(connection: Connection) -> list[Table]:
    look = inspect(connection)
    names = {name.lower() for name in (*look.get_table_names(), *look.get_view_names())}
    return [table for table in SOURCE_TABLES if table.name in names]


def _loaded(connection: Connection) -> Iterator[Misfit]:
    """A load owns all tables of its book; it alone may describe them."""
    if inspect(connection).has_table(loads.name) and not in_lake(connection):
        owned = select(loads.c.source).order_by(loads.c.source).limit(1)
        yield from (Misfit("was_loaded", "loads", source) for source in connection.execute(owned).scalars())


def _misfits_of_columns(connection: Connection, there: list[Table]) -> Iterator[Misfit]:
    yield from (Misfit("no_table", table.name) for table in REQUIRED if table not in there)
    for table in there:
        found = {column["name"].lower(): column["type"] for column in inspect(connection).get_columns(table.name)}
        if missing := [column for column in table.columns if column.name not in found]:
            said = ", ".join(f"{column.name} {_type(column.type)}" for column in missing)
            yield Misfit("no_columns", table.name, said)
        for column in table.columns:
            if column.name in found and not _fits(found[column.name], column.type):
                yield Misfit("other_type", table.name, f"{column.name} {found[column.name]}", _type(column.type))


def _fits(found: TypeEngine[Any], wanted: TypeEngine[Any]) -> bool:
    """Days must be days and money whole; a measure may be any number. What a view in SQLite has is not known."""
    if isinstance(found, NullType):
        return True
    if _type(wanted) == "DOUBLE":
        return _type(found) in _ANY_NUMBER
    return _type(found) == _type(wanted)


def _type(of: TypeEngine[Any]) -> str:
    return next((name for kind, name in _TYPES if isinstance(of, kind)), str(of))


def _misfits_of_rows(connection: Connection, there: list[Table], reporting: str) -> Iterator[Misfit]:
    for table in (accounts, *OF_MRR):
        if table in there:
            yield from _empty_cells(connection, table)
            yield from _repeated_keys(connection, table)
    for name, allowed in _WORDS.items():
        yield from _unknown_words(connection, subscriptions.c[name], allowed)
    known = select(accounts.c.account_id)
    lost = select(func.count()).where(subscriptions.c.account_id.not_in(known))
    if rows := connection.execute(lost).scalar_one():
        yield Misfit("unknown_accounts", "subscriptions", rows=rows)
    if missing := sorted(_currencies(connection, there) - _rated(connection, there) - {reporting}):
        yield Misfit("no_rate", "exchange_rates", ", ".join(missing), reporting)


def _empty_cells(connection: Connection, table: Table) -> Iterator[Misfit]:
    required = [column for column in table.columns if not column.nullable]
    rows = connection.execute(select(func.count()).where(or_(*(column.is_(None) for column in required)))).scalar_one()
    if rows:
        yield Misfit("empty_cells", table.name, ", ".join(column.name for column in required), rows=rows)


def _repeated_keys(connection: Connection, table: Table) -> Iterator[Misfit]:
    keys = list(table.primary_key.columns)
    repeated = select(*keys).group_by(*keys).having(func.count() > 1).subquery("repeated")
    if rows := connection.execute(select(func.count()).select_from(repeated)).scalar_one():
        yield Misfit("repeated_keys", table.name, ", ".join(key.name for key in keys), rows=rows)


def _unknown_words(connection: Connection, column: Column[Any], allowed: tuple[str, ...]) -> Iterator[Misfit]:
    found = connection.execute(select(column).where(column.not_in(allowed)).distinct().limit(5)).scalars().all()
    if found:
        yield Misfit("unknown_words", "subscriptions", f"{column.name}: {', '.join(found)}", ", ".join(allowed))


def _currencies(connection: Connection, there: list[Table]) -> set[str]:
    used = [table for table in there if table.name in PRICED]
    return {
        code for table in used for code in connection.execute(select(table.c.currency).distinct()).scalars() if code
    }


def _rated(connection: Connection, there: list[Table]) -> set[str]:
    if exchange_rates not in there:
        return set()
    return {*connection.execute(select(exchange_rates.c.currency).distinct()).scalars()}


def _most_frequent(connection: Connection) -> str:
    code = subscriptions.c.currency
    counted = select(code).where(code.is_not(None)).group_by(code).order_by(func.count().desc(), code)
    return connection.execute(counted.limit(1)).scalar() or ""


def _build(connection: Connection, there: list[Table], reporting: str, timezone: str, today: date) -> InPlace:
    for table in (book_info, loads):
        connection.execute(delete(table))
    _say(connection, reporting_currency=reporting, timezone=timezone, **{IN_LAKE: "yes"})
    build_ledger(connection)
    rows = {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in there}
    as_of = _as_of(connection, there, today)
    now = datetime.now(UTC).replace(microsecond=0)
    connection.execute(
        insert(loads),
        [
            {"table_name": name, "source": IN_LAKE, "row_count": n, "loaded_at": now.replace(tzinfo=None)}
            for name, n in rows.items()
        ],
    )
    state = hashlib.sha256(f"{now} {rows} {reporting} {as_of}".encode()).hexdigest()[:16]
    _say(connection, as_of=as_of.isoformat(), loaded_at=now.isoformat(), load_id=state)
    made = tuple(table.name for table in SOURCE_TABLES if table not in there)
    return InPlace(rows, made, reporting, as_of, Money(_mrr(connection, as_of), reporting))


def _mrr(connection: Connection, day: date) -> int:
    total = select(func.coalesce(func.sum(mrr_movements.c.amount_minor), 0)).where(mrr_movements.c.on_day <= day)
    return int(connection.execute(total).scalar_one())


def _say(connection: Connection, **info: str) -> None:
    connection.execute(insert(book_info), [{"key": key, "value": value} for key, value in info.items()])


def _as_of(connection: Connection, there: list[Table], today: date) -> date:
    """The last day on which something happened, as far as it is not ahead."""
    days = [table.c[name] for table in there for name in shapes()[table.name].facts]
    latest = [connection.execute(select(func.max(day)).where(day <= today)).scalar() for day in days]
    return max((day for day in latest if day), default=today)
