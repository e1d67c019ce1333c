"""What is sent: one message and where it goes, in ever plainer forms."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

SHORT_TEXT = 3_900


class Later(Exception):
    """Slack cannot take it now; `seconds` is when to try again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"try again in {seconds:.0f} s")
        self.seconds = seconds


class Refused(Exception):
    """Slack will not take it, now or later; `error` is Slack's word for why."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass(frozen=True)
class Parcel:
    """One message and where it goes; plain values only, so that it can be written down before it is sent.

    post: for everybody in the channel (and thread, if any). private: for `user` alone. `response_url` is what
    a slash command came with: the one way into a channel that the bot is not in. `unpictured` are the blocks
    to use where Slack refuses the pictures; each of `files` has a `name`, a `content` and,
    where that is no text, the `encoding` base64. `aside`: for
    somebody else, and sent whatever becomes of the answer. `replaces`: the ts of our own message in
    the channel whose place it takes. `team`: the workspace.
    """

    key: str
    way: Literal["post", "private"]
    channel: str
    text: str
    thread: str = ""
    user: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    unpictured: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, str]] = field(default_factory=list)
    response_url: str = ""
    replaces: str = ""
    aside: bool = False
    team: str = ""

    def plain(self) -> dict[str, Any]:
        return dict(vars(self))


def ever_plainer(parcel: Parcel) -> Iterator[tuple[Parcel, bool]]:
    if parcel.blocks:
        yield parcel, False
    if parcel.unpictured:
        yield replace(parcel, blocks=parcel.unpictured), False
    yield replace(parcel, blocks=[]), len(parcel.text) <= SHORT_TEXT
    if len(parcel.text) > SHORT_TEXT:
        yield replace(parcel, blocks=[], text=parcel.text[:SHORT_TEXT] + "…"), True
