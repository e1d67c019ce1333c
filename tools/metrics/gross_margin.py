"""Gross margin."""

from sqlalchemy import Select, literal, select, union_all

from tools.metrics._book import costs, invoices
from tools.metrics._earned import mrr_earned
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric
from tools.metrics._spending import in_one_currency


@metric(unit="percent", usual="year", of_money=True, secret="margin")
def gross_margin(book: Book, period: Period) -> Rows:
    """Gross margin.

    Of what was invoiced in the period, the share that is left after the costs of serving the customers. As good as the
    costs that were loaded: not defined where the book holds no service costs. Costs of no single account are left out
    where accounts are picked or grouped. Yearly invoices make a single month uneven: read it over a year.

        Gross margin = (revenue − service costs) ÷ revenue, revenue by day of invoice

    Reference: common usage (no single authority); Finmark multiplies LTV by it.
    """
    i = in_one_currency(book, invoices, "issued_on").c
    amount = i.reporting_minor
    billed = select(i.account_id, i.invoice_id.label("item"), amount.label("part"), amount.label("whole"))
    return _less_service(billed.where(i.issued_on >= period.start, i.issued_on < period.end), book, period)


@gross_margin.variant("of_mrr")
def _of_mrr(book: Book, period: Period) -> Rows:
    """Revenue is MRR at each month's end in the period, so that a yearly invoice does not make a month look rich;
    one-off and metered revenue is left out. Not defined for less than a month.
    """
    m = mrr_earned(period).subquery("earned").c
    rows = select(m.account_id, literal("MRR").label("item"), m.part, m.part.label("whole"))
    return _less_service(rows, book, period)


def _less_service(revenue: Select[str, str, int, int], book: Book, period: Period) -> Rows:
    """The revenue, and what serving took from it; without any service costs nothing: the margin is not known then."""
    c = in_one_currency(book, costs, "on_day").c
    service = (c.kind == "service", c.on_day >= period.start, c.on_day < period.end)
    spent = select(c.account_id, c.cost_id, -c.reporting_minor, literal(0)).where(*service)
    known = select(c.cost_id).where(*service).exists()
    rows = union_all(revenue.where(known), spent).subquery("earned_and_spent")
    return select(*rows.c)
