"""`@Retention …` in a channel."""

from typing import Any

from slack_bolt import App, BoltContext

from bot.listeners import Desk, accepted
from bot.question import question_from_event


def register(app: App, desk: Desk) -> None:
    @app.event("app_mention")
    def mentioned(event: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        accepted(desk, question_from_event(event, body, desk.at(context).identity.bot_user))
