"""A replica with a fast clock of its own: `python -m tests.ticking_replica API_URL STORE_URL START SECONDS_A_SECOND`.

It answers with an echo, so that what is tested is who posts, and how often. It prints `ready` when it ticks.
"""

import sys
import threading
import time
from datetime import datetime, timedelta

from bot.announcing import Announcing
from bot.conversation import Reply
from bot.delivery import Delivery
from bot.occasion import Occasion
from bot.question import Question
from bot.replying import Replying
from bot.roles import Member
from bot.rooms import Rooms
from bot.store import open_store
from bot.ticking import Ticker
from bot.timetable import Timetable
from bot.work import Work
from tests.slack_server import BOT_TOKEN, BOT_USER, TEAM
from tests.slack_world import say
from tools import phrase

API_URL, STORE_URL, START, SPEED = sys.argv[1:5]


def answer(question: Question) -> Reply:
    return Reply(question, "en", "answered", phrase("{due}", due=Occasion.read(question.occasion).due))


def main() -> None:
    begun, start = time.time(), datetime.fromisoformat(START)
    clock = lambda: start + timedelta(seconds=(time.time() - begun) * float(SPEED))
    store = open_store(STORE_URL)
    delivery = Delivery(store, BOT_TOKEN, API_URL, settle=0.3)
    replying = Replying(answer, say, lambda _: "en", Rooms(delivery.reading, TEAM, BOT_USER), delivery)
    announcing = Announcing(replying, Timetable(store.engine), lambda person: Member(person, "leader"))
    work = Work(
        store.engine, announcing.parcels, announcing.apology, announcing.undelivered, delivery.deliver, every=0.05
    )
    work.start()
    ticker = Ticker(Timetable(store.engine), work.accept, clock)
    print("ready", flush=True)
    ticker.run(threading.Event(), every=0.02)


if __name__ == "__main__":
    main()
