"""What a person does in the workspace, and what the app is told of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from bot.workspace.answering import suggestions, take_answer
from bot.workspace.forms import missing
from bot.workspace.methods.files import shown as shown_file
from bot.workspace.payloads import by, command_form, event_body, in_message, in_view, payload_form
from bot.workspace.sending import Courier
from bot.workspace.world import File, Json, Refusal, World


class Acting:
    """Everything that can be done on the page. Raises Refusal for what cannot be done."""

    def __init__(self, world: World, courier: Courier) -> None:
        self.world, self.courier = world, courier

    # -- speaking

    def say(self, user: str, channel: str, text: str, thread: str = "", files: Sequence[str] = ()) -> Json:
        """Write a message; the app hears of it where it is a member."""
        self._belongs(user, channel)
        with self.world.lock:
            message = self.world.said(channel, self._message(user, channel, text, thread, files))
        here = self.world.bot_user in self.world.members(channel)
        for event in self._events(message, channel) if here else ():
            self.courier.event(event_body(self.world, event))
        return {"ts": message["ts"], "absent": not here and f"<@{self.world.bot_user}>" in message["text"]}

    def _message(self, user: str, channel: str, text: str, thread: str, files: Sequence[str]) -> Json:
        held = [shown_file(self.world, file) for file in files]
        for file in files:
            self.world.files[file].shared.add(channel)
        place = {"thread_ts": thread} if thread else {}
        more = {"subtype": "file_share", "files": held} if held else {}
        team = self.world.user(user)["team_id"]
        return {
            "type": "message", "user": user, "team": team, "text": linked(self.world, text), "ts": self.world.ts(),
            **place, **more,
        }  # fmt: skip

    def _events(self, message: Json, channel: str) -> Iterator[Json]:
        """The app hears what its manifest subscribes to; a mention comes twice where both are subscribed."""
        kind = "im" if channel.startswith("D") else self._kind(channel)
        event = {**message, "channel": channel, "channel_type": kind}
        if message["team"] != self.world.team:
            event |= {"user_team": message["team"], "source_team": message["team"]}
        if f"message.{ {'im': 'im', 'group': 'groups', 'channel': 'channels'}[kind] }" in self.subscribed:
            yield event
        if kind != "im" and f"<@{self.world.bot_user}>" in message["text"] and "app_mention" in self.subscribed:
            yield {**{name: value for name, value in event.items() if name != "channel_type"}, "type": "app_mention"}

    @property
    def subscribed(self) -> Sequence[str]:
        settings = self.world.manifest.get("settings", {})
        return list(settings.get("event_subscriptions", {}).get("bot_events", ()))

    def _kind(self, channel: str) -> str:
        return "group" if self.world.channels[channel].get("is_private") else "channel"

    def upload(self, user: str, name: str, data: bytes, kind: str) -> Json:
        """Keep a file until it is sent with a message."""
        file = self.world.new_id("F")
        self.world.files[file] = File(name, data, kind)
        return {"file": shown_file(self.world, file), "by": user}

    def invite(self, user: str, channel: str) -> Json:
        """Add the assistant to a channel."""
        self._belongs(user, channel)
        with self.world.lock:
            members = self.world.channels[channel]["members"]
            if self.world.bot_user in members:
                return {}
            members.append(self.world.bot_user)
        self.world.tell("channels")
        joined = {"type": "member_joined_channel", "user": self.world.bot_user, "channel": channel, "inviter": user}
        if "member_joined_channel" in self.subscribed:
            self.courier.event(event_body(self.world, {**joined, "team": self.world.team, "channel_type": "C"}))
        return {}

    def speak(self, user: str, language: str) -> Json:
        """Choose the language of one's own account."""
        with self.world.lock:
            self.world.users[user]["locale"] = language
        return {}

    def command(self, user: str, channel: str, text: str) -> Json:
        """Type `/command words`."""
        self._belongs(user, channel)
        command, _, words = text.partition(" ")
        known = self.world.manifest.get("features", {}).get("slash_commands", ())
        if command not in {each["command"] for each in known}:
            raise Refusal("no_such_command")
        form = command_form(self.world, user, channel, command, escape(words.strip(), quote=False))
        heard = self.courier.ask(form)
        take_answer(self.world, channel, user, heard)
        return {}

    def shortcut(self, user: str, callback: str, channel: str = "", ts: str = "") -> Json:
        """Choose a shortcut of the app: a global one, or one of a message."""
        if ts:
            payload = by(self.world, user, "message_action", callback_id=callback, message_ts=ts)
            payload |= in_message(self.world, user, channel, self.world.message(channel, ts))
        else:
            payload = by(self.world, user, "shortcut", callback_id=callback)
        return self._ask(payload)

    # -- opening

    def open_app(self, user: str, tab: str) -> Json:
        """Look at the app: its `home` or its `messages`."""
        seen = {"type": "app_home_opened", "user": user, "channel": self.world.dm(user), "tab": tab}
        view = {"view": self.world.homes[user]} if tab == "home" and user in self.world.homes else {}
        if "app_home_opened" in self.subscribed:
            self.courier.event(event_body(self.world, {**seen, **view, "event_ts": self.world.ts()}))
        return {}

    # -- pressing

    def press(self, user: str, where: Json, block: str, action: str, chosen: Json, state: Json | None = None) -> Json:
        """Use an element: `chosen` is what a select, a date picker or the like holds now."""
        place, blocks = self._place(user, where)
        pressed = _pressed(_element(blocks, block, action), chosen)
        pressed |= {"block_id": block, "action_id": action, "action_ts": self.world.ts()}
        values = {"values": state or {}}
        if "view" in place:
            place = {**place, "view": {**place["view"], "state": values}}
        return self._ask(by(self.world, user, "block_actions", actions=[pressed], state=values, **place))

    def suggest(self, user: str, where: Json, block: str, action: str, typed: str) -> Json:
        """What an external select offers for what was typed."""
        place, blocks = self._place(user, where)
        _element(blocks, block, action)
        asked = by(self.world, user, "block_suggestion", block_id=block, action_id=action, value=typed, **place)
        return suggestions(self.courier.ask(payload_form(asked)))

    def submit(self, user: str, view: str, values: Json) -> Json:
        """Submit the modal on top. `errors` says which blocks are not right; they stay as they are."""
        ours = self._top(user, view)
        if wanting := missing(ours["blocks"], values):
            return {"errors": {block: {"code": why} for block, why in wanting.items()}}
        ours["state"] = {"values": values}
        heard = self.courier.ask(payload_form(by(self.world, user, "view_submission", view=ours, response_urls=[])))
        return take_answer(self.world, "", user, heard, ours)

    def close(self, user: str, view: str) -> Json:
        """Leave the modal on top."""
        ours = self._top(user, view)
        with self.world.lock:
            self.world.stacks[user].remove(ours)
        self.world.tell("modals", user=user, stack=self.world.stacks[user])
        if ours["notify_on_close"]:
            payload = by(self.world, user, "view_closed", view=ours, is_cleared=False)
            self.courier.ask(payload_form(payload))
        return {}

    # -- what the above have in common

    def _ask(self, payload: Json) -> Json:
        heard = self.courier.ask(payload_form(payload))
        if not heard.ok:
            raise Refusal("app_did_not_answer")
        return {}

    def _belongs(self, user: str, channel: str) -> None:
        if user not in self.world.users or user not in self.world.members(channel):
            raise Refusal("not_in_channel")

    def _place(self, user: str, where: Mapping[str, Any]) -> tuple[Json, list[Json]]:
        """The payload's part that says where, and the blocks that are there."""
        if view := str(where.get("view") or ""):
            known = [*self.world.stacks[user], self.world.homes.get(user, {})]
            found = next((each for each in known if each.get("id") == view), None)
            if found is None:
                raise Refusal("not_found")
            return in_view(found), found["blocks"]
        channel, ts = str(where["channel"]), str(where["ts"])
        self._belongs(user, channel)
        hidden = next((each for each in self.world.whispers[user] if each["ts"] == ts), None)
        message = hidden or self.world.message(channel, ts)
        return in_message(self.world, user, channel, message), message.get("blocks") or []

    def _top(self, user: str, view: str) -> Json:
        stack = self.world.stacks[user]
        if not stack or stack[-1]["id"] != view:
            raise Refusal("not_found")
        return stack[-1]


