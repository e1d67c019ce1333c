"""How the engine behind a book's URL is opened: each has something that the others need not be told.

What statements must say differently is in `_dates.py` and `_division.py`, a whole dialect in `_spark.py`.
"""

import json
import re
import time
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, NullPool, Table, create_engine, event, insert
from sqlalchemy.dialects import registry
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable

PATIENCE = 120
"""Seconds to wait for a database file that somebody else has to himself."""


_TAKEN = re.compile(r"\block\b|different configuration")
"""What DuckDB says of a file that another process has, or this one in another way."""
PROVEN = ("sqlite", "postgresql", "duckdb", "hive")
"""The engines on which the whole metric suite is run."""


def writing_engine(url: str) -> Engine:
    """An engine that may write."""
    parsed = _known(url)
    if file := file_of(parsed):
        file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _wal)
    if engine.dialect.name == "duckdb":
        event.listen(engine, "do_connect", _in_turn)
    return engine


def reading_engine(url: str) -> Engine:
    """An engine that only reads."""
    parsed = _known(url)
    if backend(url) == "sqlite":
        return create_engine(f"sqlite:///file:{parsed.database}?mode=ro&uri=true")
    if backend(url) == "duckdb" and file_of(parsed):
        engine = create_engine(parsed, connect_args={"read_only": True}, poolclass=NullPool)
        event.listen(engine, "do_connect", _in_turn)
        return engine
    if backend(url) == "hive":  # a session never looks again at the files of a table that it has read
        return create_engine(parsed, poolclass=NullPool)
    return create_engine(parsed, execution_options={"postgresql_readonly": True}, pool_pre_ping=True)


def file_of(url: URL) -> Path | None:
    """The file that is the database; None where it is a server, or memory."""
    if url.get_backend_name() not in ("sqlite", "duckdb") or not url.database:
        return None
    return None if url.database.startswith((":memory:", "md:")) else Path(url.database)


def backend(url: str) -> str:
    """What kind of database is at a URL, as SQLAlchemy calls it."""
    return make_url(url).get_backend_name()


def takes_no_loads(url: str) -> bool:
    """Whether books there are only read in place: their tables are files without transactions."""
    return backend(url) == "hive"


def _known(url: str) -> URL:
    if find_spec("pyhive"):
        registry.register("hive", "tools.metrics._spark", "SparkDialect")
    return make_url(url)


def make_tables(connection: Connection, tables: MetaData) -> None:
    """Make those tables that are missing, with their indexes where the engine has such a thing."""
    if connection.dialect.name != "hive":
        tables.create_all(connection)
        return
    for table in tables.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))


def put_rows(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows, each with the values of these columns."""
    if connection.dialect.name == "duckdb":
        _put_as_file(connection, table, names, rows)
    elif (connection.dialect.name, connection.dialect.driver) == ("postgresql", "psycopg"):
        _put_by_copy(connection, table, names, rows)
    else:
        connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])


def _put_by_copy(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """PostgreSQL takes a stream of rows far faster than one statement for each."""
    statement = f"COPY {connection.dialect.identifier_preparer.format_table(table)} ({', '.join(names)}) FROM STDIN"
    dbapi = connection.dialect.loaded_dbapi
    try:
        cursor: Any = connection.connection.cursor()
        with cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except dbapi.Error as problem:
        raise DBAPIError.instance(statement, None, problem, dbapi.Error, dialect=connection.dialect) from problem


def _put_as_file(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """DuckDB takes a file of rows far faster than one row after the other."""
    with TemporaryDirectory(prefix="retention-rows-") as folder:
        file = Path(folder) / "rows.json"
        with file.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(dict(zip(names, row, strict=True)), default=str) + "\n" for row in rows)
        kinds = ", ".join(f"{name}: '{table.c[name].type.compile(connection.dialect)}'" for name in names)
        given = f"read_json('{file}', format='newline_delimited', columns={{{kinds}}})"
        columns = ", ".join(names)
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {given}")


def _wal(connection: Any, _record: object) -> None:
    """Readers never wait for a load, nor a load for them."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _in_turn(dialect: Any, _record: object, arguments: list[Any], options: dict[str, Any]) -> Any:
    """A DuckDB file is open to one process that writes or to any number that read: wait for one's turn."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            return dialect.connect(*arguments, **options)
        except dialect.loaded_dbapi.Error as taken:
            if not _TAKEN.search(str(taken)) or time.monotonic() > give_up:
                raise
            time.sleep(0.05)
