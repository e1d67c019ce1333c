"""Nobody sees what they may not, and what is not known counts as the worse case."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.audience import Room, may_see
from bot.question import Person, Place
from bot.rooms import Rooms, is_outsider
from bot.slack_clients import reading_client
from tests.slack_server import BOT_TOKEN, BOT_USER, MINIMAL, SlackServer
from tests.slack_world import bot

CHANNEL = Place("channel", "T1", "C1", "1.1")
OURS = Person("U1", outsider=False)


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


def rooms(slack: SlackServer) -> Rooms:
    return Rooms(reading_client(BOT_TOKEN, slack.api_url), "T1", BOT_USER)


@pytest.mark.parametrize(
    ("asker", "place", "room", "way"),
    [
        (OURS, CHANNEL, Room(False, False), "allowed"),
        (OURS, CHANNEL, Room(False, True), "private"),
        (OURS, CHANNEL, Room(True, False), "private"),
        (OURS, CHANNEL, Room(None, None), "private"),
        (OURS, CHANNEL, Room(False, None), "private"),
        (OURS, Place("channel", "T1", "C1", "1.1", shared=True), Room(False, False), "private"),
        (OURS, Place("command", "T1", "C1"), Room(None, None), "private"),
        (OURS, Place("dm", "T1", "D1", "1.1"), Room(False, False), "allowed"),
        (Person("U9", outsider=True), CHANNEL, Room(False, False), "refused"),
        (Person("U9", outsider=True), Place("dm", "T1", "D1", "1.1"), Room(False, False), "refused"),
        (Person("U9", outsider=None), Place("dm", "T1", "D1", "1.1"), Room(False, False), "refused"),
        (Person("me", outsider=None), Place("terminal"), Room(), "allowed"),
    ],
)  # fmt: skip
def test_who_may_see_what_where(asker: Person, place: Place, room: Room, way: str) -> None:
    assert may_see(asker, place, room).way == way


@pytest.mark.parametrize(
    ("user", "outsider"),
    [
        ({}, False),
        ({"is_restricted": True}, True),
        ({"is_restricted": True, "is_ultra_restricted": True}, True),
        ({"is_stranger": True}, True),
        ({"team_id": "T9"}, True),
        ({"team_id": "T9", "is_bot": True}, True),
        ({"is_bot": True}, False),
        ({"team_id": "E1", "enterprise_user": {"teams": ["T1", "T2"]}}, False),
    ],
)
def test_who_is_an_outsider(user: dict[str, Any], outsider: bool) -> None:
    assert is_outsider({"id": "U1", "team_id": "T1", **user}, "T1") is outsider


def test_a_room_of_our_own_people_is_one_of_ours(slack: SlackServer) -> None:
    assert rooms(slack).room(CHANNEL) == Room(shared=False, outsiders=False)


def test_one_guest_among_five_hundred_is_found(slack: SlackServer) -> None:
    people = [f"U{n}" for n in range(500)]
    slack.users.update({person: {} for person in people} | {"U499": {"is_restricted": True}})
    slack.channels["C1"] = {"members": [*people, BOT_USER]}
    asked = rooms(slack)
    assert asked.room(CHANNEL) == Room(shared=False, outsiders=True)
    assert len(slack.called("conversations.members")) == 3
    assert slack.called("users.info") == []


def test_a_room_is_remembered_for_five_minutes(slack: SlackServer) -> None:
    now = [0.0]
    asked = Rooms(reading_client(BOT_TOKEN, slack.api_url), "T1", BOT_USER, clock=lambda: now[0])
    asked.room(CHANNEL)
    slack.users["U3"] = {"is_ultra_restricted": True}
    slack.channels["C1"]["members"].append("U3")
    now[0] = 299
    assert asked.room(CHANNEL).outsiders is False
    now[0] = 301
    assert asked.room(CHANNEL).outsiders is True


@pytest.mark.parametrize("sign", ["is_ext_shared", "is_pending_ext_shared"])
def test_a_slack_connect_channel_is_shared(slack: SlackServer, sign: str) -> None:
    slack.channels["C1"][sign] = True
    assert rooms(slack).room(CHANNEL).shared is True


def test_a_missing_scope_leaves_the_room_unknown_and_names_the_scope(slack: SlackServer) -> None:
    slack.fail("conversations.members", error="missing_scope", needed="channels:read")
    room = rooms(slack).room(CHANNEL)
    assert (room.outsiders, room.shared) == (None, None)
    assert room.why is not None and room.why.values == {"scope": "channels:read"}


def test_any_other_refusal_leaves_it_unknown_too_and_is_asked_again(slack: SlackServer) -> None:
    slack.fail("conversations.info", error="channel_not_found")
    asked = rooms(slack)
    assert asked.room(CHANNEL).shared is None
    assert asked.room(CHANNEL).shared is False


class SlackDotCom(WebClient):
    """Slack itself, as if it did not know a method."""

    def __init__(self) -> None:
        super().__init__(BOT_TOKEN)

    def api_call(self, *_: Any, **__: Any) -> SlackResponse:
        raise SlackApiError("", {"ok": False, "error": "unknown_method"})  # type: ignore[no-untyped-call]


def test_a_server_without_the_methods_has_nobody_to_hide_from_but_slack_has() -> None:
    with SlackServer(methods=MINIMAL) as other:
        assert rooms(other).room(CHANNEL) == Room(shared=False, outsiders=False)
        assert rooms(other).person(Person("U1", outsider=None)).outsider is False
    real = Rooms(SlackDotCom(), "T1", BOT_USER)
    assert (real.room(CHANNEL).shared, real.room(CHANNEL).outsiders) == (None, None)
    assert real.person(Person("U1", outsider=None)).outsider is None


def test_an_asker_slack_does_not_know_stays_unknown(slack: SlackServer) -> None:
    assert rooms(slack).person(Person("U404", outsider=None)).outsider is None
    assert rooms(slack).person(Person("U1", outsider=None)).outsider is False
    assert rooms(slack).person(Person("U1", outsider=True)).outsider is True


def test_with_a_guest_in_the_channel_the_answer_is_private_and_the_channel_gets_a_neutral_line(
    slack: SlackServer, tmp_path: Path
) -> None:
    slack.users["U3"] = {"is_restricted": True}
    slack.channels["C1"]["members"].append("U3")
    with bot(slack.api_url, tmp_path) as running:
        event = slack.mention("MRR of Acme?")
        slack.deliver(running.url, slack.body(event))
        (line,) = slack.settled(1)
        (answer,) = slack.settled(1, "DU1")
    assert line["text"] == "Not everybody here may see this, so I have answered privately."
    assert line["thread_ts"] == event["ts"]
    assert answer["text"] == "> MRR of Acme?\nAnswer to MRR of Acme?"


def test_a_guest_gets_no_answer_and_the_question_is_not_even_run(slack: SlackServer, tmp_path: Path) -> None:
    slack.users["U3"] = {"is_ultra_restricted": True}

    def must_not_run(_: Any) -> Any:
        raise AssertionError("an outsider's question was run")

    with bot(slack.api_url, tmp_path, must_not_run) as running:
        slack.deliver(running.url, slack.body(slack.say("MRR?", user="U3", channel="D3")))
        (post,) = slack.settled(1, "D3")
    assert post["text"] == "I answer questions about accounts only for members of this workspace."
