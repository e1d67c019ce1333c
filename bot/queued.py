"""What the durable queue holds, read from DBOS's own table: who works, how much waits, what is old enough to go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, TableClause, column, func, inspect, select, table

from bot.failures import Failures

UNFINISHED = ("ENQUEUED", "PENDING", "DELAYED")
STUCK_AFTER = timedelta(minutes=45)
"""How old a question is when it can no longer be under way."""


@dataclass(frozen=True)
class Trouble:
    """Questions without an answer: `lost` wait for an administrator; `stuck` for somebody to work on them."""

    lost: int
    stuck: int


def trouble(engine: Engine, now: datetime) -> Trouble:
    """What became of the questions in the store's database. Nothing is changed and nothing is worked on."""
    stuck = left_lying(engine, now - STUCK_AFTER) if is_there(engine) else 0
    return Trouble(Failures(engine).count(), stuck)


def is_there(engine: Engine) -> bool:
    """Whether anything was ever served from this store."""
    return inspect(engine).has_table("workflow_status", _schema(engine))


def at_work(engine: Engine) -> set[str]:
    """The lives (see `bot.replicas`) of those who have begun what is not finished."""
    rows = _rows(engine)
    with engine.connect() as connection:
        found = connection.execute(select(rows.c.executor_id).distinct().where(rows.c.status == "PENDING"))
        return {str(life) for life in found.scalars()}


def depth(engine: Engine) -> dict[str, int]:
    """How many questions wait (`ENQUEUED`) and are under way (`PENDING`)."""
    rows = _rows(engine)
    counted = select(rows.c.status, func.count()).where(rows.c.status.in_(UNFINISHED[:2])).group_by(rows.c.status)
    with engine.connect() as connection:
        return dict.fromkeys(UNFINISHED[:2], 0) | {str(status): int(n) for status, n in connection.execute(counted)}


def left_lying(engine: Engine, before: datetime) -> int:
    """How many were accepted before then and are not finished."""
    rows = _rows(engine)
    counted = select(func.count()).where(rows.c.status.in_(UNFINISHED), rows.c.created_at < _ms(before))
    with engine.connect() as connection:
        return int(connection.execute(counted).scalar_one())


def finished(engine: Engine, before: datetime, most: int) -> Sequence[str]:
    """The ids of at most so many that ended, in whichever way, before then: never one that is still to be done."""
    rows = _rows(engine)
    old = rows.c.status.not_in(UNFINISHED) & (rows.c.updated_at < _ms(before))
    with engine.connect() as connection:
        return list(connection.execute(select(rows.c.workflow_uuid).where(old).limit(most)).scalars())


def _rows(engine: Engine) -> TableClause:
    names = ("workflow_uuid", "status", "executor_id", "created_at", "updated_at")
    return table("workflow_status", *(column(name) for name in names), schema=_schema(engine))


def _schema(engine: Engine) -> str | None:
    return None if engine.dialect.name == "sqlite" else "dbos"


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
