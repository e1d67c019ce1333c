"""A Slack server that nobody wrote for us: three methods, one socket, and not a word more.

Nothing of `bot/workspace` is in it. What it does not know it answers with `unknown_method`, as emulators do.
"""

import json
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from websockets.sync.server import ServerConnection, serve

BOT, APP = "xoxb-foreign", "xapp-foreign"


class ForeignSlack:
    """`with ForeignSlack() as slack`: `slack.api_url`; `slack.posts` holds what was posted."""

    def __enter__(self) -> "ForeignSlack":
        self.posts: list[dict[str, Any]] = []
        self.unknown: set[str] = set()
        self.sockets: list[ServerConnection] = []
        slack = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                asked = json.loads(said or "{}") if "json" in self.headers.get("Content-Type", "") else parse_qs(said)
                body = json.dumps(slack.answer(self.path, asked, self.headers.get("Authorization", ""))).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST  # noqa: N815

            def log_message(self, *_: Any) -> None: ...

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.ws = serve(self.listen, "127.0.0.1", 0)
        for each in (self.http, self.ws):
            threading.Thread(target=each.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.ws.shutdown()

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/api/"

    def answer(self, path: str, asked: Mapping[str, Any], authorization: str) -> dict[str, Any]:
        method, token = path.partition("?")[0].removeprefix("/api/"), authorization.removeprefix("Bearer ")
        if method == "apps.connections.open" and token == APP:
            return {"ok": True, "url": f"ws://127.0.0.1:{self.ws.socket.getsockname()[1]}/"}
        if token != BOT:
            return {"ok": False, "error": "invalid_auth"}
        if method == "auth.test":
            return {"ok": True, "team_id": "T9", "user_id": "U9", "team": "Elsewhere", "user": "bot"}
        if method == "chat.postMessage":
            self.posts.append(dict(asked))
            return {"ok": True, "ts": f"{time.time():.6f}", "channel": asked["channel"]}
        self.unknown.add(method)
        return {"ok": False, "error": "unknown_method"}

    def listen(self, connection: ServerConnection) -> None:
        self.sockets.append(connection)
        connection.send(json.dumps({"type": "hello"}))
        for _ in connection:
            pass

    def mention(self, text: str) -> str:
        """Somebody mentions the bot; returns the message's ts."""
        ts = f"{time.time():.6f}"
        event = {"type": "app_mention", "user": "U1", "text": f"<@U9> {text}", "ts": ts, "channel": "C9"}
        payload = {"type": "event_callback", "team_id": "T9", "event": event, "event_id": f"Ev{ts}"}
        self.sockets[-1].send(json.dumps({"envelope_id": ts, "type": "events_api", "payload": payload}))
        return ts

    def wait(self, what: str) -> None:
        """Until there is a socket, or a post."""
        deadline = time.time() + 120
        while not getattr(self, what):
            assert time.time() < deadline, f"no {what}"
            time.sleep(0.05)
