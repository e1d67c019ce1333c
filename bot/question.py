"""A question: who asked what, where. Pure."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Person:
    """Who asks. `outsider`: a guest, stranger, bot or member of another workspace; None: not known."""

    id: str
    name: str = ""
    email: str | None = None
    outsider: bool | None = False


@dataclass(frozen=True)
class Place:
    """Where it was asked and will be answered. `thread` is the ts of the thread's first message."""

    kind: Literal["terminal", "dm", "channel", "command"]
    team: str = ""
    channel: str = ""
    thread: str = ""
    shared: bool = False
    """The channel is shared with another organisation (Slack Connect)."""

    @property
    def conversation(self) -> str:
        """What follow-ups share."""
        return f"{self.team}/{self.channel}/{self.thread}"


@dataclass(frozen=True)
class Question:
    """One thing asked once: `key` is the same however often the event is delivered."""

    key: str
    text: str
    asker: Person
    place: Place
