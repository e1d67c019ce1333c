"""`retention chat`: one question after another in the terminal."""

from collections.abc import Callable
from uuid import uuid4

from rich.console import Console

from bot.app import Assistant
from bot.conversation import Reply
from bot.locale import Speaker
from bot.question import Person, Place, Question
from bot.router import Call
from bot.saving import save
from bot.terminal import alert, show, told_of


def chat(bot: Assistant, console: Console, read: Callable[[str], str]) -> None:
    """Until an empty line or the end of input. A number picks one of the choices or suggestions just shown; files that
    an answer offers are saved in the home."""
    thread, reply = uuid4().hex, None
    while text := _line(read):
        reply = _reply(bot, text, thread, reply)
        alert(reply)
        show(reply, console)
        told_of(save(reply, bot.settings.retention_home / "files"), Speaker(reply.language), console)


def _line(read: Callable[[str], str]) -> str:
    try:
        return read("› ").strip()
    except (EOFError, KeyboardInterrupt):
        return ""


def _reply(bot: Assistant, text: str, thread: str, before: Reply | None) -> Reply:
    picked = _picked(text, before)
    language = before.language if before and picked else ""
    place = Place("terminal", thread=thread)
    return bot.ask(Question(f"terminal/{uuid4().hex}", text, Person("terminal"), place, language), picked)


def _picked(text: str, before: Reply | None) -> Call | None:
    if before is None or not text.isdigit() or not 1 <= int(text) <= len(before.choices):
        return None
    return before.choices[int(text) - 1].call
