"""Customer satisfaction."""

from sqlalchemy import case, literal, select

from tools.metrics._book import survey_answers, tickets
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="percent")
def customer_satisfaction(book: Book, period: Period) -> Rows:
    """Customer satisfaction (CSAT).

    Of the answers to satisfaction questions in the period, the share of the two best on the scale of 1 to 5.

        CSAT = answers of 4 and 5 ÷ all answers

    Reference: common usage ("top two boxes"); no single authority.
    """
    a = survey_answers.c
    satisfied = case((a.score >= 4, 1), else_=0)
    rows = select(a.account_id, a.answer_id, a.score, satisfied.label("part"), literal(1).label("whole"))
    return rows.where(a.kind == "csat", a.answered_on >= period.start, a.answered_on < period.end)


@customer_satisfaction.variant("tickets")
def _tickets(book: Book, period: Period) -> Rows:
    """Help desks: ratings of the tickets solved in the period, not survey answers. Unrated tickets do not count."""
    t = tickets.c
    satisfied = case((t.csat >= 4, 1), else_=0)
    rows = select(t.account_id, t.ticket_id, t.csat, satisfied.label("part"), literal(1).label("whole"))
    return rows.where(t.csat.is_not(None), t.solved_on >= period.start, t.solved_on < period.end)
