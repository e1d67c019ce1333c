"""The way to the app: signed requests, as Slack sends them, again where an event is not acknowledged."""

import hashlib
import hmac
import json
import logging
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from bot.workspace.world import TRIGGER_SECONDS, Json

log = logging.getLogger(__name__)

PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Seconds before each attempt to deliver an event: Slack's minutes are too long for who sits before it."""
STARTING = 600
"""Seconds that an app may take to start before the first event is given up."""


@dataclass(frozen=True)
class Heard:
    """What the app answered; status 0: nothing within three seconds."""

    status: int
    body: Json | None = None

    @property
    def ok(self) -> bool:
        return self.status == 200


class Courier:
    """Delivers to the app at `url`. Events wait in line until it listens."""

    def __init__(self, secret: str, url: str = "") -> None:
        self.secret, self.url = secret, url
        self._pool = ThreadPoolExecutor(4, "slack-events")
        self._closed = threading.Event()

    def event(self, body: Mapping[str, Any]) -> None:
        """Deliver an event, in the background."""
        self._pool.submit(self._until_acknowledged, json.dumps(body))

    def ask(self, form: str) -> Heard:
        """Deliver what somebody waits for: a command, a click, a submitted view."""
        return self._post(form, "application/x-www-form-urlencoded", {}, TRIGGER_SECONDS)

    def close(self) -> None:
        self._closed.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _until_acknowledged(self, body: str) -> None:
        for _ in range(STARTING):
            if self._listens() or self._closed.wait(1.0):
                break
        for attempt, pause in enumerate(PAUSES):
            if self._closed.wait(pause):
                return
            again = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_error"} if attempt else {}
            if self._post(body, "application/json", again, TRIGGER_SECONDS).ok:
                return
        log.warning("the app did not acknowledge an event")

    def _listens(self) -> bool:
        """Whether the app has started, as far as its address tells."""
        where = urllib.parse.urlsplit(self.url)
        try:
            socket.create_connection((where.hostname or "", where.port or 80), 1.0).close()
        except OSError:
            return False
        return True

    def _post(self, body: str, kind: str, more: Mapping[str, str], seconds: float) -> Heard:
        if not self.url:
            return Heard(0)
        request = urllib.request.Request(
            self.url, body.encode(), {"Content-Type": kind, **signed(self.secret, body), **more}
        )
        try:
            with urllib.request.urlopen(request, timeout=seconds) as answer:
                return Heard(answer.status, _json(answer.read()))
        except urllib.error.HTTPError as refused:
            refused.close()
            return Heard(refused.code)
        except (OSError, HTTPException) as problem:
            log.info("the app cannot be reached: %s", problem)
            return Heard(0)


def signed(secret: str, body: str, age: int = 0) -> dict[str, str]:
    """The headers that prove who sends; `age`: how many seconds ago it claims to be."""
    at = str(int(time.time()) - age)
    digest = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}


def _json(body: bytes) -> Json | None:
    """A text instead of JSON is the short form of a message."""
    if not body.strip():
        return None
    try:
        said = json.loads(body)
    except json.JSONDecodeError:
        return {"text": body.decode("utf-8", "replace")}
    return said if isinstance(said, dict) else None
