"""Snoozes, assignments, cases, accounts that are kept and reasons that were fixed: in the store, as whoever asks may
see and change them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Column, ColumnElement, Connection, Engine, Table, delete, insert, or_, select

from bot.audit import changed
from bot.chain import append
from bot.question import Question
from bot.store import alone, now
from bot.tables import assignments, fixed_reasons, risk_cases, snoozes, strategic_accounts
from tools import Asker, FixedReason, KeptDraft, RiskCase, Snooze, Strategic

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
        return self._take_back(snoozes, account_id, "wake")

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
        return self._take_back(strategic_accounts, account_id, "unkeep")

    def fixed(self) -> Mapping[str, FixedReason]:
        with self.engine.connect() as connection:
            rows = connection.execute(select(fixed_reasons).where(self._here(fixed_reasons))).all()
        return {row.reason: FixedReason(row.reason, row.done, row.fixed_on, row.who) for row in rows}

    def fix(self, reason: str, done: str, on: date) -> FixedReason:
        kept = FixedReason(reason, done, on, self.question.asker.called)
        self._put(fixed_reasons, reason, {"done": done, "fixed_on": on, "who": kept.who})
        return kept

    def unfix(self, reason: str) -> bool:
        return self._take_back(fixed_reasons, reason, "unfix")

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

    def _put(self, table: Table, which: str, said: Mapping[str, Any]) -> None:
        row = {"team": self._team, _key(table).name: which, "decided_at": now(), **said}
        with self.engine.begin() as connection:
            self._forget(connection, table, which)
            connection.execute(insert(table), row)
            append(connection, changed(self.question, table.name, which, until=said.get("until")))

    def _take_back(self, table: Table, which: str, act: str) -> bool:
        with self.engine.begin() as connection:
            was = self._forget(connection, table, which)
            if was:
                append(connection, changed(self.question, table.name, which, act=act))
            return was

    def _forget(self, connection: Connection, table: Table, which: str) -> bool:
        return connection.execute(delete(table).where(self._here(table), _key(table) == which)).rowcount > 0

    def _here(self, table: Table) -> ColumnElement[bool]:
        here: ColumnElement[bool] = table.c.team == self._team
        return here

    @property
    def _team(self) -> str:
        return self.question.place.team


def _key(table: Table) -> Column[Any]:
    """What it is said of, once in a workspace: an account, or a reason for leaving."""
    return next(column for column in table.primary_key if column.name != "team")


def _case(row: Any) -> RiskCase:
    return RiskCase(row.account_id, row.verdict, row.on_day, row.reason, row.who, row.score, row.flagged)
