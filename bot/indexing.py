"""`retention index`: the index and what is in it, from the terminal."""

import tarfile
from http.client import HTTPException
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.app import Assistant
from bot.documents import build_failed, language_name, readers, take_in
from knowledge import Access, files_of
from tools import Phrase, phrase, phrase_n


def build(bot: Assistant, console: Console) -> int:
    """Build the index anew."""
    return _build(bot, console, phrase("The playbook index is in {folder}.", folder=str(bot.settings.index)))


def add(bot: Assistant, path: Path, access: Access | None, language: str | None, console: Console) -> int:
    """Take in a file or a folder, and build the index once. Exit status 1 where anything was left out."""
    taken = []
    for one in take_in(bot.documents, files_of(path), access, language, bot.settings.retention_language):
        _say(bot, console, *one.said, style="red" if one.state == "failed" else "")
        taken.append(one)
    if not taken:
        _say(bot, console, phrase("There are no files in {folder}.", folder=str(path)), style="red")
    elif (failed := sum(one.state == "failed" for one in taken)) and len(taken) > 1:
        said = phrase_n("{n} file of {all} was left out.", "{n} files of {all} were left out.", failed, all=len(taken))
        _say(bot, console, said)
    hidden = {one.document.access for one in taken if one.document}
    if "cs" in hidden and not (bot.settings.cs_team | bot.settings.leaders):
        _say(bot, console, phrase("Nobody can read them in Slack yet: set CS_TEAM or use --access everyone."))
    if "leaders" in hidden and not bot.settings.leaders:
        _say(bot, console, phrase("Nobody can read what is for leaders in Slack yet: set LEADERS."))
    built = _build(bot, console) if any(one.changed for one in taken) else 0
    return built or int(not taken or any(one.state == "failed" for one in taken))


def show(bot: Assistant, console: Console) -> int:
    """Every document, with how much of it there is, its language and who may read it."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in (phrase("Document"), phrase("Sections"), phrase("Language"), phrase("For")):
        table.add_column(bot.speaker.say(column), overflow="fold")
    for document in bot.documents.all():
        cells = (document.source, len(document.pieces), language_name(document.language), readers(document.access))
        table.add_row(*(Text(bot.speaker.say(cell)) for cell in cells))
    if table.row_count:
        console.print(table)
    else:
        _say(bot, console, phrase("There are no documents of your own yet: `retention index add PATH` takes them in."))
    return 0


def remove(bot: Assistant, pattern: str, console: Console) -> int:
    """Remove a document, or those that a pattern names."""
    gone = bot.documents.remove(pattern)
    if not gone:
        said = phrase("There is no document called {name}; `retention index list` names them.", name=pattern)
        _say(bot, console, said, style="red")
        return 1
    for source in gone:
        _say(bot, console, phrase("{file}: removed.", file=source))
    return _build(bot, console)


def install(bot: Assistant, source: Path | None, console: Console) -> int:
    """Install MiniLM in the home. Exit status 1, with nothing changed, where its archive is not the known one."""
    from knowledge import minilm

    folder = bot.settings.retention_home / "minilm"
    try:
        minilm.install(folder, source)
    except (minilm.WrongFile, tarfile.TarError) as wrong:
        said = phrase(
            "{file} is not the model's archive: its SHA-256 must be {digest}.", file=str(wrong), digest=minilm.SHA256
        )
        _say(bot, console, said, style="red")
        return 1
    except (OSError, HTTPException) as problem:
        said = phrase(
            "The model could not be fetched ({cause}). Download {url} elsewhere and give it with --from.",
            cause=str(problem).partition("\n")[0], url=minilm.URL,
        )  # fmt: skip
        _say(bot, console, said, style="red")
        return 1
    _say(bot, console, phrase("The model is in {folder}. Set EMBEDDING=minilm to use it.", folder=str(folder)))
    return 0


def _build(bot: Assistant, console: Console, done: Phrase | None = None) -> int:
    if failed := build_failed(bot):
        _say(bot, console, failed, style="red")
        return 1
    if done:
        _say(bot, console, done)
    return 0


def _say(bot: Assistant, console: Console, *said: Phrase, style: str = "") -> None:
    console.print(Text(" ".join(map(bot.speaker.cell, said)), style), soft_wrap=True)
