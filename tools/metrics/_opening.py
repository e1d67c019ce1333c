"""Opening the customer book for reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import Connection, Engine, inspect, select
from sqlalchemy.engine import make_url

from tools.metrics._book import BOOK, book_info
from tools.metrics._engines import file_of, make_tables, reading_engine, writing_engine
from tools.metrics._faults import Fault, Findings
from tools.metrics._totals import kept_totals

IN_LAKE = "in_lake"
"""The key in `book_info` of a book whose tables no load wrote."""


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
        """reporting_currency, timezone, as_of, load_id … Raises NoBook while the book is being made."""
        with self.connect() as connection:
            found = {row.key: row.value for row in connection.execute(select(book_info))}
        if "as_of" not in found:
            raise NoBook(self.url)
        return found

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
        make_tables(connection, BOOK)
    return engine


def refuse_strangers(connection: Connection) -> None:
    """Raise LoadRefused where tables are called as the book's but are not ours: a load would empty them."""
    there = inspect(connection)
    if there.has_table(book_info.name) and not in_lake(connection):
        return
    if taken := [table.name for table in BOOK.sorted_tables if there.has_table(table.name)]:
        findings = Findings()
        findings.add(Fault("BOOK_URL", "name_taken", value=", ".join(taken)))
        findings.refuse()


def in_lake(connection: Connection) -> bool:
    """Whether only the ledger of the book there is ours, and its tables are somebody else's."""
    return bool(connection.execute(select(book_info.c.value).where(book_info.c.key == IN_LAKE)).first())


def open_book(url: str) -> Book:
    """Open the book at a SQLAlchemy URL for reading only. Raises NoBook where no load was ever finished."""
    file = file_of(make_url(url))
    if file and not file.exists():
        raise NoBook(url)
    engine = reading_engine(url)
    book = Book(url, engine)
    try:
        if not inspect(engine).has_table(book_info.name) or not book.info:
            raise NoBook(url)
    except NoBook:
        engine.dispose()
        raise
    return book
