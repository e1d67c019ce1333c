"""Alerts: only what is new since the last look, in one message, in the name of whoever set them up."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.locale import Speaker
from bot.question import Person, Place, Question
from bot.router import Call
from bot.ticking import question_for
from tests.timed_world import World, said, talk
from tools import Table
from tools.metrics import rank, scorecard

FRIDAY = datetime(2026, 11, 20, 14, 0, tzinfo=ZoneInfo("America/Sao_Paulo"))


@pytest.fixture
def taken() -> list[Question]:
    return []


@pytest.fixture
def desk(demo_home: Path, tmp_path: Path, taken: list[Question]) -> Iterator[World]:
    with talk(demo_home, f"sqlite:///{tmp_path / 'store.sqlite'}", FRIDAY, taken) as made:
        yield made


def risky(desk: World, **limits: str) -> set[str]:
    """Names of the accounts at high risk."""
    found = rank(desk.bot.book_heard(), desk.bot.today(), limits).risks
    return {
        risk.standing.name for risk in found if risk.score >= scorecard().high and not risk.standing.leaving_on
    }  # fmt: skip


def told(reply: Any) -> set[str]:
    """The accounts that a message names."""
    return {row[0] for part in reply.answer.parts if isinstance(part, Table) for row in part.rows}


def test_what_is_so_already_is_said_when_it_is_set_up_and_never_told(desk: World, taken: list[Question]) -> None:
    text = said(desk.ask("tell me when an account becomes high risk"))
    assert "I will tell when an account becomes high risk (score 30 or more)." in text
    assert f"It is so of {len(risky(desk))} account" in text
    desk.at("2026-11-20T14:01:00")
    desk.at("2026-11-21T09:00:00")
    assert [question.key for question in taken] == ["T1/alerts/U1/C1/en/2026-11-21T12:00:00Z"]


def test_what_is_new_is_told_once_however_often_it_is_asked(desk: World) -> None:
    desk.ask("tell me when an account becomes high risk")
    (kept,) = desk.bot.timetable.all()
    (kept,) = (desk.bot.timetable.change(kept, observed={}),)
    looking = question_for((kept,), kept.next_due)
    first, again = desk.due(looking), desk.due(looking)
    assert told(first) == told(again) == risky(desk) != set()
    later = question_for((kept,), kept.recurrence.after(kept.next_due))
    assert desk.due(later).outcome == "silent"


def test_alerts_of_one_reader_make_one_message(desk: World) -> None:
    desk.ask("tell me when an account becomes high risk")
    desk.ask("avise se o MRR em risco passar de R$ 100 mil")
    kept = tuple(desk.bot.timetable.change(one, observed={}, language="en") for one in desk.bot.timetable.all())
    reply = desk.due(question_for(kept, kept[0].next_due))
    text = said(reply)
    assert text.count("becomes high risk") == 1 and "MRR at risk goes above R$100,000.00" in text
    assert f"{len(risky(desk)) + 1} things to tell that you asked for." in text


def test_limits_are_kept(desk: World) -> None:
    assert "enterprise" in said(desk.ask("tell me when an enterprise account becomes high risk"))
    (kept,) = desk.bot.timetable.all()
    assert kept.arguments == {"segment": "enterprise"}
    assert set(kept.observed or {}) == {
        risk.standing.account_id
        for risk in rank(desk.bot.book_heard(), desk.bot.today(), {"segment": "enterprise"}).risks
        if risk.score >= scorecard().high and not risk.standing.leaving_on
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("alert me here if NPS <= 6", "a customer answers NPS with 6 or less"),
        ("me avisa aqui se NPS <= 6", "Aviso quando um cliente responde ao NPS com 6 ou menos."),
        ("notify me if logo churn rate goes above 3%", "Logo churn rate goes above 3.00%"),
        (
            "avise se o MRR em risco do enterprise passar de R$ 100 mil",
            "MRR em risco passa de R$ 100.000,00 · enterprise",
        ),
        (
            "tell us here when a renewal is in 90/60/30 days without a plan",
            "renews in 90, 60 and 30 days or less, and no plan",
        ),
        ("me avise se o churn passar de 3%", "Qual número você quer?"),
        ("tell me when Caldwick Health becomes high risk", "not “caldwick health”"),
        ("tell me when an account of mine becomes high risk", "I do not know which accounts are yours."),
    ],
)
def test_what_is_watched_for_is_said_back(desk: World, text: str, sentence: str) -> None:
    assert sentence in " ".join(said(desk.ask(text)).split())


def test_a_renewal_is_told_at_each_of_its_days_and_not_once_a_plan_is_kept(desk: World) -> None:
    desk.ask("tell us here when a renewal is in 90/60/30 days without a plan")
    (kept,) = desk.bot.timetable.all()
    keys = list(kept.observed or {})
    account = next(key.split("|")[0] for key in keys if key.endswith("|30"))
    assert sorted(key.rpartition("|")[2] for key in keys if key.startswith(f"{account}|")) == ["30", "60", "90"]
    planning = Question("T1/C1/plan", "plan", Person("U1"), Place("channel", "T1", "C1", "9.0"))
    assert desk.bot.ask(planning, Call("trust_plan", {"account": account})).outcome == "answered"
    desk.bot.timetable.change(kept, observed={})
    reply = desk.due(question_for((kept,), kept.next_due))
    names = desk.bot.names(desk.bot.book()).accounts
    assert names[account] not in told(reply) and len(told(reply)) > 0


def test_run_now_shows_all_that_is_so_and_keeps_what_was_seen(desk: World, taken: list[Question]) -> None:
    desk.ask("tell me when an account becomes high risk")
    desk.ask("run it now")
    desk.at("2026-11-20T14:00:10")
    (question,) = taken
    assert told(desk.due(question)) == risky(desk)
    (kept,) = desk.bot.timetable.all()
    assert len(kept.observed or {}) == len(risky(desk))


def test_a_message_says_which_alert_it_is(desk: World) -> None:
    desk.ask("tell me when an account becomes high risk")
    (kept,) = desk.bot.timetable.all()
    desk.bot.timetable.change(kept, observed={})
    reply = desk.due(question_for((kept,), kept.next_due))
    titles = [Speaker().say(part.title) for part in reply.answer.parts if isinstance(part, Table)]
    assert titles == [f"an account becomes high risk (score 30 or more) ({kept.id})"]
