"""One message, exactly once, in the best form that Slack takes."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.blocks import File, Image, Message, Paper
from bot.delivery import Delivery
from bot.pacing import Pacing
from bot.parcels import Later, Parcel, Refused
from bot.replicas import new_life
from bot.store import Store, open_store
from bot.tables import posts
from tests.slack_server import BOT_TOKEN, MINIMAL, SlackServer

TEXT = {"type": "section", "block_id": "said", "text": {"type": "plain_text", "text": "hi"}}
PARCEL = Parcel("T1/C1/1.1", "post", "C1", "hi", thread="1.1", user="U1", blocks=[TEXT])
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture
def delivery(slack: SlackServer, store: Store) -> Delivery:
    return Delivery(store, BOT_TOKEN, slack.api_url, settle=0)


def life_of(process: int) -> str:
    machine, _, random = new_life().rsplit(":", 2)
    return f"{machine}:{process}:{random}"


def claimed_by(store: Store, owner: str, seconds_ago: float) -> None:
    """An earlier process has claimed the parcel, and nothing more is known of it."""
    at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    store.claim(PARCEL.key, "C1", "1.1", owner, lambda *_: 0)
    with store.engine.begin() as connection:
        connection.execute(update(posts).values(claimed_at=at, intended_at=at))


def test_delivering_twice_posts_once(slack: SlackServer, delivery: Delivery) -> None:
    delivery.deliver(PARCEL)
    delivery.deliver(PARCEL)
    assert len(slack.posted()) == 1


def test_the_message_can_be_traced_to_its_question(slack: SlackServer, delivery: Delivery, store: Store) -> None:
    delivery.deliver(PARCEL)
    assert store.question_of("C1", slack.posted()[0]["ts"]) == PARCEL.key


def test_a_living_process_of_this_host_is_waited_for(slack: SlackServer, delivery: Delivery, store: Store) -> None:
    claimed_by(store, life_of(os.getppid()), seconds_ago=1)
    with pytest.raises(Later) as later:
        delivery.deliver(PARCEL)
    assert 18 < later.value.seconds <= 19
    assert slack.posted() == []


def test_another_hosts_claim_is_taken_over_when_its_lease_has_run_out(
    slack: SlackServer, delivery: Delivery, store: Store
) -> None:
    claimed_by(store, "elsewhere:7:life", seconds_ago=30)
    delivery.deliver(PARCEL)
    assert len(slack.posted()) == 1
    assert len(slack.called("conversations.replies")) == 1


def test_a_dead_process_of_this_host_is_not_waited_for(slack: SlackServer, delivery: Delivery, store: Store) -> None:
    claimed_by(store, life_of(os.getpid()), seconds_ago=1)
    delivery.deliver(PARCEL)
    assert len(slack.posted()) == 1


def test_what_an_earlier_process_posted_is_found_behind_many_replies(
    slack: SlackServer, delivery: Delivery, store: Store
) -> None:
    for n in range(130):
        slack.say(f"reply {n}", thread_ts="1.1")
    delivery._say(PARCEL)
    claimed_by(store, "elsewhere:7:life", seconds_ago=30)
    delivery.deliver(PARCEL)
    assert len(slack.posted()) == 1
    assert len(slack.called("conversations.replies")) == 2


def test_where_a_thread_cannot_be_read_the_answer_comes_all_the_same(store: Store) -> None:
    with SlackServer(methods=MINIMAL) as slack:
        claimed_by(store, "elsewhere:7:life", seconds_ago=30)
        Delivery(store, BOT_TOKEN, slack.api_url, settle=0).deliver(PARCEL)
        assert len(slack.posted()) == 1


class HeldUp(Delivery):
    """A process that is stopped in the middle of posting, until another one has taken over and posted."""

    def __init__(self, store: Store, slack: SlackServer, late: float) -> None:
        super().__init__(store, BOT_TOKEN, slack.api_url, owner="elsewhere:7:held-up", settle=0)
        self.other, self.late = Delivery(store, BOT_TOKEN, slack.api_url, settle=0, lease=0), late

    def _post(self, parcel: Parcel, until: float) -> str:
        self.other.deliver(parcel)
        return super()._post(parcel, time.monotonic() + self.late)


def test_who_was_held_up_for_longer_than_its_claim_holds_posts_no_more(slack: SlackServer, store: Store) -> None:
    with pytest.raises(Later):
        HeldUp(store, slack, late=-1).deliver(PARCEL)
    assert len(slack.called("chat.postMessage")) == 1


def test_who_was_held_up_in_the_very_act_takes_its_own_post_back(slack: SlackServer, store: Store) -> None:
    HeldUp(store, slack, late=1).deliver(PARCEL)
    first, second = slack.called("chat.postMessage")
    (post,) = slack.posted()
    assert first == second and store.question_of("C1", post["ts"]) == PARCEL.key
    assert [taken["ts"] > post["ts"] for taken in slack.called("chat.delete")] == [True]


def test_a_late_refusal_gives_nobody_elses_claim_away(store: Store) -> None:
    claimed_by(store, "a:1:life", seconds_ago=30)
    assert store.claim(PARCEL.key, "C1", "1.1", "b:2:life", lambda *_: 0).state == "taken"
    store.release(PARCEL.key, "a:1:life")
    assert store.claim(PARCEL.key, "C1", "1.1", "c:3:life", lambda *_: 9).state == "busy"


def test_a_question_that_came_back_to_us_is_not_posted_by_two_threads(slack: SlackServer, delivery: Delivery) -> None:
    with delivery._alone(PARCEL.key), pytest.raises(Later):
        delivery.deliver(PARCEL)
    delivery.deliver(PARCEL)
    assert len(slack.posted()) == 1


def test_only_one_of_two_takes_a_claim_over(store: Store) -> None:
    claimed_by(store, "elsewhere:7:life", seconds_ago=30)
    states = [store.claim(PARCEL.key, "C1", "1.1", owner, patience) .state
              for owner, patience in (("a", lambda *_: 0.0), ("b", lambda *_: 60.0))]  # fmt: skip
    assert states == ["taken", "busy"]


def test_a_rate_limit_says_when_to_come_back_and_nothing_needs_to_be_looked_up(
    slack: SlackServer, delivery: Delivery
) -> None:
    now = [0.0]
    delivery.pacing = Pacing(clock=lambda: now[0])
    slack.fail("chat.postMessage", 429, retry_after=7, error="ratelimited")
    assert later(delivery, PARCEL) == 7
    assert later(delivery, PARCEL) == 7, "nothing is sent to the channel before that"
    now[0] = 7.0
    delivery.deliver(PARCEL)
    assert slack.called("conversations.replies") == [] and len(slack.called("chat.postMessage")) == 2


def test_a_channel_that_was_too_quick_gets_one_message_after_the_other_and_others_do_not_wait(
    slack: SlackServer, delivery: Delivery
) -> None:
    slack.channels["C2"] = slack.channels["C1"]
    now = [0.0]
    delivery.pacing = Pacing(clock=lambda: now[0])
    slack.fail("chat.postMessage", 429, retry_after=30, error="ratelimited")
    crowd = [replace(PARCEL, key=f"T1/C1/{n}") for n in range(4)]
    assert later(delivery, crowd[0]) == 30
    assert [later(delivery, each) for each in crowd] == [30, 31, 32, 33]
    delivery.deliver(replace(PARCEL, key="T1/C2/1", channel="C2"))
    now[0] = 31.5
    assert [later(delivery, each) for each in crowd] == [0, 0, 0.5, 1.5]
    assert (len(slack.posted()), len(slack.posted("C2"))) == (2, 1)


def later(delivery: Delivery, parcel: Parcel) -> float:
    """The seconds after which to come back with the parcel; 0: it is delivered."""
    try:
        delivery.deliver(parcel)
    except Later as put_off:
        return put_off.seconds
    return 0


def test_a_server_error_may_have_posted_so_the_next_attempt_looks_first(slack: SlackServer, delivery: Delivery) -> None:
    slack.lose_answer("chat.postMessage")
    with pytest.raises(Later):
        delivery.deliver(PARCEL)
    delivery.deliver(PARCEL)
    assert len(slack.posted()) == 1
    assert len(slack.called("conversations.replies")) == 1


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_blocks_too_long", "invalid_attachments"])
def test_refused_blocks_are_posted_as_text(slack: SlackServer, delivery: Delivery, error: str) -> None:
    slack.refuse_blocks = error
    delivery.deliver(PARCEL)
    (post,) = slack.posted()
    assert (post["text"], post["blocks"]) == ("hi", [])


def test_a_text_that_is_too_long_is_shortened_rather_than_lost(slack: SlackServer, delivery: Delivery) -> None:
    slack.fail("chat.postMessage", error="msg_too_long")
    delivery.deliver(replace(PARCEL, blocks=[], text="x" * 5_000))
    assert slack.posted()[0]["text"] == "x" * 3_900 + "…"


def test_a_picture_is_uploaded_and_shown_in_the_one_message(slack: SlackServer, delivery: Delivery) -> None:
    image = Image(lambda: PNG, "MRR grew by R$ 10", "chart-1")
    message = Message("hi", (TEXT, {"type": "context", "block_id": "chart-1", "elements": []}), (image,))
    delivery.deliver(delivery.parcel("k", message, way="post", channel="C1", thread="1.1"))
    (post,) = slack.posted()
    assert post["blocks"][1]["type"] == "image"
    assert post["blocks"][1]["slack_file"]["id"].startswith("F")
    assert post["blocks"][1]["alt_text"] == "MRR grew by R$ 10"
    assert slack.called("files.completeUploadExternal")[0].get("channel_id") is None


def test_without_its_picture_a_message_keeps_the_words(slack: SlackServer, delivery: Delivery) -> None:
    words = {"type": "context", "block_id": "chart-1", "elements": [{"type": "plain_text", "text": "+R$ 10"}]}
    message = Message("hi", (TEXT, words), (Image(lambda: PNG, "+R$ 10", "chart-1"),))
    slack.fail("files.getUploadURLExternal", error="missing_scope")
    assert delivery.parcel("k", message, way="post", channel="C1").blocks == [TEXT, words]
    parcel = delivery.parcel("k", message, way="post", channel="C1")
    slack.fail("chat.postMessage", error="invalid_blocks")
    delivery.deliver(parcel)
    assert slack.posted()[0]["blocks"] == [TEXT, words]


def test_no_answer_waits_for_a_picture_that_slack_puts_off(slack: SlackServer, delivery: Delivery) -> None:
    slack.fail("files.getUploadURLExternal", 429, retry_after=30, error="ratelimited")
    started = time.monotonic()
    assert delivery.upload(PNG, "+R$ 10") is None
    assert time.monotonic() - started < 5


def test_what_did_not_fit_is_attached_once_as_a_file_in_the_thread(slack: SlackServer, delivery: Delivery) -> None:
    message = Message("hi", (TEXT,), files=(File("answer.md", "# all of it"),))
    parcel = delivery.parcel("k", message, way="post", channel="C1", thread="1.1")
    delivery.deliver(parcel)
    delivery.deliver(parcel)
    (shared,) = slack.called("files.completeUploadExternal")
    assert (shared["channel_id"], shared["thread_ts"]) == ("C1", "1.1")


ATTACHED = replace(PARCEL, files=[{"name": "all.md", "content": "# all of it"}])


def shared_files(slack: SlackServer) -> list[str]:
    return [file["name"] for message in slack.messages["C1"] for file in message.get("files", [])]


@pytest.mark.parametrize("step", ["files.getUploadURLExternal", "files.completeUploadExternal"])
def test_a_file_that_slack_puts_off_is_attached_later(slack: SlackServer, delivery: Delivery, step: str) -> None:
    slack.fail(step, 500, error="internal_error")
    with pytest.raises(Later):
        delivery.deliver(ATTACHED)
    delivery.deliver(ATTACHED)
    assert (len(slack.called("chat.postMessage")), shared_files(slack)) == (1, ["all.md"])


def test_a_file_is_not_shared_again_where_only_slacks_word_of_it_was_lost(
    slack: SlackServer, delivery: Delivery
) -> None:
    slack.lose_answer("files.completeUploadExternal")
    with pytest.raises(Later):
        delivery.deliver(ATTACHED)
    for _ in range(2):
        delivery.deliver(ATTACHED)
    assert (len(slack.called("files.completeUploadExternal")), shared_files(slack)) == (1, ["all.md"])


def test_a_file_of_which_slack_knows_nothing_yet_was_not_shared(slack: SlackServer, delivery: Delivery) -> None:
    slack.fail("files.completeUploadExternal", 500, error="internal_error")
    with pytest.raises(Later):
        delivery.deliver(ATTACHED)
    slack.fail("files.info", error="file_not_found")
    delivery.deliver(ATTACHED)
    assert shared_files(slack) == ["all.md"]


def test_a_file_that_is_refused_for_good_keeps_nothing_back(slack: SlackServer, delivery: Delivery) -> None:
    slack.fail("files.getUploadURLExternal", error="missing_scope")
    delivery.deliver(ATTACHED)
    assert (len(slack.posted()), shared_files(slack)) == (1, [])


def test_a_private_answer_goes_to_the_direct_message_once(slack: SlackServer, delivery: Delivery) -> None:
    private = replace(PARCEL, way="private")
    delivery.deliver(private)
    delivery.deliver(private)
    assert slack.posted() == []
    assert [post.get("thread_ts") for post in slack.posted("DU1")] == [None]


def test_without_direct_messages_a_private_answer_is_for_their_eyes_only(
    slack: SlackServer, delivery: Delivery
) -> None:
    slack.fail("conversations.open", error="missing_scope")
    delivery.deliver(replace(PARCEL, way="private"))
    (whispered,) = slack.called("chat.postEphemeral")
    assert (whispered["channel"], whispered["user"], whispered["thread_ts"]) == ("C1", "U1", "1.1")


def test_the_file_of_an_answer_for_their_eyes_only_goes_to_the_direct_message_once(
    slack: SlackServer, delivery: Delivery
) -> None:
    slack.fail("chat.postMessage", error="not_in_channel")
    parcel = replace(PARCEL, files=[{"name": "mrr.csv", "content": "\ufeffAccount\r\n"}])
    delivery.deliver(parcel)
    slack.fail("chat.postMessage", error="not_in_channel")
    delivery.deliver(parcel)
    (shared,) = slack.called("files.completeUploadExternal")
    assert (shared["channel_id"], shared.get("thread_ts")) == ("DU1", None)


def test_an_answer_for_their_eyes_only_is_not_lost_with_its_file(slack: SlackServer, delivery: Delivery) -> None:
    slack.fail("conversations.open", times=2, error="missing_scope")
    delivery.deliver(replace(PARCEL, way="private", files=[{"name": "mrr.csv", "content": "x"}]))
    assert len(slack.called("chat.postEphemeral")) == 1 and slack.called("files.completeUploadExternal") == []


def test_for_their_eyes_too_refused_blocks_become_text(slack: SlackServer, delivery: Delivery) -> None:
    slack.fail("conversations.open", error="missing_scope")
    slack.fail("chat.postEphemeral", error="invalid_blocks")
    delivery.deliver(replace(PARCEL, way="private"))
    refused, whispered = slack.called("chat.postEphemeral")
    assert refused["blocks"] and not whispered.get("blocks")


def test_a_refusal_that_nothing_helps_is_named(slack: SlackServer, delivery: Delivery) -> None:
    slack.fail("chat.postMessage", times=2, error="posting_to_general_channel_denied")
    with pytest.raises(Refused) as refused:
        delivery.deliver(PARCEL)
    assert refused.value.error == "posting_to_general_channel_denied"


def test_words_that_slack_has_not_said_before_are_about_the_blocks_until_shown_otherwise(
    slack: SlackServer, delivery: Delivery
) -> None:
    slack.fail("chat.postMessage", error="too_many_carousels")
    delivery.deliver(PARCEL)
    assert [post["blocks"] for post in slack.posted()] == [[]]


def test_a_changed_token_is_waited_for(slack: SlackServer, delivery: Delivery) -> None:
    slack.fail("chat.postMessage", error="token_revoked")
    with pytest.raises(Later) as later:
        delivery.deliver(PARCEL)
    assert later.value.seconds == 60


def test_a_proxys_page_is_no_refusal(slack: SlackServer, delivery: Delivery) -> None:
    slack.fail("chat.postMessage", error="Received a response in a non-JSON format: <html>")
    with pytest.raises(Later):
        delivery.deliver(PARCEL)


def test_a_status_that_fails_changes_nothing(slack: SlackServer, delivery: Delivery) -> None:
    slack.fail("assistant.threads.setStatus", 500, error="internal_error")
    delivery.working("C1", "1.1", "is looking")
    delivery.working("C1", "1.1", "is looking")
    assert len(slack.called("assistant.threads.setStatus")) == 2


def test_what_ends_no_status_by_itself_has_it_ended(slack: SlackServer, delivery: Delivery) -> None:
    """A new message in the thread does; what takes another one's place, or one person alone sees, does not."""
    delivery.deliver(PARCEL)
    assert slack.called("assistant.threads.setStatus") == []
    delivery.deliver(replace(PARCEL, key="T1/C1/4.4", way="private", channel="C1", user="U1"))
    assert [each["status"] for each in slack.called("assistant.threads.setStatus")] == [""]


