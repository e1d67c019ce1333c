"""The audit log as a chain: each entry holds the hash of itself and of the one before.

What is said of people stands apart and can be deleted: an entry names a pseudonym and holds the salted digest of a
text. Without the text, the salt or the pseudonym's person nobody can tell any more what or who it was, and the chain
is as whole as before.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select, update

from bot.question import Person
from bot.tables import audit_entries, audit_people, audit_texts
from bot.written import exact

Kind = Literal[
    "answered", "exported", "shared", "shown", "drafted", "edited", "approved", "rejected", "logged", "judged",
    "changed", "erased", "swept", "pruned",
]  # fmt: skip
CHAIN = 7308324466020
"""The lock of whoever appends: over all replicas there is one chain."""
e, t, p = audit_entries.c, audit_texts.c, audit_people.c


@dataclass(frozen=True)
class Event:
    """Something that somebody did. `facts` hold nothing personal and stay; `told` can be deleted.

    `question`: the key of the question by which it was done. `to`: whom alone it was shown to.
    """

    kind: Kind
    who: Person
    facts: Mapping[str, Any] = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict)
    question: str = ""
    to: Person | None = None


@dataclass(frozen=True)
class Head:
    """The last entry: its number and hash. Kept elsewhere, it shows whether later the end was cut off."""

    n: int = 0
    hash: str = ""

    def __str__(self) -> str:
        return f"{self.n}:{self.hash}"


def append(connection: Connection, event: Event) -> Head:
    """Write it down in the transaction of `connection`, which holds the chain from here to its end.

    So what is done and that it was done are written together, or neither.
    """
    hold(connection)
    who, salt = _known_as(connection, event.who)
    facts = {name: value for name, value in event.facts.items() if value not in (None, "", (), [], {})}
    if event.question:
        facts["question"] = digest(salt, event.question)[:16]
    if event.to:
        facts["to"] = _known_as(connection, event.to)[0]
    last = head(connection)
    sealed = _seal(connection, last.n + 1, event.told)
    row = {
        "n": last.n + 1, "at": instant(datetime.now(UTC)), "kind": event.kind, "who": who,
        "facts": exact(facts), "sealed": sealed, "previous": last.hash,
    }  # fmt: skip
    connection.execute(insert(audit_entries), {**row, "hash": hash_of(row)})
    return Head(last.n + 1, hash_of(row))


def head(connection: Connection) -> Head:
    """The last entry of the chain."""
    row = connection.execute(select(e.n, e.hash).order_by(e.n.desc()).limit(1)).first()
    return Head(row.n, row.hash) if row else Head()


def hold(connection: Connection) -> None:
    """Wait until nobody else appends. On SQLite a transaction that has begun holds the whole database."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(CHAIN)))
    elif connection.dialect.name == "sqlite" and not connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # pysqlite would begin only at the first INSERT


def hash_of(row: Mapping[str, Any]) -> str:
    """The hash of an entry's content, which the hash of the one before is part of."""
    parts = [row[name] for name in ("n", "at", "kind", "who", "facts", "sealed", "previous")]
    return sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def instant(moment: datetime) -> str:
    """As entries are dated: text that orders as time does."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def digest(salt: str, text: str) -> str:
    return sha256(f"{salt}|{text}".encode()).hexdigest()


def pseudonym_of(salt: str, person: str) -> str:
    """What the chain calls somebody: with the salt it can be checked, without it nobody can go back."""
    return f"person-{digest(salt, person)[:16]}"


def _known_as(connection: Connection, person: Person) -> tuple[str, str]:
    """The pseudonym of a person and their salt; a new one for whom the log does not know, or not any more."""
    row = connection.execute(select(audit_people).where(p.person == person.id)).first()
    if row is None:
        salt = secrets.token_hex(16)
        known = {"pseudonym": pseudonym_of(salt, person.id), "person": person.id, "name": person.name, "salt": salt}
        connection.execute(insert(audit_people), known)
        return str(known["pseudonym"]), salt
    if person.name and person.name != row.name:
        connection.execute(update(audit_people).where(p.person == person.id).values(name=person.name))
    return row.pseudonym, row.salt


def _seal(connection: Connection, n: int, told: Mapping[str, Any]) -> str:
    """Keep the text apart; what stands in the chain is its digest."""
    if not told:
        return ""
    salt, text = secrets.token_hex(16), exact(dict(told))
    connection.execute(insert(audit_texts), {"n": n, "salt": salt, "text": text})
    return digest(salt, text)
