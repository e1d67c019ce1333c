"""Several workspaces on one loopback Slack, that install the app by OAuth; and the bot that serves them."""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.delivery import Delivery
from bot.listeners import bolt_app
from bot.lookups import Lookups
from bot.offices import Office, Offices
from bot.people import People
from bot.replying import Replying
from bot.rooms import Rooms
from bot.serving import HttpIntake, serve
from bot.settings import Settings
from bot.several import Several, installed
from bot.store import Store, open_store
from bot.work import Work
from bot.workspace.server import Sent
from bot.workspaces import Workspace
from tests.slack_server import BOT_USER, SECRET, SlackServer
from tests.slack_world import _Bell, echo, say

CLIENT = {"slack_client_id": "11.22", "slack_client_secret": "client secret", "slack_signing_secret": SECRET}


@dataclass
class Grant:
    """What Slack gives for a code. `seconds`: how long the token lasts; None: for ever."""

    team: str
    token: str
    name: str = "Acme"
    seconds: int | None = None
    org: bool = False


@dataclass
class Team:
    """A workspace of this Slack: its tokens, and the channel and person it has."""

    token: str = ""
    refresh: str = ""
    channel: str = ""
    uninstalled: bool = field(default=False)


class OAuthSlack(SlackServer):
    """Channels `C-T2` and people `U-T2` belong to the team in their names; a token opens its own team's only."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: dict[str, Grant] = {}
        self.teams: dict[str, Team] = {}
        self.used: list[tuple[str, str, str]] = []
        """Method, channel, token of every call that names a channel."""
        self._renewed = 0

    def settle_in(self, *teams: str) -> None:
        for team in teams:
            self.channels[f"C-{team}"] = {"members": [f"U-{team}", BOT_USER]}
            self.users[f"U-{team}"] = {"team_id": team}

    def _carried_out(self, method: str, params: dict[str, Any], token: str) -> Sent:
        if method == "oauth.v2.access":
            return Sent(self._access(params, token))
        holder = next((name for name, team in self.teams.items() if token and team.token == token), None)
        if holder is None:
            return Sent({"ok": False, "error": "invalid_auth"})
        channel = str(params.get("channel") or params.get("channel_id") or "")
        self.used.append((method, channel, token))
        if channel and channel != f"C-{holder}":
            return Sent({"ok": False, "error": "channel_not_found"})
        if method == "apps.uninstall":
            self.teams[holder] = Team(uninstalled=True)
            return Sent({"ok": True})
        done = super()._carried_out(method, params, self.token)
        return Sent({**done.body, "team_id": holder}) if method == "auth.test" else done

    def _access(self, params: dict[str, Any], authorization: str) -> dict[str, Any]:
        if not authorization.startswith("Basic "):
            return {"ok": False, "error": "bad_client_secret"}
        if params.get("grant_type") == "refresh_token":
            return self._refreshed(str(params["refresh_token"]))
        grant = self.codes.pop(str(params.get("code")), None)
        if grant is None:
            return {"ok": False, "error": "invalid_code"}
        self.teams[grant.team] = Team(grant.token, f"xoxe-1-{grant.team}")
        return {
            "ok": True, "app_id": "A1", "access_token": grant.token, "token_type": "bot", "scope": self.scopes,
            "bot_user_id": BOT_USER, "team": None if grant.org else {"id": grant.team, "name": grant.name},
            "enterprise": {"id": "E1", "name": "Org"} if grant.org else None, "is_enterprise_install": grant.org,
            "authed_user": {"id": f"U-{grant.team}"}, **self._lasting(grant.seconds, grant.team),
        }  # fmt: skip

    def _lasting(self, seconds: int | None, team: str) -> dict[str, Any]:
        return {} if seconds is None else {"refresh_token": self.teams[team].refresh, "expires_in": seconds}

    def _refreshed(self, refresh: str) -> dict[str, Any]:
        """A refresh token is good for one exchange; the old token is taken back."""
        name = next((name for name, team in self.teams.items() if team.refresh == refresh), None)
        if name is None:
            return {"ok": False, "error": "invalid_refresh_token"}
        self._renewed += 1
        self.teams[name] = Team(f"xoxe.xoxb-{name}-{self._renewed}", f"xoxe-1-{name}-{self._renewed}")
        return {
            "ok": True, "access_token": self.teams[name].token, "token_type": "bot", "team": {"id": name},
            "refresh_token": self.teams[name].refresh, "expires_in": 43_200, "bot_user_id": BOT_USER,
        }  # fmt: skip

    def asked_by(self, team: str, text: str) -> dict[str, Any]:
        """The outer event of a mention in a team's channel."""
        event = self.mention(text, user=f"U-{team}", channel=f"C-{team}") | {"team": team}
        authorizations = [{"team_id": team, "enterprise_id": None, "user_id": BOT_USER, "is_bot": True}]
        return self.body(event) | {"team_id": team, "context_team_id": team, "authorizations": authorizations}

    def told(self, team: str, kind: str, at: float | None = None, **more: Any) -> dict[str, Any]:
        """The outer event of a removed app or revoked tokens."""
        event = {"type": kind, **more}
        return self.body(event) | {"team_id": team, "event_time": int(at or time.time() + 1), "authorizations": []}


