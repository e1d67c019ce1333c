"""A company's exports, written by tests, and the book they are loaded into."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, create_engine, select

from tools.metrics._faults import Fault, LoadRefused
from tools.metrics._load import LoadReport, load_directory

TODAY = date(2026, 11, 22)
ACCOUNTS = "account_id,name\nA1,Padaria São João\nA2,Beta\n"
LINES = "subscription_id,account_id,currency,unit_amount,interval_unit,started_on\nS1,A1,BRL,100.00,month,2026-01-01\n"


class Company:
    """A directory of exports and the book they are loaded into."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.write(**{"accounts.csv": ACCOUNTS, "subscriptions.csv": LINES})

    def write(self, **files: str | bytes) -> "Company":
        for name, content in files.items():
            (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    def load(self, mapping: str | Path | None = None, **said: Any) -> LoadReport:
        if isinstance(mapping, str):
            path = self.folder.parent / "mapping.yml"
            path.write_text(mapping)
            mapping = path
        return load_directory(self.folder, self.url, mapping=mapping, today=TODAY, **said)

    def faults(self, mapping: str | None = None, **said: Any) -> tuple[Fault, ...]:
        with pytest.raises(LoadRefused) as refused:
            self.load(mapping, **said)
        return refused.value.faults

    def rows(self, table: Table, *columns: str) -> list[tuple[Any, ...]]:
        engine = create_engine(self.url)
        with engine.connect() as connection:
            found = [
                tuple(row)
                for row in connection.execute(
                    select(*(table.c[name] for name in columns)).order_by(*table.primary_key.columns)
                )
            ]
        engine.dispose()
        return found


def files(**contents: str | bytes) -> dict[str, str | bytes]:
    return {f"{name}.csv": content for name, content in contents.items()}
