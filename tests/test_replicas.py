"""Several processes on one store: who is dead is noticed, who is only slow is left alone, and nothing comes twice."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from bot.replicas import Replicas, Watch, is_gone, new_life
from bot.store import Store, open_store
from tests.slack_server import SlackServer


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    yield opened
    opened.close()


def test_who_beats_no_more_is_silent_by_our_own_clock() -> None:
    watch = Watch(silent=12, gap=6)
    assert [watch.fallen_silent({"a": beat, "b": 7}, at) for at, beat in ((0, 1), (4, 2), (8, 3), (11, 4))] == [
        set()
    ] * 4
    assert watch.fallen_silent({"a": 4, "b": 7}, 12) == {"b"}
    assert watch.fallen_silent({"a": 5, "b": 8}, 16) == set(), "it was only slow"


def test_a_time_in_which_we_were_stopped_ourselves_is_nobodys_silence() -> None:
    watch = Watch(silent=12, gap=6)
    watch.fallen_silent({"a": 1}, 0)
    assert watch.fallen_silent({"a": 1}, 60) == set()
    assert [watch.fallen_silent({"a": 1}, at) for at in (64, 68, 72)] == [set(), set(), {"a"}]


def test_a_process_is_gone_only_where_that_is_certain() -> None:
    machine, number, _ = new_life().rsplit(":", 2)
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    assert number == str(os.getpid()) and new_life() != new_life()
    assert is_gone(f"{machine}:{ended.pid}:life")
    assert not is_gone(f"{machine}:{os.getppid()}:life")
    assert not is_gone(f"elsewhere/0a1b2c3d/4026531836:{ended.pid}:life")


def test_the_work_of_the_dead_the_departed_and_the_unknown_is_taken_over(store: Store) -> None:
    busy = {"me:1:a", "slow:2:b", "dead:3:c", "main"}
    taken: list[set[str]] = []
    me = Replicas(store.engine, "me:1:a", lambda: set(busy), taken.append, beat=2, silent=5)
    slow, dead = (Replicas(store.engine, life, set, taken.append) for life in ("slow:2:b", "dead:3:c"))
    for each in (me, slow, dead):
        each.join()
    assert me.look_round(0) == {"main"}, "whoever works and is not known: an earlier version, or one that has left"
    busy.remove("main")
    for at in (2, 4):
        slow.join()
        assert me.look_round(at) == set()
    slow.join()
    assert me.look_round(6) == {"dead:3:c"}
    slow.leave()
    assert me.look_round(7) == {"dead:3:c", "slow:2:b"}
    assert taken == [{"main"}, {"dead:3:c"}, {"dead:3:c", "slow:2:b"}]


@contextmanager
def replica(slack: SlackServer, store_url: str, moment: str = "never") -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "tests.slack_victim", slack.api_url, store_url, moment]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("moment", ["answering", "posted"])
def test_what_a_killed_replica_had_begun_is_answered_once_by_the_living_one(
    new_postgres: Callable[[], str], moment: str
) -> None:
    url = new_postgres()
    with SlackServer() as slack, replica(slack, url), replica(slack, url, moment) as (mortal, address):
        acknowledged: list[str] = []
        while mortal.poll() is None:  # the two share the queue: some of these are the mortal's
            event = slack.mention("which accounts are at risk?")
            with suppress(OSError):
                if slack.deliver(address, slack.body(event)) == 200:
                    acknowledged.append(event["ts"])
            time.sleep(0.1)
        assert mortal.wait(10) == -9
        killed = time.time()
        while not set(acknowledged) <= {post["thread_ts"] for post in slack.posted()}:
            assert time.time() < killed + 30
            time.sleep(0.1)
        time.sleep(1)
        threads = [post["thread_ts"] for post in slack.posted()]
    assert len(threads) == len(set(threads))
