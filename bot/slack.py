"""`retention serve` and `retention doctor`: the assistant put together with Slack."""

import logging
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
from bot.serving import CannotServe, HttpIntake, Intake, SocketIntake, identify, missing_token
from bot.serving import serve as run
from bot.uploads import is_upload, take
from tools import Phrase, phrase

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from bot.store import Store


def serve(bot: Assistant, http: int | None) -> int:
    """Answer in Slack until SIGTERM or Ctrl-C. Returns the exit status: 1 with a sentence where it cannot start."""
    settings = bot.settings
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    tokens = _open(settings.slack_bot_token), _open(settings.slack_app_token), _open(settings.slack_signing_secret)
    if missing := missing_token(*tokens, http=http is not None):
        return _cannot(bot, missing)
    try:
        _serve(bot, http, *tokens)
    except CannotServe as reason:
        return _cannot(bot, reason.message)
    return 0


def _serve(bot: Assistant, http: int | None, token: str | None, app_token: str | None, secret: str | None) -> None:
    from bot import blocks
    from bot.delivery import Delivery
    from bot.listeners import Desk, bolt_app
    from bot.replying import Replying
    from bot.rooms import Rooms
    from bot.sweeping import sweeping
    from bot.work import Work

    settings, store = bot.settings, _store(bot)
    me = identify(token or "", settings.slack_api_url)
    delivery = Delivery(store, token or "", settings.slack_api_url)
    rooms = Rooms(delivery.reading, me.team, me.bot_user)
    warming = Thread(target=_warm, args=(bot,), name="warming", daemon=True)
    replying = Replying(
        lambda question: _answer(bot, question, warming), blocks.message,
        lambda text: bot.conversation.language_of(text, ""), rooms, delivery, settings.alert_to,
    )  # fmt: skip
    work = Work(
        store.engine, bot.audit.showing(replying.parcels), replying.apology, replying.undelivered, delivery.deliver,
        replica=settings.retention_replica,
    )  # fmt: skip
    desk = Desk(me, work.accept, store.judge, lookups(bot, delivery.hinting))
    app = bolt_app(desk, token or "", signing_secret=secret, api_url=settings.slack_api_url)
    intakes: list[Intake] = []
    if http:
        intakes.append(HttpIntake(app, http, store.alive))
    else:
        socket = SocketIntake(app, app_token or "", settings.slack_api_url)
        intakes.append(socket)
        if settings.health_port:
            intakes.append(HttpIntake(None, settings.health_port, lambda: socket.healthy() and store.alive()))
    warming.start()
    work.start()
    with sweeping(bot):
        run(intakes, work.stop)


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


def _answer(bot: Assistant, question: Question, warming: Thread) -> Reply:
    """Files are taken in; a pressed button has already chosen what to run.

    The first answers wait rather than all warm up at once.
    """
    warming.join()
    if is_upload(question):
        reply = take(bot, question)
        bot.remember(reply)
        return reply
    return pressed(bot, question) if question.choice else bot.ask(question)


def examine(bot: Assistant, console: Console, *, http: bool) -> int:
    """Print every check and what to mend. Returns 1 if anything is wrong."""
    from bot.doctor import examine as checks

    well = True
    for check in checks(bot.settings, bot.today(), http=http):
        well = well and check.ok
        console.print(
            Text(
                f"{'✓' if check.ok else '✗'} {check.name}: {bot.speaker.say(check.message)}", "" if check.ok else "red"
            )
        )
        if check.mend and not check.ok:
            console.print(Text(f"  → {bot.speaker.say(check.mend)}"))
    return 0 if well else 1


def _open(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _cannot(bot: Assistant, reason: Phrase) -> int:
    Console(stderr=True).print(Text(bot.speaker.say(reason)))
    return 1
