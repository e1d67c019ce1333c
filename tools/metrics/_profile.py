"""One account as the book knows it: who they are, what they pay, who speaks with them, how they are doing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, and_, case, func, or_, select

from tools.metrics._book import (
    accounts,
    contacts,
    exchange_rates,
    exits,
    goals,
    invoices,
    mrr_movements,
    subscriptions,
    survey_answers,
    tickets,
    touches,
    usage,
)
from tools.metrics._opening import Book
from tools.metrics._query import read
from tools.metrics._signals import unsolved

Rows = Sequence[Row[Any]]


class UnknownAccount(LookupError):
    """No account of the book has this id."""


@dataclass(frozen=True)
class Profile:
    """Rows of the book about one account, as known at the end of a day (columns as in `_book.py`)."""

    account: Row[Any]
    contacts: Rows
    contracts: Rows
    """In force; of an account that has left, none."""
    last_contracts: Rows
    """In force, or of an account that has left those that ended last."""
    movements: Rows
    touches: Rows
    goals: Rows
    answers: Rows
    exits: Rows
    tickets: Mapping[str, int | None]
    overdue: Mapping[str, int]
    """Unpaid late invoices: currency → minor units."""
    usage_weeks: Rows
    colleagues: Mapping[str, str]
    """Who of ours spoke with them last, by team."""

    @property
    def mrr_minor(self) -> int:
        return int(self.movements[-1].mrr_minor) if self.movements else 0

    @property
    def customer_since(self) -> date | None:
        return self.movements[0].on_day if self.movements else None

    @property
    def left_on(self) -> date | None:
        """The day on which it stopped paying, where it did."""
        return self.movements[-1].on_day if self.movements and self.mrr_minor == 0 else None

    def people(self, role: str | None = None) -> list[Row[Any]]:
        """The contacts still there, of one role where it is given."""
        return [person for person in self.contacts if not person.left_on and role in (None, person.role)]


def profile(book: Book, account_id: str, day: date) -> Profile:
    """Everything about one account at the end of a day. Raises UnknownAccount."""
    found = _rows(book, select(accounts).where(accounts.c.account_id == account_id))
    if not found:
        raise UnknownAccount(account_id)
    about = _About(book, account_id, day)
    return Profile(
        found[0], about.contacts(), about.contracts(), about.last_contracts(), about.movements(), about.touches(),
        about.goals(), about.answers(), about.exits(), about.tickets(), about.overdue(), about.usage_weeks(),
        about.colleagues(),
    )  # fmt: skip


def account_names(book: Book) -> dict[str, str]:
    """What the accounts are called: id → name."""
    return {row.account_id: row.name for row in _rows(book, select(accounts.c.account_id, accounts.c.name))}


def lately_left(book: Book, day: date) -> list[str]:
    """Names of the accounts that had stopped paying by `day`, the latest first, of those with a recorded reason."""
    m, later = mrr_movements.c, mrr_movements.alias("later")
    since = select(later.c.on_day).where(
        later.c.account_id == m.account_id, later.c.on_day > m.on_day, later.c.on_day <= day
    )
    explained = m.account_id.in_(select(exits.c.account_id).where(exits.c.reason.is_not(None)))
    statement = (
        select(accounts.c.name)
        .join_from(mrr_movements, accounts, accounts.c.account_id == m.account_id)
        .where(m.category == "churn", m.on_day <= day, ~since.exists(), explained)
        .order_by(m.on_day.desc(), accounts.c.name)
    )
    return [row.name for row in _rows(book, statement)]


def rates_used(book: Book) -> Rows:
    """The rate at which each foreign currency of the contracts counts: currency, on_day, rate_e6."""
    rates, s = exchange_rates.c, subscriptions.c
    later = exchange_rates.alias("later")
    latest = ~select(later.c.on_day).where(later.c.currency == rates.currency, later.c.on_day > rates.on_day).exists()
    used = rates.currency.in_(select(s.currency).distinct())
    return _rows(
        book, select(exchange_rates).where(latest, used, rates.currency != book.currency).order_by(rates.currency)
    )


def _rows(book: Book, statement: Any) -> Rows:
    return read(book, statement)[0]


@dataclass(frozen=True)
class _About:
    """The single questions about one account, each one statement."""

    book: Book
    account_id: str
    day: date

    def contacts(self) -> Rows:
        c = contacts.c
        left = case((c.left_on <= self.day, c.left_on)).label("left_on")
        columns = select(c.contact_id, c.name, c.email, c.role, c.language, left)
        return _rows(self.book, columns.where(c.account_id == self.account_id).order_by(c.role, c.name))

    def contracts(self) -> Rows:
        s = subscriptions.c
        in_force = and_(s.started_on <= self.day, or_(s.ended_on.is_(None), s.ended_on > self.day))
        statement = select(subscriptions).where(s.account_id == self.account_id, s.kind != "repeat", in_force)
        return _rows(self.book, statement.order_by(s.started_on, s.subscription_id))

    def last_contracts(self) -> Rows:
        s = subscriptions.c
        theirs = and_(s.account_id == self.account_id, s.kind != "repeat", s.started_on <= self.day)
        latest = select(func.max(s.ended_on)).where(theirs).scalar_subquery()
        ended = select(subscriptions).where(theirs, s.ended_on == latest).order_by(s.started_on, s.subscription_id)
        return self.contracts() or _rows(self.book, ended)

    def movements(self) -> Rows:
        m = mrr_movements.c
        statement = select(mrr_movements).where(m.account_id == self.account_id, m.on_day <= self.day)
        return _rows(self.book, statement.order_by(m.on_day))

    def touches(self) -> Rows:
        t = touches.c
        statement = select(touches).where(t.account_id == self.account_id, t.on_day <= self.day)
        return _rows(self.book, statement.order_by(t.on_day.desc(), t.touch_id).limit(5))

    def goals(self) -> Rows:
        g = goals.c
        return _rows(
            self.book, select(goals).where(g.account_id == self.account_id, g.set_on <= self.day).order_by(g.due_on)
        )

    def answers(self) -> Rows:
        a = survey_answers.c
        statement = select(survey_answers).where(a.account_id == self.account_id, a.answered_on <= self.day)
        return _rows(self.book, statement.order_by(a.answered_on.desc(), a.answer_id).limit(5))

    def exits(self) -> Rows:
        e = exits.c
        statement = select(exits).where(e.account_id == self.account_id, e.on_day <= self.day)
        return _rows(self.book, statement.order_by(e.on_day.desc()))

    def tickets(self) -> Mapping[str, int | None]:
        """Open, open and urgent, and opened in the last 90 days; None where the book has no tickets at all."""
        t = tickets.c
        is_open = unsolved(self.day)
        urgent = and_(is_open, t.priority.in_(("high", "critical")))
        recent = t.opened_on > self.day - timedelta(days=90)
        counts = [func.count(case((condition, 1))) for condition in (is_open, urgent, recent)]
        any_at_all = select(tickets.c.ticket_id).exists().label("known")
        names = ("open", "urgent", "recent")
        labelled: list[Any] = [any_at_all, *(count.label(name) for name, count in zip(names, counts, strict=True))]
        statement = select(*labelled).where(t.account_id == self.account_id, t.opened_on <= self.day)
        (row,) = _rows(self.book, statement)
        return {name: getattr(row, name) if row.known else None for name in names}

    def overdue(self) -> Mapping[str, int]:
        i = invoices.c
        late = and_(i.due_on < self.day, or_(i.paid_on.is_(None), i.paid_on > self.day))
        statement = select(i.currency, func.sum(i.amount_minor).label("minor")).where(
            i.account_id == self.account_id, late
        )
        return {row.currency: int(row.minor) for row in _rows(self.book, statement.group_by(i.currency))}

    def usage_weeks(self) -> Rows:
        """Events per reported day of the last 26 weeks."""
        u = usage.c
        recent = and_(u.on_day <= self.day, u.on_day > self.day - timedelta(weeks=26))
        statement = select(u.on_day, func.sum(u.events).label("events")).where(u.account_id == self.account_id, recent)
        return _rows(self.book, statement.group_by(u.on_day).order_by(u.on_day))

    def colleagues(self) -> Mapping[str, str]:
        t = touches.c
        known = and_(t.account_id == self.account_id, t.on_day <= self.day, t.author.is_not(None))
        statement = select(t.team, t.author).where(known).order_by(t.on_day, t.touch_id)
        return {row.team: row.author for row in _rows(self.book, statement)}
