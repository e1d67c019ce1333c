"""`retention workspace`: the local Slack and the assistant in one process, until Ctrl-C."""

import socket
import webbrowser
from contextlib import closing
from secrets import token_hex
from threading import Thread

from pydantic import SecretStr
from rich.console import Console

from bot.app import Assistant
from bot.slack import serve
from bot.workspace.company import LEADER, REP, company
from bot.workspace.server import LocalSlack
from tools import phrase
from tools.metrics import NoBook

HOST = "127.0.0.1"


def run(bot: Assistant, console: Console, port: int = 0, *, open_browser: bool = True) -> int:
    """Serve the workspace and the assistant on this machine alone. Returns the exit status."""
    try:
        owners = owners_by_accounts(bot)
    except NoBook:
        said = phrase("There is no book yet. Make a demo company first: retention demo --home demo-home")
        console.print(bot.speaker.say(said), markup=False)
        return 1
    world = company(owners, locale(bot.settings.retention_language))
    with LocalSlack(world, f"xoxb-{token_hex(16)}", token_hex(16), port) as slack:
        answering = free_port()
        slack.courier.url = f"http://{HOST}:{answering}/slack/events"
        _announce(bot, console, slack.root, open_browser)
        return serve(_connected(bot, slack, owners), answering, host=HOST)


def owners_by_accounts(bot: Assistant) -> list[str]:
    """Who owns accounts in the book, first who owns most."""
    from sqlalchemy import func, select

    from tools.metrics._book import accounts

    counted = select(accounts.c.owner).where(accounts.c.owner.is_not(None)).group_by(accounts.c.owner)
    with bot.book().engine.connect() as connection:
        return [str(owner) for (owner,) in connection.execute(counted.order_by(func.count().desc(), accounts.c.owner))]


def locale(language: str) -> str:
    """A language as Slack writes it of a person."""
    return "pt-BR" if language == "pt-BR" else "en-US"


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _connected(bot: Assistant, slack: LocalSlack, owners: list[str]) -> Assistant:
    """The same assistant, with the workspace as its Slack: its leader is a leader there, its rep of the team."""
    settings = bot.settings
    here = {
        "slack_api_url": slack.api_url, "slack_bot_token": SecretStr(slack.token), "health_port": None,
        "slack_signing_secret": SecretStr(slack.courier.secret), "alert_to": LEADER,
        "leaders": settings.leaders | {LEADER}, "cs_team": settings.cs_team | {REP},
        "admins": settings.admins | {LEADER}, "owners": {REP: owners[0]} if owners else {}, "log_level": "WARNING",
    }  # fmt: skip
    return Assistant(settings.model_copy(update=here))


def _announce(bot: Assistant, console: Console, url: str, open_browser: bool) -> None:
    said = phrase("The workspace is at {url}. Ctrl-C ends it.", url=url)
    console.print(bot.speaker.say(said), markup=False, highlight=False, soft_wrap=True)
    if open_browser:
        Thread(target=webbrowser.open, args=(url,), daemon=True).start()
