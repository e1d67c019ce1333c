"""`retention setup`: an administrator is led from no app to one that Slack lets in."""

import json
import stat
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.fernet import Fernet
from rich.console import Console
from typer.testing import CliRunner

from bot import doctor
from bot.__main__ import app
from bot.app import Assistant
from bot.manifests import manifest_for, new_app
from bot.scopes import PROBES, tried
from bot.setting_up import Setup, checks, write
from bot.settings import Settings
from tests.slack_server import APP_TOKEN, BOT_TOKEN, MINIMAL, SECRET, SlackServer

TRIED = {probe.scope for probe in PROBES} & doctor.SCOPES
ONE = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_SIGNING_SECRET": SECRET}


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


class Administrator:
    """Types these answers, one after the other, and says yes or no."""

    def __init__(self, *typed: str, agrees: bool = True) -> None:
        self.typed, self.agrees = list(typed), agrees
        self.asked: list[tuple[str, bool]] = []

    def ask(self, question: str, hidden: bool) -> str:
        self.asked.append((question, hidden))
        return self.typed.pop(0)

    def agreed(self, question: str) -> bool:
        self.asked.append((question, False))
        return self.agrees


def walk(who: Administrator, env: Path, slack: SlackServer, language: str = "en", **how: Any) -> tuple[int, str]:
    settings = Settings(
        slack_api_url=slack.api_url, retention_home=env.parent, retention_language=language, _env_file=None
    )  # type: ignore
    console = Console(record=True, width=400, file=StringIO())
    status = Setup(Assistant(settings), console, who.ask, who.agreed, env, **how).walk()
    return status, console.export_text()


def test_from_nothing_to_an_env_file_that_slack_lets_in(slack: SlackServer, tmp_path: Path) -> None:
    env = tmp_path / ".env"
    env.write_text("# ours\nBOOK_URL=sqlite:////data/book.sqlite\nSLACK_BOT_TOKEN=\n")
    env.chmod(0o644)
    who = Administrator(BOT_TOKEN, APP_TOKEN)
    status, said = walk(who, env, slack)
    assert status == 0 and "✗" not in said
    assert BOT_TOKEN not in said and APP_TOKEN not in said
    assert [hidden for _, hidden in who.asked] == [True, True, False]
    assert env.read_text() == (
        "# ours\nBOOK_URL=sqlite:////data/book.sqlite\nSLACK_BOT_TOKEN=xoxb-test\nSLACK_APP_TOKEN=xapp-test\n"
    )
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert "4. Next: retention serve\n" in " ".join(said.split(" ")).replace(" \n", "\n")


def test_nothing_is_written_without_a_yes(slack: SlackServer, tmp_path: Path) -> None:
    status, said = walk(Administrator(BOT_TOKEN, APP_TOKEN, agrees=False), tmp_path / ".env", slack)
    assert status == 0 and "Nothing was written." in said
    assert not (tmp_path / ".env").exists()


def test_what_looks_wrong_is_asked_again_and_then_given_up(slack: SlackServer, tmp_path: Path) -> None:
    who = Administrator("xapp-swapped", "", "xoxb with spaces")
    status, said = walk(who, tmp_path / ".env", slack)
    assert status == 1 and said.count("SLACK_BOT_TOKEN does not look like that. Copy it whole.") == 3
    assert "Stopped: nothing was written." in said and slack.calls == []


def test_a_token_that_slack_refuses_is_told_before_it_is_written(slack: SlackServer, tmp_path: Path) -> None:
    who = Administrator("xoxb-revoked", APP_TOKEN, agrees=False)
    status, said = walk(who, tmp_path / ".env", slack)
    assert status == 1 and "Slack answered auth.test with invalid_auth." in said
    assert "Something is not right yet" in said


def test_it_speaks_portuguese_too(slack: SlackServer, tmp_path: Path) -> None:
    _, said = walk(Administrator(BOT_TOKEN, APP_TOKEN, agrees=False), tmp_path / ".env", slack, "pt-BR")
    assert "O que o Slack diz" in said and "Nada foi gravado." in said


def test_over_http_the_signing_secret_is_asked_for(slack: SlackServer, tmp_path: Path) -> None:
    status, said = walk(Administrator(BOT_TOKEN, SECRET), tmp_path / ".env", slack, url="https://bot.example.com")
    assert status == 0 and "The signing secret has the right form." in said
    assert slack.called("apps.connections.open") == []
    assert "retention serve --http 3000" in said


def test_several_workspaces_get_a_key_of_their_own(slack: SlackServer, tmp_path: Path) -> None:
    who = Administrator("11.22", "0" * 32, SECRET, "T1, T2")
    status, said = walk(who, tmp_path / ".env", slack, url="https://bot.example.com/", several=True)
    assert status == 0, said
    assert "https://bot.example.com/slack/install" in said
    written = dict(line.split("=", 1) for line in (tmp_path / ".env").read_text().splitlines())
    assert set(written) == {
        "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET", "SLACK_TEAMS", "SLACK_TOKEN_KEY",
    }  # fmt: skip
    Fernet(written["SLACK_TOKEN_KEY"])
    read = Settings(_env_file=tmp_path / ".env")  # type: ignore[call-arg]
    assert read.slack_teams == {"T1", "T2"}


