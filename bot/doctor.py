"""What works, what does not, and how to mend it: `retention doctor`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text
from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy import func, select
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from bot.occasion import LATE
from bot.roles import Roles, roles_of
from bot.settings import Settings
from bot.several import missing_setting
from bot.slack_clients import reading_client
from tools import Phrase, knows_holidays, phrase, phrase_n

if TYPE_CHECKING:
    from bot.timetable import Timetable

if TYPE_CHECKING:
    from bot.workspaces import Workspace

SCOPES = frozenset({
    "app_mentions:read", "assistant:write", "canvases:write", "chat:write", "commands", "files:read", "files:write",
    "channels:read", "groups:read", "im:read", "mpim:read", "users:read", "users:read.email", "usergroups:read",
    "channels:history", "groups:history", "im:history", "mpim:history", "im:write",
})  # fmt: skip
"""What the app may do in Slack; manifest.json asks for exactly these."""

OLD = 7
"""Days after which data counts as old."""


@dataclass(frozen=True)
class Check:
    """One thing looked at: `message` says what was found, `mend` what to do about it."""

    name: str
    ok: bool
    message: Phrase
    mend: Phrase | None = None


def examine(settings: Settings, today: date, *, http: bool = False) -> Iterator[Check]:
    """Look at everything `serve` needs, one check after the other. Nothing is changed, but the tables of
    the store are brought up to date."""
    yield from slack(settings, http=http)
    yield rights(roles_of(settings))
    yield book(settings.book, today)
    yield from risk(settings, today)
    yield from engine(settings.book)
    yield store(settings.store)
    yield from questions(settings.store, datetime.now(UTC))
    yield index(settings.index, partial(_index_is_current, settings))
    yield from schedules(settings.store, settings.holidays, datetime.now(UTC))


def rights(roles: Roles) -> Check:
    """Whether anybody was given a role, and so who sees what."""
    if roles.nobody_is_named:
        said = phrase(
            "Nobody has a role, so every member of the workspace sees all accounts and figures. "
            "README, “Who may see what”, says how to change that."
        )
        return Check("rights", True, said)
    return Check("rights", True, phrase("Roles are given: each member sees what theirs includes."))


def slack(settings: Settings, *, http: bool = False) -> Iterator[Check]:
    """The tokens, what Slack says of them, and the scopes."""
    if missing := missing_setting(settings, http=http or bool(settings.slack_client_id)):
        yield Check("tokens", False, phrase("A token is missing."), missing)
        return
    if settings.slack_client_id:
        yield from workspaces(settings)
        return
    bot, app = (
        token.get_secret_value() if token else None for token in (settings.slack_bot_token, settings.slack_app_token)
    )
    asked = _ask(bot, settings.slack_api_url, "auth.test")
    if isinstance(asked, Check):
        yield asked
        return
    yield Check("bot token", True, phrase("Slack knows us as {user} in {team}.", **_who(asked.data)))
    yield _scopes(asked.headers)
    if not http:
        opened = _ask(app, settings.slack_api_url, "apps.connections.open")
        yield opened if isinstance(opened, Check) else Check("app token", True, phrase("Socket Mode opens."))
    if settings.alert_to:
        yield _alerts(_ask(bot, settings.slack_api_url, "users.info", user=settings.alert_to), settings.alert_to)


def workspaces(settings: Settings) -> Iterator[Check]:
    """What Slack says of the token of each workspace that installed the app."""
    from bot.several import installed
    from bot.store import open_store

    try:
        store = open_store(settings.store)
    except (SQLAlchemyError, OSError):
        return  # which the check of the store tells
    several = installed(settings, store)
    found = several.installations.teams() if several else {}
    if not found:
        yield Check("workspaces", True, phrase("No workspace has installed the app yet: /slack/install."))
    for team, name in found.items():
        yield _workspace(settings, team, name, several.installations.of(team) if several else None)
    store.close()


def _workspace(settings: Settings, team: str, name: str, known: "Workspace | None") -> Check:
    if known is None:
        mend = phrase("Put the key it was encrypted with back into SLACK_TOKEN_KEY, or install the app again.")
        return Check(team, False, phrase("The token of {team} cannot be decrypted.", team=name), mend)
    asked = _ask(known.token, settings.slack_api_url, "auth.test")
    if isinstance(asked, Check):
        mend = phrase("Install the app again in {team}: /slack/install.", team=name)
        return Check(team, False, asked.message, mend)
    return Check(team, True, phrase("Slack knows us as {user} in {team}.", **_who(asked.data)))


def line(check: Check, say: Callable[[Phrase], str]) -> Text:
    """A check as it is printed, with what to do about it."""
    said = f"{'✓' if check.ok else '✗'} {check.name}: {say(check.message)}"
    mend = f"\n  → {say(check.mend)}" if check.mend and not check.ok else ""
    return Text.assemble((said, "" if check.ok else "red"), mend)


def _alerts(asked: Any, user: str) -> Check:
    if isinstance(asked, Check) or (asked.get("user") or {}).get("deleted"):
        mend = phrase("Set ALERT_TO to the member ID in the profile of a colleague in Slack: U… or W….")
        return Check("alerts", False, phrase("Slack does not know {user}, who is to be alerted.", user=user), mend)
    return Check("alerts", True, phrase("{user} is alerted where figures are withheld.", user=user))


def _ask(token: str | None, api_url: str | None, method: str, **asked: str) -> Any:
    try:
        return reading_client(token, api_url, timeout=10).api_call(method, params=asked)
    except SlackApiError as refused:
        error = str(refused.response.get("error"))
        return Check(
            method,
            False,
            phrase("Slack answered {method} with {error}.", method=method, error=error),
            phrase("Copy the token again from your app's page at api.slack.com/apps; reinstall it if need be."),
        )
    except (SlackClientError, OSError, HTTPException, ValueError):  # ValueError: SLACK_API_URL is no URL
        where = api_url or "slack.com"
        mend = phrase("Check the network, the proxy and SLACK_API_URL.")
        return Check(method, False, phrase("Slack cannot be reached at {where}.", where=where), mend)


def _who(answer: Mapping[str, Any]) -> dict[str, str]:
    return {"user": str(answer.get("user", "?")), "team": str(answer.get("team", "?"))}


def _scopes(headers: Mapping[str, Any]) -> Check:
    said = {name.lower(): value for name, value in headers.items()}.get("x-oauth-scopes")
    if said is None:
        return Check("scopes", True, phrase("This server does not tell the scopes."))
    missing = sorted(SCOPES - {scope.strip() for scope in str(said).split(",")})
    if not missing:
        return Check("scopes", True, phrase("The app has every scope it uses."))
    return Check("scopes", False, phrase("The app lacks {scopes}.", scopes=", ".join(missing)), mend_scopes())


def mend_scopes() -> Phrase:
    return phrase("Paste manifest.json into “App Manifest” of your app's page and reinstall the app.")


def book(url: str, today: date) -> Check:
    """Whether there is a customer book, with accounts and subscriptions, and how old its data is."""
    from tools.metrics import NoBook

    load = phrase("Load your data with `retention load DIR`, or try `retention demo`.")
    try:
        accounts, subscriptions, as_of = _book_contents(url)
    except NoBook:
        return Check("book", False, phrase("There is no customer book yet."), load)
    except (SQLAlchemyError, KeyError):
        mend = phrase("Check BOOK_URL, and that its server runs; then load your data with `retention load DIR`.")
        return Check("book", False, phrase("The customer book cannot be read."), mend)
    if not accounts or not subscriptions:
        return Check("book", False, phrase("The customer book has no accounts or no subscriptions."), load)
    said = phrase("{accounts} accounts, data up to {day}.", accounts=accounts, day=as_of)
    if (today - as_of).days > OLD:
        return Check("book", False, said, phrase("The data is old: load it again with `retention load DIR`."))
    return Check("book", True, said)


def engine(url: str) -> Iterator[Check]:
    """A word of warning where the book is in an engine on which nobody has seen the figures come out right."""
    from tools.metrics._engines import PROVEN, backend

    try:
        kind = backend(url)
    except ArgumentError:  # which the check of the book has told already
        return
    if kind not in PROVEN:
        said = phrase("The metrics are not tested on {engine}; docs/engines.md says how to try it.", engine=kind)
        yield Check("engine", True, said)


def _book_contents(url: str) -> tuple[int, int, date]:
    from tools.metrics import open_book
    from tools.metrics._book import accounts, subscriptions

    opened = open_book(url)
    try:
        with opened.connect() as connection:
            counts = [
                connection.execute(select(func.count()).select_from(t)).scalar_one() for t in (accounts, subscriptions)
            ]
        return counts[0], counts[1], opened.as_of
    finally:
        opened.engine.dispose()


def risk(settings: Settings, today: date) -> Iterator[Check]:
    """What scores risk, and whether it still holds; nothing where there is no book (`book` tells that)."""
    from tools._track_record import how_it_holds, which_scorer
    from tools.metrics import BadScorecard, NoBook, OldBook, card_in_force, drift, fit_in_force, open_book

    try:
        opened = open_book(settings.book).scored_by(settings.scoring)
        card, fitted = card_in_force(opened), fit_in_force(opened)
        changed = list(how_it_holds(drift(opened, fitted, today))) if fitted else []
    except BadScorecard as bad:
        said = phrase("{file}, {where}: {fault}.", file=str(bad.file), where=bad.where, fault=bad.fault)
        yield Check("risk", False, said, phrase("Mend the file that RISK_SCORECARD names, or leave the setting out."))
    except (NoBook, OldBook, SQLAlchemyError):
        return
    else:
        yield Check("risk", True, which_scorer(card, fitted))
        yield from (Check("risk", False, said, phrase("`retention risk fit`.")) for said in changed)


def store(url: str) -> Check:
    """Whether the assistant's own store opens, migrates and takes a write."""
    from bot.store import open_store

    try:
        opened = open_store(url)
        opened.writable()
        opened.close()
    except (SQLAlchemyError, OSError):
        mend = phrase("Check STORE_URL, that its server runs, and that this user may create tables and write.")
        return Check("store", False, phrase("The assistant's own store cannot be written."), mend)
    return Check("store", True, phrase("The assistant's own store is up to date and takes writes."))


