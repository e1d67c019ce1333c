"""The store keeps what was asked and answered, exactly, on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select

from bot.conversation import Reply
from bot.question import Person, Place, Question
from bot.router import Call, Context
from bot.store import Store, migrate, open_store, store_engine, waiting_migrations
from bot.tables import STORE, drafts, feedback, figures, questions
from tools import Answer, Draft, Fact, Facts, phrase
from tools.metrics import Figure, Period
from tools.metrics._figure import Source

QUESTION = Question("T1/C1/1.1", "NRR of last month?", Person("U1"), Place("channel", "T1", "C1", "1.0"))
IN_THREAD = QUESTION.place
NRR = Figure(
    "net_revenue_retention", 1, "trailing", Fraction(11, 12), "percent", Period.parse("2026-10"),
    Source("SELECT 1", {"start": date(2026, 10, 1)}, 12, date(2026, 11, 21)), segment={"segment": "smb"},
)  # fmt: skip


def reply(key: str = QUESTION.key, arguments: Mapping[str, Any] | None = None) -> Reply:
    answer = Answer(phrase("NRR"), phrase("NRR is {nrr}", nrr=NRR), (Facts((Fact(phrase("NRR"), NRR),)),))
    call = Call("mrr_summary", arguments or {"period": Period.parse("2026-10"), "since": date(2026, 10, 1)})
    return Reply(replace(QUESTION, key=key), "en", "answered", phrase("ok"), call=call, answer=answer)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'home' / 'store.sqlite'}")
    yield opened
    opened.close()


def rows(store: Store, table: Any) -> list[dict[str, Any]]:
    with store.engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(select(table))]


def test_a_figure_is_kept_with_its_exact_value_and_where_it_comes_from(store: Store) -> None:
    store.remember(reply(), "NRR is 91.67%")
    (kept,) = rows(store, figures)
    assert (kept["value"], kept["period"]) == ("11/12", "2026-10")
    assert (kept["as_of"], kept["row_count"]) == ("2026-11-21", 12)
    assert kept["parameters"] == '{"start": "2026-10-01"}'
    assert kept["segment"] == '{"segment": "smb"}'


def test_remembering_twice_keeps_one_question_and_its_drafts(store: Store) -> None:
    def draft() -> str:
        return store.keep_draft(QUESTION, Draft("trust_plan", phrase("Plan"), "en", (), "A1"), "Plan", "# Plan")

    store.remember(reply(), "first")
    first = draft()
    store.remember(reply(), "again")
    assert draft() == first
    assert [len(rows(store, table)) for table in (questions, figures, drafts)] == [1, 1, 1]


def test_a_follow_up_finds_the_last_call_of_its_own_conversation(store: Store) -> None:
    assert store.context(IN_THREAD) is None
    store.remember(reply(), "first")
    store.remember(reply("T1/C1/2.2", {"period": "2026-W47"}), "second")
    assert store.context(replace(IN_THREAD, thread="")) is None
    assert store.context(IN_THREAD) == Context(Call("mrr_summary", {"period": "2026-W47"}), language="en")
    assert store.context(replace(IN_THREAD, thread="9.9")) is None


def test_in_a_direct_message_whatever_was_answered_last_can_be_followed_up(store: Store) -> None:
    said = reply()
    here = Place("dm", "T1", "D1", "5.0")
    store.remember(replace(said, question=replace(said.question, place=here)), "first")
    assert store.context(replace(here, thread="6.0")) is not None
    assert store.context(replace(here, channel="D2")) is None


def test_the_accounts_of_a_list_can_be_pointed_at_later(store: Store) -> None:
    said = reply()
    assert said.answer is not None
    store.remember(replace(said, answer=replace(said.answer, listed=("A-2", "A-1"))), "first")
    context = store.context(said.question.place)
    assert context is not None and context.listed == ("A-2", "A-1")
    store.remember(reply("T1/C1/2.2"), "an answer without a list")
    context = store.context(said.question.place)
    assert context is not None and context.listed == ("A-2", "A-1")


def test_arguments_with_dates_and_periods_come_back_as_text(store: Store) -> None:
    store.remember(reply(), "first")
    context = store.context(IN_THREAD)
    assert context is not None and context.call.arguments == {"period": "2026-10", "since": "2026-10-01"}


def test_the_last_word_of_a_person_counts_as_feedback(store: Store) -> None:
    store.judge(QUESTION.key, "U1", True)
    store.judge(QUESTION.key, "U1", False, "wrong month")
    store.judge(QUESTION.key, "U2", True)
    assert [(r["who"], r["good"], r["reason"]) for r in rows(store, feedback)] == [
        ("U1", False, "wrong month"),
        ("U2", True, None),
    ]


def test_the_migrations_make_exactly_the_tables_the_code_knows(store: Store) -> None:
    there = inspect(store.engine)
    for table in STORE.sorted_tables:
        assert {c["name"]: c["nullable"] for c in there.get_columns(table.name)} == {
            c.name: c.nullable for c in table.columns
        }
        assert {i["name"] for i in there.get_indexes(table.name)} == {i.name for i in table.indexes}


def test_opening_again_migrates_nothing_and_a_fresh_file_waits(store: Store, tmp_path: Path) -> None:
    assert not waiting_migrations(store.engine)
    migrate(store.engine)
    fresh = store_engine(f"sqlite:///{tmp_path / 'fresh.sqlite'}")
    assert waiting_migrations(fresh)
    fresh.dispose()


def test_sqlite_uses_the_write_ahead_log(store: Store) -> None:
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_postgresql_keeps_the_same(new_postgres: Callable[[], str]) -> None:
    store = open_store(new_postgres())
    store.remember(reply(), "NRR is 91.67%")
    store.remember(reply(), "NRR is 91.67%")
    assert [kept["value"] for kept in rows(store, figures)] == ["11/12"]
    store.close()