def paper_message() -> Message:
    paper = Paper("Plano", "# Plano", "trust_plan-1", lambda: b"PK", "paper-1", "As a document: Plano")
    placeholder = {"type": "context", "block_id": "paper-1", "elements": [{"type": "plain_text", "text": "attached"}]}
    return Message("plan", (TEXT, placeholder), papers=(paper,))


WHERE = {"way": "post", "channel": "C1", "thread": "1.1", "user": "U1"}


def test_a_document_becomes_a_canvas_for_those_who_read_the_message(slack: SlackServer, delivery: Delivery) -> None:
    delivery.deliver(delivery.parcel("T1/C1/2.2", paper_message(), **WHERE))
    delivery.parcel("T1/C1/2.3", paper_message(), **{**WHERE, "way": "private"})
    (created, _), (shown, alone) = slack.called("canvases.create"), slack.called("canvases.access.set")
    assert created["document_content"] == {"type": "markdown", "markdown": "# Plano"}
    assert (shown["channel_ids"], alone["user_ids"]) == (["C1"], ["U1"])
    link = slack.posted()[0]["blocks"][1]["elements"][0]["elements"][0]
    assert link["text"] == "As a document: Plano" and link["url"].startswith(f"{slack.root}/files/F")
    assert slack.called("files.completeUploadExternal") == []


