"""What can be pressed under an answer: done as who pressed it, at once in a modal or through the same intake."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from block_kit_check import check, check_view
from bot.app import Assistant
from bot.blocks import Message, message
from bot.conversation import Reply
from bot.modals import About
from bot.modals.edit_draft import pieces_of, read
from bot.question import Place
from bot.tables import answers
from tests.conftest import assistant_at
from tests.office import Office, summarise
from tests.slack_server import SlackServer
from tools import Facts


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        server.users["UPT"] = {"locale": "pt-BR", "profile": {"display_name": "Luana"}}
        server.users["U1"] = {"profile": {"real_name": "Ana Souza"}}
        yield server


@pytest.fixture
def office(demo: Assistant, slack: SlackServer) -> Office:
    return Office(demo, slack)


def buttons(reply: Reply) -> list[str]:
    """What the row of buttons says, a menu in brackets."""
    said = message(reply)
    check(said)
    return [
        element["text"]["text"] if element["type"] == "button"
        else f"{_held(element)}[{', '.join(each['text']['text'] for each in element['options'])}]"
        for block in said.blocks if block["type"] == "actions" for element in block["elements"]
    ]  # fmt: skip


def _held(element: dict[str, Any]) -> str:
    """What stands in a list before one is chosen; a menu behind three dots says nothing."""
    return f"{element['placeholder']['text']} " if "placeholder" in element else ""


def test_a_list_of_accounts_offers_the_few_that_fit_and_the_rest_in_a_menu(office: Office) -> None:
    said = buttons(office.ask("which accounts are at risk?"))
    assert [each for each in said if not each.startswith("Why … [")][-4:] == [
        "How was this counted?", "Draft …", "Change period or segment",
        "[Rows (CSV), Log a touch, Snooze, Assign to me, Not at risk, saved, lost …]",
    ]  # fmt: skip
    assert buttons(office.ask("quais contas estão em risco?"))[-1] == (
        "[Linhas (CSV), Registrar contato, Soneca, Atribuir a mim, Sem risco, salva, perdida …]"
    )


def test_what_changed_something_is_not_offered_again(office: Office) -> None:
    assert buttons(office.ask("log a call with Caldwick Health"))[-2:] == [
        "Draft …", "[Snooze, Assign to me, Not at risk, saved, lost …]",
    ]  # fmt: skip


def test_why_and_rows_are_asked_as_who_pressed_them_in_the_thread_of_the_answer(office: Office) -> None:
    reply = office.ask("weekly MRR summary")
    office.press(reply, "Why?", "UPT")
    office.press(reply, "Rows (CSV)", "UPT")
    why, rows = office.answers()
    assert why.call and (why.call.tool, why.call.arguments["metric"]) == ("query_metric", "churned_mrr")
    assert next(file.name for file in message(rows).files) == "mrr_summary-1.csv"
    assert {(asked.asker.name, asked.place.thread) for asked in office.asked} == {("Luana", "7.0")}


def test_a_click_on_an_answer_that_is_gone_says_so(office: Office) -> None:
    reply = office.ask("weekly MRR summary")
    office.press(reply, "Rows (CSV)")
    with office.demo.store.engine.begin() as connection:
        connection.execute(delete(answers).where(answers.c.question == reply.question.key))
    assert [each.message.msgid for each in office.answers()] == ["That answer is not kept any more. Please ask again."]


def test_another_segment_takes_the_place_of_the_answer_for_who_asked_it(office: Office) -> None:
    reply = office.ask("weekly MRR summary")
    for user in ("U1", "UPT"):
        office.press(reply, "Change period or segment", user)
        view = office.view
        check_view(view)
        assert office.submit(view, user, period="outubro de 2026", segment="enterprise") == {}
    mine, theirs = office.answers()
    assert mine.call == theirs.call
    assert mine.call and mine.call.arguments == {"period": "2026-10", "segment": "enterprise"}
    assert [asked.replaces for asked in office.asked] == ["7.7", ""]


def test_a_period_that_is_none_is_refused_beside_its_field(office: Office) -> None:
    office.press(office.ask("weekly MRR summary"), "Change period or segment", "UPT")
    assert office.submit(office.view, "UPT", period="blá") == {
        "period": "Não consigo ler um período nisso. Escreva, por exemplo: mês passado, 3º trimestre de 2026."
    }


def first_at_risk(reply: Reply) -> str:
    assert reply.answer is not None
    return reply.answer.listed[0]


def test_a_snoozed_account_is_listed_apart_with_until_when_by_whom_and_why(office: Office) -> None:
    before = office.ask("which accounts are at risk?")
    account = first_at_risk(before)
    office.press(before, "Snooze")
    view = office.view
    check_view(view)
    assert office.submit(view, account=account, day="2026-11-20", reason="x") == {
        "day": "Choose a day within a year, from tomorrow on."
    }
    assert office.submit(view, account=account, day="2026-12-15", reason="new CFO: starts soon") == {}
    (snoozed,) = office.answers()
    assert snoozed.outcome == "answered"
    after = office.ask("which accounts are at risk?")
    assert after.answer and before.answer and account not in after.answer.listed
    assert after.answer.headline == before.answer.headline
    (apart,) = [part for part in after.answer.parts if isinstance(part, Facts) and "Snoozed" in str(part.title)]
    said = office.demo.speaker.say(apart.items[0].value)
    assert said == "until 15 Dec 2026, by Ana Souza, because: new CFO: starts soon"
    name = office.demo.accounts(office.asked[0]).names[account]
    office.ask(f"wake {name}")
    assert first_at_risk(office.ask("which accounts are at risk?")) == account


def test_an_account_is_assigned_by_a_click_where_the_answer_is_about_one(office: Office) -> None:
    office.press(office.ask("summary of Caldwick Health"), "Assign to me", "UPT")
    (reply,) = office.answers()
    assert reply.answer and office.demo.speaker.say(reply.answer.headline) == "Caldwick Health is assigned to Luana."
    assert office.demo.caseload(office.asked[0]).mine() == {office.account("Caldwick Health")}


def test_of_several_accounts_it_is_asked_which_to_assign(office: Office) -> None:
    office.press(office.ask("which accounts are at risk?"), "Assign to me")
    assert office.view["callback_id"] == "assign"
    office.submit(office.view, account=office.account("Caldwick Health"))
    assert [reply.outcome for reply in office.answers()] == ["answered"]


def test_a_modal_from_an_answer_about_one_account_knows_the_account(office: Office) -> None:
    reply = office.ask("summary of Caldwick Health")
    for said in ("Log a touch", "Draft …", "Snooze"):
        office.press(reply, said)
        check_view(office.view)
        (picker,) = [b for b in office.view["blocks"] if b.get("block_id") == "account"]
        assert picker["element"]["initial_option"]["value"] == office.account("Caldwick Health")


def test_a_draft_that_needs_an_account_says_so_and_one_is_made(office: Office) -> None:
    office.press(office.ask("which accounts are at risk?"), "Draft …")
    view = office.view
    assert office.submit(view, kind="trust_plan") == {"account": "This is always for one account: choose it."}
    office.submit(view, kind="trust_plan", account=office.account("Caldwick Health"))
    (reply,) = office.answers()
    assert reply.call and reply.call.tool == "trust_plan"


def waiting_draft(office: Office) -> Reply:
    return office.ask("follow-up for Caldwick Health")


def test_a_draft_is_edited_and_decided_on_in_the_place_of_its_message(office: Office) -> None:
    reply = waiting_draft(office)
    assert reply.answer is not None
    (draft,) = reply.answer.waiting
    assert [said for said in buttons(reply) if said in ("Approve", "Reject", "Edit")] == ["Approve", "Reject", "Edit"]
    office.press(reply, "Edit")
    view = office.view
    check_view(view)
    (name,) = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    assert office.submit(view, **{name: ""}) == {name: "There is nothing left: reject the draft instead."}
    office.submit(view, **{name: "# Olá\n\n- um texto *novo*"})
    (edited,) = office.answers()
    kept = office.demo.contacting(office.asked[-1]).drafts.find(draft)
    assert kept and (kept.version, kept.body, kept.state) == (2, "# Olá\n\n- um texto *novo*\n", "waiting")
    office.press(edited, "Reject")
    (rejected,) = office.answers()
    assert rejected.answer and rejected.answer.waiting == ()
    assert {asked.replaces for asked in office.asked} == {"7.7"}


def test_a_decision_is_shown_in_the_message_that_was_pressed(office: Office) -> None:
    said = office.slack.say("follow-up for Caldwick Health", channel="D1")
    office.send(office.slack.body(said))
    office.deliver()
    (posted,) = [each for each in office.slack.messages["D1"] if each.get("bot_id")]
    there = {
        "channel": {"id": "D1"}, "message": {"ts": posted["ts"], "thread_ts": said["ts"]},
        "container": {"type": "message", "message_ts": posted["ts"], "channel_id": "D1", "is_ephemeral": False},
    }  # fmt: skip
    office.press_in(posted["blocks"], "Reject", **there)
    office.deliver()
    (posted,) = [each for each in office.slack.messages["D1"] if each.get("bot_id")]
    assert "was rejected by Ana Souza on" in posted["text"]
    assert "\n## " not in posted["text"] and "\\[" not in posted["text"], "it is read, not its Markdown"
    assert office.slack.called("assistant.threads.setStatus")[-1]["status"] == "", "what takes a place ends no status"
    check(Message(posted["text"], tuple(posted["blocks"])))


def test_only_the_owner_or_a_leader_decides_on_a_draft(demo_home: Path, slack: SlackServer, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    office = Office(assistant_at(demo_home, store_url=url, cs_team="UPT", leaders="U1", reps_see="team"), slack)
    reply = waiting_draft(office)
    office.press(reply, "Approve", "UPT")
    office.press(office.ask("summary of Caldwick Health"), "Assign to me", "UPT")
    office.press(reply, "Reject", "UPT")
    refused, _, rejected = office.answers()
    assert (refused.outcome, rejected.outcome) == ("declined", "answered")


def test_a_draft_of_many_fields_comes_back_as_it_was(office: Office) -> None:
    body = "# Título\n\n- item\n" + "\n".join(f"  {n} linha" for n in range(900)) + "\n" + "x" * 7000 + "\nfim"
    filled = {f"text:{n}:{ending}": text for n, (ending, text) in enumerate(pieces_of(body), start=1)}
    assert len(filled) == 7 and max(map(len, filled.values())) == 3000
    asked = read(filled, About("pt-BR", Place("dm", "T1"), "U1", draft="D-1", version=3), office.lookups)
    assert asked.choice["arguments"] == {"draft": "D-1", "act": "edit", "version": 3, "text": body}


def test_a_draft_that_somebody_else_edited_meanwhile_stays_theirs(office: Office) -> None:
    reply = waiting_draft(office)
    office.press(reply, "Edit")
    first = office.view
    office.press(reply, "Edit", "UPT")
    name = next(block["block_id"] for block in first["blocks"] if block["type"] == "input")
    office.submit(office.view, "UPT", **{name: "theirs"})
    office.submit(first, **{name: "mine"})
    _, mine = office.answers()
    assert mine.answer and "in the meantime" in office.demo.speaker.say(mine.answer.headline)


def test_a_thumb_down_asks_why_in_the_persons_language_and_keeps_it(office: Office) -> None:
    reply = office.ask("weekly MRR summary")
    office.thumb(reply, 1)
    office.thumb(reply, -1, "UPT")
    view = office.view
    check_view(view)
    assert view["title"]["text"] == "Não ajudou"
    office.submit(view, "UPT", fault="figure", said="falta a Rivera")
    assert office.opinions == [
        (reply.question.key, "U1", True, None),
        (reply.question.key, "UPT", False, None),
        (reply.question.key, "UPT", False, "figure: falta a Rivera"),
    ]


def told_alone(office: Office) -> list[dict[str, Any]]:
    """The blocks of the summary that a shortcut on a message gives to who asked alone."""
    office.send(summarise(office, "what about Caldwick Health?"))
    office.deliver()
    assert office.slack.posted() == []
    return list(office.slack.world.whispers["U1"][-1]["blocks"])


def test_a_private_answer_is_shared_with_a_channel_of_colleagues(office: Office) -> None:
    blocks = told_alone(office)
    ephemeral = {"container": {"is_ephemeral": True, "channel_id": "C1", "message_ts": "8.8"}, "response_url": "x"}
    office.press_in(blocks, "Share with the channel", **ephemeral)
    office.deliver()
    (shared,) = office.slack.posted()
    assert shared["blocks"][0]["elements"][0]["elements"][1]["text"] == ": Caldwick Health"
    assert "Caldwick Health" in shared["text"]


def test_what_not_everybody_there_may_see_is_not_shared(office: Office) -> None:
    blocks = told_alone(office)
    office.slack.channels["C1"]["members"].append("UGUEST")
    office.slack.users["UGUEST"] = {"is_ultra_restricted": True}
    office.rooms._rooms.clear()
    ephemeral = {"container": {"is_ephemeral": True, "channel_id": "C1", "message_ts": "8.8"}, "response_url": "x"}
    office.press_in(blocks, "Share with the channel", **ephemeral)
    office.deliver()
    assert office.slack.posted() == []
    (told,) = [each for each in office.slack.messages["DU1"] if each.get("bot_id")]
    assert told["text"].startswith("Not everybody in that channel may see this answer, so I have not shared it.")


def press_what_leads_to_a_message(office: Office, reply: Reply) -> Reply:
    """The first button that drafts a message, and its answer."""
    drafts = ("Re-engagement message to ", "Renewal notice to ")
    office.press(reply, next(each for each in buttons(reply) if each.startswith(drafts)))
    (drafted,) = office.answers()
    return drafted


def test_from_the_list_to_a_guarded_approved_and_logged_message_in_three_clicks(office: Office) -> None:
    listed = office.ask("Which accounts are at risk?")  # the first click: a suggested prompt
    drafted = press_what_leads_to_a_message(office, listed)  # the second
    assert drafted.answer and drafted.call and drafted.call.tool == "outreach_draft"
    assert any("Contact guard: allowed on" in str(part) for part in drafted.answer.parts)
    office.press(drafted, "Approve")  # the third
    (approved,) = office.answers()
    assert str(approved.message.msgid) == "Draft {id} is approved for {day}. Send it yourself; the touch is booked."
    account = str(drafted.call.arguments["account"])
    (touch,) = office.demo.contacting(office.question()).touches.of(account)
    assert (touch.direction, touch.category, touch.author) == ("outbound", "cs", "Ana Souza")
    again = office.ask("Which accounts are at risk?").answer
    assert again
    row = next(row for row in again.parts[0].rows if row[0] == office.demo.accounts(office.question()).names[account])  # type: ignore[union-attr]
    assert office.demo.today() in row  # the last touch is this one


def test_for_any_account_on_the_list_it_takes_four(office: Office) -> None:
    listed = office.ask("Which accounts are at risk?")  # the first click
    assert listed.answer
    account = listed.answer.listed[-1]
    name = office.demo.accounts(office.question()).names[account]
    office.press(listed, name, "U1")  # the second: chosen from the list under “Why …”
    (why,) = office.answers()
    assert why.call and (why.call.tool, why.call.arguments["account"]) == ("account_risk", account)
    drafted = press_what_leads_to_a_message(office, why)  # the third
    assert drafted.call and drafted.call.arguments["account"] == account
    office.press(drafted, "Approve")  # the fourth
    (approved,) = office.answers()
    assert approved.answer and approved.answer.waiting == ()


def test_who_disagrees_says_why_in_a_modal_and_it_stands_beside_the_score(office: Office) -> None:
    before = office.ask("which accounts are at risk?")
    account = first_at_risk(before)
    office.press(before, "Not at risk, saved, lost …", "UPT")
    view = office.view
    check_view(view)
    assert office.submit(view, "UPT", account=account, verdict="not_at_risk") == {
        "reason": "Diga por quê: é nisso que os outros vão se basear."
    }
    assert office.submit(view, "UPT", account=account, verdict="not_at_risk", reason="signed: three years") == {}
    (kept,) = office.answers()
    assert kept.outcome == "answered"
    (case,) = office.demo.caseload(office.question()).cases()
    assert (case.account_id, case.verdict, case.who, case.reason) == (
        account, "not_at_risk", "Luana", "signed: three years",
    )  # fmt: skip
    after = office.ask("which accounts are at risk?")
    assert after.answer and before.answer and after.answer.listed == before.answer.listed
    assert any("What we say of them ourselves" in str(part) for part in after.answer.parts)
