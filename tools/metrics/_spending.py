"""Sums of costs and invoices in the reporting currency."""

from sqlalchemy import BigInteger, ColumnElement, Table, case, cast, func, select

from tools.metrics._currency import in_reporting
from tools.metrics._figure import Source
from tools.metrics._opening import Book
from tools.metrics._query import Where, limited_to, read


def spent(
    book: Book, table: Table, within: ColumnElement[bool], part: ColumnElement[bool], where: Where
) -> tuple[int, int, Source]:
    """(amount of the rows of `part`, amount of all, where from) of a table with `currency` and `amount_minor`."""
    with book.connect() as connection:
        currencies = connection.execute(select(table.c.currency).distinct()).scalars().all()
    amount = in_reporting(table.c.amount_minor, table.c.currency, book.currency, currencies)
    statement = select(
        cast(func.coalesce(func.sum(case((part, amount), else_=0)), 0), BigInteger).label("part"),
        cast(func.coalesce(func.sum(amount), 0), BigInteger).label("whole"),
        func.count().label("row_count"),
    ).where(within, *limited_to(where, table))
    (row,), source = read(book, statement)
    return row.part, row.whole, source
