"""What schedules post, and whom to tell where they cannot. Questions of people go straight on to `Replying`."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.conversation import Reply
from bot.occasion import TOLD, Occasion
from bot.parcels import Parcel
from bot.question import Person, Place, Question
from bot.replying import Replying
from bot.roles import Member
from bot.store import now
from bot.timetable import Timetable
from tools import KeptSchedule, Phrase, phrase, rhythm

log = logging.getLogger(__name__)

NOTE = "#note"


@dataclass(frozen=True)
class Announcing:
    """`member` says what somebody is to the company. `admin`: the Slack user who is told as well where a schedule is
    paused because its owner may not see it any more."""

    replying: Replying
    timetable: Timetable
    member: Callable[[Person], Member]
    admin: str | None = None
    covers: Callable[[Person, Person], bool] = lambda reader, owner: True
    """Whether the reader may see all that the owner may: only then it is sent to somebody else."""

    def parcels(self, question: Question) -> list[Parcel]:
        """The messages of one time of a schedule; none where it is deleted or paused, or has nothing to tell."""
        if not question.occasion:
            return self.replying.parcels(question)
        kept = self._kept(question)
        if not kept:
            return []
        if refusal := self._refusal(question, kept):
            return refusal
        made = self.replying.parcels(question)
        return [self._addressed(parcel, kept[0]) for parcel in made if not parcel.key.endswith(NOTE)]

    def apology(self, question: Question, error: str) -> list[Parcel]:
        if not question.occasion:
            return self.replying.apology(question, error)
        return self._owned_up(question, phrase("something went wrong, error {id}", id=error))

    def undelivered(self, question: Question, key: str, error: str) -> list[Parcel]:
        if not question.occasion:
            return self.replying.undelivered(question, key, error)
        if key.endswith(TOLD):
            return []  # its owner cannot be reached either: the log and the doctor know
        return self._owned_up(question, phrase("Slack did not take the message, error {id}", id=error))

    def _kept(self, question: Question) -> list[KeptSchedule]:
        occasion = Occasion.read(question.occasion)
        found = (self.timetable.find(each, question.place.team) for each in occasion.schedules)
        return [kept for kept in found if kept and (kept.active or occasion.asked)]

    def _refusal(self, question: Question, kept: list[KeptSchedule]) -> list[Parcel] | None:
        """What is said instead where the owner, or who would get it, is not one of us; None where all is well."""
        owner = self.replying.rooms.person(question.asker)
        if owner.outsider is not None and self.member(owner).role is None:
            return self._paused(question, kept)
        reader = kept[0].target
        if reader.startswith(("U", "W")) and reader != owner.id:
            whom = self.replying.rooms.person(Person(reader, outsider=None))
            if self.member(whom).role is None:
                return self._owned_up(question, phrase("who would get it is no member of this workspace"))
            if not self.covers(whom, owner):
                return self._owned_up(question, phrase("who would get it may see less than you"))
        if owner.outsider is None:
            return self._owned_up(question, phrase("I could not find out who may see it"))
        return None

    def _paused(self, question: Question, kept: list[KeptSchedule]) -> list[Parcel]:
        """Those whose owner left or may not see them any more; who pauses them tells it."""
        paused = [each for each in kept if self.timetable.pause_for_rights(each)]
        said = phrase(
            "I have paused what {owner} had scheduled ({what}): they may not see it any more. Who takes it over sets "
            "it up anew.", owner=question.asker.called, what=tuple(each.id for each in paused),
        )  # fmt: skip
        told = dict.fromkeys(filter(None, (question.asker.id, self.admin)))
        return [self._to(question, person, said, f"{TOLD}/{person}") for person in told] if paused else []

    def _owned_up(self, question: Question, why: Phrase) -> list[Parcel]:
        """The owner is told once, until a post gets through again."""
        kept = self._kept(question)
        log.error("%s was not posted", question.key)
        if not kept or not self.timetable.fails(kept[0], now()):
            return []
        said = phrase(
            "I could not post “{what}” ({id}, {rhythm}): {why}. I go on trying at its times and will not tell you "
            "again until one has got through.",
            what=kept[0].words or kept[0].tool, id=kept[0].id, rhythm=rhythm(kept[0].recurrence), why=why,
        )  # fmt: skip
        return [self._to(question, kept[0].owner, said, TOLD)]

    def _to(self, question: Question, person: str, said: Phrase, suffix: str) -> Parcel:
        asked = replace(
            question, key=question.key + suffix, asker=Person(person), place=Place("dm", question.place.team)
        )
        message = self.replying.say(Reply(asked, question.language, "failed", said))
        return self.replying.delivery.parcel(asked.key, message, way="private", channel="", user=person)

    def _addressed(self, parcel: Parcel, kept: KeptSchedule) -> Parcel:
        """To a person it goes as a direct message; in a channel nobody in particular is answered."""
        if parcel.aside:
            return parcel
        if parcel.way == "post":
            return replace(parcel, user="")
        return replace(parcel, user=kept.target) if kept.target.startswith(("U", "W")) else parcel
