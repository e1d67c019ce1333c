"""Databases that a load reads: connected once each, for reading only, and told apart when they cannot be reached."""

import sqlite3
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, NullPool, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from tools.metrics._faults import Fault, FaultKind
from tools.metrics._mapping import SourceMapping

Secrets = Callable[[str], str | None]
"""The value of an environment variable or `.env` entry, or None."""


def no_secret(_name: str) -> None:
    """There is no environment."""


class NoSource(Exception):
    """A source cannot be used; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.kind)
        self.fault = fault


def connect(name: str, said: SourceMapping, secrets: Secrets) -> Connection:
    """A connection within one read-only transaction, which shows one state of the source. Raises NoSource."""
    url = url_of(name, said, secrets)
    try:
        return _reading(create_engine(url, poolclass=NullPool, **_arguments(url)).connect())
    except (NoSuchModuleError, ImportError) as problem:
        raise _no(name, "driver_missing", url.drivername) from problem
    except (ArgumentError, TypeError) as problem:
        raise _no(name, "bad_url", url.drivername) from problem
    except (SQLAlchemyError, OSError) as problem:
        raise NoSource(Fault(name, "unreachable", detail={"cause": cause(problem, url)})) from problem


def cause(problem: Exception, url: URL) -> str:
    """The database's own first line, without the password."""
    told = problem.orig if isinstance(problem, DBAPIError) and problem.orig else problem
    line = next((line.strip() for line in str(told).splitlines() if line.strip()), type(told).__name__)
    for secret in (url.render_as_string(hide_password=False), url.password):
        line = line.replace(str(secret), "***") if secret else line
    return line[:300]


def url_of(name: str, said: SourceMapping, secrets: Secrets) -> URL:
    """The URL of a source. Raises NoSource."""
    written = secrets(said.url_from) if said.url_from else said.url
    if not written:
        raise _no(name, "url_missing", said.url_from or "")
    try:
        url = make_url(written)
    except (ArgumentError, ValueError) as problem:
        raise _no(name, "bad_url", said.url_from or "url") from problem
    if said.url and url.password:
        raise _no(name, "secret_in_mapping", name)
    return url


def _no(name: str, kind: FaultKind, value: str) -> NoSource:
    return NoSource(Fault(name, kind, value=value))


def _arguments(url: URL) -> dict[str, Any]:
    """What opens a file for reading only, where the database is one."""
    backend, path = url.get_backend_name(), url.database
    if backend == "sqlite" and path:
        return {"creator": lambda: sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True)}
    return {"connect_args": {"read_only": True}} if backend == "duckdb" else {}


def _reading(connection: Connection) -> Connection:
    """The same connection, in a transaction that writes nothing and in which all queries see one state."""
    match connection.dialect.name:
        case "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        case "sqlite":
            connection.exec_driver_sql("BEGIN")
        case "mysql" | "mariadb":
            connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
            connection.commit()
    return connection
