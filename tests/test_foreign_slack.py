"""`retention serve` for real, against servers it was not written for: it answers, or says in a sentence why not."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bot.serving import CannotServe, identify
from tests.conftest import DEMO_DAY
from tests.foreign_slack import APP, BOT, ForeignSlack

NOT_SLACK = (
    "What answered {method} was not Slack (HTTP {status}) but perhaps a proxy or a login page. "
    "Check the network and SLACK_API_URL, or try again in a minute."
)
ROOT = Path(__file__).parent.parent


def command(home: Path, api_url: str, store: Path, **more: str) -> subprocess.Popen[str]:
    given = {"SLACK_API_URL": api_url, "SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, **more}
    where = {"RETENTION_HOME": str(home), "RETENTION_TODAY": DEMO_DAY, "STORE_URL": f"sqlite:///{store}"}
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        cwd=ROOT, env={**os.environ, **given, **where}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_mention_is_answered_with_three_methods_and_no_more(demo_home: Path, tmp_path: Path) -> None:
    with ForeignSlack() as slack:
        process = command(demo_home, slack.api_url, tmp_path / "store.sqlite")
        try:
            slack.wait("sockets")
            ts = slack.mention("which accounts are at risk?")
            slack.wait("posts")
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
    (post,) = slack.posts
    assert (post["channel"], post["thread_ts"]) == (["C9"], [ts]) or (post["channel"], post["thread_ts"]) == ("C9", ts)
    assert "accounts are at risk" in str(post["text"])
    assert {"conversations.info", "users.info"} <= slack.unknown


Answering = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def server(answering: Answering) -> Iterator[tuple[str, list[str | None]]]:
    """A server that answers everything so: its address, and the tokens that it saw."""
    tokens: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            tokens.append(self.headers.get("Authorization"))
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answering(self)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: Any) -> None: ...

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{http.server_port}/api/", tokens
    http.shutdown()


def page(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    handler.wfile.write(b"<html>Please log in</html>")


def elsewhere(url: str) -> Answering:
    def redirect(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", url)
        handler.end_headers()

    return redirect


def slow(_: BaseHTTPRequestHandler) -> None:
    time.sleep(2)


def why(api_url: str, seconds: int = 10) -> str:
    with pytest.raises(CannotServe) as refused:
        identify(BOT, api_url, seconds)
    return refused.value.message.msgid


def test_a_page_in_place_of_json_is_a_sentence() -> None:
    with server(page) as (url, _):
        assert why(url) == NOT_SLACK


def test_a_redirect_is_a_sentence_and_takes_no_token_along() -> None:
    with server(page) as (target, seen), server(elsewhere(target)) as (url, _):
        assert why(url) == NOT_SLACK
    assert seen == [None]


def test_a_redirect_that_goes_round_is_a_sentence() -> None:
    with server(lambda handler: elsewhere("/api/auth.test")(handler)) as (url, _):
        assert why(url) == NOT_SLACK


def test_a_server_that_is_slow_is_a_sentence() -> None:
    with server(slow) as (url, _):
        assert why(url, seconds=1) == (
            "Slack cannot be reached at {where}. Check the network, the proxy and SLACK_API_URL."
        )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"SLACK_BOT_TOKEN": "xapp-swapped"}, "SLACK_BOT_TOKEN is of another kind."),
        ({"RETENTION_LANGUAGE": "pt-BR"}, "Quem respondeu a auth.test não foi o Slack (HTTP 200)"),
    ],
)
def test_the_command_itself_says_it_and_ends(given: dict[str, str], said: str, demo_home: Path, tmp_path: Path) -> None:
    with server(page) as (url, _):
        process = command(demo_home, url, tmp_path / "store.sqlite", **given)
        _, heard = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said in " ".join(heard.split()) and "Traceback" not in heard
