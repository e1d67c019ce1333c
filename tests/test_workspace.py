"""The local Slack refuses what Slack refuses, and tells the app what Slack tells."""

import json
import re
import time
import urllib.request
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from block_kit_check import check
from bot.blocks import Message
from bot.serving import HttpIntake
from bot.workspace.acting import linked
from bot.workspace.company import BOT_USER, GUEST, LEADER, PARTNER, REP, company, manifest
from bot.workspace.forms import missing
from bot.workspace.limits import check_message, check_view, faults
from bot.workspace.methods import methods
from bot.workspace.pages import FOLDER
from bot.workspace.running import free_port
from bot.workspace.server import LocalSlack
from bot.workspace.texts import texts
from bot.workspace.viewing import Viewing
from bot.workspace.world import Refusal
from tests.sample_app import KIT, PLAN, SECRET, TOKEN, app, field, option, plain, sample, world


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(world(), TOKEN, SECRET) as server:
        yield server


@pytest.fixture
def client(slack: LocalSlack) -> WebClient:
    return WebClient(TOKEN, base_url=slack.api_url, retry_handlers=[])


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": plain(text)}


def actions(*elements: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def button(text: str = "Press", **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(text), "action_id": "press", **more}


def select(options: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "pick", "options": options, **more}


def table(rows: int, columns: int, text: str = "x") -> dict[str, Any]:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": text}] * columns for _ in range(rows)]}


def error(blocks: Any) -> str:
    with pytest.raises(Refusal) as refused:
        check_message(blocks)
    return refused.value.error


GOOD = [
    section("x" * 3000), {"type": "header", "text": plain("x" * 150)}, table(100, 20), KIT[5], KIT[4],
    actions(*[button(action_id=f"a{n}", value="x" * 2000) for n in range(25)]),
    actions(select([option(f"x{n}") for n in range(100)])),
    {"type": "context", "elements": [plain("x")] * 10},
]  # fmt: skip


@pytest.mark.parametrize("block", GOOD)
def test_what_is_just_within_a_limit_is_taken(block: dict[str, Any]) -> None:
    check_message([block])


BAD = [
    section("x" * 3001), section(""), {"type": "section"}, {"type": "header", "text": plain("x" * 151)},
    {"type": "section", "fields": [plain("x")] * 11}, {"type": "section", "fields": [plain("x" * 2001)]},
    {"type": "context", "elements": [plain("x")] * 11}, {"type": "context", "elements": []},
    actions(*[button(action_id=f"a{n}") for n in range(26)]), actions(button(), button()),
    actions(button("x" * 76)), actions(button(value="x" * 2001)), actions(button(style="blue")),
    actions(button(action_id="x" * 256)), actions(button(confirm={"title": plain("x" * 101)})),
    actions(select([option(f"x{n}") for n in range(101)])), actions(select([])), actions(select([option("x" * 76)])),
    actions(select([{"text": plain("x"), "value": "x" * 151}])),
    actions(select([option("a")], initial_option=option("b"))),
    actions({"type": "overflow", "action_id": "o", "options": [option(f"x{n}") for n in range(6)]}),
    actions({"type": "radio_buttons", "action_id": "r", "options": [option(f"x{n}") for n in range(11)]}),
    actions({"type": "plain_text_input", "action_id": "t"}),
    {"type": "image", "image_url": "https://a.example/x.png"}, {"type": "image", "alt_text": "x"},
    {"type": "image", "alt_text": "x", "slack_file": {"id": "F404"}},
    table(101, 1), table(1, 21), table(1, 1, ""), table(11, 10, "x" * 100),
    {"type": "markdown", "text": "x" * 12_001}, {"type": "rich_text", "elements": []},
    {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}]},
    {"type": "alert", "text": plain("x")}, {"type": "marquee"}, "text",
]  # fmt: skip


@pytest.mark.parametrize("block", BAD)
def test_what_is_just_beyond_a_limit_is_refused(block: Any) -> None:
    assert error([block]) == "invalid_blocks"


def test_a_message_has_limits_as_a_whole() -> None:
    assert error([section("x")] * 51) == "invalid_blocks"
    assert error([{**section("x"), "block_id": "same"}] * 2) == "invalid_blocks"
    assert error([table(1, 1), table(1, 1)]) == "invalid_attachments"
    assert error([section("x" * 3000)] * 5) == "msg_blocks_too_long"
    assert error([{"type": "markdown", "text": "x" * 6001}] * 2) == "msg_blocks_too_long"
    assert error({"type": "section"}) == "invalid_blocks_format"
    check_message([section("x" * 3000)] * 4 + [section("x" * 1200)])


