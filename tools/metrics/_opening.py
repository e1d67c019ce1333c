"""Opening the customer book for reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select
from sqlalchemy.engine import make_url

from tools.metrics._book import BOOK, book_info
from tools.metrics._faults import Fault, Findings
from tools.metrics._totals import kept_totals


class NoBook(Exception):
    """There is no customer book at the given place; `retention load` or `retention demo` makes one."""


@dataclass(frozen=True)
class Book:
    """The customer book, opened for reading only."""

    url: str
    engine: Engine

    def connect(self) -> Connection:
        return self.engine.connect()

    def afresh(self) -> "Book":
        """The same book as it is now: one question reads one `info`, the next may follow a load."""
        return Book(self.url, self.engine)

    @cached_property
    def info(self) -> Mapping[str, str]:
        """reporting_currency, timezone, as_of, load_id …"""
        with self.connect() as connection:
            return {row.key: row.value for row in connection.execute(select(book_info))}

    @cached_property
    def kept_totals(self) -> frozenset[str]:
        """The attributes of which the ledger keeps daily totals."""
        with self.connect() as connection:
            return kept_totals(connection)

    @property
    def currency(self) -> str:
        return self.info["reporting_currency"]

    @property
    def as_of(self) -> date:
        """The last day the data speaks of, as the load found it."""
        return date.fromisoformat(self.info["as_of"])


def book_engine(url: str) -> Engine:
    """An engine that may write the book; its tables are made if missing. Raises LoadRefused among a company's own."""
    engine = writing_engine(url)
    with engine.begin() as connection:
        refuse_strangers(connection)
        BOOK.create_all(connection)
    return engine


def refuse_strangers(connection: Connection) -> None:
    """Raise LoadRefused where tables are called as the book's but are not ours: a load would empty them."""
    there = inspect(connection)
    if there.has_table(book_info.name):
        return
    if taken := [table.name for table in BOOK.sorted_tables if there.has_table(table.name)]:
        findings = Findings()
        findings.add(Fault("BOOK_URL", "name_taken", value=", ".join(taken)))
        findings.refuse()


def writing_engine(url: str) -> Engine:
    """An engine that may write. SQLite gets WAL: readers never wait."""
    if make_url(url).get_backend_name() == "sqlite" and (path := make_url(url).database):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _wal)
    return engine


def open_book(url: str) -> Book:
    """Open the book at a SQLAlchemy URL for reading only. Raises NoBook where no load was ever finished."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or not Path(parsed.database).exists():
            raise NoBook(url)
        engine = create_engine(f"sqlite:///file:{parsed.database}?mode=ro&uri=true")
    else:
        engine = create_engine(url, execution_options={"postgresql_readonly": True}, pool_pre_ping=True)
    book = Book(url, engine)
    if not inspect(engine).has_table(book_info.name) or "as_of" not in book.info:
        engine.dispose()
        raise NoBook(url)
    return book


def _wal(connection: object, _record: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")  # type: ignore[attr-defined]
    connection.execute("PRAGMA synchronous=NORMAL")  # type: ignore[attr-defined]
