"""What of the book may be seen: a limited book is read through views that leave out the rest.

Every statement is given a view of each table that it reads, under the table's own name (`WITH accounts AS (…)`), so no
metric and no tool, present or future, reads past it, and the traced SQL says so. A table of which nobody has said how
it is limited is empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, Protocol, cast, get_args

from sqlalchemy import (
    CTE,
    ClauseElement,
    Column,
    ColumnClause,
    ColumnElement,
    Connection,
    Executable,
    Result,
    Select,
    Table,
    Text,
    and_,
    column,
    false,
    literal,
    literal_column,
    null,
    or_,
    select,
    true,
)
from sqlalchemy import table as table_called
from sqlalchemy.sql.selectable import HasCTE
from sqlalchemy.sql.visitors import iterate

from tools.metrics._book import (
    BOOK,
    accounts,
    audiences,
    book_info,
    campaigns,
    costs,
    exchange_rates,
    features,
    load_marks,
    loads,
    packages,
    prospects,
    subscriptions,
)

Secret = Literal["margin", "lifetime"]
"""Kinds of figures that not everybody may see: what serving costs, and what an account is worth and costs to win."""
COSTS: Mapping[str, Secret] = {"service": "margin", "acquisition": "lifetime"}
"""Which secret each kind of cost would give away."""
TOGETHER = " + "
"""Between the owners of a figure that several have."""
UNNAMED = "—"
_OPEN = (exchange_rates, packages, features, book_info, loads, load_marks)
"""Tables that speak of no account."""
_SHARED = (campaigns, prospects, audiences)
"""Tables that speak of no account either, but are for those who may see some."""
_SCHEMAS = {"sqlite": "main", "duckdb": "main"}


class Hidden(Exception):
    """A figure of a kind that may not be seen here."""

    def __init__(self, metric: str, secret: Secret) -> None:
        super().__init__(f"{metric}: {secret}")
        self.metric, self.secret = metric, secret


@dataclass(frozen=True)
class Sight:
    """Which accounts may be seen, and which kinds of figures may not.

    `owners`: only the accounts of these; None: all. `nameless`: sums over accounts, but neither what they are called
    nor what anybody said or wrote.
    """

    owners: frozenset[str] | None = None
    hidden: frozenset[Secret] = frozenset()
    nameless: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all accounts are counted, as daily totals over all of them do."""
        return self.owners is None

    @property
    def is_blind(self) -> bool:
        """Whether there is no account in it."""
        return self.owners is not None and not self.owners

    @property
    def limits(self) -> Mapping[str, str]:
        """What a figure is limited to that is counted within it."""
        return {} if self.owners is None else {"owner": TOGETHER.join(sorted(self.owners)) or UNNAMED}

    def covers(self, other: "Sight") -> bool:
        """Whether all that is in the other sight is in this one."""
        everyone = self.owners is None or (other.owners is not None and other.owners <= self.owners)
        return everyone and self.hidden <= other.hidden and (other.nameless or other.is_blind or not self.nameless)

    def common(self, other: "Sight") -> "Sight":
        """What both see."""
        limits = [owners for owners in (self.owners, other.owners) if owners is not None]
        owners = frozenset.intersection(*limits) if limits else None
        return Sight(owners, self.hidden | other.hidden, self.nameless or other.nameless)

    def of(self, statement: Executable, engine: str) -> Executable:
        """The statement over what may be seen, for an engine of this name. Raises TypeError for what is no query."""
        if self == ALL:
            return statement
        if not isinstance(statement, HasCTE):
            raise TypeError("only a query can be read within limits")
        views = _views(self, engine)
        named = {each.name for each in iterate(cast(ClauseElement, statement)) if isinstance(each, Table)}
        return statement.add_cte(*(views[name] for name in _with_what_views_read(named) if name in views))


SECRETS: frozenset[Secret] = frozenset(get_args(Secret))
ALL = Sight()
NOTHING = Sight(frozenset(), SECRETS)


class Reading(Protocol):
    """All that can be done with an open book."""

    def execute(self, statement: Executable, /) -> Result[Any]: ...


@dataclass(frozen=True)
class Limited:
    """A connection that reads only what may be seen, and can do nothing else."""

    connection: Connection
    sight: Sight

    def execute(self, statement: Executable, /) -> Result[Any]:
        return self.connection.execute(self.sight.of(statement, self.connection.dialect.name))


@lru_cache(maxsize=256)
def _views(sight: Sight, engine: str) -> Mapping[str, CTE]:
    """What may be seen of the tables of which not all may be, by name."""
    limited = [table for table in BOOK.sorted_tables if _is_limited(table, sight)]
    return {table.name: _view(table, sight, engine).cte(table.name) for table in limited}


def _with_what_views_read(named: set[str]) -> list[str]:
    """The tables a statement names, after those that the views of them are limited by."""
    lines = {subscriptions.name} if any("account_id" not in BOOK.tables[name].c for name in named) else set()
    first = [accounts.name] if named else []
    return [*first, *sorted(lines), *sorted(named.difference(first, lines))]


def _is_limited(table: Table, sight: Sight) -> bool:
    if table is costs and sight.hidden:
        return True
    limited = not sight.is_whole and table not in _OPEN
    return limited or _is_told_otherwise(table, sight)


def _is_told_otherwise(table: Table, sight: Sight) -> bool:
    return any(not isinstance(_told(each, sight), ColumnClause) for each in table.c)


def _view(table: Table, sight: Sight, engine: str) -> Select[*tuple[Any, ...]]:
    told = [_told(each, sight).label(each.name) for each in table.c]
    columns: list[Any] = told if _is_told_otherwise(table, sight) else [literal_column("*")]
    # Some engines take a view that reads a table of its own name for one that reads itself, unless told where that is.
    real = table_called(table.name, schema=_SCHEMAS.get(engine))
    return select(*columns).select_from(real).where(_may_be_seen(table, sight))


def _told(each: Column[Any], sight: Sight) -> ColumnElement[Any]:
    """The column, or what stands for it: how many rows were loaded is a total, and free texts may name anybody."""
    if each is loads.c.row_count and not sight.is_whole:
        return null()
    if not sight.nameless or each.table in _OPEN:
        return column(each.name)
    if each is accounts.c.name:
        return literal(UNNAMED)
    return null() if isinstance(each.type, Text) or each.name in ("email", "domain") else column(each.name)


def _may_be_seen(table: Table, sight: Sight) -> ColumnElement[bool]:
    hidden = [kind for kind, secret in COSTS.items() if secret in sight.hidden] if table is costs else []
    return and_(_owned(table, sight), *(column("kind") != kind for kind in hidden))


def _owned(table: Table, sight: Sight) -> ColumnElement[bool]:
    """The condition that a row is of an account that may be seen."""
    if sight.owners is None or table in _OPEN:
        return true()
    if not sight.owners:
        return false()
    if table in _SHARED:
        return true()
    if table is accounts:
        return or_(*(column("owner") == owner for owner in sorted(sight.owners)))
    for limiting in (accounts.c.account_id, subscriptions.c.subscription_id):
        if limiting.name in table.c:
            return column(limiting.name).in_(select(limiting))  # the view of that table, not the table
    return false()
