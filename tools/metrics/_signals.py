"""Signs of risk, per account, as they could be known at the end of a day: nothing dated later is read.

A sign that the book cannot speak of is absent from the account's signals: missing is missing, never zero.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, cast, func, select

from tools.metrics._asking import Asked
from tools.metrics._asking import Signs as Told
from tools.metrics._book import accounts, mrr_movements
from tools.metrics._query import Reader
from tools.metrics._sign_table import DATES, LEAVES, RENEWS, SignTable, table_of
from tools.metrics._signs_of_care import (
    csat,
    late_commitments,
    nps,
    open_tickets,
    silence,
    solved_tickets,
    sponsor_left,
    unsolved,
)
from tools.metrics._signs_of_contract import contract_signs, leaving_on, lines_in_force, next_renewal
from tools.metrics._signs_of_money import goals_behind, overdue_days, paid
from tools.metrics._signs_of_use import reports, use

__all__ = ["Standing", "next_renewal", "standings", "unsolved"]

PER_SEAT = {"peak_users": "seats_used", "events": "events_per_seat"}


@dataclass(frozen=True, slots=True)
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


def standings(reader: Reader, day: date, among: Sequence[str] | None = None) -> list[Standing]:
    """Every account that pays at the end of `day`; `among`: only these."""
    asked = Asked(reader, day, among)
    paying = paying_accounts(asked)
    return standing(paying, signs_of(asked, paying))


def standing(paying: Sequence[Any], signs: SignTable) -> list[Standing]:
    """The paying accounts with what is known of them, row by row."""
    each = zip(paying, signs.days(RENEWS), signs.days(LEAVES), signs.signals(), strict=True)
    return [
        Standing(row.account_id, row.name, row.owner, row.segment, row.mrr_minor, renews, leaves, signals)
        for row, renews, leaves, signals in each
    ]


def signs_of(asked: Asked, paying: Sequence[Any]) -> SignTable:
    """What is known of each of these accounts, in their order."""
    lines = lines_in_force(asked)
    found, none = _found(asked, contract_signs(asked, lines)), dict(_none(asked))
    known = {row.account_id: _per_seat(none | found.get(row.account_id, {})) for row in paying}
    for account in known.keys() & lines.keys():
        days = (next_renewal(lines[account], asked.day), leaving_on(lines[account], asked.day))
        known[account] |= {name: float(on.toordinal()) for name, on in zip(DATES, days, strict=True) if on}
    return table_of(known)


def _found(asked: Asked, found: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """By account, all signs that are known of it."""
    known: dict[str, dict[str, float]] = defaultdict(dict, found)
    for signs in SIGNS:
        for account, name, value in signs(asked):
            known[account][name] = value
    return known


def _none(asked: Asked) -> Iterator[tuple[str, float]]:
    """What an account without a row has none of, where such rows are recorded at all."""
    if asked.recorded.tickets:
        yield from (("urgent_tickets", 0.0), ("critical_days", 0.0))
    if asked.recorded.invoices:
        yield "overdue_days", 0.0
    if asked.recorded.commitments:
        yield "late_commitments", 0.0


def _per_seat(known: dict[str, float]) -> dict[str, float]:
    """Users and events as shares of the seats, where these are known."""
    seats = known.pop("seats", None)
    for name, per_seat in PER_SEAT.items():
        value = known.pop(name, None)
        if value is not None and seats:
            known[per_seat] = value / seats
    return known


def paying_accounts(asked: Asked) -> Sequence[Any]:
    """Accounts with MRR at the end of the day: account_id, name, owner, segment, mrr_minor."""
    m, a = mrr_movements.c, accounts.c
    total = cast(func.sum(m.amount_minor), BigInteger)
    statement = (
        select(a.account_id, a.name, a.owner, a.segment, total.label("mrr_minor"))
        .join_from(accounts, mrr_movements, m.account_id == a.account_id)
        .where(m.on_day <= asked.day)
        .group_by(a.account_id, a.name, a.owner, a.segment)
        .having(total > 0)
    )
    return asked.rows(statement, a.account_id)


SIGNS: Sequence[Callable[[Asked], Told]] = (
    use, reports, open_tickets, solved_tickets, nps, csat, silence, sponsor_left, late_commitments, overdue_days, paid,
    goals_behind,
)  # fmt: skip
"""Each reads one table once."""
