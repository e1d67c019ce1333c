"""The language in which somebody uses Slack: that of Home, of modals, and of what nobody asked for in words."""

import time
from collections.abc import Callable
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.locale import LANGUAGES

HOUR = 3600.0


class People:
    """What Slack says of people's languages, remembered for an hour; `default` where it does not say, or not in time.

    `client` should be a hasty one: a modal that waits for a language is opened too late.
    """

    def __init__(self, client: WebClient, default: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.client, self.default, self.clock = client, default, clock
        self._known: dict[str, tuple[float, str]] = {}

    def language(self, user: str) -> str:
        """One of the languages we speak."""
        known = self._known.get(user)
        if known is None or known[0] <= self.clock():
            known = self._known[user] = (self.clock() + HOUR, self._ask(user))
        return known[1]

    def _ask(self, user: str) -> str:
        try:
            said = self.client.users_info(user=user, include_locale=True).get("user") or {}
        except (SlackClientError, OSError, HTTPException):
            return self.default
        return spoken(str(said.get("locale") or "")) or self.default


def spoken(locale: str) -> str | None:
    """The language we speak that is nearest to a locale such as `pt-PT`; None where there is none."""
    language = locale.partition("-")[0]
    return next((ours for ours in LANGUAGES if ours.partition("-")[0] == language), None)