def test_a_fault_says_where_it_is() -> None:
    assert list(faults([section("x"), section("")], "message")) == [
        "[ERROR] text must have 1 to 3000 characters [json-pointer:/blocks/1]"
    ]


def test_the_two_readings_of_slacks_rules_agree_on_what_is_good() -> None:
    """The tests' independent validator takes what is taken here, as far as it knows the blocks."""
    buttons = {**actions(button(value="v"), button(value="v", action_id="other")), "block_id": "buttons"}
    check(Message("x", (KIT[4], buttons, {"type": "header", "text": plain("x" * 150)})))


@pytest.mark.parametrize(
    "change",
    [
        {"title": plain("x" * 25)}, {"submit": plain("x" * 25)}, {"submit": None}, {"type": "page"}, {"blocks": None},
        {"blocks": [section("x")] * 101}, {"private_metadata": "x" * 3001}, {"callback_id": "x" * 256},
        {"blocks": [table(1, 1)]}, {"blocks": [KIT[-1]]}, {"blocks": [KIT[5]]},
    ],
)  # fmt: skip
def test_a_view_beyond_its_limits_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        check_view({**PLAN, **change})
    assert refused.value.error == "invalid_arguments"


def test_a_view_that_is_too_large_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        check_view({**PLAN, "blocks": [section("é" * 1500)] * 100})
    assert refused.value.error == "view_too_large"


# -- the Web API


