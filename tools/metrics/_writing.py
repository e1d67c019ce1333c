"""The second half of a load: from checked rows to the book, which is the old one until all is written."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, inspect, select, text
from sqlalchemy.schema import DropView

from tools.metrics._book import (
    SOURCE_TABLES,
    book_info,
    discounts,
    exchange_rates,
    load_marks,
    loads,
    mrr_movements,
    pauses,
    subscription_changes,
    subscriptions,
)
from tools.metrics._figure import Money
from tools.metrics._mapping import LoadMapping
from tools.metrics._marks import remember
from tools.metrics._opening import book_engine
from tools.metrics._report import LoadReport
from tools.metrics._scratch import Scratch

OF_MRR = (exchange_rates, subscriptions, subscription_changes, discounts, pauses)
"""What the ledger is built from: all that a check needs to tell the MRR."""
_ALWAYS = date(1970, 1, 1)


def write(
    report: LoadReport,
    scratch: Scratch,
    said: LoadMapping,
    url: str,
    timezone: str,
    ledger: Callable[[Connection], None],
    tables: Sequence[Table] = SOURCE_TABLES,
) -> LoadReport:
    """Replace the content of the book at `url` by the checked rows of these tables, in one transaction."""
    engine = book_engine(url)
    try:
        with engine.begin() as connection:
            scratch.attach(connection)
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            elif engine.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE book_info IN EXCLUSIVE MODE"))
            tables_again(connection)
            for table in (*SOURCE_TABLES, book_info, loads, load_marks):
                connection.execute(delete(table))
            for table in tables:
                scratch.move(connection, table)
            if said.rates:
                connection.execute(insert(exchange_rates), stated_rates(said))
            _describe(connection, report, timezone)
            remember(connection, said, report.marks)
            ledger(connection)
            mrr = Money(mrr_on(connection, report.as_of), report.currency)
    finally:
        engine.dispose()
    return replace(report, written=True, mrr=mrr)


def tables_again(connection: Connection) -> None:
    """Where the book was read in place, give it tables of its own instead of the views."""
    views = set(inspect(connection).get_view_names())
    for table in SOURCE_TABLES:
        if table.name in views:
            connection.execute(DropView(table))
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


def _describe(connection: Connection, report: LoadReport, timezone: str) -> None:
    """What holds for the whole book, and where its tables came from."""
    now = datetime.now(UTC).replace(microsecond=0)
    info = {
        "reporting_currency": report.currency, "timezone": timezone, "as_of": report.as_of.isoformat(),
        "loaded_at": now.isoformat(), "load_id": report.load_id,
    }  # fmt: skip
    connection.execute(insert(book_info), [{"key": key, "value": value} for key, value in info.items()])
    sources = [
        {
            "table_name": one.table,
            "source": one.file,
            "row_count": one.rows,
            "loaded_at": now.replace(tzinfo=None),
        }
        for one in report.tables
    ]
    connection.execute(insert(loads), sources)


def make_ledger(connection: Connection) -> None:
    """The ledger of the book that is being written."""
    from tools.metrics._ledger import build_ledger

    build_ledger(connection)
