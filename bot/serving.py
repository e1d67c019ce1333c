"""Standing between Slack and the listeners: Socket Mode or HTTP, health, and an orderly end."""

import asyncio
import json
import logging
import signal
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Protocol

from slack_sdk.errors import SlackApiError, SlackClientError

from bot.listeners import Identity
from bot.slack_clients import error_of, is_transient, reading_client
from tools import Phrase, phrase

if TYPE_CHECKING:
    from slack_bolt import App

log = logging.getLogger(__name__)

ACKNOWLEDGING = 8
"""Requests acknowledged at once: each takes as long as one small write to the store."""
PING = 3.0
"""Seconds between pings in Socket Mode. A connection that broke is given up after five pings: not after a minute."""
LONGEST_BODY = 2**20
"""Bytes. An event of Slack's takes a few thousand, with a long message and its blocks a few ten thousand."""


class CannotServe(Exception):
    """A sentence for whoever starts the bot: what is missing or wrong and where to get it."""

    def __init__(self, message: Phrase) -> None:
        super().__init__(message.msgid)
        self.message = message


def missing_token(bot: str | None, app: str | None, secret: str | None, *, http: bool) -> Phrase | None:
    """The first thing that is missing or cannot be right for Socket Mode (or HTTP), as a sentence."""
    if not bot or not bot.startswith("xoxb-"):
        return _bot_token(_state(bot))
    if http:
        return None if secret else _signing_secret()
    return None if app and app.startswith("xapp-") else _app_token(_state(app))


def identify(token: str, api_url: str | None = None) -> Identity:
    """Ask Slack who the token belongs to. Raises CannotServe when Slack refuses it or is not there."""
    try:
        me = reading_client(token, api_url).auth_test()
    except SlackApiError as refused:
        raise _not_let_in("auth.test", refused, _bot_token) from refused
    except (SlackClientError, OSError, HTTPException, ValueError) as problem:  # ValueError: SLACK_API_URL is no URL
        where = api_url or "slack.com"
        raise CannotServe(
            phrase("Slack cannot be reached at {where}. Check the network, the proxy and SLACK_API_URL.", where=where)
        ) from problem
    return Identity(str(me["team_id"]), str(me["user_id"]), str(me.get("bot_id") or ""), str(me.get("url") or ""))


Page = Callable[[], tuple[int, str, bytes]]
"""What a GET of a path gives: status, content type, body."""


def pages_of(
    healthy: Callable[[], bool], ready: Callable[[], bool], metrics: Callable[[], bytes] = lambda: b""
) -> dict[str, Page]:
    """What an operator's machinery asks: whether to start us anew, whether to send us events, what we count."""
    return {
        "/healthz": lambda: _verdict(healthy()),
        "/readyz": lambda: _verdict(ready()),
        "/metrics": lambda: (200, "text/plain; version=0.0.4; charset=utf-8", metrics()),
    }


def _verdict(well: bool) -> tuple[int, str, bytes]:
    return 200 if well else 503, "application/json", json.dumps({"ok": well}).encode()


def _nothing() -> tuple[int, str, bytes]:
    return 404, "application/json", b'{"ok": false}'


class Intake(Protocol):
    """A way in for Slack's events."""

    def start(self) -> None: ...
    def close(self) -> None: ...
    def healthy(self) -> bool: ...


class SocketIntake:
    """Socket Mode: we call Slack; no address of ours has to be reachable."""

    def __init__(self, app: "App", app_token: str, api_url: str | None = None) -> None:
        from slack_bolt.adapter.socket_mode import SocketModeHandler

        # Two clients, the app's for the Web API and this one to open the connection: both go to `api_url`.
        web = reading_client(app_token, api_url)
        self.handler: Any = SocketModeHandler(
            app, app_token, web_client=web, concurrency=ACKNOWLEDGING, ping_interval=PING
        )

    def start(self) -> None:
        """Connect. Raises CannotServe when Slack refuses the app token, or does not open a connection."""
        try:
            self.handler.connect()
        except SlackApiError as refused:
            raise _not_let_in("apps.connections.open", refused, _app_token) from refused

    def close(self) -> None:
        self.handler.close()

    def healthy(self) -> bool:
        return bool(self.handler.client.is_connected())


