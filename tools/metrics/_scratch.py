"""A scratch database beside the load: rows wait there to be checked against one another, however many."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    Index,
    MetaData,
    RowMapping,
    Select,
    String,
    Table,
    and_,
    create_engine,
    delete,
    distinct,
    func,
    insert,
    select,
    update,
)

from tools.metrics._book import SOURCE_TABLES
from tools.metrics._engines import put_rows
from tools.metrics._faults import SHOWN
from tools.metrics._history import HISTORY, unfold

OUT = 10_000
_SUMMED = "usage"
_HOME = "scratch"
Told = Callable[[int, int | None], None]
"""Is told how many rows are written, and of how many."""


def _nobody(_rows: int, _total: int | None) -> None: ...


class Scratch:
    """Typed rows of the source tables, with the row of the file each came from.

    Of rows that are marked as deleted only the key waits here, in a table of its own. What rows may refer to is in
    the table itself or, where only changes are loaded, also in the book: such rows are lent to the scratch database.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "scratch.sqlite"
        self._engine = create_engine(
            f"sqlite:///{self._path}", execution_options={"schema_translate_map": {_HOME: None}}
        )
        self._content = hashlib.sha256()
        self._tables = {table.name: _loose(table) for table in (*SOURCE_TABLES, HISTORY)}
        self._gone = {table.name: _gone(table) for table in SOURCE_TABLES}
        self._known: dict[str, Table] = {}
        self._counted: dict[str, tuple[int, int, int]] = {}
        self._connection = self._engine.connect()
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE"):
            self._connection.exec_driver_sql(f"PRAGMA {pragma}")
        for table in (*self._tables.values(), *self._gone.values()):
            table.create(self._connection)

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()

    def add(self, name: str, columns: Mapping[str, Sequence[Any]]) -> None:
        """Put rows in, column by column."""
        self._add(self._tables[name], columns)

    def add_gone(self, name: str, columns: Mapping[str, Sequence[Any]]) -> None:
        """Put the keys of rows in that are there no longer."""
        self._add(self._gone[name], columns)

    def _add(self, table: Table, columns: Mapping[str, Sequence[Any]]) -> None:
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        types = {column.name: column.type for column in table.columns}
        values = [_iso(column) if isinstance(types[said], Date) else column for said, column in columns.items()]
        said = [column for title, column in zip(columns, values, strict=True) if title != "twin"]
        self._content.update(repr((table.name, said)).encode())
        self._connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(zip(*values, strict=True))
        )

    def index(self, name: str) -> None:
        """Make rows that say the same, and ids that others name, quick to find."""
        table = self._tables[name]
        columns = [*_keys(table), table.c.twin]
        if name == _SUMMED:  # the largest of all: its content is read from the index alone
            columns += [column for column in _own(table) if column not in {*columns}]
        Index(f"{name}_twins", *columns).create(self._connection, checkfirst=True)

    @property
    def content_id(self) -> str:
        """The same for the same rows."""
        return self._content.hexdigest()[:16]

    def currencies_of(self, lines: Collection[str]) -> dict[str, str]:
        """Subscription → currency, of those of these that are here."""
        found = self._connection.exec_driver_sql(
            "SELECT subscription_id, currency FROM subscriptions "
            "WHERE currency IS NOT NULL AND subscription_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(lines)),),
        )
        return dict(found.tuples().all())

    def named(self, name: str, column: str, home: str, home_column: str) -> list[str]:
        """What rows of a table name in `column`, as far as no row of table `home` here has it."""
        known = select(self._home(home).c[home_column])
        # Of deleted rows only the way to their account is of interest: what they name may be deleted too.
        asking = [self._tables[name], *([self._gone[name]] if column == "via" else [])]
        named = (select(one.c[column]).where(one.c[column].is_not(None)).except_(known) for one in asking)
        return sorted({value for one in named for value in self._connection.execute(one).scalars()})

    def lend(self, home: str, rows: Sequence[RowMapping]) -> None:
        """Let rows refer to these rows of the book, unless the load itself has or deletes them."""
        own, gone = self._tables[home], self._gone[home]
        (key,) = (column.name for column in _keys(own))
        if home not in self._known:
            self._known[home] = _lent(own, key)
            self._known[home].create(self._connection)
            names = [column.name for column in self._known[home].c]
            once = select(*(own.c[name] for name in names)).where(own.c[key].is_not(None))
            self._connection.execute(insert(self._known[home]).prefix_with("OR IGNORE").from_select(names, once))
        known = self._known[home]
        if rows:
            self._connection.execute(insert(known).prefix_with("OR IGNORE"), [dict(row) for row in rows])
        self._connection.execute(delete(known).where(known.c[key].in_(select(gone.c[key]))))

    def _home(self, name: str) -> Table:
        return self._known.get(name, self._tables[name])

    def resolve(self, name: str, via: tuple[str, str]) -> tuple[list[tuple[int, str]], int]:
        """Give rows the account of what they name, if just one has it; returns the first left without."""
        home = self._home(via[0])
        if via[1] not in [key.name for key in _keys(self._tables[via[0]])]:
            Index(f"{home.name}_{via[1]}", home.c[via[1]]).create(self._connection, checkfirst=True)
        left, total = self._resolved(self._tables[name], home, via[1])
        if "account_id" in self._gone[name].c:
            more = self._resolved(self._gone[name], home, via[1])
            left, total = left + more[0], total + more[1]
        return left, total

    def _resolved(self, table: Table, home: Table, column: str) -> tuple[list[tuple[int, str]], int]:
        other = home.alias()
        account = (
            select(func.min(other.c.account_id))
            .where(other.c[column] == table.c.via)
            .having(func.count(distinct(other.c.account_id)) == 1)
            .scalar_subquery()
        )
        self._connection.execute(update(table).where(table.c.via.is_not(None)).values(account_id=account))
        left = and_(table.c.account_id.is_(None), table.c.via.is_not(None))
        return self._first(select(table.c.row_number, table.c.via).where(left))

    def strangers(self, name: str, column: str, home: str) -> tuple[list[tuple[int, str]], int]:
        """Rows whose `column` names no row of table `home`: the first (row, value) and how many."""
        table, known = self._tables[name], self._home(home)
        lost = select(table.c[column]).where(table.c[column].is_not(None)).except_(select(known.c[column]))
        return self._first(select(table.c.row_number, table.c[column]).where(table.c[column].in_(lost)))

    def contradicted(self, name: str) -> tuple[list[tuple[int, str]], int]:
        """Deleted rows whose key another row of the same file has: the first (row, key) and how many."""
        table, gone = self._tables[name], self._gone[name]
        given = select(*_keys(table)).where(*(table.c[key.name] == key for key in _keys(gone))).exists()
        return self._first(select(gone.c.row_number, _keys(gone)[0]).where(given))

    def clashes(self, name: str) -> tuple[list[tuple[RowMapping, RowMapping]], int]:
        """Rows that repeat a key with other content: the first, with the rows they repeat, and how many."""
        if name in (_SUMMED, HISTORY.name):
            return [], 0
        table = self._tables[name]
        keys = _keys(table)
        filled = and_(*(key.is_not(None) for key in keys))
        torn = (
            select(*keys, func.min(table.c.row_number).label("first_row"))
            .where(filled)
            .group_by(*keys)
            .having(func.min(table.c.twin) != func.max(table.c.twin))
            .subquery()
        )
        first = table.alias()
        pairs = (
            select(table.c.row_number, first.c.row_number.label("first_row"))
            .join(torn, and_(*(key == torn.c[key.name] for key in keys)))
            .join(first, first.c.row_number == torn.c.first_row)
            .where(table.c.twin != first.c.twin)
        )
        found, total = self._first(pairs)
        return [(self._row(table, row), self._row(table, int(of))) for row, of in found], total

    def counts(self, name: str) -> tuple[int, int, int]:
        """How many rows came, how many of them say something of their own, and how many keys they have."""
        if name not in self._counted:
            self._counted[name] = self._count(name)
        return self._counted[name]

    def _count(self, name: str) -> tuple[int, int, int]:
        table = self._tables[name]
        keys = _keys(table)
        wholes = select(func.count()).select_from(select(*keys, table.c.twin).distinct().subquery())
        singles = select(func.count()).select_from(select(*keys).distinct().subquery())
        return (
            self._number(select(func.count()).select_from(table)),
            self._number(wholes),
            self._number(singles),
        )

    def number_repeats(self, name: str) -> int:
        """Make rows that repeat an id lines of their own: `sub_1`, `sub_1/2` …; returns how many there are.

        Rows that are the same in everything stay one.
        """
        table = self._tables[name]
        (key,) = _keys(table)
        first = func.min(table.c.row_number)
        said = select(key.label("id"), table.c.twin, first.label("first")).group_by(key, table.c.twin).subquery()
        place = func.row_number().over(partition_by=said.c.id, order_by=said.c.first)
        placed = select(said.c.id, said.c.twin, place.label("place")).subquery()
        later = and_(key == placed.c.id, table.c.twin == placed.c.twin, placed.c.place > 1)
        numbered = key.concat("/").concat(placed.c.place)
        return int(self._connection.execute(update(table).where(later).values({key: numbered})).rowcount)

    def unfold_history(self, months: bool, with_accounts: bool) -> list[str]:
        """Contract lines of the MRR history, see `_history`; returns accounts whose history is incomplete."""
        return unfold(self._connection, months, with_accounts)

    def move(
        self, connection: Connection, name: str, into: Table, told: Told = _nobody, total: int | None = None
    ) -> None:
        """Write the rows of one table into a table of the book, in order of the key.

        `told`: how many rows are there so far, of `total`, as far as the engine lets that be known.
        """
        self._move(connection, self._content_of(name), into, told, total)

    def move_gone(self, connection: Connection, name: str, into: Table) -> None:
        """Write the keys of one table's deleted rows into a table of the book."""
        self._move(connection, select(*_keys(self._gone[name])).distinct(), into)

    def _move(
        self, connection: Connection, content: Select[Any], into: Table, told: Told = _nobody, total: int | None = None
    ) -> None:
        names = [column.name for column in content.selected_columns]
        if connection.dialect.name == "sqlite":
            told(0, None)
            connection.execute(insert(into).from_select(names, content))
            return
        result, put = self._connection.execution_options(yield_per=OUT).execute(content), 0
        for rows in result.partitions(OUT):
            put_rows(connection, into, names, rows)
            put += len(rows)
            told(put, total)

    def attach(self, connection: Connection) -> None:
        """Let a SQLite book read the scratch database itself; before its transaction begins."""
        self._connection.commit()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("ATTACH DATABASE ? AS scratch", (str(self._path),))

    def currencies(self, *names: str) -> dict[str, int]:
        """Currencies used in these tables, the most frequent first."""
        counts: dict[str, int] = {}
        for name in names:
            code = self._tables[name].c.currency
            for currency, count in self._connection.execute(
                select(code, func.count()).where(code.is_not(None)).group_by(code)
            ):
                counts[currency] = counts.get(currency, 0) + count
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def latest(self, name: str, column: str, until: date) -> date | None:
        """The last day up to `until` in a column."""
        day = self._tables[name].c[column]
        found: date | None = self._connection.execute(select(func.max(day)).where(day <= until)).scalar()
        return found

    def ends(self, name: str, column: str) -> tuple[int, int]:
        """How many days a column has, and how many of them are the last of a month."""
        day = self._tables[name].c[column]
        last = func.count().filter(func.strftime("%d", day, "+1 day") == "01")
        days, lasts = self._connection.execute(select(func.count(day), last)).one()
        return int(days), int(lasts)

    def key_of(self, name: str, row_number: int) -> str | None:
        """The first column of the key of a row."""
        table = self._tables[name]
        key = select(_keys(table)[0]).where(table.c.row_number == row_number)
        found: str | None = self._connection.execute(key).scalar()
        return found

    def filled(self, name: str, column: str) -> int:
        """How many rows have something in a column."""
        return self._number(select(func.count(self._tables[name].c[column])))

    def _content_of(self, name: str) -> Select[Any]:
        """What the book gets of a table: one row per key. Usage is summed; its twins count once."""
        table = self._tables[name]
        keys = _keys(table)
        own = _own(table)
        rows, wholes, singles = self.counts(name)
        if rows == singles:
            return select(*own).order_by(*keys)
        if name != _SUMMED:
            once = select(func.min(table.c.row_number)).group_by(*keys).scalar_subquery()
            return select(*own).where(table.c.row_number.in_(once)).order_by(*keys)
        source = table if rows == wholes else select(*own, table.c.twin).distinct().subquery()
        day = [source.c[key.name] for key in keys]
        sums = func.sum(source.c.events).label("events"), func.max(source.c.users).label("users")
        return select(*day, *sums).group_by(*day).order_by(*day)

    def _row(self, table: Table, number: int) -> RowMapping:
        return self._connection.execute(select(table).where(table.c.row_number == number)).mappings().one()

    def _first(self, found: Select[Any]) -> tuple[list[tuple[int, str]], int]:
        total = self._number(select(func.count()).select_from(found.subquery()))
        rows = self._connection.execute(found.order_by("row_number").limit(SHOWN)).all() if total else []
        return [(row, value) for row, value in rows], total

    def _number(self, query: Select[Any]) -> int:
        return int(self._connection.execute(query).scalar_one())


