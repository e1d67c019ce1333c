"""Survey rounds in the store: whom they have reserved, and the one transaction that reserves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection, Engine, delete, insert, select

from bot.audit import changed
from bot.chain import append
from bot.counted import by_account, counted, hold, reservations, reserved_touch
from bot.question import Question
from bot.store import now
from bot.tables import survey_reservations as kept
from bot.tables import survey_rounds as rounds
from tools import Asker, Guard, Round, Touch, refuses

REACH = timedelta(days=730)
"""How far back what was reserved is read: longer than any cap looks."""


@dataclass(frozen=True)
class RoundsAt:
    """Of the workspace where `question` is asked; what is reserved holds everywhere, as the customer is one."""

    engine: Engine
    question: Question
    asker: Asker
    today: date

    def reserved(self, account_id: str) -> tuple[Touch, ...]:
        return self._reserved.get(account_id, ())

    @cached_property
    def _reserved(self) -> Mapping[str, tuple[Touch, ...]]:
        """By account, read once a question."""
        with self.engine.connect() as connection:
            lately = connection.execute(reservations().where(kept.c.on_day > self.today - REACH))
            return by_account(map(reserved_touch, lately))

    def find(self, period: str, scope: str) -> Round | None:
        with self.engine.connect() as connection:
            return self._find(connection, self._id(period, scope))

    def prepare(self, wanted: Round, guards: Sequence[Guard]) -> Round:
        """All accounts are held, in one order, before any is looked at, as approvals hold theirs."""
        round_id = self._id(wanted.period, wanted.scope)
        with self.engine.connect() as connection, connection.begin():
            hold(connection, round_id, (touch.account_id for touch in wanted.people))
            if there := self._find(connection, round_id):
                return there
            people = _allowed(connection, wanted, guards)
            connection.execute(insert(rounds), self._row(round_id, wanted))
            if people:
                connection.execute(insert(kept), [_reservation(round_id, touch) for touch in people])
            said = changed(self.question, rounds.name, round_id, period=wanted.period, reserved=len(people))
            append(connection, said)
        return replace(wanted, people=people, who=self.question.asker.called)

    def discard(self, found: Round) -> bool:
        round_id = self._id(found.period, found.scope)
        with self.engine.begin() as connection:
            if not found.mine or not connection.execute(delete(rounds).where(rounds.c.id == round_id)).rowcount:
                return False
            append(connection, changed(self.question, rounds.name, round_id, act="discard", period=found.period))
        return True

    def _find(self, connection: Connection, round_id: str) -> Round | None:
        row = connection.execute(select(rounds).where(rounds.c.id == round_id)).first()
        if row is None:
            return None
        found = connection.execute(reservations().where(kept.c.round == round_id).order_by(kept.c.account_id))
        mine = self.asker.leads or row.user_id == self.question.asker.id
        return Round(
            row.period, row.scope, row.prepared_on, tuple(map(reserved_touch, found)), row.who,
            row.question == self.question.key, mine,
        )  # fmt: skip

    def _row(self, round_id: str, wanted: Round) -> dict[str, Any]:
        asker = self.question.asker
        return {
            "id": round_id, "team": self.question.place.team, "period": wanted.period, "scope": wanted.scope,
            "prepared_on": wanted.prepared_on, "user_id": asker.id, "who": asker.called, "question": self.question.key,
            "prepared_at": now(),
        }  # fmt: skip

    def _id(self, period: str, scope: str) -> str:
        return str(uuid5(NAMESPACE_URL, f"survey round|{self.question.place.team}|{period}|{scope}"))


def _allowed(connection: Connection, wanted: Round, guards: Sequence[Guard]) -> tuple[Touch, ...]:
    """Those whom the guard still allows, now that nobody else may write; of an account that another round of the same
    period has, nobody."""
    known = counted(connection, [touch.account_id for touch in wanted.people])
    return tuple(
        touch
        for touch, guard in zip(wanted.people, guards, strict=True)
        for there in [known[touch.account_id]]
        if not any(each.reserved_for == wanted.period for each in there) and not refuses(guard(there))
    )


def _reservation(round_id: str, touch: Touch) -> dict[str, Any]:
    return {"round": round_id, "account_id": touch.account_id, "contact_id": touch.contact_id, "on_day": touch.on}
