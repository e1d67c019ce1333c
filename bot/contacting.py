"""Touches and drafts in the store, as whoever asks may see and change them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Engine, Select, delete, func, insert, select, update

from bot.audit import drafted, logged
from bot.chain import append
from bot.counted import alone_with, counted, logged_touch
from bot.question import Question
from bot.store import SHORT, aware, draft_key, now, short
from bot.tables import draft_versions, drafts, questions, touches
from tools import Allowed, Decision, Draft, DraftVersion, Guard, KeptDraft, Touch, refuse_win_back


@dataclass(frozen=True)
class TouchesHere:
    """The touches logged in the store, by whoever asks `question`."""

    engine: Engine
    question: Question

    def of(self, account_id: str) -> tuple[Touch, ...]:
        with self.engine.connect() as connection:
            return _touches(connection, account_id)

    def all(self) -> tuple[Touch, ...]:
        with self.engine.connect() as connection:
            return tuple(map(logged_touch, connection.execute(select(touches))))

    def heard(self) -> tuple[tuple[str, date], ...]:
        return heard(self.engine)

    def log(self, touch: Touch) -> Touch:
        said = (self.question.key, touch.account_id, touch.contact_id or "")
        mine = replace(
            touch, id=f"T-{uuid5(NAMESPACE_URL, '|'.join(said)).hex[:16]}", author=self.question.asker.called
        )
        with alone_with(self.engine, touch.account_id) as connection:
            if connection.execute(select(touches.c.id).where(touches.c.id == mine.id)).first() is None:
                connection.execute(insert(touches), _row(mine))
                append(connection, logged(self.question, mine))
        return mine


@dataclass(frozen=True)
class DraftsAt:
    """The drafts of the workspace where `question` is asked; in the terminal, whose user holds the store, all.

    `clock`: the moment at which things are done here, which follows the workspace's clock where that is set.
    """

    engine: Engine
    question: Question
    timezone: str = "UTC"
    clock: Callable[[], datetime] = now

    def waiting(self) -> tuple[KeptDraft, ...]:
        return self._found(drafts.c.state == "waiting")

    def find(self, draft_id: str) -> KeptDraft | None:
        if len(_digits(draft_id)) < SHORT:
            return None
        found = self._found(_is(drafts.c.id, draft_id))
        return found[0] if len(found) == 1 else None

    def id_of(self, draft: Draft) -> str | None:
        return short(draft_key(self.question, draft.kind, draft.language, draft.account_id))

    def versions(self, draft: KeptDraft) -> tuple[DraftVersion, ...]:
        v = draft_versions.c
        query = select(v.version, v.author, v.created_at, v.body).where(_is(v.draft, draft.id)).order_by(v.version)
        with self.engine.connect() as connection:
            return tuple(
                DraftVersion(row.version, row.author, self._local(row.created_at), row.body)
                for row in connection.execute(query)
            )

    def approve(self, draft: KeptDraft, on: date, guard: Guard) -> Decision | None:
        """One transaction that holds the account: the guard is asked and the touch booked with nobody in between."""
        with alone_with(self.engine, draft.account_id or draft.id) as connection:
            decision: Decision = Allowed(on)
            if draft.account_id and draft.category:
                decision = guard(counted(connection, [draft.account_id])[draft.account_id])
            if not isinstance(decision, Allowed):
                return decision
            if not self._decide(connection, draft, "approved", "waiting"):
                return None
            if draft.account_id and draft.category:
                connection.execute(insert(touches), self._booked(draft, on))
            append(connection, drafted("approved", self.question, draft.id, draft, day=on))
            return decision

    def reject(self, draft: KeptDraft, reason: str | None = None) -> bool:
        with alone_with(self.engine, draft.account_id or draft.id) as connection:
            if not self._decide(connection, draft, "rejected", "waiting", "approved", reason=reason):
                return False
            connection.execute(delete(touches).where(touches.c.draft == draft.id))
            append(connection, drafted("rejected", self.question, draft.id, draft))
            return True

    def edit(self, draft: KeptDraft, body: str) -> KeptDraft | None:
        """A new version, which waits for approval; None where it was approved or edited in the meantime.

        Raises ToolError where an exit survey would try to win the customer back.
        """
        refuse_win_back(draft.kind, draft.language, body)
        with alone_with(self.engine, draft.account_id or draft.id) as connection:
            again = {"version": draft.version + 1, "state": "waiting", "decided_by": None, "decided_at": None}
            if not connection.execute(_as_seen(draft, "waiting", "rejected").values(again)).rowcount:
                return None
            key = connection.execute(select(drafts.c.id).where(_is(drafts.c.id, draft.id))).scalar_one()
            connection.execute(insert(draft_versions), {
                "draft": key, "version": draft.version + 1, "title": draft.title, "body": body,
                "author": self.question.asker.called, "created_at": self._moment(),
            })  # fmt: skip
            append(connection, drafted("edited", self.question, draft.id, draft))
        return self.find(draft.id)

    def all(self) -> tuple[KeptDraft, ...]:
        return self._found()

    def _decide(
        self, connection: Connection, draft: KeptDraft, state: str, *before: str, reason: str | None = None
    ) -> bool:
        decided = {
            "state": state,
            "decided_by": self.question.asker.called,
            "decided_at": self._moment(),
            "reason": reason,
        }
        return connection.execute(_as_seen(draft, *before).values(decided)).rowcount == 1

    def _booked(self, draft: KeptDraft, on: date) -> dict[str, Any]:
        touch = Touch(
            f"T-{draft.id}-{draft.version}", draft.account_id or "", on, draft.category or "", draft.contact_id,
            "outbound", "email", self.question.asker.called, draft.title,
        )  # fmt: skip
        return {**_row(touch), "draft": draft.id}

    def _found(self, *conditions: ColumnElement[bool]) -> tuple[KeptDraft, ...]:
        place = self.question.place
        mine = () if place.kind == "terminal" else (questions.c.team == place.team,)
        with self.engine.connect() as connection:
            return tuple(self._kept(row) for row in connection.execute(_latest().where(*conditions, *mine)))

    def _kept(self, row: Any) -> KeptDraft:
        return KeptDraft(
            short(row.id), row.kind, row.title, row.language, row.body, row.version, row.created_by,
            self._local(row.created_at).date(), row.state, row.account_id, row.contact_id, row.category,
            row.decided_by, self._local(row.decided_at) if row.decided_at else None, row.reason,
        )  # fmt: skip

    def _local(self, moment: datetime) -> datetime:
        return aware(moment).astimezone(ZoneInfo(self.timezone))

    def _moment(self) -> datetime:
        return self.clock().astimezone(UTC)


def heard(engine: Engine) -> tuple[tuple[str, date], ...]:
    """The days on which accounts wrote to us or spoke with us, of the touches logged in the store."""
    t = touches.c
    spoken = select(t.account_id, t.on_day).where(t.direction.in_(("inbound", "both"))).distinct()
    with engine.connect() as connection:
        rows = connection.execute(spoken.order_by(t.account_id, t.on_day)).all()
    return tuple((row.account_id, row.on_day) for row in rows)


def _digits(draft_id: str) -> str:
    return draft_id.strip().lower().removeprefix("d-")[:SHORT]


def zone_of(country: str) -> str | None:
    """The time zone of a country that has only one."""
    from babel.core import get_global

    zones = [zone for zone, territory in get_global("zone_territories").items() if territory == country]
    return zones[0] if len(zones) == 1 else None


def _latest() -> Select[Any]:
    """Every draft in its latest version, the newest first."""
    d, v = drafts.c, draft_versions.c
    joined = drafts.join(draft_versions, (v.draft == d.id) & (v.version == d.version)).join(questions)
    return select(drafts, v.title, v.body).select_from(joined).order_by(d.created_at.desc(), d.id)


def _as_seen(draft: KeptDraft, *states: str) -> Any:
    """A change of the draft that only happens if it still is in this version and one of these states."""
    d = drafts.c
    return update(drafts).where(_is(d.id, draft.id), d.version == draft.version, d.state.in_(states))


def _is(column: Any, draft_id: str) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = func.substr(column, 1, SHORT) == _digits(draft_id)
    return condition


def _touches(connection: Connection, account_id: str) -> tuple[Touch, ...]:
    t = touches.c
    rows = connection.execute(select(touches).where(t.account_id == account_id).order_by(t.on_day.desc(), t.id))
    return tuple(map(logged_touch, rows))


def _row(touch: Touch) -> dict[str, Any]:
    return {
        "id": touch.id, "account_id": touch.account_id, "contact_id": touch.contact_id, "on_day": touch.on,
        "category": touch.category, "direction": touch.direction or "outbound", "channel": touch.channel,
        "author": touch.author, "note": touch.note, "logged_at": now(),
    }  # fmt: skip
