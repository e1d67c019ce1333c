"""`python -m tests.chaos --kills N`: kill `retention serve` at random moments under load and count the answers.

The real command on SQLite, signed HTTP, a loopback Slack that is slow at random. Questions are sent as Slack sends
them: again until they are acknowledged. Exit status 1 where an acknowledged question has no answer, or two.
Not part of the tests: a kill takes about six seconds.
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
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.slack_server import APP_TOKEN, BOT_TOKEN, SECRET, Sent, SlackServer

TODAY = "2026-11-20"
QUESTIONS = (
    "Which accounts are at risk?", "Resumo de MRR do mês passado", "Draft a win-loss interview script",
    "O que o playbook diz sobre uma renovação em 90 dias?", "Weekly MRR summary", "Pesquisa de saída",
)  # fmt: skip


class SlowSlack(SlackServer):
    """Carries out at once and answers late, so that kills fall between a post and the news of it."""

    def answer(self, method: str, params: dict[str, Any], token: str) -> Sent:
        done = super().answer(method, params, token)
        time.sleep(random.uniform(0, 0.4))
        return done


class Asking(threading.Thread):
    """Asks every `pause` seconds, each time until it is acknowledged, as Slack does."""

    def __init__(self, slack: SlackServer, url: str, pause: float) -> None:
        super().__init__(daemon=True)
        self.slack, self.url, self.pause = slack, url, pause
        self.acknowledged: list[str] = []
        self.enough = threading.Event()

    def run(self) -> None:
        while not self.enough.wait(self.pause):
            event = self.slack.mention(QUESTIONS[len(self.acknowledged) % len(QUESTIONS)])
            while not self._acknowledged(event):
                time.sleep(0.2)
            self.acknowledged.append(event["ts"])

    def _acknowledged(self, event: dict[str, Any]) -> bool:
        with suppress(OSError):
            return self.slack.deliver(self.url, self.slack.body(event)) == 200
        return False


@contextmanager
def serving(slack: SlackServer, home: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    settings = {
        "RETENTION_HOME": str(home), "RETENTION_TODAY": TODAY, "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_SIGNING_SECRET": SECRET,
    }  # fmt: skip
    with (home / "serve.log").open("ab") as out:
        command = [sys.executable, "-m", "bot", "serve", "--http", str(port)]
        process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=out, stderr=out)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def chaos(home: Path, kills: int) -> tuple[list[str], Counter[str]]:
    """The questions that were acknowledged, and how many answers each thread got."""
    with SlowSlack() as slack, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        asking = [Asking(slack, f"http://127.0.0.1:{port}/slack/events", 0.5) for _ in range(3)]
        for each in asking:
            each.start()
        for n in range(kills):
            with serving(slack, home, port):
                time.sleep(random.uniform(1, 9))  # from the middle of its start to the middle of its work
            print(f"kill {n + 1}: {sum(len(a.acknowledged) for a in asking)} acknowledged", flush=True)
        return _settled(slack, home, port, asking)


def _settled(slack: SlackServer, home: Path, port: int, asking: list[Asking]) -> tuple[list[str], Counter[str]]:
    for each in asking:
        each.enough.set()
    with serving(slack, home, port):
        for each in asking:
            each.join(60)
        acknowledged = [ts for each in asking for ts in each.acknowledged]
        _wait(lambda: set(acknowledged) <= set(_answers(slack)), 180)
        time.sleep(8)  # time enough for one too many
    return acknowledged, _answers(slack)


def _answers(slack: SlackServer) -> Counter[str]:
    return Counter(str(post["thread_ts"]) for post in slack.posted())


def _wait(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.time() + seconds
    while not true() and time.time() < deadline:
        time.sleep(0.2)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=None, help="the same moments again")
    kills, seed = (given := parser.parse_args()).kills, given.seed
    random.seed(seed)
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        demo = [sys.executable, "-m", "bot", "demo", "--home", folder, "--today", TODAY]
        subprocess.run(demo, check=True, stdout=subprocess.DEVNULL)
        started = time.time()
        asked, answers = chaos(Path(folder), kills)
    lost, twice = sum(not answers[ts] for ts in asked), sum(n > 1 for n in answers.values())
    print(
        f"{kills} kills in {time.time() - started:.0f} s: {len(asked)} questions acknowledged, "
        f"{sum(answers.values())} answers posted, {lost} lost, {twice} twice"
    )
    return 1 if lost or twice else 0


if __name__ == "__main__":
    sys.exit(main())
