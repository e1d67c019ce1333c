"""Workspaces that installed the app by OAuth, kept in the store. Their tokens are encrypted at rest.

Only workspaces that `teams` lists are ever kept or found: there is one book, and it is not for strangers.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk.errors import SlackClientError, SlackTokenRotationError
from slack_sdk.oauth import InstallationStore
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from slack_sdk.oauth.token_rotation import TokenRotator
from sqlalchemy import ColumnElement, Engine, delete, insert, or_, select, update

from bot.listeners import Identity
from bot.store import aware, now
from bot.tables import installations
from bot.workspaces import Workspace

log = logging.getLogger(__name__)

AHEAD = timedelta(hours=2)
"""How long before a token expires it is renewed; Slack's last for twelve hours."""
RENEWING = timedelta(minutes=2)
"""For how long the other replicas leave a token to the one that renews it: longer than Slack takes to answer."""


def keys(given: str) -> MultiFernet:
    """Keys separated by commas: the first encrypts, any decrypts. Raises ValueError where one is none."""
    return MultiFernet([Fernet(key) for key in given.replace(",", " ").split()])


def new_key() -> str:
    return Fernet.generate_key().decode()


class States(SQLAlchemyOAuthStateStore):
    """Installations that were begun; those that nobody finished are forgotten."""

    def issue(self, *given: Any, **named: Any) -> str:
        expired = self.oauth_states.c.expire_at < datetime.now(UTC).replace(tzinfo=None)
        with self.engine.begin() as connection:
            connection.execute(delete(self.oauth_states).where(expired))
        return str(super().issue(*given, **named))


