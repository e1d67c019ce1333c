"""Asking Slack who is in a room. What Slack does not tell stays unknown: `bot.audience` fears the worse."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
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
APP = ""
"""The id of whom nobody asks: an app of the workspace."""
GROUPS_FOR = 10 * MINUTES
"""How long it is remembered who is in which user group; Slack allows few such calls."""


class Unknown(Exception):
    """Slack does not say."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(why.msgid)
        self.why = why


class Rooms:
    """What Slack says, remembered for a while: people for an hour, user groups for ten minutes, rooms for five.

    `groups`: the ids of the user groups that give roles.
    """

    def __init__(
        self,
        client: WebClient,
        team: str,
        bot_user: str,
        clock: Callable[[], float] = time.monotonic,
        groups: Iterable[str] = (),
    ) -> None:
        self.client, self.team, self.bot_user, self.clock = client, team, bot_user, clock
        self.groups = tuple(groups)
        self._people: dict[str, tuple[float, Person]] = {}
        self._rooms: dict[str, tuple[float, Room]] = {}
        self._members: dict[str, tuple[float, frozenset[str]]] = {}

    def person(self, asker: Person) -> Person:
        """The asker, known as an outsider or not where Slack says so, with e-mail address and user groups."""
        if asker.outsider is not None:
            return asker
        try:
            known = self._person(asker.id)
        except Unknown:
            return asker
        groups = self._groups_of(asker.id)
        return replace(asker, outsider=known.outsider, email=known.email, groups=groups, zone=known.zone)

    def room(self, place: Place) -> Room:
        """Who reads along at a place."""
        if place.kind in ("terminal", "dm"):
            return Room(shared=False, outsiders=False)
        found: Room | None = _fresh(self._rooms, place.channel, self.clock())
        if found is not None:
            return found
        room = self._ask(place.channel)
        if room.why is None and all(person.groups is not None for person in room.people):  # else asked again next time
            self._rooms[place.channel] = (self.clock() + 5 * MINUTES, room)
        return room

    def forget(self, channel: str) -> None:
        """Somebody came or went."""
        self._rooms.pop(channel, None)

    def _ask(self, channel: str) -> Room:
        try:
            if self._is_shared(channel):
                return Room(shared=True)
            people = self._people_in(channel)
            outsiders = any(person.outsider for person in people)
            return Room(shared=False, outsiders=outsiders, people=() if outsiders else people)
        except Unknown as unknown:
            return Room(why=unknown.why)

    def _is_shared(self, channel: str) -> bool:
        info = self._call("conversations.info", channel=channel).get("channel", {})
        return any(info.get(sign) for sign in ("is_ext_shared", "is_pending_ext_shared"))

    def _people_in(self, channel: str) -> tuple[Person, ...]:
        """Everybody in a channel but us and the workspace's own apps."""
        members = list(self._pages("conversations.members", "members", channel=channel))
        unknown = [member for member in members if self._known(member) is None]
        if len(unknown) > ONE_BY_ONE:
            self._read_directory()
        people = (self._person(member) for member in members if member != self.bot_user)
        return tuple(replace(p, groups=self._groups_of(p.id)) for p in people if p.id != APP)

    def _person(self, user: str) -> Person:
        known = self._known(user)
        if known is None:
            known = self._learn(self._call("users.info", user=user).get("user", {"id": user}))
        return known

    def _read_directory(self) -> None:
        for user in self._pages("users.list", "members"):
            self._learn(user)

    def _learn(self, user: Mapping[str, Any]) -> Person:
        outsider = is_outsider(user, self.team)
        is_app = bool(user.get("is_bot")) and not outsider
        email = (user.get("profile") or {}).get("email")
        zone = str(user.get("tz") or "")
        person = Person(APP if is_app else str(user["id"]), email=email, outsider=outsider, zone=zone)
        self._people[str(user["id"])] = (self.clock() + 60 * MINUTES, person)
        return person

    def _groups_of(self, user: str) -> tuple[str, ...] | None:
        """The user groups that the person is in; None where Slack does not say who is in one of them."""
        try:
            return tuple(group for group in self.groups if user in self._in_group(group))
        except Unknown:
            return None

    def _in_group(self, group: str) -> frozenset[str]:
        known: frozenset[str] | None = _fresh(self._members, group, self.clock())
        if known is None:
            known = frozenset(self._call("usergroups.users.list", usergroup=group).get("users", ()))
            self._members[group] = (self.clock() + GROUPS_FOR, known)
        return known

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

    def _known(self, user: str) -> Person | None:
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
