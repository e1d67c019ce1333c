"""The store: what the assistant itself writes down. SQLite (WAL) by default, PostgreSQL by URL."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    Table,
    and_,
    create_engine,
    delete,
    event,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bot.audit import answered, drafted, judged
from bot.chain import append
from bot.conversation import Reply
from bot.lookups import Answered
from bot.question import Place, Question
from bot.router import Call, Context
from bot.tables import answers, draft_versions, drafts, feedback, figures, posts, questions
from bot.written import exact as exact
from tools import WHY, Draft
from tools.metrics import Figure

MIGRATIONS = Path(__file__).parent / "migrations"
REMEMBERED = 10
"""Answers back to which "it" may point."""
SHORT = 8
"""Digits of a draft's key that people call it by."""
MIGRATING = 7308324466019
"""The lock of whoever brings the tables up to date."""


@dataclass(frozen=True)
class Claim:
    """Who may post a message now.

    new: nobody has tried; post it. taken: somebody tried and may have succeeded since `since`; look before
    posting; of a file, `ts` is its id, if it got one. busy: somebody is at it; ask again in `wait` seconds. sent: it is
    there, at `ts`.
    """

    state: Literal["new", "taken", "busy", "sent"]
    ts: str = ""
    wait: float = 0.0
    since: datetime | None = None


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Store:
    """The assistant's memory. Every verb is one transaction; `remember` can be said twice."""

    engine: Engine

    def remember(self, reply: Reply, text: str, at: datetime | None = None) -> None:
        """Keep a question with its answer as it was shown, and every figure in it; `at`: when, by default now."""
        moment = (at or now()).astimezone(UTC)
        question = reply.question
        with self.engine.begin() as connection:
            for table in (figures, answers):
                connection.execute(delete(table).where(table.c.question == question.key))
            _put(connection, questions, {"key": question.key}, _question(reply, moment))
            connection.execute(insert(answers), _answer(reply, text, moment))
            if reply.answer and (shown := reply.answer.figures):
                connection.execute(insert(figures), [_figure(question.key, *each) for each in enumerate(shown)])
            append(connection, answered(reply))  # last: whoever appends keeps the others from it to the commit

    def context(self, place: Place) -> Context | None:
        """What was last run in a conversation, for follow-ups: a thread, but in a direct message all of it."""
        if place.kind != "dm" and not place.thread:
            return None  # slash commands and single questions of a terminal stand alone
        here = [questions.c.team == place.team, questions.c.channel == place.channel]
        if place.kind != "dm":
            here.append(questions.c.conversation == place.conversation)
        query = (
            select(answers.c.tool, answers.c.arguments, answers.c.listed, questions.c.language)
            .join(questions, questions.c.key == answers.c.question)
            .where(*here, answers.c.tool.is_not(None))
            .order_by(questions.c.asked_at.desc(), answers.c.answered_at.desc())
        )
        with self.engine.connect() as connection:
            latest = connection.execute(query.limit(REMEMBERED)).all()
        if not latest:
            return None
        row, about = latest[0], _spoken_of(latest)
        listed = self._first(query.where(answers.c.listed != "[]"))
        accounts = tuple(json.loads(listed.listed)) if listed else ()
        explained = self._first(query.where(answers.c.tool != WHY[0])) if row.tool == WHY[0] else None
        earlier = Context(_call(explained), accounts, explained.language, about=about) if explained else None
        return Context(_call(row), accounts, row.language, earlier, about)

    def keep_draft(self, question: Question, draft: Draft, title: str, body: str, at: datetime | None = None) -> str:
        """Keep a document that an answer drafted (after `remember`); `body` is Markdown. Returns its key.

        `at`: when, by default now. Said twice it is kept once: what people have made of it since stands.
        """
        key = draft_key(question, draft.kind, draft.language, draft.account_id)
        kept = {
            "id": key, "question": question.key, "kind": draft.kind, "account_id": draft.account_id,
            "contact_id": draft.contact_id, "category": draft.category, "language": draft.language,
            "created_by": question.asker.called[:60], "created_at": (at or now()).astimezone(UTC), "version": 1,
            "state": "waiting",
        }  # fmt: skip
        first = {"draft": key, "version": 1, "title": title, "body": body, "author": question.asker.called}
        with self.engine.begin() as connection:
            if connection.execute(select(drafts.c.id).where(drafts.c.id == key)).first() is None:
                connection.execute(insert(drafts), kept)
                connection.execute(insert(draft_versions), {**first, "created_at": kept["created_at"]})
                made = drafted("drafted", question, short(key), what=draft.kind, account=draft.account_id, version=1)
                append(connection, made)
        return key

    def question_of(self, channel: str, ts: str) -> str | None:
        """The key of the question that the assistant's message at `ts` answers."""
        row = self._first(select(posts.c.key).where(posts.c.channel == channel, posts.c.ts == ts))
        return str(row.key) if row else None

    def answered(self, key: str) -> Answered | None:
        """What was run for the answer of a key, and for whom; None where none is kept."""
        query = (
            select(answers.c.tool, answers.c.arguments, answers.c.listed, questions)
            .join(questions, questions.c.key == answers.c.question)
            .where(answers.c.question == key, answers.c.tool.is_not(None))
        )
        row = self._first(query)
        if row is None:
            return None
        place = Place("dm" if row.channel[:1] in ("", "D") else "channel", row.team, row.channel, row.thread)
        return Answered(_call(row), row.asker, place, row.text, tuple(json.loads(row.listed)), row.language)

    def judge(self, question: str, who: str, good: bool, reason: str | None = None) -> None:
        """Keep what somebody thought of an answer; the last word counts."""
        with self.engine.begin() as connection:
            where = {"question": question, "who": who}
            _put(connection, feedback, where, {**where, "good": good, "reason": reason, "given_at": now()})
            append(connection, judged(question, who, good))

    def claim(
        self, key: str, channel: str, thread: str, owner: str, patience: Callable[[str, datetime], float]
    ) -> Claim:
        """Ask to post the message `key`; committed before anything is sent.

        `patience(owner, claimed_at)`: for how many seconds an earlier claim must still be respected.
        """
        row = self._first(select(posts).where(posts.c.key == key))
        if row is None:
            return self._intend(key, channel, thread, owner)
        if row.state == "sent":
            return Claim("sent", ts=row.ts)
        if (wait := patience(row.claimed_by, aware(row.claimed_at))) > 0:
            return Claim("busy", wait=wait)
        return self._take_over(row, owner)

    def sent(self, key: str, ts: str) -> str:
        """The message is in Slack, at `ts`. Returns the ts that stands: another one, where somebody was quicker."""
        with self.engine.begin() as connection:
            first = update(posts).where(posts.c.key == key, posts.c.state != "sent")
            if connection.execute(first.values(state="sent", ts=ts)).rowcount:
                return ts
            return connection.execute(select(posts.c.ts).where(posts.c.key == key)).scalar_one_or_none() or ts

    def mark(self, key: str, file: str) -> None:
        """What is claimed is about to be shared as the file of this id: by it, it can be looked for."""
        with self.engine.begin() as connection:
            connection.execute(update(posts).where(posts.c.key == key).values(ts=file))

    def release(self, key: str, owner: str) -> None:
        """Slack refused the owner's message: it is certainly not there, and anybody may try again at once."""
        with self.engine.begin() as connection:
            mine = (posts.c.key == key, posts.c.state == "claimed", posts.c.claimed_by == owner)
            connection.execute(delete(posts).where(*mine))

    def writable(self) -> None:
        """Write and take back. Raises SQLAlchemyError where the store cannot be written."""
        with self.engine.connect() as connection, connection.begin() as transaction:
            connection.execute(insert(feedback), {"question": "", "who": "", "good": True, "given_at": now()})
            transaction.rollback()

    def alive(self) -> bool:
        """Whether the database answers: for health checks."""
        try:
            with self.engine.connect() as connection:
                connection.execute(select(1))
        except SQLAlchemyError:
            return False
        return True

    def close(self) -> None:
        self.engine.dispose()

    def _intend(self, key: str, channel: str, thread: str, owner: str) -> Claim:
        at = now()
        intent = {"key": key, "state": "claimed", "channel": channel, "thread": thread, "claimed_by": owner}
        try:
            with self.engine.begin() as connection:
                connection.execute(insert(posts), {**intent, "intended_at": at, "claimed_at": at})
        except IntegrityError:
            return Claim("busy", wait=1.0)
        return Claim("new", since=at)

    def _take_over(self, row: Any, owner: str) -> Claim:
        as_seen = and_(posts.c.claimed_by == row.claimed_by, posts.c.claimed_at == row.claimed_at)
        mine = update(posts).where(posts.c.key == row.key, posts.c.state == "claimed", as_seen)
        with self.engine.begin() as connection:
            won = connection.execute(mine.values(claimed_by=owner, claimed_at=now())).rowcount == 1
        return Claim("taken", ts=row.ts or "", since=aware(row.intended_at)) if won else Claim("busy", wait=1.0)

    def _first(self, query: Select[Any]) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(query.limit(1)).first()


