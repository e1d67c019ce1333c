"""`retention drafts`: the drafts kept in the store, from the terminal."""

from pathlib import Path
from typing import Literal
from uuid import uuid4

from rich.console import Console

from bot.app import Assistant
from bot.contacting import DraftsAt
from bot.question import Person, Place, Question
from bot.router import Call
from bot.terminal import show
from tools import KeptDraft, phrase

Act = Literal["list", "show", "approve", "reject", "versions", "edit", "export"]
ASKED = ("list", "show", "approve", "reject", "versions")
"""What is a question like any other, and answered by the same tool as in Slack."""


def shelf(bot: Assistant, act: Act, draft: str | None, file: Path | None, day: str | None, console: Console) -> int:
    """Do it, and say what was done. Exit status 1 where there is no such draft, or it has changed or was approved."""
    question = Question(f"terminal/{uuid4().hex}", f"{act} drafts", Person("terminal"), Place("terminal"))
    if act in ASKED:
        wanted = {"draft": draft, "act": None if act == "list" else act, "day": day}
        reply = bot.ask(question, Call("drafts", {key: value for key, value in wanted.items() if value}))
        show(reply, console)
        return 0 if reply.outcome == "answered" else 1
    kept = DraftsAt(bot.store.engine, question, bot.settings.retention_timezone, bot.now)
    found = kept.find(draft or "")
    if found is None:
        console.print(bot.speaker.say(phrase("There is no draft {id} here.", id=draft or "")), markup=False)
        return 1
    return _export(found, file, console) if act == "export" else _edit(bot, kept, found, file, console)


def _export(draft: KeptDraft, file: Path | None, console: Console) -> int:
    """Its Markdown, into a file or as it is."""
    if file:
        file.write_text(draft.body, encoding="utf-8")
    else:
        console.file.write(draft.body)
    return 0


def _edit(bot: Assistant, kept: DraftsAt, draft: KeptDraft, file: Path | None, console: Console) -> int:
    """A new version from a Markdown file."""
    body = file.read_text(encoding="utf-8") if file else ""
    edited = kept.edit(draft, body) if body.strip() else None
    if not body.strip():
        said = phrase("There is nothing in the file: the draft stays as it was.")
    elif edited is None:
        said = phrase("Draft {id} was approved or edited in the meantime, and stays as it is.", id=draft.id)
    else:
        said = phrase(
            "Draft {id} has version {n} now, by {who}; it waits for approval.",
            id=draft.id, n=edited.version, who=kept.question.asker.called,
        )  # fmt: skip
    console.print(bot.speaker.say(said), markup=False)
    return 0 if edited else 1
