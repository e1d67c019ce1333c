"""Canonical rows, written as CSV files that a person could have exported."""

import csv
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from tools.metrics._book import SOURCE_TABLES

Row = dict[str, Any]
"""One row under canonical column names: money in integer minor units, percentages in basis points."""


def write_tables(directory: Path, tables: Mapping[str, Iterable[Row]]) -> None:
    """Write every source table to `<directory>/<table>.csv`. A row with an unknown column raises KeyError."""
    directory.mkdir(parents=True, exist_ok=True)
    for table in SOURCE_TABLES:
        columns = [column.name for column in table.columns]
        _write(directory / f"{table.name}.csv", columns, tables[table.name])


def numbered(key: str, prefix: str, day: str, batches: Iterable[Iterable[Row]]) -> list[Row]:
    """All rows of all batches in order of `day`, each with a running number as its key."""
    rows = sorted(chain.from_iterable(batches), key=lambda row: (row[day], row["account_id"] or ""))
    for number, row in enumerate(rows, 1):
        row[key] = f"{prefix}{number:05d}"
    return rows


def _write(path: Path, columns: list[str], rows: Iterable[Row]) -> None:
    written = [(column, *_column(column)) for column in columns]
    known = set(columns)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([heading for _, heading, _ in written])
        for row in rows:
            if not row.keys() <= known:
                raise KeyError(f"{path.name}: {sorted(row.keys() - known)}")
            out.writerow([form(row.get(column)) for column, _, form in written])


def _column(name: str) -> tuple[str, Callable[[Any], str]]:
    if name.endswith("_minor"):
        return name.removesuffix("_minor"), _money
    if name == "percent_bp":
        return "percent", lambda points: "" if points is None else f"{points / 100:g}"
    if name == "rate_e6":
        return "rate", lambda rate: f"{rate / 1e6:.4f}"
    return name, _plain


def _money(minor: int | None) -> str:
    if minor is None:
        return ""
    whole, cents = divmod(abs(minor), 100)
    return f"{'-' * (minor < 0)}{whole}.{cents:02d}"


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)