def questions(url: str, now: datetime) -> Iterator[Check]:
    """Whether every question got its answer; nothing where the store cannot be asked (`store` tells that)."""
    from bot.queued import trouble
    from bot.store import open_store

    try:
        opened = open_store(url)
        found = trouble(opened.engine, now)
        opened.close()
    except (SQLAlchemyError, OSError):
        return
    yield _lost(found.lost)
    yield _stuck(found.stuck)


def _lost(n: int) -> Check:
    if not n:
        return Check("answers", True, phrase("No question has failed."))
    said = phrase_n(
        "{n} question has failed and waits for an administrator.",
        "{n} questions have failed and wait for an administrator.",
        n,
    )
    return Check("answers", False, said, phrase("See `retention failed`, which also has them tried again."))


def _stuck(n: int) -> Check:
    if not n:
        return Check("questions", True, phrase("No question is left lying."))
    said = phrase_n("{n} question is left lying.", "{n} questions are left lying.", n)
    return Check("questions", False, said, phrase("Start `retention serve` with this store: it takes them over."))


def schedules(url: str, country: str, now: datetime) -> Iterator[Check]:
    """Whether what is scheduled is posted, and whose holidays count."""
    from bot.store import open_store
    from bot.timetable import Timetable

    if country and not knows_holidays(country):
        mend = phrase("Set HOLIDAYS to a country, or a country and a state: BR, US, BR-SP.")
        yield Check("holidays", False, phrase("I know no public holidays of {country}.", country=country), mend)
    try:
        opened = open_store(url)
        yield _scheduled(Timetable(opened.engine), now)
        opened.close()
    except (SQLAlchemyError, OSError):
        return


