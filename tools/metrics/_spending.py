"""Costs and invoices in the reporting currency."""

from sqlalchemy import Subquery, Table

from tools.metrics._currency import foreign_currencies, in_reporting
from tools.metrics._opening import Book


def in_one_currency(book: Book, table: Table, day: str) -> Subquery:
    """The table's rows with `reporting_minor`: `amount_minor` in the book's currency, at the rate of the day `day`."""
    with book.connect() as connection:
        foreign = foreign_currencies(connection, table, book.currency)
    return in_reporting(table, day, book.currency, foreign)
