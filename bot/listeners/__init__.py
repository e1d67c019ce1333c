"""What Slack tells us. The law of this folder: one file per Slack noun, each with `register(app, desk)`.

A listener turns what Slack sends into a question (or a fact to keep) and returns; it never answers. Bolt
acknowledges when the listener has returned (`process_before_response`), so what is acknowledged is written
down; a listener that fails is not acknowledged, and Slack sends the event again.
"""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.lookups import Lookups
from bot.question import Question
from bot.slack_clients import reading_client

if TYPE_CHECKING:
    from slack_bolt import App

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


def bolt_app(desk: Desk, token: str, *, signing_secret: str | None = None, api_url: str | None = None) -> "App":
    """Slack's own framework with all our listeners. `signing_secret`: for HTTP; Socket Mode needs none."""
    from slack_bolt import App
    from slack_bolt.authorization import AuthorizeResult

    from bot.listeners import actions, channels, commands, home, members, mentions, messages, options, shortcuts, views

    me = desk.identity
    known = AuthorizeResult(
        enterprise_id=None, team_id=me.team, bot_token=token, bot_id=me.bot, bot_user_id=me.bot_user
    )  # fmt: skip

    def authorize() -> AuthorizeResult:
        return known  # asked once, at the start: the way to the acknowledgement leads over no other server

    app = App(
        name="retention",
        logger=logging.getLogger("slack_bolt"),
        client=reading_client(None, api_url),
        authorize=authorize,
        signing_secret=signing_secret or "",
        request_verification_enabled=True,
        process_before_response=True,
        listener_executor=ThreadPoolExecutor(4, "slack-courtesy"),
    )
    for noun in (mentions, messages, channels, commands, home, actions, shortcuts, options, views, members):
        noun.register(app, desk)
    return app


def accepted(desk: Desk, question: Question | None) -> None:
    """Have a question written down, if it is one."""
    if question is not None:
        desk.accept(question)


def home_team(body: Mapping[str, Any], desk: Desk) -> bool:
    """Whether who clicked or commanded belongs to our workspace, as far as Slack's message says."""
    user = body.get("user") or {}
    team = user.get("team_id") if isinstance(user, dict) else body.get("team_id")
    return team in (None, "", desk.identity.team)
