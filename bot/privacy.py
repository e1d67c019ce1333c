"""What is kept of people, to be shown to them and deleted, and what is deleted by age.

What belongs to the company stays without the person: a touch (the contact guard counts it), a draft and its versions
(they may be with a customer), and the entries of the audit log, under a pseudonym that nobody can read any more. All
else of a person goes: questions, answers, figures, feedback, messages' places, schedules, queued work.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Engine, Row, Table, delete, false, func, insert, or_, select, update
from sqlalchemy.exc import OperationalError

from bot.chain import Event, append, hold
from bot.question import Person
from bot.queued_rows import Queued, chunks
from bot.store import alone
from bot.tables import STORE, answers, audit_entries, audit_people, audit_texts, drafts, figures, posts, questions
from bot.written import exact

log = logging.getLogger(__name__)

ERASING = 7308324466021
"""The lock of whoever deletes."""
WHO = "who"
"""Stands for the pseudonym that takes a name's place."""
EMPTIED = "erased/"
"""How the key of a question begins of which only its drafts are left."""


@dataclass(frozen=True)
class Rule:
    """Which rows of a table are somebody's, by a column that holds their Slack id, what they are called, or the key of
    a question of theirs. `becomes`: what is written over them; None: they are deleted."""

    table: str
    column: str
    holds: Literal["id", "called", "question"] = "id"
    becomes: Mapping[str, Any] | None = field(default=None)


RULES = (
    Rule("feedback", "who"),
    Rule("feedback", "question", "question"),
    Rule("attempts", "question", "question"),
    Rule("failures", "question", "question"),
    Rule("schedules", "owner"),
    Rule("schedules", "target"),
    Rule("assignments", "user_id"),
    Rule("assignments", "who", "called", {"who": WHO}),
    Rule("snoozes", "who", "called", {"who": WHO, "reason": None}),
    Rule("strategic_accounts", "who", "called", {"who": WHO}),
    Rule("fixed_reasons", "who", "called", {"who": WHO}),
    Rule("segments", "owner", becomes={"owner": WHO}),
    Rule("segments", "owner_name", "called", {"owner_name": WHO}),
    Rule("segments", "pinned_by", "called", {"pinned_by": WHO}),
    Rule("risk_cases", "user_id", becomes={"user_id": WHO, "who": WHO, "reason": None}),
    Rule("survey_rounds", "user_id", becomes={"user_id": WHO, "who": WHO, "question": ""}),
    Rule("touches", "author", "called", {"author": WHO, "note": None}),
    Rule("draft_versions", "author", "called", {"author": WHO}),
    Rule("drafts", "decided_by", "called", {"decided_by": WHO, "reason": None}),
    Rule("drafts", "question", "question", {"created_by": WHO}),
    Rule("installations", "installed_by", becomes={"installed_by": WHO}),
)
"""A table that is not in this store is passed over."""
OTHERWISE = frozenset({
    "questions", "answers", "figures", "posts", "audit_entries", "audit_texts", "audit_people", "replicas",
    "slack_oauth_states", "survey_reservations",
})  # fmt: skip
"""Tables that are seen to below, or have nothing of anybody."""
AGED = {"posts": "intended_at", "feedback": "given_at", "failures": "failed_at", "attempts": "begun_at"}
"""What is deleted by its own age, whatever question it is of."""


@dataclass(frozen=True)
class Traces:
    """By what somebody is found: their id, the names only they are called by, the keys of their questions, and the
    pseudonym that stands for them in the audit log."""

    person: str
    called: frozenset[str]
    keys: frozenset[str]
    pseudonym: str


def erase(engine: Engine, person: str, actor: Person, *, dry: bool = False) -> dict[str, int]:
    """Delete what is kept of a person. Returns how many rows of each table; `dry`: and change nothing.

    Tables first, in one transaction, then the queue; where that is cut short it can be said again.
    """
    queued = Queued(engine)
    ids = queued.of(person)
    with engine.connect() as connection, connection.begin() as transaction:
        alone(connection, ERASING)
        counts = _erase(connection, _traces(connection, person, ids), actor)
        if dry:
            transaction.rollback()
    if not dry:
        queued.delete(ids)
        compact(engine)
    return _shown(counts | {"queue": len(ids)})


def kept(engine: Engine, person: str) -> dict[str, list[dict[str, Any]]]:
    """Everything that is kept of a person, by table."""
    queued = Queued(engine)
    ids = queued.of(person)
    found: dict[str, dict[str, dict[str, Any]]] = {}
    with engine.connect() as connection:
        for table, condition in _theirs(connection, _traces(connection, person, ids)):
            rows = map(Row._asdict, connection.execute(select(table).where(condition)))
            found.setdefault(table.name, {}).update((exact(row), row) for row in rows)
    tables = {name: list(rows.values()) for name, rows in found.items() if rows}
    return tables | ({"queue": queued.inputs(ids)} if ids else {})


