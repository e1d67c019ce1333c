"""A scratch database beside the load: rows wait there to be checked against one another, however many."""

import hashlib
from collections.abc import Mapping, Sequence
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


class Scratch:
    """Typed rows of the source tables, with the row of the file each came from."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "scratch.sqlite"
        self._engine = create_engine(
            f"sqlite:///{self._path}", execution_options={"schema_translate_map": {_HOME: None}}
        )
        self._content = hashlib.sha256()
        self._tables = {table.name: _loose(table) for table in (*SOURCE_TABLES, HISTORY)}
        self._connection = self._engine.connect()
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE"):
            self._connection.exec_driver_sql(f"PRAGMA {pragma}")
        for table in self._tables.values():
            table.create(self._connection)

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()

    def add(self, name: str, columns: Mapping[str, Sequence[Any]]) -> None:
        """Put rows in, column by column."""
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        types = {column.name: column.type for column in self._tables[name].columns}
        values = [_iso(column) if isinstance(types[said], Date) else column for said, column in columns.items()]
        said = [column for title, column in zip(columns, values, strict=True) if title != "twin"]
        self._content.update(repr((name, said)).encode())
        self._connection.exec_driver_sql(
            f"INSERT INTO {name} ({names}) VALUES ({marks})", list(zip(*values, strict=True))
        )

    def index(self, name: str) -> None:
        """Make rows that say the same, and ids that others name, quick to find."""
        table = self._tables[name]
        Index(f"{name}_twins", *_keys(table), table.c.twin).create(self._connection)

    @property
    def content_id(self) -> str:
        """The same for the same rows."""
        return self._content.hexdigest()[:16]

    def currency_of_line(self) -> dict[str, str]:
        """Subscription → currency."""
        lines = self._tables["subscriptions"].c
        known = select(lines.subscription_id, lines.currency).where(
            lines.subscription_id.is_not(None), lines.currency.is_not(None)
        )
        return dict(self._connection.execute(known).tuples().all())

    def resolve(self, name: str, via: tuple[str, str]) -> tuple[list[tuple[int, str]], int]:
        """Give rows the account of what they name, if just one has it; returns the first left without."""
        table, other = self._tables[name], self._tables[via[0]].alias()
        account = (
            select(func.min(other.c.account_id))
            .where(other.c[via[1]] == table.c.via)
            .having(func.count(distinct(other.c.account_id)) == 1)
            .scalar_subquery()
        )
        self._connection.execute(update(table).where(table.c.via.is_not(None)).values(account_id=account))
        left = and_(table.c.account_id.is_(None), table.c.via.is_not(None))
        return self._first(select(table.c.row_number, table.c.via).where(left))

    def strangers(self, name: str, column: str, home: str) -> tuple[list[tuple[int, str]], int]:
        """Rows whose `column` names no row of table `home`: the first (row, value) and how many."""
        table, known = self._tables[name], self._tables[home]
        lost = select(table.c[column]).where(table.c[column].is_not(None)).except_(select(known.c[column]))
        return self._first(select(table.c.row_number, table.c[column]).where(table.c[column].in_(lost)))

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

    def move(self, connection: Connection, table: Table) -> None:
        """Write the rows of one table into the book, in order of the key."""
        content = self._content_of(table.name)
        names = [column.name for column in content.selected_columns]
        if connection.dialect.name == "sqlite":
            connection.execute(insert(table).from_select(names, content))
            return
        result = self._connection.execution_options(yield_per=OUT).execute(content)
        for rows in result.partitions(OUT):
            put_rows(connection, table, names, rows)

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
        own = [column for column in table.c if column.name not in ("row_number", "twin", "via")]
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


def _keys(table: Table) -> list[Column[Any]]:
    original = next(one for one in (*SOURCE_TABLES, HISTORY) if one.name == table.name)
    return [table.c[key.name] for key in original.primary_key.columns]