class Installations(InstallationStore):
    """Where Bolt keeps what it installs: one row per workspace, with the bot's tokens and nobody's own."""

    def __init__(
        self, engine: Engine, keys: MultiFernet, teams: frozenset[str], clock: Callable[[], datetime] = now
    ) -> None:
        self.engine, self.keys, self.allowed, self.clock = engine, keys, teams, clock

    # -- what Bolt asks of an installation store

    def save(self, installation: Installation) -> None:
        """Keep an installation in place of any earlier one of its workspace."""
        if installation.is_enterprise_install or installation.team_id not in self.allowed:
            raise PermissionError(f"not a workspace that SLACK_TEAMS lists: {installation.team_id}")
        row = self._row(installation)
        with self.engine.begin() as connection:
            connection.execute(delete(installations).where(installations.c.team == row["team"]))
            connection.execute(insert(installations), row)

    def find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        row = None if is_enterprise_install else self._row_of(team_id or "")
        return self._bot(row) if row else None

    def delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        self.remove(team_id or "")

    def delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        self.remove(team_id or "")

    # -- what we ask of it

    def of(self, team: str) -> Workspace | None:
        """The workspace with its token; None where the app is not installed, or its token cannot be decrypted."""
        row = self._row_of(team)
        token = self._open(team, row["token"]) if row else None
        return Workspace(Identity(team, row["bot_user"], row["bot"]), token) if row and token else None

    def teams(self) -> dict[str, str]:
        """The workspaces that installed the app and may: id and name."""
        return {row["team"]: row["team_name"] for row in self._rows(installations.c.team.in_(self.allowed))}

    def remove(self, team: str, before: datetime | None = None) -> None:
        """Forget a workspace's tokens; `before`: only if it was installed by then, as Slack may tell it late."""
        gone = [installations.c.team == team, *([installations.c.installed_at <= before] if before else [])]
        with self.engine.begin() as connection:
            if connection.execute(delete(installations).where(*gone)).rowcount:
                log.info("the tokens of workspace %s are removed", team)

    def reseal(self) -> None:
        """Encrypt every token with the first key, so that the others can be thrown away."""
        for row in list(self._rows()):
            sealed = {name: self._again(row, name) for name in ("token", "refresh_token") if row[name]}
            if all(sealed.values()):
                self._change(row, sealed)

    def renew(self, rotator: TokenRotator) -> None:
        """Exchange the tokens that expire soon, each by one replica."""
        for row in list(self._rows(installations.c.expires_at < self.clock() + AHEAD)):
            bot = self._bot(row)
            if bot and bot.bot_refresh_token and self._claimed(row):
                self._exchange(row, bot, rotator)

    def _exchange(self, row: Mapping[str, Any], bot: Bot, rotator: TokenRotator) -> None:
        soon = int(AHEAD.total_seconds() // 60) + 1
        try:
            fresh = rotator.perform_bot_token_rotation(bot=bot, minutes_before_expiration=soon)
        except (SlackTokenRotationError, SlackClientError, OSError, HTTPException) as problem:
            log.warning("the token of workspace %s was not renewed: %s", row["team"], type(problem).__name__)
            return
        if fresh:
            self._change(row, {**self._tokens(fresh), "renewing_until": None})

    def _claimed(self, row: Mapping[str, Any]) -> bool:
        """Whether it is ours to renew: a refresh token is good for one exchange."""
        until, c = self.clock() + RENEWING, installations.c
        free = or_(c.renewing_until.is_(None), c.renewing_until < self.clock())
        return self._change(row, {"renewing_until": until}, free)

    def _change(self, row: Mapping[str, Any], values: Mapping[str, Any], *where: ColumnElement[bool]) -> bool:
        """Change a row that is still as it was read: not removed, installed anew or renewed in the meantime."""
        c = installations.c
        same = update(installations).where(c.team == row["team"], c.token == row["token"], *where)
        with self.engine.begin() as connection:
            return connection.execute(same.values(**values)).rowcount == 1

    def _row_of(self, team: str) -> Mapping[str, Any] | None:
        if team not in self.allowed:
            return None
        return next(self._rows(installations.c.team == team), None)

    def _rows(self, *where: ColumnElement[bool]) -> Iterator[Mapping[str, Any]]:
        with self.engine.connect() as connection:
            found = connection.execute(select(installations).where(*where)).mappings().all()
        yield from map(dict, found)

    # -- between Slack's objects and rows

    def _row(self, installation: Installation) -> dict[str, Any]:
        return {
            "team": installation.team_id, "team_name": (installation.team_name or "")[:200],
            "enterprise": installation.enterprise_id, "app": installation.app_id or "",
            "bot": installation.bot_id or "", "bot_user": installation.bot_user_id or "",
            "scopes": ",".join(installation.bot_scopes or ()), "installed_by": installation.user_id or "",
            "installed_at": self.clock(), **self._tokens(installation.to_bot()),
        }  # fmt: skip

    def _tokens(self, bot: Bot) -> dict[str, Any]:
        expires = bot.bot_token_expires_at
        return {
            "token": self._seal(bot.bot_token),
            "refresh_token": self._seal(bot.bot_refresh_token) if bot.bot_refresh_token else None,
            "expires_at": datetime.fromtimestamp(expires, UTC) if expires else None,
        }

    def _bot(self, row: Mapping[str, Any]) -> Bot | None:
        token, refresh = self._open(row["team"], row["token"]), row["refresh_token"]
        if token is None:
            return None
        return Bot(
            app_id=row["app"], team_id=row["team"], team_name=row["team_name"], enterprise_id=row["enterprise"],
            bot_token=token, bot_id=row["bot"], bot_user_id=row["bot_user"], bot_scopes=row["scopes"],
            bot_refresh_token=self._open(row["team"], refresh) if refresh else None,
            bot_token_expires_at=int(aware(row["expires_at"]).timestamp()) if row["expires_at"] else None,
            installed_at=aware(row["installed_at"]).timestamp(),
        )  # fmt: skip

    def _seal(self, token: str) -> str:
        return self.keys.encrypt(token.encode()).decode()

    def _open(self, team: str, sealed: str) -> str | None:
        try:
            return self.keys.decrypt(sealed.encode()).decode()
        except InvalidToken:
            log.error("the token of workspace %s cannot be decrypted with SLACK_TOKEN_KEY", team)
            return None

    def _again(self, row: Mapping[str, Any], name: str) -> str | None:
        opened = self._open(row["team"], row[name])
        return self._seal(opened) if opened else None
