"""Open tickets."""

from sqlalchemy import literal, select

from tools.metrics._book import tickets
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric
from tools.metrics._signals import unsolved

_t = tickets.c


@metric(unit="count", usual="day")
def open_tickets(book: Book, period: Period) -> Rows:
    """Open tickets.

    How many support tickets are not solved at the end of the period.

        Open tickets = number of tickets opened by the end of the period and not solved by then

    Reference: common usage (ticket backlog); no single authority.
    """
    rows = select(_t.account_id, _t.ticket_id, _t.opened_on, _t.topic, _t.priority, literal(1).label("part"))
    return rows.where(_t.opened_on < period.end, unsolved(period.last_day))


@open_tickets.variant("urgent")
def _urgent(book: Book, period: Period) -> Rows:
    """Only those of high or critical priority: what the sign of risk “urgent tickets” counts."""
    return open_tickets.definition(book, period).where(_t.priority.in_(("high", "critical")))  # type: ignore[union-attr]
