"""Earlier answers: whose figures may be seen from where, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from bot.conversation import Reply
from bot.question import Person, Place, Question
from bot.shown import ShownAt
from bot.store import Store, open_store
from samples import figure, words
from tools import Answer, Fact, Facts
from tools.metrics import Figure, Period

WEEK = Period.parse("2026-W46")
THREAD = Place("channel", "T1", "C1", "1.0")
NRR = replace(figure(Fraction(11, 12), "percent", "net_revenue_retention"), segment={"segment": "smb"}, variant="flow")
MRR, NONE, SCORE = figure(11_400_000), figure(None, "ratio", "quick_ratio"), figure(7, "score", "risk_score")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    yield opened
    opened.close()


def tell(store: Store, key: str, place: Place, *figures: Figure, at: datetime | None = None) -> None:
    facts = Facts(tuple(Fact(words("x"), each) for each in figures))
    answer = Answer(words("x"), words("x"), (facts,))
    store.remember(Reply(Question(key, "x", Person("U1"), place), "en", "answered", words("x"), answer=answer), "x", at)


def at(store: Store, place: Place = THREAD) -> ShownAt:
    return ShownAt(store.engine, place)


def test_a_figure_comes_back_as_it_was_shown(store: Store) -> None:
    tell(store, "k", THREAD, NRR, NONE, MRR)
    for each in (NRR, NONE, MRR):
        again = at(store).figure(each.id)
        assert again == each and again.id == each.id
    assert at(store).figure("f00000000000") is None


def test_another_workspace_sees_nothing_and_the_terminal_everything(store: Store) -> None:
    tell(store, "k", THREAD, MRR)
    other = at(store, replace(THREAD, team="T2"))
    assert (other.figure(MRR.id), other.figures("k"), other.said([MRR])) == (None, (), {})
    terminal = at(store, Place("terminal"))
    assert (terminal.figure(MRR.id), terminal.figures("k")) == (MRR, (MRR,))


def test_another_channel_of_the_workspace_sees_a_figure_by_its_id(store: Store) -> None:
    tell(store, "k", THREAD, MRR)
    assert at(store, replace(THREAD, channel="C2", thread="7.7")).figure(MRR.id) == MRR


def test_an_answers_figures_are_in_reading_order(store: Store) -> None:
    tell(store, "k", THREAD, SCORE, NRR, MRR, NONE)
    assert at(store).figures("k") == (SCORE, NRR, MRR, NONE)


def test_without_a_key_they_are_those_of_the_threads_last_answer_that_has_any(store: Store) -> None:
    tell(store, "first", THREAD, MRR)
    tell(store, "second", THREAD, NRR, SCORE)
    tell(store, "without", THREAD)
    tell(store, "elsewhere", replace(THREAD, thread="2.0"), NONE)
    assert at(store).figures() == (NRR, SCORE)
    assert at(store, replace(THREAD, thread="3.0")).figures() == ()


def test_a_direct_message_is_one_conversation_whatever_its_threads(store: Store) -> None:
    tell(store, "k", Place("dm", "T1", "D1", "1.0"), MRR)
    assert at(store, Place("dm", "T1", "D1", "9.0")).figures() == (MRR,)
    assert at(store, Place("dm", "T1", "D2", "1.0")).figures() == ()


def test_what_was_last_said_of_a_figure_is_the_channels_word_and_else_the_workspaces(store: Store) -> None:
    restated, now = replace(MRR, value=11_500_000), replace(MRR, value=5)
    tell(store, "first", THREAD, MRR, replace(NRR, value=Fraction(1, 3)))
    tell(store, "second", replace(THREAD, thread="2.0"), restated)
    tell(store, "other channel", Place("dm", "T1", "D1", "3.0"), replace(MRR, value=1))
    here = at(store, replace(THREAD, thread="4.0")).said([now, NRR, SCORE])
    assert {id_: said.figure.value for id_, said in here.items()} == {now.id: 11_500_000, NRR.id: Fraction(1, 3)}
    assert at(store, replace(THREAD, channel="C9")).said([now])[now.id].figure.value == 1
    assert at(store, Place("dm", "T2", "D1", "3.0")).said([now]) == {}
    assert at(store, Place("terminal")).said([now])[now.id].figure.value == 1


@pytest.mark.parametrize(
    "other",
    [
        {"period": Period.parse("2026-W45")}, {"segment": {"segment": "smb"}}, {"variant": "other"}, {"version": 2},
        {"currency": "USD"}, {"metric": "net_new_mrr"},
    ],
)  # fmt: skip
def test_another_period_definition_or_currency_is_another_figure(store: Store, other: dict[str, object]) -> None:
    tell(store, "k", THREAD, replace(MRR, **other))  # type: ignore[arg-type]
    assert at(store).said([MRR]) == {}


def test_the_day_on_which_it_was_said_is_the_workspaces(store: Store) -> None:
    tell(store, "k", THREAD, MRR, at=datetime(2026, 11, 17, 1, 30, tzinfo=UTC))
    assert ShownAt(store.engine, THREAD, "America/Sao_Paulo").said([MRR])[MRR.id].on == date(2026, 11, 16)
    assert at(store).said([MRR])[MRR.id].on == date(2026, 11, 17)


def test_a_figure_said_twice_is_the_one_said_last(store: Store) -> None:
    tell(store, "first", THREAD, MRR)
    later = replace(MRR, source=replace(MRR.source, sql="SELECT 2"))
    tell(store, "second", THREAD, later)
    found = at(store).figure(MRR.id)
    assert found is not None and found.source.sql == "SELECT 2" and found.source.as_of == date(2026, 11, 22)
