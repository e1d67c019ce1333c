"""Overdue invoices."""

from sqlalchemy import or_, select

from tools.metrics._book import invoices
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric
from tools.metrics._spending import in_one_currency


@metric(unit="money", usual="day")
def overdue_invoices(book: Book, period: Period) -> Rows:
    """Overdue invoices.

    What is unpaid of invoices whose last day to pay is over at the end of the period, without tax. Invoices without a
    day to pay by are never overdue.

        Overdue invoices = Σ amounts of invoices due before the last day of the period and not paid by its end

    Reference: common usage (past-due receivables); no single authority.
    """
    i = in_one_currency(book, invoices, "issued_on").c
    rows = select(i.account_id, i.invoice_id, i.due_on, i.reporting_minor.label("part"))
    return rows.where(i.due_on < period.last_day, or_(i.paid_on.is_(None), i.paid_on > period.last_day))
