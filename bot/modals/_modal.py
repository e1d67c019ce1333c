"""What every modal is: fields to show, and what is asked for once they are filled in."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bot import block_kit as kit
from bot.block_kit import Block
from bot.inputs import Filled
from bot.locale import Speaker
from bot.lookups import Lookups
from bot.question import Person, Place, Question
from tools import Phrase, phrase

TITLE = 24
"""Characters of a modal's title and buttons."""


@dataclass(frozen=True)
class About:
    """Where and for what a modal was opened; it travels with the view.

    `answer`: the key of the answer under which it was opened, whose message is at `message`. `account`, `draft`,
    `kind`: what it is about, where that is known already.
    """

    language: str
    place: Place
    who: str
    answer: str = ""
    message: str = ""
    response_url: str = ""
    account: str = ""
    draft: str = ""
    version: int = 0
    """Of the draft, as it was when the modal was opened."""
    kind: str = ""

    def written(self) -> str:
        """As the view's `private_metadata`."""
        said = {name: value for name, value in asdict(self).items() if value}
        return kit.compact(said)

    @property
    def person(self) -> Person:
        return Person(self.who, outsider=None)


def read_about(metadata: str) -> About:
    said = json.loads(metadata)
    return About(**{**said, "place": Place(**said["place"])})


@dataclass(frozen=True)
class Asked:
    """What a filled modal asks for: the same that a button asks for, and its words for people.

    `in_place`: the answer takes the place of the message under which it was opened.
    """

    choice: Mapping[str, Any]
    words: Phrase
    in_place: bool = False


@dataclass(frozen=True)
class Opinion:
    """Why somebody thinks so of an answer."""

    answer: str
    good: bool
    reason: str


@dataclass(frozen=True)
class Modal:
    """`fields` makes its blocks; `read` says what is asked for, or raises Wrong."""

    name: str
    title: Phrase
    submit: Phrase
    fields: Callable[[About, Lookups, Speaker], Iterable[Block]]
    read: Callable[[Filled, About, Lookups], Asked | Opinion] = field(compare=False)

    def view(self, about: About, lookups: Lookups) -> Block:
        speaker = Speaker(about.language)
        return {
            "type": "modal", "callback_id": self.name, "private_metadata": about.written(),
            "title": kit.plain(speaker.say(self.title), TITLE),
            "submit": kit.plain(speaker.say(self.submit), TITLE),
            "close": kit.plain(speaker.say(phrase("Cancel")), TITLE),
            "blocks": list(self.fields(about, lookups, speaker)),
        }  # fmt: skip


def question(view_id: str, asked: Asked, about: About, outsider: bool | None) -> Question:
    """The question that a filled modal is; sent twice it is one."""
    return Question(
        key=f"{about.place.team}/{about.place.channel or about.who}/{view_id}",
        text=Speaker(about.language).say(asked.words),
        asker=Person(about.who, outsider=outsider),
        place=about.place,
        language=about.language,
        choice=kit.compact(asked.choice),
        response_url=about.response_url,
        replaces=about.message if asked.in_place else "",
    )
