"""`@Retention …` in a channel."""

from typing import Any

from slack_bolt import App

from bot.listeners import Desk, accepted
from bot.question import question_from_event


def register(app: App, desk: Desk) -> None:
    @app.event("app_mention")
    def mentioned(event: dict[str, Any], body: dict[str, Any]) -> None:
        accepted(desk, question_from_event(event, body, desk.identity.bot_user))
