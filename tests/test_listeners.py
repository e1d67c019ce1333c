"""An event, a command or a click is a question or it is nothing."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.request import BoltRequest

from block_kit_check import check_view
from bot.home import home
from bot.listeners import Desk, Identity, bolt_app
from bot.locale import Speaker
from bot.lookups import Lookups
from bot.question import Person, Place, Question, question_from_event
from tests.slack_server import BOT_TOKEN, BOT_USER, SlackServer

ME = Identity("T1", BOT_USER, "B1")
LOOKUPS = Lookups(lambda: date(2026, 11, 20))


class Notes:
    """What the listeners asked for."""

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.judgements: list[tuple[str, str, bool]] = []

    def judge(self, key: str, who: str, good: bool, reason: str | None = None) -> None:
        self.judgements.append((key, who, good))


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def app(slack: SlackServer, notes: Notes) -> App:
    return bolt_app(Desk(ME, notes.questions.append, notes.judge, LOOKUPS), BOT_TOKEN, api_url=slack.api_url)


def send(app: App, body: Any) -> int:
    """As Socket Mode delivers: no signature, the payload as it is."""
    payload = json.loads(body) if isinstance(body, str) else body
    return int(app.dispatch(BoltRequest(mode="socket_mode", body=payload)).status)


def event(**more: Any) -> dict[str, Any]:
    plain = {"type": "app_mention", "user": "U1", "text": f"<@{BOT_USER}> MRR?", "channel": "C1", "ts": "5.1"}
    return {**plain, "team": "T1", **more}


def question(body: dict[str, Any] | None = None, **more: Any) -> Question | None:
    return question_from_event(event(**more), {"team_id": "T1", **(body or {})}, BOT_USER)


def test_a_mention_is_a_question_in_its_own_thread() -> None:
    place = Place("channel", "T1", "C1", "5.1")
    assert question() == Question("T1/C1/5.1", "MRR?", Person("U1", outsider=None), place)


def test_a_mention_in_a_thread_stays_in_the_thread() -> None:
    asked = question(thread_ts="4.0")
    assert asked is not None
    assert (asked.key, asked.place.conversation) == ("T1/C1/5.1", "T1/C1/4.0")


def test_in_a_shared_channel_our_workspace_is_the_one_we_are_asked_through() -> None:
    asked = question({"team_id": "T2", "context_team_id": "T1"}, user_team="T2")
    assert asked is not None and asked.place.team == "T1" and asked.asker.outsider is True
    colleague = question({"team_id": "T2", "context_team_id": "T1"}, user_team="T1")
    assert colleague is not None and colleague.asker.outsider is None


def test_in_an_organisation_of_workspaces_slack_is_asked_who_a_colleague_is() -> None:
    asked = question({"context_team_id": "T1", "context_enterprise_id": "E1"}, user_team="E1", source_team="T5")
    assert asked is not None and asked.asker.outsider is None


def test_the_twin_message_event_is_the_same_question() -> None:
    assert question(type="message", channel_type="channel") == question()


def test_a_reply_in_a_thread_without_a_mention_is_no_question() -> None:
    assert question(type="message", channel_type="channel", text="thanks!", thread_ts="4.0") is None


@pytest.mark.parametrize("text", [f"<@{BOT_USER}>", f" <@{BOT_USER}> ", None])
def test_a_bare_mention_asks_for_help(text: str | None) -> None:
    asked = question(text=text)
    assert asked is not None and asked.text == ""


def test_in_a_group_direct_message_only_a_mention_is_a_question() -> None:
    assert question(type="message", channel_type="mpim", channel="G1", text="MRR?") is None
    assert question(type="message", channel_type="mpim", channel="G1") is not None


@pytest.mark.parametrize(
    "more",
    [
        {"subtype": "message_changed"},
        {"subtype": "channel_join"},
        {"bot_id": "B9"},
        {"user": BOT_USER},
        {"user": None},
        {"type": "message", "channel_type": "im", "text": ""},
        {"edited": {"ts": "6.0"}},
    ],
)
def test_what_no_person_asked_is_no_question(more: dict[str, Any]) -> None:
    assert question(**more) is None


def test_a_message_with_a_file_is_a_question() -> None:
    assert question(subtype="file_share") is not None


def test_what_slack_writes_for_links_names_and_signs_reads_as_people_wrote_it() -> None:
    said = question(text=f"<@{BOT_USER}|retention>: A&amp;B, <https://acme.com|acme.com> of <@U2|ana> &lt;5?")
    assert said is not None and said.text == "A&B, acme.com of @U2 <5?"


@pytest.mark.parametrize("sign", [{"user_team": "T9"}, {"source_team": "T9"}])
def test_somebody_of_another_workspace_is_an_outsider(sign: dict[str, str]) -> None:
    asked = question(None, **sign)
    assert asked is not None and asked.asker.outsider is True


def test_a_slack_connect_event_says_that_the_channel_is_shared() -> None:
    asked = question({"is_ext_shared_channel": True})
    assert asked is not None and asked.place.shared


def test_a_direct_message_is_a_question_without_a_mention(slack: SlackServer, app: App, notes: Notes) -> None:
    said = slack.say("MRR?", channel="D1")
    assert send(app, slack.body(said)) == 200
    (asked,) = notes.questions
    assert asked.place == Place("dm", "T1", "D1", said["ts"])


def payload(form: str) -> Any:
    from urllib.parse import parse_qs

    fields = {name: values[0] for name, values in parse_qs(form, keep_blank_values=True).items()}
    return json.loads(fields["payload"]) if "payload" in fields else fields


def test_a_command_is_acknowledged_without_a_word(slack: SlackServer, app: App, notes: Notes) -> None:
    answer = app.dispatch(BoltRequest(mode="socket_mode", body=payload(slack.command("MRR &amp; NRR?", trigger="9.9"))))
    assert (answer.status, answer.body) == (200, "")
    (asked,) = notes.questions
    assert (asked.key, asked.text) == ("T1/C1/9.9", "MRR & NRR?")
    assert asked.place == Place("command", "T1", "C1")
    assert asked.response_url == f"{slack.root}/respond/9.9"


def test_a_command_without_words_asks_for_help(slack: SlackServer, app: App, notes: Notes) -> None:
    send(app, payload(slack.command("")))
    assert notes.questions[0].text == ""


def in_thread(**more: Any) -> dict[str, Any]:
    return {
        "channel": {"id": "C1"}, "message": {"ts": "7.7", "thread_ts": "7.0"},
        "container": {"type": "message", "message_ts": "7.7", "channel_id": "C1", "is_ephemeral": False},
        **more,
    }  # fmt: skip


def test_a_pressed_question_is_asked_in_the_thread_of_its_message(slack: SlackServer, app: App, notes: Notes) -> None:
    value = {"q": "and last week?", "language": "pt-BR"}
    assert send(app, payload(slack.click(value, user="U2", **in_thread()))) == 200
    (asked,) = notes.questions
    assert (asked.text, asked.asker.id, asked.choice, asked.language) == ("and last week?", "U2", "", "pt-BR")
    assert asked.place == Place("channel", "T1", "C1", "7.0")


def test_two_clicks_are_two_questions_and_a_repeated_click_is_one(slack: SlackServer, app: App, notes: Notes) -> None:
    first, second = (payload(slack.click({"q": "?"}, **in_thread())) for _ in range(2))
    for body in (first, first, second):
        send(app, body)
    keys = [asked.key for asked in notes.questions]
    assert keys[0] == keys[1] != keys[2]


def test_a_choice_carries_its_call(slack: SlackServer, app: App, notes: Notes) -> None:
    call = {"tool": "mrr_summary", "arguments": {"period": "2026-W47"}}
    send(app, payload(slack.click(call, **in_thread())))
    (asked,) = notes.questions
    assert (asked.text, json.loads(asked.choice)) == ("Press", call)


def test_a_click_on_the_home_tab_is_answered_in_private(slack: SlackServer, app: App, notes: Notes) -> None:
    send(app, payload(slack.click({"q": "MRR?"}, container={"type": "view", "view_id": "V1"})))
    (asked,) = notes.questions
    assert (asked.place.kind, asked.place.channel) == ("dm", "")


def test_a_click_under_a_message_only_they_see_is_answered_there(slack: SlackServer, app: App, notes: Notes) -> None:
    where = in_thread(container={"is_ephemeral": True, "channel_id": "C1"}, response_url=f"{slack.root}/respond/1")
    send(app, payload(slack.click({"q": "MRR?"}, **where)))
    (asked,) = notes.questions
    assert (asked.place.kind, asked.response_url) == ("command", f"{slack.root}/respond/1")


@pytest.mark.parametrize(("score", "good"), [(1, True), (-1, False)])
def test_a_thumb_is_kept(slack: SlackServer, app: App, notes: Notes, score: int, good: bool) -> None:
    send(app, payload(slack.click({"key": "T1/C1/5.1", "score": score}, "feedback", **in_thread())))
    assert notes.judgements == [("T1/C1/5.1", "U1", good)]


def test_any_other_button_is_only_acknowledged(slack: SlackServer, app: App, notes: Notes) -> None:
    assert send(app, payload(slack.click({}, "open-link", **in_thread()))) == 200
    assert notes.questions == []


def test_opening_the_messages_tab_pins_four_prompts(slack: SlackServer, app: App) -> None:
    opened = {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "messages"}
    assert send(app, slack.body(opened)) == 200
    (pinned,) = slack.wait_for_calls("assistant.threads.setSuggestedPrompts", 1)
    assert [prompt["message"] for prompt in pinned["prompts"]][:2] == [
        "Which accounts are at risk?",
        "Weekly MRR summary",
    ]
    assert len(pinned["prompts"]) == 4


def test_opening_the_home_tab_publishes_it(slack: SlackServer, app: App) -> None:
    send(app, slack.body({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"}))
    (published,) = slack.wait_for_calls("views.publish", 1)
    assert published["user_id"] == "U1"


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_the_home_tab_keeps_to_slacks_limits(language: str) -> None:
    check_view({"type": "home", "blocks": home(None, Speaker(language))})
