"""What is filled in: opened at once, in the person's language, checked there, and asked like a question."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from block_kit_check import check_view
from bot.app import Assistant
from bot.conversation import Reply
from bot.listeners.shortcuts import ANYWHERE
from tests.conftest import assistant_at
from tests.office import Office, summarise
from tests.slack_server import SlackServer


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        server.users["UPT"] = {"locale": "pt-BR"}
        yield server


@pytest.fixture
def office(demo: Assistant, slack: SlackServer) -> Office:
    return Office(demo, slack)


def test_a_touch_is_logged_by_a_shortcut_a_modal_and_a_click(office: Office) -> None:
    view = office.shortcut("log_touch")
    account = office.account("Caldwick Health")
    assert office.submit(view, account=account, channel="email", said="Renewal: they want a quote") == {}
    (reply,) = office.answers()
    (touch,) = office.demo.contacting(office.asked[0]).touches.of(account)
    assert (touch.on.isoformat(), touch.channel, touch.note) == ("2026-11-20", "email", "Renewal: they want a quote")
    assert reply.outcome == "answered" and office.asked[0].place.channel == ""


def test_a_modal_sent_twice_is_one_question(office: Office) -> None:
    view = office.shortcut("log_touch")
    for _ in range(2):
        office.submit(view, account=office.account("Caldwick Health"))
    assert len({question.key for question in office.questions}) == 1


@pytest.mark.parametrize("user", ["U1", "UPT"])
@pytest.mark.parametrize("shortcut", ANYWHERE)
def test_every_shortcut_opens_a_modal_that_slack_accepts(office: Office, shortcut: str, user: str) -> None:
    check_view(office.shortcut(shortcut, user))


def test_who_uses_slack_in_portuguese_gets_the_modal_its_errors_and_its_answer_in_portuguese(office: Office) -> None:
    view = office.shortcut("log_touch", "UPT")
    assert view["title"]["text"] == "Registrar contato"
    wrong = office.submit(view, "UPT", account=office.account("Caldwick Health"), day="2026-11-21")
    assert wrong == {"day": "Esse dia ainda não chegou: registre o que já aconteceu."}
    assert office.questions == []
    office.submit(view, "UPT", account=office.account("Caldwick Health"))
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
    office.send(summarise(office, text, user))
    return office.answers()[-1]


def test_the_account_that_a_message_speaks_of_is_summarised_for_who_asks_alone(office: Office) -> None:
    reply = pointed_at(office, "did anybody hear from <https://x.example|Caldwick Health> this week?")
    assert reply.call is not None and reply.call.tool == "account_summary"
    assert (office.asked[0].place.kind, office.asked[0].text) == (
        "command", "did anybody hear from Caldwick Health this week?",
    )  # fmt: skip


def test_a_message_about_nobody_is_told_so_in_the_persons_language(office: Office) -> None:
    reply = pointed_at(office, "bom dia!", "UPT")
    assert (reply.outcome, reply.language) == ("declined", "pt-BR")


def test_an_exit_survey_is_drafted_by_its_shortcut_for_an_account_or_for_any(office: Office) -> None:
    view = office.shortcut("draft_exit_survey")
    office.submit(view, account=office.account("Caldwick Health"), language="pt-BR")
    office.submit(office.shortcut("draft_exit_survey"))
    one, any_account = office.answers()
    assert [reply.call.tool for reply in (one, any_account) if reply.call] == ["exit_survey", "exit_survey"]
    assert office.asked[0].text == "Exit survey for Caldwick Health"
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
    account = office.account(name)
    for user in ("UREP", "UNEW", "UVIEW"):
        slack.users[user] = {}
        assert typed(office, "caldwick", user) == []
        refused = office.submit(office.shortcut("log_touch", user), user, account=account)
        assert refused == {"account": "Choose an account from the list."}
    assert len(typed(office, "", "UREP")) == len(office.demo.accounts(office.question("UREP")).names) == 52
    assert office.questions == []
