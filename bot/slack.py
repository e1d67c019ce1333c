"""`retention serve` and `retention doctor`: the assistant put together with Slack."""

import gc
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING

from pydantic import SecretStr
from rich.console import Console
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError

from bot.app import Assistant
from bot.audit import answered
from bot.beside import beside
from bot.conversation import Reply
from bot.logs import configure
from bot.lookups import Lookups
from bot.pressing import pressed
from bot.question import Person, Place, Question
from bot.router import Call
from bot.router.slots.periods import period_in
from bot.serving import CannotServe, HttpIntake, Intake, SocketIntake, identify, pages_of
from bot.serving import serve as run
from bot.settings import Settings
from bot.several import installed, missing_setting
from bot.uploads import is_upload, take
from bot.workspaces import OneWorkspace, Workspace
from tools import Phrase, phrase

if TYPE_CHECKING:
    from slack_bolt import App
    from slack_bolt.oauth import OAuthFlow

    from bot.gauges import Gauges
    from bot.offices import Office
    from bot.people import People
    from bot.rooms import Rooms
    from bot.store import Store


TURN = 0.001
"""Seconds for which a thread computes before another one may: an acknowledgement must not wait for answers being made,
and it changes hands a dozen times."""


def serve(bot: Assistant, http: int | None, host: str = "0.0.0.0") -> int:
    """Answer in Slack until SIGTERM or Ctrl-C; `http` and `host` are where Slack calls, if it does.

    Returns the exit status: 1 with a sentence where it cannot start.
    """
    settings = bot.settings
    configure(settings.log_level, settings.log_format)
    if missing := missing_setting(settings, http=http is not None):
        return _cannot(bot, missing)
    try:
        _serve(bot, http, host)
    except CannotServe as reason:
        return _cannot(bot, reason.message)
    return 0


def leave(status: int) -> None:
    """End the process. What was not finished in the time to drain is another replica's, and nobody waits for it."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _serve(bot: Assistant, http: int | None, host: str) -> None:
    from bot.gauges import Gauges
    from bot.listeners import bolt_app
    from bot.offices import Offices
    from bot.refitting import refitting
    from bot.replicas import new_life
    from bot.sweeping import sweeping
    from bot.work import Work

    settings, store = bot.settings, _store(bot)
    life, gauges = new_life(), Gauges(store.engine)
    warming = Thread(target=_warm, args=(bot,), name="warming", daemon=True)
    many = installed(settings, store)
    workspaces = many.installations if many else _the_one(settings)
    offices = Offices(workspaces, partial(_office, bot, life, gauges))
    work = Work(
        store.engine, bot.audit.showing(offices.parcels), offices.apology, offices.undelivered, offices.deliver,
        life=life, ready=warming.join, gauges=gauges,
    )  # fmt: skip
    desk = offices.desk(work.accept, store.judge, bot.today, many.left if many else None)
    secret = _open(settings.slack_signing_secret)
    app = bolt_app(desk, desk.token, signing_secret=secret, api_url=settings.slack_api_url)
    flow = many.flow if many else None
    intakes = _intakes(settings, app, http, host, work.alive, store.alive, gauges, flow)
    sys.setswitchinterval(TURN)
    warming.start()
    work.start()
    with ticking(bot, work.accept), sweeping(bot), refitting(bot), many.renewing() if many else nullcontext():
        run(intakes, work.stop)


def _the_one(settings: Settings) -> OneWorkspace:
    token = _open(settings.slack_bot_token) or ""
    me = identify(token, settings.slack_api_url)
    if settings.slack_teams and me.team not in settings.slack_teams:
        raise CannotServe(
            phrase("SLACK_BOT_TOKEN is of the workspace {team}, which SLACK_TEAMS does not list.", team=me.team)
        )
    return OneWorkspace(Workspace(me, token))


def _office(bot: Assistant, life: str, gauges: "Gauges", workspace: Workspace) -> "Office":
    """What one workspace is answered with."""
    from bot import blocks
    from bot.announcing import Announcing
    from bot.delivery import Delivery
    from bot.offices import Office
    from bot.people import People
    from bot.replying import Replying
    from bot.rooms import Rooms

    settings, me, token = bot.settings, workspace.identity, workspace.token
    delivery = Delivery(bot.store, token, settings.slack_api_url, team=me.team, owner=life, told=gauges.slack_error)
    groups = tuple(settings.role_groups.values())
    rooms = Rooms(delivery.reading, me.team, me.bot_user, groups=groups)
    people = People(delivery.hinting, settings.retention_language)
    replying = Replying(
        partial(_seen, bot, people, gauges, token), blocks.message,
        lambda text: bot.conversation.language_of(text, ""), rooms, delivery, settings.alert_to,
        bot.views, bot.says_the_same,
    )  # fmt: skip
    announcing = Announcing(replying, bot.timetable, bot.member, settings.alert_to, covers=bot.covers)
    looking = lookups(bot, people, Rooms(delivery.hinting, me.team, me.bot_user, groups=groups))
    return Office(workspace, delivery, announcing, looking, rooms.forget)


@contextmanager
def ticking(bot: Assistant, accept: Callable[[Question], None]) -> Iterator[None]:
    """The clock of the schedules, as long as there is somebody to take in what is due."""
    from bot.ticking import Ticker

    here = bot.settings
    ticker = Ticker(
        bot.timetable, accept, bot.now, here.schedules_missed, bot.loaded, timedelta(minutes=here.alerts_every)
    )  # fmt: skip
    with beside("schedules", ticker.run):
        yield


def _intakes(
    settings: Settings, app: "App", http: int | None, host: str,
    healthy: Callable[[], bool], store: Callable[[], bool], gauges: "Gauges", flow: "OAuthFlow | None",
) -> list[Intake]:  # fmt: skip
    """The ways in, and where an operator asks: on a port of its own, or beside Slack's events."""
    if not http:
        socket = SocketIntake(app, _open(settings.slack_app_token) or "", settings.slack_api_url)
        pages = pages_of(healthy, lambda: socket.healthy() and store(), gauges.text)
        return [socket, *([HttpIntake(None, settings.health_port, pages)] if settings.health_port else [])]
    pages = pages_of(healthy, store, gauges.text)
    if settings.health_port in (None, http):
        return [HttpIntake(app, http, pages, host, flow)]
    apart = HttpIntake(None, settings.health_port or 0, pages)
    return [HttpIntake(app, http, pages_of(healthy, store), host, flow), apart]


