"""Asking the contact guard: the account's circumstances from the book, the touches from there and from here."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from tools._account import TEAMS, unknown
from tools._answer import Answer, Column, Draft, NextSteps, Note, Part, Table
from tools._guard import Allowed, Blocked, Cap, Decision, Event, Known, Rules, Touch, Use, Wish, decide
from tools._phrase import Phrase, phrase, phrase_n
from tools._reading import written_period
from tools._registry import Deps
from tools.metrics import Contacted, Period, contacted


@cache
def read_rules(path: Path | None) -> Rules:
    """The guard's rules of a file, or our own. Raises ValueError where they make no sense."""
    text = path.read_text(encoding="utf-8") if path else (files("tools") / "_guard_rules.yml").read_text("utf-8")
    return Rules.model_validate(yaml.safe_load(text))


@dataclass(frozen=True)
class Ledger:
    """One account's touches and circumstances, read from the book once; the guard can then be asked again and again."""

    wish: Wish
    found: Contacted
    rules: Rules
    now: datetime | None
    loyalty: str | None = None
    """Its class as worked out from margin and expected stay; what the rules say of it goes first."""

    def decide(self, logged: tuple[Touch, ...]) -> Decision:
        """What the guard says, given the touches that were logged and reserved here."""
        events: dict[Event, date] = {}
        if self.found.left_on:
            events["loss"] = self.found.left_on
        if surveyed_on := self.found.surveyed.get(self.wish.contact_id):
            events["survey_answer"] = surveyed_on
        lasting: frozenset[Event] = frozenset({"critical_ticket"}) if self.found.critical_tickets else frozenset()
        touches = tuple(touch for touch in merged(self.imported, logged) if not self._is_meant(touch))
        known = Known(touches, events, lasting, self._loyalty, self.now)
        return decide(self.wish, self.rules, known)

    @property
    def imported(self) -> tuple[Touch, ...]:
        return tuple(map(of_book, self.found.touches))

    def _is_meant(self, touch: Touch) -> bool:
        """Whether a survey round reserved the touch that is wished for: then it does not stand in its own way."""
        this = (touch.category, touch.contact_id) == (self.wish.category, self.wish.contact_id)
        return self.wish.as_reserved and touch.reserved_for is not None and this

    @property
    def _loyalty(self) -> str | None:
        return self.rules.loyalty.get(self.wish.account_id) or self.loyalty or self.found.segment


def contacts_with(account_id: str, deps: Deps) -> tuple[Contacted, str]:
    """What the book knows of the contacts with an account, and its name. Raises ToolError where it has no such one."""
    found = contacted(deps.book, account_id, deps.today)
    if found.name is None:
        raise unknown(account_id)
    return found, found.name


def ledger(deps: Deps, wish: Wish, found: Contacted | None = None) -> Ledger:
    """What the guard must know of the wish's account; `found`: what the book knows of it, where it is read already."""
    rules = deps.contacting.rules or read_rules(None)
    found = found or contacted(deps.book, wish.account_id, deps.today)
    return Ledger(wish, found, rules, _local(deps, rules, found), deps.contacting.class_of(wish.account_id))


def may_contact(deps: Deps, wish: Wish) -> Decision:
    """What the guard says of a touch, from all that was imported and logged."""
    return ledger(deps, wish).decide(deps.contacting.counted(wish.account_id))


def of_book(row: Any) -> Touch:
    """A touch as the book's table has it."""
    return Touch(
        row.touch_id, row.account_id, row.on_day, row.team, row.contact_id, row.direction, row.channel, row.author,
        row.note,
    )  # fmt: skip


def merged(imported: tuple[Touch, ...], logged: tuple[Touch, ...]) -> tuple[Touch, ...]:
    """Both, the latest first; a touch that was logged here and imported since, with its id, is one. What was reserved
    for a survey gives way to the survey."""
    each = {touch.id: touch for touch in (*logged, *imported)}
    asked = [touch for touch in each.values() if touch.category == "survey" and not touch.reserved_for]
    standing = (touch for touch in each.values() if not any(_came_of(touch, survey) for survey in asked))
    return tuple(sorted(standing, key=lambda touch: (touch.on, touch.id), reverse=True))


def _came_of(touch: Touch, survey: Touch) -> bool:
    """Whether the survey is what the touch was reserved for."""
    window = Period.parse(touch.reserved_for) if touch.reserved_for else None
    return window is not None and touch.contact_id == survey.contact_id and window.start <= survey.on < window.end


def _local(deps: Deps, rules: Rules, found: Contacted) -> datetime | None:
    """The moment where the customer is; where that is not known, in the workspace's time zone."""
    country = found.country or ""
    zone = rules.time_zones.get(found.account_id) or rules.time_zones.get(country) or deps.contacting.zone_of(country)
    now = deps.contacting.now
    return now.astimezone(ZoneInfo(zone)) if now and zone else now


CHANNELS: dict[str, Phrase] = {
    "email": phrase("e-mail"),
    "call": phrase("call"),
    "meeting": phrase("meeting"),
    "chat": phrase("chat"),
}
RULES: dict[str, Phrase] = {
    "all": phrase("all teams"),
    "contact": phrase("per person"),
    "account": phrase("per account"),
}


