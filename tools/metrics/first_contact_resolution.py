"""First-contact resolution."""

from sqlalchemy import case, func, literal, or_, select

from tools.metrics._book import tickets
from tools.metrics._dates import days_later
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric

WINDOW = 7
"""Days in which the account must not come back on the same matter."""


@metric(unit="percent")
def first_contact_resolution(book: Book, period: Period) -> Rows:
    """First-contact resolution (FCR).

    Of the tickets solved in the period, the share after which the account did not come back: not reopened, and no
    further ticket of the account on the same topic within 7 days of solving.

        FCR = tickets solved with no further contact on the matter within 7 days ÷ tickets solved

    Reference: Freshservice, "First contact resolution"; the 7 days are the Call Centre Helper's example.
    """
    t, later = tickets.c, tickets.alias("later")
    came_back = (
        select(later.c.ticket_id)
        .where(later.c.account_id == t.account_id, later.c.topic == t.topic, later.c.ticket_id != t.ticket_id)
        .where(later.c.opened_on >= t.solved_on, later.c.opened_on <= days_later(t.solved_on, WINDOW))
        .exists()
    )
    resolved = case((or_(func.coalesce(t.reopened, False), came_back), 0), else_=1)
    rows = select(t.account_id, t.ticket_id, t.topic, resolved.label("part"), literal(1).label("whole"))
    return rows.where(t.solved_on >= period.start, t.solved_on < period.end)
