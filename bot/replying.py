"""From a question to what is sent: who may see it decides where the answer goes."""

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Literal

from bot import block_kit as kit
from bot.audience import Room, Verdict, may_all_see, may_see
from bot.blocks import Message
from bot.conversation import SUGGESTIONS, Outcome, Reply, broken
from bot.delivery import Delivery
from bot.locale import Speaker
from bot.parcels import Parcel
from bot.question import Person, Place, Question
from bot.roles import View
from bot.rooms import Rooms
from tools import Phrase, phrase

log = logging.getLogger(__name__)

Way = Literal["post", "private"]
ALERT = "#alert"
"""How the key of a message to the owner of the book ends."""


class Replying:
    """`answer` answers a question, `say` makes a message of a reply, `language` tells a text's language.

    `alert_to`: the Slack user who is told where figures are withheld because the book is damaged. `views`: what each of
    some people may see; `says_the_same`: whether an answer made of what they all see would be this one.
    """

    def __init__(
        self,
        answer: Callable[[Question], Reply],
        say: Callable[[Reply], Message],
        language: Callable[[str], str],
        rooms: Rooms,
        delivery: Delivery,
        alert_to: str | None = None,
        views: Callable[[Iterable[Person]], Sequence[View]] = lambda _: (),
        says_the_same: Callable[[Reply, Sequence[View]], bool] = lambda *_: False,
    ) -> None:
        self.answer, self.say, self.language = answer, say, language
        self.rooms, self.delivery, self.alert_to = rooms, delivery, alert_to
        self.views, self.says_the_same = views, says_the_same

    def parcels(self, question: Question) -> list[Parcel]:
        """The messages that answer a question, in the order in which they are sent."""
        if does(question, "hello"):
            return [self._parcel(question, self.say(hello(question)), "post")]
        asker, room = self.rooms.person(question.asker), self.rooms.room(question.place)
        question = replace(question, asker=asker)
        verdict = may_see(asker, question.place, room)
        if verdict.way == "refused":
            return [self._sentence(question, verdict.why or phrase("I cannot answer that here."))]
        if does(question, "share") and verdict.way == "private":
            return [self._kept_private(question, verdict)]
        self._show_work(question)
        reply = self.answer(question)
        if reply.outcome == "silent":
            return []
        verdict = self._among(room, verdict, reply)
        if does(question, "share") and verdict.way == "private":
            return [self._kept_private(question, verdict)]
        if verdict.way == "allowed" and question.alone:
            verdict = Verdict("private")
        if reply.offers and verdict.way == "private":
            reply = replace(reply, offers=(*reply.offers, "share"))
        return [*self._answer(question, verdict, self._say(reply)), *self._alert(question, reply)]

    def _among(self, room: Room, verdict: Verdict, reply: Reply) -> Verdict:
        """The same verdict, or that the answer is for the asker alone: somebody in the room may see less."""
        views = self.views(room.people) if verdict.way == "allowed" else ()
        if may_all_see(reply.needs, views) or self.says_the_same(reply, views):
            return verdict
        return Verdict("private")

    def _say(self, reply: Reply) -> Message:
        """The reply as a message; where somebody is alerted, who asked is told so."""
        if not reply.alert:
            return self.say(reply)
        told, tell = phrase("The owner of the book has been told."), phrase("Please tell the owner of the book.")
        more = told if self.alert_to else tell
        return self.say(replace(reply, message=phrase("{sentence} {more}", sentence=reply.message, more=more)))

    def _answer(self, question: Question, verdict: Verdict, message: Message) -> list[Parcel]:
        if verdict.way == "private":
            return self._privately(question, verdict, message)
        way = _open_way(question.place)
        if question.place.kind == "command" or does(question, "share"):
            message = _quoting(question, message, question.asker.id)
        return [self._parcel(question, message if way == "post" else _quoting(question, message), way)]

    def _kept_private(self, question: Question, verdict: Verdict) -> Parcel:
        """What somebody is told who wants to share what not everybody there may see."""
        why = phrase("Not everybody in that channel may see this answer, so I have not shared it.")
        said = phrase("{sentence} {more}", sentence=why, more=verdict.why) if verdict.why else why
        reply = Reply(question, question.language, "declined", said)
        return self._parcel(question, self.say(reply), "private")

    def apology(self, question: Question, error: str) -> list[Parcel]:
        """What a person gets when something broke: a fixed sentence with the id under which it is logged."""
        return [self._sentence(question, broken(error), outcome="failed")]

    def _alert(self, question: Question, reply: Reply) -> list[Parcel]:
        """What the owner of the book is told in a direct message, and the log in any case."""
        if not reply.alert:
            return []
        log.error("%s: %s", question.key, Speaker().say(reply.alert.headline))
        if not self.alert_to:
            return []
        said = Reply(question, self.language(""), "failed", reply.alert.headline, answer=reply.alert)
        place = question.place
        return [self.delivery.parcel(
            question.key + ALERT, self.say(said),
            way="private", channel=place.channel, thread=place.thread, user=self.alert_to, aside=True,
        )]  # fmt: skip

    def undelivered(self, question: Question, key: str, error: str) -> list[Parcel]:
        """What can still be said where Slack did not take a message; mostly one that was meant for a direct message."""
        why = phrase(
            "I have an answer, but Slack did not let me deliver it. Please tell an administrator: error {id}.", id=error
        )
        if key.endswith(ALERT):
            why = phrase("The owner of the book could not be told. Please tell an administrator: error {id}.", id=error)
        return [self._sentence(question, why, f"{key.removeprefix(question.key)}#undelivered", "failed")]

    def _privately(self, question: Question, verdict: Verdict, message: Message) -> list[Parcel]:
        answer = self._parcel(question, _quoting(question, message), "private")
        if question.place.kind == "command":
            return [answer]  # nobody else saw the command: there is nothing to explain to the channel
        line = verdict.why or phrase("Not everybody here may see this, so I have answered privately.")
        return [answer, self._sentence(question, line, "#note")]

    def _sentence(
        self, question: Question, sentence: Phrase, suffix: str = "", outcome: Outcome = "declined"
    ) -> Parcel:
        reply = Reply(question, (question.language or self.language(question.text)), outcome, sentence)
        way: Way = "private" if question.place.kind == "command" else _open_way(question.place)
        return self._parcel(question, self.say(reply), way, suffix)

    def _parcel(self, question: Question, message: Message, way: Way, suffix: str = "") -> Parcel:
        return self.delivery.parcel(
            question.key + suffix,
            message,
            way=way,
            channel=question.place.channel,
            thread=question.place.thread,
            user=question.asker.id,
            response_url=question.response_url,
            replaces=question.replaces if not suffix and (way == "post" or question.response_url) else "",
        )

    def _show_work(self, question: Question) -> None:
        if question.place.channel and question.place.thread:
            status = Speaker(question.language or self.language(question.text)).say(phrase("is looking that up …"))
            self.delivery.working(question.place.channel, question.place.thread, status)


