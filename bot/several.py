"""Several workspaces: what has to be set, and what runs beside the questions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.beside import beside, repeated
from bot.serving import missing_token
from bot.settings import Settings
from tools import Phrase, phrase

if TYPE_CHECKING:
    from slack_sdk.oauth.token_rotation import TokenRotator

    from bot.installations import Installations
    from bot.oauth import Flow
    from bot.store import Store

RENEWING_EVERY = 300.0
"""Seconds between looks at what expires."""


@dataclass(frozen=True)
class Several:
    """The installed workspaces, how more are installed, and how their tokens are kept fresh."""

    installations: "Installations"
    flow: "Flow"
    rotator: "TokenRotator"
    every: float = RENEWING_EVERY

    def left(self, team: str, at: float) -> None:
        """A workspace removed the app; it may have installed it anew since Slack said so."""
        self.installations.remove(team, datetime.fromtimestamp(at, UTC) if at else None)

    @contextmanager
    def renewing(self) -> Iterator[None]:
        """Tokens that expire soon are exchanged for new ones, at once and from time to time."""
        renew = repeated("renewing", lambda: self.installations.renew(self.rotator), self.every)
        with beside("renewing", renew):
            yield


def installed(settings: Settings, store: "Store") -> Several | None:
    """What serves several workspaces; None where there is one, by its token."""
    if not settings.slack_client_id or not settings.slack_token_key:
        return None
    from bot.installations import Installations, keys
    from bot.oauth import flow, rotator

    sealing = keys(settings.slack_token_key.get_secret_value())
    installations = Installations(store.engine, sealing, settings.slack_teams)
    installations.reseal()
    return Several(installations, flow(settings, installations), rotator(settings))


def missing_setting(settings: Settings, *, http: bool) -> Phrase | None:
    """The first thing that is missing or cannot be right, as a sentence; None where all is there."""
    if settings.slack_client_id:
        return _missing_of_several(settings, http=http)
    bot, app, secret = (
        token.get_secret_value() if token else None
        for token in (settings.slack_bot_token, settings.slack_app_token, settings.slack_signing_secret)
    )
    return missing_token(bot, app, secret, http=http)


def _missing_of_several(settings: Settings, *, http: bool) -> Phrase | None:
    if settings.slack_bot_token:
        return phrase(
            "Set either SLACK_BOT_TOKEN, for one workspace, or SLACK_CLIENT_ID, for several that install the app."
        )
    if not http:
        return phrase(
            "Several workspaces are served over HTTP: `retention serve --http PORT`. With SLACK_BOT_TOKEN and "
            "SLACK_APP_TOKEN in place of SLACK_CLIENT_ID one is served in Socket Mode."
        )
    if not settings.slack_client_secret:
        return phrase("SLACK_CLIENT_SECRET is not set. Copy it from the Basic Information page of your app.")
    if not settings.slack_signing_secret:
        return missing_token("xoxb-", None, None, http=True)
    if not settings.slack_teams:
        return phrase(
            "SLACK_TEAMS is not set: list the ids of the workspaces that may have the answers (T…,T…). "
            "No other workspace can install the app."
        )
    return wrong_key(settings)


def wrong_key(settings: Settings) -> Phrase | None:
    """Why tokens cannot be encrypted."""
    from bot.installations import keys

    try:
        keys(settings.slack_token_key.get_secret_value() if settings.slack_token_key else "")
    except ValueError:
        return phrase("SLACK_TOKEN_KEY is not set, or is no key. `retention setup key` makes one.")
    return None
