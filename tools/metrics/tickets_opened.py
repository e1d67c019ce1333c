"""Tickets opened."""

from sqlalchemy import literal, select

from tools.metrics._book import tickets
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="count")
def tickets_opened(book: Book, period: Period) -> Rows:
    """Tickets opened.

    How many support tickets were opened in the period, whatever became of them.

        Tickets opened = number of tickets opened in the period

    Reference: common usage (ticket volume); no single authority.
    """
    t = tickets.c
    rows = select(t.account_id, t.ticket_id, t.topic, t.priority, literal(1).label("part"))
    return rows.where(t.opened_on >= period.start, t.opened_on < period.end)
