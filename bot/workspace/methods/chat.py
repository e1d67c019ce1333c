"""chat.*: what the assistant says."""

from typing import Any

from bot.workspace.limits import check_message
from bot.workspace.methods import Asked, method, need, structure
from bot.workspace.world import Json, Refusal, World

LONGEST_TEXT, LONGEST_UPDATE = 40_000, 4_000
"""Characters: a longer text is cut by chat.postMessage and refused by chat.update."""


@method("chat.postMessage")
def post(world: World, asked: Asked) -> Json:
    channel = _room(world, need(asked, "channel"))
    message = said_by_app(world, _content(world, asked), str(asked.get("thread_ts") or ""))
    if metadata := structure(asked, "metadata"):
        message["metadata"] = metadata
    world.said(channel, message)
    return {"channel": channel, "ts": message["ts"], "message": message}


@method("chat.update")
def update(world: World, asked: Asked) -> Json:
    channel, message = _own(world, asked)
    if len(str(asked.get("text") or "")) > LONGEST_UPDATE:
        raise Refusal("msg_too_long")
    change(world, channel, message, _content(world, asked))
    if metadata := structure(asked, "metadata"):
        message["metadata"] = metadata
    return {"channel": channel, "ts": message["ts"], "text": message["text"], "message": message}


@method("chat.delete")
def delete(world: World, asked: Asked) -> Json:
    channel, message = _own(world, asked)
    world.messages[channel].remove(message)
    world.tell("gone", channel=channel, ts=message["ts"])
    return {"channel": channel, "ts": message["ts"]}


@method("chat.postEphemeral")
def whisper(world: World, asked: Asked) -> Json:
    channel, user = _room(world, need(asked, "channel")), need(asked, "user")
    if user not in world.members(channel):
        raise Refusal("user_not_in_channel")
    message = said_by_app(world, _content(world, asked), str(asked.get("thread_ts") or ""))
    world.whisper(channel, user, message)
    return {"message_ts": message["ts"]}


@method("chat.getPermalink")
def permalink(world: World, asked: Asked) -> Json:
    channel, ts = need(asked, "channel"), need(asked, "message_ts")
    world.message(channel, ts)
    return {"channel": channel, "permalink": f"{world.root}/archives/{channel}/p{ts.replace('.', '')}"}


@method("reactions.add")
def react(world: World, asked: Asked) -> Json:
    channel, name = need(asked, "channel"), need(asked, "name")
    message = world.message(channel, need(asked, "timestamp"))
    reactions = message.setdefault("reactions", [])
    if any(each["name"] == name and world.bot_user in each["users"] for each in reactions):
        raise Refusal("already_reacted")
    reactions.append({"name": name, "users": [world.bot_user], "count": 1})
    world.tell("message", channel=channel, message=message)
    return {}


def said_by_app(world: World, content: Json, thread: str = "") -> Json:
    """A message of the assistant's, not yet put anywhere."""
    place = {"thread_ts": thread} if thread else {}
    who = {"user": world.bot_user, "bot_id": world.bot, "app_id": world.app, "team": world.team}
    return {"type": "message", **who, "ts": world.ts(), **place, **content}


def change(world: World, channel: str, message: Json, content: Json) -> None:
    """Another content for a message that is there."""
    message.update(content, edited={"user": world.bot_user, "ts": world.ts()})
    world.tell("message", channel=channel, message=message)


def with_ids(world: World, blocks: list[Json]) -> list[Json]:
    """Slack names the blocks that have no name."""
    return [each if each.get("block_id") else {**each, "block_id": world.new_id("b")} for each in blocks]


def _content(world: World, asked: Asked) -> Json:
    """Text and blocks as they are kept; raises Refusal for what Slack does not take."""
    text, blocks = str(asked.get("text") or ""), structure(asked, "blocks") or []
    if markdown := asked.get("markdown_text"):
        if text or blocks:
            raise Refusal("markdown_text_conflict")
        blocks = [{"type": "markdown", "text": str(markdown)}]
    if not text and not blocks and not structure(asked, "attachments"):
        raise Refusal("no_text")
    check_message(blocks, world.files)
    return {"text": text[:LONGEST_TEXT], "blocks": with_ids(world, blocks), **_attachments(asked)}


def _attachments(asked: Asked) -> dict[str, Any]:
    held = structure(asked, "attachments") or []
    if len(held) > 100:
        raise Refusal("too_many_attachments")
    return {"attachments": held} if held else {}


def _room(world: World, channel: str) -> str:
    """The channel of that id, or the direct message with a person of that id; the assistant must be in it."""
    if channel in world.users:
        channel = world.dm(channel)
    if not world.exists(channel):
        raise Refusal("channel_not_found")
    if world.bot_user not in world.members(channel):
        raise Refusal("not_in_channel")
    if world.channels.get(channel, {}).get("is_archived"):
        raise Refusal("is_archived")
    return channel


def _own(world: World, asked: Asked) -> tuple[str, Json]:
    channel = need(asked, "channel")
    message = world.message(channel, need(asked, "ts"))
    if message.get("bot_id") != world.bot:
        raise Refusal("cant_update_message")
    return channel, message
