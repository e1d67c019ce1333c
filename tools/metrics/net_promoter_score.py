"""Net promoter score."""

from sqlalchemy import case, func, literal, select

from tools.metrics._book import survey_answers
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="score", scale=100)
def net_promoter_score(book: Book, period: Period) -> Rows:
    """Net promoter score (NPS).

    Of those who answered how likely they are to recommend us (0 to 10), the per cent of promoters less that of
    detractors: from −100 to +100. Each person's last answer of the period counts.

        NPS = 100 × (answers of 9 and 10 − answers of 0 to 6) ÷ all answers

    Reference: Reichheld, "The one number you need to grow", HBR December 2003 (mark of Bain, Satmetrix and Reichheld).
    """
    a = survey_answers.c
    person = func.coalesce(a.contact_id, a.answer_id)
    latest = func.row_number().over(partition_by=person, order_by=(a.answered_on.desc(), a.answer_id.desc()))
    answers = select(a.account_id, a.answer_id, a.score, latest.label("place")).where(
        a.kind == "nps", a.answered_on >= period.start, a.answered_on < period.end
    )
    each = answers.subquery("answers")
    weight = case((each.c.score >= 9, 1), (each.c.score <= 6, -1), else_=0)
    rows = select(each.c.account_id, each.c.answer_id, each.c.score, weight.label("part"), literal(1).label("whole"))
    return rows.where(each.c.place == 1)
