"""The book that changes are for: what their rows may refer to, and what they must not contradict."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import RowMapping, select

from tools.metrics._book import BOOK, exchange_rates, loads, subscriptions
from tools.metrics._faults import Fault
from tools.metrics._fields import DELETED
from tools.metrics._history import HISTORY
from tools.metrics._opening import Book, NoBook, open_book
from tools.metrics._plan import Plan

AT_ONCE = 1_000
"""Values asked for in one statement: engines limit how many it may name."""


@dataclass(frozen=True)
class Earlier:
    """The book as it was when the changes were read. Its `load_id` tells whether another load came between."""

    book: Book

    @property
    def load_id(self) -> str:
        return self.book.info["load_id"]

    @property
    def as_of(self) -> date:
        return self.book.as_of

    @property
    def currency(self) -> str:
        return self.book.currency

    @property
    def timezone(self) -> str:
        return self.book.info["timezone"]

    @cached_property
    def filled(self) -> Mapping[str, frozenset[str]]:
        """Table → its columns that the loads so far have filled."""
        with self.book.connect() as connection:
            rows = connection.execute(select(loads.c.table_name, loads.c.filled)).all()
        return {row.table_name: frozenset(row.filled.split()) for row in rows}

    @cached_property
    def rated(self) -> frozenset[str]:
        """Currencies that have a rate."""
        with self.book.connect() as connection:
            return frozenset(connection.execute(select(exchange_rates.c.currency).distinct()).scalars())

    def rows(self, home: str, column: str, values: Sequence[str]) -> Iterator[RowMapping]:
        """The rows of a table of the book that have one of these values in a column."""
        table = BOOK.tables[home]
        with self.book.connect() as connection:
            for first in range(0, len(values), AT_ONCE):
                some = table.c[column].in_(values[first : first + AT_ONCE])
                yield from connection.execute(select(table).where(some)).mappings()

    def currencies_of(self, lines: Sequence[str]) -> dict[str, str]:
        """Subscription → currency."""
        found = self.rows(subscriptions.name, "subscription_id", lines)
        return {row["subscription_id"]: row["currency"] for row in found}

    def unfit(self, plan: Plan) -> Iterator[Fault]:
        """What keeps a feed from being changes: rows without ids of their own, columns that a change would empty, and
        contract lines that only the whole of the feed tells."""
        if plan.shape.name == HISTORY.name or plan.said.repeats:
            yield Fault(plan.file, "not_in_changes")
        key = next(iter(plan.shape.fields))
        if plan.shape.numbered and plan.origin(key) is None:
            yield Fault(plan.file, "ids_missing", column=key)
        if left := self.filled.get(plan.shape.name, frozenset()) - filled_by(plan):
            yield Fault(plan.file, "columns_left_out", detail={"columns": ", ".join(sorted(left))})


def filled_by(plan: Plan) -> frozenset[str]:
    """The fields of a table that columns of the file fill; constants and defaults do not count."""
    given = {origin.field.name for origin in plan.origins if origin.index is not None}
    return frozenset(given - {DELETED})


def earlier_book(url: str) -> Earlier | None:
    """The book at a URL as it is now; None where there is none."""
    try:
        return Earlier(open_book(url))
    except NoBook:
        return None
