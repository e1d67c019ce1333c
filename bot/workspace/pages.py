"""The browser's side: the page, what is in the workspace for one person, every change as it comes, and what they do."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.workspace.methods import refused
from bot.workspace.texts import texts
from bot.workspace.viewing import Viewing
from bot.workspace.world import Json, Refusal

if TYPE_CHECKING:
    from bot.workspace.server import LocalSlack

FOLDER = Path(str(files("bot.workspace") / "page"))
BREATH = 15.0
"""Seconds after which a silent stream says that it lives."""
LARGEST = 20 * 2**20
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}  # fmt: skip


FORBIDDEN = PlainTextResponse("only this page may ask for that", 403)


def page_routes(slack: "LocalSlack") -> list[BaseRoute]:
    """What the browser asks for."""
    pages = Pages(slack)
    return [
        Route("/", pages.index),
        Route("/page/people", pages.people),
        Route("/page/texts/{language}", pages.texts),
        Route("/page/{user}/state", pages.state),
        Route("/page/{user}/feed", pages.feed),
        Route("/page/{user}/files/{file}", pages.file),
        Route("/page/{user}/upload", pages.upload, methods=["POST"]),
        Route("/page/act", pages.act, methods=["POST"]),
        Mount("/static", _Static(directory=FOLDER)),
    ]


class Pages:
    """What is answered to the browser."""

    def __init__(self, slack: "LocalSlack") -> None:
        self.slack, self.viewing, self.deeds = slack, Viewing(slack.world), _deeds(slack)

    def index(self, _: Request) -> Response:
        return FileResponse(FOLDER / "index.html", headers=HEADERS)

    def people(self, _: Request) -> Response:
        return JSONResponse(self.viewing.people(), headers=HEADERS)

    def texts(self, request: Request) -> Response:
        return JSONResponse(texts(request.path_params["language"]), headers=HEADERS)

    def state(self, request: Request) -> Response:
        user = request.path_params["user"]
        if user not in self.slack.world.users:
            return PlainTextResponse("nobody", 404)
        return JSONResponse(self.viewing.everything(user), headers=HEADERS)

    async def feed(self, request: Request) -> Response:
        stream = _changes(self.slack, self.viewing, request.path_params["user"])
        return StreamingResponse(stream, media_type="text/event-stream", headers=HEADERS)

    def file(self, request: Request) -> Response:
        """A file that this person was shown; only a picture is shown in the page, all else is saved."""
        user, name = request.path_params["user"], request.path_params["file"]
        if not self.viewing.may_open(user, name):
            return PlainTextResponse("not found", 404)
        known = self.slack.world.files[name]
        shown = "inline" if known.kind in PICTURES else "attachment"
        return Response(known.data, media_type=known.kind, headers={**HEADERS, "Content-Disposition": shown})

    async def act(self, request: Request) -> Response:
        if not _is_ours(request):
            return FORBIDDEN
        return JSONResponse(await run_in_threadpool(_done, self.deeds, await request.json()))

    async def upload(self, request: Request) -> Response:
        if not _is_ours(request):
            return FORBIDDEN
        data = await request.body()
        if len(data) > LARGEST:
            return JSONResponse({"ok": False, "error": "file_too_large"})
        kind = request.headers.get("X-Kind") or "application/octet-stream"
        done = self.slack.acting.upload(request.path_params["user"], request.query_params["name"], data, kind)
        return JSONResponse({"ok": True, **done})


class _Static(StaticFiles):
    """The page's own files, with its headers."""

    async def get_response(self, path: str, scope: Any) -> Response:
        found = await super().get_response(path, scope)
        found.headers.update(HEADERS)
        return found


def _is_ours(request: Request) -> bool:
    """Whether the page itself asks: other sites cannot send JSON here without being asked for their origin first."""
    origin = request.headers.get("Origin")
    return origin in (None, f"http://{request.headers['Host']}") and request.headers.get("X-Page") == "workspace"


def _deeds(slack: "LocalSlack") -> Mapping[str, Callable[..., Json]]:
    acting = slack.acting
    return {
        "say": acting.say, "command": acting.command, "press": acting.press, "suggest": acting.suggest,
        "submit": acting.submit, "close": acting.close, "open_app": acting.open_app, "shortcut": acting.shortcut,
        "invite": acting.invite, "language": acting.speak,
    }  # fmt: skip


def _done(deeds: Mapping[str, Callable[..., Json]], said: Mapping[str, Any]) -> Json:
    try:
        return {"ok": True, **deeds[str(said["deed"])](**said.get("with", {}))}
    except Refusal as refusal:
        return refused(refusal)
    except (KeyError, TypeError):  # what the page never sends
        return {"ok": False, "error": "invalid_arguments"}


async def _changes(slack: "LocalSlack", viewing: Viewing, user: str) -> AsyncIterator[str]:
    """Server-sent events: each change that this person may see, until they leave."""
    loop, line = asyncio.get_running_loop(), asyncio.Queue[Json]()

    def ear(change: Json) -> None:
        if viewing.concerns(user, change):
            loop.call_soon_threadsafe(line.put_nowait, json.loads(json.dumps(viewing.shown(change))))

    slack.world.ears.append(ear)
    try:
        yield "retry: 500\n\n"
        while True:
            try:
                yield f"data: {json.dumps(await asyncio.wait_for(line.get(), BREATH))}\n\n"
            except TimeoutError:
                yield ": \n\n"
    finally:
        slack.world.ears.remove(ear)
