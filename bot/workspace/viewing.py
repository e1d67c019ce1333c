"""What one person sees of the workspace."""

import json
from typing import Any

from bot.workspace.acting import name_of
from bot.workspace.methods.conversations import shown as shown_channel
from bot.workspace.world import Json, World


class Viewing:
    """The page's reading of the world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def everything(self, user: str) -> Json:
        """All there is for this person, as the page keeps it. KeyError where there is no such person."""
        world = self.world
        with world.lock:
            channels = [self._channel(channel) for channel in self._rooms(user)]
            rooms = [*(each["id"] for each in channels), world.dm(user)]
            return {
                "team": world.name, "me": user, "bot": world.bot_user, "dm": world.dm(user),
                "users": {each: self._user(each) for each in world.users}, "channels": channels,
                "messages": {room: [*world.messages[room], *self._whispers(user, room)] for room in rooms},
                "home": world.homes.get(user), "modals": world.stacks[user],
                "prompts": world.prompts.get(world.dm(user)) or self._pinned(), "features": self._features(),
                "statuses": [[*place, text] for place, text in world.statuses.items() if text and place[0] in rooms],
            }  # fmt: skip

    def people(self) -> list[Json]:
        """Who one can be on the page."""
        return [self._user(user) for user, known in self.world.users.items() if not known.get("is_bot")]

    def concerns(self, user: str, change: Json) -> bool:
        """Whether this person sees a change."""
        if "user" in change:
            return bool(change["user"] == user)
        return "channel" not in change or user in self.world.members(change["channel"])

    def shown(self, change: Json) -> Json:
        """A change as the page gets it: its own metadata is the assistant's business."""
        if "message" not in change:
            return change
        return {**change, "message": {k: v for k, v in change["message"].items() if k != "metadata"}}

    def may_open(self, user: str, file: str) -> bool:
        """Whether a file was shown to this person, in a channel of theirs or in what only they see."""
        if file not in self.world.files or user not in self.world.users:
            return False
        with self.world.lock:
            seen = [
                message for room in (*self._rooms(user), self.world.dm(user)) for message in self.world.messages[room]
            ]
            own = [*self.world.whispers[user], self.world.homes.get(user), self.world.stacks[user]]
            return f'"{file}"' in json.dumps([seen, own])

    def _rooms(self, user: str) -> list[str]:
        return [channel for channel, known in self.world.channels.items() if user in known["members"]]

    def _channel(self, channel: str) -> Json:
        return {**shown_channel(self.world, channel), "members": self.world.members(channel)}

    def _whispers(self, user: str, room: str) -> list[Json]:
        return [each for each in self.world.whispers[user] if each["channel"] == room]

    def _user(self, user: str) -> Json:
        known = self.world.user(user)
        names = {name: known.get(name, "") for name in ("title", "locale", "color")}
        signs = ("is_bot", "is_restricted", "is_stranger")
        return {"id": user, "name": name_of(self.world, user), **names, **{sign: known[sign] for sign in signs}}

    def _pinned(self) -> list[Any]:
        agent = self.world.manifest.get("features", {}).get("agent_view", {})
        return list(agent.get("suggested_prompts", ()))

    def _features(self) -> Json:
        features = self.world.manifest.get("features", {})
        return {"commands": features.get("slash_commands", []), "shortcuts": features.get("shortcuts", [])}
