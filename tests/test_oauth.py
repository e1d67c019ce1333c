"""Many workspaces: installed by OAuth, answered with their own tokens, and never a stranger's."""

import ast
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot import doctor
from bot.installations import Installations, keys, new_key
from bot.serving import missing_token
from bot.settings import Settings
from bot.several import missing_setting
from bot.store import open_store
from bot.tables import installations, oauth_states
from tests.conftest import DEMO_DAY
from tests.slack_oauth import CLIENT, Browser, Grant, House, OAuthSlack, Team, house
from tests.slack_server import BOT_TOKEN

KEY = new_key()
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OAuthSlack, House]]:
    with OAuthSlack() as slack, house(slack, tmp_path_factory.mktemp("home"), KEY) as started:
        slack.settle_in("T1", "T2", "T3")
        yield slack, started


@pytest.fixture
def slack(running: tuple[OAuthSlack, House]) -> OAuthSlack:
    running[0].forget()
    running[0].used.clear()
    return running[0]


@pytest.fixture
def bot(running: tuple[OAuthSlack, House]) -> House:
    for team in ("T1", "T2"):
        running[1].several.installations.remove(team)
    return running[1]


def at_rest(bot: House) -> bytes:
    """Everything that the database has on disk."""
    return b"".join(file.read_bytes() for file in bot.file.parent.glob("store.sqlite*"))


def test_an_install_link_leads_to_slack_with_what_we_ask_for(slack: OAuthSlack, bot: House) -> None:
    sent = bot.browser.get("/slack/install")
    assert sent.status == 302
    assert sent.headers["Location"].startswith(f"{slack.root}/oauth/v2/authorize?state=")
    assert "scope=app_mentions:read,assistant:write," in sent.headers["Location"]
    assert "; Secure; HttpOnly" in sent.headers["Set-Cookie"]


def test_two_workspaces_are_each_answered_with_their_own_token(slack: OAuthSlack, bot: House) -> None:
    for team in ("T1", "T2"):
        status, page = bot.browser.install(slack, Grant(team, f"xoxb-of-{team}", f"<b>{team}"))
        assert (status, f"installed in &lt;b&gt;{team}." in page) == (200, True)
    for team in ("T1", "T2"):
        assert slack.deliver(bot.url, slack.asked_by(team, f"hello from {team}")) == 200
    for team in ("T1", "T2"):
        (post,) = slack.wait_for_posts(1, f"C-{team}")
        assert post["text"] == f"Answer to hello from {team}"
    posted = {(channel, token) for method, channel, token in slack.used if method == "chat.postMessage"}
    assert posted == {("C-T1", "xoxb-of-T1"), ("C-T2", "xoxb-of-T2")}
    assert {(channel[2:], token[8:]) for _, channel, token in slack.used if channel} == {("T1", "T1"), ("T2", "T2")}


def test_tokens_are_not_to_be_read_where_they_are_kept(slack: OAuthSlack, bot: House) -> None:
    bot.browser.install(slack, Grant("T1", "xoxb-not-to-be-seen", seconds=43_200))
    kept = at_rest(bot)
    assert b"T1" in kept and b"xoxb-not" not in kept and b"xoxe-1-T1" not in kept
    workspace = bot.several.installations.of("T1")
    assert workspace is not None and workspace.token == "xoxb-not-to-be-seen"
    assert "xoxb" not in repr(workspace)


def test_a_stranger_is_refused_and_the_installation_undone(slack: OAuthSlack, bot: House) -> None:
    status, page = bot.browser.install(slack, Grant("T3", "xoxb-of-T3", "Rival"))
    assert status == 403 and "Rival (T3) is not a workspace that this assistant answers" in page
    assert slack.teams["T3"].uninstalled
    assert b"xoxb-of-T3" not in at_rest(bot) and bot.several.installations.teams() == {}
    assert slack.deliver(bot.url, slack.asked_by("T3", "which accounts are at risk?")) == 200
    time.sleep(0.5)
    assert slack.called("chat.postMessage") == []


