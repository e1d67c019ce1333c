"""`make load`, `python -m tests.load`: a burst of questions to replicas on PostgreSQL, and how they bear it.

`retention serve --http` on the demo company, twice, asked in turns; a loopback Slack that answers at once. Questions
come at a steady rate for so many seconds, in many channels and threads. Measured are the time until each is answered
with 200 and the answers a second while questions wait. All shares one machine: the replicas, PostgreSQL, Slack, and
who asks; so the processor time of an answer is told too, which others on the machine do not change. Exit status 1 where
an answer is missing, or comes twice.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

import psutil

from tests.chaos import QUESTIONS, Replica, a_store, real, running, wait_for
from tests.slack_server import SlackServer

CHANNELS = tuple(f"C{n}" for n in range(1, 41))
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October")
ASKED = (*QUESTIONS, *(f"MRR summary for {month} 2026" for month in MONTHS), *(f"NRR in {m} 2026" for m in MONTHS),
         "Which accounts renew next quarter?", "How do we run a QBR?", "churned MRR by segment", "what is NRR?",
         "cohort retention", "MRR next 3 months", "Quais contas estão em risco?", "log a call with Caldwick Health",
         "Caldwick Health", "Trust plan for Caldwick Health", "Renewal notice for Caldwick Health")  # fmt: skip


@dataclass(frozen=True)
class Burst:
    """What came of it; times in seconds. `meanwhile`: how many were answered while questions still came."""

    asked: int
    seconds: float
    acknowledged: list[float]
    again: int
    answered: Counter[str]
    last: float
    meanwhile: int
    processor: float

    @property
    def p99(self) -> float:
        return quantiles(self.acknowledged, n=100)[98]

    @property
    def lost(self) -> int:
        return self.asked - len(self.answered)

    @property
    def sustained(self) -> float:
        """Answers a second once nobody asks any more and all that is left waits."""
        return (len(self.answered) - self.meanwhile) / (self.last - self.seconds)

    @property
    def twice(self) -> int:
        return sum(n > 1 for n in self.answered.values())

    def __str__(self) -> str:
        middle = quantiles(self.acknowledged, n=2)[0]
        return (
            f"{self.asked} questions in {self.seconds:.0f} s ({self.asked / self.seconds:.0f} a second), acknowledged "
            f"after {middle * 1000:.0f} ms, p99 {self.p99 * 1000:.0f} ms, {self.again} sent again; "
            f"{self.lost} lost, {self.twice} twice; {self.meanwhile / self.seconds:.1f} answers a second meanwhile, "
            f"{self.sustained:.1f} afterwards, the last after {self.last:.0f} s, "
            f"{self.processor / self.asked * 1000:.0f} ms of the replicas' processor time each"
        )


def burst(slack: SlackServer, replicas: list[Replica], rate: float, seconds: float, most: float) -> Burst:
    """Ask at that rate for so long; wait for the answers, but no longer than `most` seconds."""
    started, asked, spent = time.monotonic(), int(rate * seconds), processor_time(replicas)
    with ThreadPoolExecutor(64) as people:
        sent = [people.submit(_ask, slack, replicas, n, started + n / rate) for n in range(asked)]
        tries = [each.result() for each in sent]
    asking, meanwhile = time.monotonic() - started, len(_answers(slack))
    wait_for(lambda: len(_answers(slack)) == asked, most)
    took, again = [t for took, _ in tries for t in took], sum(n for _, n in tries)
    last = max((float(post["ts"]) for post in _posts(slack)), default=0.0) - time.time() + time.monotonic() - started
    return Burst(asked, asking, took, again, _answers(slack), last, meanwhile, processor_time(replicas) - spent)


def processor_time(replicas: list[Replica]) -> float:
    """Seconds that the replicas have kept a processor busy so far."""
    spent = [psutil.Process(each.process.pid).cpu_times() for each in replicas if each.process]
    return sum(each.user + each.system for each in spent)


def _ask(slack: SlackServer, replicas: list[Replica], n: int, at: float) -> tuple[list[float], int]:
    """How long each delivery took, and how many had to be repeated."""
    time.sleep(max(at - time.monotonic(), 0))
    body = slack.body(slack.mention(ASKED[n % len(ASKED)], channel=random.choice(CHANNELS)))
    took: list[float] = []
    while True:
        began = time.monotonic()
        status = _delivered(slack, replicas[(n + len(took)) % len(replicas)].url, body)
        took.append(time.monotonic() - began)
        if status == 200:
            return took, len(took) - 1


def _delivered(slack: SlackServer, url: str, body: dict[str, Any]) -> int:
    with suppress(OSError):
        return slack.deliver(url, body)
    return 0


def _posts(slack: SlackServer) -> list[dict[str, Any]]:
    return [post for channel in CHANNELS for post in slack.posted(channel)]


def _answers(slack: SlackServer) -> Counter[str]:
    return Counter(str(post["thread_ts"]) for post in _posts(slack))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rate", type=float, default=50, help="questions a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--most", type=float, default=300, help="seconds to wait for the last answers")
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--home", type=Path, help="a home with the demo company in it already")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="load-") as folder, SlackServer() as slack:
        slack.channels.update({channel: dict(slack.channels["C1"]) for channel in CHANNELS})
        with a_store(given.store, Path(folder)) as store:
            replicas = real(slack, given.home or Path(folder), store, given.replicas, made=given.home is not None)
            with running(replicas):
                wait_for(lambda: all(each.url for each in replicas), 120)
                done = burst(slack, replicas, given.rate, given.seconds, given.most)
    others = os.getloadavg()[0]
    print(f"{given.store}, {given.replicas} replicas, load average {others:.1f}: {done}")
    return 1 if done.lost or done.twice else 0


if __name__ == "__main__":
    sys.exit(main())
