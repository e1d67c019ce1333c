"""Coming and going: who is in a channel decides what may be said there; where we are added, we say hello."""

from typing import Any

from slack_bolt import App, BoltContext

from bot.listeners import Desk, accepted
from bot.question import Person, Place, Question


def register(app: App, desk: Desk) -> None:
    @app.event("member_joined_channel")
    def joined(event: dict[str, Any], context: BoltContext) -> None:
        here = desk.at(context)
        here.moved(str(event.get("channel") or ""))
        if event.get("user") == here.identity.bot_user:
            accepted(here, _hello(event, here))

    @app.event("member_left_channel")
    def left(event: dict[str, Any], context: BoltContext) -> None:
        desk.at(context).moved(str(event.get("channel") or ""))


def _hello(event: dict[str, Any], desk: Desk) -> Question:
    """Said once in a channel, however often we come and go, in the language of who added us."""
    team, channel, inviter = desk.identity.team, str(event["channel"]), str(event.get("inviter") or "")
    return Question(
        f"{team}/{channel}/hello", "", Person(inviter, outsider=None), Place("channel", team, channel),
        desk.lookups.language(inviter), '{"do":"hello"}',
    )  # fmt: skip
