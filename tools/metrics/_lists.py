"""Accounts as lists of work need them: visits, promoters, referrals, losses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, and_, case, cast, func, or_, select

from tools.metrics._book import accounts, goals, mrr_movements, survey_answers, touches
from tools.metrics._dimensions import DIMENSIONS
from tools.metrics._figure import EMPTY, Source
from tools.metrics._opening import Book
from tools.metrics._query import Where, limited_to, matching, read

VISITS = ("meeting", "visit", "onsite", "on-site", "reunião", "visita")
"""Channels of a touch that was a visit; a call is none."""
REFERRAL = ("referral", "indicação", "indicacao", "referred")
"""How `accounts.source` says that somebody recommended us."""


@dataclass(frozen=True)
class Lost:
    """An account that stopped paying and has not come back. `mrr`: what it paid before, minor units; `away_on`: since
    when it pays nothing; `reason`: the last one that is known; `asked_on`: the last survey touch since it left."""

    account_id: str
    name: str
    owner: str | None
    segment: str | None
    mrr: int
    away_on: date
    reason: str | None
    asked_on: date | None


def last_visits(book: Book, day: date) -> Mapping[str, date]:
    """Account id → the last day, up to `day`, on which somebody met them in person or on screen."""
    t = touches.c
    met = or_(*(func.lower(t.channel).like(f"%{word}%") for word in VISITS))
    rows, _ = read(
        book, select(t.account_id, func.max(t.on_day).label("day")).where(met, t.on_day <= day).group_by(t.account_id)
    )
    return {row.account_id: row.day for row in rows}


def promoters(book: Book, since: date, day: date) -> Mapping[str, tuple[float, date]]:
    """Account id → its last NPS answer from a day on and when it was given, where that is 9 or 10."""
    a = survey_answers.c
    rows, _ = read(
        book,
        select(a.account_id, a.score, a.answered_on)
        .where(a.kind == "nps", a.answered_on >= since, a.answered_on <= day)
        .order_by(a.answered_on, a.score.desc()),  # of two on one day, the lower
    )
    latest = {row.account_id: (float(row.score), row.answered_on) for row in rows}
    return {account: answer for account, answer in latest.items() if answer[0] >= 9}


def paying_since(book: Book, day: date, where: Where = EMPTY) -> Mapping[str, date]:
    """Account id → since when it has paid without a break, of those that pay at the end of a day."""
    m = mrr_movements.c
    came = func.max(case((m.category.in_(("new", "reactivation")), m.on_day)))
    total = cast(func.sum(m.amount_minor), BigInteger)
    rows, _ = read(
        book,
        select(m.account_id, came.label("since"))
        .where(m.on_day <= day, *limited_to(where, mrr_movements, day))
        .group_by(m.account_id)
        .having(total > 0),
    )
    return {row.account_id: row.since for row in rows}


def referred(book: Book, day: date, where: Where = EMPTY) -> tuple[int, int, bool]:
    """How many paying accounts were won by a referral, their MRR (minor units), and whether any source is recorded.

    Who recommended whom is not in the book: no account has referrals of its own.
    """
    a, m = accounts.c, mrr_movements.c
    told = or_(*(func.lower(a.source).like(f"%{word}%") for word in REFERRAL))
    total = cast(func.sum(m.amount_minor), BigInteger)
    each = (
        select(a.account_id, total.label("mrr"))
        .join_from(accounts, mrr_movements, m.account_id == a.account_id)
        .where(m.on_day <= day, told, *limited_to(where, accounts, day))
        .group_by(a.account_id)
        .having(total > 0)
        .subquery("each")
    )
    sums = select(func.count().label("n"), cast(func.coalesce(func.sum(each.c.mrr), 0), BigInteger).label("mrr"))
    (row,), _ = read(book, sums.select_from(each))
    known, _ = read(book, select(a.account_id).where(a.source.is_not(None)).limit(1))
    return int(row.n), int(row.mrr), bool(known)


def lost_accounts(book: Book, day: date, where: Where = EMPTY) -> list[Lost]:
    """Accounts that pay nothing at the end of a day and did before, the largest MRR first."""
    rows, _ = read(book, _lost(day, where))
    return [
        Lost(
            r.account_id, r.name, r.owner, r.segment, -int(r.amount_minor), r.on_day, r.reason, r.asked_on
        )
        for r in rows
    ]  # fmt: skip


def _lost(day: date, where: Where) -> Any:
    m, a, t = mrr_movements.c, accounts.c, touches.c
    later = mrr_movements.alias("later").c
    came_back = select(later.account_id).where(
        later.account_id == m.account_id, later.category == "reactivation", later.on_day > m.on_day, later.on_day <= day
    )
    again = select(later.account_id).where(
        later.account_id == m.account_id, later.category == "churn", later.on_day > m.on_day, later.on_day <= day
    )
    reasons = DIMENSIONS["reason"].values(day).subquery("reasons")
    reason = reasons.c
    asked = select(func.max(t.on_day)).where(
        t.account_id == m.account_id, t.team == "survey", t.on_day >= m.on_day, t.on_day <= day
    )
    columns = (m.account_id, a.name, a.owner, a.segment, m.amount_minor, m.on_day, reason.value.label("reason"))
    rows = select(*columns, asked.scalar_subquery().label("asked_on")).select_from(
        mrr_movements.join(accounts, a.account_id == m.account_id).outerjoin(reasons, m.account_id == reason.account_id)
    )
    gone = and_(m.category == "churn", m.on_day <= day, ~came_back.exists(), ~again.exists())
    return rows.where(gone, *limited_to(where, mrr_movements, day)).order_by(m.amount_minor, m.account_id)


def account_count(book: Book, where: Where, day: date) -> tuple[int, Source]:
    """How many accounts are so at the end of a day, and the statement that gives them."""
    found, source = accounts_of(book, where, day)
    return len(found), source


def accounts_of(book: Book, where: Where, day: date) -> tuple[frozenset[str], Source]:
    """The ids of the accounts that are so at the end of a day, and the statement that gives them."""
    rows, source = read(book, matching(where, day))
    return frozenset(row.account_id for row in rows), source


def largest_of(book: Book, where: Where, day: date, most: int) -> Sequence[Any]:
    """The accounts that are so and pay, the largest first: account_id, name, owner, mrr (minor units)."""
    m, a = mrr_movements.c, accounts.c
    total = cast(func.sum(m.amount_minor), BigInteger)
    columns = (a.account_id, a.name, a.owner)
    rows = select(*columns, total.label("mrr")).join_from(accounts, mrr_movements, m.account_id == a.account_id)
    paying = rows.where(m.on_day <= day, a.account_id.in_(matching(where, day))).group_by(*columns).having(total > 0)
    return read(book, paying.order_by(total.desc(), a.account_id).limit(most))[0]


def goals_set(book: Book, day: date) -> Sequence[Any]:
    """The goals, as in the table, that were agreed by a day or bear no date, of whatever account."""
    g = goals.c
    rows, _ = read(book, select(goals).where(or_(g.set_on.is_(None), g.set_on <= day)).order_by(g.due_on, g.goal_id))
    return rows
