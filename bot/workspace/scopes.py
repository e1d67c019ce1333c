"""Which scope of the manifest a method needs, as Slack asks for it before anything else."""

from collections.abc import Collection

from bot.workspace.methods import Asked
from bot.workspace.world import Refusal, World

_OF_METHOD = {
    "chat.": "chat:write", "users.lookupByEmail": "users:read.email", "users.": "users:read",
    "usergroups.": "usergroups:read", "files.info": "files:read", "files.": "files:write",
    "assistant.": "assistant:write", "canvases.": "canvases:write", "reactions.": "reactions:write",
    "conversations.open": "im:write",
}  # fmt: skip
"""Beginning of a method's name → scope; the first that fits."""
_FREE = ("chat.getPermalink",)
_OF_ROOM = {"im": "im", "private": "groups", "public": "channels"}


def check_scope(world: World, method: str, asked: Asked, granted: Collection[str]) -> None:
    """Raises Refusal(missing_scope) with the scope that is `needed`."""
    needed = _needed(world, method, asked)
    if needed and needed not in granted:
        raise Refusal("missing_scope", needed=needed, provided=",".join(sorted(granted)))


def _needed(world: World, method: str, asked: Asked) -> str:
    if method in _FREE:
        return ""
    found = next((scope for name, scope in _OF_METHOD.items() if method.startswith(name)), "")
    return found or (_of_room(world, method, asked) if method.startswith("conversations.") else "")


def _of_room(world: World, method: str, asked: Asked) -> str:
    """What may be read depends on the kind of room."""
    channel = str(asked.get("channel") or "")
    private = bool(world.channels.get(channel, {}).get("is_private"))
    kind = "im" if channel.startswith("D") else "private" if private else "public"
    reads = "history" if method in ("conversations.history", "conversations.replies") else "read"
    return f"{_OF_ROOM[kind]}:{reads}"
