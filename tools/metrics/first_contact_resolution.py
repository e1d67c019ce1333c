"""First-contact resolution."""

from sqlalchemy import ColumnElement, case, func, literal, or_, select

from tools.metrics._book import tickets
from tools.metrics._dates import days_later
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric

WINDOW = 7
"""Days in which the account must not come back on the same matter."""
_t = tickets.c
_later = tickets.alias("later")


@metric(unit="percent")
def first_contact_resolution(book: Book, period: Period) -> Rows:
    """First-contact resolution (FCR).

    Of the tickets solved in the period, the share after which the account did not come back: not reopened, and no
    further ticket of the account on the same topic within 7 days of solving.

        FCR = tickets solved with no further contact on the matter within 7 days ÷ tickets solved

    Reference: Freshservice, "First contact resolution"; the 7 days are the Call Centre Helper's example.
    """
    return _solved(period, or_(_reopened(), _came_back(_later.c.topic == _t.topic)))


@first_contact_resolution.variant("any_topic")
def _any_topic(book: Book, period: Period) -> Rows:
    """The strictest: whatever the account writes about within 7 days counts as coming back."""
    return _solved(period, or_(_reopened(), _came_back()))


@first_contact_resolution.variant("reopened_only")
def _reopened_only(book: Book, period: Period) -> Rows:
    """Many help desks: only a ticket that was opened again fails; a second ticket on the same matter does not show."""
    return _solved(period, _reopened())


def _solved(period: Period, failed: ColumnElement[bool]) -> Rows:
    resolved = case((failed, 0), else_=1)
    rows = select(_t.account_id, _t.ticket_id, _t.topic, resolved.label("part"), literal(1).label("whole"))
    return rows.where(_t.solved_on >= period.start, _t.solved_on < period.end)


def _reopened() -> ColumnElement[bool]:
    return func.coalesce(_t.reopened, False)


def _came_back(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The account opened another ticket within the days."""
    soon = (_later.c.opened_on >= _t.solved_on, _later.c.opened_on <= days_later(_t.solved_on, WINDOW))
    other = (_later.c.account_id == _t.account_id, _later.c.ticket_id != _t.ticket_id)
    return select(_later.c.ticket_id).where(*other, *soon, *conditions).exists()
