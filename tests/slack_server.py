"""A small, honest Slack on loopback: Web API, signed events and Socket Mode, for the tests.

It keeps what was posted, checks tokens, and answers `unknown_method` to whatever it does not know.
Faults are asked for one at a time (`fail`, `lose_answer`), so that a test says what goes wrong.
"""

import hashlib
import hmac
import json
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message as Headers
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from uuid import uuid4

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # Slack's documented example, no real secret
BOT_TOKEN, APP_TOKEN = "xoxb-test", "xapp-test"
TEAM, BOT_USER = "T1", "U0BOT"
SCOPES = (
    "app_mentions:read,assistant:write,chat:write,commands,files:read,files:write,channels:history,groups:history,"
    "im:history,mpim:history,channels:read,groups:read,im:read,mpim:read,im:write,users:read,users:read.email,"
    "usergroups:read"
)
MINIMAL = frozenset({"auth.test", "chat.postMessage"})


@dataclass
class Fault:
    status: int = 200
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    lose_answer: bool = False
    """The request is carried out and the connection is closed before the answer."""


@dataclass
class Call:
    method: str
    params: dict[str, Any]
    at: float = field(default_factory=time.time)


class SlackServer:
    """`with SlackServer() as slack:` — `slack.api_url` is what SLACK_API_URL would be."""

    def __init__(self, methods: frozenset[str] | None = None, scopes: str = SCOPES) -> None:
        self.methods = methods
        self.scopes = scopes
        self.calls: list[Call] = []
        self.messages: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.channels: dict[str, dict[str, Any]] = {"C1": {"members": ["U1", BOT_USER]}}
        self.users: dict[str, dict[str, Any]] = {"U1": {}, "U2": {}, BOT_USER: {"is_bot": True}}
        self.user_groups: dict[str, list[str]] = {}
        self.files: dict[str, tuple[bytes, str]] = {}
        self.refuse_blocks: str | None = None
        self.acks: dict[str, dict[str, Any]] = {}
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._sockets: list[ServerConnection] = []
        self._ids = count(1)
        self._lock = threading.RLock()

    # -- running

    def __enter__(self) -> "SlackServer":
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._ws: Server = serve(self._socket, "127.0.0.1", 0)
        for each in (self._http, self._ws):
            threading.Thread(target=each.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._ws.shutdown()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def api_url(self) -> str:
        return f"{self.root}/api/"

    # -- what a test asks for

    def fail(self, method: str, status: int = 200, times: int = 1, retry_after: int | None = None, **body: Any) -> None:
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self._faults[method] += [Fault(status, {"ok": False, **body}, headers) for _ in range(times)]

    def unfail(self) -> None:
        self._faults.clear()

    def lose_answer(self, method: str) -> None:
        self._faults[method].append(Fault(lose_answer=True))

    def forget(self) -> None:
        """Nothing was said and nothing was called."""
        with self._lock:
            self.calls.clear()
            self.messages.clear()

    def called(self, method: str) -> list[dict[str, Any]]:
        with self._lock:
            return [call.params for call in self.calls if call.method == method]

    def posted(self, channel: str = "C1") -> list[dict[str, Any]]:
        with self._lock:
            return [message for message in self.messages[channel] if message.get("bot_id") == "B1"]

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
        assert len(self.posted(channel)) == n
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
        return urllib.parse.urlencode({
            "command": "/retention", "text": text, "user_id": user, "channel_id": channel, "team_id": TEAM,
            "trigger_id": trigger, "response_url": f"{self.root}/respond/{trigger}",
        })  # fmt: skip

    def click(self, value: Mapping[str, Any], action: str = "ask:0", user: str = "U1", **more: Any) -> str:
        """The form that a button sends; `more` goes into the payload (message, container, channel)."""
        pressed = {"action_id": action, "type": "button", "value": json.dumps(value), "action_ts": self._ts()}
        payload = {
            "type": "block_actions", "user": {"id": user, "team_id": TEAM}, "team": {"id": TEAM},
            "actions": [{**pressed, "text": {"type": "plain_text", "text": "Press"}}], **more,
        }  # fmt: skip
        return urllib.parse.urlencode({"payload": json.dumps(payload)})

    def say(self, text: str, user: str = "U1", channel: str = "C1", **more: Any) -> dict[str, Any]:
        """Somebody writes; returns the inner `message` event."""
        kind = "im" if channel.startswith("D") else "channel"
        event = {
            "type": "message", "user": user, "text": text, "channel": channel, "channel_type": kind,
            "ts": self._ts(), "team": TEAM, **more,
        }  # fmt: skip
        with self._lock:
            self.messages[channel].append(event)
        return event

    def mention(self, text: str, **more: Any) -> dict[str, Any]:
        """Somebody mentions the bot; returns the inner `app_mention` event."""
        said = self.say(f"<@{BOT_USER}> {text}", **more)
        return {**{k: v for k, v in said.items() if k != "channel_type"}, "type": "app_mention"}

    def upload(self, text: str = "", channel: str = "D1", user: str = "U1", **files: bytes) -> dict[str, Any]:
        """Somebody uploads files (name → bytes) in a direct message; returns the inner event."""
        self.files.update({name: (data, "application/octet-stream") for name, data in files.items()})
        shared = [
            {"id": f"F{n}", "name": name, "size": len(data), "url_private_download": f"{self.root}/files/{name}"}
            for n, (name, data) in enumerate(files.items())
        ]
        return self.say(text, user, channel, subtype="file_share", files=shared)

    def body(self, event: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """The outer event, each with its own event_id."""
        return {
            "type": "event_callback", "team_id": TEAM, "api_app_id": "A1", "event_id": f"Ev{next(self._ids)}",
            "event_time": int(time.time()), "event": dict(event), **more,
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        }  # fmt: skip

    def deliver(self, url: str, payload: Mapping[str, Any] | str, *, secret: str = SECRET, age: int = 0) -> int:
        """POST an event (a mapping) or a form (text), signed; returns the HTTP status."""
        form = isinstance(payload, str)
        body = payload if isinstance(payload, str) else json.dumps(payload)
        at = str(int(time.time()) - age)
        sign = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded" if form else "application/json",
            "X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={sign}",
        }  # fmt: skip
        request = urllib.request.Request(url, body.encode(), headers)
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
        self._sockets[-1].send(json.dumps({**sent, "accepts_response_payload": kind != "events_api"}))
        while envelope not in self.acks and time.time() < deadline:
            time.sleep(0.01)
        return envelope in self.acks

    # -- the Web API

    def answer(self, method: str, params: dict[str, Any], token: str) -> tuple[Fault, dict[str, Any]]:
        with self._lock:
            self.calls.append(Call(method, params))
            fault = self._faults[method].pop(0) if self._faults[method] else Fault()
            if fault.body:
                return fault, dict(fault.body)
            return fault, self._result(method, params, token)

    def _result(self, method: str, params: dict[str, Any], token: str) -> dict[str, Any]:
        verb = getattr(self, "_" + method.replace(".", "_"), None)
        if verb is None or (self.methods is not None and method not in self.methods):
            return {"ok": False, "error": "unknown_method", "req_method": method}
        if token != (APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN):
            return {"ok": False, "error": "invalid_auth"}
        result: dict[str, Any] = verb(params)
        return {"ok": "error" not in result, **result}

    def _auth_test(self, _: Mapping[str, Any]) -> dict[str, Any]:
        who = {"user": "retention", "user_id": BOT_USER, "bot_id": "B1"}
        return {"url": self.root, "team": "Acme", "team_id": TEAM, **who}

    def _apps_connections_open(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"url": f"ws://127.0.0.1:{self._ws.socket.getsockname()[1]}/link"}

    def _chat_postMessage(self, params: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        channel = params["channel"]
        if not channel.startswith("D") and channel not in self.channels:
            return {"error": "channel_not_found"}
        if BOT_USER not in self.channels.get(channel, {"members": [BOT_USER]})["members"]:
            return {"error": "not_in_channel"}
        blocks = _json(params.get("blocks") or [])
        if blocks and (len(blocks) > 50 or self.refuse_blocks):
            return {"error": self.refuse_blocks or "invalid_blocks"}
        message = {
            "type": "message", "user": BOT_USER, "bot_id": "B1", "ts": self._ts(), "text": params.get("text"),
            "thread_ts": params.get("thread_ts"), "blocks": blocks, "metadata": _json(params.get("metadata")),
        }  # fmt: skip
        self.messages[channel].append(message)
        return {"channel": channel, "ts": message["ts"], "message": message}

    def _chat_postEphemeral(self, params: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if BOT_USER not in self.channels.get(params["channel"], {"members": []})["members"]:
            return {"error": "not_in_channel"}
        return {"message_ts": self._ts()}

    def _conversations_replies(self, params: dict[str, Any]) -> dict[str, Any]:
        said, thread = self.messages[params["channel"]], params["ts"]
        return self._page([m for m in said if thread in (m["ts"], m.get("thread_ts"))], params)

    def _conversations_history(self, params: dict[str, Any]) -> dict[str, Any]:
        top = [m for m in self.messages[params["channel"]] if not m.get("thread_ts")]
        return self._page(top[::-1], params)

    def _page(self, found: list[dict[str, Any]], params: Mapping[str, Any]) -> dict[str, Any]:
        after = float(params.get("oldest") or 0)
        found = [m for m in found if float(m["ts"]) >= after]
        if str(params.get("include_all_metadata", "")).lower() not in ("true", "1"):
            found = [{k: v for k, v in m.items() if k != "metadata"} for m in found]
        return self._slice("messages", found, params)

    def _slice(self, name: str, found: list[Any], params: Mapping[str, Any]) -> dict[str, Any]:
        start, limit = int(params.get("cursor") or 0), int(params.get("limit") or 100)
        following = str(start + limit) if start + limit < len(found) else ""
        return {name: found[start : start + limit], "response_metadata": {"next_cursor": following}}

    def _conversations_info(self, params: dict[str, Any]) -> dict[str, Any]:
        if params["channel"] not in self.channels:
            return {"error": "channel_not_found"}
        shown = {k: v for k, v in self.channels[params["channel"]].items() if k != "members"}
        plain = {"is_ext_shared": False, "is_pending_ext_shared": False}
        return {"channel": {"id": params["channel"], **plain, **shown}}

    def _conversations_members(self, params: dict[str, Any]) -> dict[str, Any]:
        if params["channel"] not in self.channels:
            return {"error": "channel_not_found"}
        return self._slice("members", self.channels[params["channel"]]["members"], params)

    def _conversations_open(self, params: dict[str, Any]) -> dict[str, Any]:
        return {"channel": {"id": "D" + params["users"]}}

    def _users_info(self, params: dict[str, Any]) -> dict[str, Any]:
        user = params["user"]
        return {"user": self._user(user)} if user in self.users else {"error": "user_not_found"}

    def _usergroups_users_list(self, params: dict[str, Any]) -> dict[str, Any]:
        found = self.user_groups.get(params["usergroup"])
        return {"error": "no_such_subteam"} if found is None else {"users": found}

    def _users_list(self, params: dict[str, Any]) -> dict[str, Any]:
        return self._slice("members", [self._user(user) for user in self.users], params)

    def _user(self, user: str) -> dict[str, Any]:
        plain = {"is_restricted": False, "is_ultra_restricted": False, "is_stranger": False, "is_bot": False}
        return {"id": user, "team_id": TEAM, "deleted": False, **plain, **self.users[user]}

    def _assistant_threads_setStatus(self, _: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {}

    def _assistant_threads_setSuggestedPrompts(self, _: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {}

    def _views_publish(self, params: dict[str, Any]) -> dict[str, Any]:
        return {"view": _json(params["view"])}

    def _files_getUploadURLExternal(self, params: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        file = f"F{next(self._ids):08}"
        return {"upload_url": f"{self.root}/upload/{file}", "file_id": file}

    def _files_completeUploadExternal(self, params: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"files": _json(params["files"])}

    def _ts(self) -> str:
        return f"{time.time():.3f}{next(self._ids) % 1000:03d}"

    # -- Socket Mode

    def _socket(self, connection: ServerConnection) -> None:
        self._sockets.append(connection)
        connection.send(json.dumps({"type": "hello", "num_connections": 1}))
        with suppress(ConnectionClosed):
            for text in connection:
                ack = json.loads(text)
                self.acks[ack["envelope_id"]] = ack
        self._sockets.remove(connection)


def _handler(slack: SlackServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path.startswith("/files/"):
                self._file()
                return
            if self.path.startswith("/respond/"):
                slack.calls.append(Call("response_url", json.loads(body)))
            if self.path.startswith("/api/"):
                self._answer(body)
            else:
                self._send(Fault(), {"ok": True})

        def _answer(self, body: bytes) -> None:
            method, _, query = self.path.removeprefix("/api/").partition("?")
            params = {**dict(urllib.parse.parse_qsl(query)), **_params(self.headers, body)}
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            fault, result = slack.answer(method, params, token)
            if fault.lose_answer:
                self.connection.shutdown(socket.SHUT_RDWR)
            else:
                self._send(fault, result)

        def _file(self) -> None:
            """A file goes to who has the token; anybody else is sent to log in."""
            slack.calls.append(Call("file", {"path": self.path, "token": self.headers.get("Authorization")}))
            data, kind = slack.files.get(self.path.removeprefix("/files/"), (b"", ""))
            known = self.headers.get("Authorization") == f"Bearer {BOT_TOKEN}"
            self.send_response(302 if not known else 200 if kind else 404)
            self.send_header("Content-Type", kind or "text/html")
            if not known:
                self.send_header("Location", f"{slack.root}/login")
            with suppress(ConnectionError):
                self.end_headers()
                self.wfile.write(data if known else b"")

        do_GET = do_POST  # noqa: N815

        def _send(self, fault: Fault, result: Mapping[str, Any]) -> None:
            self.send_response(fault.status)
            for name, value in {**fault.headers, "Content-Type": "application/json"}.items():
                self.send_header(name, value)
            self.send_header("x-oauth-scopes", slack.scopes)
            with suppress(ConnectionError):  # who asked may have been killed
                self.end_headers()
                self.wfile.write(json.dumps(result).encode())

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _params(headers: Headers, body: bytes) -> dict[str, Any]:
    if "json" in (headers.get("Content-Type") or ""):
        params: dict[str, Any] = json.loads(body or b"{}")
        return params
    return dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
