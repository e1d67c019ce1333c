"""A team's own documents as they are kept: the text that was read from each, one JSON file per source.

The index is built from these files, so it can be thrown away and built again without the originals. A file is
replaced in one step: whoever dies on the way leaves the one before.
"""

import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from knowledge._access import Access


@dataclass(frozen=True)
class Piece:
    """What is quoted of a document at once.

    `anchor` stands behind the `#` of its source (`page 3`, `Refunds above 500`); `above` are the headings over its own.
    """

    anchor: str
    heading: str
    text: str
    above: str = ""


@dataclass(frozen=True)
class Document:
    """One source; `digest` is of the file it was read from."""

    source: str
    title: str
    language: str
    access: Access
    digest: str
    pieces: tuple[Piece, ...]


class Documents:
    """The documents kept in `folder`, which only their owner can open. Several processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> Iterator[Document]:
        """Every document, one at a time, by source."""
        for file in self._files():
            if (document := _load(file)) is not None:
                yield document

    def find(self, source: str) -> Document | None:
        return _load(self._file(source))

    def keep(self, document: Document) -> None:
        """Keep a document in place of the one of the same source."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self._file(document.source)
        new = file.with_suffix(f".{os.getpid()}.new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as target:
            json.dump(asdict(document), target, ensure_ascii=False)
            target.flush()
            os.fsync(target.fileno())
        new.replace(file)

    def remove(self, pattern: str) -> list[str]:
        """Remove a source, or all that a pattern names (`faq/*`). Returns their names; empty when there is none."""
        sources = [document.source for document in self.all()]
        gone = [source for source in sources if source == pattern] or [s for s in sources if fnmatchcase(s, pattern)]
        for source in gone:
            self._file(source).unlink(missing_ok=True)
        return gone

    def fingerprint(self) -> str:
        """Of the files' names, sizes and times: it changes with every document kept or removed."""
        stats = [(file.name, stat.st_size, stat.st_mtime_ns) for file in self._files() for stat in [file.stat()]]
        return hashlib.sha256(repr(stats).encode()).hexdigest()

    def _files(self) -> Sequence[Path]:
        """Named by their sources, so that the order is theirs."""
        return sorted(self.folder.glob("*.json"))

    def _file(self, source: str) -> Path:
        readable = re.sub(r"[^\w.-]+", "-", source)[:80]
        return self.folder / f"{readable}-{hashlib.sha256(source.encode()).hexdigest()[:16]}.json"


def named(name: str) -> str:
    """The source of a file's name: with no sign that would end it where it is cited, or that nobody sees."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").replace("#", "-")
    return "".join(sign for sign in plain if sign.isprintable())[-200:].strip("/ ")


def _load(file: Path) -> Document | None:
    """None where there is no such file, or not any more."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Document(**{**kept, "pieces": tuple(Piece(**piece) for piece in kept["pieces"])})
