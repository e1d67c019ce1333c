"""First-contact resolution."""

from sqlalchemy import and_, case, func, or_, select

from tools.metrics._book import tickets
from tools.metrics._dates import days_later
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where, limited_to, read
from tools.metrics._registry import Measured, metric, ratio

WINDOW = 7
"""Days in which the account must not come back on the same matter."""


@metric(unit="percent")
def first_contact_resolution(book: Book, period: Period, where: Where) -> Measured:
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
    failed = or_(func.coalesce(t.reopened, False), came_back)
    within = and_(t.solved_on >= period.start, t.solved_on < period.end)
    statement = select(func.count(case((~failed, 1))).label("resolved"), func.count().label("row_count"))
    (row,), source = read(book, statement.where(within, *limited_to(where, tickets)))
    return ratio(row.resolved, row.row_count), source