def _pressed(element: Json, chosen: Json) -> Json:
    """What an action says of its element; of a pair of thumbs, the one that was pressed (`side`)."""
    if side := chosen.get("side"):
        return {"type": element["type"], **element[f"{side}_button"]}
    return {**{name: element[name] for name in ("type", "text", "value", "url") if name in element}, **chosen}


def linked(world: World, text: str) -> str:
    """What somebody typed as Slack keeps it: signs escaped, people and channels who are named linked."""
    said = escape(text, quote=False)
    for user in sorted(world.users, key=lambda each: -len(name_of(world, each))):
        said = re.sub(rf"(?<![\w<])@{re.escape(escape(name_of(world, user), quote=False))}\b", f"<@{user}>", said)
    return said


def name_of(world: World, user: str) -> str:
    """What somebody is called in the workspace."""
    known = world.users[user]
    return str(known.get("real_name") or known.get("name") or user)


def _element(blocks: Sequence[Json], block: str, action: str) -> Json:
    """The element that was used; a pair of thumbs is one element of two buttons."""
    for each in blocks:
        held = [*(each.get("elements") or ()), each.get("accessory") or {}, each.get("element") or {}]
        for element in held if each.get("block_id") == block else ():
            if element.get("action_id") == action:
                return dict(element)
    raise Refusal("action_not_found")
