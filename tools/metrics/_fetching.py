"""The rows of a query: asked for once, in batches, and kept in a file beside the load to be read again."""

import json
import math
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, CursorResult
from sqlalchemy.exc import SQLAlchemyError

from tools.metrics._cells import text_of
from tools.metrics._faults import Fault
from tools.metrics._mapping import TableMapping
from tools.metrics._reading import BATCH, Batch, Cell
from tools.metrics._sources import NoSource, cause
from tools.metrics._statement import as_written, since

_TAKEN = frozenset({str, int, date, datetime})
_MARKS: dict[str, Callable[[str], Any]] = {
    "datetime": datetime.fromisoformat, "date": date.fromisoformat, "text": str,
    "number": lambda written: int(written) if written.lstrip("-").isdecimal() else Decimal(written),
}  # fmt: skip
Count = Callable[[int], None]


@dataclass(frozen=True)
class Fetched:
    """The rows of a query as a feed. `mark`: the highest value of its `changed` column, as `marked` writes it."""

    name: str
    columns: tuple[str, ...]
    path: Path
    mark: str | None
    is_query: bool = True

    def header(self) -> list[str]:
        return list(self.columns)

    def batches(self) -> Iterator[Batch]:
        """The rows again, in the order in which they came, numbered from 1."""
        first = 1
        with self.path.open("rb") as file:
            while True:
                try:
                    rows: Sequence[Sequence[Cell]] = pickle.load(file)
                except EOFError:
                    return
                yield Batch(list(range(first, first + len(rows))), rows)
                first += len(rows)


def fetch(connection: Connection, name: str, said: TableMapping, mark: str | None, path: Path, count: Count) -> Fetched:
    """Ask a table's query and keep its rows in a file; with a mark, only those that changed since.

    `count` is told how many rows have come. Raises NoSource.
    """
    query = said.query or ""
    asked = since(query, said.changed, unmarked(mark)) if mark and said.changed else as_written(query)
    try:
        result = connection.execute(asked, execution_options={"yield_per": BATCH})
        columns = tuple(result.keys())
        place = _place(name, columns, said.changed)
        return Fetched(name, columns, path, _kept(result, place, mark, path, count))
    except SQLAlchemyError as problem:
        told = cause(problem, connection.engine.url)
        raise NoSource(Fault(name, "query_failed", detail={"cause": told})) from problem


def _kept(result: CursorResult[Any], place: int | None, mark: str | None, path: Path, count: Count) -> str | None:
    """Write the rows into the file; the mark, or the highest value at that place of a row if it is higher."""
    highest, rows = unmarked(mark) if mark else None, 0
    with path.open("wb") as file:
        for part in result.partitions(BATCH):
            cells = [tuple(one if type(one) in _TAKEN else _cell(one) for one in row) for row in part]
            pickle.dump(cells, file, protocol=pickle.HIGHEST_PROTOCOL)
            if place is not None:
                seen = [highest, *(row[place] for row in part)]
                highest = max((one for one in seen if one is not None), default=None)
            rows += len(cells)
            count(rows)
    return None if highest is None else marked(highest)


def _place(name: str, columns: Sequence[str], changed: str | None) -> int | None:
    """Where the `changed` column is. Raises NoSource where the query does not give it."""
    if changed is None:
        return None
    if changed not in columns:
        raise NoSource(Fault(name, "changed_missing", column=changed, detail={"columns": ", ".join(columns)}))
    return columns.index(changed)


def _cell(value: object) -> Cell:
    """What a driver gives, as one of the few types that a load knows."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        return "" if math.isnan(value) else value
    if isinstance(value, date):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "backslashreplace")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def marked(value: Any) -> str:
    """A value of a `changed` column in a form that says its type: `date 2026-01-31`."""
    kinds = {datetime: "datetime", date: "date", int: "number", float: "number", Decimal: "number"}
    return f"{kinds.get(type(value), 'text')} {text_of(value)}"


def unmarked(mark: str) -> Any:
    """The value that was marked."""
    kind, _, written = mark.partition(" ")
    return _MARKS[kind](written)
