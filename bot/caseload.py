"""Snoozes, assignments, cases and accounts that are kept, in the store, as whoever asks may see and change them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, insert, or_, select

from bot.audit import changed
from bot.chain import append
from bot.question import Question
from bot.store import alone, now
from bot.tables import assignments, risk_cases, snoozes, strategic_accounts
from tools import Asker, KeptDraft, RiskCase, Snooze, Strategic

JUDGING = 7308324466022
"""The lock of whoever writes a case down."""


@dataclass(frozen=True)
class CaseloadAt:
    """Of the workspace where `question` is asked. The last word on an account counts; said twice it is said once."""

    engine: Engine
    question: Question
    asker: Asker = field(default_factory=Asker)

    def mine(self) -> frozenset[str]:
        this = (self._here(assignments), assignments.c.user_id == self.question.asker.id)
        with self.engine.connect() as connection:
            return frozenset(connection.execute(select(assignments.c.account_id).where(*this)).scalars())

    def may_decide(self, draft: KeptDraft, owner: str | None) -> bool:
        """Who leads on all; others on those for accounts that they own or took on."""
        own = bool(owner) and owner == self.asker.owner
        return self.asker.leads or own or bool(draft.account_id and draft.account_id in self.mine())

    def snoozed(self, on: date) -> Mapping[str, Snooze]:
        with self.engine.connect() as connection:
            rows = connection.execute(select(snoozes).where(self._here(snoozes), snoozes.c.until > on)).all()
        return {row.account_id: Snooze(row.account_id, row.until, row.reason, row.who) for row in rows}

    def snooze(self, account_id: str, until: date, reason: str | None) -> Snooze:
        kept = Snooze(account_id, until, reason, self.question.asker.called)
        self._put(snoozes, account_id, {"until": until, "reason": reason, "who": kept.who})
        return kept

    def wake(self, account_id: str) -> bool:
        with self.engine.begin() as connection:
            woken = self._forget(connection, snoozes, account_id)
            if woken:
                append(connection, changed(self.question, snoozes.name, account_id, act="wake"))
            return woken

    def assigned(self) -> Mapping[str, str]:
        with self.engine.connect() as connection:
            rows = connection.execute(select(assignments).where(self._here(assignments))).all()
        return {row.account_id: row.who for row in rows}

    def assign(self, account_id: str) -> str:
        who = self.question.asker
        self._put(assignments, account_id, {"user_id": who.id, "who": who.called})
        return who.called

    def strategic(self, on: date) -> Mapping[str, Strategic]:
        s = strategic_accounts.c
        holds = or_(s.until.is_(None), s.until > on)
        with self.engine.connect() as connection:
            rows = connection.execute(select(strategic_accounts).where(self._here(strategic_accounts), holds)).all()
        return {
            row.account_id: Strategic(row.account_id, row.reason, row.who, row.decided_on, row.until) for row in rows
        }

    def keep(self, account_id: str, reason: str, until: date | None, on: date) -> Strategic:
        kept = Strategic(account_id, reason, self.question.asker.called, on, until)
        self._put(strategic_accounts, account_id, {"reason": reason, "until": until, "decided_on": on, "who": kept.who})
        return kept

    def unkeep(self, account_id: str) -> bool:
        with self.engine.begin() as connection:
            was = self._forget(connection, strategic_accounts, account_id)
            if was:
                append(connection, changed(self.question, strategic_accounts.name, account_id, act="unkeep"))
            return was

    def cases(self) -> Sequence[RiskCase]:
        c = risk_cases.c
        query = select(risk_cases).where(self._here(risk_cases)).order_by(c.decided_at, c.id)
        with self.engine.connect() as connection:
            return tuple(_case(row) for row in connection.execute(query))

    def judge(self, case: RiskCase) -> RiskCase:
        """Nothing is written over: what was said before stays."""
        asker = self.question.asker
        kept = replace(case, who=asker.called)
        row = {
            "id": str(uuid5(NAMESPACE_URL, f"{self.question.key}|{case.account_id}|{case.verdict}")),
            "team": self._team, "account_id": case.account_id,
            "verdict": case.verdict, "reason": case.reason, "on_day": case.on,
            "score": case.score, "flagged": case.flagged, "user_id": asker.id, "who": kept.who, "decided_at": now(),
        }  # fmt: skip
        with self.engine.begin() as connection:
            alone(connection, JUDGING)
            if connection.execute(select(risk_cases.c.id).where(risk_cases.c.id == row["id"])).first() is None:
                connection.execute(insert(risk_cases), row)
                said = changed(self.question, risk_cases.name, case.account_id, verdict=case.verdict)
                append(connection, said)
        return kept

    def _put(self, table: Table, account_id: str, said: Mapping[str, Any]) -> None:
        row = {"team": self._team, "account_id": account_id, "decided_at": now(), **said}
        with self.engine.begin() as connection:
            self._forget(connection, table, account_id)
            connection.execute(insert(table), row)
            append(connection, changed(self.question, table.name, account_id, until=said.get("until")))

    def _forget(self, connection: Connection, table: Table, account_id: str) -> bool:
        this = (self._here(table), table.c.account_id == account_id)
        return connection.execute(delete(table).where(*this)).rowcount > 0

    def _here(self, table: Table) -> ColumnElement[bool]:
        here: ColumnElement[bool] = table.c.team == self._team
        return here

    @property
    def _team(self) -> str:
        return self.question.place.team


def _case(row: Any) -> RiskCase:
    return RiskCase(row.account_id, row.verdict, row.on_day, row.reason, row.who, row.score, row.flagged)