def compact(engine: Engine) -> None:
    """Give back the space of what was deleted: until then its bytes are still in the database's files."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            connection.exec_driver_sql("VACUUM")
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        except OperationalError as busy:
            log.warning("the rows are deleted, but the space was not given back: %s", str(busy).splitlines()[0])


def forget_questions(connection: Connection, keys: Iterable[str], asker: str | None = None) -> dict[str, int]:
    """Delete questions with their answers and figures. Of one whose drafts are kept an empty shell stays: no words, no
    place, and as its asker `asker`, by default who it was."""
    counts = dict.fromkeys(("questions", "answers", "figures"), 0)
    for chunk in chunks(keys):
        for table in (figures, answers):
            counts[table.name] += connection.execute(delete(table).where(table.c.question.in_(chunk))).rowcount
        drafting = connection.execute(select(drafts.c.question).where(drafts.c.question.in_(chunk)).distinct())
        for key in drafting.scalars().all():
            _empty(connection, key, asker)
        counts["questions"] += connection.execute(delete(questions).where(questions.c.key.in_(chunk))).rowcount
    return counts


def _erase(connection: Connection, traces: Traces, actor: Person) -> dict[str, int]:
    counts: dict[str, int] = {}
    for rule in _rules():
        _add(counts, {rule.table: _apply(connection, rule, traces)})
    _add(counts, {"posts": _forget_posts(connection, traces.keys)})
    _add(counts, forget_questions(connection, traces.keys, traces.pseudonym))
    hold(connection)  # last, as everywhere: whoever decides on a draft holds that first
    _add(counts, _forget_in_chain(connection, traces))
    if any(counts.values()):
        append(connection, Event("erased", actor, {"person": traces.pseudonym, "rows": _shown(counts)}))
    return counts


def _forget_in_chain(connection: Connection, traces: Traces) -> dict[str, int]:
    theirs = select(audit_entries.c.n).where(audit_entries.c.who == traces.pseudonym)
    texts = connection.execute(delete(audit_texts).where(audit_texts.c.n.in_(theirs))).rowcount
    people = connection.execute(delete(audit_people).where(audit_people.c.person == traces.person)).rowcount
    return {"audit_texts": texts, "audit_people": people}


def _empty(connection: Connection, key: str, asker: str | None) -> None:
    """In the place of a question that drafts hang on put one that says nothing."""
    was = connection.execute(select(questions).where(questions.c.key == key)).one()._mapping
    shell = {**was, "key": f"{EMPTIED}{uuid4().hex}", "asker": asker or was["asker"], "text": ""}
    connection.execute(insert(questions), {**shell, "channel": "", "thread": "", "conversation": ""})
    connection.execute(update(drafts).where(drafts.c.question == key).values(question=shell["key"]))


def _apply(connection: Connection, rule: Rule, traces: Traces) -> int:
    table, changed = STORE.tables[rule.table], 0
    for condition in _conditions(rule, traces):
        if rule.becomes is None:
            changed += connection.execute(delete(table).where(condition)).rowcount
        else:
            values = {name: traces.pseudonym if value == WHO else value for name, value in rule.becomes.items()}
            changed += connection.execute(update(table).where(condition).values(values)).rowcount
    return changed


def _rules() -> Iterator[Rule]:
    return (rule for rule in RULES if rule.table in STORE.tables)


def _conditions(rule: Rule, traces: Traces) -> Iterator[ColumnElement[bool]]:
    column = STORE.tables[rule.table].c[rule.column]
    if rule.holds == "id":
        yield column == traces.person
    elif rule.holds == "called":
        yield column.in_(traces.called)
    else:
        yield from (column.in_(chunk) for chunk in chunks(traces.keys))


def _theirs(connection: Connection, traces: Traces) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Each table with what of it is the person's."""
    for rule in _rules():
        yield from ((STORE.tables[rule.table], condition) for condition in _conditions(rule, traces))
    for chunk in chunks(traces.keys):
        yield questions, questions.c.key.in_(chunk)
        yield answers, answers.c.question.in_(chunk)
        yield figures, figures.c.question.in_(chunk)
    yield posts, or_(false(), posts.c.key.in_(_post_keys(connection, traces.keys)))
    yield audit_people, audit_people.c.person == traces.person
    yield audit_entries, audit_entries.c.who == traces.pseudonym
    mine = select(audit_entries.c.n).where(audit_entries.c.who == traces.pseudonym)
    yield audit_texts, audit_texts.c.n.in_(mine)


def _traces(connection: Connection, person: str, queued: Iterable[str]) -> Traces:
    known = connection.execute(select(audit_people).where(audit_people.c.person == person)).first()
    asked = connection.execute(select(questions.c.key).where(questions.c.asker == person)).scalars()
    return Traces(
        person, frozenset({person} | _own_name(connection, known.name if known else "")),
        frozenset((*asked, *queued)), known.pseudonym if known else f"person-{uuid4().hex[:16]}",
    )  # fmt: skip


def _own_name(connection: Connection, name: str) -> set[str]:
    """The name, where nobody else has it: what another Ana wrote is not deleted with this one."""
    namesakes = select(func.count()).select_from(audit_people).where(audit_people.c.name == name)
    return {name} if name and connection.execute(namesakes).scalar() == 1 else set()


def _post_keys(connection: Connection, keys: frozenset[str]) -> Sequence[str]:
    """The keys of the messages that answered: the question's, or that and what the message is beside (`#note`)."""
    found = connection.execute(select(posts.c.key)).scalars()
    return [key for key in found if key in keys or key.partition("#")[0] in keys]


def _forget_posts(connection: Connection, keys: frozenset[str]) -> int:
    found = _post_keys(connection, keys)
    gone = (delete(posts).where(posts.c.key.in_(chunk)) for chunk in chunks(found))
    return sum(connection.execute(each).rowcount for each in gone)


def _add(counts: dict[str, int], more: Mapping[str, int]) -> None:
    for table, n in more.items():
        counts[table] = counts.get(table, 0) + n


def _shown(counts: Mapping[str, int]) -> dict[str, int]:
    return {table: n for table, n in sorted(counts.items()) if n}
