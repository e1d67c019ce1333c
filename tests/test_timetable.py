"""Exactly once per period: over replicas, kills, and clocks that disagree, on SQLite and on PostgreSQL."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as hour

import pytest

from bot.question import Question
from bot.store import open_store
from bot.ticking import Ticker
from bot.timetable import Timetable
from tests.slack_server import SlackServer
from tools import KeptSchedule, Recurrence, Watch

START = datetime(2026, 11, 23, 8, 59, 50, tzinfo=UTC)


def kept(name: str, recurrence: Recurrence, at: datetime = START, **more: object) -> KeptSchedule:
    due = recurrence.after(at)
    made = KeptSchedule(
        f"S-{name:0>8}", "T1", "U1", "Ana", "MRR", "mrr_summary", {}, {}, recurrence, "C1", "en", due
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.fixture
def timetable(url: str) -> Iterator[Timetable]:
    store = open_store(url)
    yield Timetable(store.engine)
    store.close()


@contextmanager
def replica(slack: SlackServer, store_url: str, start: datetime, speed: float) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.ticking_replica", slack.api_url, store_url, start.isoformat(), str(speed)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None and process.stdout.readline().strip() == "ready"
        yield process
    finally:
        process.kill()
        process.wait()


def test_two_processes_post_every_period_once_also_when_one_is_killed(url: str) -> None:
    """A day passes in a second. The second replica's clock is a quarter of an hour ahead; the first is killed."""
    store = open_store(url)
    Timetable(store.engine).add(kept("1", Recurrence("day", hour(9), zone="Europe/Lisbon")), START)
    store.close()
    week = {f"{START.date() + timedelta(days=n)}T09:00:00+00:00" for n in range(7)}
    with SlackServer() as slack, replica(slack, url, START + timedelta(minutes=15), 86_400):
        with replica(slack, url, START, 86_400) as first:
            slack.wait_for_posts(2)
            first.kill()
        with replica(slack, url, START + timedelta(days=3), 86_400):  # what was under way comes back to its name
            deadline = time.time() + 60
            while not week <= posted(slack).keys() and time.time() < deadline:
                time.sleep(0.05)
        assert week <= posted(slack).keys()
        assert set(posted(slack).values()) == {1}


def posted(slack: SlackServer) -> Counter[str]:
    """How often each time was posted, by when it was due."""
    return Counter(post["text"] for post in slack.posted())


class Taken:
    """The durable queue, as far as the clock sees it: a key is taken once."""

    def __init__(self) -> None:
        self.questions: dict[str, Question] = {}
        self.offered: list[str] = []

    def accept(self, question: Question) -> None:
        self.offered.append(question.key)
        self.questions.setdefault(question.key, question)


def test_who_is_killed_before_the_schedule_moves_on_leaves_the_same_question(timetable: Timetable) -> None:
    class Killed(Exception):
        pass

    taken = Taken()

    def accept_and_die(question: Question) -> None:
        taken.accept(question)
        raise Killed

    timetable.add(kept("1", Recurrence("week", hour(9), weekdays=(0,))), START)
    at = START + timedelta(seconds=20)
    with pytest.raises(Killed):
        Ticker(timetable, accept_and_die, lambda: at).tick()
    Ticker(timetable, taken.accept, lambda: at).tick()
    Ticker(timetable, taken.accept, lambda: at).tick()
    assert taken.offered == ["T1/S-00000001/2026-11-23T09:00:00Z"] * 2
    assert [one.next_due.isoformat() for one in timetable.all()] == ["2026-11-30T09:00:00+00:00"]


def test_two_that_saw_the_same_time_move_it_on_once(timetable: Timetable) -> None:
    timetable.add(kept("1", Recurrence("day", hour(9))), START)
    (due,) = timetable.due(START + timedelta(minutes=1))
    assert [timetable.advance(due, due.kept.recurrence.after(due.at)) for _ in range(2)] == [True, False]


