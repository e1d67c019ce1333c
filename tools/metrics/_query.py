"""Reading the book: every figure's statement is kept as the engine ran it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Executable, Row, Select, Subquery, Table, select
from sqlalchemy.sql import ClauseElement

from tools.metrics._book import accounts
from tools.metrics._figure import Source
from tools.metrics._opening import Book

Where = Mapping[str, str]
"""Account attributes a figure is limited to: `{"segment": "enterprise"}`."""


def read(book: Book, statement: Executable) -> tuple[Sequence[Row[Any]], Source]:
    """The statement's rows, and where they come from. A column named `row_count` says how many rows were summed."""
    with book.connect() as connection:
        rows = connection.execute(statement).all()
    return rows, Source(*_as_run(book, statement), _behind(rows), book.as_of)


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
        """All statements as one source; the parameters of the n-th are under the key `n`."""
        return Source(
            ";\n\n".join(source.sql for source in self.sources),
            {str(n): dict(source.parameters) for n, source in enumerate(self.sources, 1)},
            sum(source.rows for source in self.sources),
            self.book.as_of,
        )


def _as_run(book: Book, statement: Executable) -> tuple[str, Mapping[str, Any]]:
    assert isinstance(statement, ClauseElement)
    readable = type(book.engine.dialect)(paramstyle="named")  # type: ignore[call-arg]
    compiled = statement.compile(dialect=readable, compile_kwargs={"render_postcompile": True})
    return str(compiled), dict(compiled.params)


def _behind(rows: Sequence[Row[Any]]) -> int:
    if len(rows) == 1 and "row_count" in rows[0]._fields:
        return int(rows[0].row_count or 0)
    return len(rows)


ATTRIBUTES = ("segment", "industry", "country", "region", "owner", "language", "source")
"""What accounts can be grouped by and limited to."""


def limited_to(where: Where, table: Table | Subquery) -> list[ColumnElement[bool]]:
    """Conditions that keep only the rows of accounts with these attributes."""
    return [table.c.account_id.in_(matching(where))] if where else []


def matching(where: Where) -> Select[*tuple[Any, ...]]:
    """The ids of the accounts with these attributes; an empty value stands for accounts that lack the attribute."""
    columns = ((accounts.c[name], value) for name, value in sorted(where.items()))
    return select(accounts.c.account_id).where(
        *(column == value if value else column.is_(None) for column, value in columns)
    )


def attribute_values(book: Book, attribute: str) -> tuple[str, ...]:
    """The values that occur of an account attribute such as owner or segment, in order."""
    column = accounts.c[attribute]
    rows, _ = read(book, select(column).where(column.is_not(None)).distinct().order_by(column))
    return tuple(row[0] for row in rows)
