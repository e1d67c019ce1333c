"""Net promoter score."""

from sqlalchemy import and_, case, func, select

from tools.metrics._book import survey_answers
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where, limited_to, read
from tools.metrics._registry import Measured, metric, ratio


@metric(unit="score")
def net_promoter_score(book: Book, period: Period, where: Where) -> Measured:
    """Net promoter score (NPS).

    Of those who answered how likely they are to recommend us (0 to 10), the per cent of promoters less that of
    detractors: from −100 to +100. Each person's last answer of the period counts.

        NPS = 100 × (answers of 9 and 10 − answers of 0 to 6) ÷ all answers

    Reference: Reichheld, "The one number you need to grow", HBR December 2003 (a mark of Bain, Satmetrix and Reichheld).
    """
    a = survey_answers.c
    person = func.coalesce(a.contact_id, a.answer_id)
    latest = func.row_number().over(partition_by=person, order_by=(a.answered_on.desc(), a.answer_id.desc()))
    within = and_(a.kind == "nps", a.answered_on >= period.start, a.answered_on < period.end)
    ranked = select(a.score, latest.label("place")).where(within, *limited_to(where, survey_answers)).subquery("ranked")
    weight = case((ranked.c.score >= 9, 1), (ranked.c.score <= 6, -1), else_=0)
    statement = select(func.sum(weight).label("net"), func.count().label("row_count")).where(ranked.c.place == 1)
    (row,), source = read(book, statement)
    share = ratio(int(row.net or 0), row.row_count)
    return None if share is None else 100 * share, source
