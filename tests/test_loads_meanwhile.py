"""Loads while questions are answered, and loads while others load: real processes, one state or the other."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.question import Person, Place, Question
from bot.router import Call
from bot.terminal import plain
from tests.conftest import assistant_at
from tests.test_load_changes import HOW, everything, write_files
from tools.metrics._load import load_directory

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 20)
ACCOUNTS = 20


WEEKS = [date(2026, 11, 16) - timedelta(weeks=n) for n in range(17)]


def state(name: str, price: str, csat: str, drops: int) -> dict[str, dict[tuple[str, ...], tuple[str, ...]]]:
    """Rows that differ between two states in all but their keys; the last day is the same.

    `drops`: the remainder by 3 of the accounts whose usage fell in the last four weeks, which puts them at risk.
    """
    numbers = range(ACCOUNTS)
    fell = {n for n in numbers if n % 3 == drops}
    return {
        "accounts": {(f"A{n}",): (f"{name} {n}", "smb") for n in numbers},
        "subscriptions": {
            (f"S{n}",): (f"A{n}", "BRL", "1", price, "month", f"2026-{1 + n % 10:02}-01", "") for n in numbers
        },
        "tickets": {(f"T{n}",): (f"A{n}", "2026-11-18", csat) for n in numbers},
        "usage": {
            (f"A{n}", week.isoformat(), "login"): ("1" if n in fell and age < 4 else "20",)
            for n in numbers
            for age, week in enumerate(WEEKS)
        },
    }


ONE, TWO = state("Alfa", "100.00", "1", drops=0), state("Beta", "230.00", "5", drops=1)
CALLS = (
    Call("mrr_summary", {"period": "2026-10"}), Call("account_summary", {"account": "A3"}),
    Call("accounts_at_risk", {"limit": 5}),
)  # fmt: skip

LOADER = """
import sys
from datetime import date
from pathlib import Path
from tools.metrics._load import load_directory

url, folders, times = sys.argv[1], sys.argv[2].split(","), int(sys.argv[3])
for n in range(times):
    folder = Path(folders[n % len(folders)])
    load_directory(folder, url, changes=folder.name.startswith("to"), currency="BRL", today=date(2026, 11, 20))
    print("loaded", flush=True)
"""


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """Both states as a whole, and what leads from one to the other."""
    found = {"one": ONE, "two": TWO, "to_two": TWO, "to_one": ONE}
    for name, rows in found.items():
        (tmp_path / name).mkdir()
        write_files(tmp_path / name, rows)
    return {name: tmp_path / name for name in found}


@contextmanager
def loading(url: str, folders: list[Path], times: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process that loads one folder after the other."""
    command = [sys.executable, "-c", LOADER, url, ",".join(map(str, folders)), str(times)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def load_whole(folder: Path, url: str) -> None:
    load_directory(folder, url, currency="BRL", today=TODAY)


def answers(bot: Any) -> dict[str, str]:
    """Each question's whole answer as text."""
    return {call.tool: answer(bot, call) for call in CALLS}


def answer(bot: Any, call: Call) -> str:
    reply = bot.conversation.answer(Question("k", call.tool, Person("me"), Place("terminal")), call)
    assert reply.outcome == "answered", plain(reply)
    return plain(reply)


def test_every_answer_is_of_one_state_however_often_the_book_is_loaded(
    url: str, tmp_path: Path, folders: dict[str, Path]
) -> None:
    bot = assistant_at(tmp_path / "home", book_url=url)
    known = []
    for name in ("one", "two"):
        load_whole(folders[name], url)
        known.append(answers(bot))
    assert all(known[0][call.tool] != known[1][call.tool] for call in CALLS)
    seen: dict[str, set[str]] = {call.tool: set() for call in CALLS}
    stop = threading.Event()

    def asks(call: Call) -> None:
        while not stop.is_set():
            seen[call.tool].add(answer(bot, call))

    def a_load_came_between() -> bool:
        return any(len(found) == 2 for found in seen.values())

    threads = [threading.Thread(target=asks, args=(call,)) for call in CALLS]
    for thread in threads:
        thread.start()
    try:
        # A slow machine may put all eight loads between two answers: it then loads again.
        for _ in range(20):
            with loading(url, [folders[name] for name in ("one", "two", "to_one", "to_two")], times=8) as loader:
                assert loader.wait(timeout=240) == 0
            if a_load_came_between():
                break
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    for call in CALLS:
        allowed = {found[call.tool] for found in known}
        assert seen[call.tool] <= allowed, seen[call.tool] - allowed
    assert a_load_came_between(), "no load came between two answers"


def test_two_loads_at_a_time_take_turns_and_never_mix(url: str, folders: dict[str, Path], tmp_path: Path) -> None:
    load_whole(folders["one"], url)
    with (
        loading(url, [folders["two"], folders["to_one"]], times=4) as first,
        loading(url, [folders["one"], folders["to_two"]], times=4) as second,
    ):
        for process in (first, second):
            process.wait(timeout=240)
    found = without_errors(url)
    wholes = []
    for name in ("one", "two"):
        whole = f"sqlite:///{tmp_path / name}.sqlite"
        load_whole(folders[name], whole)
        wholes.append(without_errors(whole))
    assert found in wholes


def without_errors(url: str) -> dict[str, list[Any]]:
    """The whole book, but for the note that a load was overtaken too often and gave up, as it may on a busy machine."""
    return {table: rows for table, rows in everything(url, HOW).items() if table != "load_errors"}
