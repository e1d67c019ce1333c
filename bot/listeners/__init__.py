"""What Slack tells us. The law of this folder: one file per Slack noun, each with `register(app, desk)`.

A listener turns what Slack sends into a question (or a fact to keep) and returns; it never answers. Bolt
acknowledges when the listener has returned (`process_before_response`), so what is acknowledged is written
down; a listener that fails is not acknowledged, and Slack sends the event again.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

from bot.locale import LANGUAGES, Speaker
from bot.lookups import Lookups
from bot.question import Question
from bot.slack_clients import reading_client
from tools import phrase

if TYPE_CHECKING:
    from slack_bolt import App, BoltContext
    from slack_bolt.authorization import AuthorizeResult

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Identity:
    """Who we are in Slack, as `auth.test` says."""

    team: str
    bot_user: str
    bot: str
    url: str = ""


@dataclass(frozen=True)
class Desk:
    """What listeners may do: accept a question, keep a judgement (question key, who, good, reason), look up."""

    identity: Identity
    accept: Callable[[Question], None]
    judge: Callable[[str, str, bool, str | None], None]
    lookups: Lookups
    moved: Callable[[str], None] = lambda _: None
    """Somebody came into a channel or left it."""
    token: str = field(default="", repr=False)
    """By which the workspace lets us in."""
    of: Callable[[str], "Desk | None"] | None = None
    """The desk of a workspace (by team id), where the app is installed in several; None where it is not."""
    left: Callable[[str, float], None] = lambda *_: None
    """A workspace removed the app: its team id, and when (seconds since 1970)."""

    def at(self, context: "BoltContext") -> "Desk":
        """The desk of the workspace in which something happened. Without one nobody is known and nothing is found."""
        return (self.of and self.of(context.team_id or "")) or self


def bolt_app(desk: Desk, token: str = "", *, signing_secret: str | None = None, api_url: str | None = None) -> "App":
    """Slack's own framework with all our listeners. `signing_secret`: for HTTP; Socket Mode needs none."""
    from slack_bolt import App

    the_one = replace(desk, token=token)

    def authorize(team_id: str | None) -> Any:
        # What Slack said at the start or when it was installed: the way to the acknowledgement leads over no other
        # server.
        here = desk.of(team_id or "") if desk.of else the_one
        return _known(here) if here else None

    app = App(
        name="retention",
        logger=logging.getLogger("slack_bolt"),
        client=reading_client(None, api_url),
        authorize=authorize,
        signing_secret=signing_secret or "",
        request_verification_enabled=True,
        process_before_response=True,
        listener_executor=ThreadPoolExecutor(4, "slack-courtesy"),
        user_facing_authorize_error_message=_not_installed(),
    )
    for noun in _nouns():
        noun.register(app, desk)
    return app


def _nouns() -> Iterable[ModuleType]:
    from bot.listeners import (
        actions,
        channels,
        commands,
        departures,
        home,
        mentions,
        messages,
        options,
        shortcuts,
        views,
    )

    return (
        mentions, messages, channels, commands, home, actions, shortcuts, options, views, departures,
    )  # fmt: skip


def _known(desk: Desk) -> "AuthorizeResult":
    from slack_bolt.authorization import AuthorizeResult

    me = desk.identity
    return AuthorizeResult(
        enterprise_id=None, team_id=me.team, bot_token=desk.token, bot_id=me.bot, bot_user_id=me.bot_user
    )  # fmt: skip


def _not_installed() -> str:
    """Nothing is known of whoever reads it, so it is said in both languages."""
    why = phrase("The assistant is not installed in this workspace. Please ask an administrator of yours.")
    return "\n".join(Speaker(language).say(why) for language in LANGUAGES)


def accepted(desk: Desk, question: Question | None) -> None:
    """Have a question written down, if it is one."""
    if question is not None:
        desk.accept(question)


def home_team(body: Mapping[str, Any], desk: Desk) -> bool:
    """Whether who clicked or commanded belongs to our workspace, as far as Slack's message says."""
    user = body.get("user") or {}
    team = user.get("team_id") if isinstance(user, dict) else body.get("team_id")
    return team in (None, "", desk.identity.team)