def test_what_is_wanted_at_once_is_asked_once_and_keeps_its_rhythm(timetable: Timetable) -> None:
    taken, one = Taken(), timetable.add(kept("1", Recurrence("day", hour(9))), START)
    timetable.ask(one, START)
    timetable.ask(one, START + timedelta(seconds=1))
    for _ in range(2):
        Ticker(timetable, taken.accept, lambda: START + timedelta(seconds=2)).tick()
    assert taken.offered == ["T1/S-00000001/asked/2026-11-23T08:59:50Z"]
    assert timetable.all()[0].next_due == START + timedelta(seconds=10)


def test_an_alert_tells_the_difference_to_what_it_saw_before_however_often_it_is_asked(timetable: Timetable) -> None:
    one = timetable.add(kept("1", Recurrence("day"), watch=Watch(kind="risk"), observed={"A": 40}), START)
    assert timetable.observed(one, "first", {"A": 41, "B": 50}, START) == {"A": 40}
    assert timetable.observed(one, "first", {"A": 41, "B": 50}, START) == {"A": 40}, "after a crash it is asked again"
    assert timetable.observed(one, "second", {"B": 50}, START) == {"A": 41, "B": 50}


def test_alerts_for_one_reader_are_one_question_a_period(timetable: Timetable) -> None:
    daily, taken = Recurrence("day", hour(9)), Taken()
    for name in ("1", "2", "3"):
        target = "C2" if name == "3" else "C1"
        timetable.add(kept(name, daily, watch=Watch(kind="risk"), observed={}, target=target), START)
    Ticker(timetable, taken.accept, lambda: START + timedelta(minutes=1)).tick()
    assert taken.offered == [
        "T1/alerts/U1/C1/en/2026-11-23T09:00:00Z", "T1/alerts/U1/C2/en/2026-11-23T09:00:00Z",
    ]  # fmt: skip


def test_alerts_look_after_each_load_but_not_more_often_than_told(timetable: Timetable) -> None:
    taken, load, now = Taken(), ["one"], [START]
    ticker = Ticker(timetable, taken.accept, lambda: now[0], load=lambda: load[0], digest=timedelta(hours=1))
    one = timetable.add(kept("1", Recurrence("day", hour(23)), watch=Watch(kind="risk"), observed={}), START)
    for _ in range(2):
        ticker.tick()
    timetable.observed(one, "looked", {}, START)
    load[0] = "two"
    ticker.tick()
    now[0] = START + timedelta(hours=1)
    ticker.tick()
    assert [key.rpartition("/")[2] for key in taken.offered] == ["one", "two"]


def test_the_terminals_clock_and_the_slowest_replica_agree_on_the_key(timetable: Timetable) -> None:
    """Slow or fast, the key says when it was due and not when somebody looked."""
    taken = Taken()
    timetable.add(kept("1", Recurrence("day", hour(9))), START)
    (due,) = timetable.due(START + timedelta(hours=3))
    for late in (timedelta(seconds=11), timedelta(hours=3)):
        at = START + late
        Ticker(_Seeing(timetable.engine, due), taken.accept, lambda at=at: at).tick()  # type: ignore[misc]
    assert len(taken.questions) == 1


class _Seeing(Timetable):
    """What another replica saw before the schedule moved on."""

    def __init__(self, engine: object, due: object) -> None:
        object.__setattr__(self, "engine", engine)
        object.__setattr__(self, "seen", due)

    def due(self, at: datetime) -> tuple[object, ...]:  # type: ignore[override]
        return (self.seen,)  # type: ignore[attr-defined]


def test_nothing_is_due_that_is_paused(timetable: Timetable) -> None:
    timetable.add(kept("1", Recurrence("day", hour(9)), active=False), START)
    assert timetable.due(START + timedelta(days=3)) == ()


def test_a_schedule_is_read_as_it_was_written(timetable: Timetable) -> None:
    whole = kept(
        "1", Recurrence("month", hour(17, 30), step=2, nth=-1, weekdays=(4,), zone="Europe/Lisbon", since=START.date()),
        arguments={"period": "2026-W47"}, relative={"period": ("week", -1)}, watch=Watch(kind="renewal", days=(90, 30)),
        observed={"A|2027-01-01|90": 12}, target="U2",
    )  # fmt: skip
    assert timetable.add(whole, START) == whole
    assert timetable.find("S-00000001", "T1") == whole
    assert timetable.find("S-00000001", "T2") is None
