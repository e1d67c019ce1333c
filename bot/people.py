"""What Slack says of people: their names, and the language of what nobody asked for in words (Home, modals)."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.locale import LANGUAGES
from bot.question import Person

HOUR = 3600.0


class People:
    """What Slack says of people, remembered for an hour; `default`: the language where it does not say, or not in time.

    `client` should be a hasty one: a modal that waits for a language is opened too late.
    """

    def __init__(self, client: WebClient, default: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.client, self.default, self.clock = client, default, clock
        self._known: dict[str, tuple[float, Mapping[str, Any]]] = {}

    def language(self, user: str) -> str:
        """One of the languages we speak."""
        return spoken(str(self._about(user).get("locale") or "")) or self.default

    def named(self, person: Person) -> Person:
        """The person with the name that colleagues see."""
        about = self._about(person.id)
        profile = about.get("profile") or {}
        names = (profile.get("display_name"), profile.get("real_name"), about.get("real_name"), about.get("name"))
        return replace(person, name=person.name or next((str(name) for name in names if name), ""))

    def _about(self, user: str) -> Mapping[str, Any]:
        known = self._known.get(user)
        if known is None or known[0] <= self.clock():
            known = self._known[user] = (self.clock() + HOUR, self._ask(user))
        return known[1]

    def _ask(self, user: str) -> Mapping[str, Any]:
        try:
            return self.client.users_info(user=user, include_locale=True).get("user") or {}
        except (SlackClientError, OSError, HTTPException):
            return {}


def spoken(locale: str) -> str | None:
    """The language we speak that is nearest to a locale such as `pt-PT`; None where there is none."""
    language = locale.partition("-")[0]
    return next((ours for ours in LANGUAGES if ours.partition("-")[0] == language), None)
