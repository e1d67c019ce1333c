"""A workspace removes the app, or takes its token back: what we hold of it goes at once."""

from typing import Any

from slack_bolt import App, BoltContext

from bot.listeners import Desk


def register(app: App, desk: Desk) -> None:
    @app.event("app_uninstalled")
    def uninstalled(body: dict[str, Any], context: BoltContext) -> None:
        desk.left(context.team_id or "", float(body.get("event_time") or 0))

    @app.event("tokens_revoked")
    def revoked(event: dict[str, Any], body: dict[str, Any], context: BoltContext) -> None:
        if (event.get("tokens") or {}).get("bot"):  # else it is about people's own tokens, of which we have none
            desk.left(context.team_id or "", float(body.get("event_time") or 0))