def test_the_refusal_is_told_in_the_language_of_the_browser(slack: OAuthSlack, bot: House) -> None:
    _, page = bot.browser.install(slack, Grant("T3", "xoxb-of-T3", "Rival"), "pt-BR,pt;q=0.9,en;q=0.8")
    assert '<html lang="pt-BR">' in page and "Rival (T3) não é" in page


def test_a_whole_organisation_is_refused(slack: OAuthSlack, bot: House) -> None:
    status, page = bot.browser.install(slack, Grant("T1", "xoxb-of-an-org", org=True))
    assert status == 403 and "installed for a whole organisation" in page
    assert slack.teams["T1"].uninstalled and bot.several.installations.of("T1") is None


def test_only_the_browser_that_began_may_finish_and_once(slack: OAuthSlack, bot: House) -> None:
    state, cookie = bot.browser.begin()
    slack.codes["code"] = Grant("T1", "xoxb-of-T1")
    back = f"/slack/oauth_redirect?code=code&state={state}"
    assert bot.browser.get(back).status == 400
    assert bot.browser.get(back, "slack-app-oauth-state=another").status == 400
    assert bot.browser.get("/slack/oauth_redirect?code=code&state=forged", "slack-app-oauth-state=forged").status == 401
    assert bot.browser.get(back, cookie).status == 200
    assert bot.browser.get(back, cookie).status == 401


def test_a_cancelled_or_unconfirmed_installation_is_a_sentence(slack: OAuthSlack, bot: House) -> None:
    cancelled = bot.browser.get("/slack/oauth_redirect?error=access_denied")
    assert (cancelled.status, b"was cancelled" in cancelled.read()) == (200, True)
    state, cookie = bot.browser.begin()
    unknown = bot.browser.get(f"/slack/oauth_redirect?code=wrong&state={state}", cookie)
    assert (unknown.status, b"did not confirm" in unknown.read()) == (401, True)
    state, cookie = bot.browser.begin()
    slack.lose_answer("oauth.v2.access")
    slack.lose_answer("oauth.v2.access")
    silent = bot.browser.get(f"/slack/oauth_redirect?code=code&state={state}", cookie)
    assert (silent.status, b"Slack did not answer" in silent.read()) == (502, True)


def test_what_nobody_finished_is_forgotten(slack: OAuthSlack, bot: House) -> None:
    bot.browser.begin()
    with bot.store.engine.begin() as connection:
        connection.execute(update(oauth_states).values(expire_at=datetime(2020, 1, 1)))
    bot.browser.begin()
    with bot.store.engine.connect() as connection:
        assert len(connection.execute(select(oauth_states)).all()) == 1


@pytest.mark.parametrize(
    ("kind", "more", "gone"),
    [
        ("app_uninstalled", {}, True),
        ("tokens_revoked", {"tokens": {"oauth": [], "bot": ["U0BOT"]}}, True),
        ("tokens_revoked", {"tokens": {"oauth": ["U1"], "bot": []}}, False),
    ],
)
def test_what_is_removed_is_removed_at_once(
    slack: OAuthSlack, bot: House, kind: str, more: dict[str, object], gone: bool
) -> None:
    bot.browser.install(slack, Grant("T1", "xoxb-of-T1"))
    bot.browser.install(slack, Grant("T2", "xoxb-of-T2"))
    assert slack.deliver(bot.url, slack.told("T1", kind, **more)) == 200
    assert set(bot.several.installations.teams()) == ({"T2"} if gone else {"T1", "T2"})
    slack.deliver(bot.url, slack.asked_by("T1", "hello?"))
    slack.deliver(bot.url, slack.asked_by("T2", "hello?"))
    slack.wait_for_posts(1, "C-T2")
    assert len(slack.wait_for_posts(0 if gone else 1, "C-T1")) == (0 if gone else 1)