@pytest.mark.parametrize("method", ["canvases.create", "canvases.access.set", "files.info"])
def test_where_slack_makes_no_canvas_the_document_is_attached(
    slack: SlackServer, delivery: Delivery, method: str
) -> None:
    slack.fail(method, error="canvas_disabled_user_team")
    delivery.deliver(delivery.parcel("T1/C1/2.2", paper_message(), **WHERE))
    names = [call["filename"] for call in slack.called("files.getUploadURLExternal")]
    assert names == ["trust_plan-1.docx", "trust_plan-1.md"]
    assert slack.posted()[0]["blocks"][1]["type"] == "context"


def test_an_answer_takes_the_place_of_a_message_and_twice_is_once(slack: SlackServer, delivery: Delivery) -> None:
    delivery.deliver(PARCEL)
    ts = slack.posted()[0]["ts"]
    again = replace(PARCEL, key="T1/C1/3.3", text="approved", replaces=ts)
    delivery.deliver(again)
    delivery.deliver(again)
    assert [(each["ts"], each["text"]) for each in slack.posted()] == [(ts, "approved")]


def test_where_the_message_is_gone_the_answer_is_one_of_its_own(slack: SlackServer, delivery: Delivery) -> None:
    delivery.deliver(replace(PARCEL, replaces="9.9"))
    assert [each["text"] for each in slack.posted()] == ["hi"]
