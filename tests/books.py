"""Books made by hand for tests: a few rows, the ledger built from them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Engine, delete, insert

from tools.metrics import Book, open_book
from tools.metrics._book import BOOK, book_info
from tools.metrics._ledger import build_ledger
from tools.metrics._opening import book_engine


def contract(
    subscription_id: str, account_id: str, price: int, start: str, end: str | None = None, **more: Any
) -> dict[str, Any]:
    """A contract line paid by the month, `price` in minor units; `more` says what is different about it."""
    line = {
        "subscription_id": subscription_id, "account_id": account_id, "kind": "recurring", "currency": "BRL",
        "quantity": 1, "unit_amount_minor": price, "interval_unit": "month", "interval_count": 1,
        "started_on": day(start), "ended_on": day(end) if end else None,
    }  # fmt: skip
    return {**line, **more}


def day(text: str) -> date:
    return date.fromisoformat(text)


def make_book(url: str, as_of: str = "2026-10-31", **tables: list[Mapping[str, Any]]) -> Book:
    """A book with these rows; accounts that only contracts name are added."""
    engine = book_engine(url)
    fill(engine, as_of, **tables)
    engine.dispose()
    return open_book(url)


def fill(engine: Engine, as_of: str = "2026-10-31", **tables: list[Mapping[str, Any]]) -> None:
    """Put these rows, and no others, into a book, and make its ledger."""
    named = {line["account_id"] for line in tables.get("subscriptions", [])} - {
        a["account_id"] for a in tables.get("accounts", [])
    }
    tables["accounts"] = [*tables.get("accounts", []), *({"account_id": name, "name": name} for name in sorted(named))]
    info = {"reporting_currency": "BRL", "timezone": "America/Sao_Paulo", "as_of": as_of, "load_id": "by hand"}
    with engine.begin() as connection:
        for table in BOOK.sorted_tables:
            connection.execute(delete(table))
        connection.execute(insert(book_info), [{"key": key, "value": value} for key, value in info.items()])
        for table in BOOK.sorted_tables:
            for row in tables.get(table.name, []):
                connection.execute(insert(table), row)
        build_ledger(connection)
