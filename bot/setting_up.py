"""`retention setup slack`: from no app to one that Slack lets in, step by step."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console
from rich.text import Text

from bot import doctor, scopes
from bot.app import Assistant
from bot.doctor import Check
from bot.manifests import manifest_for, new_app
from bot.settings import Settings
from tools import Phrase, phrase

TRIES = 3


@dataclass(frozen=True)
class Entry:
    """One setting that is asked for: where it is found in Slack, and what it looks like."""

    name: str
    where: Phrase
    form: str
    hidden: bool = True

    def value(self, settings: Settings) -> str:
        """What is set already."""
        held = getattr(settings, self.name.lower())
        if isinstance(held, SecretStr):
            return held.get_secret_value()
        return ",".join(sorted(held)) if isinstance(held, frozenset) else str(held or "")


def entries(*, http: bool, several: bool) -> tuple[Entry, ...]:
    """What has to be entered for a way of running it."""
    secret = Entry("SLACK_SIGNING_SECRET", phrase("Basic Information, “Signing Secret”"), r"[0-9a-z]{32}")
    if several:
        teams = phrase(
            "the workspaces that may have the answers, T…,T…: what follows /client/ when Slack is open in a browser"
        )
        return (
            Entry("SLACK_CLIENT_ID", phrase("Basic Information, “Client ID”"), r"\d+\.\d+", hidden=False),
            Entry("SLACK_CLIENT_SECRET", phrase("Basic Information, “Client Secret”"), r"[0-9a-z]{32}"),
            secret,
            Entry("SLACK_TEAMS", teams, r"T[0-9A-Z]+([\s,;]+T[0-9A-Z]+)*", hidden=False),
        )
    bot = Entry("SLACK_BOT_TOKEN", phrase("OAuth & Permissions, “Bot User OAuth Token”, xoxb-…"), r"xoxb-[\w-]+")
    app = phrase("Basic Information, “App-Level Tokens”: one with the scope connections:write, xapp-…")
    return bot, secret if http else Entry("SLACK_APP_TOKEN", app, r"xapp-[\w-]+")


@dataclass(frozen=True)
class Setup:
    """`ask(question, hidden)` gives what is typed, `agreed(question)` yes or no; `url`: where Slack calls (HTTP)."""

    bot: Assistant
    console: Console
    ask: Callable[[str, bool], str]
    agreed: Callable[[str], bool]
    env: Path
    url: str | None = None
    several: bool = False

    def walk(self) -> int:
        """Ask, check and write down. Returns the exit status."""
        self._say(phrase("1. Make the app: open this address, choose your workspace, and press Create."))
        self.console.print(Text(new_app(manifest_for(self.url, several=self.several))), soft_wrap=True)
        if not self.several:
            self._say(phrase("Then press “Install to Workspace” on the app’s page."))
        self._say(phrase("2. Copy from the app’s page. What is secret is not shown while you type or paste it."))
        entered = dict(self._entered())
        if not all(entered.values()):
            return 1
        self._say(phrase("3. What Slack says:"))
        well = self._shown(checks(self._with(entered), http=bool(self.url)))
        self._write(entered, well)
        return 0 if well else 1

    def check(self) -> int:
        """Check what is set already; nothing is asked or written. Returns the exit status."""
        settings = self.bot.settings
        http = bool(
            self.url or settings.slack_client_id or (settings.slack_signing_secret and not settings.slack_app_token)
        )
        return 0 if self._shown(checks(settings, http=http)) else 1

    def _entered(self) -> Iterator[tuple[str, str]]:
        for entry in entries(http=bool(self.url), several=self.several):
            value = self._one(entry)
            yield entry.name, value
            if not value:
                self._say(phrase("Stopped: nothing was written."))
                return
        if self.several:
            yield "SLACK_TOKEN_KEY", _key(self.bot.settings)

    def _one(self, entry: Entry) -> str:
        """What was typed or is set already; empty after too many tries."""
        kept = entry.value(self.bot.settings)
        said = self.bot.speaker.say
        question = f"{entry.name} ({said(entry.where)})"
        question += f" [{said(phrase('Enter keeps what is set'))}]" if kept else ""
        for _ in range(TRIES):
            typed = self.ask(question, entry.hidden) or kept
            if re.fullmatch(entry.form, typed):
                return typed
            self._say(phrase("{name} does not look like that. Copy it whole.", name=entry.name))
        return ""

    def _with(self, entered: dict[str, str]) -> Settings:
        """The settings as they would be."""
        others = ("slack_bot_token", "slack_app_token") if self.several else ("slack_client_id",)
        given = {**dict.fromkeys(others), **{name.lower(): value for name, value in entered.items()}}
        return Settings.model_validate({**self.bot.settings.model_dump(), **given})

    def _write(self, entered: dict[str, str], well: bool) -> None:
        if not well:
            self._say(
                phrase("Something is not right yet. You can write it down all the same, mend it, and run this again.")
            )
        names = ", ".join(entered)
        if not self.agreed(self.bot.speaker.say(phrase("Write {names} to {file}?", names=names, file=str(self.env)))):
            self._say(phrase("Nothing was written."))
            return
        write(self.env, entered)
        self._say(phrase("Written to {file}, which only you can read.", file=str(self.env)))
        self._say(
            phrase("4. Next: {command}", command="retention serve --http 3000" if self.url else "retention serve")
        )
        if self.several:
            self._say(
                phrase("Then install it in each workspace: {url}", url=f"{(self.url or '').rstrip('/')}/slack/install")
            )

    def _shown(self, found: Iterator[Check]) -> bool:
        well = True
        for check in found:
            well = well and check.ok
            self.console.print(doctor.line(check, self.bot.speaker.say))
        return well

    def _say(self, said: Phrase) -> None:
        self.console.print(Text(self.bot.speaker.say(said)), soft_wrap=True)


def checks(settings: Settings, *, http: bool) -> Iterator[Check]:
    """What Slack says of the tokens, the header of scopes and each scope that can be tried."""
    well = True
    for check in doctor.slack(settings, http=http):
        well = well and (check.ok or check.name == "scopes")
        yield check
    token = settings.slack_bot_token
    if well and token:
        yield from scopes.tried(token.get_secret_value(), settings.slack_api_url)
    if secret := settings.slack_signing_secret:
        yield _secret(secret.get_secret_value())


def _secret(secret: str) -> Check:
    if re.fullmatch("[0-9a-z]{32}", secret):
        return Check("signing secret", True, phrase("The signing secret has the right form."))
    mend = phrase("Copy it again: Basic Information, “Signing Secret”, 32 letters and digits.")
    return Check("signing secret", False, phrase("SLACK_SIGNING_SECRET does not look like a signing secret."), mend)


def _key(settings: Settings) -> str:
    from bot.installations import new_key

    return settings.slack_token_key.get_secret_value() if settings.slack_token_key else new_key()


def write(file: Path, entered: dict[str, str]) -> None:
    """Set these lines of an env file, which nobody else can read; all other lines stay as they are."""
    from dotenv import set_key

    file.touch(mode=0o600)
    file.chmod(0o600)
    for name, value in entered.items():
        set_key(file, name, value, quote_mode="never", follow_symlinks=True)
