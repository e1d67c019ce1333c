"""Signs in how an account is looked after: tickets, answers to surveys, conversations, people who left, promises."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from statistics import fmean
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, or_, select

from tools.metrics._asking import Asked, Signs
from tools.metrics._book import commitments, contacts, survey_answers, tickets, touches

YEAR, HALF_YEAR, QUARTER = 365, 180, 90
COMES_BACK = timedelta(days=7)
"""Within so many days another ticket on the same topic means that the first was not resolved, as FCR has it."""
t = tickets.c


def unsolved(day: date) -> ColumnElement[bool]:
    """Of the tickets opened by a day, those that are open at its end."""
    return or_(t.solved_on.is_(None), t.solved_on > day)


def open_tickets(asked: Asked) -> Signs:
    """urgent_tickets, open ones of high or critical priority; critical_days, the age of the oldest critical one."""
    is_open = unsolved(asked.day)
    urgent = func.sum(case((and_(is_open, t.priority.in_(("high", "critical"))), 1), else_=0))
    oldest = func.min(case((and_(is_open, t.priority == "critical"), t.opened_on)))
    statement = select(t.account_id, urgent.label("urgent"), oldest.label("oldest")).where(t.opened_on <= asked.day)
    for row in asked.rows(statement.group_by(t.account_id), t.account_id):
        yield row.account_id, "urgent_tickets", float(row.urgent)
        yield row.account_id, "critical_days", float((asked.day - row.oldest).days) if row.oldest else 0.0


def solved_tickets(asked: Asked) -> Signs:
    """Of the tickets solved in 180 days: fcr, the share after which nobody came back, and days_to_solve, their mean;
    reopened: how many of those of 90 days had been opened again. A ticket that is still open may be reopened later:
    only what was solved by the day tells."""
    statement = select(t.account_id, t.opened_on, t.solved_on, t.topic, t.reopened).where(
        t.opened_on <= asked.day, or_(t.solved_on > asked.back(HALF_YEAR), t.opened_on > asked.back(HALF_YEAR))
    )
    by_account: dict[str, list[Any]] = defaultdict(list)
    for row in asked.rows(statement, t.account_id):
        by_account[row.account_id].append(row)
    for account, rows in by_account.items():
        solved = [row for row in rows if row.solved_on and asked.back(HALF_YEAR) < row.solved_on <= asked.day]
        if solved:
            lately = [row for row in solved if row.solved_on > asked.back(QUARTER)]
            yield account, "fcr", fmean(not _failed(row, rows) for row in solved)
            yield account, "days_to_solve", fmean((row.solved_on - row.opened_on).days for row in solved)
            yield account, "reopened", float(sum(bool(row.reopened) for row in lately))


def _failed(ticket: Any, others: Sequence[Any]) -> bool:
    """Whether the account came back on the same matter."""
    until = ticket.solved_on + COMES_BACK
    return bool(ticket.reopened) or any(
        other is not ticket and other.topic == ticket.topic and ticket.solved_on <= other.opened_on <= until
        for other in others
    )


def nps(asked: Asked) -> Signs:
    """nps: the latest answer of the last year, of two on one day the lower; nps_age: how many days ago that was."""
    a = survey_answers.c
    statement = (
        select(a.account_id, a.answered_on, a.score)
        .where(a.kind == "nps", a.answered_on <= asked.day, a.answered_on > asked.back(YEAR))
        .order_by(a.answered_on, a.score.desc())
    )
    for account, row in {row.account_id: row for row in asked.rows(statement, a.account_id)}.items():
        yield account, "nps", float(row.score)
        yield account, "nps_age", float((asked.day - row.answered_on).days)


def csat(asked: Asked) -> Signs:
    """csat: the mean rating of 180 days, from surveys and of solved tickets; csat_age: days since the latest."""
    ratings: dict[str, list[tuple[date, float]]] = defaultdict(list)
    for row in _ratings(asked):
        ratings[row.account_id].append((row.on_day, float(row.score)))
    for account, found in ratings.items():
        yield account, "csat", fmean(score for _, score in found)
        yield account, "csat_age", float((asked.day - max(on_day for on_day, _ in found)).days)


def _ratings(asked: Asked) -> Iterable[Any]:
    a, since = survey_answers.c, asked.back(HALF_YEAR)
    answers = select(a.account_id, a.answered_on.label("on_day"), a.score)
    rated = select(t.account_id, t.solved_on.label("on_day"), t.csat.label("score")).where(t.csat.is_not(None))
    yield from asked.rows(
        answers.where(a.kind == "csat", a.answered_on <= asked.day, a.answered_on > since), a.account_id
    )
    yield from asked.rows(rated.where(t.solved_on <= asked.day, t.solved_on > since), t.account_id)


def silence(asked: Asked) -> Signs:
    """Days since the customer last took part: wrote to us, or spoke with us."""
    c = touches.c
    spoken = case((c.direction.in_(("inbound", "both")), c.on_day))
    statement = select(c.account_id, func.max(spoken).label("last"), func.min(c.on_day).label("first"))
    for row in asked.rows(statement.where(c.on_day <= asked.day).group_by(c.account_id), c.account_id):
        yield row.account_id, "silence", float((asked.day - (row.last or row.first)).days)


def sponsor_left(asked: Asked) -> Signs:
    """Champions, sponsors and buyers who left in the last 180 days."""
    c = contacts.c
    left = func.sum(case((and_(c.left_on <= asked.day, c.left_on > asked.back(HALF_YEAR)), 1), else_=0))
    statement = select(c.account_id, left.label("left")).where(c.role.in_(("champion", "sponsor", "buyer")))
    for row in asked.rows(statement.group_by(c.account_id), c.account_id):
        yield row.account_id, "sponsor_left", float(row.left)


def late_commitments(asked: Asked) -> Signs:
    """Promises of the last year whose day is over and that were not kept yet."""
    c = commitments.c
    undelivered = or_(c.delivered_on.is_(None), c.delivered_on > asked.day)
    late = and_(c.due_on < asked.day, c.due_on > asked.back(YEAR), undelivered)
    count = cast(func.sum(case((late, 1), else_=0)), BigInteger)
    statement = select(c.account_id, count.label("late")).where(c.promised_on <= asked.day)
    for row in asked.rows(statement.group_by(c.account_id), c.account_id):
        yield row.account_id, "late_commitments", float(row.late)
