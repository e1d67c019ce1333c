"""The clock of a replica: what is due is made a question, which the durable queue takes once.

Any number of replicas may tick. The key of the question is that of the schedule and of the time at which it was due, so
that the queue knows it when it comes again; only then the schedule moves on to its next time. Whoever is killed in
between leaves a schedule that is still due, and a question that is there already.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby, takewhile
from typing import Literal

from bot.occasion import LATE, Occasion, lane
from bot.question import Person, Place, Question
from bot.timetable import Due, Timetable
from bot.unforeseen import guarded
from tools import KeptSchedule

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two looks at what is due."""
MADE_UP_FOR = 3
"""How many missed times of one schedule are delivered late; before that they are only counted."""
Missed = Literal["late", "skip"]


@dataclass(frozen=True)
class Ticker:
    """`accept` takes a question durably. `missed`: whether what was missed is delivered late. `load` names the data
    that are loaded, `digest` is the least time between two rounds of alerts after loads."""

    timetable: Timetable
    accept: Callable[[Question], None]
    clock: Callable[[], datetime]
    missed: Missed = "late"
    load: Callable[[], str | None] = lambda: None
    digest: timedelta = timedelta(hours=1)

    def tick(self) -> None:
        """Take in hand whatever is due by now."""
        now = self.clock().astimezone(UTC)
        found = self.timetable.due(now)
        for due in found:
            if due.asked:
                self.accept(question_for((due.kept,), due.at, asked=True))
                self.timetable.served(due)
            elif due.kept.watch is None:
                self._fire(due, now)
        self._look([due for due in found if due.kept.watch and not due.asked], now)
        self._look_after_a_load(now)

    def run(self, stop: threading.Event, every: float = EVERY) -> None:
        """Tick until told to stop. A tick that fails (the database is away) is made up for by the next."""
        while not stop.wait(every):
            guarded("the clock", self.tick, lambda _: None)

    def _fire(self, due: Due, now: datetime) -> None:
        """One time of a schedule; of a long absence the latest times, the first of which says how many there were."""
        times = list(self._missed_times(due, now))
        skipped = len(times) - (MADE_UP_FOR if self.missed == "late" else 1)
        if skipped > 0:
            if self.timetable.advance(due, times[skipped]):
                log.warning("%s: %s times were missed", due.kept.id, skipped)
            due = replace(due, at=times[skipped])
        if self.missed == "late" or now - due.at < LATE:
            self.accept(question_for((due.kept,), due.at, skipped=max(skipped, 0)))
        self.timetable.advance(due, due.kept.recurrence.after(due.at))

    def _missed_times(self, due: Due, now: datetime) -> Iterator[datetime]:
        """The time that is due, and those after it that have gone by as well."""
        yield due.at
        yield from takewhile(lambda at: at <= now, due.kept.recurrence.times(due.at))

    def _look(self, alerts: Sequence[Due], now: datetime) -> None:
        """Alerts for one reader that are due at one time are one question: they become one message."""
        for (_, at), group in groupby(sorted(alerts, key=_digest), key=_digest):
            together = list(group)
            self.accept(question_for(tuple(due.kept for due in together), at))
            for due in together:
                self.timetable.advance(due, due.kept.recurrence.after(now))  # a look shows all that came before it

    def _look_after_a_load(self, now: datetime) -> None:
        load = self.load()
        if load is None:
            return
        unseen = [Due(kept, now) for kept in self.timetable.unseen(load, now - self.digest)]
        for _, group in groupby(sorted(unseen, key=_digest), key=_digest):
            together = tuple(due.kept for due in group)
            self.accept(question_for(together, now, load=load))
            for kept in together:
                self.timetable.saw(kept, load)


def question_for(
    asking: tuple[KeptSchedule, ...], at: datetime, *, asked: bool = False, skipped: int = 0, load: str = ""
) -> Question:
    """What a schedule, or alerts together, ask in their owner's name at the place where they post."""
    first = asking[0]
    occasion = Occasion(tuple(kept.id for kept in asking), at.isoformat(), asked, skipped, load)
    name = f"load/{load}" if load else f"{'asked/' if asked else ''}{at:%Y-%m-%dT%H:%M:%SZ}"
    to_a_channel = not first.target.startswith(("U", "W"))
    place = Place("channel", first.team, first.target) if to_a_channel else Place("dm", first.team)
    owner = Person(first.owner, first.owner_name, outsider=None)
    return Question(
        f"{lane(first)}/{name}", first.words, owner, place, language=first.language, occasion=occasion.written()
    )


def _digest(due: Due) -> tuple[str, datetime]:
    return lane(due.kept), due.at
