"""The whole bot against the loopback Slack, with a fake answer: what the Slack tests compose."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.audit import Audit
from bot.blocks import Message
from bot.conversation import Reply
from bot.delivery import Delivery
from bot.listeners import Desk, bolt_app
from bot.lookups import Lookups
from bot.question import Question
from bot.replying import Replying
from bot.roles import Roles
from bot.rooms import Rooms
from bot.serving import HttpIntake, Intake, SocketIntake, identify, serve
from bot.store import Store, open_store
from bot.work import Work
from tests.slack_server import APP_TOKEN, BOT_TOKEN, SECRET
from tools import phrase


def echo(question: Question) -> Reply:
    return Reply(question, "en", "answered", phrase("Answer to {q}", q=question.text))


def say(reply: Reply) -> Message:
    text = reply.message.msgid.format(**reply.message.values)
    return Message(text, ({"type": "section", "text": {"type": "plain_text", "text": text}},))


@dataclass
class Bot:
    store: Store
    work: Work
    http: HttpIntake | None

    @property
    def url(self) -> str:
        assert self.http is not None
        return f"http://127.0.0.1:{self.http.port}/slack/events"


@contextmanager
def bot(
    api_url: str,
    home: Path,
    answer: Callable[[Question], Reply] = echo,
    *,
    speak: Callable[[Reply], Message] = say,
    alert_to: str | None = None,
    socket: bool = False,
    store_url: str | None = None,
    drain: int = 0,
    out: type[Delivery] = Delivery,
    roles: Roles | None = None,
) -> Iterator[Bot]:
    """`serve`, in a thread: exactly the composition of the real command."""
    me = identify(BOT_TOKEN, api_url)
    store = open_store(store_url or f"sqlite:///{home / 'store.sqlite'}")
    delivery = out(store, BOT_TOKEN, api_url, settle=0.5)
    said = roles or Roles()
    rooms = Rooms(delivery.reading, me.team, me.bot_user, groups=said.groups.values())
    replying = Replying(
        answer, speak, lambda _: "en", rooms, delivery, alert_to,
        lambda people: [said.view(said.member(person)) for person in people],
    )  # fmt: skip
    steps = (Audit(store.engine).showing(replying.parcels), replying.apology, replying.undelivered, delivery.deliver)
    work = Work(store.engine, *steps, life=delivery.owner, every=0.05, pause=0.01)
    desk = Desk(me, work.accept, store.judge, Lookups(date.today), rooms.forget)
    app = bolt_app(desk, BOT_TOKEN, signing_secret=SECRET, api_url=api_url)
    http = None if socket else HttpIntake(app, 0, host="127.0.0.1")
    intake: Intake = http or SocketIntake(app, APP_TOKEN, api_url)
    stop, started = threading.Event(), threading.Event()
    work.start()
    running = threading.Thread(target=serve, args=([intake, _Bell(started)], lambda: work.stop(drain), stop))
    running.start()
    assert started.wait(10)
    try:
        yield Bot(store, work, http)
    finally:
        stop.set()
        running.join(30)
        store.close()


class _Bell:
    """Rings when everything before it has started."""

    def __init__(self, started: threading.Event) -> None:
        self.started = started

    def start(self) -> None:
        self.started.set()

    def close(self) -> None: ...

    def healthy(self) -> bool:
        return True