def test_a_late_word_of_an_earlier_removal_does_not_undo_a_new_installation(slack: OAuthSlack, bot: House) -> None:
    bot.browser.install(slack, Grant("T1", "xoxb-of-T1"))
    assert slack.deliver(bot.url, slack.told("T1", "app_uninstalled", time.time() - 60)) == 200
    assert bot.several.installations.of("T1") is not None


def test_a_token_that_expires_soon_is_exchanged_once(slack: OAuthSlack, bot: House) -> None:
    bot.browser.install(slack, Grant("T1", "xoxe.xoxb-old", seconds=3600))
    bot.browser.install(slack, Grant("T2", "xoxb-for-ever"))
    kept, rotator = bot.several.installations, bot.several.rotator
    kept.renew(rotator)
    kept.renew(rotator)
    found = [kept.of(team) for team in ("T1", "T2")]
    assert [workspace and workspace.token for workspace in found] == [slack.teams["T1"].token, "xoxb-for-ever"]
    assert [call for call in slack.called("oauth.v2.access") if call.get("grant_type")] == [
        {"grant_type": "refresh_token", "refresh_token": "xoxe-1-T1"}
    ]
    slack.deliver(bot.url, slack.asked_by("T1", "still there?"))
    slack.wait_for_posts(1, "C-T1")


def test_a_token_is_renewed_by_one_replica_and_kept_where_slack_does_not_renew(slack: OAuthSlack, bot: House) -> None:
    bot.browser.install(slack, Grant("T1", "xoxe.xoxb-old", seconds=3600))
    later = Installations(
        bot.store.engine, keys(KEY), frozenset({"T1"}), lambda: datetime.now(UTC) + timedelta(minutes=3)
    )
    slack.fail("oauth.v2.access", error="internal_error")
    bot.several.installations.renew(bot.several.rotator)
    bot.several.installations.renew(bot.several.rotator)  # another replica: the first still has it
    first = bot.several.installations.of("T1")
    later.renew(bot.several.rotator)
    second = later.of("T1")
    assert (first and first.token, second and second.token) == ("xoxe.xoxb-old", slack.teams["T1"].token)


def test_keys_change_without_a_new_installation(slack: OAuthSlack, bot: House) -> None:
    bot.browser.install(slack, Grant("T1", "xoxb-of-T1", seconds=43_200))
    fresh, teams, engine = new_key(), frozenset({"T1"}), bot.store.engine
    assert Installations(engine, keys(fresh), teams).of("T1") is None
    both = Installations(engine, keys(f"{fresh},{KEY}"), teams)
    both.reseal()
    found = Installations(engine, keys(fresh), teams).of("T1")
    assert found is not None and found.token == "xoxb-of-T1"
    assert bot.several.installations.of("T1") is None


def test_a_workspace_that_is_no_longer_listed_is_not_answered(slack: OAuthSlack, bot: House) -> None:
    bot.browser.install(slack, Grant("T1", "xoxb-of-T1"))
    unlisted = Installations(bot.store.engine, keys(KEY), frozenset({"T2"}))
    assert unlisted.of("T1") is None and unlisted.teams() == {}
    with pytest.raises(PermissionError):
        unlisted.save(_installation("T1"))


def _installation(team: str):
    from slack_sdk.oauth.installation_store import Installation

    return Installation(user_id="U1", team_id=team, bot_token="xoxb-1")


