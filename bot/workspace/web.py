"""Slack's side over HTTP: the Web API, uploads, files, and response_urls."""

import json
from mimetypes import guess_type
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.workspace.world import Refusal

if TYPE_CHECKING:
    from bot.workspace.server import LocalSlack


def slack_routes(slack: "LocalSlack") -> list[BaseRoute]:
    """What an app finds at the server, under the addresses that the Web API gives out."""

    async def api(request: Request) -> Response:
        params = {**request.query_params, **await _params(request)}
        sent = await run_in_threadpool(slack.answer, request.path_params["method"], params, bearer(request))
        return sent.response()

    async def upload(request: Request) -> Response:
        file = slack.world.files.get(request.path_params["file"])
        if file is None:
            return PlainTextResponse("not found", 404)
        file.data, file.kind = await request.body(), guess_type(file.name)[0] or file.kind
        return PlainTextResponse(f"OK - {len(file.data)}")

    def download(request: Request) -> Response:
        """A file goes to who has the token; anybody else is sent to log in."""
        if bearer(request) != slack.token:
            return RedirectResponse(f"{slack.root}/login", 302)
        file = slack.world.files.get(request.path_params["file"])
        return Response(file.data, media_type=file.kind) if file else PlainTextResponse("not found", 404)

    async def answered(request: Request) -> Response:
        said = json.loads(await request.body() or b"{}")
        try:
            await run_in_threadpool(slack.responded, request.path_params["token"], said)
        except Refusal as refusal:
            known = refusal.error in ("expired_url", "used_url")
            return JSONResponse({"ok": False, "error": refusal.error}, 404 if known else 400)
        return PlainTextResponse("ok")

    return [
        Route("/api/{method}", api, methods=["GET", "POST"]),
        Route("/upload/{file}", upload, methods=["POST"]),
        Route("/files/{file:path}", download),
        Route("/respond/{token}", answered, methods=["POST"]),
    ]


def bearer(request: Request) -> str:
    """The token that comes with a request."""
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


async def _params(request: Request) -> dict[str, Any]:
    body = await request.body()
    if "json" in request.headers.get("Content-Type", ""):
        said = json.loads(body or b"{}")
        return said if isinstance(said, dict) else {}
    return dict(parse_qsl(body.decode(), keep_blank_values=True))
