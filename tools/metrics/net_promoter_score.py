"""Net promoter score."""

from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select

from tools.metrics._book import survey_answers
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric

_a = survey_answers.c


@metric(unit="score", scale=100)
def net_promoter_score(book: Book, period: Period) -> Rows:
    """Net promoter score (NPS).

    Of those who answered how likely they are to recommend us (0 to 10), the per cent of promoters less that of
    detractors: from −100 to +100. Each person's last answer of the period counts, whatever it followed.

        NPS = 100 × (answers of 9 and 10 − answers of 0 to 6) ÷ all answers

    Reference: Reichheld, "The one number you need to grow", HBR December 2003 (mark of Bain, Satmetrix and Reichheld).
    """
    return _weighed(_latest_answers(period))


@net_promoter_score.variant("relationship")
def _relationship(book: Book, period: Period) -> Rows:
    """Only answers that followed no touchpoint: how the relationship is seen. Never averaged with the other kind."""
    return _weighed(_latest_answers(period, _a.touchpoint.is_(None)))


@net_promoter_score.variant("touchpoint")
def _touchpoint(book: Book, period: Period) -> Rows:
    """Only answers that followed a touchpoint, such as a ticket or a review: how that was seen (transactional NPS)."""
    return _weighed(_latest_answers(period, _a.touchpoint.is_not(None)))


@net_promoter_score.variant("by_account")
def _by_account(book: Book, period: Period) -> Rows:
    """One voice per account, whose people's scores are averaged: many contacts weigh no more than one."""
    each = _latest_answers(period).subquery("answers").c
    mean_score = func.sum(each.score) / func.count()
    return select(
        each.account_id, func.count().label("answers"), _weight(mean_score).label("part"), literal(1).label("whole")
    ).group_by(each.account_id)


def _latest_answers(period: Period, *conditions: ColumnElement[bool]) -> Rows:
    """Each person's last NPS answer of the period; an answer without a person is a person's."""
    person = func.coalesce(_a.contact_id, _a.answer_id)
    latest = func.row_number().over(partition_by=person, order_by=(_a.answered_on.desc(), _a.answer_id.desc()))
    answers = select(_a.account_id, _a.answer_id, _a.score, latest.label("place")).where(
        _a.kind == "nps", _a.answered_on >= period.start, _a.answered_on < period.end, *conditions
    )
    each = answers.subquery("all_answers").c
    return select(each.account_id, each.answer_id, each.score).where(each.place == 1)


def _weighed(answers: Rows) -> Rows:
    each = answers.subquery("answers").c
    return select(*each, _weight(each.score).label("part"), literal(1).label("whole"))


def _weight(score: ColumnElement[Any]) -> ColumnElement[int]:
    """+1 for a promoter, −1 for a detractor."""
    return case((score >= 9, 1), (score <= 6, -1), else_=0)
