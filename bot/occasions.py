"""What becomes of a schedule when its time has come: its question answered as of that day, in its owner's name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.conversation import Conversation, Reply
from bot.occasion import LATE, Occasion
from bot.question import Question
from bot.router import Call, Decision
from bot.timetable import Timetable
from tools import KeptSchedule, NextSteps, Note, Phrase, phrase, phrase_n, rhythm, spoken_moment

LOOKING = "schedules"
"""The tool that looks for what alerts watch for."""


@dataclass(frozen=True)
class Occasions:
    """Answers what schedules ask. `now`: the moment in the workspace."""

    timetable: Timetable
    conversation: Conversation
    now: Callable[[], datetime]

    def answer(self, question: Question) -> Reply:
        """The reply; `silent` where the schedule is no more, is paused, or where an alert has nothing new to tell."""
        occasion = Occasion.read(question.occasion)
        found = (self.timetable.find(each, question.place.team) for each in occasion.schedules)
        meant = [kept for kept in found if kept and (kept.active or occasion.asked)]
        if not meant:
            return silent(question)
        first = meant[0]
        day = occasion.day(first) if first.watch is None else self.now().date()  # an alert says what is so now
        talk = replace(self.conversation, today=lambda: day)
        if first.watch:
            looked = talk.answer(question, Call(LOOKING, {"act": "look", "alerts": [kept.id for kept in meant]}))
            nothing_new = looked.answer is not None and not looked.answer.parts and not occasion.asked
            return silent(question) if nothing_new else looked
        return _introduced(talk.answer(question, call_of(first, talk, question, day)), first, occasion, self.now())


def silent(question: Question) -> Reply:
    """Nothing is to be said."""
    return Reply(question, question.language, "silent", phrase("Nothing new."))


def call_of(kept: KeptSchedule, talk: Conversation, question: Question, day: date) -> Call:
    """What the words mean on that day: "last week" is the week before it. Where they alone do not tell, what was chosen
    when it was set up, its periods moved to that day."""
    chosen = Call(kept.tool, kept.as_of(day))
    if not kept.words:
        return chosen
    with talk.open_book().unchanging() as book:
        decision = talk.router.choose(kept.words, kept.language, day, talk.names_for(question, book))
    return next((call for call in _calls(decision) if _is_of_the_same(call, chosen)), chosen)


def _is_of_the_same(call: Call, chosen: Call) -> bool:
    """Of the tool and the saved segment that were meant: the words of one that was deleted mean something else."""
    return call.tool == chosen.tool and call.arguments.get("saved") == chosen.arguments.get("saved")


def _calls(decision: Decision) -> Iterator[Call]:
    """What the words may mean; where something is missing in them, it was chosen once."""
    if isinstance(decision, Call):
        yield decision


def _introduced(reply: Reply, kept: KeptSchedule, occasion: Occasion, now: datetime) -> Reply:
    """The reply, saying whose schedule it is, and that it is late where it is."""
    if reply.answer is None:
        return reply
    zone = ZoneInfo(kept.recurrence.zone or "UTC")
    first = [Note(late)] if (late := _late(occasion, now, zone)) else []
    said = phrase(
        "{id}, {rhythm}, set up by {owner}.", id=kept.id, rhythm=rhythm(kept.recurrence), owner=kept.owner_name
    )
    parts = (*first, *reply.answer.parts, Note(said), NextSteps((phrase("Pause {id}", id=kept.id),)))
    return replace(reply, answer=replace(reply.answer, parts=parts))


def _late(occasion: Occasion, now: datetime, zone: ZoneInfo) -> Phrase | None:
    if occasion.asked or now - occasion.at < LATE:
        return None
    due = spoken_moment(occasion.at.astimezone(zone))
    if occasion.skipped:
        return phrase_n(
            "This is late: it was due on {due}. {n} time before it was missed and is left out.",
            "This is late: it was due on {due}. {n} times before it were missed and are left out.",
            occasion.skipped, due=due,
        )  # fmt: skip
    return phrase("This is late: it was due on {due}.", due=due)