@pytest.mark.parametrize("scope", sorted(TRIED))
def test_each_scope_is_tried_and_missed(slack: SlackServer, scope: str) -> None:
    probes = [probe for probe in PROBES if probe.scope in doctor.SCOPES]
    missing = next(probe for probe in probes if probe.scope == scope)
    before = sum(1 for probe in probes[: probes.index(missing)] if probe.method == missing.method)
    slack.fail(missing.method, error="missing_scope", needed=scope)
    if before:  # faults come in the order of the calls of a method
        slack._faults[missing.method] = [*[_fine()] * before, *slack._faults[missing.method]]
    found = {check.name: check.ok for check in tried(BOT_TOKEN, slack.api_url)}
    assert found == {name: name != scope for name in TRIED}


def _fine() -> Any:
    from tests.slack_server import Fault

    return Fault({"ok": True})


def test_trying_the_scopes_changes_nothing(slack: SlackServer) -> None:
    assert all(check.ok for check in tried(BOT_TOKEN, slack.api_url))
    assert not any(slack.messages.values()) and not any(slack.world.whispers.values())
    assert [file for file in slack.files.values() if file.shared] == []


def test_a_server_that_knows_little_is_no_fault(tmp_path: Path) -> None:
    with SlackServer(methods=MINIMAL) as slack:
        assert {check.ok for check in tried(BOT_TOKEN, slack.api_url)} == {True}


def test_check_asks_nothing_and_tells_by_its_exit_status(slack: SlackServer, tmp_path: Path) -> None:
    given = {"SLACK_API_URL": slack.api_url, "RETENTION_HOME": str(tmp_path)}
    well = CliRunner().invoke(app, ["setup", "slack", "--check"], env={**ONE, **given})
    assert well.exit_code == 0, well.output
    assert f"✓ bot token: Slack knows us as retention in {slack.world.name}." in well.output
    wrong = CliRunner().invoke(
        app, ["setup", "slack", "--check"], env={**ONE, **given, "SLACK_SIGNING_SECRET": "short"}
    )
    assert wrong.exit_code == 1 and "✗ signing secret" in wrong.output


def test_checks_go_on_where_only_the_header_lacks_a_scope(tmp_path: Path) -> None:
    with SlackServer(scopes="chat:write") as slack:
        given = {name.lower(): value for name, value in ONE.items()}
        settings = Settings(**given, slack_api_url=slack.api_url, _env_file=None)  # type: ignore[arg-type, call-arg]
        found = {check.name: check.ok for check in checks(settings, http=False)}
    assert found["scopes"] is False and found["app token"] and found["chat:write"]


def test_a_new_key_is_printed() -> None:
    Fernet(CliRunner().invoke(app, ["setup", "key"]).output.strip())


def test_the_manifest_for_each_way_of_running_it() -> None:
    assert manifest_for() == json.loads(Path("manifest.json").read_text(encoding="utf-8"))
    http = manifest_for("https://bot.example.com/")
    assert http["settings"]["socket_mode_enabled"] is False
    assert http["settings"]["event_subscriptions"]["request_url"] == "https://bot.example.com/slack/events"
    assert http["features"]["slash_commands"][0]["url"] == "https://bot.example.com/slack/events"
    assert "redirect_urls" not in http["oauth_config"] and not http["settings"]["token_rotation_enabled"]
    several = manifest_for("https://bot.example.com", several=True)
    assert several["oauth_config"]["redirect_urls"] == ["https://bot.example.com/slack/oauth_redirect"]
    assert several["settings"]["token_rotation_enabled"] and not several["settings"]["org_deploy_enabled"]


def test_the_link_makes_the_very_app_of_the_manifest() -> None:
    query = parse_qs(urlsplit(new_app(manifest_for())).query)
    assert json.loads(query["manifest_json"][0]) == manifest_for()


def test_several_workspaces_need_an_address() -> None:
    assert CliRunner().invoke(app, ["setup", "slack", "--several"]).exit_code == 2


def test_other_lines_of_an_env_file_stay_as_they_are(tmp_path: Path) -> None:
    env = tmp_path / "env"
    env.write_text("A='x y'\n\n# note\nSLACK_TEAMS=T9\nexport B=2")
    write(env, {"SLACK_TEAMS": "T1,T2", "SLACK_TOKEN_KEY": "k="})
    assert env.read_text() == "A='x y'\n\n# note\nSLACK_TEAMS=T1,T2\nexport B=2\nSLACK_TOKEN_KEY=k=\n"
