"""Nobody sees what they may not, and what is not known counts as the worse case."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.audience import Room, may_see
from bot.conversation import Reply
from bot.question import Person, Place, Question
from bot.roles import Roles
from bot.rooms import Rooms, is_outsider
from bot.slack_clients import reading_client
from tests.slack_server import BOT_TOKEN, BOT_USER, MINIMAL, SlackServer
from tests.slack_world import bot, echo
from tools.metrics import NOTHING, SECRETS, Sight

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
    assert rooms(slack).room(CHANNEL) == Room(shared=False, outsiders=False, people=(Person("U1"),))


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


ROLES = Roles({"leader": frozenset({"U1"})}, {"rep": "S1"}, {"ana@x.com": "Ana"})


def rooms_of_roles(slack: SlackServer, clock: list[float] | None = None) -> Rooms:
    tick = clock or [0.0]
    client = reading_client(BOT_TOKEN, slack.api_url)
    return Rooms(client, "T1", BOT_USER, clock=lambda: tick[0], groups=ROLES.groups.values())


def test_people_are_known_with_e_mail_address_and_user_groups(slack: SlackServer) -> None:
    slack.users["U2"] = {"profile": {"email": "ana@x.com"}}
    slack.users["UAPP"] = {"is_bot": True}
    slack.user_groups["S1"] = ["U2"]
    slack.channels["C1"]["members"] = ["U1", "U2", "UAPP", BOT_USER]
    ana = Person("U2", email="ana@x.com", outsider=False, groups=("S1",))
    asked = rooms_of_roles(slack)
    assert asked.person(Person("U2", outsider=None)) == ana
    assert asked.room(CHANNEL).people == (Person("U1"), ana)
    assert ROLES.member(ana).role == "rep" and ROLES.member(ana).owner == "Ana"


def test_groups_are_asked_for_once_in_ten_minutes_however_many_people_there_are(slack: SlackServer) -> None:
    now, people = [0.0], [f"U{n}" for n in range(400)]
    slack.users.update({person: {} for person in people})
    slack.user_groups["S1"] = people[:7]
    slack.channels["C1"] = {"members": people}
    asked = rooms_of_roles(slack, now)
    for minute in (0, 6, 9):
        now[0] = minute * 60.0
        assert sum(person.groups == ("S1",) for person in asked.room(CHANNEL).people) == 7
    assert len(slack.called("usergroups.users.list")) == 1
    now[0] = 601.0
    asked.person(Person("U1", outsider=None))
    assert len(slack.called("usergroups.users.list")) == 2


def test_where_slack_does_not_say_who_is_in_a_group_nobody_has_a_role_by_it_and_it_is_asked_again(
    slack: SlackServer,
) -> None:
    slack.user_groups["S1"] = ["U2"]
    slack.channels["C1"]["members"] = ["U2", BOT_USER]
    slack.fail("usergroups.users.list", error="missing_scope", needed="usergroups:read")
    asked = rooms_of_roles(slack)
    (unknown,) = asked.room(CHANNEL).people
    assert unknown.groups is None and ROLES.member(unknown).role is None
    (known,) = asked.room(CHANNEL).people
    assert ROLES.member(known).role == "rep"


def test_a_channel_is_looked_at_again_when_somebody_comes_or_goes(slack: SlackServer, tmp_path: Path) -> None:
    with bot(slack.api_url, tmp_path, roles=ROLES) as running:
        slack.user_groups["S1"] = []
        slack.deliver(running.url, slack.body(slack.mention("MRR?")))
        slack.settled(1)
        slack.channels["C1"]["members"].append("U2")
        slack.deliver(running.url, slack.body({"type": "member_joined_channel", "channel": "C1", "user": "U2"}))
        slack.deliver(running.url, slack.body(slack.mention("MRR now?")))
        (private,) = slack.settled(1, "DU1")
        assert "Answer to MRR now?" in private["text"]
        slack.channels["C1"]["members"].remove("U2")
        slack.deliver(running.url, slack.body({"type": "member_left_channel", "channel": "C1", "user": "U2"}))
        slack.deliver(running.url, slack.body(slack.mention("MRR then?")))
        first, line, third = slack.settled(3)
    assert [first["text"], third["text"]] == ["Answer to MRR?", "Answer to MRR then?"]
    assert line["text"] == "Not everybody here may see this, so I have answered privately."


@pytest.mark.parametrize(
    ("needs", "public"),
    [
        (Sight(), False), (Sight(frozenset({"Ana"})), False), (Sight(frozenset({"Bia"}), SECRETS), False),
        (Sight(frozenset({"Ana"}), SECRETS), True), (NOTHING, True),
    ],
)  # fmt: skip
def test_an_answer_is_posted_where_everybody_may_see_all_of_it(
    slack: SlackServer, tmp_path: Path, needs: Sight, public: bool
) -> None:
    """A leader and a rep, Ana, in one channel."""
    slack.users["U2"] = {"profile": {"email": "ana@x.com"}}
    slack.user_groups["S1"] = ["U2"]
    slack.channels["C1"]["members"].append("U2")
    asked: list[Question] = []

    def answer(question: Question) -> Reply:
        asked.append(question)
        return replace(echo(question), needs=needs)

    with bot(slack.api_url, tmp_path, answer, roles=ROLES) as running:
        slack.deliver(running.url, slack.body(slack.mention("How is Acme?")))
        (post,) = slack.settled(1)
    assert (post["text"] == "Answer to How is Acme?") is public
    assert len(slack.posted("DU1")) == (not public)
    assert asked[0].asker.outsider is False, "who answers knows who asks"
