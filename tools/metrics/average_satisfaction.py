"""Average satisfaction."""

from sqlalchemy import BigInteger, cast, func, literal, select

from tools.metrics._book import survey_answers
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric

HUNDREDTHS = 100
"""Scores are summed as whole hundredths."""


@metric(unit="score")
def average_satisfaction(book: Book, period: Period) -> Rows:
    """Average satisfaction (mean CSAT).

    The mean of the answers to satisfaction questions in the period, on the scale of 1 to 5. Some tools call this CSAT;
    it is no share and not comparable with one.

        Average satisfaction = Σ answers ÷ number of answers

    Reference: common usage; no single authority.
    """
    a = survey_answers.c
    score = cast(func.round(a.score * HUNDREDTHS), BigInteger)
    rows = select(a.account_id, a.answer_id, a.score, score.label("part"), literal(HUNDREDTHS).label("whole"))
    return rows.where(a.kind == "csat", a.answered_on >= period.start, a.answered_on < period.end)
