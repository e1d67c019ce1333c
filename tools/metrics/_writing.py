"""The second half of a load: from checked rows to the book, which is the old one until all is written."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, inspect, select, text
from sqlalchemy.schema import DropView

from tools.metrics._book import BOOK, SOURCE_TABLES, book_info, exchange_rates, load_marks, loads, mrr_movements
from tools.metrics._changed import begin_lineage
from tools.metrics._failures import forget_failures
from tools.metrics._feeds import Watch
from tools.metrics._fields import shapes
from tools.metrics._figure import Money
from tools.metrics._mapping import LoadMapping
from tools.metrics._marks import remember
from tools.metrics._opening import book_engine
from tools.metrics._report import LoadReport, Mode, TableReport
from tools.metrics._scratch import Scratch

Ledger = Callable[[Connection], None]
"""Builds the ledger, or what of it is stale, within the transaction of a load."""

MANY = 100_000
"""Rows from which on a new book is worth tidying at once."""
_ALWAYS = date(1970, 1, 1)


def write(
    report: LoadReport,
    scratch: Scratch,
    said: LoadMapping,
    url: str,
    timezone: str,
    ledger: Ledger,
    tables: Sequence[Table],
    watch: Watch,
) -> LoadReport:
    """Replace the content of the book at `url` by the checked rows of these tables, in one transaction."""
    with one_load(url, scratch) as connection:
        _renew_tables(connection)
        for table in (*SOURCE_TABLES, book_info, loads, load_marks):
            connection.execute(delete(table))
        rows = {one.table: one.rows for one in report.tables}
        for table in (table for table in tables if table.name in rows):
            with _indexed_at_once(connection, table):
                scratch.move(connection, table.name, table, partial(watch, "writing", table.name), rows[table.name])
        watch("writing", "", 0, None)
        if said.rates:
            connection.execute(insert(exchange_rates), stated_rates(said))
        _describe(connection, report, timezone)
        remember(connection, said, report.marks)
        ledger(connection)
        mrr = Money(mrr_on(connection, report.as_of), report.currency)
    if sum(one.rows for one in report.tables) >= MANY:
        tidy(url)
    return replace(report, written=True, mrr=mrr)


def tidy(url: str) -> None:
    """Let PostgreSQL count the rows of a new book and mark its pages as seen by all: until it does so by itself, some
    minutes later, it plans badly, reads tables where an index would do, and writes where it only reads."""
    engine = book_engine(url)
    try:
        if engine.dialect.name == "postgresql":
            names = ", ".join(table.name for table in BOOK.sorted_tables)
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(f"VACUUM (ANALYZE) {names}"))
    finally:
        engine.dispose()


@contextmanager
def one_load(url: str, scratch: Scratch) -> Iterator[Connection]:
    """A transaction that writes the book: all or nothing, and the only one; who reads meanwhile is not disturbed."""
    engine = book_engine(url)
    try:
        with engine.begin() as connection:
            scratch.attach(connection)
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            elif engine.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE book_info IN EXCLUSIVE MODE"))
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _indexed_at_once(connection: Connection, table: Table) -> Iterator[None]:
    """SQLite indexes rows that are all there by sorting, far faster than each at its place. Others keep the index, as
    who reads the book would have to wait for one that is made anew.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    for index in table.indexes:
        index.drop(connection, checkfirst=True)
    yield
    for index in table.indexes:
        index.create(connection)


def _renew_tables(connection: Connection) -> None:
    """Where the book was read in place, give it tables of its own instead of the views; and make those anew that an
    earlier version of this program made with other columns or another key.
    """
    there = inspect(connection)
    views = set(there.get_view_names())
    for table in BOOK.sorted_tables:
        if table.name in views:
            connection.execute(DropView(table))
            table.create(connection)
            continue
        columns = {column["name"] for column in there.get_columns(table.name)}
        key = there.get_pk_constraint(table.name)["constrained_columns"]
        if (columns, {*key}) != ({*table.c.keys()}, {*table.primary_key.columns.keys()}):
            table.drop(connection)
            table.create(connection)


def mrr_on(connection: Connection, day: date) -> int:
    """MRR at the end of a day, minor units of the reporting currency."""
    amount = func.coalesce(func.sum(mrr_movements.c.amount_minor), 0)
    return int(connection.execute(select(amount).where(mrr_movements.c.on_day <= day)).scalar_one())


def stated_rates(said: LoadMapping) -> list[dict[str, Any]]:
    """The rates of the mapping file, which hold always."""
    return [
        {"currency": code, "on_day": _ALWAYS, "rate_e6": int(rate.scaleb(6).to_integral_value())}
        for code, rate in sorted(said.rates.items())
    ]


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _describe(connection: Connection, report: LoadReport, timezone: str) -> None:
    """What holds for the whole book, and where its tables came from."""
    info = {
        "reporting_currency": report.currency, "timezone": timezone, "as_of": report.as_of.isoformat(),
        "loaded_at": now().isoformat(), "load_id": report.load_id,
    }  # fmt: skip
    connection.execute(insert(book_info), [{"key": key, "value": value} for key, value in info.items()])
    begin_lineage(connection)
    connection.execute(insert(loads), [described(one, "whole") for one in report.tables])
    forget_failures(connection)


def described(one: TableReport, mode: Mode) -> dict[str, Any]:
    """The row of `loads` of one table."""
    row = supplied(one.table, one.file, one.rows, mode, one.newest_on)
    stale_after = row["stale_after"] if one.stale_after is None else one.stale_after
    return {**row, "stale_after": stale_after, "filled": " ".join(sorted(one.filled))}


def supplied(table: str, source: str, rows: int, mode: Mode, newest_on: date | None) -> dict[str, Any]:
    """The row of `loads` of a table that now comes from a source, of which no more is said."""
    return {
        "table_name": table, "source": source, "row_count": rows, "loaded_at": now().replace(tzinfo=None),
        "mode": mode, "newest_on": newest_on, "stale_after": shapes()[table].stale_after, "filled": "",
    }  # fmt: skip


def make_ledger(connection: Connection) -> None:
    """The ledger of the book that is being written."""
    from tools.metrics._ledger import build_ledger

    build_ledger(connection)
