"""What is deleted by age: questions and all that hangs on them, and later the entries of the audit log."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, exists, func, select

from bot.app import Assistant
from bot.beside import beside, repeated
from bot.chain import Event, append, hold, instant
from bot.privacy import AGED, EMPTIED, ERASING, compact, forget_questions
from bot.question import Person
from bot.queued_rows import Queued
from bot.store import alone
from bot.tables import STORE, audit_entries, audit_people, audit_texts, questions

log = logging.getLogger(__name__)
DAY = 24 * 3600.0
CLOCK = Person("retention")
"""In whose name the sweep of every day is written down."""
e = audit_entries.c


@dataclass(frozen=True)
class Ages:
    """What was written before these moments goes: questions with their texts, and entries of the audit log."""

    questions: datetime | None = None
    audit: datetime | None = None


def ages(bot: Assistant) -> Ages:
    """As the settings say, counted from now."""
    first, second = bot.settings.retention_period_days, bot.settings.audit_period_days
    return Ages(_ago(bot.now(), first), _ago(bot.now(), second))


def sweep(engine: Engine, older: Ages, actor: Person = CLOCK, *, dry: bool = False) -> dict[str, int]:
    """Delete what is older. Returns how many rows of each table; `dry`: and change nothing.

    A question whose drafts are kept loses its words; drafts and touches stay, whatever their age.
    """
    queued = Queued(engine)
    ids = queued.before(older.questions) if older.questions else []
    with engine.connect() as connection, connection.begin() as transaction:
        alone(connection, ERASING)
        counts = _swept(connection, older, actor)
        if dry:
            transaction.rollback()
    counts = {table: n for table, n in sorted((counts | {"queue": len(ids)}).items()) if n}
    if counts and not dry:
        queued.delete(ids)
        compact(engine)
    return counts


@contextmanager
def sweeping(bot: Assistant) -> Iterator[None]:
    """Sweep now and once a day, as long as this lasts; replicas take turns, and the second finds nothing."""
    with beside("sweeping", repeated("the daily sweep", lambda: _once(bot), DAY)):
        yield


def _once(bot: Assistant) -> None:
    """The head in the log is an anchor outside of the database."""
    older = ages(bot)
    if older != Ages():
        log.info("swept: %s", sweep(bot.store.engine, older) or "nothing")
    log.info("head of the audit log: %s", bot.audit.head())


def _ago(now: datetime, days: int | None) -> datetime | None:
    return now - timedelta(days=days) if days else None


def _swept(connection: Connection, older: Ages, actor: Person) -> dict[str, int]:
    counts: dict[str, int] = {}
    if older.questions:
        counts = _aged(connection, older.questions)
        hold(connection)
        counts["audit_texts"] = _forget_texts(connection, older.questions, actor, counts)
    if older.audit:
        hold(connection)
        counts["audit_entries"] = _prune(connection, older.audit, actor)
    return counts


def _aged(connection: Connection, before: datetime) -> dict[str, int]:
    q = questions.c
    old = connection.execute(select(q.key).where(q.asked_at < before, ~q.key.startswith(EMPTIED))).scalars().all()
    counts = forget_questions(connection, old)
    for name, column in AGED.items():
        if (table := STORE.tables.get(name)) is not None:
            counts[name] = connection.execute(delete(table).where(table.c[column] < before)).rowcount
    return counts


def _forget_texts(connection: Connection, before: datetime, actor: Person, rows: dict[str, int]) -> int:
    through = _last(connection, before)
    gone = connection.execute(delete(audit_texts).where(audit_texts.c.n <= through)).rowcount
    swept = {table: n for table, n in rows.items() if n} | ({"audit_texts": gone} if gone else {})
    if swept:
        append(connection, Event("swept", actor, {"through": through, "rows": swept}))
    return gone


def _prune(connection: Connection, before: datetime, actor: Person) -> int:
    """Take off the beginning of the chain. The entry that says so holds the hash on which the rest stands."""
    through = _last(connection, before)
    if not through:
        return 0
    stands_on = connection.execute(select(e.hash).where(e.n == through)).scalar_one()
    append(connection, Event("pruned", actor, {"through": through, "hash": stands_on}))
    connection.execute(delete(audit_texts).where(audit_texts.c.n <= through))
    gone = connection.execute(delete(audit_entries).where(e.n <= through)).rowcount
    named = exists().where((e.who == audit_people.c.pseudonym) | e.facts.contains(audit_people.c.pseudonym))
    connection.execute(delete(audit_people).where(~named))
    return gone


def _last(connection: Connection, before: datetime) -> int:
    """The last entry of before a moment; 0 where there is none."""
    return connection.execute(select(func.max(e.n)).where(e.at < instant(before))).scalar() or 0
