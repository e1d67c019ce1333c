"""Customer satisfaction."""

from sqlalchemy import and_, case, func, select

from tools.metrics._book import survey_answers
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where, limited_to, read
from tools.metrics._registry import Measured, metric, ratio


@metric(unit="percent")
def customer_satisfaction(book: Book, period: Period, where: Where) -> Measured:
    """Customer satisfaction (CSAT).

    Of the answers to satisfaction questions in the period, the share of the two best on the scale of 1 to 5.

        CSAT = answers of 4 and 5 ÷ all answers

    Reference: common usage ("top two boxes"); no single authority.
    """
    a = survey_answers.c
    within = and_(a.kind == "csat", a.answered_on >= period.start, a.answered_on < period.end)
    satisfied = func.count(case((a.score >= 4, 1)))
    statement = select(satisfied.label("satisfied"), func.count().label("row_count"))
    (row,), source = read(book, statement.where(within, *limited_to(where, survey_answers)))
    return ratio(row.satisfied, row.row_count), source
