"""What is filled in: opened at once, in the person's language, checked there, and asked like a question."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.request import BoltRequest
from slack_bolt.response import BoltResponse

from block_kit_check import check_view
from bot.app import Assistant
from bot.conversation import Reply
from bot.listeners import Desk, Identity, bolt_app
from bot.listeners.shortcuts import ANYWHERE
from bot.pressing import pressed
from bot.question import Person, Question
from bot.slack import lookups
from bot.slack_clients import hasty_client
from tests.conftest import assistant_at
from tests.slack_server import BOT_TOKEN, BOT_USER, SlackServer

ME = Identity("T1", BOT_USER, "B1")


def ours(person: Person) -> Person:
    """As Slack says of a colleague."""
    return replace(person, outsider=False)


class Office:
    """The app on the demo company: what people do in Slack, and what was asked for by it."""

    def __init__(self, demo: Assistant, slack: SlackServer) -> None:
        self.demo, self.slack = demo, slack
        self.questions: list[Question] = []
        self.opinions: list[tuple[str, str, bool, str | None]] = []
        looking = lookups(demo, hasty_client(BOT_TOKEN, slack.api_url), ours)
        desk = Desk(ME, self.questions.append, lambda *said: self.opinions.append(said), looking)
        self.app: App = bolt_app(desk, BOT_TOKEN, api_url=slack.api_url)

    def send(self, payload: dict[str, Any]) -> BoltResponse:
        answer = self.app.dispatch(BoltRequest(mode="socket_mode", body=payload))
        assert answer.status == 200
        return answer

    def shortcut(self, name: str, user: str = "U1") -> dict[str, Any]:
        """Use a global shortcut; the modal that it opened."""
        self.send(self.slack.interaction("shortcut", user, callback_id=name))
        return self.slack.world.stacks[user][-1]

    def submit(self, view: dict[str, Any], user: str = "U1", **typed: str) -> dict[str, str]:
        """Send a modal; what it says is wrong, field by field."""
        answer = self.send(self.slack.submission(view, user, **typed))
        if answer.body:
            return dict(json.loads(answer.body)["errors"])
        self.slack.world.stacks[user].clear()  # accepted: Slack closes it
        return {}

    def answers(self) -> list[Reply]:
        return [pressed(self.demo, replace(question, asker=ours(question.asker))) for question in self.questions]


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        server.users["UPT"] = {"locale": "pt-BR"}
        yield server


@pytest.fixture
def office(demo: Assistant, slack: SlackServer) -> Office:
    return Office(demo, slack)


def account_called(demo: Assistant, name: str) -> str:
    return next(account for account, called in demo.accounts(Person("U1")).names.items() if called == name)


def test_a_touch_is_logged_by_a_shortcut_a_modal_and_a_click(office: Office) -> None:
    view = office.shortcut("log_touch")
    account = account_called(office.demo, "Caldwick Health")
    assert office.submit(view, account=account, channel="email", said="Renewal: they want a quote") == {}
    (reply,) = office.answers()
    (touch,) = office.demo.contacting(office.questions[0]).touches.of(account)
    assert (touch.on.isoformat(), touch.channel, touch.note) == ("2026-11-20", "email", "Renewal: they want a quote")
    assert reply.outcome == "answered" and office.questions[0].place.channel == ""


def test_a_modal_sent_twice_is_one_question(office: Office) -> None:
    view = office.shortcut("log_touch")
    for _ in range(2):
        office.submit(view, account=account_called(office.demo, "Caldwick Health"))
    assert len({question.key for question in office.questions}) == 1


@pytest.mark.parametrize("user", ["U1", "UPT"])
@pytest.mark.parametrize("shortcut", ANYWHERE)
def test_every_shortcut_opens_a_modal_that_slack_accepts(office: Office, shortcut: str, user: str) -> None:
    check_view(office.shortcut(shortcut, user))


def test_who_uses_slack_in_portuguese_gets_the_modal_its_errors_and_its_answer_in_portuguese(office: Office) -> None:
    view = office.shortcut("log_touch", "UPT")
    assert view["title"]["text"] == "Registrar contato"
    wrong = office.submit(view, "UPT", account=account_called(office.demo, "Caldwick Health"), day="2026-11-21")
    assert wrong == {"day": "Esse dia ainda não chegou: registre o que já aconteceu."}
    assert office.questions == []
    office.submit(view, "UPT", account=account_called(office.demo, "Caldwick Health"))
    assert [reply.language for reply in office.answers()] == ["pt-BR"]


def test_an_account_that_is_none_is_refused_beside_its_field(office: Office) -> None:
    wrong = office.submit(office.shortcut("log_touch"), account="A-nobody")
    assert wrong == {"account": "Choose an account from the list."}


def test_where_slack_opens_no_modal_the_person_is_asked_in_words(office: Office, slack: SlackServer) -> None:
    slack.fail("views.open", error="expired_trigger_id")
    office.send(slack.interaction("shortcut", "UPT", callback_id="log_touch"))
    (question,) = office.questions
    assert (question.text, question.language, question.choice) == ("Registrar contato", "pt-BR", "")


def typed(office: Office, value: str, user: str = "U1") -> list[str]:
    answer = office.send(office.slack.interaction("block_suggestion", user, action_id="accounts", block_id="account",
                                                  value=value))  # fmt: skip
    return [option["text"]["text"] for option in json.loads(answer.body)["options"]]


def test_typing_finds_accounts_whatever_the_case_and_accents(office: Office) -> None:
    assert typed(office, "caldw")[0] == "Caldwick Health"
    assert typed(office, "HEALTH cald") == ["Caldwick Health"]
    assert typed(office, "zzzz") == []
    assert len(typed(office, "a")) == 100


def pointed_at(office: Office, text: str, user: str = "U1") -> Reply:
    message = {"type": "message", "text": text, "ts": "7.7"}
    office.send(office.slack.interaction(
        "message_action", user, callback_id="summarise_account", message=message, message_ts="7.7",
        channel={"id": "C1"}, response_url=f"{office.slack.root}/respond/1",
    ))  # fmt: skip
    return office.answers()[-1]


def test_the_account_that_a_message_speaks_of_is_summarised_for_who_asks_alone(office: Office) -> None:
    reply = pointed_at(office, "did anybody hear from <https://x.example|Caldwick Health> this week?")
    assert reply.call is not None and reply.call.tool == "account_summary"
    assert (office.questions[0].place.kind, office.questions[0].text) == (
        "command", "did anybody hear from Caldwick Health this week?",
    )  # fmt: skip


def test_a_message_about_nobody_is_told_so_in_the_persons_language(office: Office) -> None:
    reply = pointed_at(office, "bom dia!", "UPT")
    assert (reply.outcome, reply.language) == ("declined", "pt-BR")


def test_an_exit_survey_is_drafted_by_its_shortcut_for_an_account_or_for_any(office: Office) -> None:
    view = office.shortcut("draft_exit_survey")
    office.submit(view, account=account_called(office.demo, "Caldwick Health"), language="pt-BR")
    office.submit(office.shortcut("draft_exit_survey"))
    one, any_account = office.answers()
    assert [reply.call.tool for reply in (one, any_account) if reply.call] == ["exit_survey", "exit_survey"]
    assert office.questions[0].text == "Exit survey for Caldwick Health"
    assert one.call and one.call.arguments["language"] == "pt-BR"
    assert any_account.call and any_account.call.arguments == {}


def test_an_interview_script_is_drafted_for_what_is_to_be_found_out(office: Office) -> None:
    office.submit(office.shortcut("interview_script"), purpose="why_stay")
    (reply,) = office.answers()
    assert reply.call and (reply.call.tool, reply.call.arguments) == ("interview_script", {"purpose": "why_stay"})


def test_pickers_and_modals_know_the_accounts_of_whoever_fills_them_in(
    demo: Assistant, demo_home: Path, slack: SlackServer
) -> None:
    rights = {"leaders": "U1", "cs_team": "UREP,UNEW", "owners": "UREP=Luana Prado", "viewers": "UVIEW"}
    office = Office(assistant_at(demo_home, store_url=demo.settings.store_url, **rights), slack)
    name = "Caldwick Health"
    assert typed(office, "caldwick") and name in typed(office, "caldwick")[0]
    account = account_called(office.demo, name)
    for user in ("UREP", "UNEW", "UVIEW"):
        slack.users[user] = {}
        assert typed(office, "caldwick", user) == []
        refused = office.submit(office.shortcut("log_touch", user), user, account=account)
        assert refused == {"account": "Choose an account from the list."}
    assert len(typed(office, "", "UREP")) == len(office.demo.accounts(Person("UREP")).names) == 52
    assert office.questions == []
