"""Coming and going: who is in a channel decides what may be said there."""

from typing import Any

from slack_bolt import App

from bot.listeners import Desk


def register(app: App, desk: Desk) -> None:
    @app.event("member_joined_channel")
    def joined(event: dict[str, Any]) -> None:
        desk.moved(str(event.get("channel") or ""))

    @app.event("member_left_channel")
    def left(event: dict[str, Any]) -> None:
        desk.moved(str(event.get("channel") or ""))