def does(question: Question, verb: str) -> bool:
    """Whether a click is this verb: `share` an answer that one person got with the channel, say `hello`."""
    return bool(question.choice) and json.loads(question.choice).get("do") == verb


def hello(question: Question) -> Reply:
    """What a channel hears of whom was added to it; no customer's data is in it."""
    said = phrase(
        "Hello! I answer questions about your customers: mention me with one. What not everybody here may see, I "
        "answer to you alone."
    )
    return Reply(question, question.language, "declined", said, suggestions=SUGGESTIONS)


def _open_way(place: Place) -> Way:
    """A button on the Home tab is in no channel: it is answered in the person's direct message."""
    return "post" if place.channel else "private"


def _quoting(question: Question, message: Message, who: str = "") -> Message:
    """Where the question does not stand above its answer, the answer repeats it: a slash command, which nobody
    else saw (so it says `who` asked), an answer that goes to the direct message, a button of the Home tab."""
    if not question.text or len(message.blocks) >= kit.BLOCKS:
        return message
    quote = kit.quote(kit.cut(question.text, kit.QUOTE), who)
    text = f"> {kit.mrkdwn(kit.cut(question.text, kit.QUOTE))}\n{message.text}"
    return replace(message, text=text, blocks=(kit.rich_text([quote]), *message.blocks))