def _iso(days: Sequence[date | None]) -> list[str | None]:
    written = {day: None if day is None else day.isoformat() for day in set(days)}
    return [written[day] for day in days]


def _loose(table: Table) -> Table:
    """The same columns without any constraint, so that faulty rows can wait there too."""
    columns = [Column(column.name, column.type) for column in table.columns]
    return Table(
        table.name,
        MetaData(schema=_HOME),
        Column("row_number", BigInteger),
        *columns,
        Column("twin", BigInteger),
        Column("via", String),
    )


def _gone(table: Table) -> Table:
    """The key of rows that are there no longer."""
    keys = [Column(key.name, key.type) for key in table.primary_key.columns]
    name = f"gone_{table.name}"
    return Table(name, MetaData(schema=_HOME), Column("row_number", BigInteger), *keys, Column("via", String))


def _lent(table: Table, key: str) -> Table:
    """What rows may refer to: those of the load itself, and beside them those that the book lends."""
    columns = [Column(column.name, column.type, primary_key=column.name == key) for column in _own(table)]
    return Table(f"known_{table.name}", MetaData(schema=_HOME), *columns)


def _own(table: Table) -> list[Column[Any]]:
    """The columns that the book has too."""
    return [column for column in table.c if column.name not in ("row_number", "twin", "via")]


def _keys(table: Table) -> list[Column[Any]]:
    """The columns of the book's key in a table of the same name here."""
    name = table.name.removeprefix("gone_")
    original = next(one for one in (*SOURCE_TABLES, HISTORY) if one.name == name)
    return [table.c[key.name] for key in original.primary_key.columns]
