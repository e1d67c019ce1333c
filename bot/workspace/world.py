"""What is in the workspace: people, channels, what was said, files and views. In Slack's shapes, behind one lock."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Json = dict[str, Any]

TRIGGER_SECONDS = 3.0
"""How long a trigger opens a view; how long Slack waits for an acknowledgement too."""
HOOK_SECONDS, HOOK_USES = 1800.0, 5


class Refusal(Exception):
    """What Slack answers instead of a result: one word, and for blocks what is wrong with them."""

    def __init__(self, error: str, *messages: str, **more: Any) -> None:
        super().__init__(error)
        self.error, self.messages, self.more = error, messages, more


@dataclass
class File:
    """`kind`: the media type. `shared`: the channels whose members may open it."""

    name: str
    data: bytes = b""
    kind: str = "application/octet-stream"
    title: str = ""
    alt: str = ""
    shared: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Hook:
    """A response_url: what may be answered to, by whom it was caused, and how often it still may."""

    channel: str
    user: str
    message: Json | None
    until: float
    uses: list[float] = field(default_factory=list)


class World:
    """The workspace. Whoever changes it holds `lock`; each `ear` is told of every change, for the page."""

    def __init__(
        self, team: str, bot_user: str, *, name: str = "Acme", manifest: Mapping[str, Any] | None = None
    ) -> None:
        self.team, self.bot_user, self.name = team, bot_user, name
        self.bot, self.app = "B1", "A1"
        self.manifest: Mapping[str, Any] = manifest or {}
        self.root = ""
        """Where all this is served, without a slash at its end."""
        self.lock = threading.RLock()
        self.users: dict[str, Json] = {bot_user: {"is_bot": True}}
        self.channels: dict[str, Json] = {}
        self.groups: dict[str, list[str]] = {}
        """Per user group: who is in it."""
        self.messages: dict[str, list[Json]] = defaultdict(list)
        self.whispers: dict[str, list[Json]] = defaultdict(list)
        """Per person: what only they see (ephemeral)."""
        self.files: dict[str, File] = {}
        self.canvases: dict[str, Json] = {}
        self.homes: dict[str, Json] = {}
        self.stacks: dict[str, list[Json]] = defaultdict(list)
        """Per person: the modals that are open, the top one last."""
        self.prompts: dict[str, list[Json]] = {}
        self.statuses: dict[tuple[str, str], str] = {}
        self.triggers: dict[str, tuple[str, float]] = {}
        self.hooks: dict[str, Hook] = {}
        self.ears: list[Callable[[Json], None]] = []
        self._ids = count(1)

    # -- names and moments

    def ts(self) -> str:
        """A moment that no other message has."""
        return f"{time.time():.3f}{next(self._ids) % 1000:03d}"

    def new_id(self, letter: str) -> str:
        return f"{letter}{next(self._ids):08}"

    def trigger(self, user: str, trigger: str = "") -> str:
        """Something that this person did now, by which a view may be opened for them."""
        trigger = trigger or f"{next(self._ids)}.{time.time():.0f}"
        self.triggers[trigger] = (user, time.monotonic() + TRIGGER_SECONDS)
        return trigger

    def hook(self, channel: str, user: str, message: Json | None = None, token: str = "") -> str:
        """The token of a new response_url."""
        token = token or self.new_id("R")
        self.hooks[token] = Hook(channel, user, message, time.monotonic() + HOOK_SECONDS)
        return token

    # -- finding

    def user(self, user: str) -> Json:
        """Somebody as `users.info` shows them."""
        plain = {"is_restricted": False, "is_ultra_restricted": False, "is_stranger": False, "is_bot": False}
        return {"id": user, "team_id": self.team, "deleted": False, **plain, **self.users[user]}

    def dm(self, user: str) -> str:
        """The direct message between somebody and the assistant."""
        return f"D{user}"

    def members(self, channel: str) -> list[str]:
        """Who is in a channel. A direct message holds its person and the assistant."""
        if channel.startswith("D"):
            return [channel[1:], self.bot_user]
        return list(self.channels[channel]["members"]) if channel in self.channels else []

    def exists(self, channel: str) -> bool:
        return channel in self.channels or channel.startswith("D")

    def message(self, channel: str, ts: str) -> Json:
        """Raises Refusal(message_not_found)."""
        found = next((each for each in self.messages[channel] if each["ts"] == ts), None)
        if found is None:
            raise Refusal("message_not_found")
        return found

    # -- what the page is told

    def tell(self, kind: str, **what: Any) -> None:
        for ear in list(self.ears):
            ear({"kind": kind, **what})

    def said(self, channel: str, message: Json) -> Json:
        """Put a message where it belongs; the page hears of it."""
        self.messages[channel].append(message)
        self._quiet(channel, str(message.get("thread_ts") or ""), message)
        self.tell("message", channel=channel, message=message)
        return message

    def whisper(self, channel: str, user: str, message: Json) -> None:
        """Show a message to one person alone."""
        self.whispers[user].append({**message, "channel": channel, "ephemeral": True})
        self.tell("message", channel=channel, user=user, message=self.whispers[user][-1])

    def _quiet(self, channel: str, thread: str, message: Json) -> None:
        """A status is over when the assistant has spoken."""
        if message.get("bot_id") and self.statuses.pop((channel, thread), None) is not None:
            self.tell("status", channel=channel, thread=thread, text="")