def counted(cap: Cap) -> Phrase:
    """Whose touches a cap counts."""
    return TEAMS[cap.category] if cap.category else RULES["all"]


def cap_said(use: Use) -> Phrase:
    """A cap in words: how much of it is used."""
    return phrase_n(
        "{team}, {per}: {used} of {most} in {n} day", "{team}, {per}: {used} of {most} in {n} days", use.cap.days,
        team=counted(use.cap), per=RULES[use.cap.per], used=len(use.touches), most=use.most,
    )  # fmt: skip


QUIET: dict[str, Phrase] = {
    "loss": phrase("it has just left, and who leaves is given some rest"),
    "critical_ticket": phrase("an urgent ticket of theirs is open"),
    "survey_answer": phrase("a survey was answered not long ago"),
}


def reasons(blocked: Blocked) -> tuple[Phrase, ...]:
    """Why not, in words."""
    hours = phrase("it is outside working hours where they are")
    return (
        *(_used_up(use) for use in blocked.full),
        *(QUIET[period.after] for period in blocked.quiet),
        *([phrase("nobody works on {day}", day=blocked.on)] if blocked.resting else []),
        *([hours] if blocked.after_hours else []),
    )


def _used_up(use: Use) -> Phrase:
    rounds = tuple(dict.fromkeys(reserved(touch) for touch in use.touches if touch.reserved_for))
    if rounds:
        return phrase("the budget is used up ({cap}; {rounds})", cap=cap_said(use), rounds=rounds)
    return phrase("the budget is used up ({cap})", cap=cap_said(use))


def reserved(touch: Touch) -> Phrase:
    """For what a touch that has not been made is reserved."""
    return phrase("reserved for the survey round ({period})", period=written_period(touch.reserved_for or ""))


def when(blocked: Blocked) -> Phrase:
    """From when on."""
    if blocked.first is None:
        return phrase("No first allowed day can be told: it lasts until that has changed.")
    if blocked.opens:
        return phrase("First allowed: {day}, from {hour}.", day=blocked.first, hour=blocked.opens.strftime("%H:%M"))
    return phrase("First allowed day: {day}.", day=blocked.first)


def touches_table(title: Phrase, touches: tuple[Touch, ...], people: dict[str, str]) -> Table:
    columns = tuple(
        Column(label)
        for label in (phrase("Day"), phrase("Team"), phrase("Channel"), phrase("Person"), phrase("By"), phrase("Note"))
    )
    rows = tuple(
        (
            t.on,
            TEAMS.get(t.category, t.category),
            CHANNELS.get(t.channel or "", t.channel),
            people.get(t.contact_id or ""),
            t.author,
            reserved(t) if t.reserved_for else t.note,
        )
        for t in touches
    )
    return Table(title, columns, rows)


def verdict(decision: Decision, people: dict[str, str]) -> Iterator[Part]:
    """The decision on a draft, as parts of the answer that shows it."""
    if isinstance(decision, Allowed):
        yield Note(phrase("Contact guard: allowed on {day}.", day=decision.on))
        return
    yield Note(phrase("Contact guard: not on {day}, as {reasons}.", day=decision.on, reasons=reasons(decision)))
    yield Note(when(decision))
    if decision.touches:
        yield touches_table(phrase("Touches that used up the budget"), decision.touches, people)


def people_of(found: Contacted) -> dict[str, str]:
    return {row.contact_id: row.name for row in found.contacts}


def guarded_drafts(answer: Answer, deps: Deps) -> Answer:
    """An answer that drafts, with what the guard says of it, the draft's id, and how to approve or reject it."""
    kept = [(part, deps.contacting.drafts.id_of(part)) for part in answer.parts if isinstance(part, Draft)]
    ids = [draft_id for _, draft_id in kept if draft_id]
    if not ids:
        return answer
    below = [part for draft, draft_id in kept if draft_id for part in _below(draft, draft_id, deps)]
    said = [part for part in answer.parts if not isinstance(part, NextSteps)]
    later = [step for part in answer.parts if isinstance(part, NextSteps) for step in part.questions]
    decide_now = [step for draft_id in ids for step in to_decide(draft_id)]
    return replace(answer, parts=(*said, *below, NextSteps((*decide_now, *later))), waiting=tuple(ids))


def _below(draft: Draft, draft_id: str, deps: Deps) -> Iterator[Part]:
    if draft.account_id and draft.category:
        asked = ledger(deps, Wish(draft.account_id, draft.category, deps.today, draft.contact_id, as_reserved=True))
        yield from verdict(asked.decide(deps.contacting.counted(draft.account_id)), people_of(asked.found))
    yield Note(phrase("Draft {id} waits for approval. It is never sent from here.", id=draft_id))


def to_decide(draft_id: str) -> tuple[Phrase, Phrase]:
    """What can be asked next of a draft that waits."""
    return phrase("Approve draft {id}", id=draft_id), phrase("Reject draft {id}", id=draft_id)
