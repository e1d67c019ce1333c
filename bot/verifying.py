"""Whether the audit log is whole: the first entry that was changed, is missing, was put in or stands elsewhere."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, select

from bot.chain import Head, digest, hash_of, pseudonym_of
from bot.tables import audit_entries, audit_people, audit_texts
from tools import Phrase, phrase

e, t = audit_entries.c, audit_texts.c


@dataclass(frozen=True)
class Verdict:
    """`fault`: the first thing that is wrong; None where the chain is whole. `head`: keep it elsewhere."""

    entries: int
    head: Head
    fault: Phrase | None = None


@dataclass
class _Deleted:
    """What the chain itself says was deleted: texts by pseudonym or up to an entry, entries up to another."""

    people: dict[str, int] = field(default_factory=dict)
    texts: int = 0
    entries: Head = field(default_factory=Head)


def verify(engine: Engine, anchor: Head | None = None) -> Verdict:
    """Read the whole chain in one snapshot. `anchor`: a head that was kept elsewhere, which must still be in it."""
    with _snapshot(engine) as connection:
        deleted = _deleted(connection)
        known = {row.pseudonym: row for row in connection.execute(select(audit_people))}
        last, count = deleted.entries, 0
        fault = _people_fault(known)
        for row in () if fault else _rows(connection):
            if fault := _fault(row, last, deleted, known) or _anchor_fault(row, anchor):
                break
            last, count = Head(row.n, row.hash), count + 1
        fault = fault or _cut_off(last, deleted, anchor) or _orphan(connection)
        return Verdict(count, last, fault)


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """One state of the store, whatever is appended meanwhile."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        elif engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")  # pysqlite would begin at no SELECT
        yield connection


def _rows(connection: Connection) -> Iterator[Any]:
    joined = audit_entries.outerjoin(audit_texts, t.n == e.n)
    query = select(audit_entries, t.salt, t.text).select_from(joined).order_by(e.n)
    yield from connection.execution_options(yield_per=1000).execute(query)


def _fault(row: Any, last: Head, deleted: _Deleted, known: dict[str, Any]) -> Phrase | None:
    """What is wrong with an entry that should follow `last`."""
    if row.n != last.n + 1:
        return phrase("Entry {n} is missing.", n=str(last.n + 1))
    if row.previous != last.hash:
        return phrase("Entry {n} does not follow the one before: one of them was exchanged.", n=str(row.n))
    if row.hash != hash_of(row._asdict()):
        return phrase("Entry {n} was changed.", n=str(row.n))
    if row.who not in known and row.who not in deleted.people:
        return phrase("Who made entry {n} is missing, and no deletion explains it.", n=str(row.n))
    if row.text is None:
        gone = row.n <= deleted.texts or row.n < deleted.people.get(row.who, 0)
        missing = row.sealed and not gone
        return (
            phrase("The text of entry {n} is missing, and no deletion explains it.", n=str(row.n)) if missing else None
        )
    if not row.sealed:
        return phrase("There is a text of entry {n}, which has none.", n=str(row.n))
    if row.sealed != digest(row.salt, row.text):
        return phrase("The text of entry {n} was changed.", n=str(row.n))
    return None


def _anchor_fault(row: Any, anchor: Head | None) -> Phrase | None:
    if anchor and row.n == anchor.n and row.hash != anchor.hash:
        return phrase("Entry {n} is not the one that the head was taken of: the log was rewritten.", n=str(row.n))
    return None


def _cut_off(last: Head, deleted: _Deleted, anchor: Head | None) -> Phrase | None:
    if anchor and anchor.n > last.n:
        return phrase("The end is missing, from entry {n} on.", n=str(last.n + 1))
    if anchor and anchor.n == deleted.entries.n and anchor.hash != deleted.entries.hash:
        return phrase("Entry {n} is not the one that the head was taken of: the log was rewritten.", n=str(anchor.n))
    return None


def _people_fault(known: dict[str, Any]) -> Phrase | None:
    wrong = [name for name, row in known.items() if name != pseudonym_of(row.salt, row.person)]
    return phrase("Whom {person} stands for was changed.", person=wrong[0]) if wrong else None


def _orphan(connection: Connection) -> Phrase | None:
    query = select(t.n).where(t.n.not_in(select(e.n).where(e.sealed != ""))).order_by(t.n).limit(1)
    n = connection.execute(query).scalar()
    return None if n is None else phrase("There is a text of entry {n}, which has none.", n=str(n))


def _deleted(connection: Connection) -> _Deleted:
    found = _Deleted()
    query = select(audit_entries).where(e.kind.in_(("erased", "swept", "pruned"))).order_by(e.n)
    for row in connection.execute(query):
        if row.hash != hash_of(row._asdict()):
            continue  # what was changed explains nothing
        facts = json.loads(row.facts)
        if row.kind == "erased":
            found.people[facts["person"]] = row.n
        elif row.kind == "swept":
            found.texts = facts["through"]
        else:
            found.entries = Head(facts["through"], facts["hash"])
    return found
