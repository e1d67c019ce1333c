"""The assistant on the demo company with a clock that tests set, posting to the loopback Slack."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from bot import blocks
from bot.announcing import Announcing
from bot.app import Assistant
from bot.conversation import Reply
from bot.delivery import Delivery
from bot.question import Person, Place, Question
from bot.replying import Replying
from bot.rooms import Rooms
from bot.settings import Settings
from bot.terminal import plain
from bot.ticking import Ticker
from bot.work import Work
from tests.slack_server import BOT_TOKEN, BOT_USER, TEAM, SlackServer


@dataclass
class Clock:
    """What time it is: `now` can be set."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Timed(Assistant):
    """The assistant at the clock's time."""

    clock: Clock = field(default=None)  # type: ignore[assignment]

    def now(self) -> datetime:
        return self.clock()


@dataclass
class World:
    """`ask` asks as somebody in a channel; `at` sets the clock and looks at what is due."""

    bot: Timed
    slack: SlackServer | None
    work: Work | None
    ticker: Ticker
    clock: Clock
    asked: Iterator[int] = field(default_factory=lambda: count(1))

    def ask(self, text: str, who: str = "U1", channel: str = "C1", thread: str = "1.0", zone: str = "") -> Reply:
        kind = "dm" if channel.startswith("D") else "channel"
        person, place = Person(who, zone=zone), Place(kind, TEAM, channel, thread)
        return self.bot.ask(Question(f"{TEAM}/{channel}/q{next(self.asked)}", text, person, place))

    def due(self, question: Question) -> Reply:
        """What a schedule asks, answered as its owner is known to Slack."""
        return self.bot.ask(replace(question, asker=replace(question.asker, outsider=False)))

    def at(self, when: str | datetime) -> None:
        moment = datetime.fromisoformat(when) if isinstance(when, str) else when
        self.clock.now = moment if moment.tzinfo else moment.replace(tzinfo=self.clock.now.tzinfo)
        self.ticker.tick()


def said(reply: Reply) -> str:
    return plain(reply).replace("\xa0", " ")


@contextmanager
def talk(home: Path, store_url: str, now: datetime, taken: list[Question] | None = None) -> Iterator[World]:
    """Where only words are exchanged: what is due is `taken` and goes nowhere."""
    clock = Clock(now)
    bot = Timed(Settings(_env_file=None, retention_home=home, store_url=store_url), clock)
    accept = (taken if taken is not None else []).append
    yield World(bot, None, None, Ticker(bot.timetable, accept, bot.now), clock)
    bot.store.close()


@contextmanager
def world(
    slack: SlackServer,
    home: Path,
    store_url: str,
    now: datetime,
    *,
    covers: Callable[[Person, Person], bool] = lambda reader, owner: True,
    **more: object,
) -> Iterator[World]:
    """Exactly what `serve` composes, but for the listeners and the clock."""
    clock = Clock(now)
    settings = Settings(_env_file=None, retention_home=home, store_url=store_url)
    bot = Timed(settings, clock)
    delivery = Delivery(bot.store, BOT_TOKEN, slack.api_url, settle=0.3)
    rooms = Rooms(delivery.reading, TEAM, BOT_USER)
    replying = Replying(bot.ask, blocks.message, lambda _: "en", rooms, delivery, "U9")
    announcing = Announcing(replying, bot.timetable, bot.member, "U9", covers)
    steps = (announcing.parcels, announcing.apology, announcing.undelivered, delivery.deliver)
    work = Work(bot.store.engine, *steps, every=0.05)
    ticker = Ticker(bot.timetable, work.accept, bot.now, load=bot.loaded, digest=timedelta(0), **more)  # type: ignore[arg-type]
    work.start()
    try:
        yield World(bot, slack, work, ticker, clock)
    finally:
        work.stop(5)
        bot.store.close()