class HttpIntake:
    """HTTP: Slack calls us at `/slack/events`. Beside that, or alone without an app, `pages` for an operator."""

    def __init__(
        self, app: "App | None", port: int, pages: Mapping[str, Page] | None = None, host: str = "0.0.0.0"
    ) -> None:
        import uvicorn

        asgi = _asgi(_bolt_asgi(app) if app else None, pages or pages_of(lambda: True, lambda: True))
        self.server = uvicorn.Server(
            uvicorn.Config(
                asgi,
                host=host,
                port=port,
                log_config=None,
                access_log=False,
                lifespan="off",
                loop="asyncio",
                ws="none",
                timeout_graceful_shutdown=10,
            )
        )
        self.thread = threading.Thread(target=self.server.run, name="http", daemon=True)

    def start(self) -> None:
        """Listen. Raises CannotServe when the port is taken."""
        self.thread.start()
        while not self.server.started:
            if not self.thread.is_alive():
                port = self.server.config.port
                raise CannotServe(phrase("Port {port} cannot be listened on. Choose another.", port=str(port)))
            self.thread.join(0.02)

    @property
    def port(self) -> int:
        return int(self.server.servers[0].sockets[0].getsockname()[1])

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(15)

    def healthy(self) -> bool:
        return bool(self.server.started) and self.thread.is_alive()


def serve(intakes: Sequence[Intake], drain: Callable[[], None], stop: threading.Event | None = None) -> None:
    """Run until SIGTERM or Ctrl-C; then close every way in, and `drain` what was taken in."""
    stop = stop or threading.Event()
    if threading.current_thread() is threading.main_thread():
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: stop.set())
    opened: list[Intake] = []
    try:
        for intake in intakes:
            intake.start()
            opened.append(intake)
        log.info("listening to Slack")
        stop.wait()
    finally:
        for intake in opened:
            intake.close()
        drain()
        log.info("stopped")


def _bolt_asgi(app: "App") -> Any:
    from slack_bolt.adapter.asgi.builtin import SlackRequestHandler
    from slack_bolt.request import BoltRequest
    from slack_bolt.response import BoltResponse

    class Handler(SlackRequestHandler):
        """Bolt's own handler, but off the event loop: a listener writes to a database."""

        pool = ThreadPoolExecutor(ACKNOWLEDGING, "slack-http")

        async def dispatch(self, request: Any) -> Any:
            body = await _body(request)
            if body is None:
                return BoltResponse(status=413, body="Slack sends no such thing")
            asked = BoltRequest(body=body, query=request.query_string, headers=request.get_headers())
            return await asyncio.get_running_loop().run_in_executor(self.pool, self.app.dispatch, asked)

    return Handler(app)


async def _body(request: Any) -> str | None:
    """A request's body, or None when it is longer than anything of Slack's: anybody can send, only Slack can sign."""
    body = b""
    async for chunk in _chunks(request.receive):
        body += chunk
        if len(body) > LONGEST_BODY:
            return None
    return body.decode("utf-8", "replace")


async def _chunks(receive: Any) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ConnectionError("the sender went away")
        yield message.get("body", b"")
        more = message.get("more_body", False)


def _asgi(slack: Any, pages: Mapping[str, Page]) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and (scope["path"] in pages or slack is None):
            await _show(pages.get(scope["path"], _nothing), send)
        else:
            await slack(scope, receive, send)

    return app


async def _show(page: Page, send: Any) -> None:
    status, kind, body = await asyncio.to_thread(page)
    with suppress(ConnectionError):
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind.encode())]})
        await send({"type": "http.response.body", "body": body})


def _not_let_in(method: str, refused: SlackApiError, token: Callable[[Phrase], Phrase]) -> CannotServe:
    """A wrong token is told from trouble on Slack's side: nobody should go and change a good token."""
    status, error = refused.response.status_code, error_of(refused)
    log.warning("%s: %s (HTTP status %s)", method, error, status)
    if not is_transient(refused):
        return CannotServe(token(phrase("not accepted by Slack ({error})", error=error)))
    said = f"HTTP {status}" if " " in error else error
    return CannotServe(
        phrase("Slack answered {method} with {error}. Try again in a minute.", method=method, error=said)
    )


def _bot_token(state: Phrase) -> Phrase:
    return phrase(
        "SLACK_BOT_TOKEN is {state}. Copy it from your app's page at api.slack.com/apps: "
        "OAuth & Permissions, “Bot User OAuth Token” (xoxb-…).",
        state=state,
    )


def _app_token(state: Phrase) -> Phrase:
    return phrase(
        "SLACK_APP_TOKEN is {state}. Make one on your app's page at api.slack.com/apps: "
        "Basic Information, “App-Level Tokens”, scope connections:write (xapp-…).",
        state=state,
    )


def _signing_secret() -> Phrase:
    return phrase(
        "SLACK_SIGNING_SECRET is not set. Copy it from your app's page at api.slack.com/apps: "
        "Basic Information, “Signing Secret”."
    )


def _state(token: str | None) -> Phrase:
    return phrase("of another kind") if token else phrase("not set")
