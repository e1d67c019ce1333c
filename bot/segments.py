"""Saved segments in the store, for whoever asks."""

import json
from dataclasses import dataclass, replace
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, func, insert, select, update

from bot.audit import changed
from bot.chain import append
from bot.question import Question
from bot.store import alone, now
from bot.tables import segments as table
from tools import FOCUS, Asker, KeptSegment

PINNING = 7308324466031
"""The lock of whoever pins: of two who pin the third and the fourth at once, one is refused."""
s = table.c


@dataclass(frozen=True)
class SegmentsAt:
    """Of the workspace where `question` is asked."""

    engine: Engine
    question: Question
    asker: Asker

    def all(self) -> tuple[KeptSegment, ...]:
        statement = select(table).where(self._here()).order_by(s.pinned_at.is_(None), s.pinned_at, s.name)
        with self.engine.connect() as connection:
            return tuple(map(_read, connection.execute(statement)))

    def save(self, segment: KeptSegment) -> KeptSegment | None:
        asker, team = self.question.asker, self.question.place.team
        id_ = f"G-{uuid5(NAMESPACE_URL, f'segment/{team}/{segment.name.casefold()}').hex[:8]}"
        row = {
            "id": id_, "team": team, "name": segment.name, "conditions": json.dumps(dict(segment.conditions)),
            "sql": segment.sql, "parameters": json.dumps(dict(segment.parameters)), "owner": asker.id,
            "owner_name": asker.called, "accounts": segment.count, "saved_on": segment.saved_on, "saved_at": now(),
        }  # fmt: skip
        with self.engine.begin() as connection:
            connection.execute(delete(table).where(self._changeable(id_)))
            if connection.execute(select(s.id).where(self._this(id_))).first():
                return None
            connection.execute(insert(table), row)
            self._note(connection, id_, "save")
        return replace(segment, id=id_, owner=asker.called, pinned_by="")

    def pin(self, segment: KeptSegment) -> bool:
        with self.engine.connect() as connection, connection.begin():
            alone(connection, PINNING)
            pinned = select(func.count()).where(self._here(), s.pinned_at.is_not(None))
            if (connection.execute(pinned).scalar() or 0) >= FOCUS:
                return False
            said = {"pinned_by": self.question.asker.called, "pinned_at": now()}
            connection.execute(update(table).where(self._this(segment.id)).values(said))
            self._note(connection, segment.id, "pin")
        return True

    def unpin(self, segment: KeptSegment) -> None:
        with self.engine.begin() as connection:
            connection.execute(update(table).where(self._this(segment.id)).values(pinned_by=None, pinned_at=None))
            self._note(connection, segment.id, "unpin")

    def delete(self, segment: KeptSegment) -> bool:
        with self.engine.begin() as connection:
            gone = connection.execute(delete(table).where(self._changeable(segment.id))).rowcount > 0
            if gone:
                self._note(connection, segment.id, "delete")
        return gone

    def _note(self, connection: Connection, id_: str, act: str) -> None:
        append(connection, changed(self.question, table.name, id_, act=act))

    def _here(self) -> ColumnElement[bool]:
        here: ColumnElement[bool] = s.team == self.question.place.team
        return here

    def _this(self, id_: str) -> ColumnElement[bool]:
        return self._here() & (s.id == id_)

    def _changeable(self, id_: str) -> ColumnElement[bool]:
        """Its owner's, or whoever leads'."""
        return self._this(id_) if self.asker.leads else self._this(id_) & self._owned()

    def _owned(self) -> ColumnElement[bool]:
        owned: ColumnElement[bool] = s.owner == self.question.asker.id
        return owned


def _read(row: Row[tuple[object, ...]]) -> KeptSegment:
    return KeptSegment(
        row.id, row.name, json.loads(row.conditions), row.sql, json.loads(row.parameters), row.owner_name, row.accounts,
        row.saved_on, row.pinned_by or "",
    )  # fmt: skip
