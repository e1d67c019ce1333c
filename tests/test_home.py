"""The Home tab: what waits for whoever opens it, in their language, and what can be done from there."""

from collections.abc import Iterator
from typing import Any

import pytest

from block_kit_check import check_view
from bot.app import Assistant
from conftest import assistant_at
from tests.office import Office
from tests.slack_server import BOT_USER, SlackServer


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        server.users["UPT"] = {"locale": "pt-BR", "profile": {"display_name": "Luana"}}
        yield server


@pytest.fixture
def office(demo: Assistant, slack: SlackServer) -> Office:
    return Office(demo, slack)


def opened(office: Office, user: str) -> list[dict[str, Any]]:
    """The blocks of the Home tab that somebody opens."""
    before = len(office.slack.called("views.publish"))
    office.send(office.slack.body({"type": "app_home_opened", "user": user, "channel": "D1", "tab": "home"}))
    published = office.slack.wait_for_calls("views.publish", before + 1)[-1]
    view = published["view"]
    check_view(view)
    assert published["user_id"] == user
    return list(view["blocks"])


def lines(blocks: list[dict[str, Any]]) -> list[str]:
    return [block["text"]["text"] for block in blocks if block["type"] in ("section", "header")]


def titles(blocks: list[dict[str, Any]]) -> list[str]:
    return [
        element["elements"][0]["text"] for block in blocks if block["type"] == "rich_text"
        for element in block["elements"] if element["elements"][0].get("style") == {"bold": True}
    ]  # fmt: skip


def test_who_leads_sees_everybodys_accounts_and_the_months_bridge(office: Office) -> None:
    blocks = opened(office, "U1")
    assert lines(blocks)[0] == "Everybody's accounts"
    said = " ".join(titles(blocks))
    assert "At risk: " in said and "Renewals in 90 days: " in said and "Overdue touches" in said
    assert any("Start" in str(block) and "Expansion" in str(block) for block in blocks if block["type"] == "rich_text")


def test_a_rep_sees_their_own_and_what_they_took_on(demo_home: Any, slack: SlackServer, tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    office = Office(assistant_at(demo_home, store_url=url, cs_team="U2", leaders="U1", reps_see="team"), slack)
    assert lines(opened(office, "U2"))[0] == "My accounts"
    assert "The book names no paying account as yours." in titles(opened(office, "U2"))
    at_risk = office.ask("which accounts are at risk?").answer
    assert at_risk is not None
    name = office.demo.accounts(office.question("U1")).names[at_risk.listed[0]]
    office.press(office.ask(f"summary of {name}"), "Assign to me", "U2")
    office.answers()
    assert any(line.startswith(f"{name}\nScore: ") for line in lines(opened(office, "U2")))


def test_who_reads_portuguese_reads_nothing_else(office: Office) -> None:
    blocks = opened(office, "UPT")
    assert lines(blocks)[0] == "Contas de todos"
    assert lines(blocks)[-1] == "Pergunte sobre os seus clientes"
    menu = next(block["accessory"] for block in blocks if block["type"] == "section")
    assert [option["text"]["text"] for option in menu["options"]] == [
        "Resumo", "Redigir …", "Registrar contato", "Soneca", "Sem risco, salva, perdida …",
    ]  # fmt: skip


def test_beside_an_account_its_summary_is_asked_for_in_private_and_a_touch_is_logged(office: Office) -> None:
    line = next(block for block in opened(office, "UPT") if block["type"] == "section")
    at_home = {"container": {"type": "view", "view_id": "V1"}, "message": None, "channel": None}
    office.click(line, "summary", "UPT", **at_home)
    (summary,) = office.answers()
    assert summary.call and summary.call.tool == "account_summary" and summary.language == "pt-BR"
    assert (office.asked[-1].place.kind, office.asked[-1].place.channel) == ("dm", "")
    office.click(line, "log_touch", "UPT", **at_home)
    (picker,) = [block for block in office.view["blocks"] if block["block_id"] == "account"]
    assert picker["element"]["initial_option"]["value"] == summary.call.arguments["account"]


def test_an_outsider_sees_no_account(office: Office) -> None:
    office.slack.users["UGUEST"] = {"is_restricted": True}
    assert not any(block["type"] == "section" for block in opened(office, "UGUEST"))


def test_added_to_a_channel_it_says_hello_once_in_the_inviters_language(office: Office) -> None:
    joined = {"type": "member_joined_channel", "user": BOT_USER, "channel": "C1", "inviter": "UPT", "team": "T1"}
    for _ in range(2):
        office.send(office.slack.body(joined))
    office.send(office.slack.body({**joined, "user": "U1"}))
    assert {(asked.key, asked.language, asked.choice) for asked in office.questions} == {
        ("T1/C1/hello", "pt-BR", '{"do":"hello"}')
    }


def test_what_is_posted_again_and_again_stands_there_too(office: Office) -> None:
    office.ask("every Monday 9h post the MRR summary here")
    blocks = opened(office, "U1")
    assert any(title.startswith("My schedules and alerts: 1") for title in titles(blocks))
