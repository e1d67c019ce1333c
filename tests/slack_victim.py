"""A bot in a process of its own, to be killed: `python -m tests.slack_victim API_URL STORE_URL MOMENT [socket]`.

MOMENT is when it kills itself with SIGKILL: `answering`, `claimed` (before the post), `posted` (before the
post is marked as sent), or `never`. It prints its URL when it is ready.
"""

import os
import signal
import sys
import time
from pathlib import Path

from bot.conversation import Reply
from bot.delivery import Delivery
from bot.parcels import Parcel
from bot.question import Question
from tests.slack_world import bot, echo

API_URL, STORE_URL, MOMENT = sys.argv[1:4]


def die_at(moment: str) -> None:
    if moment == MOMENT:
        os.kill(os.getpid(), signal.SIGKILL)


def answer(question: Question) -> Reply:
    die_at("answering")
    return echo(question)


class Mortal(Delivery):
    def _post(self, parcel: Parcel, until: float) -> str:
        die_at("claimed")
        ts = super()._post(parcel, until)
        die_at("posted")
        return ts


if __name__ == "__main__":
    by_socket = "socket" in sys.argv[4:]
    with bot(API_URL, Path.cwd(), answer, store_url=STORE_URL, out=Mortal, socket=by_socket) as running:
        print("http: no, by socket" if by_socket else running.url, flush=True)
        while True:
            time.sleep(1)
