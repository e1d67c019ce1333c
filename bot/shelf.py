"""`retention drafts`: the drafts kept in the store, from the terminal."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import uuid4

from rich.console import Console

from bot.app import Assistant
from bot.audit import drafted
from bot.contacting import DraftsAt
from bot.exporting import Exported, FormName, export
from bot.question import Person, Place, Question
from bot.router import Call
from bot.terminal import show
from tools import KeptDraft, Phrase, ToolError, phrase, review_facts

Act = Literal["list", "show", "approve", "reject", "versions", "edit", "export"]
ASKED = ("list", "show", "approve", "reject", "versions")
"""What is a question like any other, and answered by the same tool as in Slack."""


@dataclass(frozen=True)
class Order:
    """What is to be done with a draft. `file`: read by edit, written by export; `day`: when it will be sent."""

    act: Act
    draft: str | None = None
    file: Path | None = None
    day: str | None = None
    form: FormName = "md"


def shelf(bot: Assistant, order: Order, console: Console) -> int:
    """Do it, and say what was done. Exit status 1 where there is no such draft, it has changed or was approved, or it
    cannot be done."""
    question = Question(f"terminal/{uuid4().hex}", f"{order.act} drafts", Person("terminal"), Place("terminal"))
    if order.act in ASKED:
        wanted = {"draft": order.draft, "act": None if order.act == "list" else order.act, "day": order.day}
        reply = bot.ask(question, Call("drafts", {key: value for key, value in wanted.items() if value}))
        show(reply, console)
        return 0 if reply.outcome == "answered" else 1
    kept = DraftsAt(bot.store.engine, question, bot.settings.retention_timezone, bot.now)
    try:
        draft = _found(kept, order)
        if order.act == "export":
            bot.audit.note(drafted("exported", question, draft.id, draft, form=order.form))
            return _export(bot, draft, order, console)
        return _edit(bot, kept, draft, order.file, console)
    except ToolError as refusal:
        _say(bot, console, refusal.message)
        return 1


def _found(kept: DraftsAt, order: Order) -> KeptDraft:
    found = kept.find(order.draft or "")
    if found is None:
        raise ToolError(phrase("There is no draft {id} here.", id=order.draft or ""))
    return found


def _export(bot: Assistant, draft: KeptDraft, order: Order, console: Console) -> int:
    """The form asked for, into a file or as it is; what there is to know about it never mixes with it."""
    done = export(draft, order.form)
    if order.file:
        order.file.write_bytes(done.content)
        _say(bot, console, phrase("Draft {id} is in {file}.", id=draft.id, file=str(order.file)))
    elif not _is_text(done):
        raise ToolError(phrase("A Word document goes into a file: say which with --out."))
    else:
        console.file.write(done.content.decode())
    for note in done.notes:
        _say(bot, console if order.file else Console(stderr=True), note)
    return 0


def _is_text(done: Exported) -> bool:
    return done.suffix != "docx"


def _edit(bot: Assistant, kept: DraftsAt, draft: KeptDraft, file: Path | None, console: Console) -> int:
    """A new version from a Markdown file, and what the question check says of it."""
    body = file.read_text(encoding="utf-8") if file else ""
    if not body.strip():
        raise ToolError(phrase("There is nothing in the file: the draft stays as it was."))
    edited = kept.edit(draft, body)
    if edited is None:
        raise ToolError(phrase("Draft {id} was approved or edited in the meantime, and stays as it is.", id=draft.id))
    said = phrase(
        "Draft {id} has version {n} now, by {who}; it waits for approval.",
        id=draft.id, n=edited.version, who=kept.question.asker.called,
    )  # fmt: skip
    _say(bot, console, said)
    for part in review_facts(edited.kind, edited.language, edited.body):
        if part.title:
            _say(bot, console, part.title)
        for fact in part.items:
            _say(bot, console, phrase("  {question}: {findings}", question=fact.label, findings=fact.value))
    return 0


def _say(bot: Assistant, console: Console, said: Phrase) -> None:
    console.print(bot.speaker.say(said), markup=False, soft_wrap=True)
