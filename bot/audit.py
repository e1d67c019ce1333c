"""What the audit log says of what people do here. `bot.chain` writes it down.

An answer is written into the log in the transaction that keeps it, and whom it is shown to before it goes to Slack:
what cannot be audited is not shown.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from bot.chain import Event, Head, Kind, append, head
from bot.conversation import Reply
from bot.parcels import Parcel
from bot.question import Person, Question
from tools import Download, KeptDraft, Touch
from tools.metrics import Figure

PRESSED: dict[str, Kind] = {"rows": "exported", "share": "shared"}
"""The buttons that take an answer out of the conversation."""


@dataclass(frozen=True)
class Audit:
    """The log of a store, for what is not kept in a transaction of its own."""

    engine: Engine

    def note(self, event: Event) -> Head:
        """Write one thing down. Raises SQLAlchemyError where that cannot be."""
        with self.engine.begin() as connection:
            return append(connection, event)

    def head(self) -> Head:
        with self.engine.connect() as connection:
            return head(connection)

    def showing(self, parcels: Callable[[Question], Sequence[Parcel]]) -> Callable[[Question], list[Parcel]]:
        """The messages that answer a question, each written down with whom it is for before anybody gets it."""

        def audited(question: Question) -> list[Parcel]:
            made = list(parcels(question))
            with self.engine.begin() as connection:
                for parcel in made:
                    append(connection, shown(question, parcel))
            return made

        return audited


def answered(reply: Reply) -> Event:
    """Who asked what, where, which tool with which arguments answered it, and with which figures."""
    question, call = reply.question, reply.call
    figures = reply.answer.figures if reply.answer else ()
    facts = {
        "outcome": reply.outcome, "tool": call.tool if call else None, "pressed": _pressed(question),
        "place": question.place.kind, "channel": _channel(question), "figures": [_figure(each) for each in figures],
    }  # fmt: skip
    told = {
        "key": question.key, "text": question.text, "team": question.place.team, "channel": question.place.channel,
        "thread": question.place.thread, "language": reply.language, "arguments": dict(call.arguments) if call else {},
        "listed": list(reply.answer.listed) if reply.answer else [],
        "segments": {each.id: dict(each.segment) for each in figures if each.segment},
    }  # fmt: skip
    return Event(_kind(reply), question.asker, facts, told, question.key)


def shown(question: Question, parcel: Parcel) -> Event:
    """Who gets to see a message: everybody in a channel, or one person alone."""
    alone = parcel.way == "private" or question.place.kind == "dm"
    to = Person(parcel.user or question.asker.id) if alone else None
    facts = {"audience": "private" if alone else "channel", "files": len(parcel.files)}
    facts |= {} if alone else {"channel": parcel.channel}
    return Event("shown", question.asker, facts, {"key": parcel.key, "channel": parcel.channel}, question.key, to)


def drafted(kind: Kind, question: Question, draft: str, about: KeptDraft | None = None, **more: Any) -> Event:
    """What became of a draft, by its short id, and at whose hands; `about`: the draft as it was before."""
    seen = {"version": about.version, "what": about.kind, "account": about.account_id} if about else {}
    return Event(kind, question.asker, {"draft": draft, **seen, **more}, question=question.key)


def logged(question: Question, touch: Touch) -> Event:
    """A touch: with which account, when, of what kind."""
    facts = {"touch": touch.id, "account": touch.account_id, "category": touch.category, "day": touch.on}
    return Event("logged", question.asker, facts, {"contact": touch.contact_id or ""}, question.key)


def judged(answer: str, who: str, good: bool) -> Event:
    return Event("judged", Person(who), {"good": good}, question=answer)


def changed(question: Question, what: str, which: str, **more: Any) -> Event:
    """Something was set that acts later: one of the schedules, snoozes, assignments, strategic accounts, survey rounds
    or fixed reasons (`what`), by its id."""
    return Event("changed", question.asker, {"what": what, "which": which, **more}, question=question.key)


def _kind(reply: Reply) -> Kind:
    """An answer that is nothing but files, or is posted for others, leaves the conversation."""
    parts = reply.answer.parts if reply.answer else ()
    if parts and all(isinstance(part, Download) for part in parts):
        return "exported"
    return PRESSED.get(_pressed(reply.question), "answered") if reply.outcome == "answered" else "answered"


def _pressed(question: Question) -> str:
    return str(json.loads(question.choice).get("do", "")) if question.choice else ""


def _channel(question: Question) -> str:
    """Where it was asked, if that is a room of many; a direct message is a person's."""
    return question.place.channel if question.place.kind == "channel" else ""


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "id": figure.id, "metric": f"{figure.metric}@{figure.version}", "period": str(figure.period),
        "value": None if figure.value is None else str(figure.value), "unit": figure.currency or figure.unit,
    }  # fmt: skip
