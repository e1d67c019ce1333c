"""Being added to a channel."""

from typing import Any

from slack_bolt import App

from bot.listeners import Desk, accepted
from bot.question import Person, Place, Question


def register(app: App, desk: Desk) -> None:
    @app.event("member_joined_channel")
    def joined(event: dict[str, Any]) -> None:
        if event.get("user") == desk.identity.bot_user:
            accepted(desk, _hello(event, desk))


def _hello(event: dict[str, Any], desk: Desk) -> Question:
    """Said once in a channel, however often we come and go, in the language of who added us."""
    team, channel, inviter = desk.identity.team, str(event["channel"]), str(event.get("inviter") or "")
    return Question(
        f"{team}/{channel}/hello", "", Person(inviter, outsider=None), Place("channel", team, channel),
        desk.lookups.language(inviter), '{"do":"hello"}',
    )  # fmt: skip