def _spoken_of(latest: Sequence[Any]) -> str:
    """The account that the latest answer with any was about; none where that one listed several."""
    for answer in latest:
        listed = json.loads(answer.listed)
        if account := json.loads(answer.arguments).get("account"):
            return str(account)
        if listed:
            return str(listed[0]) if len(listed) == 1 else ""
    return ""


def _call(answer: Any) -> Call:
    return Call(answer.tool, json.loads(answer.arguments))


def draft_key(question: Question, kind: str, language: str, account_id: str | None) -> str:
    """The key of a draft: the same however often its question is delivered."""
    return str(uuid5(NAMESPACE_URL, "|".join((question.key, kind, language, account_id or ""))))


def short(key: str) -> str:
    """What people call a draft: `D-` and the first digits of its key."""
    return f"D-{key[:SHORT]}"


def open_store(url: str) -> Store:
    """Open the store at a SQLAlchemy URL and bring its tables up to date."""
    engine = store_engine(url)
    migrate(engine)
    return Store(engine)


def store_engine(url: str) -> Engine:
    """An engine fit for the store and for durable work on the same database."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    # About as many connections as there are threads at work: with the default pool (5 + 10) they would queue.
    engine = create_engine(url, pool_size=10, max_overflow=20)
    event.listen(engine, "connect", _wal)
    return engine


def migrate(engine: Engine) -> None:
    """Apply the migrations that are missing; processes that start together take turns."""
    if not waiting_migrations(engine):
        return
    from alembic import command

    with engine.begin() as connection:
        alone(connection, MIGRATING)
        command.upgrade(_alembic(connection), "head")


def waiting_migrations(engine: Engine) -> bool:
    """Whether the store's tables are older than this program. Asked without Alembic, whose import takes longer
    than answering most questions."""
    newest = max(file.name for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return True
        there = connection.execute(select(text("version_num")).select_from(text("alembic_version"))).scalar()
        return not newest.startswith(f"{there}_")


def _alembic(connection: Connection) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def alone(connection: Connection, lock: int) -> None:
    """Wait until nobody else holds the lock, and hold it to the end of the transaction; SQLite has one for all."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # pysqlite would begin only at the first INSERT
    elif connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(lock)))


