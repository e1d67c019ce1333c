"""Reading the book: every figure's statement is kept as the engine ran it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Executable, Row, Select, Subquery, Table, select
from sqlalchemy.engine.interfaces import BindTyping
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import HasTraverseInternals

from tools.metrics._book import LEDGER_TABLES, OF_MRR, SOURCE_TABLES, accounts
from tools.metrics._dimensions import DIMENSIONS, holds
from tools.metrics._figure import EMPTY, Source
from tools.metrics._opening import Book

Where = Mapping[str, str]
"""What a figure is limited to, by dimension: `{"segment": "enterprise", "country": "BR"}`, or to one of `ITEMS`."""
ITEMS = ("goal_id", "subscription_id")
"""Single things of an account to which a metric whose rows name them can be limited."""


def read(book: Book, statement: Executable) -> tuple[Sequence[Row[Any]], Source]:
    """The statement's rows, and where they come from. A column named `row_count` says how many rows were summed."""
    ran = book.run(statement)
    told = _told(statement, ran.compiled)
    book.used.update(told.tables)
    said = told.readable.construct_expanded_state(dict(ran.parameters))
    return ran.rows, Source(said.statement, said.parameters, _behind(ran.rows), book.as_of, told.tables)


@dataclass
class Reader:
    """Reads the book several times for one figure, and remembers every statement."""

    book: Book
    sources: list[Source] = field(default_factory=list)

    def rows(self, statement: Executable) -> Sequence[Row[Any]]:
        rows, source = read(self.book, statement)
        self.sources.append(source)
        return rows

    @property
    def source(self) -> Source:
        return joined(self.sources, self.book.as_of)


def joined(sources: Sequence[Source], as_of: date) -> Source:
    """Several statements as one source; the parameters of the n-th are under the key `n`."""
    found = [statement for source in sources for statement in source.statements]
    return Source(
        ";\n\n".join(sql for sql, _ in found),
        {str(n): dict(parameters) for n, (_, parameters) in enumerate(found, 1)},
        sum(source.rows for source in sources),
        as_of,
        tuple(sorted({table for source in sources for table in source.tables})),
    )


def tables_of(statement: ClauseElement) -> tuple[str, ...]:
    """The source tables that a statement reads, in order; those of the ledger stand for what it is built from."""
    read_from = {each for each in _parts_of(statement) if isinstance(each, Table)}
    sources = {table for table in read_from if table in SOURCE_TABLES}
    if read_from & set(LEDGER_TABLES):
        sources.update(OF_MRR)
    return tuple(sorted(table.name for table in sources))


def _parts_of(statement: ClauseElement) -> Iterator[HasTraverseInternals]:
    """Everything a statement is made of, once each: a subquery that is read in ten places is looked into once."""
    seen: dict[int, HasTraverseInternals] = {}
    left: list[HasTraverseInternals] = [statement]
    while left:
        part = left.pop()
        if id(part) not in seen:
            seen[id(part)] = part  # kept, so that no other part gets its id
            left += part.get_children()
            yield part


class Told(NamedTuple):
    """What is told of a statement, whatever it is given: how anybody may run it, and the source tables it reads."""

    readable: SQLCompiler
    tables: tuple[str, ...]


_TOLD: WeakKeyDictionary[SQLCompiler, Told] = WeakKeyDictionary()
"""The engine keeps what it compiled, by the form of a statement; so this is worked out once for each form."""


def _told(statement: Executable, compiled: SQLCompiler) -> Told:
    """`compiled`: what became of the statement once it was limited to what may be seen."""
    if compiled not in _TOLD:
        assert isinstance(statement, ClauseElement) and compiled.statement is not None
        readable = type(compiled.dialect)(paramstyle="named")  # type: ignore[call-arg]
        readable.bind_typing = BindTyping.NONE  # `:day`, not `:day::DATE`: any client can run it
        found = compiled.statement.compile(dialect=readable)
        assert isinstance(found, SQLCompiler)
        _TOLD[compiled] = Told(found, tables_of(statement))
    return _TOLD[compiled]


def _behind(rows: Sequence[Row[Any]]) -> int:
    if len(rows) == 1 and "row_count" in rows[0]._fields:
        return int(rows[0].row_count or 0)
    return len(rows)


def limited_to(where: Where, table: Table | Subquery, day: date) -> list[ColumnElement[bool]]:
    """Conditions that keep only the rows of accounts that are so at the end of the day, and of the items named."""
    of_items = [table.c[name] == where[name] for name in ITEMS if name in where]
    of_accounts = {name: value for name, value in where.items() if name not in ITEMS}
    if len(of_accounts) == 1 and of_accounts.get("account_id"):
        # said so plainly that every engine reads no other account
        return [table.c.account_id == of_accounts["account_id"], *of_items]
    return [table.c.account_id.in_(matching(of_accounts, day)), *of_items] if of_accounts else of_items


def matching(where: Where, day: date) -> Select[*tuple[Any, ...]]:
    """The ids of the accounts that are so; an empty value stands for accounts that have none."""
    return select(accounts.c.account_id).where(*(holds(name, value, day) for name, value in sorted(where.items())))


def dimension_values(book: Book, dimension: str, day: date | None = None, where: Where = EMPTY) -> tuple[str, ...]:
    """The values that occur of a dimension such as owner, segment or plan, in their order; by default as of the data's
    last day. `where`: only those of the accounts that are so."""
    found, day = DIMENSIONS[dimension], day or book.as_of
    valued = found.values(day).subquery("valued")
    occur = select(valued.c.value).where(valued.c.value.is_not(None), *limited_to(where, valued, day)).distinct()
    rows, _ = read(book, occur)
    return tuple(found.sorted(row[0] for row in rows))
