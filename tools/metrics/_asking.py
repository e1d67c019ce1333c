"""What a sign of risk is asked for: a day, a reader, and perhaps only some accounts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Row, Select

from tools.metrics._query import Reader
from tools.metrics._recorded import Recorded, recorded

Signs = Iterator[tuple[str, str, float]]
"""Account, sign, value: an account of which the book cannot tell a sign is not among them."""


@dataclass(frozen=True)
class Asked:
    """Signs as they could be known at the end of `day`; `among`: only of these accounts, None: of all."""

    reader: Reader
    day: date
    among: Sequence[str] | None = None

    def back(self, days: int) -> date:
        return self.day - timedelta(days=days)

    def only(self, account_id: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """The condition that keeps the accounts asked for."""
        return [] if self.among is None else [account_id.in_(self.among)]

    @cached_property
    def recorded(self) -> Recorded:
        """What the book speaks of at all, whichever accounts are asked for."""
        return recorded(self.reader, self.day)

    def rows(self, statement: Select[*tuple[Any, ...]], account_id: ColumnElement[Any]) -> Sequence[Row[Any]]:
        """The rows of a statement, of the accounts asked for."""
        return self.reader.rows(statement.where(*self.only(account_id)))
