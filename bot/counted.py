"""What the contact guard counts of the store: touches that were logged, and what survey rounds have reserved."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, select

from bot.store import alone
from bot.tables import survey_reservations, survey_rounds, touches
from tools import Touch


@contextmanager
def alone_with(engine: Engine, account_id: str) -> Iterator[Connection]:
    """A transaction in which nobody else approves, logs or reserves for the account."""
    with engine.begin() as connection:
        alone(connection, lock_of(account_id))
        yield connection


def hold(connection: Connection, first: str, account_ids: Iterable[str]) -> None:
    """The same for many accounts, in the transaction of `connection`: what `first` names is held before them, and they
    in one order, so that no two wait for each other."""
    alone(connection, lock_of(first))
    if connection.dialect.name == "postgresql":  # SQLite has one lock for all
        for lock in sorted(set(map(lock_of, account_ids))):
            alone(connection, lock)


def lock_of(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)


def counted(connection: Connection, account_ids: Collection[str]) -> Mapping[str, tuple[Touch, ...]]:
    """By account: touches, the latest first, and what is reserved."""
    t, r = touches.c, survey_reservations.c
    logged = select(touches).where(t.account_id.in_(account_ids)).order_by(t.on_day.desc(), t.id)
    kept = reservations().where(r.account_id.in_(account_ids))
    return by_account([
        *map(logged_touch, connection.execute(logged)), *map(reserved_touch, connection.execute(kept)),
    ])  # fmt: skip


def by_account(found: Iterable[Touch]) -> dict[str, tuple[Touch, ...]]:
    sorted_out: defaultdict[str, tuple[Touch, ...]] = defaultdict(tuple)
    for touch in found:
        sorted_out[touch.account_id] += (touch,)
    return sorted_out


def reservations() -> Select[Any]:
    """What rounds have reserved, with the window of each."""
    joined = survey_reservations.join(survey_rounds, survey_rounds.c.id == survey_reservations.c.round)
    return select(survey_reservations, survey_rounds.c.period).select_from(joined)


def logged_touch(row: Row[Any]) -> Touch:
    return Touch(
        row.id, row.account_id, row.on_day, row.category, row.contact_id, row.direction, row.channel, row.author,
        row.note,
    )  # fmt: skip


def reserved_touch(row: Row[Any]) -> Touch:
    return Touch(
        f"{row.round}/{row.account_id}", row.account_id, row.on_day, "survey", row.contact_id, "outbound",
        reserved_for=row.period,
    )  # fmt: skip
