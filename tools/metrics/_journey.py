"""An account's way with us, by the rows of the book: what happened, the phases that makes, and when nobody spoke.

A phase begins with an event and ends with the next that changes it; nothing is typed in. `evaluation`: known, but does
not pay yet. `onboarding`: pays, and has not used the product; where nobody reported usage when it came, for 90 days.
`adoption`: uses it, and has neither renewed nor grown so far. `growth`: renewed or expanded since. `leaving`: every
contract in force is cancelled, and still paid. `away`: pays nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain, pairwise
from typing import Any, Literal, get_args

from sqlalchemy import func, select

from tools.metrics._book import (
    accounts,
    contacts,
    exits,
    goals,
    mrr_movements,
    subscriptions,
    survey_answers,
    tickets,
    touches,
    usage,
)
from tools.metrics._figure import Source
from tools.metrics._flows import FX
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Reader
from tools.metrics._terms import decisions

Happened = Literal[
    "signed_up", "contract_began", "new", "reactivation", "activated", "settled", "goal_set", "goal_due", "review",
    "conversation", "message", "ticket", "survey", "expansion", "renewed", "contraction", "person_left", "cancelled",
    "contract_ended", "churn", "exit",
]  # fmt: skip
"""What can happen, in the order in which it is told of one day. `settled`: 90 paid days are over, and nothing is known
of usage in that time."""
Phase = Literal["evaluation", "onboarding", "adoption", "growth", "leaving", "away"]
CONTACT: frozenset[Happened] = frozenset({"review", "conversation", "message", "ticket", "survey"})
"""What breaks a silence, in whichever direction."""
SETTLED = timedelta(days=90)
GAP = timedelta(days=60)
"""A stretch of so many days without any contact, while they pay, is a gap."""
PAYING: frozenset[Phase] = frozenset({"onboarding", "adoption", "growth", "leaving"})
REVIEW_WORDS = ("qbr", "ebr", "business review", "revisão de negócio", "revisão trimestral", "revisão do trimestre")
"""What a touch's channel or note says where it was a business review."""
_SETTLING = ("activated", "settled")
_ORDER: Mapping[str, int] = {kind: place for place, kind in enumerate(get_args(Happened))}


@dataclass(frozen=True)
class Event:
    """One thing that happened. `table` and `key`: the row that says so; `said`: what more it says."""

    on: date
    kind: Happened
    table: str
    key: str
    said: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Stretch:
    """A phase from a day up to, not including, another; of the last one that is the day after the day asked for.

    `by`: the event that began it.
    """

    phase: Phase
    since: date
    until: date
    by: Event

    @property
    def days(self) -> int:
        return (self.until - self.since).days


@dataclass(frozen=True)
class Journey:
    """Events in order, the phases they make, and the gaps: (first, last) day on which nobody was in touch."""

    events: tuple[Event, ...]
    phases: tuple[Stretch, ...]
    gaps: tuple[tuple[date, date], ...]
    source: Source


def journey(book: Book, account_id: str, day: date, more: Iterable[Event] = ()) -> Journey:
    """An account's journey up to the end of a day; `more`: events that no load has told yet."""
    reader = Reader(book)
    told = {event.key for event in more}
    read = (event for event in _read(reader, account_id, day) if event.table != touches.name or event.key not in told)
    events = tuple(sorted(chain(read, (each for each in more if each.on <= day)), key=_place))
    found = tuple(_phases(events, day))
    return Journey(events, found, tuple(_gaps(events, found)), reader.source)


def _place(event: Event) -> tuple[date, int, str]:
    return event.on, _ORDER[event.kind], event.key


def _read(reader: Reader, account_id: str, day: date) -> Iterator[Event]:
    events = chain.from_iterable(part(reader, account_id, day) for part in _PARTS)
    return (event for event in events if event.on <= day)


