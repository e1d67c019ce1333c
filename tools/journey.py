"""One account's journey: what happened when, the phases it went through, and where nobody was in touch."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, Field

from tools import (
    ACCOUNT,
    TABLES,
    Answer,
    Cell,
    Column,
    Deps,
    Download,
    Mark,
    NextSteps,
    Note,
    Part,
    Phrase,
    Table,
    Timeline,
    ToolError,
    phrase,
    phrase_n,
)
from tools._account import read_account
from tools._journey_words import KINDS, PHASES, details, tone_of
from tools._reading import conversion
from tools.metrics import Event, Journey, Profile, Stretch, touch_kind
from tools.metrics import journey as journey_of

SHOWN = 25
"""Milestones that are listed, the latest; all events are in the file."""
LANES: tuple[tuple[Phrase, frozenset[str]], ...] = (
    (phrase("Contract and MRR"), frozenset({
        "signed_up", "contract_began", "new", "reactivation", "expansion", "renewed", "contraction", "cancelled",
        "contract_ended", "churn", "exit",
    })),
    (phrase("Goals and reviews"), frozenset({"goal_set", "goal_due", "review", "activated", "settled"})),
    (phrase("People and conversations"), frozenset({"conversation", "person_left"})),
    (phrase("Messages from us"), frozenset({"message"})),
    (phrase("Tickets"), frozenset({"ticket"})),
    (phrase("Surveys"), frozenset({"survey"})),
)  # fmt: skip
ROUTINE = frozenset({"conversation", "message", "ticket"})
"""What happens all the time: counted by phase, and in the file, but no milestone."""
CONTACTS = (
    (phrase("Conversations"), frozenset({"conversation", "review"})),
    (phrase("Messages from us"), frozenset({"message"})),
    (phrase("Tickets"), frozenset({"ticket"})),
    (phrase("Survey answers"), frozenset({"survey"})),
)


class Input(BaseModel):
    account: Annotated[str, ACCOUNT] = Field(description="Id of the account.")


def journey(ask: Input, deps: Deps) -> Answer:
    """Map one customer's journey: events in order, phases with the time in each, gaps without contact, as a timeline.

    Use when someone asks for the journey, timeline, lifecycle, phases or milestones of an account, how long it took
    from sign-up to first use or to growth, or when nobody was in touch with it. Nothing in it is typed by hand.
    """
    account = read_account(ask.account, deps)
    found = journey_of(deps.book, ask.account, deps.today, _logged_here(ask.account, deps))
    if not found.phases:
        said = phrase("Nothing dated is known of {account}: there is no journey to show.", account=account.account.name)
        raise ToolError(said, suggestions=(phrase("Summary of {account}", account=account.account.name),))
    map_ = _Map(account, found, deps)
    return Answer(
        phrase("Journey · {account}", account=account.account.name),
        map_.headline(),
        (*map_.parts(), *conversion(deps.book, {line.currency for line in account.contracts}), NextSteps(map_.next())),
        frozenset({ask.account}),
    )


def _logged_here(account_id: str, deps: Deps) -> list[Event]:
    """Touches that were logged here, whether a load has told of them since or not."""
    return [
        Event(
            touch.on, touch_kind(touch.direction, touch.channel, touch.note), "touches", touch.id,
            {"team": touch.category, "channel": touch.channel, "author": touch.author},
        )
        for touch in deps.contacting.touches.of(account_id)
    ]  # fmt: skip


@dataclass(frozen=True)
class _Map:
    """The parts of one journey."""

    account: Profile
    found: Journey
    deps: Deps

    @property
    def now(self) -> Stretch:
        return self.found.phases[-1]

    @cached_property
    def milestones(self) -> list[Event]:
        return [event for event in self.found.events if event.kind not in ROUTINE]

    def headline(self) -> Phrase:
        return phrase_n(
            "{account} has been in this phase since {since}: {phase}, {n} day so far.",
            "{account} has been in this phase since {since}: {phase}, {n} days so far.",
            self.now.days, account=self.account.account.name, since=self.now.since, phase=PHASES[self.now.phase],
        )  # fmt: skip

    def parts(self) -> Iterator[Part]:
        yield self._timeline()
        yield self._phases()
        yield self._milestones()
        yield from self._gaps()
        yield Note(phrase(
            "Phases are told from events alone: evaluation until the first paid day; onboarding until the first use "
            "(90 days where usage of that time is not known); adoption until the first renewal or expansion; then "
            "growth; leaving once every contract is cancelled."
        ))  # fmt: skip
        yield self._file()

    def _timeline(self) -> Timeline:
        title = phrase("The journey of {account}", account=self.account.account.name)
        phases = tuple((PHASES[each.phase], each.since, each.until) for each in self.found.phases)
        lanes = ((name, self._marks(kinds)) for name, kinds in LANES)
        first = min(self.now.since, self.found.events[0].on)
        return Timeline(title, first, self.deps.today, phases, tuple((name, marks) for name, marks in lanes if marks))

    def _marks(self, kinds: frozenset[str]) -> tuple[Mark, ...]:
        return tuple(Mark(event.on, tone_of(event)) for event in self.found.events if event.kind in kinds)

    def _phases(self) -> Table:
        columns = (
            Column(phrase("Phase")), Column(phrase("From")), Column(phrase("Until")), Column(phrase("Days"), True),
            Column(phrase("Began with")), *(Column(name, True) for name, _ in CONTACTS),
        )  # fmt: skip
        return Table(phrase("Phases, and the time in each"), columns, tuple(map(self._phase, self.found.phases)))

    def _phase(self, each: Stretch) -> tuple[Cell, ...]:
        until = None if each is self.now else each.until - timedelta(days=1)
        within = [event.kind for event in self.found.events if each.since <= event.on < each.until]
        counts = (sum(kind in kinds for kind in within) for _, kinds in CONTACTS)
        return PHASES[each.phase], each.since, until, each.days, KINDS[each.by.kind], *counts

    def _milestones(self) -> Table:
        columns = (
            Column(phrase("Day")), Column(phrase("What happened")), Column(phrase("Details")), Column(phrase("Source")),
        )  # fmt: skip
        left = len(self.milestones) - SHOWN
        earlier = phrase_n(
            "{n} earlier milestone is in the file.", "{n} earlier milestones are in the file.", max(left, 0)
        )
        rows = (
            (event.on, KINDS[event.kind], details(event, self.deps.book.currency), TABLES.get(event.table, self._mrr))
            for event in self.milestones[-SHOWN:]
        )
        return Table(phrase("Milestones"), columns, tuple(rows), earlier if left > 0 else None)

    _mrr = phrase("MRR ledger")

    def _gaps(self) -> Iterator[Part]:
        if not self.found.gaps:
            yield Note(phrase("No gap: while they paid, there was never a stretch of 60 days without any contact."))
            return
        columns = Column(phrase("From")), Column(phrase("Until")), Column(phrase("Days"), True), Column(phrase("Phase"))
        rows = tuple((first, last, (last - first).days + 1, self._phase_on(first)) for first, last in self.found.gaps)
        note = phrase("No touch, ticket or survey answer for 60 days or more, while they paid.")
        yield Table(phrase("Gaps"), columns, rows, note)

    def _phase_on(self, day: date) -> Phrase | None:
        return next((PHASES[each.phase] for each in self.found.phases if each.since <= day < each.until), None)

    def _file(self) -> Download:
        """Every event with its phase and the row that says so."""
        columns = (
            Column(phrase("Day")), Column(phrase("Phase")), Column(phrase("What happened")), Column(phrase("Details")),
            Column(phrase("Source")), Column(phrase("Row")),
        )  # fmt: skip
        rows = tuple(
            (
                event.on, self._phase_on(event.on), KINDS[event.kind], details(event, self.deps.book.currency),
                event.table, event.key,
            )
            for event in self.found.events
        )  # fmt: skip
        return Download(f"journey-{self.account.account.account_id}.csv", phrase("All events"), columns, rows)

    def next(self) -> tuple[Phrase, ...]:
        name = self.account.account.name
        return (
            phrase("Summary of {account}", account=name),
            phrase("Compare {account} with similar customers", account=name),
        )
