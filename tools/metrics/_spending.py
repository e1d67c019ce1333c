"""Costs and invoices in the reporting currency."""

from sqlalchemy import ColumnElement, Table, select

from tools.metrics._currency import in_reporting
from tools.metrics._opening import Book


def in_one_currency(book: Book, table: Table) -> ColumnElement[int]:
    """The table's `amount_minor` in the book's reporting currency, at the latest rates."""
    with book.connect() as connection:
        currencies = connection.execute(select(table.c.currency).distinct()).scalars().all()
    return in_reporting(table.c.amount_minor, table.c.currency, book.currency, currencies)
