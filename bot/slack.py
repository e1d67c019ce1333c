"""`retention serve` and `retention doctor`: the assistant put together with Slack."""

import logging
from contextlib import nullcontext
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING

from pydantic import SecretStr
from rich.console import Console
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError

from bot.app import Assistant
from bot.conversation import Reply
from bot.lookups import Lookups
from bot.pressing import pressed
from bot.question import Person, Place, Question
from bot.serving import CannotServe, HttpIntake, Intake, SocketIntake, identify
from bot.serving import serve as run
from bot.settings import Settings
from bot.several import installed, missing_setting
from bot.uploads import is_upload, take
from bot.workspaces import OneWorkspace, Workspace
from tools import Phrase, phrase

if TYPE_CHECKING:
    from slack_bolt import App
    from slack_bolt.oauth import OAuthFlow
    from slack_sdk import WebClient

    from bot.offices import Office
    from bot.store import Store


def serve(bot: Assistant, http: int | None) -> int:
    """Answer in Slack until SIGTERM or Ctrl-C. Returns the exit status: 1 with a sentence where it cannot start."""
    settings = bot.settings
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    if missing := missing_setting(settings, http=http is not None):
        return _cannot(bot, missing)
    try:
        _serve(bot, http)
    except CannotServe as reason:
        return _cannot(bot, reason.message)
    return 0


def _serve(bot: Assistant, http: int | None) -> None:
    from bot.listeners import bolt_app
    from bot.offices import Offices
    from bot.work import Work

    settings, store = bot.settings, _store(bot)
    warming = Thread(target=_warm, args=(bot,), name="warming", daemon=True)
    many = installed(settings, store)
    offices = Offices(many.installations if many else _the_one(settings), partial(_office, bot, warming))
    work = Work(
        store.engine, offices.parcels, offices.apology, offices.undelivered, offices.deliver,
        replica=settings.retention_replica,
    )  # fmt: skip
    desk = offices.desk(work.accept, store.judge, bot.today, many.left if many else None)
    app = bolt_app(
        desk, desk.token, signing_secret=_open(settings.slack_signing_secret), api_url=settings.slack_api_url
    )
    warming.start()
    work.start()
    with many.renewing() if many else nullcontext():
        run(_intakes(settings, app, http, store, many.flow if many else None), work.stop)


def _the_one(settings: Settings) -> OneWorkspace:
    token = _open(settings.slack_bot_token) or ""
    me = identify(token, settings.slack_api_url)
    if settings.slack_teams and me.team not in settings.slack_teams:
        raise CannotServe(
            phrase("SLACK_BOT_TOKEN is of the workspace {team}, which SLACK_TEAMS does not list.", team=me.team)
        )
    return OneWorkspace(Workspace(me, token))


def _office(bot: Assistant, warming: Thread, workspace: Workspace) -> "Office":
    """What one workspace is answered with."""
    from bot import blocks
    from bot.delivery import Delivery
    from bot.offices import Office
    from bot.replying import Replying
    from bot.rooms import Rooms

    settings, me = bot.settings, workspace.identity
    delivery = Delivery(bot.store, workspace.token, settings.slack_api_url, team=me.team)
    rooms = Rooms(delivery.reading, me.team, me.bot_user)
    replying = Replying(
        lambda question: _answer(bot, question, warming, workspace.token), blocks.message,
        lambda text: bot.conversation.language_of(text, ""), rooms, delivery, settings.alert_to,
    )  # fmt: skip
    return Office(workspace, delivery, replying, lookups(bot, delivery.hinting))


def _intakes(
    settings: Settings, app: "App", http: int | None, store: "Store", flow: "OAuthFlow | None"
) -> list[Intake]:
    if http:
        return [HttpIntake(app, http, store.alive, flow=flow)]
    socket = SocketIntake(app, _open(settings.slack_app_token) or "", settings.slack_api_url)
    if not settings.health_port:
        return [socket]
    return [socket, HttpIntake(None, settings.health_port, lambda: socket.healthy() and store.alive())]


def lookups(bot: Assistant, client: "WebClient") -> Lookups:
    """What listeners may look up, from the assistant and from Slack."""
    from bot.people import People

    return Lookups(
        bot.today, bot.accounts, People(client, bot.settings.retention_language).language, bot.store.answered,
        tool=bot.tools.get,
    )  # fmt: skip


def _store(bot: Assistant) -> "Store":
    try:
        bot.store.writable()
    except (SQLAlchemyError, OSError) as problem:
        logging.getLogger(__name__).warning("the store: %s", str(problem).splitlines()[0])
        raise CannotServe(
            phrase(
                "The assistant's own store cannot be written. "
                "Check STORE_URL, that its server runs, and that this user may create tables and write."
            )
        ) from problem
    return bot.store


def _warm(bot: Assistant) -> None:
    """Answer a question to nobody: what is imported and read once should not make the first person wait."""
    from bot import blocks

    asked = Question("warming", "Weekly MRR summary", Person("retention"), Place("terminal"))
    bot.knowledge.warm()
    for image in blocks.message(bot.conversation.answer(asked)).images:
        image.png()


def _answer(bot: Assistant, question: Question, warming: Thread, token: str) -> Reply:
    """Files are taken in; a pressed button has already chosen what to run.

    The first answers wait rather than all warm up at once.
    """
    warming.join()
    if is_upload(question):
        reply = take(bot, question, token)
        bot.remember(reply)
        return reply
    return pressed(bot, question) if question.choice else bot.ask(question)


def examine(bot: Assistant, console: Console, *, http: bool) -> int:
    """Print every check and what to mend. Returns 1 if anything is wrong."""
    from bot.doctor import examine as checks
    from bot.doctor import line

    well = True
    for check in checks(bot.settings, bot.today(), http=http):
        well = well and check.ok
        console.print(line(check, bot.speaker.say))
    return 0 if well else 1


def _open(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _cannot(bot: Assistant, reason: Phrase) -> int:
    Console(stderr=True).print(Text(bot.speaker.say(reason)))
    return 1