def _scheduled(timetable: "Timetable", now: datetime) -> Check:
    active = [kept for kept in timetable.all() if kept.active]
    if overdue := [kept.id for kept in active if now - kept.next_due > LATE]:
        mend = phrase("Start `retention serve` with this store: it posts them, late.")
        return Check("schedules", False, phrase("These are overdue: {which}.", which=tuple(overdue)), mend)
    if failing := timetable.failing():
        said = phrase("The last posts of these did not get through: {which}.", which=failing)
        return Check("schedules", False, said, phrase("Their owners were told; the log says why."))
    said = phrase_n("{n} schedule or alert is active.", "{n} schedules and alerts are active.", len(active))
    return Check("schedules", True, said if active else phrase("There are no schedules yet."))


def _index_is_current(settings: Settings, folder: Path) -> bool:
    from bot.embeddings import embedding_of
    from knowledge import Documents, is_current

    embedding = embedding_of(settings.embedding, settings.retention_home)
    return is_current(folder, documents=Documents(settings.own_documents), embedding=embedding)


def index(folder: Path, is_current: Callable[[Path], bool]) -> Check:
    """Whether the playbooks and documents are indexed as they are now."""
    if is_current(folder):
        return Check("index", True, phrase("The playbooks are indexed."))
    return Check(
        "index",
        False,
        phrase("The playbooks are not indexed as they are now."),
        phrase("Run `retention index`."),
    )
