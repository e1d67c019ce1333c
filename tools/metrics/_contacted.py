"""What decides whether an account may be contacted: its touches, and what lately happened to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, and_, func, select

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


def last_touches(book: Book, day: date) -> Mapping[str, date]:
    """Account id → the last day, up to `day`, on which it was in touch with us, in whichever direction."""
    t = touches.c
    last = select(t.account_id, func.max(t.on_day).label("day")).where(t.on_day <= day).group_by(t.account_id)
    return {row.account_id: row.day for row in read(book, last)[0]}


def contacted(book: Book, account_id: str, day: date) -> Contacted:
    """What the book knows at the end of a day; touches that are planned for later too."""
    t, a, k, s, m, c = (each.c for each in (touches, accounts, tickets, survey_answers, mrr_movements, contacts))

    def rows(statement: Any) -> Sequence[Row[Any]]:
        return read(book, statement)[0]

    about = rows(select(a.name, a.country, a.segment).where(a.account_id == account_id))
    surveyed = select(s.contact_id, func.max(s.answered_on).label("day")).group_by(s.contact_id)
    last = rows(
        select(m.on_day, m.mrr_minor).where(m.account_id == account_id, m.on_day <= day).order_by(m.on_day.desc())
    )
    is_open = and_(k.opened_on <= day, unsolved(day), k.account_id == account_id, k.priority == "critical")
    return Contacted(
        account_id,
        about[0].name if about else None,
        about[0].country if about else None,
        about[0].segment if about else None,
        rows(
            select(touches)
            .where(t.account_id == account_id, t.on_day > day - REACH)
            .order_by(t.on_day.desc(), t.touch_id)
        ),
        rows(select(contacts).where(c.account_id == account_id).order_by(c.name, c.contact_id)),
        last[0].on_day if last and last[0].mrr_minor == 0 else None,
        int(rows(select(func.count().label("n")).where(is_open))[0].n),
        {row.contact_id: row.day for row in rows(surveyed.where(s.account_id == account_id, s.answered_on <= day))},
    )
