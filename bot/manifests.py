"""The manifest that makes our app in Slack, for each way of running it."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

MANIFEST = Path(__file__).parent / "workspace" / "manifest.json"
NEW_APP = "https://api.slack.com/apps?new_app=1&manifest_json="


def manifest_for(url: str | None = None, *, several: bool = False) -> dict[str, Any]:
    """manifest.json as it is, for Socket Mode; with the public address `url` for HTTP; for `several` workspaces."""
    made: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    if not url:
        return made
    root, settings = url.rstrip("/"), made["settings"]
    events = f"{root}/slack/events"
    settings["socket_mode_enabled"] = False
    settings["event_subscriptions"] = {"request_url": events, **settings["event_subscriptions"]}
    settings["interactivity"] |= {"request_url": events, "message_menu_options_url": events}
    for command in made["features"]["slash_commands"]:
        command["url"] = events
    if several:
        made["oauth_config"] = {"redirect_urls": [f"{root}/slack/oauth_redirect"], **made["oauth_config"]}
        settings["token_rotation_enabled"] = True
    return made


def new_app(manifest: dict[str, Any]) -> str:
    """The page of Slack's that makes the app of a manifest."""
    return NEW_APP + quote(json.dumps(manifest, ensure_ascii=False, separators=(",", ":")), safe="")
