"""Asking Slack who is in a room. What Slack does not tell stays unknown: `bot.audience` fears the worse."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http.client import HTTPException
from typing import Any, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.audience import Room
from bot.question import Person, Place
from bot.slack_clients import is_slack
from tools import Phrase, phrase

T = TypeVar("T")
MINUTES = 60.0
ONE_BY_ONE = 20
"""Up to so many unknown members are asked for singly; beyond that the whole directory is read, 200 a page."""


class Unknown(Exception):
    """Slack does not say."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(why.msgid)
        self.why = why


class Rooms:
    """What Slack says, remembered for a while: people for an hour, rooms for five minutes."""

    def __init__(
        self, client: WebClient, team: str, bot_user: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.client, self.team, self.bot_user, self.clock = client, team, bot_user, clock
        self._people: dict[str, tuple[float, bool]] = {}
        self._zones: dict[str, str] = {}
        self._rooms: dict[str, tuple[float, Room]] = {}

    def person(self, asker: Person) -> Person:
        """The asker, known as an outsider or not where Slack says so."""
        if asker.outsider is not None:
            return asker
        try:
            return replace(asker, outsider=self._is_outsider(asker.id), zone=self._zones.get(asker.id, ""))
        except Unknown:
            return asker

    def room(self, place: Place) -> Room:
        """Who reads along at a place."""
        if place.kind in ("terminal", "dm"):
            return Room(shared=False, outsiders=False)
        found: Room | None = _fresh(self._rooms, place.channel, self.clock())
        if found is not None:
            return found
        room = self._ask(place.channel)
        if room.why is None:  # what is not known is asked again next time
            self._rooms[place.channel] = (self.clock() + 5 * MINUTES, room)
        return room

    def _ask(self, channel: str) -> Room:
        try:
            if self._is_shared(channel):
                return Room(shared=True)
            return Room(shared=False, outsiders=self._has_outsiders(channel))
        except Unknown as unknown:
            return Room(why=unknown.why)

    def _is_shared(self, channel: str) -> bool:
        info = self._call("conversations.info", channel=channel).get("channel", {})
        return any(info.get(sign) for sign in ("is_ext_shared", "is_pending_ext_shared"))

    def _has_outsiders(self, channel: str) -> bool:
        members = list(self._pages("conversations.members", "members", channel=channel))
        unknown = [member for member in members if self._known(member) is None]
        if len(unknown) > ONE_BY_ONE:
            self._read_directory()
        return any(self._is_outsider(member) for member in members if member != self.bot_user)

    def _is_outsider(self, user: str) -> bool:
        known = self._known(user)
        if known is None:
            known = self._learn(self._call("users.info", user=user).get("user", {"id": user}))
        return known

    def _read_directory(self) -> None:
        for user in self._pages("users.list", "members"):
            self._learn(user)

    def _learn(self, user: Mapping[str, Any]) -> bool:
        outsider = is_outsider(user, self.team)
        self._zones[str(user["id"])] = str(user.get("tz") or "")
        self._people[str(user["id"])] = (self.clock() + 60 * MINUTES, outsider)
        return outsider

    def _pages(self, method: str, name: str, **asked: Any) -> Iterator[Any]:
        cursor = ""
        while True:
            page = self._call(method, limit=200, **asked, **({"cursor": cursor} if cursor else {}))
            yield from page.get(name, ())
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _call(self, method: str, **asked: Any) -> Mapping[str, Any]:
        try:
            answer = self.client.api_call(method, params=asked)
        except SlackApiError as refused:
            return self._without(method, refused)
        except (OSError, HTTPException) as problem:
            raise Unknown(phrase("Slack did not answer {method}.", method=method)) from problem
        return answer.data if isinstance(answer.data, dict) else {}

    def _without(self, method: str, refused: SlackApiError) -> Mapping[str, Any]:
        error = str(refused.response.get("error", ""))
        # Slack itself knows all these methods. A server that does not is another product or an emulator, with
        # no guests and no Slack Connect, nobody to hide from: there the missing method is the answer.
        if error == "unknown_method" and not is_slack(self.client):
            return {}
        if error == "missing_scope":
            scope = str(refused.response.get("needed", ""))
            raise Unknown(
                phrase(
                    "I cannot see who reads along: the app lacks the scope {scope}, which an administrator can add.",
                    scope=scope,
                )
            ) from refused
        raise Unknown(phrase("Slack answered {method} with {error}.", method=method, error=error)) from refused

    def _known(self, user: str) -> bool | None:
        return _fresh(self._people, user, self.clock())


def _fresh(known: Mapping[str, tuple[float, T]], key: str, now: float) -> T | None:
    if key not in known or known[key][0] <= now:
        return None
    return known[key][1]


def is_outsider(user: Mapping[str, Any], team: str) -> bool:
    """Whether a user object of Slack's is a guest, a stranger, somebody who left or a member of another workspace.

    The workspace's own apps in a channel are no outsiders: an administrator installed them, and counting them
    would make every channel private. They cannot ask either: `bot.question` drops what apps write.
    """
    if user.get("is_bot") and user.get("team_id", team) == team:
        return False
    signs = ("is_restricted", "is_ultra_restricted", "is_stranger", "deleted")
    homes = {user.get("team_id", team), *(user.get("enterprise_user") or {}).get("teams", ())}
    return any(user.get(sign) for sign in signs) or team not in homes
