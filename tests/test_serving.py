"""From a signed event or a Socket Mode envelope to exactly one message in the thread."""

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from bot.app import Assistant
from bot.gauges import Gauges
from bot.listeners import Identity
from bot.serving import CannotServe, HttpIntake, SocketIntake, identify, missing_token, pages_of
from bot.settings import Settings
from bot.slack import serve as start
from tests.slack_server import APP_TOKEN, BOT_TOKEN, BOT_USER, SECRET, TEAM, SlackServer
from tests.slack_world import Bot, bot


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SlackServer, Bot]]:
    """One bot for all tests here: it takes a second or two to start and to stop."""
    with SlackServer() as server, bot(server.api_url, tmp_path_factory.mktemp("home")) as started:
        yield server, started


@pytest.fixture
def slack(running: tuple[SlackServer, Bot]) -> SlackServer:
    running[0].forget()
    return running[0]


@pytest.fixture
def http(running: tuple[SlackServer, Bot]) -> Bot:
    return running[1]


def test_a_mention_is_answered_once_in_its_thread(slack: SlackServer, http: Bot) -> None:
    event = slack.mention("which accounts are at risk?")
    assert slack.deliver(http.url, slack.body(event)) == 200
    (post,) = slack.settled(1)
    assert post["text"] == "Answer to which accounts are at risk?"
    assert post["thread_ts"] == event["ts"]
    assert post["metadata"] == {
        "event_type": "retention_answer",
        "event_payload": {"key": f"T1/C1/{event['ts']}"},
    }
    (said,) = slack.called("chat.postMessage")
    assert said["unfurl_links"] is False and said["unfurl_media"] is False


def test_redeliveries_and_the_twin_message_event_are_one_question(slack: SlackServer, http: Bot) -> None:
    mention = slack.mention("hello?")
    twin = {**mention, "type": "message", "channel_type": "channel"}
    once = slack.body(mention)
    for body in (once, once, slack.body(twin), once, slack.body(twin)):
        assert slack.deliver(http.url, body) == 200
    slack.settled(1)


def test_a_wrong_or_old_signature_is_refused(slack: SlackServer, http: Bot) -> None:
    body = slack.body(slack.mention("hello?"))
    assert slack.deliver(http.url, body, secret="not the secret") == 401
    assert slack.deliver(http.url, body, age=600) == 401
    time.sleep(0.5)
    assert slack.posted() == []


def test_what_is_longer_than_anything_of_slacks_is_not_read_to_its_end(slack: SlackServer, http: Bot) -> None:
    event = {**slack.mention("hello?"), "text": "x" * 2**20}
    assert slack.deliver(http.url, slack.body(event)) == 413
    assert slack.deliver(http.url, slack.body({**event, "text": "x" * 40_000, "subtype": "long"})) == 200


def test_direct_messages_are_answered_at_the_top_and_in_threads(slack: SlackServer, http: Bot) -> None:
    top = slack.say("MRR?", channel="D1")
    slack.deliver(http.url, slack.body(top))
    below = slack.say("and in May?", channel="D1", thread_ts=top["ts"])
    slack.deliver(http.url, slack.body(below))
    posts = slack.settled(2, "D1")
    assert [(post["text"], post["thread_ts"]) for post in posts] == [
        ("Answer to MRR?", top["ts"]),
        ("Answer to and in May?", top["ts"]),
    ]


def test_a_thread_is_answered_in_the_order_of_its_questions(slack: SlackServer, http: Bot) -> None:
    top = slack.say("0", channel="D1")
    for n in range(1, 7):
        slack.deliver(http.url, slack.body(slack.say(str(n), channel="D1", thread_ts=top["ts"])))
    assert [post["text"] for post in slack.settled(6, "D1")] == [f"Answer to {n}" for n in range(1, 7)]


def test_what_nobody_asked_us_is_not_answered(slack: SlackServer, http: Bot) -> None:
    top = slack.mention("hello?")
    unasked = [
        slack.say("just talking", thread_ts=top["ts"]),
        slack.say("edited", channel="D1", subtype="message_changed"),
        slack.say("from an app", channel="D1", bot_id="B9"),
        slack.say("ours", channel="D1", user=BOT_USER),
        slack.say("   ", channel="D1"),
    ]
    for event in unasked:
        assert slack.deliver(http.url, slack.body(event)) == 200
    time.sleep(0.8)
    assert slack.posted() == [] and slack.posted("D1") == []


def test_a_burst_of_rate_limits_delays_the_answers_of_one_channel_and_no_other(slack: SlackServer, http: Bot) -> None:
    slack.channels["C5"] = slack.channels["C6"] = slack.channels["C1"]
    slack.fail("chat.postMessage", 429, retry_after=2, error="ratelimited")
    started = time.time()
    slack.deliver(http.url, slack.body(slack.mention("slow", channel="C5")))
    slack.wait_for_calls("chat.postMessage", 1)
    slack.deliver(http.url, slack.body(slack.mention("slow too", channel="C5")))
    slack.deliver(http.url, slack.body(slack.mention("quick", channel="C6")))
    (quick,) = slack.wait_for_posts(1, "C6")
    assert quick["text"] == "Answer to quick" and slack.posted("C5") == []
    assert {post["text"] for post in slack.wait_for_posts(2, "C5")} == {"Answer to slow", "Answer to slow too"}
    assert time.time() - started >= 2
    assert len(slack.called("chat.postMessage")) == 4, "nothing was sent to the channel before its time"


