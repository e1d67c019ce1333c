"""A figure that was said, and that data which arrived late have changed, is said again with the difference."""

from datetime import date
from pathlib import Path

import pytest

from bot.app import Assistant, names
from bot.conversation import Conversation, Reply
from bot.locale import Speaker
from bot.question import Person, Place, Question
from bot.router import Call
from bot.router.language import detect
from bot.settings import Settings
from tests.books import fill
from tests.test_mrr_summary import DECLINE, line
from tools import Note, Table
from tools.metrics._opening import book_engine

LATE = {**DECLINE, "subscriptions": [*DECLINE["subscriptions"], line("late", 50, "2026-10-21")]}
"""A contract of 50 that began on Wednesday, and of which nobody knew before the Monday after."""


class Unasked:
    """Stands in for the router: what to run is chosen already."""

    def choose(self, *_: object) -> Call:
        raise AssertionError("nobody asks the router")


class Team:
    """Asks in Slack on one day and on another, of books that change in between."""

    def __init__(self, home: Path, url: str) -> None:
        self.home, self.url, self.asked = home, url, 0
        self.engine = book_engine(url)

    def loads(self, rows: dict[str, list]) -> None:
        fill(self.engine, as_of="2026-10-30", **{table: list(entries) for table, entries in rows.items()})

    def asks(self, text: str, on: str, channel: str = "C1") -> Reply:
        self.asked += 1
        settings = {"retention_home": self.home, "book_url": self.url, "retention_today": date.fromisoformat(on)}
        bot = Assistant(Settings(_env_file=None, **settings))
        place = Place("channel", "T1", channel, f"{self.asked}.0")
        talk = Conversation(
            bot.tools, Unasked(), bot.book, names, bot.knowledge, bot.today,
            lambda said, before: detect(said, before or "en"), bot.shown,
        )  # fmt: skip
        asked = Question(f"T1/{channel}/{self.asked}.0", text, Person("U1"), place)
        reply = talk.answer(asked, Call("mrr_summary", {}))
        bot.remember(reply)
        return reply


@pytest.fixture
def team(tmp_path, url):
    team = Team(tmp_path, url)
    team.loads(DECLINE)
    return team


def sentences(reply):
    speaker = Speaker(reply.language)
    said = [speaker.say(part.text).replace("\xa0", " ") for part in reply.answer.parts if isinstance(part, Note)]
    return [text for text in said if text.startswith(("Restated", "Corrigido"))]


def table(reply):
    found = [p for p in reply.answer.parts if isinstance(p, Table) and p.title.msgid.startswith("Restated")]
    speaker = Speaker(reply.language)
    return [[speaker.say(cell).replace("\xa0", " ") for cell in row] for part in found for row in part.rows]


def test_late_data_restate_what_the_last_summary_said(team):
    team.asks("Weekly MRR summary", on="2026-10-26")
    team.loads(LATE)
    again = team.asks("Weekly MRR summary", on="2026-10-30")
    assert sentences(again) == [
        "Restated: on 26 Oct 2026 I said that MRR was R$10,200.00 on 25 Oct 2026; "
        "with the data that has arrived since it is R$10,250.00 (+R$50.00)."
    ]
    assert table(again) == [
        ["MRR on 25 Oct 2026", "26 Oct 2026", "R$10,200.00", "R$10,250.00", "+R$50.00"],
        ["Net new MRR, week of 19 October 2026", "26 Oct 2026", "-R$900.00", "-R$850.00", "+R$50.00"],
        ["New MRR, week of 19 October 2026", "26 Oct 2026", "R$0.00", "R$50.00", "+R$50.00"],
    ]


def test_the_next_weeks_summary_restates_the_week_before(team):
    team.asks("Resumo semanal do MRR", on="2026-10-26")
    team.loads(LATE)
    following = team.asks("Resumo semanal do MRR", on="2026-11-02")
    assert sentences(following) == [
        "Corrigido: em 26 de out. de 2026 eu disse que o MRR era de R$ 10.200,00 em 25 de out. de 2026; "
        "com os dados que chegaram desde então, é de R$ 10.250,00 (+R$ 50,00)."
    ]
    assert [row[0] for row in table(following)] == [
        "MRR em 25 de out. de 2026", "MRR novo líquido, semana de 19 de outubro de 2026",
    ]  # fmt: skip


def test_where_only_a_movement_changed_it_is_the_movement_that_is_restated(team):
    """The expansion of 100 was a contract of somebody else's: what is new and what expanded, the end is as it was."""
    team.asks("Weekly MRR summary", on="2026-10-26")
    lines = [each for each in DECLINE["subscriptions"] if each["subscription_id"] != "steady-2026-10-23"]
    team.loads({**DECLINE, "subscriptions": [*lines, line("other", 100, "2026-10-23")]})
    again = team.asks("Weekly MRR summary", on="2026-10-30")
    assert sentences(again) == [
        "Restated: on 26 Oct 2026 I said R$0.00 for New MRR (week of 19 October 2026); "
        "with the data that has arrived since it is R$100.00 (+R$100.00)."
    ]
    assert [row[0].partition(",")[0] for row in table(again)] == ["New MRR", "Expansion MRR"]


def test_nothing_is_restated_where_nothing_changed_nor_twice(team):
    team.asks("Weekly MRR summary", on="2026-10-26")
    assert sentences(team.asks("Weekly MRR summary", on="2026-10-27")) == []
    team.loads(LATE)
    assert len(sentences(team.asks("Weekly MRR summary", on="2026-10-30"))) == 1
    last = team.asks("Weekly MRR summary", on="2026-10-30")
    assert (sentences(last), table(last)) == ([], [])


def test_what_was_said_in_another_channel_counts_where_nothing_was_said_here(team):
    team.asks("Weekly MRR summary", on="2026-10-26", channel="C1")
    team.loads(LATE)
    assert len(sentences(team.asks("Weekly MRR summary", on="2026-10-30", channel="C2"))) == 1
    assert len(sentences(team.asks("Weekly MRR summary", on="2026-10-30", channel="C1"))) == 1, "it was not told here"


def test_what_was_said_before_is_no_figure_of_the_answer(team):
    team.asks("Weekly MRR summary", on="2026-10-26")
    team.loads(LATE)
    again = team.asks("Weekly MRR summary", on="2026-10-30")
    assert {f.value for f in again.answer.figures if f.metric == "mrr"} == {1_110_000, 1_025_000}
