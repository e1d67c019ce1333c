"""The real command against a loopback Slack: the same questions, the same figures, whichever way they are asked."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest

from block_kit_check import check
from bot.blocks import Message
from bot.store import open_store
from tests.conftest import DEMO_DAY, ask, assistant_at
from tests.slack_server import APP_TOKEN, BOT_TOKEN, SECRET, SlackServer
from tools.metrics import lately_left

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def ten_questions(demo_home: Path) -> list[str]:
    bot = assistant_at(demo_home)
    left = lately_left(bot.book(), bot.today())[0]
    return [
        "Which accounts are at risk?",
        "Quais clientes estão em risco?",
        "Weekly MRR summary",
        "Resumo de MRR do 3º trimestre de 2026",
        "MRR summary for October 2026",
        f"Monte um roteiro de entrevista win-loss para {left}",
        f"Exit survey for {left}",
        "Summary of Caldwick Health",
        "Plano de confiança para Caldwick Health",
        "What do the playbooks say about a champion who left?",
    ]


@pytest.fixture(scope="module")
def in_the_terminal(
    demo_home: Path, ten_questions: list[str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, object]:
    bot = assistant_at(demo_home, store_url=f"sqlite:///{tmp_path_factory.mktemp('terminal') / 'store.sqlite'}")
    replies = {text: ask(bot, text) for text in ten_questions}
    assert {reply.outcome for reply in replies.values()} == {"answered"}
    return {text: _kept(reply) for text, reply in replies.items()}


def _kept(reply) -> set[tuple[str, str]]:
    """The figures of an answer, and what else it shows that was counted or quoted."""
    from bot.markdown import document

    figures = {(figure.id, str(figure.value)) for figure in reply.answer.figures}
    return figures | {("text", _without_ids(document(reply)))}


def _without_ids(text: str) -> str:
    """A draft's id is that of its question, so it differs from place to place."""
    return re.sub(r"\bD-[0-9a-f]{8}\b", "D-", text)


@contextmanager
def serving(
    slack: SlackServer, home: Path, store_url: str, *arguments: str, **environment: str
) -> Iterator[psutil.Process]:
    tokens = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_SIGNING_SECRET": SECRET}
    settings = {
        "SLACK_API_URL": slack.api_url,
        "RETENTION_HOME": str(home),
        "RETENTION_TODAY": DEMO_DAY,
        "STORE_URL": store_url,
    }
    command = [sys.executable, "-m", "bot", "serve", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **tokens, **settings, **environment})
    try:
        yield psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_listens(port: int) -> None:
    deadline = time.time() + 60
    while time.time() < deadline:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("serve did not come up")


def _answers(store_url: str) -> dict[str, set[tuple[str, str]]]:
    """What the serving process kept: question → its figures and its text."""
    from sqlalchemy import select

    from bot.tables import answers, figures, questions

    store = open_store(store_url)
    with store.engine.connect() as connection:
        texts = {row.key: row.text for row in connection.execute(select(questions))}
        kept: dict[str, set[tuple[str, str]]] = {text: set() for text in texts.values()}
        for row in connection.execute(select(figures)):
            kept[texts[row.question]].add((row.id, row.value))
        for row in connection.execute(select(answers)):
            kept[texts[row.question]].add(("text", _without_ids(row.text)))
    store.close()
    return kept


def test_ten_questions_over_signed_http_have_the_terminals_figures_in_one_valid_message_each(
    demo_home, ten_questions, in_the_terminal, tmp_path
):
    store_url, port = f"sqlite:///{tmp_path / 'store.sqlite'}", _free_port()
    with SlackServer() as slack, serving(slack, demo_home, store_url, "--http", str(port)) as process:
        _wait_until_it_listens(port)
        url = f"http://127.0.0.1:{port}/slack/events"
        asked = [slack.mention(text) for text in ten_questions]
        assert [slack.deliver(url, slack.body(event)) for event in asked] == [200] * 10
        assert slack.deliver(url, slack.body(asked[0])) == 200  # Slack sends it again
        posts = slack.wait_for_posts(10, seconds=90)
        assert len(slack.settled(10)) == 10
        resident = process.memory_info().rss / 2**20
    assert sorted(post["thread_ts"] for post in posts) == sorted(event["ts"] for event in asked)
    for post in posts:
        check(Message(post["text"], tuple(post["blocks"])))
    assert _answers(store_url) == in_the_terminal
    assert resident < 600, "far beyond the target of 400 MiB, which `make bench` measures"


def test_a_socket_mode_envelope_leads_to_one_message_in_the_thread(demo_home, in_the_terminal, tmp_path):
    store_url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    with SlackServer() as slack, serving(slack, demo_home, store_url):
        event = slack.mention("Weekly MRR summary")
        assert slack.envelope("events_api", slack.body(event), seconds=60)
        (post,) = slack.wait_for_posts(1, seconds=60)
        assert len(slack.settled(1)) == 1
    assert post["thread_ts"] == event["ts"]
    check(Message(post["text"], tuple(post["blocks"])))
    assert _answers(store_url)["Weekly MRR summary"] == in_the_terminal["Weekly MRR summary"]


def test_a_slack_server_that_knows_two_methods_gets_the_answer(demo_home, tmp_path):
    port = _free_port()
    store_url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    only = frozenset({"auth.test", "chat.postMessage"})
    with SlackServer(methods=only) as slack, serving(slack, demo_home, store_url, "--http", str(port)):
        _wait_until_it_listens(port)
        slack.deliver(f"http://127.0.0.1:{port}/slack/events", slack.body(slack.mention("Weekly MRR summary")))
        (post,) = slack.wait_for_posts(1, seconds=60)
    assert "MRR" in post["text"]


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is not set"),
        ({"SLACK_BOT_TOKEN": "xapp-wrong"}, "SLACK_BOT_TOKEN is of another kind"),
        ({"SLACK_APP_TOKEN": ""}, "SLACK_APP_TOKEN is not set"),
    ],
)
def test_a_missing_or_wrong_token_is_one_sentence(missing, sentence, tmp_path):
    tokens = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        **missing,
        "RETENTION_HOME": str(tmp_path),
        "COLUMNS": "400",
    }
    done = subprocess.run(
        [sys.executable, "-m", "bot", "serve"],
        cwd=ROOT,
        env={**os.environ, **tokens},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(sentence) and "api.slack.com/apps" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_demo_in_postgresql_gives_the_same_figures(
    demo_home, in_the_terminal, ten_questions, new_postgres, tmp_path
):
    """The same exports loaded into PostgreSQL, with the store on PostgreSQL too."""
    from tools.metrics._load import load_directory

    book_url = new_postgres()
    home = tmp_path / "home"
    shutil.copytree(demo_home / "index", home / "index")
    bot = assistant_at(home, book_url=book_url, store_url=new_postgres())
    load_directory(demo_home / "exports", book_url, today=bot.today())
    values = lambda kept: {pair for pair in kept if pair[0] != "text"}
    for text in ten_questions:
        assert values(_kept(ask(bot, text))) == values(in_the_terminal[text]), text