def test_a_slash_command_is_answered_in_the_channel_with_its_question(slack: SlackServer, http: Bot) -> None:
    form = slack.command("weekly MRR", trigger="13.1")
    assert slack.deliver(http.url, form) == 200
    assert slack.deliver(http.url, form) == 200
    (post,) = slack.settled(1)
    assert post["text"] == "> weekly MRR\nAnswer to weekly MRR"
    quote = post["blocks"][0]["elements"][0]
    assert quote["elements"] == [{"type": "user", "user_id": "U1"}, {"type": "text", "text": ": weekly MRR"}]


def test_a_slash_command_where_the_bot_is_no_member_is_answered_for_its_asker_only(
    slack: SlackServer, http: Bot
) -> None:
    slack.channels["C2"] = {"members": ["U1", "U2"]}
    slack.deliver(http.url, slack.command("weekly MRR", channel="C2"))
    said = slack.wait_for_calls("response_url", 1)[0]
    assert said["response_type"] == "ephemeral"
    assert said["text"].endswith("Answer to weekly MRR")
    assert slack.posted("C2") == []


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def test_health_is_told_over_http(slack: SlackServer, http: Bot) -> None:
    at = http.url.removesuffix("/slack/events")
    assert get(at + "/healthz") == (200, '{"ok": true}') == get(at + "/readyz")
    assert get(at + "/else")[0] == 404


def test_who_is_healthy_but_not_ready_gets_no_events_and_is_not_started_anew() -> None:
    gauges = Gauges()
    gauges.answered("accounts_at_risk", "answered", 0.3)
    gauges.slack_error("chat.postMessage", "ratelimited")
    intake = HttpIntake(None, 0, pages_of(lambda: True, lambda: False, gauges.text), host="127.0.0.1")
    intake.start()
    at = f"http://127.0.0.1:{intake.port}"
    assert get(at + "/healthz")[0] == 200 and get(at + "/readyz") == (503, '{"ok": false}')
    status, metrics = get(at + "/metrics")
    intake.close()
    assert status == 200
    assert 'retention_questions_total{outcome="answered",tool="accounts_at_risk"} 1.0' in metrics
    assert 'retention_answer_seconds_bucket{le="0.5",tool="accounts_at_risk"} 1.0' in metrics
    assert 'retention_slack_errors_total{error="ratelimited",method="chat.postMessage"} 1.0' in metrics


def test_missing_and_wrong_tokens_are_named_with_where_to_get_them() -> None:
    def said(bot: str | None, app: str | None, secret: str | None, http: bool = False) -> str | None:
        missing = missing_token(bot, app, secret, http=http)
        return missing.msgid if missing else None

    assert (said(None, APP_TOKEN, None) or "").startswith("SLACK_BOT_TOKEN is {state}. Copy it from")
    assert (said("xapp-swapped", BOT_TOKEN, None) or "").startswith("SLACK_BOT_TOKEN")
    assert (said(BOT_TOKEN, BOT_TOKEN, None) or "").startswith("SLACK_APP_TOKEN")
    assert (said(BOT_TOKEN, None, None, http=True) or "").startswith("SLACK_SIGNING_SECRET is not set")
    assert said(BOT_TOKEN, APP_TOKEN, None) is None
    assert said(BOT_TOKEN, None, SECRET, http=True) is None


def test_slack_tells_who_we_are_or_why_it_does_not(slack: SlackServer) -> None:
    assert identify(BOT_TOKEN, slack.api_url) == Identity(TEAM, BOT_USER, "B1", slack.root)
    with pytest.raises(CannotServe) as refused:
        identify("xoxb-revoked", slack.api_url)
    assert refused.value.message.msgid.startswith("SLACK_BOT_TOKEN")
    with pytest.raises(CannotServe) as unreachable:
        identify(BOT_TOKEN, "http://127.0.0.1:9/api/")
    assert unreachable.value.message.msgid.startswith("Slack cannot be reached")


def test_trouble_on_slacks_side_is_not_blamed_on_the_token(slack: SlackServer) -> None:
    said: list[str] = []
    for fault in ({"status": 500, "error": "fatal_error"}, {"error": "Received a response in a non-JSON format: <p>"}):
        slack.fail("auth.test", times=3, **fault)  # type: ignore[arg-type]
        with pytest.raises(CannotServe) as refused:
            identify(BOT_TOKEN, slack.api_url)
        said.append(refused.value.message.msgid)
        slack.unfail()
    assert said[0] == "Slack answered {method} with {error}. Try again in a minute."
    assert said[1].startswith("What answered {method} was not Slack (HTTP {status})")


def test_an_address_that_is_none_is_a_sentence() -> None:
    with pytest.raises(CannotServe) as unreachable:
        identify(BOT_TOKEN, "localhost:3000")
    assert unreachable.value.message.msgid.startswith("Slack cannot be reached")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # how uvicorn ends its thread
def test_a_taken_port_is_named_as_people_write_it() -> None:
    with socket.create_server(("0.0.0.0", 0)) as taken:
        intake = HttpIntake(None, taken.getsockname()[1])
        with pytest.raises(CannotServe) as refused:
            intake.start()
    assert refused.value.message.values["port"] == str(intake.server.config.port)


def test_a_refused_app_token_is_one_sentence(slack: SlackServer, http: Bot) -> None:
    from slack_bolt import App

    intake = SocketIntake(App(token=BOT_TOKEN, token_verification_enabled=False), "xapp-wrong", slack.api_url)
    with pytest.raises(CannotServe):
        intake.start()
    intake.close()


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////proc/nothing/store.sqlite"])
def test_a_store_that_cannot_be_written_is_one_sentence(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    tokens = {"slack_bot_token": BOT_TOKEN, "slack_app_token": APP_TOKEN}
    given = Settings(**tokens, store_url=url, slack_api_url="http://127.0.0.1:9/api/", _env_file=None)  # type: ignore
    assert start(Assistant(given), None) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert said.endswith("and that this user may create tables and write.") and "Traceback" not in said