def lookups(bot: Assistant, people: "People", rooms: "Rooms") -> Lookups:
    """What listeners may look up, from the assistant and from Slack; `rooms` tells who is an outsider."""

    def question(person: Person, language: str = "") -> Question:
        place = Place("dm", rooms.team)
        return Question(f"{rooms.team}/{person.id}/lookup", "", people.named(rooms.person(person)), place, language)

    def period(said: str) -> str | None:
        return period_in(said, bot.today(), bot.settings.fiscal_year_starts)

    return Lookups(
        bot.today, lambda person: bot.accounts(question(person)), people.language, bot.store.answered,
        lambda person, draft: bot.drafts_of(question(person)).find(draft),
        bot.tools.get, lambda person, language: _day(bot, question(person, language)),
        names=lambda person: bot.names_for(question(person)), period=period,
    )  # fmt: skip


def _day(bot: Assistant, question: Question) -> Reply:
    """What the Home tab says. It is not kept, as it is made anew at every look; that somebody saw it is."""
    reply = bot.conversation.answer(question, Call("my_day", {}))
    bot.audit.note(replace(answered(reply), to=question.asker))
    return reply


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
    """Answer questions to nobody: what is imported and read once should not make the first person wait."""
    from bot import blocks

    bot.knowledge.warm()
    for text in ("Weekly MRR summary", "Which accounts are at risk?"):
        asked = Question("warming", text, Person("retention"), Place("terminal"))
        for image in blocks.message(bot.conversation.answer(asked)).images:
            image.png()
    gc.collect()
    gc.freeze()  # what was learnt stays: looking through it for garbage stopped all threads for a second at a time


def _seen(bot: Assistant, people: "People", gauges: "Gauges", token: str, question: Question) -> Reply:
    started = time.monotonic()
    reply = _answer(bot, people, question, token)
    gauges.answered(reply.call.tool if reply.call else None, reply.outcome, time.monotonic() - started)
    return reply


def _answer(bot: Assistant, people: "People", question: Question, token: str) -> Reply:
    """Files are taken in; a pressed button has already chosen what to run."""
    question = replace(question, asker=people.named(question.asker))
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
