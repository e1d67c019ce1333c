"""From a file to a document: which reader, what may not be read, in which language it is."""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge._access import Access
from knowledge._cutting import Found, pieces
from knowledge._documents import Document, named
from knowledge._language import language_of, marked_language
from knowledge._read_docx import docx
from knowledge._read_html import html
from knowledge._read_pdf import pdf
from knowledge._read_text import markdown, plain, questions
from knowledge._unreadable import Remark, Unreadable

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes of a file that is read."""
LONGEST = 3_000_000
"""Characters of text of one document: a few thousand pages."""

Reader = Callable[[bytes], tuple[str, list[Found]]]
READERS: Mapping[str, Reader] = {
    ".md": markdown, ".markdown": markdown, ".txt": plain, ".text": plain, ".csv": questions,
    ".pdf": pdf, ".docx": docx, ".html": html, ".htm": html,
}  # fmt: skip


@dataclass(frozen=True)
class Read:
    """A document, and what should be told of it."""

    document: Document
    remarks: tuple[Remark, ...] = ()


def files_of(path: Path) -> Iterator[tuple[Path, str]]:
    """A file, or those in a folder and below it, each with the source it is known by: its name within the folder.

    Hidden files, and those that Office makes while a document is open, are left alone.
    """
    if not path.is_dir():
        yield path, named(path.name)
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in names if not name.startswith((".", "~$"))):
            file = Path(folder, name)
            yield file, named(str(file.relative_to(path)))


def is_supported(source: str) -> bool:
    """Whether files of this name's kind are read at all."""
    return Path(source).suffix.lower() in READERS


def digest_of(file: Path) -> str:
    """Of a file's bytes; Unreadable where it is not there, or may not be read."""
    return hashlib.sha256(_bytes(file)).hexdigest()


def read_document(file: Path, source: str, access: Access, language: str | None = None, default: str = "en") -> Read:
    """Read a file as a document. `language`: as whoever adds it says; else its name, else its words tell.

    Raises Unreadable where there is nothing to index in it.
    """
    if file.exists() and not is_supported(source):
        suffix = Path(source).suffix.lower()
        raise Unreadable("old_word" if suffix == ".doc" else "unsupported", suffix=suffix or source)
    data = _bytes(file)
    _check_kind(data, Path(source).suffix.lower())
    title, found = READERS[Path(source).suffix.lower()](data)
    title = " ".join(title.split())[:200] or Path(source).stem
    cut = tuple(pieces(found, title))
    blank = sum(not section.text for section in found) if Path(source).suffix.lower() == ".pdf" else 0
    if not cut:
        raise Unreadable("scanned" if blank else "empty")
    text = "\n".join(piece.text for piece in cut)
    if len(text) > LONGEST:
        raise Unreadable("long", limit=LONGEST)
    told = language or marked_language(source) or language_of(text)
    document = Document(source, title, told or default, access, hashlib.sha256(data).hexdigest(), cut)
    return Read(document, tuple(_remarks(blank, len(found), default if told is None else None)))


def _remarks(blank: int, pages: int, assumed: str | None) -> Iterator[Remark]:
    if blank:
        yield Remark("pages", {"n": blank, "all": pages})
    if assumed:
        yield Remark("language", {"language": assumed})


def _bytes(file: Path) -> bytes:
    try:
        if not file.is_file():
            raise Unreadable("missing")
        if file.stat().st_size > LARGEST_FILE:
            raise Unreadable("huge", limit=f"{LARGEST_FILE // 1024 // 1024} MB")
        data = file.read_bytes()
    except PermissionError:
        raise Unreadable("forbidden") from None
    if not data.strip():
        raise Unreadable("empty")
    return data


# What a file is by its first bytes, whatever it is called.
_SIGNS = ((b"%PDF-", ".pdf"), (b"PK\x03\x04", ".docx"))


def _check_kind(data: bytes, suffix: str) -> None:
    for sign, really in _SIGNS:
        if data.startswith(sign) and suffix != really:
            raise Unreadable("misnamed", suffix=suffix, really=really)