def _wal(connection: Any, _record: object) -> None:
    # IMMEDIATE: a transaction that reads and then writes must not find the database locked halfway.
    connection.isolation_level = "IMMEDIATE"
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _put(connection: Connection, table: Table, where: Mapping[str, Any], row: Mapping[str, Any]) -> None:
    condition = [table.c[name] == value for name, value in where.items()]
    if not connection.execute(table.update().where(*condition).values(**row)).rowcount:
        connection.execute(insert(table), row)


def _question(reply: Reply, at: datetime) -> dict[str, Any]:
    question, place = reply.question, reply.question.place
    return {
        "key": question.key, "team": place.team, "channel": place.channel, "thread": place.thread,
        "conversation": place.conversation, "asker": question.asker.id, "text": question.text,
        "language": reply.language, "asked_at": at, "outcome": reply.outcome,
    }  # fmt: skip


def _answer(reply: Reply, text: str, at: datetime) -> dict[str, Any]:
    return {
        "question": reply.question.key, "text": text, "answered_at": at,
        "tool": reply.call.tool if reply.call else None,
        "arguments": exact(dict(reply.call.arguments) if reply.call else {}),
        "listed": exact(list(reply.answer.listed) if reply.answer else []),
    }  # fmt: skip


def _figure(question: str, position: int, figure: Figure) -> dict[str, Any]:
    return {
        "question": question, "id": figure.id, "position": position, "metric": figure.metric, "version": figure.version,
        "variant": figure.variant, "unit": figure.unit, "currency": figure.currency,
        "period": str(figure.period), "value": None if figure.value is None else str(figure.value),
        "segment": exact(dict(figure.segment)),
        "sql": figure.source.sql, "parameters": exact(dict(figure.source.parameters)),
        "row_count": figure.source.rows, "as_of": figure.source.as_of.isoformat(),
    }  # fmt: skip


def aware(moment: datetime) -> datetime:
    """SQLite forgets the time zone; everything here is written in UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
