"""Latest NPS answer."""

from sqlalchemy import BigInteger, cast, func, literal, select

from tools.metrics._book import survey_answers
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric

HUNDREDTHS = 100
"""Scores are summed as whole hundredths."""


@metric(unit="score", usual="day")
def latest_nps(book: Book, period: Period) -> Rows:
    """Latest NPS answer.

    The last answer, from 0 to 10, that an account gave to the question of recommending us, by the end of the period
    and however long ago; of several on one day, the lowest. Over several accounts it is their mean. It is one person's
    word and no net promoter score.

        Latest NPS answer = Σ each account's last answer ÷ number of accounts that ever answered

    Reference: this project; the question is Reichheld's (HBR, December 2003).
    """
    a = survey_answers.c
    place = func.row_number().over(
        partition_by=a.account_id, order_by=(a.answered_on.desc(), a.score, a.answer_id)
    ).label("place")  # fmt: skip
    answers = select(a.account_id, a.answer_id, a.answered_on, a.score, place)
    each = answers.where(a.kind == "nps", a.answered_on < period.end).subquery("all_answers").c
    score = cast(func.round(each.score * HUNDREDTHS), BigInteger).label("part")
    rows = select(each.account_id, each.answer_id, each.answered_on, each.score, score)
    return rows.add_columns(literal(HUNDREDTHS).label("whole")).where(each.place == 1)
