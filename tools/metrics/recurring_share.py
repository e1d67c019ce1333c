"""Recurring share of revenue."""

from sqlalchemy import and_

from tools.metrics._book import invoices
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where
from tools.metrics._registry import Measured, metric, ratio
from tools.metrics._spending import spent


@metric(unit="percent")
def recurring_share(book: Book, period: Period, where: Where) -> Measured:
    """Recurring share of revenue.

    Of everything invoiced in the period, the share that recurs; one-off charges and metered usage are the rest.

        Recurring share = recurring invoices ÷ all invoices, by day of issue

    Reference: article 000, "recurring and total revenue".
    """
    i = invoices.c
    within = and_(i.issued_on >= period.start, i.issued_on < period.end)
    recurring, everything, source = spent(book, invoices, within, i.kind == "recurring", where)
    return ratio(recurring, everything), source
