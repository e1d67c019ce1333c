"""What an operator sees: counts, times and questions' ids; never what people wrote."""

import io
import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.conversation import Reply
from bot.gauges import Gauges
from bot.logs import Json, Plain, about
from bot.question import Question
from bot.store import open_store
from tests.slack_server import SlackServer
from tests.slack_world import bot

SECRET = "Acme cancels in May"


@contextmanager
def logged(form: logging.Formatter) -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, in that form."""
    out = io.StringIO()
    handler, root = logging.StreamHandler(out), logging.getLogger()
    handler.setFormatter(form)
    root.addHandler(handler)
    try:
        yield out
    finally:
        root.removeHandler(handler)


def fail() -> None:
    try:
        {}[SECRET]
    except KeyError as missing:
        raise RuntimeError(SECRET) from missing


def test_json_says_which_question_and_where_in_the_code_but_not_what_was_written() -> None:
    with logged(Json()) as out, about("T1/C1/1.1"):
        try:
            fail()
        except RuntimeError:
            logging.getLogger("bot").exception("%s failed, error %s", "T1/C1/1.1", "0a1b2c3d")
    (line,) = map(json.loads, out.getvalue().splitlines())
    assert SECRET not in out.getvalue()
    assert {name: line[name] for name in ("level", "logger", "question", "message")} == {
        "level": "ERROR", "logger": "bot", "question": "T1/C1/1.1", "message": "T1/C1/1.1 failed, error 0a1b2c3d",
    }  # fmt: skip
    first, *places = line["exception"].splitlines()
    assert first == "builtins.RuntimeError" and "builtins.KeyError" in places
    assert any("in fail" in place for place in places)


@pytest.mark.parametrize(("form", "told"), [(Plain(), False), (Plain(True), True), (Json(True), True)])
def test_the_words_of_an_exception_are_for_debugging_alone(form: logging.Formatter, told: bool) -> None:
    with logged(form) as out:
        try:
            fail()
        except RuntimeError:
            logging.getLogger("bot").exception("failed")
    assert (SECRET in out.getvalue(), "RuntimeError" in out.getvalue()) == (told, True)


def test_a_question_is_in_the_log_by_its_id_and_its_words_are_not(tmp_path: Path) -> None:
    def broken(question: Question) -> Reply:
        logging.getLogger("bot").warning("about to fail")
        raise ValueError(question.text)

    with logged(Json()) as out, SlackServer() as slack, bot(slack.api_url, tmp_path, broken) as running:
        event = slack.mention(SECRET)
        slack.deliver(running.url, slack.body(event))
        slack.wait_for_posts(1)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {line["question"] for line in lines if line["message"] == "about to fail"} == {f"T1/C1/{event['ts']}"}
    assert SECRET not in out.getvalue()


def test_what_the_replicas_share_is_asked_of_the_store_at_each_scrape(tmp_path: Path) -> None:
    with SlackServer() as slack, bot(slack.api_url, tmp_path) as running:
        shared = Gauges(running.store.engine)
        slack.deliver(running.url, slack.body(slack.mention("hello?")))
        slack.wait_for_posts(1)
        deadline = time.time() + 10
        while b'retention_queue_depth{state="under_way"} 0.0' not in shared.text():
            assert time.time() < deadline
        assert b'retention_queue_depth{state="waiting"} 0.0' in shared.text()
        assert b"retention_failed_questions 0.0" in shared.text()
        assert b"retention_accept_seconds_count 1.0" in running.work.gauges.text()
        assert b"retention_delivery_seconds_count 1.0" in running.work.gauges.text()


def test_a_scrape_does_not_fail_with_the_store(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    assert b"retention_failed_questions 0.0" in Gauges(store.engine).text()
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE failures")
    assert b"retention_failed_questions" not in Gauges(store.engine).text()
    store.close()
