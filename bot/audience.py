"""Who may see what, and where. Pure: `bot.rooms` finds out, this decides.

Outsiders (guests, strangers, bots, people of another workspace) get no account data, and neither does a room
that has one or that another organisation shares. What is not known counts as the worse case.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.question import Person, Place
from bot.roles import View
from knowledge import ALL, EVERYONE, Rights
from tools import Phrase, phrase
from tools.metrics import Sight


@dataclass(frozen=True)
class Room:
    """Who reads along.

    `outsiders`: somebody there is one; `shared`: with another organisation; None: not known; `why` says to
    an administrator what to do about it. `people`: everybody there, where all of them are ours.
    """

    shared: bool | None = None
    outsiders: bool | None = None
    why: Phrase | None = None
    people: tuple[Person, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """allowed: answer in place. private: answer the asker alone. refused: give no data, say `why`."""

    way: Literal["allowed", "private", "refused"]
    why: Phrase | None = None


def may_see(asker: Person, place: Place, room: Room) -> Verdict:
    """Where the answer to a question may be shown."""
    if place.kind == "terminal":
        return Verdict("allowed")
    if asker.outsider:
        return Verdict("refused", phrase("I answer questions about accounts only for members of this workspace."))
    if asker.outsider is None:
        return Verdict("refused", room.why or phrase("I could not find out who is asking, so I say nothing."))
    if place.kind == "dm" or _is_among_us(place, room):
        return Verdict("allowed")
    return Verdict("private", room.why)


def may_all_see(needs: Sight, views: Iterable[View]) -> bool:
    """Whether everybody in a room may see what an answer tells: it is what its asker sees, and they may see less."""
    return all(view.covers(needs) for view in views)


@dataclass(frozen=True)
class Circles:
    """Who belongs to whom a document's label names: Slack user ids."""

    leaders: frozenset[str] = frozenset()
    cs_team: frozenset[str] = frozenset()


def may_read(asker: Person, place: Place, circles: Circles) -> Rights:
    """The labels of the documents that an answer may quote.

    Whoever sits at the terminal holds the files themselves. In Slack a label counts in a direct message alone, where
    nobody else reads along; leaders read what the CS team reads.
    """
    if place.kind == "terminal":
        return ALL
    if place.kind != "dm" or asker.outsider:
        return EVERYONE
    if asker.id in circles.leaders:
        return ALL
    return EVERYONE | {"cs"} if asker.id in circles.cs_team else EVERYONE


def _is_among_us(place: Place, room: Room) -> bool:
    return not place.shared and room.shared is False and room.outsiders is False
