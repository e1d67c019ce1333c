"""A load that failed leaves the book as it was, but for a note of what was wrong: `sources` tells it."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, or_
from sqlalchemy.exc import SQLAlchemyError

from tools.metrics._book import load_errors
from tools.metrics._faults import Fault, LoadRefused
from tools.metrics._opening import NoBook, book_engine, open_book


def keep_failure(url: str, refused: LoadRefused) -> None:
    """Note each file's first fault, in a transaction of its own. Where no book is or none can be written, nothing."""
    with suppress(SQLAlchemyError, OSError, NoBook):
        open_book(url).engine.dispose()
        engine = book_engine(url)
        try:
            with engine.begin() as connection:
                _note(connection, refused)
        finally:
            engine.dispose()


def _note(connection: Connection, refused: LoadRefused) -> None:
    first = {fault.file: fault for fault in reversed(refused.faults)}
    connection.execute(delete(load_errors).where(load_errors.c.source.in_(first)))
    connection.execute(insert(load_errors), [_row(fault, refused) for fault in first.values()])


def _row(fault: Fault, refused: LoadRefused) -> dict[str, Any]:
    return {
        "source": fault.file,
        "table_name": refused.tables.get(fault.file) or fault.detail.get("table"),
        "failed_at": datetime.now(UTC).replace(microsecond=0, tzinfo=None),
        "fault": json.dumps({**vars(fault), "detail": dict(fault.detail)}, ensure_ascii=False),
        "fault_count": sum(count for (file, _, _), count in refused.counts.items() if file == fault.file),
    }


def forget_failures(connection: Connection, *tables: str) -> None:
    """These tables are loaded, or all where none are named: what was wrong with them is no more."""
    those = or_(load_errors.c.table_name.in_(tables), load_errors.c.table_name.is_(None))
    connection.execute(delete(load_errors).where(those) if tables else delete(load_errors))


def noted_fault(row: RowMapping) -> Fault:
    """The fault that a row of `load_errors` holds."""
    said: Mapping[str, Any] = json.loads(row["fault"])
    return Fault(**said)
