"""`make bench`: how long a question takes and how much memory serving needs, each beside a baseline of the same run."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from bot.app import Assistant
from bot.demonstration import make_company
from tests.conftest import DEMO_DAY, ask, assistant_at
from tests.slack_server import APP_TOKEN, BOT_TOKEN, SlackServer
from tools import Deps

ROOT = Path(__file__).parent.parent
QUESTIONS = (
    "Which accounts are at risk?",
    "Quais clientes da Ana estão em risco?",
    "Weekly MRR summary",
    "Resumo de MRR do mês passado",
    "Summary of Caldwick Health",
    "Monte um roteiro de entrevista win-loss para Novimar Sementes",
    "Exit survey for Novimar Sementes",
    "Plano de confiança para Caldwick Health",
    "What do the playbooks say about renewals?",
    "o que fazer quando o champion sai?",
)
ROUNDS = 20


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        took = seconds(lambda: make_company(assistant_at(home)))
        say("demo company made, loaded and indexed", f"{took:.1f} s", "target 30 s")
        warm_questions(assistant_at(home))
        cold_question(home)
        serving_memory(home)


def warm_questions(bot: Assistant) -> None:
    """Question → answer in this process, everything loaded; baseline: the tool alone, its arguments given."""
    replies = [ask(bot, text) for text in QUESTIONS]
    whole = sorted(
        seconds(lambda text=text: bot.conversation.answer(_question(text))) for _ in range(ROUNDS) for text in QUESTIONS
    )
    deps = Deps(bot.book(), bot.knowledge, bot.today(), "en")
    calls = [(bot.tools[reply.call.tool], reply.call.arguments) for reply in replies if reply.call and reply.answer]
    alone = sorted(
        seconds(lambda tool=tool, args=args: tool.run(tool.input.model_validate(args), deps))
        for _ in range(ROUNDS)
        for tool, args in calls
    )
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        of_question, of_tool = at(whole, share), at(alone, share)
        ratio = f"{of_question / of_tool:.2f} × the tool alone ({of_tool * 1000:.0f} ms)"
        say(f"question → answer, warm, {name}", f"{of_question * 1000:.0f} ms", "target p95 150 ms", ratio)


def cold_question(home: Path) -> None:
    """`retention ask` as a new process; baseline: the same interpreter importing SQLAlchemy and pydantic."""
    baseline = statistics.median(seconds(lambda: python("-c", "import sqlalchemy, pydantic")) for _ in range(3))
    for text in ("Which accounts are at risk?", "Weekly MRR summary", "What do the playbooks say about renewals?"):
        command = ("-m", "bot", "ask", text, "--home", str(home), "--today", DEMO_DAY)
        took = statistics.median(seconds(lambda command=command: python(*command)) for _ in range(3))
        say(
            f"retention ask “{text}”, cold",
            f"{took:.2f} s",
            "target 3 s",
            f"{took / baseline:.1f} × import sqlalchemy, pydantic ({baseline:.2f} s)",
        )


def serving_memory(home: Path) -> None:
    """Resident memory of `serve` after ten questions; baseline: a process that imports Bolt, DBOS and Chroma."""
    program = "import slack_bolt, dbos, chromadb, psutil; print(psutil.Process().memory_info().rss)"
    baseline = int(python("-c", program).stdout) / 2**20
    with SlackServer() as slack:
        environment = {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": slack.api_url,
            "RETENTION_HOME": str(home),
            "RETENTION_TODAY": DEMO_DAY,
        }
        serve = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stderr=subprocess.DEVNULL,
        )
        try:
            for text in QUESTIONS:
                assert slack.envelope("events_api", slack.body(slack.mention(text)), seconds=60)
            slack.wait_for_posts(len(QUESTIONS), seconds=120)
            resident = psutil.Process(serve.pid).memory_info().rss / 2**20
        finally:
            serve.terminate()
            serve.wait(60)
    say(
        "resident memory of serve",
        f"{resident:.0f} MiB",
        "target 400 MiB",
        f"{resident / baseline:.2f} × importing Bolt, DBOS and Chroma ({baseline:.0f} MiB)",
    )


def python(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, check=True)


def seconds(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _question(text: str):
    from bot.question import Person, Place, Question

    return Question("bench", text, Person("terminal"), Place("terminal"))


def say(what: str, value: str, *more: str) -> None:
    print(f"{what:70}  {value:>9}   {' · '.join(more)}", flush=True)


if __name__ == "__main__":
    main()
