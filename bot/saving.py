"""The files of an answer, in a folder: what Slack attaches, a terminal keeps."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from bot import as_csv
from bot.conversation import Reply
from bot.locale import Speaker
from tools import Download


def save(reply: Reply, folder: Path) -> list[Path]:
    """Write every file that the answer offers; none is written over another. Raises OSError."""
    return list(_saved(reply, folder))


def _saved(reply: Reply, folder: Path) -> Iterator[Path]:
    for part in reply.answer.parts if reply.answer else ():
        if isinstance(part, Download):
            folder.mkdir(parents=True, exist_ok=True)
            file = _free(folder, Path(part.name).name)
            file.write_text(as_csv.text(part, Speaker(reply.language)), encoding="utf-8", newline="")
            yield file


def _free(folder: Path, name: str) -> Path:
    """`renewals.csv`, or `renewals-2.csv` where that is taken."""
    stem, suffix = Path(name).stem, Path(name).suffix
    names = (folder / (name if n == 1 else f"{stem}-{n}{suffix}") for n in count(1))
    return next(file for file in names if not file.exists())
