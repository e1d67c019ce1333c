"""Contribution margin."""

from sqlalchemy import select, union_all

from tools.metrics._book import invoices
from tools.metrics._earned import SERVICE, Statement, billed_apart, mrr_earned, service_known, spent
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Definition, Rows, Unknown, metric
from tools.metrics._spending import in_one_currency
from tools.metrics._worth import pace_of_each


@metric(unit="money", usual="year", secret="margin")
def contribution_margin(book: Book, period: Period) -> Rows | Unknown:
    """Contribution margin.

    What accounts brought in less what it cost to serve them, in money; the cost of winning them is not in it. Recurring
    revenue is MRR at each month's end, one-off and metered revenue the invoices of the period. As good as the costs
    that were loaded: not defined where the book holds no service costs in the period.

        Contribution margin = MRR at month ends + one-off and metered invoices − service costs

    Reference: article 002 (revenue against the costs of the tenure); Reinartz and Kumar, HBR July 2002, take it as one
    axis.
    """
    revenue = union_all(mrr_earned(period), billed_apart(book, period)).subquery("revenue").c
    return _less_service(select(revenue.account_id, revenue.item, revenue.part), book, period)


@contribution_margin.variant("invoiced")
def _invoiced(book: Book, period: Period) -> Rows | Unknown:
    """Revenue is what was invoiced in the period, recurring too, by day of invoice: above the line of gross margin."""
    i = in_one_currency(book, invoices, "issued_on").c
    billed = select(i.account_id, i.kind.label("item"), i.reporting_minor.label("part"))
    return _less_service(billed.where(i.issued_on >= period.start, i.issued_on < period.end), book, period)


@contribution_margin.cut("pace")
def _pace(_: str) -> Definition:
    """What each account would bring in a year: its margin of the last twelve whole months, or that of the months for
    which it has paid, from six on, as much as twelve of them would be.
    """
    return pace_of_each


def _less_service(revenue: Statement, book: Book, period: Period) -> Rows | Unknown:
    known, source = service_known(book, period)
    if not known:
        return Unknown(source)
    rows = union_all(revenue, spent(book, period, SERVICE)).subquery("earned_and_spent").c
    return select(rows.account_id, rows.item, rows.part).where(rows.part != 0)