class Browser:
    """In which an administrator installs the app of the bot at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url

    def wait_until_it_listens(self, seconds: float = 60) -> None:
        deadline = time.time() + seconds
        while True:
            try:
                assert self.get("/healthz").status == 200
                return
            except OSError:
                assert time.time() < deadline, "nobody listens"
                time.sleep(0.1)

    def get(self, path: str, cookie: str = "", language: str = "en") -> http.client.HTTPResponse:
        there = urlsplit(self.url)
        connection = http.client.HTTPConnection(there.hostname or "", there.port)
        connection.request("GET", path, headers={"Cookie": cookie, "Accept-Language": language})
        return connection.getresponse()

    def begin(self) -> tuple[str, str]:
        """Open the install link: the state Slack will hand back, and the cookie of this browser."""
        sent = self.get("/slack/install")
        assert sent.status == 302
        state = parse_qs(urlsplit(sent.headers["Location"]).query)["state"][0]
        return state, sent.headers["Set-Cookie"].partition(";")[0]

    def install(self, slack: OAuthSlack, grant: Grant, language: str = "en") -> tuple[int, str]:
        """The whole dance. Returns the status and the page that the administrator sees."""
        state, cookie = self.begin()
        slack.codes["code"] = grant
        done = self.get("/slack/oauth_redirect?" + urlencode({"code": "code", "state": state}), cookie, language)
        return done.status, done.read().decode()


@dataclass
class House:
    """The running bot and its several workspaces."""

    store: Store
    http: HttpIntake
    several: Several
    file: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.port}/slack/events"

    @property
    def browser(self) -> Browser:
        return Browser(self.url)


@contextmanager
def house(slack: OAuthSlack, home: Path, key: str, teams: str = "T1,T2") -> Iterator[House]:
    """`serve --http` of several workspaces, in a thread, with an answer that only echoes."""
    given = {**CLIENT, "slack_token_key": key, "slack_teams": teams, "slack_api_url": slack.api_url}
    settings = Settings(**given, retention_home=home, _env_file=None)  # type: ignore[arg-type, call-arg]
    store = open_store(settings.store)
    several = installed(settings, store)
    assert several is not None
    offices = Offices(several.installations, lambda workspace: _office(store, workspace, slack.api_url))
    work = Work(store.engine, offices.parcels, offices.apology, offices.undelivered, offices.deliver, every=0.05)
    desk = offices.desk(work.accept, store.judge, date.today, several.left)
    app = bolt_app(desk, signing_secret=SECRET, api_url=slack.api_url)
    intake = HttpIntake(app, 0, host="127.0.0.1", flow=several.flow)
    stop, started = threading.Event(), threading.Event()
    work.start()
    running = threading.Thread(target=serve, args=([intake, _Bell(started)], lambda: work.stop(0), stop))
    running.start()
    assert started.wait(10)
    try:
        yield House(store, intake, several, home / "store.sqlite")
    finally:
        stop.set()
        running.join(30)
        store.close()


def _office(store: Store, workspace: Workspace, api_url: str) -> Office:
    me = workspace.identity
    delivery = Delivery(store, workspace.token, api_url, team=me.team, settle=0.5)
    rooms = Rooms(delivery.reading, me.team, me.bot_user)
    replying = Replying(echo, say, lambda _: "en", rooms, delivery)
    return Office(workspace, delivery, replying, Lookups(date.today, language=People(delivery.hinting, "en").language))
