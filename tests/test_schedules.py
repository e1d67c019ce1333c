"""Schedules: set up in words, posted once, on the day and at the hour that were said, in their owner's name."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from bot import doctor
from bot.agenda import Order, agenda
from bot.locale import Speaker
from tests.conftest import assistant_at
from tests.slack_server import BOT_TOKEN, SlackServer
from tests.timed_world import World, said, talk, world
from tools import NextSteps

FRIDAY = datetime(2026, 11, 20, 14, 0, tzinfo=ZoneInfo("America/Sao_Paulo"))
SUMMARY = "every Monday 9h post the MRR summary for last week here"


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        server.users |= {"U2": {}, "U9": {}}
        yield server


@pytest.fixture
def team(slack: SlackServer, demo_home: Path, tmp_path: Path) -> Iterator[World]:
    with world(slack, demo_home, f"sqlite:///{tmp_path / 'store.sqlite'}", FRIDAY) as made:
        yield made


@pytest.fixture
def desk(demo_home: Path, tmp_path: Path) -> Iterator[World]:
    """The same without a Slack to post to."""
    with talk(demo_home, f"sqlite:///{tmp_path / 'store.sqlite'}", FRIDAY) as made:
        yield made


def id_of(text: str) -> str:
    return next(word.strip(".:,") for word in text.split() if word.startswith("S-"))


def test_a_confirmation_shows_the_next_three_dates_and_what_can_be_done(desk: World) -> None:
    reply = desk.ask(SUMMARY)
    text = said(reply)
    assert "Set up: every Monday at 9:00." in text
    assert "Monday, 23 Nov 2026, 9:00, Monday, 30 Nov 2026, 9:00 and Monday, 7 Dec 2026, 9:00" in text
    assert "America/Sao_Paulo" in text and "this channel" in text
    (steps,) = (part for part in reply.answer.parts if isinstance(part, NextSteps))
    key = id_of(text)
    assert [Speaker().say(step) for step in steps.questions] == [
        f"Run {key} now", f"Pause {key}", f"Change {key}", f"Delete {key}",
    ]  # fmt: skip


def test_in_portuguese_it_is_confirmed_in_portuguese(desk: World) -> None:
    text = said(desk.ask("todo dia útil às 8h meus clientes em risco na minha DM"))
    assert "Agendado: todo dia útil às 8:00." in text
    assert "segunda-feira, 23 de nov. de 2026, 8:00" in text, "the 20th is a holiday, and it is past eight"
    assert "mensagem direta" in text


def test_it_is_posted_once_and_the_last_week_is_that_of_the_day(team: World, slack: SlackServer) -> None:
    team.ask(SUMMARY)
    for moment in ("2026-11-23T08:59:59", "2026-11-23T09:00:00", "2026-11-23T09:00:05"):
        team.at(moment)
    (first,) = slack.settled(1)
    assert "week of 16 November 2026" in first["text"]
    assert first.get("thread_ts") is None, "it begins a thread of its own"
    team.at("2026-11-30T09:00:10")
    second = slack.settled(2)[1]
    assert "week of 23 November 2026" in second["text"]


def test_what_is_scheduled_without_words_keeps_its_period_relative(team: World, slack: SlackServer) -> None:
    team.ask("MRR summary for last week")
    assert "Set up: every Monday at 9:00." in said(team.ask("post this here every Monday at 9"))
    team.at("2026-11-23T09:00:10")
    assert "week of 16 November 2026" in slack.settled(1)[0]["text"]


def test_what_was_missed_comes_late_and_says_so(team: World, slack: SlackServer) -> None:
    team.ask("daily at 8am accounts at risk here")
    team.at("2026-11-21T10:30:00")
    (late,) = slack.settled(1)
    assert "This is late: it was due on Saturday, 21 Nov 2026, 8:00." in late["text"]


def test_after_a_long_absence_the_last_three_come_and_say_how_many_do_not(team: World, slack: SlackServer) -> None:
    team.ask("daily at 8am accounts at risk here")
    for _ in range(3):
        team.at("2026-11-26T08:00:00")
    texts = [post["text"] for post in slack.settled(3)]
    assert any("24 Nov 2026, 8:00. 3 times before it were missed and are left out." in text for text in texts)
    assert sum("This is late" in text for text in texts) == 2, "the third is just in time"


def test_where_the_setting_says_so_the_missed_are_skipped(slack: SlackServer, demo_home: Path, tmp_path: Path) -> None:
    with world(slack, demo_home, f"sqlite:///{tmp_path / 's.sqlite'}", FRIDAY, missed="skip") as team:
        team.ask("daily at 8am accounts at risk here")
        team.at("2026-11-24T12:00:00")
        team.at("2026-11-24T12:00:05")
        assert [kept.next_due.isoformat() for kept in team.bot.timetable.all()] == ["2026-11-25T11:00:00+00:00"]
        team.at("2026-11-25T08:01:00")
        (post,) = slack.settled(1)
        assert "This is late" not in post["text"]


def test_a_clock_that_is_set_back_repeats_nothing(team: World, slack: SlackServer) -> None:
    team.ask(SUMMARY)
    team.at("2026-11-23T09:00:01")
    slack.wait_for_posts(1)
    for moment in ("2026-11-23T08:30:00", "2026-11-23T09:00:01", "2026-11-23T09:10:00"):
        team.at(moment)
    slack.settled(1)


def test_pause_resume_run_move_and_delete_in_words(team: World, slack: SlackServer) -> None:
    key = id_of(said(team.ask(SUMMARY)))
    assert f"{key} is paused." in said(team.ask("pause it"))
    team.at("2026-11-23T09:01:00")
    assert f"{key} goes on." in said(team.ask(f"resume {key}"))
    assert slack.posted() == [], "what was missed while it was paused is not made up for"
    assert f"{key} is changed: every Monday at 10:00." in said(team.ask("move it to 10h"))
    assert f"{key} is changed: every Tuesday at 10:00." in said(team.ask(f"move {key} to Tuesdays"))
    assert f"{key} will be posted in a moment." in said(team.ask(f"run {key} now"))
    team.at(team.clock.now + timedelta(seconds=5))
    team.at(team.clock.now + timedelta(seconds=10))
    slack.settled(1)
    assert f"{key} is deleted." in said(team.ask(f"delete {key}"))
    assert "Nothing is scheduled for you" in said(team.ask("my schedules"))


def test_the_list_has_mine_and_those_of_this_channel(desk: World) -> None:
    desk.ask("every Monday 9h post the MRR summary here", who="U2")
    desk.ask("todo dia às 8h contas em risco na minha dm", who="U2")
    desk.ask("every Friday at 5pm accounts at risk in my dm")
    assert "2 schedules and alerts." in said(desk.ask("my schedules"))
    assert "1 schedule or alert." in said(desk.ask("my schedules", channel="C2"))


def test_only_its_owner_and_administrators_change_it(desk: World) -> None:
    key = id_of(said(desk.ask(SUMMARY, who="U2")))
    assert f"Only U2, who set it up, and administrators may change {key}." in said(desk.ask(f"pause {key}", who="U1"))
    assert f"{key} is paused." in said(desk.ask(f"pause {key}", who="U2"))


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("every Monday post the MRR summary here", "At what time? I propose every Monday at 9:00."),
        ("toda segunda posta o resumo de MRR aqui", "A que horas? Sugiro toda segunda-feira às 9:00."),
        ("every week at 9h send me the MRR summary", "On which day of the week?"),
        ("every Monday at 9h blah blah", "I understood when (every Monday at 9:00), but not what."),
        ("every Monday at 9h post MRR summary in #general", "I do not know #general: choose the channel"),
    ],
)
def test_what_is_ambiguous_is_asked_back(desk: World, text: str, asks: str) -> None:
    assert asks in said(desk.ask(text))
    assert desk.bot.timetable.all() == ()


def test_the_hour_may_be_typed_instead_of_pressed(desk: World) -> None:
    desk.ask("every Monday post the MRR summary here")
    assert "Set up: every Monday at 10:30." in said(desk.ask("at 10:30"))


def test_what_changes_something_is_not_done_again_and_again(desk: World) -> None:
    desk.ask("every Monday at 9 approve draft D-1f2e3d4c")
    desk.ask("every Monday at 9 log a call with Caldwick Health")
    assert desk.bot.timetable.all() == ()


def test_a_survey_round_is_prepared_again_and_again_and_lists_nobody_twice(team: World, slack: SlackServer) -> None:
    """It writes, but what it does twice in one quarter it does once."""
    team.ask("every Monday at 9h prepare the NPS round here")
    team.at("2026-11-23T09:00:05")
    assert "people may be asked and are reserved (4th quarter of 2026)" in slack.settled(1)[0]["text"]
    team.at("2026-11-30T09:00:05")
    assert "Nobody is to be asked now" in slack.settled(2)[1]["text"]


def test_it_lives_in_the_time_zone_of_its_owner(desk: World) -> None:
    text = said(desk.ask("every Monday at 9 MRR summary here", zone="Europe/Lisbon"))
    assert "Europe/Lisbon" in text and "23 Nov 2026, 9:00" in text
    (kept,) = desk.bot.timetable.all()
    assert kept.next_due.isoformat() == "2026-11-23T09:00:00+00:00"


def test_to_a_person_it_goes_as_a_direct_message(team: World, slack: SlackServer) -> None:
    team.ask("every Monday at 9 send @U2 the MRR summary")
    team.at("2026-11-23T09:00:00")
    slack.wait_for_posts(1, "DU2")
    assert slack.posted() == [] and slack.posted("DU1") == []


class TestWhoMaySee:
    def test_in_a_channel_with_guests_it_goes_to_its_owner_alone(self, team: World, slack: SlackServer) -> None:
        slack.users["UG"] = {"is_restricted": True}
        team.ask(SUMMARY)
        slack.channels["C1"]["members"].append("UG")
        team.at("2026-11-23T09:00:00")
        slack.wait_for_posts(1, "DU1")
        slack.settled(0)

    def test_where_its_owner_has_left_it_is_paused_and_told_once(self, team: World, slack: SlackServer) -> None:
        key = id_of(said(team.ask(SUMMARY)))
        slack.users["U1"]["deleted"] = True
        team.at("2026-11-23T09:00:00")
        (told,) = slack.wait_for_posts(1, "DU9")
        assert f"I have paused what U1 had scheduled ({key})" in told["text"]
        team.at("2026-11-30T09:00:00")
        slack.settled(1, "DU9")
        assert slack.posted() == []
        assert [kept.reason for kept in team.bot.timetable.all()] == ["rights"]

    def test_who_may_see_less_than_the_owner_gets_nothing(
        self, slack: SlackServer, demo_home: Path, tmp_path: Path
    ) -> None:
        url = f"sqlite:///{tmp_path / 's.sqlite'}"
        with world(slack, demo_home, url, FRIDAY, covers=lambda reader, owner: reader.id != "U2") as team:
            team.ask("every Monday at 9 send @U2 the MRR summary")
            team.at("2026-11-23T09:00:00")
            (told,) = slack.wait_for_posts(1, "DU1")
        assert "may see less than you" in told["text"] and slack.posted("DU2") == []

    def test_a_stranger_gets_no_direct_message_and_the_owner_is_told(self, team: World, slack: SlackServer) -> None:
        team.ask("every Monday at 9 send @U2 the MRR summary")
        slack.users["U2"]["is_stranger"] = True
        team.at("2026-11-23T09:00:00")
        (told,) = slack.wait_for_posts(1, "DU1")
        assert "I could not post" in told["text"] and "no member of this workspace" in told["text"]
        assert slack.posted("DU2") == []


def test_a_post_that_fails_is_told_to_its_owner_once_until_one_gets_through(team: World, slack: SlackServer) -> None:
    team.ask(SUMMARY)
    slack.channels["C1"]["members"].remove("U0BOT")
    team.at("2026-11-23T09:00:00")
    (told,) = slack.wait_for_posts(1, "DU1")
    assert "I could not post “the MRR summary for last week”" in told["text"]
    team.at("2026-11-30T09:00:00")
    slack.settled(1, "DU1")
    slack.channels["C1"]["members"].append("U0BOT")
    team.at("2026-12-07T09:00:00")
    slack.wait_for_posts(1)
    slack.channels["C1"]["members"].remove("U0BOT")
    team.at("2026-12-14T09:00:00")
    slack.wait_for_posts(2, "DU1")


class TestInTheTerminal:
    def test_it_is_set_up_for_an_owner_listed_run_and_deleted(
        self, slack: SlackServer, demo_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        settings = {"slack_bot_token": BOT_TOKEN, "slack_api_url": slack.api_url}
        bot = assistant_at(demo_home, store_url=f"sqlite:///{tmp_path / 'store.sqlite'}", **settings)
        console = Console(width=200)
        assert agenda(bot, Order("add", "every Monday 9h MRR summary in #C1", "U1"), console) == 0
        (kept,) = bot.timetable.all()
        assert (kept.team, kept.owner, kept.target, kept.words) == ("T1", "U1", "C1", "MRR summary")
        assert agenda(bot, Order("pause", kept.id), console) == 0
        assert agenda(bot, Order("list"), console) == 0
        assert agenda(bot, Order("run", kept.id), console) == 0
        assert [due.asked for due in bot.timetable.due(kept.next_due - timedelta(days=90))] == [True]
        assert agenda(bot, Order("delete", kept.id), console) == 0
        assert agenda(bot, Order("pause", kept.id), console) == 1
        assert agenda(bot, Order("add", "MRR summary", "U1"), console) == 1
        shown = capsys.readouterr().out
        assert "1 schedule or alert." in shown and "Say what, how often, at what hour and where" in shown

    def test_the_doctor_tells_what_is_overdue(self, demo_home: Path, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'store.sqlite'}"
        with talk(demo_home, url, FRIDAY) as desk:
            desk.ask(SUMMARY)
            (kept,) = desk.bot.timetable.all()
        before, after = kept.next_due - timedelta(hours=1), kept.next_due + timedelta(hours=1)
        assert [check.ok for check in doctor.schedules(url, "BR-SP", before)] == [True]
        assert [check.ok for check in doctor.schedules(url, "XX", after)] == [False, False]
