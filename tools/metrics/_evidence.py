"""The rows of the book behind each sign of risk of one account: which ticket, which invoice, which weeks of usage.

Each reads by the same rule as its sign in `_signals.py`, as of the same day; a test holds the two together.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Integer, Row, Select, cast, func, null, or_, select, union_all

from tools.metrics._book import (
    accounts,
    commitments,
    contacts,
    discounts,
    goals,
    invoices,
    mrr_movements,
    subscription_changes,
    subscriptions,
    survey_answers,
    tickets,
    touches,
    usage,
)
from tools.metrics._figure import Source
from tools.metrics._opening import Book
from tools.metrics._query import read
from tools.metrics._signs_of_care import unsolved
from tools.metrics._signs_of_use import REPORTING

YEAR, QUARTER, HALF = timedelta(days=365), timedelta(days=90), timedelta(days=180)
USAGE = timedelta(days=112)
"""Four weeks and the twelve before them."""
Rows = Sequence[Row[Any]]


@dataclass(frozen=True)
class Evidence:
    """What a sign was found in: rows of one table of the book, columns as there."""

    driver: str
    rows: Rows
    source: Source


def evidence_of(book: Book, account_id: str, day: date, drivers: Sequence[str]) -> Mapping[str, Evidence]:
    """Driver → its rows, of those drivers that are found in rows at all."""
    found = {}
    for driver in drivers:
        if driver in BEHIND:
            rows, source = read(book, BEHIND[driver](account_id, day))
            found[driver] = Evidence(driver, rows, source)
    return found


def _usage_weeks(account_id: str, day: date) -> Select[Any]:
    """Events by report, those of the sixteen weeks up to the latest, the latest first."""
    u = usage.c
    until = select(func.max(u.on_day)).where(u.account_id == account_id, u.on_day <= day).scalar_subquery()
    statement = select(u.on_day, func.sum(u.events).label("events"), until.label("last"))
    recent = statement.where(u.account_id == account_id, u.on_day <= day, u.on_day > day - REPORTING - USAGE)
    return recent.group_by(u.on_day).order_by(u.on_day.desc())


def _latest_report(account_id: str, day: date) -> Select[Any]:
    u = usage.c
    statement = select(u.on_day, func.sum(u.events).label("events")).where(u.account_id == account_id, u.on_day <= day)
    return statement.group_by(u.on_day).order_by(u.on_day.desc()).limit(1)


def _last_heard(account_id: str, day: date) -> Select[Any]:
    """The last touch in which they took part; where there was none, no row."""
    t = touches.c
    heard = select(touches).where(t.account_id == account_id, t.on_day <= day, t.direction.in_(("inbound", "both")))
    return heard.order_by(t.on_day.desc(), t.touch_id).limit(1)


def _urgent_tickets(account_id: str, day: date) -> Select[Any]:
    t = tickets.c
    urgent = select(tickets).where(t.account_id == account_id, t.opened_on <= day, unsolved(day))
    return urgent.where(t.priority.in_(("high", "critical"))).order_by(t.opened_on, t.ticket_id)


def _nps(account_id: str, day: date) -> Select[Any]:
    a = survey_answers.c
    answers = select(survey_answers).where(a.account_id == account_id, a.kind == "nps")
    lately = answers.where(a.answered_on <= day, a.answered_on > day - YEAR)
    return lately.order_by(a.answered_on.desc(), a.score).limit(1)


def _overdue(account_id: str, day: date) -> Select[Any]:
    i = invoices.c
    unpaid = select(invoices).where(
        i.account_id == account_id, i.due_on < day, or_(i.paid_on.is_(None), i.paid_on > day)
    )
    return unpaid.where(i.issued_on <= day, i.issued_on > day - YEAR).order_by(i.due_on, i.invoice_id)


def _who_left(account_id: str, day: date) -> Select[Any]:
    c = contacts.c
    ours = select(contacts).where(c.account_id == account_id, c.role.in_(("champion", "sponsor", "buyer")))
    return ours.where(c.left_on <= day, c.left_on > day - HALF).order_by(c.left_on, c.contact_id)


def _contractions(account_id: str, day: date) -> Select[Any]:
    m = mrr_movements.c
    lost = select(mrr_movements).where(m.account_id == account_id, m.category == "contraction")
    return lost.where(m.on_day <= day, m.on_day > day - QUARTER).order_by(m.on_day)


def _contracts(account_id: str, day: date) -> Select[Any]:
    s = subscriptions.c
    lines = select(subscriptions).where(s.account_id == account_id, s.started_on <= day, s.kind != "repeat")
    return lines.where(or_(s.ended_on.is_(None), s.ended_on > day)).order_by(s.renews_on, s.subscription_id)


def _open_goals(account_id: str, day: date) -> Select[Any]:
    g = goals.c
    due = select(goals).where(g.account_id == account_id, g.set_on <= day, g.due_on >= day, g.current.is_not(None))
    return due.where(g.target != g.baseline).order_by(g.due_on, g.goal_id)


def _features(account_id: str, day: date) -> Select[Any]:
    """Events by feature, with the last day on which each was used."""
    u = usage.c
    sums = select(u.feature, func.max(u.on_day).label("on_day"), func.sum(u.events).label("events"))
    recent = sums.where(u.account_id == account_id, u.on_day <= day, u.on_day > day - REPORTING - USAGE, u.events > 0)
    return recent.group_by(u.feature).order_by(func.max(u.on_day), u.feature)


def _peaks(account_id: str, day: date) -> Select[Any]:
    """The most users of any feature by report, the latest first."""
    u = usage.c
    peaks = select(u.on_day, func.max(u.users).label("users")).where(u.account_id == account_id, u.on_day <= day)
    return peaks.where(u.on_day > day - REPORTING, u.users.is_not(None)).group_by(u.on_day).order_by(u.on_day.desc())


def _signed_up(account_id: str, day: date) -> Select[Any]:
    return select(accounts).where(accounts.c.account_id == account_id, accounts.c.signed_up_on <= day)


def _critical_tickets(account_id: str, day: date) -> Select[Any]:
    return _urgent_tickets(account_id, day).where(tickets.c.priority == "critical")


def _solved(account_id: str, day: date) -> Select[Any]:
    t = tickets.c
    solved = select(tickets).where(t.account_id == account_id, t.solved_on <= day, t.solved_on > day - HALF)
    return solved.order_by(t.solved_on.desc(), t.ticket_id)


def _reopened(account_id: str, day: date) -> Select[Any]:
    return _solved(account_id, day).where(tickets.c.reopened.is_(True), tickets.c.solved_on > day - QUARTER)


def _ratings(account_id: str, day: date) -> Select[Any]:
    """Of surveys and of solved tickets: `record`, `on_day`, `score`."""
    a, t = survey_answers.c, tickets.c
    asked = select(a.answer_id.label("record"), a.answered_on.label("on_day"), a.score.label("score")).where(
        a.account_id == account_id, a.kind == "csat", a.answered_on <= day, a.answered_on > day - HALF
    )
    rated = select(t.ticket_id.label("record"), t.solved_on.label("on_day"), t.csat.label("score")).where(
        t.account_id == account_id, t.csat.is_not(None), t.solved_on <= day, t.solved_on > day - HALF
    )
    both = union_all(asked, rated).subquery("ratings")
    return select(both).order_by(both.c.on_day.desc(), both.c.record)


def _late_commitments(account_id: str, day: date) -> Select[Any]:
    c = commitments.c
    due = select(commitments).where(c.account_id == account_id, c.promised_on <= day, c.due_on < day)
    late = due.where(c.due_on > day - YEAR, or_(c.delivered_on.is_(None), c.delivered_on > day))
    return late.order_by(c.due_on, c.commitment_id)


def _dearer(account_id: str, day: date) -> Select[Any]:
    """What makes a contract line dearer within 90 days: `record`, `on_day`; `percent_bp`, of a discount that ends."""
    d, c, s = discounts.c, subscription_changes.c, subscriptions.c
    ending = select(d.discount_id.label("record"), d.ends_on.label("on_day"), d.percent_bp.label("percent_bp"))
    theirs = ending.join_from(discounts, subscriptions, s.subscription_id == d.subscription_id).where(
        s.account_id == account_id, d.starts_on <= day, d.ends_on > day, d.ends_on <= day + QUARTER
    )
    rising = select(c.subscription_id, c.effective_on, cast(null(), Integer)).join_from(
        subscription_changes, subscriptions, s.subscription_id == c.subscription_id
    )
    planned = rising.where(
        s.account_id == account_id, c.effective_on > day, c.effective_on <= day + QUARTER,
        c.unit_amount_minor > s.unit_amount_minor,
    )  # fmt: skip
    both = union_all(theirs, planned).subquery("dearer")
    return select(both).order_by(both.c.on_day, both.c.record)


BEHIND: Mapping[str, Callable[[str, date], Select[Any]]] = {
    "usage_drop": _usage_weeks,
    "usage_gap": _latest_report,
    "silence": _last_heard,
    "urgent_tickets": _urgent_tickets,
    "nps": _nps,
    "overdue_days": _overdue,
    "sponsor_left": _who_left,
    "contraction": _contractions,
    "renewal_days": _contracts,
    "goals_behind": _open_goals,
    "features_dropped": _features,
    "breadth": _features,
    "events_per_seat": _usage_weeks,
    "seats_used": _peaks,
    "not_activated": _signed_up,
    "critical_days": _critical_tickets,
    "reopened": _reopened,
    "days_to_solve": _solved,
    "fcr": _solved,
    "nps_age": _nps,
    "csat": _ratings,
    "csat_age": _ratings,
    "late_commitments": _late_commitments,
    "price_ahead": _dearer,
    "notice_left": _contracts,
    "auto_renews": _contracts,
    "tenure": _contracts,
}
"""Driver → the statement that finds its rows."""
