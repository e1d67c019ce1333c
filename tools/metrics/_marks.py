"""Up to where each query has been read: what the book remembers, so that the next load asks only for changes."""

import hashlib
from collections.abc import Mapping

from sqlalchemy import Connection, create_engine, delete, insert, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from tools.metrics._book import load_marks
from tools.metrics._mapping import LoadMapping, TableMapping


def remember(connection: Connection, said: LoadMapping, marks: Mapping[str, str]) -> None:
    """Write the marks of the tables that were read, within the load's transaction."""
    connection.execute(delete(load_marks).where(load_marks.c.table_name.in_(marks)))
    rows = [
        {"table_name": name, "query_id": _id(said.queries[name]), "mark": mark} for name, mark in sorted(marks.items())
    ]
    if rows:
        connection.execute(insert(load_marks), rows)


def remembered(url: str, said: LoadMapping) -> dict[str, str]:
    """Table → mark, where the book at `url` has one of the very query that the mapping asks."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(load_marks.name):
                return {}
            found = {row.table_name: row for row in connection.execute(select(load_marks))}
    except SQLAlchemyError:
        return {}
    finally:
        engine.dispose()
    queries = said.queries
    return {name: row.mark for name, row in found.items() if name in queries and row.query_id == _id(queries[name])}


def _id(said: TableMapping) -> str:
    return hashlib.sha256(repr((said.source, said.query, said.changed)).encode()).hexdigest()[:16]
