"""The local Slack as a running server."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from bot.workspace.acting import Acting
from bot.workspace.answering import respond
from bot.workspace.methods import call, refused
from bot.workspace.pages import page_routes
from bot.workspace.scopes import check_scope
from bot.workspace.sending import Courier
from bot.workspace.web import slack_routes
from bot.workspace.world import Json, Refusal, World

LOCAL = ["127.0.0.1", "localhost"]
"""The only hosts that may be asked for: another name that leads here is a trick (DNS rebinding)."""


@dataclass
class Sent:
    """An answer of the Web API on its way out."""

    body: Json
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        return JSONResponse(self.body, self.status, dict(self.headers))


class LocalSlack:
    """`with LocalSlack(world, token, secret) as slack:` serves on 127.0.0.1; `slack.api_url` is for SLACK_API_URL."""

    def __init__(self, world: World, token: str, secret: str, port: int = 0) -> None:
        self.world, self.token = world, token
        self.courier = Courier(secret)
        self.acting = Acting(world, self.courier)
        self._port = port

    def __enter__(self) -> "LocalSlack":
        config = uvicorn.Config(
            self.asgi(), host="127.0.0.1", port=self._port, log_config=None, access_log=False, lifespan="off",
            loop="asyncio", ws="none", proxy_headers=False, timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="local-slack", daemon=True)
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise OSError(f"port {self._port} cannot be listened on")
            time.sleep(0.005)
        self.world.root = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *_: object) -> None:
        self.courier.close()
        self._server.should_exit = True
        self._thread.join(10)

    @property
    def port(self) -> int:
        return int(self._server.servers[0].sockets[0].getsockname()[1])

    @property
    def root(self) -> str:
        return self.world.root

    @property
    def api_url(self) -> str:
        return f"{self.root}/api/"

    def asgi(self) -> Any:
        """Everything that is served here."""
        guard = [Middleware(TrustedHostMiddleware, allowed_hosts=LOCAL)]
        return Starlette(routes=self.routes(), middleware=guard)

    def routes(self) -> list[BaseRoute]:
        return [*slack_routes(self), *page_routes(self)]

    def answer(self, method: str, params: dict[str, Any], token: str) -> Sent:
        """Carry out a method of the Web API for whoever has the token."""
        if token != self.token and method != "api.test":
            return Sent({"ok": False, "error": "invalid_auth" if token else "not_authed"})
        return Sent(self._done(method, params), headers={"x-oauth-scopes": self.scopes})

    def _done(self, method: str, params: Json) -> Json:
        """A workspace without a manifest grants everything."""
        try:
            if self.world.manifest:
                check_scope(self.world, method, params, self.scopes.split(","))
            return call(self.world, method, params)
        except Refusal as refusal:
            return refused(refusal)

    def responded(self, token: str, said: Json) -> None:
        """Take what the app says by a response_url. Raises Refusal."""
        respond(self.world, token, said)

    @property
    def scopes(self) -> str:
        """What the app may do, as its manifest asks for."""
        asked = self.world.manifest.get("oauth_config", {}).get("scopes", {}).get("bot", ())
        return ",".join(asked)
