"""Opening the customer book for reading."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Executable, Row, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.sql.compiler import SQLCompiler

from tools.metrics._book import BOOK, SOURCE_TABLES, book_info, changed_accounts
from tools.metrics._engines import file_of, make_tables, reading_engine, writing_engine
from tools.metrics._faults import Fault, Findings
from tools.metrics._scoring import AS_IT_COMES, Scoring
from tools.metrics._sight import ALL, SECRETS, Hidden, Limited, Reading, Secret, Sight
from tools.metrics._totals import ALL as OF_ALL
from tools.metrics._totals import kept_totals

IN_LAKE = "in_lake"
IN_PLACE = "in_place"
"""The key in `book_info` of a book whose tables no load wrote."""
Heard = tuple[tuple[str, date], ...]
"""Account ids with days on which they wrote to us or spoke with us."""


class NoBook(Exception):
    """There is no customer book at the given place; `retention load` or `retention demo` makes one."""


class OldBook(NoBook):
    """The book was written by an earlier version of this program; a whole load makes it anew."""


class Ran(NamedTuple):
    """A statement that was run: its rows, what the engine made of it, and what it was given."""

    rows: Sequence[Row[Any]]
    compiled: SQLCompiler
    parameters: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Book:
    """The customer book, opened for reading only. Two are equal where they hold the same data for the same eyes.

    `used`: the tables that were read so far. `heard`: what no load has told yet; whoever keeps such a record hands
    in how it is read, once, when it is first needed. `sight`: what of it may be seen; `secrets`: the kinds of secret
    figures that were read so far. `scoring`: how risk is scored.
    """

    url: str
    engine: Engine
    _held: Connection | None = None
    used: set[str] = field(default_factory=set)
    heard: Callable[[], Heard] = tuple
    sight: Sight = ALL
    secrets: set[Secret] = field(default_factory=set)
    scoring: Scoring = AS_IT_COMES

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Book) and self._content == other._content

    def __hash__(self) -> int:
        return hash(self._content)

    @property
    def _content(self) -> tuple[str, str, Sight, Scoring]:
        return self.url, self.info["load_id"], self.sight, self.scoring

    @contextmanager
    def connect(self) -> Iterator[Reading]:
        """What is read by it is what may be seen."""
        with self._connect() as connection:
            yield Limited(connection, self.sight)

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        if self._held is not None:
            yield self._held
            return
        with self.engine.connect() as connection:
            yield connection

    def run(self, statement: Executable) -> Ran:
        """Run a statement over what may be seen."""
        seen = self.sight.of(statement, self.engine.dialect.name)
        with self._connect() as connection:
            result = connection.execute(seen)
            compiled, given = result.context.compiled, result.context.extracted_parameters
            assert isinstance(compiled, SQLCompiler)
            return Ran(result.all(), compiled, compiled.construct_params(extracted_parameters=given))

    def disclose(self, what: str, secret: Secret) -> None:
        """Note that something secret is about to be read. Raises Hidden where it may not be seen."""
        if secret in self.sight.hidden:
            raise Hidden(what, secret)
        self.secrets.add(secret)

    def unread(self) -> "Book":
        """The same book, of which nothing was read yet."""
        return replace(self, used=set(), secrets=set())

    @property
    def told(self) -> Sight:
        """What somebody must be able to see to whom everything is told that was read so far."""
        secrets = SECRETS if "costs" in self.used else self.secrets
        return replace(self.sight, hidden=SECRETS - secrets)

    def within(self, sight: Sight) -> "Book":
        """The same book, as somebody sees it who may see only this."""
        return replace(self, sight=sight)

    @property
    def is_held(self) -> bool:
        """Whether all that is read is of one state, also while somebody loads; Spark's tables are files."""
        return self._held is not None and self.engine.dialect.name != "hive"

    def afresh(self) -> "Book":
        """The same book as it is now: one question reads one `info`, the next may follow a load."""
        return Book(self.url, self.engine, sight=self.sight, scoring=self.scoring)

    def scored_by(self, scoring: Scoring) -> "Book":
        """The same book, whose risk is scored so."""
        return replace(self, scoring=scoring)

    def hearing(self, heard: Callable[[], Heard]) -> "Book":
        """The same book, with days on which accounts were heard from."""
        return replace(self, heard=cache(heard))

    @contextmanager
    def unchanging(self) -> Iterator["Book"]:
        """The book as it is now, however often it is loaded meanwhile: all that is read is of one state."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN")  # else each SELECT would see what is newest then
            elif self.engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield replace(self.afresh(), _held=connection, heard=self.heard)

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
        """The attributes of which the ledger keeps daily totals, and `` for those of all accounts; none of these
        counts only what may be seen."""
        if not self.sight.is_whole:
            return frozenset()
        with self._connect() as connection:
            return kept_totals(connection) | {OF_ALL}

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
    """Open the book at a SQLAlchemy URL for reading only.

    Raises NoBook where no load was ever finished, OldBook where the last one was by an earlier version.
    """
    file = file_of(make_url(url))
    if file and not file.exists():
        raise NoBook(url)
    engine = reading_engine(url)
    book = Book(url, engine)
    try:
        if not inspect(engine).has_table(book_info.name) or not book.info:
            raise NoBook(url)
        if not _is_current(engine):
            raise OldBook(url)
    except NoBook:
        engine.dispose()
        raise
    return book


def _is_current(engine: Engine) -> bool:
    """Whether all tables are there, and those that loads write for themselves have all the columns that are read.

    `changed_accounts` is read only where a load has said so: a book of before it had any is as good.
    """
    own = [table for table in BOOK.sorted_tables if table not in (*SOURCE_TABLES, changed_accounts)]
    there = inspect(engine)
    if not all(there.has_table(table.name) for table in SOURCE_TABLES):
        return False
    found = there.get_multi_columns(filter_names=[table.name for table in own])
    columns = {name: {column["name"].lower() for column in each} for (_, name), each in found.items()}
    return all(columns.get(table.name, set()) >= set(table.c.keys()) for table in own)
