"""The local Slack of `bot/workspace` as the tests want it: with faults, with Socket Mode, and remembering every call.

Faults are asked for one at a time (`fail`, `lose_answer`), so that a test says what goes wrong.
"""

import asyncio
import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from bot.workspace.payloads import by, command_form, event_body, payload_form
from bot.workspace.sending import signed
from bot.workspace.server import LocalSlack, Sent
from bot.workspace.world import File, World

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # Slack's documented example, no real secret
BOT_TOKEN, APP_TOKEN = "xoxb-test", "xapp-test"
TEAM, BOT_USER = "T1", "U0BOT"
SCOPES = (
    "app_mentions:read,assistant:write,canvases:write,chat:write,commands,files:read,files:write,channels:history,"
    "groups:history,im:history,mpim:history,channels:read,groups:read,im:read,mpim:read,im:write,users:read,"
    "users:read.email,usergroups:read"
)
MINIMAL = frozenset({"auth.test", "chat.postMessage"})


@dataclass
class Fault(Sent):
    body: dict[str, Any] = field(default_factory=dict)
    lose_answer: bool = False
    """The request is carried out and the connection is closed before the answer."""

    def response(self) -> Response:
        return HungUp() if self.lose_answer else super().response()


class HungUp(Response):
    """No answer: the connection is closed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["hang up"]()
        await asyncio.sleep(0.01)


@dataclass
class Call:
    method: str
    params: dict[str, Any]
    at: float = field(default_factory=time.time)


class SlackServer(LocalSlack):
    """`with SlackServer() as slack:` — `slack.api_url` is what SLACK_API_URL would be."""

    def __init__(self, methods: frozenset[str] | None = None, scopes: str = SCOPES) -> None:
        super().__init__(World(TEAM, BOT_USER), BOT_TOKEN, SECRET)
        self.methods, self._scopes = methods, scopes
        self.calls: list[Call] = []
        world = self.world
        world.channels["C1"] = {"members": ["U1", BOT_USER]}
        world.users = {"U1": {}, "U2": {}, BOT_USER: {"is_bot": True}}
        self.messages, self.channels, self.users, self.files = world.messages, world.channels, world.users, world.files
        self.user_groups = world.groups
        self.refuse_blocks: str | None = None
        self.acks: dict[str, dict[str, Any]] = {}
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._sockets: list[ServerConnection] = []

    # -- running

    def __enter__(self) -> "SlackServer":
        super().__enter__()
        self._ws: Server = serve(self._socket, "127.0.0.1", 0)
        threading.Thread(target=self._ws.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        self._ws.shutdown()

    def asgi(self) -> Any:
        served = super().asgi()

        async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
            await self._note(scope)
            cycle = send.__self__  # uvicorn's, which holds the connection
            await served({**scope, "hang up": lambda: cycle.transport.abort()}, receive, send)

        return asgi

    async def _note(self, scope: Scope) -> None:
        """Files and response_urls are asked for outside the Web API."""
        if scope["path"].startswith("/files/"):
            token = Request(scope).headers.get("Authorization")
            self.calls.append(Call("file", {"path": scope["path"], "token": token}))

    # -- what a test asks for

    def fail(self, method: str, status: int = 200, times: int = 1, retry_after: int | None = None, **body: Any) -> None:
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self._faults[method] += [Fault({"ok": False, **body}, status, headers) for _ in range(times)]

    def unfail(self) -> None:
        self._faults.clear()

    def lose_answer(self, method: str) -> None:
        self._faults[method].append(Fault(lose_answer=True))

    def forget(self) -> None:
        """Nothing was said and nothing was called."""
        with self.world.lock:
            self.calls.clear()
            self.messages.clear()

    def called(self, method: str) -> list[dict[str, Any]]:
        with self.world.lock:
            return [call.params for call in self.calls if call.method == method]

    def posted(self, channel: str = "C1") -> list[dict[str, Any]]:
        """What the assistant said there; files come as messages of their own and are not counted."""
        with self.world.lock:
            said = [message for message in self.messages[channel] if message.get("bot_id") == "B1"]
            return [message for message in said if not message.get("files")]

    def wait_for_posts(self, n: int, channel: str = "C1", seconds: float = 60) -> list[dict[str, Any]]:
        """The posts in a channel as soon as there are `n`; fails when they do not come."""
        deadline = time.time() + seconds
        while len(self.posted(channel)) < n:
            assert time.time() < deadline, f"{len(self.posted(channel))} of {n} posts; calls: {self.calls}"
            time.sleep(0.02)
        return self.posted(channel)

    def settled(self, n: int, channel: str = "C1") -> list[dict[str, Any]]:
        """The posts, once there are `n` and time enough for one too many has gone by."""
        self.wait_for_posts(n, channel)
        time.sleep(0.6)
        assert len(self.posted(channel)) == n, [m["text"] for m in self.posted(channel)]
        return self.posted(channel)

    def wait_for_calls(self, method: str, n: int, seconds: float = 60) -> list[dict[str, Any]]:
        """The parameters of the calls of a method, as soon as there are `n`."""
        deadline = time.time() + seconds
        while len(self.called(method)) < n:
            assert time.time() < deadline, f"{self.calls}"
            time.sleep(0.02)
        return self.called(method)

    # -- events, as Slack sends them

    def command(self, text: str, user: str = "U1", channel: str = "C1", trigger: str = "1.1") -> str:
        """The form that `/retention text` sends."""
        return command_form(self.world, user, channel, "/retention", text, trigger)

    def click(self, value: Mapping[str, Any], action: str = "ask:0", user: str = "U1", **more: Any) -> str:
        """The form that a button sends; `more` goes into the payload (message, container, channel)."""
        pressed = {"action_id": action, "type": "button", "value": json.dumps(value), "action_ts": self.world.ts()}
        action_of = {**pressed, "text": {"type": "plain_text", "text": "Press"}}
        return payload_form(by(self.world, user, "block_actions", actions=[action_of], **more))

    def interaction(self, kind: str, user: str = "U1", **more: Any) -> dict[str, Any]:
        """The payload of a shortcut, a submitted view or a typeahead, as Slack sends it."""
        return by(self.world, user, kind, **more)

    def submission(self, view: Mapping[str, Any], user: str = "U1", **typed: str) -> dict[str, Any]:
        """Somebody fills in fields (block id → value), leaves the others as they were shown, and sends the view."""
        state = {block["block_id"]: _state(block["element"], typed.get(block["block_id"]))
                 for block in view["blocks"] if block["type"] == "input"}  # fmt: skip
        return self.interaction("view_submission", user, view={**view, "state": {"values": state}})

    def say(self, text: str, user: str = "U1", channel: str = "C1", **more: Any) -> dict[str, Any]:
        """Somebody writes; returns the inner `message` event."""
        kind = "im" if channel.startswith("D") else "channel"
        event = {
            "type": "message", "user": user, "text": text, "channel": channel, "channel_type": kind,
            "ts": self.world.ts(), "team": TEAM, **more,
        }  # fmt: skip
        with self.world.lock:
            self.messages[channel].append(event)
        return event

    def mention(self, text: str, **more: Any) -> dict[str, Any]:
        """Somebody mentions the bot; returns the inner `app_mention` event."""
        said = self.say(f"<@{BOT_USER}> {text}", **more)
        return {**{k: v for k, v in said.items() if k != "channel_type"}, "type": "app_mention"}

    def upload(self, text: str = "", channel: str = "D1", user: str = "U1", **files: bytes) -> dict[str, Any]:
        """Somebody uploads files (name → bytes) in a direct message; returns the inner event."""
        self.files.update({name: File(name, data) for name, data in files.items()})
        shared = [
            {"id": f"F{n}", "name": name, "size": len(data), "url_private_download": f"{self.root}/files/{name}"}
            for n, (name, data) in enumerate(files.items())
        ]
        return self.say(text, user, channel, subtype="file_share", files=shared)

    def body(self, event: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """The outer event, each with its own event_id."""
        return event_body(self.world, event, **more)

    def deliver(self, url: str, payload: Mapping[str, Any] | str, *, secret: str = SECRET, age: int = 0) -> int:
        """POST an event (a mapping) or a form (text), signed; returns the HTTP status."""
        form = isinstance(payload, str)
        body = payload if isinstance(payload, str) else json.dumps(payload)
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        request = urllib.request.Request(url, body.encode(), {"Content-Type": kind, **signed(secret, body, age)})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code

    def envelope(self, kind: str, payload: Mapping[str, Any], seconds: float = 10) -> bool:
        """Send a Socket Mode envelope to one connection; whether it was acknowledged in time."""
        deadline = time.time() + seconds
        while not self._sockets:
            assert time.time() < deadline, "nobody connected"
            time.sleep(0.02)
        envelope = str(uuid4())
        sent = {"envelope_id": envelope, "type": kind, "payload": payload}
        random.choice(self._sockets).send(json.dumps({**sent, "accepts_response_payload": kind != "events_api"}))
        while envelope not in self.acks and time.time() < deadline:
            time.sleep(0.01)
        return envelope in self.acks

    # -- the Web API

    def answer(self, method: str, params: dict[str, Any], token: str) -> Sent:
        with self.world.lock:
            self.calls.append(Call(method, params))
            fault = self._faults[method].pop(0) if self._faults[method] else None
            if fault and fault.body:
                return fault
            done = self._carried_out(method, params, token)
            return fault or done

    def _carried_out(self, method: str, params: dict[str, Any], token: str) -> Sent:
        if self.methods is not None and method not in self.methods:
            return Sent({"ok": False, "error": "unknown_method", "req_method": method})
        if method == "apps.connections.open":
            url = f"ws://127.0.0.1:{self._ws.socket.getsockname()[1]}/link"
            return Sent({"ok": True, "url": url} if token == APP_TOKEN else {"ok": False, "error": "invalid_auth"})
        if self.refuse_blocks and method.startswith("chat.") and params.get("blocks"):
            return Sent({"ok": False, "error": self.refuse_blocks})
        return super().answer(method, params, token)

    def responded(self, token: str, said: dict[str, Any]) -> None:
        self.calls.append(Call("response_url", said))
        super().responded(token, said)

    @property
    def scopes(self) -> str:
        return self._scopes

    # -- Socket Mode

    def _socket(self, connection: ServerConnection) -> None:
        self._sockets.append(connection)
        connection.send(json.dumps({"type": "hello", "num_connections": 1}))
        with suppress(ConnectionClosed):
            for text in connection:
                ack = json.loads(text)
                self.acks[ack["envelope_id"]] = ack
        self._sockets.remove(connection)


def _state(element: Mapping[str, Any], typed: str | None) -> dict[str, Any]:
    """What a field holds: what was typed, else what it showed at first."""
    kind = element["type"]
    if kind == "datepicker":
        held: dict[str, Any] = {"selected_date": typed or element.get("initial_date")}
    elif kind.endswith("_select"):
        chosen = {"text": {"type": "plain_text", "text": "?"}, "value": typed} if typed else None
        held = {"selected_option": chosen or element.get("initial_option")}
    else:
        held = {"value": element.get("initial_value") if typed is None else typed}
    return {element["action_id"]: {"type": kind, **held}}