def _account(reader: Reader, account_id: str, day: date) -> Iterator[Event]:
    for row in reader.rows(select(accounts).where(accounts.c.account_id == account_id)):
        if row.signed_up_on:
            yield Event(row.signed_up_on, "signed_up", accounts.name, account_id, {"source": row.source})


def _contracts(reader: Reader, account_id: str, day: date) -> Iterator[Event]:
    s = subscriptions.c
    rows = reader.rows(select(subscriptions).where(s.account_id == account_id, s.kind != "repeat", s.started_on <= day))
    for row in rows:
        what = {"product": row.product, "plan": row.plan, "reason": row.cancel_reason}
        yield Event(row.started_on, "contract_began", subscriptions.name, row.subscription_id, what)
        if row.ended_on:
            yield Event(row.ended_on, "contract_ended", subscriptions.name, row.subscription_id, what)
        if row.cancelled_on:
            last = {"last": _is_last(row, rows)}
            yield Event(row.cancelled_on, "cancelled", subscriptions.name, row.subscription_id, {**what, **last})


def _is_last(cancelled: Any, lines: Sequence[Any]) -> bool:
    """Whether all contracts in force on that day were cancelled by then."""
    day = cancelled.cancelled_on
    in_force = (line for line in lines if line.started_on <= day and (line.ended_on is None or line.ended_on > day))
    return all(line.ended_on and line.cancelled_on and line.cancelled_on <= day for line in in_force)


def _movements(reader: Reader, account_id: str, day: date) -> Iterator[Event]:
    m = mrr_movements.c
    for row in reader.rows(select(mrr_movements).where(m.account_id == account_id, m.category != FX)):
        key = f"{row.on_day}/{row.category}"
        amount = {"amount": row.amount_minor, "mrr": row.mrr_minor}
        yield Event(row.on_day, row.category, mrr_movements.name, key, amount)


def _activation(reader: Reader, account_id: str, day: date) -> Iterator[Event]:
    """The first day or week in which the product was used; of who came before anybody reported usage, 90 days on."""
    u, m = usage.c, mrr_movements.c
    reported_from = reader.rows(select(func.min(u.on_day).label("day")))[0].day
    came = select(func.min(m.on_day).label("day")).where(m.account_id == account_id)
    if (paid_from := reader.rows(came)[0].day) and (reported_from is None or paid_from < reported_from):
        yield Event(paid_from + SETTLED, "settled", mrr_movements.name, f"{paid_from}/settled")
        return
    first = select(func.min(u.on_day).label("day")).where(u.account_id == account_id, u.events > 0)
    if used_from := reader.rows(first)[0].day:
        yield Event(used_from, "activated", usage.name, str(used_from))


def _renewals(reader: Reader, account_id: str, day: date) -> Iterator[Event]:
    s = subscriptions.c
    first = reader.rows(select(func.min(s.started_on).label("day")).where(s.account_id == account_id))[0].day
    if first is None or first > day:
        return
    each = decisions(reader.book, Period(first, day + timedelta(days=1))).c
    renewed = select(each.subscription_id, each.ended_on, each.kept).where(
        each.account_id == account_id, each.renewed == 1
    )
    for row in reader.rows(renewed):
        yield Event(row.ended_on, "renewed", subscriptions.name, row.subscription_id, {"mrr": int(row.kept)})


def _touches(reader: Reader, account_id: str, day: date) -> Iterator[Event]:
    for row in reader.rows(select(touches).where(touches.c.account_id == account_id)):
        what = {"team": row.team, "channel": row.channel, "author": row.author}
        yield Event(row.on_day, touch_kind(row.direction, row.channel, row.note), touches.name, row.touch_id, what)


def touch_kind(direction: str | None, channel: str | None, note: str | None) -> Happened:
    """What a touch was: a business review, something in which they took part, or a message of ours."""
    if any(word in f"{channel or ''} {note or ''}".casefold() for word in REVIEW_WORDS):
        return "review"
    return "conversation" if direction in ("inbound", "both") else "message"


