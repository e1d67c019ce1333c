"""What Slack sends to an app, built from what is in the world. Pure but for the names and moments that are used up."""

import json
import time
import urllib.parse
from collections.abc import Mapping
from typing import Any

from bot.workspace.methods.conversations import shown
from bot.workspace.world import Json, World


def event_body(world: World, event: Mapping[str, Any], **more: Any) -> Json:
    """The outer event, each with its own event_id."""
    shared = {"is_ext_shared_channel": True} if _is_shared(world, str(event.get("channel") or "")) else {}
    return {
        "type": "event_callback", "team_id": world.team, "api_app_id": world.app, "event_id": world.new_id("Ev"),
        "event_time": int(time.time()), "event": dict(event), **shared, **more,
        "authorizations": [{"team_id": world.team, "user_id": world.bot_user, "is_bot": True}],
    }  # fmt: skip


def command_form(world: World, user: str, channel: str, command: str, text: str, trigger: str = "") -> str:
    """The form that a slash command sends."""
    trigger = world.trigger(user, trigger)
    hook = world.hook(channel, user, token=trigger)
    return urllib.parse.urlencode({
        "command": command, "text": text, "user_id": user, "channel_id": channel, "team_id": world.team,
        "api_app_id": world.app, "trigger_id": trigger, "response_url": f"{world.root}/respond/{hook}",
    })  # fmt: skip


def payload_form(payload: Mapping[str, Any]) -> str:
    """The form in which everything interactive comes."""
    return urllib.parse.urlencode({"payload": json.dumps(payload)})


def by(world: World, user: str, kind: str, **more: Any) -> Json:
    """What every interactive payload begins with; `trigger_id` opens a view for three seconds."""
    who = {"id": user, "team_id": world.user(user)["team_id"] if user in world.users else world.team}
    known = {"team": {"id": world.team}, "api_app_id": world.app, "trigger_id": world.trigger(user)}
    return {"type": kind, "user": who, **known, **more}


def in_message(world: World, user: str, channel: str, message: Json) -> Json:
    """Where something in a message was pressed."""
    hidden = bool(message.get("ephemeral"))
    thread = {"thread_ts": message["thread_ts"]} if message.get("thread_ts") else {}
    container = {"type": "message", "message_ts": message["ts"], "channel_id": channel, "is_ephemeral": hidden}
    hook = world.hook(channel, user, message)
    return {
        "container": {**container, **thread}, "channel": _channel(world, channel),
        "response_url": f"{world.root}/respond/{hook}", **({} if hidden else {"message": message}),
    }  # fmt: skip


def in_view(view: Json) -> Json:
    """Where something in a modal or on the Home tab was pressed."""
    return {"container": {"type": "view", "view_id": view["id"]}, "view": view}


def _channel(world: World, channel: str) -> Json:
    named = shown(world, channel) if world.exists(channel) else {}
    return {"id": channel, "name": named.get("name", "directmessage")}


def _is_shared(world: World, channel: str) -> bool:
    return bool(world.channels.get(channel, {}).get("is_ext_shared"))
