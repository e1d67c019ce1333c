"""`retention demo`: a company to try everything on, risk fitted to its losses, and three answers about it."""

from pathlib import Path

from rich.console import Console
from rich.rule import Rule

from bot.app import Assistant
from bot.question import Person, Place, Question
from bot.refitting import look_after
from bot.terminal import show
from tools import Phrase, phrase
from tools.metrics import NoBook, lately_left

EXPORTS = "exports"
"""Folder, in the demo's home, of the CSV files that the demo company was loaded from."""


def demonstrate(bot: Assistant, console: Console) -> int:
    """Make the demo company in the home and answer three questions. A company's own book is never overwritten."""
    if _is_someones_own(bot):
        said = phrase(
            "{book} holds a company's own book. "
            "Give the demo a home of its own, for instance: retention demo --home demo-home",
            book=bot.settings.book,
        )
        console.print(bot.speaker.say(said), markup=False)
        return 1
    make_company(bot)
    look_after(bot)
    for text in three_questions(bot):
        console.print(Rule(text, align="left", style="blue"))
        show(bot.ask(Question(f"demo/{text}", text, Person("terminal"), Place("terminal", thread="demo"))), console)
    console.print(bot.speaker.say(_what_next(bot)), markup=False, highlight=False, soft_wrap=True)
    return 0


def make_company(bot: Assistant) -> None:
    """Write the demo company's exports into the home, load them as any company's are loaded, index the playbooks."""
    from tools.metrics._demo import write_demo_company
    from tools.metrics._load import load_directory

    exports = bot.settings.retention_home / EXPORTS
    exports.mkdir(parents=True, exist_ok=True)
    write_demo_company(exports, bot.today())
    load_directory(exports, bot.settings.book, timezone=bot.settings.retention_timezone, today=bot.today())
    bot.knowledge.warm()


def three_questions(bot: Assistant) -> tuple[str, str, str]:
    left = lately_left(bot.book(), bot.today())[0]
    return ("Which accounts are at risk?", "Weekly MRR summary", f"Monte um roteiro de entrevista win-loss para {left}")


def _is_someones_own(bot: Assistant) -> bool:
    """There is a book, and it was not loaded from a demo's exports."""
    try:
        bot.book()
    except NoBook:
        return False
    return not (bot.settings.retention_home / EXPORTS).is_dir()


def _what_next(bot: Assistant) -> Phrase:
    home = bot.settings.retention_home
    if home.is_relative_to(Path.cwd()):
        home = home.relative_to(Path.cwd())
    return phrase(
        "Try next:\n"
        "  .venv/bin/retention --home {home} workspace    a page in your browser that behaves like Slack\n"
        "  .venv/bin/retention --home {home} chat\n"
        "  .venv/bin/retention --home {home} ask \"Resumo de MRR do mês passado\"\n"
        "  .venv/bin/retention load FOLDER        your own exports; {exports} shows the format\n"
        "  .venv/bin/retention doctor             what is still missing before it can answer in Slack",
        home=str(home), exports=str(home / EXPORTS),
    )  # fmt: skip