def refusal(call: Any, **asked: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        call(**asked)
    return str(refused.value.response["error"])


def test_the_methods_that_an_app_needs_are_there_and_no_others(client: WebClient) -> None:
    assert {
        "auth.test", "chat.postMessage", "chat.update", "chat.delete", "chat.postEphemeral", "conversations.open",
        "conversations.info", "conversations.members", "conversations.list", "conversations.history",
        "conversations.replies", "users.info", "users.list", "usergroups.users.list", "views.open", "views.update",
        "views.push", "views.publish", "files.getUploadURLExternal", "files.completeUploadExternal", "files.info",
        "assistant.threads.setStatus", "assistant.threads.setSuggestedPrompts", "canvases.create", "reactions.add",
    } <= set(methods())  # fmt: skip
    assert refusal(client.api_call, api_method="stars.add") == "unknown_method"


def test_a_token_must_be_the_apps(slack: LocalSlack) -> None:
    assert refusal(WebClient("xoxb-other", base_url=slack.api_url).auth_test) == "invalid_auth"


def test_an_app_may_do_what_its_manifest_asked_for(slack: LocalSlack, client: WebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        client.conversations_history(channel="DU1")
    assert (refused.value.response["error"], refused.value.response["needed"]) == ("missing_scope", "im:history")
    assert refusal(client.reactions_add, channel="C1", name="eyes", timestamp="1") == "missing_scope"
    slack.world.users["U1"]["profile"] = {"real_name": "Ana Lima", "email": "ana@acme.example"}
    known = client.users_info(user="U1")["user"]
    assert (known["profile"], "locale" in known) == ({"real_name": "Ana Lima"}, False)
    assert client.users_info(user="U1", include_locale=True)["user"]["locale"] == "en-US"


def test_a_message_is_posted_changed_and_deleted(slack: LocalSlack, client: WebClient) -> None:
    posted = client.chat_postMessage(channel="C1", text="one", metadata={"event_type": "x", "event_payload": {"k": 1}})
    client.chat_update(channel="C1", ts=posted["ts"], text="two")
    (kept,) = client.conversations_history(channel="C1", include_all_metadata=True)["messages"]
    assert (kept["text"], kept["metadata"]["event_payload"], "edited" in kept) == ("two", {"k": 1}, True)
    assert refusal(client.chat_update, channel="C1", ts=posted["ts"], text="x" * 4001) == "msg_too_long"
    client.chat_delete(channel="C1", ts=posted["ts"])
    assert client.conversations_history(channel="C1")["messages"] == []
    assert refusal(client.chat_update, channel="C1", ts=posted["ts"], text="x") == "message_not_found"


def test_where_and_what_cannot_be_posted(client: WebClient) -> None:
    assert refusal(client.chat_postMessage, channel="C404", text="x") == "channel_not_found"
    assert refusal(client.chat_postMessage, channel="C2", text="x") == "not_in_channel"
    assert refusal(client.chat_postMessage, channel="C1", text="") == "no_text"
    assert refusal(client.chat_postEphemeral, channel="C1", user="U9", text="x") == "user_not_in_channel"
    assert refusal(client.chat_postMessage, channel="C1", text="x", markdown_text="y") == "markdown_text_conflict"


def test_a_trigger_opens_one_view_for_three_seconds(slack: LocalSlack, client: WebClient) -> None:
    trigger = slack.world.trigger("U1")
    view = client.views_open(trigger_id=trigger, view=PLAN)["view"]
    assert refusal(client.views_push, trigger_id=trigger, view=PLAN) == "invalid_trigger_id"
    slack.world.triggers["late"] = ("U1", 0.0)
    assert refusal(client.views_push, trigger_id="late", view=PLAN) == "expired_trigger_id"
    for _ in range(2):
        client.views_push(trigger_id=slack.world.trigger("U1"), view=PLAN)
    assert refusal(client.views_push, trigger_id=slack.world.trigger("U1"), view=PLAN) == "push_limit_reached"
    assert refusal(client.views_update, view_id=view["id"], hash="old", view=PLAN) == "hash_conflict"
    changed = client.views_update(view_id=view["id"], hash=view["hash"], view={**PLAN, "title": plain("New")})
    assert changed["view"]["title"]["text"] == "New" and changed["view"]["hash"] != view["hash"]


def test_a_file_is_uploaded_shared_and_fetched_with_the_token_alone(slack: LocalSlack, client: WebClient) -> None:
    done = client.files_upload_v2(filename="a.csv", content="a,b\n", channel="C1", initial_comment="Rows")
    file = client.files_info(file=done["files"][0]["id"])["file"]
    assert (file["name"], file["size"], file["mimetype"]) == ("a.csv", 4, "text/csv")
    asked = urllib.request.Request(file["url_private"], headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(asked) as answer:
        assert answer.read() == b"a,b\n"
    assert slack.world.messages["C1"][0]["files"][0]["name"] == "a.csv"
    assert Viewing(slack.world).may_open("U2", file["id"])
    assert not Viewing(slack.world).may_open("U404", file["id"])


def test_a_canvas_is_kept(client: WebClient) -> None:
    assert client.canvases_create(title="Plan", document_content={"type": "markdown", "markdown": "# Hi"})["canvas_id"]


def test_a_response_url_is_good_for_five_answers(slack: LocalSlack) -> None:
    hook = WebhookClient(f"{slack.root}/respond/{slack.world.hook('C1', 'U1')}")
    assert [hook.send(text=str(n)).status_code for n in range(6)] == [200] * 5 + [404]
    assert [said["text"] for said in slack.world.whispers["U1"]] == list("01234")
    openly = WebhookClient(f"{slack.root}/respond/{slack.world.hook('C1', 'U1')}")
    openly.send(text="for all", response_type="in_channel")
    assert [said["text"] for said in slack.world.messages["C1"]] == ["for all"]
    assert WebhookClient(f"{slack.root}/respond/never").send(text="x").status_code == 404


# -- what the app is told


def test_the_app_hears_what_its_manifest_subscribes_to() -> None:
    with sample() as (slack, heard):
        acting = slack.acting
        acting.say("U1", "C1", "nobody's business")
        acting.say("U1", "C2", "@Sample, are you there?")
        with pytest.raises(Refusal, match="no_such_command"):
            acting.command("U1", "C1", "/nothing")
        with pytest.raises(Refusal, match="not_in_channel"):
            acting.say("U2", "C2", "I am not a member")
        acting.command("U1", "C1", "/kit")
        (body,) = heard
        assert (body["command"], body["user_id"], body["channel_id"]) == ("/kit", "U1", "C1")


def test_an_event_waits_for_an_app_that_is_still_starting() -> None:
    with LocalSlack(world(), TOKEN, SECRET) as slack:
        port = free_port()
        slack.courier.url = f"http://127.0.0.1:{port}/slack/events"
        slack.acting.say("U1", "DU1", "hello")
        intake = HttpIntake(app(slack, heard := []), port, host="127.0.0.1")
        intake.start()
        deadline = time.monotonic() + 20
        while not slack.world.messages["DU1"][1:] and time.monotonic() < deadline:
            time.sleep(0.05)
        intake.close()
        assert slack.world.messages["DU1"][1]["text"] == "You said: hello"
        assert len(heard) == 1


def test_who_types_a_name_mentions_that_person_and_signs_are_escaped() -> None:
    assert linked(world(), "a & <b> @Sample: ask @Ana Lima, not @Anabel or me@Sample.com") == (
        "a &amp; &lt;b&gt; <@U0BOT>: ask <@U1>, not @Anabel or me@Sample.com"
    )


def test_a_form_says_what_it_wants_before_the_app_hears_of_it() -> None:
    number = {"type": "number_input", "is_decimal_allowed": False, "max_value": "10"}
    blocks = [
        {**field("n", "N", number), "block_id": "n"},
        field("mail", "Mail", {"type": "email_text_input"}),
        field("text", "Text", {"type": "plain_text_input", "min_length": 3, "max_length": 5}),
        field("free", "Free", {"type": "plain_text_input"}, optional=True),
        field("day", "Day", {"type": "datepicker"}),
    ]
    assert missing(blocks, {}) == dict.fromkeys(("n", "mail", "text", "day"), "required")
    typed = {
        "n": {"value": "11"},
        "mail": {"value": "a@b"},
        "text": {"value": "ab"},
        "day": {"selected_date": "2026-12-01"},
    }
    held = {block: {block: value} for block, value in typed.items()}
    assert missing(blocks, held) == {"n": "not_a_number", "mail": "not_valid", "text": "too_short"}


def test_too_many_options_are_no_suggestions() -> None:
    with sample() as (slack, _):
        slack.acting.command("U1", "C1", "/plan")
        (view,) = slack.world.stacks["U1"]
        offered = slack.acting.suggest("U1", {"view": view["id"]}, "account", "account", "account 29")
        assert len(offered["groups"][0]["options"]) == 11


# -- the page's door


def asked(slack: LocalSlack, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str]]:
    connection = HTTPConnection("127.0.0.1", slack.port, timeout=10)
    sent = json.dumps(body) if body is not None else None
    connection.request("POST" if sent else "GET", path, sent, headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, dict(answer.headers)


SAY = {"deed": "say", "with": {"user": "U1", "channel": "C1", "text": "hi"}}
PAGE = {"Content-Type": "application/json", "X-Page": "workspace"}


def test_only_this_page_on_this_machine_may_act(slack: LocalSlack) -> None:
    here = f"http://127.0.0.1:{slack.port}"
    assert asked(slack, "/", Host="evil.example")[0] == 400
    assert asked(slack, "/api/auth.test", Host="evil.example")[0] == 400
    assert asked(slack, "/page/act", SAY, **PAGE, Origin="http://evil.example")[0] == 403
    assert asked(slack, "/page/act", SAY, Origin=here)[0] == 403, "a form cannot send our header"
    assert slack.world.messages["C1"] == []
    assert asked(slack, "/page/act", SAY, **PAGE, Origin=here)[0] == 200
    assert [said["text"] for said in slack.world.messages["C1"]] == ["hi"]


def test_the_page_may_load_nothing_from_elsewhere(slack: LocalSlack) -> None:
    for path in ("/", "/static/app.js", "/page/people"):
        status, headers = asked(slack, path)
        assert status == 200
        assert headers["content-security-policy"].startswith("default-src 'self';")
    assert asked(slack, "/static/../server.py")[0] == 404
    assert asked(slack, "/page/U404/state")[0] == 404


def test_each_sees_their_own() -> None:
    viewing = Viewing(made := company(["Júlia Sant'Anna"], "en-US"))
    rooms = {
        user: [each["name"] for each in viewing.everything(user)["channels"]] for user in (LEADER, REP, GUEST, PARTNER)
    }
    assert "leadership" in rooms[LEADER] and "leadership" not in rooms[REP]
    assert (rooms[GUEST], rooms[PARTNER]) == (["general"], ["with-partner"])
    assert made.user(REP)["real_name"] == "Júlia Sant'Anna"
    assert viewing.concerns(REP, {"kind": "message", "channel": "C0LEADERS"}) is False
    assert viewing.concerns(REP, {"kind": "home", "user": LEADER}) is False
    assert BOT_USER in made.members("C0TEAM")


def test_the_workspace_is_that_of_our_manifest() -> None:
    assert manifest()["features"]["slash_commands"][0]["command"] == "/retention"


def test_the_page_says_the_same_things_in_both_languages() -> None:
    english, portuguese = texts("en"), texts("pt-BR")
    assert english.keys() == portuguese.keys()
    assert all(text.count("%s") == portuguese[name].count("%s") for name, text in english.items())


def test_every_text_of_the_page_is_said_and_every_one_it_says_is_there() -> None:
    scripts = "\n".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("*.js"))
    assert set(re.findall(r'\bt\("(\w+)"', scripts)) <= texts("en").keys()
    answered = {"app_did_not_answer", "no_such_command", "language"}  # Slack's words for errors, and what it is in
    fields = {"required", "too_short", "too_long", "not_a_number", "not_valid"}
    assert {name for name in texts("en") if f'"{name}"' not in scripts} <= answered | fields
