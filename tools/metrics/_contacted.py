"""What decides whether an account may be contacted: its touches, and what lately happened to it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, Select, Table, and_, func, select

from tools.metrics._book import accounts, contacts, mrr_movements, survey_answers, tickets, touches
from tools.metrics._opening import Book
from tools.metrics._query import read
from tools.metrics._signals import unsolved

REACH = timedelta(days=366)
"""How far back touches are read: longer than any cap looks."""


@dataclass(frozen=True)
class Contacted:
    """Rows of the book about one account's contacts with us (columns as in `_book.py`)."""

    account_id: str
    name: str | None
    """None: the book has no such account."""
    country: str | None
    segment: str | None
    touches: Sequence[Row[Any]]
    contacts: Sequence[Row[Any]]
    left_on: date | None
    """The day on which it stopped paying, where it did and has not come back."""
    critical_tickets: int
    surveyed: Mapping[str | None, date]
    """When each contact last answered a survey; None: answers that nobody signed."""
    customer_since: date | None = None
    """The first day on which it paid; None: it never has."""


def last_touches(book: Book, day: date) -> Mapping[str, date]:
    """Account id → the last day, up to `day`, on which it was in touch with us, in whichever direction."""
    t = touches.c
    last = select(t.account_id, func.max(t.on_day).label("day")).where(t.on_day <= day).group_by(t.account_id)
    return {row.account_id: row.day for row in read(book, last)[0]}


def contacted(book: Book, account_id: str, day: date) -> Contacted:
    """What the book knows at the end of a day; touches that are planned for later too."""
    return contacted_each(book, [account_id], day)[account_id]


def contacted_each(book: Book, account_ids: Collection[str], day: date) -> Mapping[str, Contacted]:
    """The same of several accounts, in as many statements as for one."""
    about = _About(book, tuple(account_ids), day)
    named, levels, urgent = about.named(), about.levels(), about.critical_tickets()
    theirs, people, answered = about.touches(), about.contacts(), about.surveyed()

    def of(each: str) -> Contacted:
        name, country, segment = named.get(each, (None, None, None))
        paid = levels.get(each)
        return Contacted(
            each, name, country, segment, theirs.get(each, []), people.get(each, []),
            paid.last if paid and not paid.level else None, urgent.get(each, 0), answered.get(each, {}),
            paid.first if paid else None,
        )  # fmt: skip

    return {each: of(each) for each in account_ids}


@dataclass(frozen=True)
class _About:
    """The single questions about some accounts, each one statement."""

    book: Book
    account_ids: tuple[str, ...]
    day: date

    def named(self) -> dict[str, tuple[str | None, str | None, str | None]]:
        a = accounts.c
        rows = self._rows(select(a.account_id, a.name, a.country, a.segment), accounts)
        return {row.account_id: (row.name, row.country, row.segment) for row in rows}

    def levels(self) -> dict[str, Row[Any]]:
        """Of the accounts that have ever paid: what they pay, since when, and the last day on which that changed."""
        m = mrr_movements.c
        sums = (
            func.sum(m.amount_minor).label("level"),
            func.min(m.on_day).label("first"),
            func.max(m.on_day).label("last"),
        )
        statement = select(m.account_id, *sums).where(m.on_day <= self.day).group_by(m.account_id)
        return {row.account_id: row for row in self._rows(statement, mrr_movements)}

    def critical_tickets(self) -> dict[str, int]:
        k = tickets.c
        count = select(k.account_id, func.count().label("n")).group_by(k.account_id)
        is_open = and_(k.opened_on <= self.day, unsolved(self.day), k.priority == "critical")
        return {row.account_id: int(row.n) for row in self._rows(count.where(is_open), tickets)}

    def touches(self) -> dict[str, list[Row[Any]]]:
        t = touches.c
        lately = select(touches).where(t.on_day > self.day - REACH).order_by(t.on_day.desc(), t.touch_id)
        return _by_account(self._rows(lately, touches))

    def contacts(self) -> dict[str, list[Row[Any]]]:
        c = contacts.c
        return _by_account(self._rows(select(contacts).order_by(c.name, c.contact_id), contacts))

    def surveyed(self) -> dict[str, dict[str | None, date]]:
        s = survey_answers.c
        latest = select(s.account_id, s.contact_id, func.max(s.answered_on).label("day"))
        until = latest.where(s.answered_on <= self.day).group_by(s.account_id, s.contact_id)
        found: dict[str, dict[str | None, date]] = {}
        for row in self._rows(until, survey_answers):
            found.setdefault(row.account_id, {})[row.contact_id] = row.day
        return found

    def _rows(self, statement: Select[Any], table: Table) -> Sequence[Row[Any]]:
        """Of these accounts only; of one it is said so plainly that every engine reads no other."""
        ids, column = self.account_ids, table.c.account_id
        return read(self.book, statement.where(column == ids[0] if len(ids) == 1 else column.in_(ids)))[0]


def _by_account(rows: Sequence[Row[Any]]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.account_id, []).append(row)
    return found
