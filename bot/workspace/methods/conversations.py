"""conversations.*: channels and direct messages, who is in them, what was said there."""

from bot.workspace.methods import Asked, flag, method, need, page
from bot.workspace.world import Json, Refusal, World

PLAIN = {
    "is_channel": True, "is_private": False, "is_archived": False, "is_ext_shared": False,
    "is_pending_ext_shared": False, "is_shared": False, "is_im": False,
}  # fmt: skip


@method("conversations.open")
def open_(world: World, asked: Asked) -> Json:
    user = need(asked, "users")
    return {"channel": {"id": world.dm(user)}}


@method("conversations.info")
def info(world: World, asked: Asked) -> Json:
    channel = need(asked, "channel")
    if not world.exists(channel):
        raise Refusal("channel_not_found")
    return {"channel": shown(world, channel)}


@method("conversations.list")
def list_(world: World, asked: Asked) -> Json:
    kinds = str(asked.get("types") or "public_channel").split(",")
    found = [each for each in (shown(world, channel) for channel in world.channels) if _kind(each) in kinds]
    if flag(asked, "exclude_archived"):
        found = [each for each in found if not each["is_archived"]]
    return page("channels", found, asked)


@method("conversations.members")
def members(world: World, asked: Asked) -> Json:
    channel = need(asked, "channel")
    if not world.exists(channel):
        raise Refusal("channel_not_found")
    return page("members", world.members(channel), asked)


@method("conversations.replies")
def replies(world: World, asked: Asked) -> Json:
    thread = need(asked, "ts")
    said = [each for each in _readable(world, asked) if thread in (each["ts"], each.get("thread_ts"))]
    return page("messages", _asked_for(said, asked), asked)


@method("conversations.history")
def history(world: World, asked: Asked) -> Json:
    top = [each for each in _readable(world, asked) if not each.get("thread_ts")]
    return page("messages", _asked_for(top[::-1], asked), asked)


def shown(world: World, channel: str) -> Json:
    """A channel as `conversations.info` shows it."""
    if channel.startswith("D"):
        return {"id": channel, **PLAIN, "is_channel": False, "is_im": True, "user": channel[1:]}
    known = {name: value for name, value in world.channels[channel].items() if name != "members"}
    return {"id": channel, "name": channel.lower(), **PLAIN, **known, "num_members": len(world.members(channel))}


def _kind(channel: Json) -> str:
    return "private_channel" if channel["is_private"] else "public_channel"


def _readable(world: World, asked: Asked) -> list[Json]:
    channel = need(asked, "channel")
    if not world.exists(channel):
        raise Refusal("channel_not_found")
    if world.bot_user not in world.members(channel):
        raise Refusal("not_in_channel")
    return world.messages[channel]


def _asked_for(said: list[Json], asked: Asked) -> list[Json]:
    oldest, latest = float(asked.get("oldest") or 0), float(asked.get("latest") or "inf")
    found = [each for each in said if oldest <= float(each["ts"]) <= latest]
    if flag(asked, "include_all_metadata"):
        return found
    return [{name: value for name, value in each.items() if name != "metadata"} for each in found]
