"""Schedules and alerts in the store: what is due, and who makes it due no more. Every verb is one transaction."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, delete, func, insert, or_, select, update

from bot.occasion import TOLD, lane
from bot.store import aware, exact
from bot.tables import posts, schedules
from tools import KeptSchedule, Recurrence, Watch

s = schedules.c


@dataclass(frozen=True)
class Due:
    """A schedule that is to run: `at` its time in UTC; `asked`: somebody wants it now, beside its rhythm."""

    kept: KeptSchedule
    at: datetime
    asked: bool = False


@dataclass(frozen=True)
class Timetable:
    """All schedules and alerts of the store."""

    engine: Engine

    def find(self, schedule_id: str, team: str | None = None) -> KeptSchedule | None:
        mine = () if team is None else (s.team == team,)
        found = self._found(s.id == schedule_id, *mine)
        return found[0] if found else None

    def of(self, team: str, person: str, channel: str = "") -> tuple[KeptSchedule, ...]:
        """What the person set up, or gets, and what is posted to the channel; the next one first."""
        return self._found(s.team == team, or_(s.owner == person, s.target.in_((person, channel))))

    def all(self) -> tuple[KeptSchedule, ...]:
        return self._found()

    def latest(self, team: str, person: str) -> KeptSchedule | None:
        found = self._found(s.team == team, s.owner == person, order=(s.created_at.desc(), s.id))
        return found[0] if found else None

    def add(self, kept: KeptSchedule, at: datetime) -> KeptSchedule:
        """Keep it; what has its id already stays as it is."""
        with self.engine.begin() as connection:
            if connection.execute(select(s.id).where(s.id == kept.id)).first() is None:
                connection.execute(insert(schedules), {**_row(kept), "created_at": at})
        return self.find(kept.id) or kept

    def change(self, kept: KeptSchedule, **values: Any) -> KeptSchedule:
        """Write the given fields of `kept`, as they are in its replacement. Returns it as it is now."""
        changed = replace(kept, **values)
        row = _row(changed)
        fields = {name: row[name] for name in values}
        with self.engine.begin() as connection:
            connection.execute(update(schedules).where(s.id == kept.id).values(fields))
        return changed

    def delete(self, kept: KeptSchedule) -> None:
        with self.engine.begin() as connection:
            connection.execute(delete(schedules).where(s.id == kept.id))

    def ask(self, kept: KeptSchedule, at: datetime) -> None:
        """It is wanted now, beside its rhythm; asked for again before it ran it is still one wish."""
        with self.engine.begin() as connection:
            wanted = update(schedules).where(s.id == kept.id, s.asked_at.is_(None))
            connection.execute(wanted.values(asked_at=at))

    # -- what is due

    def due(self, at: datetime) -> tuple[Due, ...]:
        """What is to run by now: whatever is wanted at once, and the active ones whose time has come."""
        with self.engine.connect() as connection:
            asked = connection.execute(select(schedules).where(s.asked_at.is_not(None)).order_by(s.id)).all()
            timed = connection.execute(
                select(schedules).where(s.active, s.next_due <= at).order_by(s.next_due, s.id)
            ).all()
        return (
            *(Due(_kept(row), aware(row.asked_at), asked=True) for row in asked),
            *(Due(_kept(row), aware(row.next_due)) for row in timed),
        )

    def served(self, due: Due) -> None:
        """What was wanted at once has been taken in hand."""
        mine = and_(s.id == due.kept.id, s.asked_at == due.at)
        with self.engine.begin() as connection:
            connection.execute(update(schedules).where(mine).values(asked_at=None))

    def advance(self, due: Due, following: datetime) -> bool:
        """From this time on to the following; False where another replica did so, or it was changed meanwhile."""
        mine = and_(s.id == due.kept.id, s.next_due == due.at)
        with self.engine.begin() as connection:
            return connection.execute(update(schedules).where(mine).values(next_due=following)).rowcount == 1

    # -- alerts

    def unseen(self, load: str, before: datetime) -> tuple[KeptSchedule, ...]:
        """The active alerts that have not been asked since this load of data, nor after `before`."""
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(schedules)
                .where(s.active, s.watch.is_not(None), s.seen_load.is_distinct_from(load))
                .where(or_(s.observed_at.is_(None), s.observed_at <= before))
                .order_by(s.id)
            ).all()
        return tuple(kept for kept in map(_kept, rows) if kept.watch and kept.watch.after_loads)

    def saw(self, kept: KeptSchedule, load: str) -> None:
        """An alert has been asked for this load of data."""
        with self.engine.begin() as connection:
            connection.execute(update(schedules).where(s.id == kept.id).values(seen_load=load))

    def observed(self, kept: KeptSchedule, key: str, found: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
        """Keep what an alert sees for the occasion `key`. Returns what it saw before that, however often it is said."""
        with self.engine.begin() as connection:
            row = connection.execute(
                select(s.observed, s.observed_before, s.observed_for).where(s.id == kept.id)
            ).first()
            if row is None:
                return found
            before: str | None = row.observed_before if row.observed_for == key else row.observed
            values = {"observed": exact(dict(found)), "observed_before": before, "observed_for": key, "observed_at": at}
            connection.execute(update(schedules).where(s.id == kept.id).values(values))
        return dict(found) if before is None else dict(json.loads(before))

    # -- what went wrong

    def pause_for_rights(self, kept: KeptSchedule) -> bool:
        """Pause it as its owner may not see this any more; True for the first who does."""
        with self.engine.begin() as connection:
            mine = update(schedules).where(s.id == kept.id, s.active)
            return connection.execute(mine.values(active=False, reason="rights")).rowcount == 1

    def fails(self, kept: KeptSchedule, at: datetime) -> bool:
        """Note that a post did not get through; True for the first since one did."""
        with self.engine.begin() as connection:
            if _is_failing(connection, kept):
                return False
            connection.execute(update(schedules).where(s.id == kept.id).values(failed_at=at))
        return True

    def failing(self) -> tuple[str, ...]:
        """The ids of those whose last post did not get through."""
        with self.engine.connect() as connection:
            return tuple(kept.id for kept in self.all() if _is_failing(connection, kept))

    def _found(self, *conditions: ColumnElement[bool], order: Any = None) -> tuple[KeptSchedule, ...]:
        query = select(schedules).where(*conditions).order_by(*(order or (s.next_due, s.id)))
        with self.engine.connect() as connection:
            return tuple(map(_kept, connection.execute(query)))


def _is_failing(connection: Connection, kept: KeptSchedule) -> bool:
    """Whether a post did not get through, and none has since."""
    key = posts.c.key
    mine = key.like(f"{lane(kept)}/%"), key.not_like(f"%{TOLD}%"), posts.c.state == "sent"
    sent = connection.execute(select(func.max(posts.c.claimed_at)).where(*mine)).scalar()
    failed = connection.execute(select(s.failed_at).where(s.id == kept.id)).scalar()
    return failed is not None and not (sent and aware(sent) > aware(failed))


def _row(kept: KeptSchedule) -> dict[str, Any]:
    return {
        "id": kept.id, "team": kept.team, "owner": kept.owner, "owner_name": kept.owner_name[:120],
        "target": kept.target, "language": kept.language, "words": kept.words, "tool": kept.tool,
        "arguments": exact(dict(kept.arguments)), "relative": exact(dict(kept.relative)),
        "recurrence": _recurrences().dump_json(kept.recurrence).decode(),
        "watch": kept.watch.model_dump_json() if kept.watch else None,
        "active": kept.active, "reason": kept.reason, "next_due": kept.next_due,
        "observed": None if kept.observed is None else exact(dict(kept.observed)),
    }  # fmt: skip


def _kept(row: Row[Any]) -> KeptSchedule:
    return KeptSchedule(
        row.id, row.team, row.owner, row.owner_name, row.words, row.tool, json.loads(row.arguments),
        {name: (grain, steps) for name, (grain, steps) in json.loads(row.relative).items()},
        _recurrences().validate_json(row.recurrence), row.target, row.language, aware(row.next_due), row.active,
        row.reason, Watch.model_validate_json(row.watch) if row.watch else None,
        json.loads(row.observed) if row.observed else None,
    )  # fmt: skip


@cache
def _recurrences() -> TypeAdapter[Recurrence]:
    return TypeAdapter(Recurrence)
