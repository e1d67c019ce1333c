"""How fresh the book is: where each table came from, what day it speaks of last, and what went wrong."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, select

from tools.metrics._book import SOURCE_TABLES, load_errors, loads
from tools.metrics._failures import noted_fault
from tools.metrics._faults import Fault
from tools.metrics._opening import Book


@dataclass(frozen=True)
class Failure:
    """The last attempt to load a source, which failed: its first fault, and how many it has."""

    source: str
    table: str | None
    failed_on: date
    fault: Fault
    faults: int


SELDOM = frozenset({
    "accounts", "commitments", "contacts", "discounts", "exits", "features", "goals", "packages", "pauses",
    "subscription_changes",
})  # fmt: skip
"""Tables in which nothing may happen for months: how fresh they are is told by the load, not by what is new in them."""


@dataclass(frozen=True)
class Supply:
    """Where a table's rows came from, and how fresh they are.

    `newest_on`: the last day it speaks of, None where its rows have no day; `mode`: whether all its rows were replaced
    (`whole`) or only some (`changes`); `day`: until when it can be relied on; `age`: days since then; `rows`: None
    where not all of them may be seen.
    """

    table: str
    source: str
    rows: int | None
    newest_on: date | None
    loaded_on: date
    mode: str
    stale_after: int
    day: date
    age: int

    @property
    def is_stale(self) -> bool:
        return self.age > self.stale_after


@dataclass(frozen=True)
class Freshness:
    """Every table that was loaded, those that never were, and the loads that failed since."""

    supplies: tuple[Supply, ...]
    absent: tuple[str, ...]
    failures: tuple[Failure, ...]

    @property
    def stale(self) -> tuple[Supply, ...]:
        return tuple(supply for supply in self.supplies if supply.is_stale)


def freshness(book: Book, today: date) -> Freshness:
    """How fresh the book is on a day."""
    with book.connect() as connection:
        loaded = connection.execute(select(loads).order_by(loads.c.table_name)).mappings().all()
        failed = connection.execute(select(load_errors).order_by(load_errors.c.source)).mappings().all()
    zone = ZoneInfo(book.info["timezone"])
    supplies = {row["table_name"]: _supply(row, zone, today) for row in loaded}
    names = sorted(table.name for table in SOURCE_TABLES)
    return Freshness(
        tuple(supplies[name] for name in names if name in supplies),
        tuple(name for name in names if name not in supplies),
        tuple(_failure(row, zone) for row in failed),
    )


def stale_sources(book: Book, tables: Iterable[str], today: date) -> tuple[Supply, ...]:
    """Those of these tables that are stale, the oldest first."""
    named = {*tables}
    if not named:
        return ()
    stale = [supply for supply in freshness(book, today).stale if supply.table in named]
    return tuple(sorted(stale, key=lambda supply: (supply.day, supply.table)))


def _supply(row: RowMapping, zone: ZoneInfo, today: date) -> Supply:
    table, newest_on, loaded_on = row["table_name"], row["newest_on"], _day(row["loaded_at"], zone)
    day = max(newest_on or loaded_on, loaded_on) if table in SELDOM else newest_on or loaded_on
    return Supply(
        table, row["source"], row["row_count"], newest_on, loaded_on, row["mode"], row["stale_after"], day,
        (today - day).days,
    )  # fmt: skip


def _failure(row: RowMapping, zone: ZoneInfo) -> Failure:
    day = _day(row["failed_at"], zone)
    return Failure(row["source"], row["table_name"], day, noted_fault(row), row["fault_count"])


def _day(moment: datetime, zone: ZoneInfo) -> date:
    """The book keeps moments in UTC without saying so."""
    return moment.replace(tzinfo=UTC).astimezone(zone).date()
