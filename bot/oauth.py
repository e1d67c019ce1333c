"""Installing the app in a workspace by OAuth: `/slack/install`, and what comes back from Slack.

Bolt's flow does the dance (state, cookie, code). Ours are the stores, who is welcome, and the pages people read.
"""

import html
import logging
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.error import BoltError
from slack_bolt.oauth import OAuthFlow
from slack_bolt.oauth.callback_options import CallbackOptions, FailureArgs, SuccessArgs
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.token_rotation import TokenRotator

from bot.doctor import SCOPES
from bot.installations import Installations, States
from bot.locale import Speaker
from bot.people import spoken
from bot.settings import Settings
from bot.slack_clients import hasty_client
from tools import Phrase, phrase

log = logging.getLogger(__name__)

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
MINUTES = 10
"""How long an installation that was begun may be finished."""
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
STYLE = "body{font:1.1rem/1.5 system-ui;max-width:36rem;margin:15vh auto;padding:0 1rem;color-scheme:light dark}"


class Unwelcome(BoltError):  # type: ignore[misc, unused-ignore]
    """A workspace that must not have the app."""

    def __init__(self, message: Phrase) -> None:
        super().__init__(message.msgid)
        self.message = message


class Flow(OAuthFlow):
    """Bolt's flow, which keeps only whom we know and takes back the rest."""

    allowed: frozenset[str] = frozenset()

    def handle_callback(self, request: BoltRequest) -> BoltResponse:
        try:
            return super().handle_callback(request)
        except (SlackClientError, OSError, HTTPException) as problem:
            log.warning("an installation was not finished: %s", type(problem).__name__)
            return _page(502, phrase("Slack did not answer. Begin again at {path} in a minute.", path=INSTALL), request)

    def store_installation(self, request: BoltRequest, installation: Installation) -> None:
        if why := unwelcome(installation, self.allowed):
            log.warning(
                "installation in %s refused: not a workspace of ours", installation.team_id or "an organisation"
            )
            self._undo(installation)
            raise Unwelcome(why)
        super().store_installation(request, installation)
        log.info("installed in workspace %s by %s", installation.team_id, installation.user_id)

    def _undo(self, installation: Installation) -> None:
        """Slack has installed the app already; we hold on to no token, and uninstall it as far as we can."""
        ours = {"client_id": self.settings.client_id, "client_secret": self.settings.client_secret}
        try:
            self.client.apps_uninstall(**ours, token=installation.bot_token)
        except (SlackClientError, OSError, HTTPException) as problem:
            log.warning("a refused installation could not be undone: %s", type(problem).__name__)


def flow(settings: Settings, installations: Installations) -> Flow:
    """The flow for the app of SLACK_CLIENT_ID."""
    pages = CallbackOptions(success=_installed, failure=_failed)
    client_id, secret = credentials(settings)
    made = Flow(
        client=hasty_client("", settings.slack_api_url),
        logger=logging.getLogger("slack_bolt"),
        settings=OAuthSettings(
            client_id=client_id, client_secret=secret, scopes=sorted(SCOPES), redirect_uri=settings.slack_redirect_url,
            install_path=INSTALL, redirect_uri_path=REDIRECT, install_page_rendering_enabled=False,
            callback_options=pages, authorization_url=_authorization_url(settings.slack_api_url),
            installation_store=installations, state_expiration_seconds=MINUTES * 60,
            state_store=States(MINUTES * 60, installations.engine),
        ),
    )  # fmt: skip
    made.allowed = installations.allowed
    return made


def rotator(settings: Settings) -> TokenRotator:
    """What exchanges refresh tokens of the app of SLACK_CLIENT_ID."""
    client_id, secret = credentials(settings)
    client = hasty_client("", settings.slack_api_url)
    return TokenRotator(client_id=client_id, client_secret=secret, client=client)


def credentials(settings: Settings) -> tuple[str, str]:
    """Client id and secret of the app."""
    secret = settings.slack_client_secret
    return settings.slack_client_id or "", secret.get_secret_value() if secret else ""


def unwelcome(installation: Installation, allowed: frozenset[str]) -> Phrase | None:
    """Why an installation is refused; None where it is not. What is not surely one of ours is a stranger's."""
    if installation.is_enterprise_install or not installation.team_id:
        return phrase(
            "The app was installed for a whole organisation. Install it in single workspaces; this was taken back."
        )
    if installation.team_id not in allowed:
        return phrase(
            "{team} ({id}) is not a workspace that this assistant answers, so the installation was taken back. "
            "It answers from one company’s account data: whoever runs it lists the workspaces in SLACK_TEAMS.",
            team=installation.team_name or "?", id=installation.team_id,
        )  # fmt: skip
    return None


def _installed(done: SuccessArgs) -> BoltResponse:
    team = done.installation.team_name or done.installation.team_id or "?"
    said = phrase(
        "The assistant is installed in {team}. In Slack, write to it, mention it in a channel, or type /retention.",
        team=team,
    )
    return _page(200, said, done.request, done.settings.state_utils.build_set_cookie_for_deletion())


def _failed(why: FailureArgs) -> BoltResponse:
    if isinstance(why.error, Unwelcome):
        return _page(403, why.error.message, why.request)
    if why.reason == "access_denied":
        return _page(200, phrase("The installation was cancelled. Nothing was changed."), why.request)
    if why.reason in ("invalid_browser", "invalid_state"):
        late = phrase("This link is used up, too old or another browser’s. Begin again at {path}.", path=INSTALL)
        return _page(why.suggested_status_code, late, why.request)
    log.warning("an installation failed: %s", why.reason)
    return _page(
        why.suggested_status_code,
        phrase("Slack did not confirm the installation. Begin again at {path}.", path=INSTALL),
        why.request,
    )


def _page(status: int, said: Phrase, request: BoltRequest, cookie: str | None = None) -> BoltResponse:
    speaker = Speaker(_language(request.headers))
    body = (
        f'<!doctype html><html lang="{speaker.language}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>Retention</title><style>{STYLE}</style>'
        f"<p>{html.escape(speaker.say(said))}</p></html>"
    )
    headers: dict[str, Any] = {**HEADERS, **({"Set-Cookie": [cookie]} if cookie else {})}
    return BoltResponse(status=status, body=body, headers=headers)


def _language(headers: Mapping[str, Any]) -> str:
    """The first language of the browser that we speak."""
    accepted = ",".join(headers.get("accept-language") or ())
    return next((ours for each in accepted.split(",") if (ours := spoken(each.partition(";")[0].strip()))), "en")


def _authorization_url(api_url: str | None) -> str:
    """Where people say yes: on the server of the Web API."""
    if not api_url:
        return "https://slack.com/oauth/v2/authorize"
    there = urlsplit(api_url)
    return f"{there.scheme}://{there.netloc}/oauth/v2/authorize"
