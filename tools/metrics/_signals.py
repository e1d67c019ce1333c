"""Signs of risk, per account, as they could be known at the end of a day: nothing dated later is read.

A sign that the book cannot speak of is absent from the account's signals: missing is missing, never zero.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import inf
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, cast, func, or_, select

from tools.metrics._book import (
    accounts,
    contacts,
    goals,
    invoices,
    mrr_movements,
    subscriptions,
    survey_answers,
    tickets,
    touches,
    usage,
)
from tools.metrics._period import add_months
from tools.metrics._query import Reader

REPORTING = timedelta(days=60)
"""After so long without a report, usage is not low but unknown; a month's report stands for up to two."""

ABSENT_MEANS_NONE = ("urgent_tickets", "overdue_days")
NO_DECISION = inf
"""Days to the renewal of an account that pays by the month."""

Values = Iterator[tuple[str, float]]


@dataclass(frozen=True)
class Standing:
    """An account as it stood on a day, and the signs of risk known by then (see _scorecard.yml for each)."""

    account_id: str
    name: str
    owner: str | None
    segment: str | None
    mrr_minor: int
    renews_on: date | None
    leaving_on: date | None
    """The day on which a cancellation that is already known takes effect."""
    signals: Mapping[str, float] = field(hash=False)


def standings(reader: Reader, day: date) -> list[Standing]:
    """Every account that pays at the end of `day`."""
    found = {name: dict(signal(reader, day)) for name, signal in SIGNALS.items()}
    contracts = _contracts(reader, day)
    return [_standing(row, contracts, _known(row.account_id, found), day) for row in _paying(reader, day)]