def test_what_several_workspaces_need_is_named() -> None:
    def said(http: bool = True, **more: str) -> str:
        given = Settings(**{**CLIENT, "slack_token_key": KEY, "slack_teams": "T1"} | more, _env_file=None)  # type: ignore
        missing = missing_setting(given, http=http)
        return missing.msgid if missing else ""

    assert said() == ""
    assert said(http=False).startswith("Several workspaces are served over HTTP")
    assert said(slack_bot_token=BOT_TOKEN).startswith("Set either SLACK_BOT_TOKEN")
    assert said(slack_client_secret="").startswith("SLACK_CLIENT_SECRET is not set")
    assert said(slack_signing_secret="").startswith("SLACK_SIGNING_SECRET is not set")
    assert said(slack_teams="").startswith("SLACK_TEAMS is not set")
    assert said(slack_token_key="").startswith("SLACK_TOKEN_KEY is not set")
    assert said(slack_token_key="too short").startswith("SLACK_TOKEN_KEY is not set, or is no key")
    one = Settings(slack_bot_token="xapp-", _env_file=None)  # type: ignore
    assert missing_setting(one, http=False) == missing_token("xapp-", None, None, http=False)


def test_installations_are_kept_on_postgresql_too(new_postgres: Callable[[], str]) -> None:
    store = open_store(new_postgres())
    kept = Installations(store.engine, keys(KEY), frozenset({"T1"}))
    for _ in range(2):
        kept.save(_installation("T1"))
    found = kept.of("T1")
    assert found is not None and found.token == "xoxb-1"
    with store.engine.connect() as connection:
        (row,) = connection.execute(select(installations)).all()
    assert "xoxb" not in row.token
    kept.remove("T1", datetime.now(UTC))
    assert kept.teams() == {}
    store.close()


def test_the_real_command_serves_several_workspaces(demo_home: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with OAuthSlack() as slack:
        slack.settle_in("T1", "T2")
        given = {name.upper(): value for name, value in CLIENT.items()} | {
            "SLACK_TOKEN_KEY": KEY, "SLACK_TEAMS": "T1,T2", "SLACK_API_URL": slack.api_url,
            "RETENTION_HOME": str(demo_home), "RETENTION_TODAY": DEMO_DAY,
            "STORE_URL": f"sqlite:///{tmp_path / 'store.sqlite'}",
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve", "--http", str(port)], cwd=ROOT, env={**os.environ, **given}
        )
        try:
            bot = Browser(f"http://127.0.0.1:{port}/slack/events")
            bot.wait_until_it_listens()
            assert [bot.install(slack, Grant(team, f"xoxb-of-{team}"))[0] for team in ("T1", "T2")] == [200, 200]
            slack.deliver(bot.url, slack.asked_by("T2", "which accounts are at risk?"))
            (post,) = slack.wait_for_posts(1, "C-T2", seconds=120)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    assert "accounts are at risk" in post["text"]
    assert ("chat.postMessage", "C-T2", "xoxb-of-T2") in slack.used
    assert doctor_says(given) == {"T1": True, "T2": True}


def doctor_says(given: dict[str, str]) -> dict[str, bool]:
    """Of each workspace, once Slack is gone but for its tokens."""
    with OAuthSlack() as slack:
        slack.teams = {team: Team(f"xoxb-of-{team}") for team in ("T1", "T2")}
        settings = Settings(**{name.lower(): value for name, value in given.items()}, _env_file=None)  # type: ignore
        again = settings.model_copy(update={"slack_api_url": slack.api_url})
        return {check.name: check.ok for check in doctor.slack(again)}


@pytest.mark.parametrize("file", sorted((ROOT / "bot" / "listeners").glob("*.py")), ids=lambda file: file.stem)
def test_every_listener_stands_at_the_desk_of_the_workspace(file: Path) -> None:
    """`desk` itself knows no workspace where there are several: whatever is asked of it is asked `at` one."""
    listeners = [
        node
        for outer in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(outer, ast.FunctionDef) and outer.name in ("register", "_opens")
        for node in ast.walk(outer)
        if isinstance(node, ast.FunctionDef) and node is not outer
    ]
    for listener in listeners:
        used = {ast.unparse(node) for node in ast.walk(listener) if isinstance(node, ast.Attribute)}
        assert not {name for name in used if name.startswith(("desk.identity", "desk.lookups", "desk.token"))}
