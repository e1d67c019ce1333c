"""Recurring share of revenue."""

from sqlalchemy import case, select

from tools.metrics._book import invoices
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric
from tools.metrics._spending import in_one_currency


@metric(unit="percent", of_money=True)
def recurring_share(book: Book, period: Period) -> Rows:
    """Recurring share of revenue.

    Of everything invoiced in the period, the share that recurs; one-off charges and metered usage are the rest.

        Recurring share = recurring invoices ÷ all invoices, by day of issue

    Reference: article 000, "recurring and total revenue".
    """
    i = in_one_currency(book, invoices, "issued_on").c
    recurring = case((i.kind == "recurring", i.reporting_minor), else_=0)
    rows = select(i.account_id, i.invoice_id, i.kind, recurring.label("part"), i.reporting_minor.label("whole"))
    return rows.where(i.issued_on >= period.start, i.issued_on < period.end)
