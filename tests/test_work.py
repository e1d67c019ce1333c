"""Nothing is lost and nothing comes twice, whatever happens to the process or to Slack."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any, Literal

import pytest
from rich.console import Console

from bot.conversation import Reply
from bot.failed import failed
from bot.failures import Failures, anew
from bot.parcels import Later, Parcel, Refused
from bot.question import Person, Place, Question, question_from_plain
from bot.queued import Trouble, finished, trouble
from bot.store import open_store
from bot.work import Work
from tests.conftest import assistant_at
from tests.slack_server import MINIMAL, SlackServer
from tests.slack_world import bot, echo

QUESTION = Question("T1/C1/1.1", "hello?", Person("U1", outsider=None), Place("channel", "T1", "C1", "1.1"))


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


@contextmanager
def victim(slack: SlackServer, store_url: str, moment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "tests.slack_victim", slack.api_url, store_url, moment]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("moment", ["answering", "claimed", "posted"])
def test_a_kill_at_any_moment_leaves_exactly_one_answer(slack: SlackServer, tmp_path: Path, moment: str) -> None:
    one_answer_despite_a_kill(slack, f"sqlite:///{tmp_path / 'store.sqlite'}", moment)


def test_on_postgresql_too(slack: SlackServer, new_postgres: Callable[[], str]) -> None:
    one_answer_despite_a_kill(slack, new_postgres(), "posted")


def one_answer_despite_a_kill(slack: SlackServer, store_url: str, moment: str) -> None:
    body = slack.body(slack.mention("hello?"))
    with victim(slack, store_url, moment) as (process, url):
        assert slack.deliver(url, body) == 200
        assert process.wait(20) == -9
    assert len(slack.posted()) == (1 if moment == "posted" else 0)
    with victim(slack, store_url, "never") as (_, url):
        assert slack.deliver(url, body) == 200  # Slack, too, sends it again
        (post,) = slack.settled(1)
    assert post["text"] == "Answer to hello?"


def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(slack: SlackServer, tmp_path: Path) -> None:
    slack.lose_answer("chat.postMessage")
    with bot(slack.api_url, tmp_path) as running:
        slack.deliver(running.url, slack.body(slack.mention("hello?")))
        slack.wait_for_calls("conversations.replies", 1)
        slack.settled(1)


def test_a_server_error_is_retried(slack: SlackServer, tmp_path: Path) -> None:
    slack.fail("chat.postMessage", 502, times=2, error="bad_gateway")
    with bot(slack.api_url, tmp_path) as running:
        slack.deliver(running.url, slack.body(slack.mention("hello?")))
        slack.settled(1)


def test_a_socket_mode_envelope_is_answered_once_and_acknowledged(slack: SlackServer, tmp_path: Path) -> None:
    with bot(slack.api_url, tmp_path, socket=True):
        event = slack.mention("which accounts are at risk?")
        body = slack.body(event)
        assert slack.envelope("events_api", body)
        assert slack.envelope("events_api", body)
        (post,) = slack.settled(1)
        assert post["thread_ts"] == event["ts"]


def test_what_could_not_be_written_down_is_not_acknowledged(slack: SlackServer, tmp_path: Path) -> None:
    with bot(slack.api_url, tmp_path) as running:
        running.work.stop(0)
        assert slack.deliver(running.url, slack.body(slack.mention("hello?"))) == 500


def test_a_server_that_knows_two_methods_gets_the_answer(tmp_path: Path) -> None:
    with SlackServer(methods=MINIMAL) as slack, bot(slack.api_url, tmp_path) as running:
        slack.deliver(running.url, slack.body(slack.mention("hello?")))
        slack.settled(1)


def test_an_error_becomes_one_fixed_sentence_with_an_id(slack: SlackServer, tmp_path: Path) -> None:
    def broken(_: Any) -> Any:
        raise RuntimeError("the password is 1234")

    with bot(slack.api_url, tmp_path, broken) as running:
        slack.deliver(running.url, slack.body(slack.mention("hello?")))
        (post,) = slack.settled(1)
    assert post["text"].startswith("Something went wrong on my side.")
    assert "1234" not in json.dumps(post)


def test_stopping_lets_the_answer_under_way_finish(slack: SlackServer, tmp_path: Path) -> None:
    begun = threading.Event()

    def slow(question: Question) -> Reply:
        begun.set()
        time.sleep(1)
        return echo(question)

    with bot(slack.api_url, tmp_path, slow, drain=10) as running:
        slack.deliver(running.url, slack.body(slack.mention("hello?")))
        assert begun.wait(5)
    assert len(slack.posted()) == 1


def test_one_thread_that_waits_keeps_no_other_waiting(tmp_path: Path) -> None:
    done: list[str] = []
    gate = threading.Event()

    def reply(question: Question) -> list[Parcel]:
        if question.place.thread == "1.0":
            gate.wait(10)
        return [Parcel(question.key, "post", "C1", question.text)]

    with working(tmp_path, reply, lambda parcel: done.append(parcel.text)) as work:
        for thread, text in (("1.0", "first"), ("1.0", "second"), ("2.0", "other")):
            place = Place("channel", "T1", "C1", thread)
            work.accept(Question(f"T1/C1/{text}", text, Person("U1"), place))
            time.sleep(0.05)
        wait_until(lambda: done == ["other"])
        gate.set()
        wait_until(lambda: done == ["other", "first", "second"])


def test_an_answer_that_slack_refuses_is_owned_up_to_counted_and_followed_by_no_note(tmp_path: Path) -> None:
    said: list[str] = []

    def deliver(parcel: Parcel) -> None:
        if parcel.text == "the answer":
            raise Refused("cannot_dm_bot")
        said.append(parcel.text)

    def reply(question: Question) -> list[Parcel]:
        return [Parcel(question.key, "private", "C1", "the answer"), Parcel("note", "post", "C1", "I have answered.")]

    with working(tmp_path, reply, deliver) as work:
        work.accept(QUESTION)
        wait_until(lambda: len(said) == 1)
        assert trouble(work.engine, datetime.now(UTC)).lost == 1
        assert [text.rpartition(" ")[0] for text in said] == ["not delivered: error"]


def test_an_answer_that_slack_never_takes_is_given_up_in_the_end(tmp_path: Path) -> None:
    tries: list[str] = []

    def deliver(parcel: Parcel) -> None:
        tries.append(parcel.key)
        raise Later(0.01)

    with working(tmp_path, lambda question: [Parcel(question.key, "post", "C1", "hi")], deliver, attempts=2) as work:
        work.accept(QUESTION)
        wait_until(lambda: len(tries) == 4)
        assert trouble(work.engine, datetime.now(UTC)).lost == 1
    assert tries == [QUESTION.key] * 2 + ["sorry"] * 2


def test_what_nobody_foresaw_is_tried_five_times_and_may_go_away(tmp_path: Path) -> None:
    tries: list[str] = []

    def reply(question: Question) -> list[Parcel]:
        tries.append(question.text)
        if question.text == "broken" or tries.count(question.text) < 5:
            raise RuntimeError
        return [Parcel(question.key, "post", "C1", question.text)]

    said: list[str] = []
    with working(tmp_path, reply, lambda parcel: said.append(parcel.text)) as work:
        for text in ("broken", "shaky"):
            work.accept(replace(QUESTION, key=text, text=text))
        wait_until(lambda: len(said) == 2)
        assert [tries.count(text) for text in ("broken", "shaky")] == [5, 5]
        assert said[0].startswith("sorry: error ") and said[1] == "shaky"
        (failure,) = Failures(work.engine).listed()
    assert failure.question == replace(QUESTION, key="broken", text="broken") and failure.why == ""
    assert said[0] == f"sorry: error {failure.error}"


def test_a_question_that_no_process_survives_is_given_up_too(tmp_path: Path) -> None:
    said: list[str] = []
    with working(tmp_path, lambda _: [], lambda parcel: said.append(parcel.text)) as work:
        for _ in range(5):
            work.failures.begin(QUESTION.key)  # and the process died
        work.accept(QUESTION)
        wait_until(lambda: len(said) == 1)
        assert said[0].startswith("sorry: error ") and work.failures.count() == 1


def test_a_delivery_that_breaks_for_a_moment_is_tried_again(tmp_path: Path) -> None:
    tries: list[str] = []

    def deliver(parcel: Parcel) -> None:
        tries.append(parcel.key)
        if len(tries) < 4:
            raise OSError("the store is away")

    with working(tmp_path, lambda question: [Parcel(question.key, "post", "C1", "hi")], deliver) as work:
        work.accept(QUESTION)
        wait_until(lambda: len(tries) == 4)
        assert work.failures.count() == 0


def test_a_failed_question_is_listed_tried_again_or_dropped_by_an_administrator(tmp_path: Path) -> None:
    said: list[str] = []
    broken = True

    def reply(question: Question) -> list[Parcel]:
        if broken:
            raise RuntimeError
        return [Parcel(question.key, "post", "C1", f"{question.key}: {question.text}")]

    def command(act: Literal["list", "retry", "drop"], wanted: str | None = None) -> tuple[int, str]:
        out = StringIO()
        return failed(assistant_at(tmp_path), act, wanted, Console(file=out, width=200)), out.getvalue()

    with working(tmp_path, reply, lambda parcel: said.append(parcel.text)) as work:
        work.accept(QUESTION)
        wait_until(lambda: len(said) == 1)
        (failure,) = work.failures.listed()
        status, listed = command("list")
        assert status == 0 and listed.startswith(failure.id) and "U1 in C1: hello?" in listed
        assert listed.endswith(f"failed 5 times, error {failure.error}\n")
        assert command("retry", "F-00000000")[0] == 1
        broken = False
        assert command("retry", failure.id) == (0, f"{failure.id} is tried again: hello?\n")
        wait_until(lambda: len(said) == 2)
        assert said[1] == "T1/C1/1.1~1: hello?" and work.failures.count() == 0
        work.failures.keep(QUESTION, "", "0a1b2c3d")
        assert command("drop", "all")[0] == 0
        assert command("list") == (0, "No question has failed.\n")
    assert anew(anew(QUESTION)).key == "T1/C1/1.1~2"


def test_what_is_done_with_leaves_the_queue_and_what_is_not_stays(tmp_path: Path) -> None:
    gate = threading.Event()
    done: list[str] = []

    def reply(question: Question) -> list[Parcel]:
        if question.text == "waits":
            gate.wait(10)
        return [Parcel(question.key, "post", "C1", question.text)]

    with working(tmp_path, reply, lambda parcel: done.append(parcel.text)) as work:
        for text in ("waits", "done"):
            work.accept(replace(QUESTION, key=text, text=text, place=replace(QUESTION.place, thread=text)))
        work.failures.keep(QUESTION, "", "0a1b2c3d")
        wait_until(lambda: done == ["done"] and finished(work.engine, datetime.now(UTC), 9) == ["done"])
        assert work.expiry.sweep(datetime.now(UTC) + timedelta(days=29)) == 0
        assert work.expiry.sweep(datetime.now(UTC) + timedelta(days=31)) == 1
        assert work.failures.count() == 0
        gate.set()
        wait_until(lambda: done == ["done", "waits"])


def test_what_lies_about_too_long_is_stuck(tmp_path: Path) -> None:
    gate = threading.Event()

    def reply(_: Question) -> list[Parcel]:
        gate.wait(10)
        return []

    with working(tmp_path, reply, lambda _: None) as work:
        work.accept(QUESTION)
        assert trouble(work.engine, datetime.now(UTC)) == Trouble(lost=0, stuck=0)
        assert trouble(work.engine, datetime.now(UTC) + timedelta(hours=1)) == Trouble(lost=0, stuck=1)
        gate.set()


def test_a_store_that_never_served_has_no_trouble(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    assert trouble(store.engine, datetime.now(UTC)) == Trouble(lost=0, stuck=0)
    store.close()


def test_the_work_takes_few_threads_and_little_memory(tmp_path: Path) -> None:
    code = (
        "import psutil, sys; from pathlib import Path; from tests.slack_world import bot\n"
        "with bot(sys.argv[1], Path(sys.argv[2])) as running:\n"
        "    me = psutil.Process(); print(me.memory_info().rss // 2**20, me.num_threads())\n"
    )
    with SlackServer() as slack:
        command = [sys.executable, "-c", code, slack.api_url, str(tmp_path)]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    mib, threads = map(int, printed.split())
    assert mib < 200 and threads < 40


def test_a_question_survives_being_written_down() -> None:
    from dataclasses import asdict

    assert question_from_plain(json.loads(json.dumps(asdict(QUESTION)))) == QUESTION


@contextmanager
def working(
    home: Path, reply: Callable[[Question], list[Parcel]], deliver: Callable[[Parcel], Any], attempts: int = 5
) -> Iterator[Work]:
    def undelivered(_: Question, key: str, error: str) -> list[Parcel]:
        return [Parcel("sorry", "post", "C1", f"not delivered: error {error}")]

    def sorry(question: Question, error: str) -> list[Parcel]:
        return [Parcel(question.key, "post", "C1", f"sorry: error {error}")]

    store = open_store(f"sqlite:///{home / 'store.sqlite'}")
    work = Work(store.engine, reply, sorry, undelivered, deliver, every=0.05, attempts=attempts, pause=0.01)
    work.start()
    try:
        yield work
    finally:
        work.stop(0)
        store.close()


def wait_until(true: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.time() + seconds
    while not true():
        assert time.time() < deadline
        time.sleep(0.02)
