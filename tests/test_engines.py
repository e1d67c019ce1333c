"""Every metric gives the same value on every engine, to the minor unit; SQLite is the yardstick."""

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from bot.as_json import document
from bot.demonstration import EXPORTS
from tests.conftest import DEMO_DAY, ask, assistant_at
from tests.engines import METRICS, Asked, add_rows, bridges, content, told
from tools import load
from tools.metrics import Book, Period, Sight, all_metrics, dimension_values, open_book
from tools.metrics._book import BOOK, SOURCE_TABLES
from tools.metrics._load import load_directory

SOURCES = sorted(table.name for table in SOURCE_TABLES)
LEDGER = sorted({*BOOK.tables} - {*SOURCES, "book_info", "loads"})
TODAY = date.fromisoformat(DEMO_DAY)


@pytest.fixture(scope="session")
def yardstick(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Book:
    copy = shutil.copy(demo_home / "book.sqlite", tmp_path_factory.mktemp("yardstick") / "book.sqlite")
    add_rows(url := f"sqlite:///{copy}", whole=True)
    return open_book(url)


@pytest.fixture(scope="session")
def expected(yardstick: Book) -> Callable[[Asked], object]:
    return cache(lambda asked: told(yardstick, asked))


ELSEWHERE = ["elsewhere"] if "ENGINE_URL" in os.environ else []
"""An empty database that somebody wants to try: `make test-engine`."""


@pytest.fixture(scope="session", params=["postgresql", "duckdb", *ELSEWHERE])
def book(request: pytest.FixtureRequest, demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The same company, loaded by each engine for itself; the other rows come to its ledger as an increment."""
    if request.param == "elsewhere":
        url = os.environ["ENGINE_URL"]
    elif request.param == "postgresql":
        url = request.getfixturevalue("new_postgres")()
    elif find_spec("duckdb_sqlalchemy"):
        url = f"duckdb:///{tmp_path_factory.mktemp('duckdb') / 'book.duckdb'}"
    else:
        pytest.skip("duckdb-sqlalchemy is not installed: pip install 'retention-assistant[duckdb]'")
    load_directory(demo_home / EXPORTS, url, today=TODAY)
    add_rows(url, whole=False)
    book = open_book(url)
    if request.param == "duckdb":  # to open the file anew for each of some thousand statements would take a while
        return replace(book, engine=create_engine(url, connect_args={"read_only": True}))
    return book


@pytest.mark.parametrize("table", [*SOURCES, *LEDGER])
def test_the_same_rows_are_loaded_and_make_the_same_ledger(book, yardstick, table):
    assert content(book, table) == content(yardstick, table)


@pytest.mark.parametrize("asked", METRICS, ids=str)
def test_the_same_figures(book, expected, asked):
    assert told(book, asked) == expected(asked)


def test_the_same_bridges(book, yardstick):
    assert list(bridges(book)) == list(bridges(yardstick))


def test_the_same_figures_of_the_accounts_that_may_be_seen(book, yardstick):
    owner, period = dimension_values(yardstick, "owner")[0], Period.parse("2026-Q3")
    within = book.within(Sight(frozenset({owner})))
    for metric in all_metrics().values():
        assert metric(within, period).value == metric(yardstick, period, {"owner": owner}).value, metric.name


BOOKLESS = ("define_metric", "find_playbook", "segments", "trace_figure")
TOOLS = [name for name in load() if name not in BOOKLESS]


@pytest.mark.parametrize("tool", TOOLS)
def test_the_same_answers(book, yardstick, demo_home, tmp_path, tool):
    """Through the assistant itself: what a tool counts for its own, and in which order it shows it."""
    question = load()[tool].examples["en"][0].format_map(SOMEBODY)
    stores = (f"sqlite:///{tmp_path / name}.sqlite" for name in ("there", "here"))  # what one writes is not the other's
    bots = (
        assistant_at(demo_home, book_url=each.url, store_url=store)
        for each, store in zip((book, yardstick), stores, strict=True)
    )
    there, here = (_without_draft_ids(document(ask(bot, question))) for bot in bots)
    assert (there["outcome"], there["tool"]) == ("answered", tool)
    assert there == here


def _without_draft_ids(answer):
    """Each time it is asked, a question has a draft of its own."""
    return json.loads(re.sub(r"D-[0-9a-f]{8}", "D-…", json.dumps(answer, ensure_ascii=False)))


class _Somebody(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return {"account": "Caldwick Health", "owner": "Luana Prado"}.get(key, key)


SOMEBODY = _Somebody()
