"""Customer satisfaction."""

from sqlalchemy import case, literal, select

from tools.metrics._book import survey_answers
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
