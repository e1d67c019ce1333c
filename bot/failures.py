"""Questions that nothing could be made of: how often each was begun, and those that wait for an administrator."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine, Row, delete, func, insert, select, update

from bot.question import Question, question_from_plain
from bot.store import aware
from bot.tables import attempts, failures

TRIES = 5
"""How often a question is begun before it counts as failed: whether it raised an error or took the process with it."""


@dataclass(frozen=True)
class Failure:
    """A question that failed. `why` its answer was not delivered; empty: there was none. `error`: what was told."""

    question: Question
    why: str
    error: str
    failed_at: datetime

    @property
    def id(self) -> str:
        return "F-" + sha256(self.question.key.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Failures:
    """What the store knows of failing. Every verb is one transaction and can be said twice."""

    engine: Engine

    def begin(self, key: str) -> int:
        """Note that answering begins, before it does. Returns how often it has begun by now."""
        with self.engine.begin() as connection:
            mine, at = attempts.c.question == key, datetime.now(UTC)
            again = update(attempts).where(mine).values(begun=attempts.c.begun + 1, begun_at=at)
            if not connection.execute(again).rowcount:
                connection.execute(insert(attempts), {"question": key, "begun": 1, "begun_at": at})
            return int(connection.execute(select(attempts.c.begun).where(mine)).scalar_one())

    def end(self, key: str) -> None:
        """It came to an end: nothing has to be remembered of how often it was begun."""
        with self.engine.begin() as connection:
            connection.execute(delete(attempts).where(attempts.c.question == key))

    def keep(self, question: Question, why: str, error: str) -> None:
        """Put the question on the list of those that failed; what is on it already stays as it is."""
        written = json.dumps(asdict(question), ensure_ascii=False)
        row = {"question": question.key, "written": written, "why": why, "error": error}
        with self.engine.begin() as connection:
            connection.execute(delete(attempts).where(attempts.c.question == question.key))
            known = select(failures.c.question).where(failures.c.question == question.key)
            if connection.execute(known).first() is None:
                connection.execute(insert(failures), {**row, "failed_at": datetime.now(UTC)})

    def listed(self) -> Sequence[Failure]:
        """All of them, the oldest first."""
        with self.engine.connect() as connection:
            return [_failure(row) for row in connection.execute(select(failures).order_by(failures.c.failed_at))]

    def count(self) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(failures)).scalar_one())

    def drop(self, key: str) -> None:
        """Take the question from the list."""
        with self.engine.begin() as connection:
            connection.execute(delete(failures).where(failures.c.question == key))

    def forget(self, before: datetime) -> None:
        """Nobody has asked for these since."""
        with self.engine.begin() as connection:
            connection.execute(delete(failures).where(failures.c.failed_at < before))
            connection.execute(delete(attempts).where(attempts.c.begun_at < before))


def anew(question: Question) -> Question:
    """The same question, to be answered once more: under its old key it has had its message."""
    key, again, number = question.key.rpartition("~")
    first = again and number.isdecimal()
    return replace(question, key=f"{key}~{int(number) + 1}" if first else f"{question.key}~1")


def _failure(row: Row[Any]) -> Failure:
    question = question_from_plain(json.loads(row.written))
    return Failure(question, row.why, row.error, aware(row.failed_at))