def _tickets(reader: Reader, account_id: str, day: date) -> Iterator[Event]:
    for row in reader.rows(select(tickets).where(tickets.c.account_id == account_id)):
        what = {"priority": row.priority, "topic": row.topic, "solved_on": row.solved_on}
        yield Event(row.opened_on, "ticket", tickets.name, row.ticket_id, what)


def _surveys(reader: Reader, account_id: str, day: date) -> Iterator[Event]:
    for row in reader.rows(select(survey_answers).where(survey_answers.c.account_id == account_id)):
        what = {"survey": row.kind, "score": row.score, "touchpoint": row.touchpoint}
        yield Event(row.answered_on, "survey", survey_answers.name, row.answer_id, what)


def _goals(reader: Reader, account_id: str, day: date) -> Iterator[Event]:
    for row in reader.rows(select(goals).where(goals.c.account_id == account_id)):
        for on, kind in ((row.set_on, "goal_set"), (row.due_on, "goal_due")):
            if on:
                yield Event(on, kind, goals.name, row.goal_id, {"name": row.name})  # type: ignore[arg-type]


def _people(reader: Reader, account_id: str, day: date) -> Iterator[Event]:
    c = contacts.c
    for row in reader.rows(select(contacts).where(c.account_id == account_id, c.left_on.is_not(None))):
        yield Event(row.left_on, "person_left", contacts.name, row.contact_id, {"name": row.name, "role": row.role})


def _exits(reader: Reader, account_id: str, day: date) -> Iterator[Event]:
    for row in reader.rows(select(exits).where(exits.c.account_id == account_id)):
        yield Event(row.on_day, "exit", exits.name, row.exit_id, {"reason": row.reason})


_PARTS = (
    _account, _contracts, _movements, _activation, _renewals, _touches, _tickets, _surveys, _goals, _people, _exits,
)  # fmt: skip


def _phases(events: Sequence[Event], day: date) -> Iterator[Stretch]:
    """What each event makes of the phase before it."""
    begun: list[tuple[Phase, Event]] = []
    activated = False
    for event in events:
        activated = activated or event.kind in _SETTLING
        now = begun[-1][0] if begun else None
        if (following := _after(now, event, activated)) != now and following:
            begun.append((following, event))
    ends = [*(event.on for _, event in begun), day + timedelta(days=1)][1:]
    found = (Stretch(phase, by.on, end, by) for (phase, by), end in zip(begun, ends, strict=bool(begun)))
    return (stretch for stretch in found if stretch.days > 0)


def _after(now: Phase | None, event: Event, activated: bool) -> Phase | None:
    """The phase in which an event leaves an account."""
    match event.kind:
        case "signed_up" | "contract_began" if now is None:
            return "evaluation"
        case "new" | "reactivation":
            return "adoption" if activated else "onboarding"
        case "activated" | "settled" if now == "onboarding":
            return "adoption"
        case "expansion" | "renewed" if now == "adoption":
            return "growth"
        case "cancelled" if now in PAYING and event.said["last"]:
            return "leaving"
        case "churn":
            return "away"
    return now


def _gaps(events: Sequence[Event], phases: Sequence[Stretch]) -> Iterator[tuple[date, date]]:
    """Within each time in which they paid without a break."""
    spoken = [event.on for event in events if event.kind in CONTACT]
    for first, end in _paid(phases):
        days = [first, *(day for day in spoken if first <= day < end), end]
        silent = (pair for pair in pairwise(days) if pair[1] - pair[0] >= GAP)
        yield from ((before + timedelta(days=before != first), after - timedelta(days=1)) for before, after in silent)


def _paid(phases: Sequence[Stretch]) -> Iterator[tuple[date, date]]:
    """Times in which they paid: from the first day to the one after the last."""
    spans: list[tuple[date, date]] = []
    for stretch in (each for each in phases if each.phase in PAYING):
        if spans and spans[-1][1] == stretch.since:
            spans[-1] = (spans[-1][0], stretch.until)
        else:
            spans.append((stretch.since, stretch.until))
    yield from spans
