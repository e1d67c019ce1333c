"""What a book records at all, of whichever account: only then has an account without such rows none of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, literal, select

from tools.metrics._book import commitments, discounts, invoices, subscription_changes, subscriptions, tickets, usage
from tools.metrics._query import Reader

YEAR = timedelta(days=365)
AHEAD = timedelta(days=90)
"""How far ahead a dearer price counts."""
NOW = timedelta(days=7)
"""So near the end of the data, what holds now, or is planned now, held then."""


@dataclass(frozen=True)
class Recorded:
    """By the end of a day. `is_now`: whether that is so near the end of the data that what holds now held then.

    `prices`: discounts, or dearer prices that are planned; `use`: reports of a year; `first_use`: the first ever.
    """

    is_now: bool
    tickets: bool
    invoices: bool
    commitments: bool
    prices: bool
    use: bool
    first_use: date | None


def recorded(reader: Reader, day: date) -> Recorded:
    """What is recorded by the end of a day."""
    issued, used = invoices.c.issued_on, usage.c.on_day
    is_now = day + NOW >= reader.book.as_of
    return Recorded(
        is_now,
        _any(reader, tickets, tickets.c.opened_on <= day),
        _any(reader, invoices, issued <= day, issued > day - YEAR),
        _any(reader, commitments, commitments.c.promised_on <= day),
        _any(reader, discounts, discounts.c.starts_on <= day)
        or (is_now and bool(reader.rows(dearer_prices(day).limit(1)))),
        _any(reader, usage, used <= day, used > day - YEAR),
        reader.rows(select(func.min(used).label("first")))[0].first,
    )


def dearer_prices(day: date) -> Select[*tuple[Any, ...]]:
    """Contract lines of which a higher price is planned to begin soon: subscription_id, unit_amount_minor, before."""
    c, before = subscription_changes.c, subscriptions.c.unit_amount_minor
    return (
        select(c.subscription_id, c.unit_amount_minor, before.label("before"))
        .join_from(subscription_changes, subscriptions, subscriptions.c.subscription_id == c.subscription_id)
        .where(c.effective_on > day, c.effective_on <= day + AHEAD)
        .where(c.unit_amount_minor > before, before > 0)
    )


def _any(reader: Reader, table: Table, *conditions: ColumnElement[bool]) -> bool:
    return bool(reader.rows(select(literal(1).label("one")).select_from(table).where(*conditions).limit(1)))