def _known(account_id: str, found: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """The signs known of one account. Where tickets and invoices are recorded at all, none is no unknown."""
    known = {name: 0.0 for name in ABSENT_MEANS_NONE if found[name]}
    return known | {name: values[account_id] for name, values in found.items() if account_id in values}


def _standing(row: Any, contracts: Mapping[str, list[Any]], known: dict[str, float], day: date) -> Standing:
    lines = contracts.get(row.account_id, [])
    renews_on = next_renewal(lines, day)
    if renews_on:
        known["renewal_days"] = (renews_on - day).days if any(map(_decides, lines)) else NO_DECISION
    return Standing(
        row.account_id, row.name, row.owner, row.segment, row.mrr_minor, renews_on, _leaving(lines, day), known
    )


def _paying(reader: Reader, day: date) -> Any:
    m = mrr_movements.c
    total = cast(func.sum(m.amount_minor), BigInteger)
    statement = (
        select(accounts.c.account_id, accounts.c.name, accounts.c.owner, accounts.c.segment, total.label("mrr_minor"))
        .join_from(accounts, mrr_movements, m.account_id == accounts.c.account_id)
        .where(m.on_day <= day)
        .group_by(accounts.c.account_id, accounts.c.name, accounts.c.owner, accounts.c.segment)
        .having(total > 0)
    )
    return reader.rows(statement)


def _contracts(reader: Reader, day: date) -> dict[str, list[Any]]:
    """The contract lines of each account that are in force at the end of the day."""
    s = subscriptions.c
    statement = select(
        s.account_id,
        s.started_on,
        s.ended_on,
        s.renews_on,
        s.cancelled_on,
        s.interval_unit,
        s.interval_count,
        s.term_months,
    ).where(s.started_on <= day, or_(s.ended_on.is_(None), s.ended_on > day), s.kind != "repeat")
    found: dict[str, list[Any]] = {}
    for row in reader.rows(statement):
        found.setdefault(row.account_id, []).append(row)
    return found


def next_renewal(lines: Sequence[Any], day: date) -> date | None:
    """The next renewal of an account's contract lines: of those billed by the quarter or longer, else of any."""
    deciding = [line for line in lines if _decides(line)] or lines
    return min((_renewal(line, day) for line in deciding), default=None)


def _renewal(line: Any, day: date) -> date:
    """The first renewal of a contract line after `day`.

    Counted back from the recorded renewal by whole years, else on from the start by whole billing intervals: what
    was to come can be told for any day in the past without looking ahead of it.
    """
    if line.renews_on:
        years = max(0, line.renews_on.year - day.year)
        options = (add_months(line.renews_on, -12 * back) for back in range(years, -2, -1))
        return next((option for option in options if option > day), line.renews_on)
    months = _term(line)
    passed = (day.year - line.started_on.year) * 12 + day.month - line.started_on.month
    ahead = add_months(line.started_on, passed // months * months)
    return ahead if ahead > day else add_months(line.started_on, (passed // months + 1) * months)


def _decides(line: Any) -> bool:
    """A contract that runs by the month renews all the time: nobody decides anything."""
    return _term(line) >= 3


def _term(line: Any) -> int:
    """Months between two renewals: as recorded, else as billed."""
    months: int = line.term_months or {"year": 12, "month": 1}.get(line.interval_unit, 0) * line.interval_count
    return max(months, 1)


def _leaving(lines: list[Any], day: date) -> date | None:
    """The last end, where every line's cancellation was known by `day`."""
    known = [line.ended_on for line in lines if line.ended_on and (line.cancelled_on or line.ended_on) <= day]
    return max(known) if lines and len(known) == len(lines) else None


def _usage_drop(reader: Reader, day: date) -> Values:
    """Events of the 4 weeks up to the latest report against a third of the 12 weeks before, where reports still come.

    Counted back from the latest report, so that a feed by the month is judged like one by the week or day.
    """
    latest = _latest_report(day).subquery("latest")
    u, back = usage.c, timedelta(days=112)
    statement = (
        select(u.account_id, u.on_day, func.sum(u.events).label("events"), latest.c.last)
        .join_from(usage, latest, latest.c.account_id == u.account_id)
        .where(latest.c.last > day - REPORTING, u.on_day <= day, u.on_day > day - REPORTING - back)
        .group_by(u.account_id, u.on_day, latest.c.last)
    )
    sums: dict[str, list[float]] = {}
    for row in reader.rows(statement):
        age = (row.last - row.on_day).days
        if age < 112:
            sums.setdefault(row.account_id, [0.0, 0.0])[age >= 28] += float(row.events)
    yield from ((account, max(0.0, 1 - 3 * recent / before)) for account, (recent, before) in sums.items() if before)


def _usage_gap(reader: Reader, day: date) -> Values:
    """Days since usage was last reported: they stopped using it, or their feed stopped telling."""
    for row in reader.rows(_latest_report(day)):
        yield row.account_id, (day - row.last).days


def _latest_report(day: date) -> Select[*tuple[Any, ...]]:
    u = usage.c
    latest = select(u.account_id, func.max(u.on_day).label("last"))
    return latest.where(u.on_day <= day, u.on_day > day - timedelta(days=365)).group_by(u.account_id)


def _silence(reader: Reader, day: date) -> Values:
    """Days since the customer last took part: wrote to us, or spoke with us."""
    t = touches.c
    spoken = case((t.direction.in_(("inbound", "both")), t.on_day))
    statement = select(t.account_id, func.max(spoken).label("last"), func.min(t.on_day).label("first")).where(
        t.on_day <= day
    )
    for row in reader.rows(statement.group_by(t.account_id)):
        yield row.account_id, (day - (row.last or row.first)).days


def unsolved(day: date) -> ColumnElement[bool]:
    """Of the tickets opened by a day, those that are open at its end."""
    return or_(tickets.c.solved_on.is_(None), tickets.c.solved_on > day)


def _urgent_tickets(reader: Reader, day: date) -> Values:
    t = tickets.c
    urgent = func.sum(case((and_(unsolved(day), t.priority.in_(("high", "critical"))), 1), else_=0))
    yield from _counted(reader, select(t.account_id, urgent.label("value")).where(t.opened_on <= day), t.account_id)


def _nps(reader: Reader, day: date) -> Values:
    """The latest answer of the last year; of two on one day, the lower."""
    a = survey_answers.c
    statement = (
        select(a.account_id, a.score)
        .where(a.kind == "nps", a.answered_on <= day, a.answered_on > day - timedelta(days=365))
        .order_by(a.answered_on, a.score.desc())
    )
    yield from {row.account_id: row.score for row in reader.rows(statement)}.items()


def _overdue_days(reader: Reader, day: date) -> Values:
    """Days by which the oldest unpaid invoice of the last year is late; 0 where all are paid."""
    i = invoices.c
    late = and_(i.due_on < day, or_(i.paid_on.is_(None), i.paid_on > day))
    oldest = func.min(case((late, i.due_on)))
    statement = select(i.account_id, oldest.label("oldest")).where(
        i.issued_on <= day, i.issued_on > day - timedelta(days=365)
    )
    for row in reader.rows(statement.group_by(i.account_id)):
        yield row.account_id, (day - row.oldest).days if row.oldest else 0


def _sponsor_left(reader: Reader, day: date) -> Values:
    c = contacts.c
    left = and_(c.left_on <= day, c.left_on > day - timedelta(days=180))
    count = func.sum(case((left, 1), else_=0))
    sponsors = c.role.in_(("champion", "sponsor", "buyer"))
    yield from _counted(reader, select(c.account_id, count.label("value")).where(sponsors), c.account_id)


def _contraction(reader: Reader, day: date) -> Values:
    """Share of the MRR of 90 days ago that contractions have taken since."""
    m, since = mrr_movements.c, day - timedelta(days=90)
    lost = func.sum(case((and_(m.category == "contraction", m.on_day > since), -m.amount_minor), else_=0))
    before = func.sum(case((m.on_day <= since, m.amount_minor), else_=0))
    statement = (
        select(m.account_id, lost.label("lost"), before.label("before")).where(m.on_day <= day).group_by(m.account_id)
    )
    for row in reader.rows(statement):
        yield row.account_id, float(row.lost) / float(row.before) if row.before else 0.0


def _goals_behind(reader: Reader, day: date) -> Values:
    """Open goals less than half as far as the calendar. The book holds only where goals stand now, so a day
    well before the data ends has no answer."""
    if day < reader.book.as_of - timedelta(days=7):
        return
    g = goals.c
    statement = select(goals).where(g.set_on <= day, g.due_on >= day, g.current.is_not(None), g.target != g.baseline)
    behind: dict[str, int] = {}
    for row in reader.rows(statement):
        time = (day - row.set_on).days / max(1, (row.due_on - row.set_on).days)
        way = (row.current - row.baseline) / (row.target - row.baseline)
        behind[row.account_id] = behind.get(row.account_id, 0) + (time > 0.25 and way < time / 2)
    yield from behind.items()


def _counted(reader: Reader, statement: Select[*tuple[Any, ...]], by: Any) -> Values:
    yield from ((row.account_id, int(row.value)) for row in reader.rows(statement.group_by(by)))


SIGNALS: Mapping[str, Callable[[Reader, date], Values]] = {
    "usage_drop": _usage_drop,
    "usage_gap": _usage_gap,
    "silence": _silence,
    "urgent_tickets": _urgent_tickets,
    "nps": _nps,
    "overdue_days": _overdue_days,
    "sponsor_left": _sponsor_left,
    "contraction": _contraction,
    "goals_behind": _goals_behind,
}
