"""Taking in a team's own documents: the same from the command line and from an upload in Slack."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.app import Assistant
from bot.unforeseen import guarded
from knowledge import Access, Document, Documents, Remark, Unreadable, digest_of, read_document
from knowledge.index import BuildError
from tools import Phrase, phrase, phrase_n

DEFAULT: Access = "cs"
"""The label of a document that nobody gave one."""


@dataclass(frozen=True)
class TakenIn:
    """What became of one file; `said` tells it, with what should be known of it."""

    source: str
    state: Literal["added", "replaced", "unchanged", "failed"]
    said: tuple[Phrase, ...]
    document: Document | None = None

    @property
    def changed(self) -> bool:
        return self.state in ("added", "replaced")


def take_in(
    kept: Documents, files: Iterable[tuple[Path, str]], access: Access | None, language: str | None, default: str
) -> Iterator[TakenIn]:
    """Read and keep each file, one after the other; one that cannot be read keeps no other back.

    Without `access` a document keeps the label it has. The index is not built yet.
    """
    for file, source in files:
        yield guarded(
            f"reading {source}",
            lambda file=file, source=source: _one(kept, file, source, access, language, default),  # type: ignore[misc]
            lambda error, source=source: _failed(source, _unforeseen(source, error)),  # type: ignore[misc]
        )


def _one(
    kept: Documents, file: Path, source: str, access: Access | None, language: str | None, default: str
) -> TakenIn:
    before = kept.find(source)
    label = access or (before.access if before else DEFAULT)
    try:
        if before and _is_the_same(before, file, label, language):
            return TakenIn(source, "unchanged", (_told("unchanged", before),), before)
        read = read_document(file, source, label, language, default)
    except Unreadable as unreadable:
        return _failed(source, why(source, unreadable))
    kept.keep(read.document)
    state: Literal["added", "replaced"] = "replaced" if before else "added"
    said = (_told(state, read.document), *(_remark(remark) for remark in read.remarks))
    return TakenIn(source, state, said, read.document)


def _is_the_same(before: Document, file: Path, label: Access, language: str | None) -> bool:
    return (before.access, language or before.language, digest_of(file)) == (label, before.language, before.digest)


def _failed(source: str, said: Phrase) -> TakenIn:
    return TakenIn(source, "failed", (said,))


def _unforeseen(source: str, error: str) -> Phrase:
    return phrase("{file}: could not be read; the log says why, under error {id}.", file=source, id=error)


def _told(state: str, document: Document) -> Phrase:
    """What was taken in, in so many sections, in which language, for whom."""
    told = {
        "file": document.source, "language": language_name(document.language), "readers": readers(document.access),
    }  # fmt: skip
    n = len(document.pieces)
    if state == "unchanged":
        return phrase_n(
            "{file}: unchanged, {n} section, {language}, for {readers}.",
            "{file}: unchanged, {n} sections, {language}, for {readers}.", n, **told,
        )  # fmt: skip
    if state == "replaced":
        return phrase_n(
            "{file}: replaced, {n} section, {language}, for {readers}.",
            "{file}: replaced, {n} sections, {language}, for {readers}.", n, **told,
        )  # fmt: skip
    return phrase_n(
        "{file}: added, {n} section, {language}, for {readers}.",
        "{file}: added, {n} sections, {language}, for {readers}.", n, **told,
    )  # fmt: skip


def build_failed(bot: Assistant) -> Phrase | None:
    """Build the index of what was taken in. Returns why that failed; None when it is built."""
    try:
        bot.build_index()
    except (OSError, sqlite3.OperationalError, BuildError) as problem:
        return phrase(
            "The index could not be built ({cause}); the one before stays in use. Check that the disk has room, then "
            "run `retention index`.",
            cause=str(problem).partition("\n")[0],
        )
    return None


def language_name(language: str) -> Phrase:
    return phrase("Portuguese") if language == "pt-BR" else phrase("English")


def readers(access: Access) -> Phrase:
    """Whom a label names."""
    if access == "everyone":
        return phrase("everyone")
    return phrase("leaders") if access == "leaders" else phrase("the CS team")


def _remark(remark: Remark) -> Phrase:
    if remark.kind == "pages":
        return phrase(
            "{n} of {all} pages have no text (scanned?) and were left out.", n=remark.detail["n"],
            all=remark.detail["all"],
        )  # fmt: skip
    return phrase(
        "Its words do not tell its language: {language} was assumed. Call it name.en.md or name.pt-BR.md to tell it.",
        language=language_name(remark.detail["language"]),
    )


def why(source: str, unreadable: Unreadable) -> Phrase:
    """Why a file was left out, and what to do about it."""
    detail = unreadable.detail
    match unreadable.kind:
        case "missing":
            return phrase("{file}: there is no such file.", file=source)
        case "forbidden":
            return phrase("{file}: may not be read. Give this user the right to read it.", file=source)
        case "empty":
            return phrase("{file}: has no text in it.", file=source)
        case "huge":
            return phrase("{file}: is larger than {limit}. Split it up.", file=source, limit=detail["limit"])
        case "long":
            return phrase(
                "{file}: has more than {limit} characters of text. Split it up.", file=source, limit=detail["limit"]
            )
        case "many_pages":
            return phrase("{file}: has more than {limit} pages. Split it up.", file=source, limit=detail["limit"])
        case "old_word":
            return phrase("{file}: is of the old Word format. Save it as .docx.", file=source)
        case "unsupported":
            return phrase(
                "{file}: files of the kind {kind} are not read; Markdown, text, PDF, DOCX, HTML and CSV are.",
                file=source, kind=detail["suffix"],
            )  # fmt: skip
        case _:
            return _inside(source, unreadable)


def _inside(source: str, unreadable: Unreadable) -> Phrase:
    """What is wrong within a file."""
    detail = unreadable.detail
    match unreadable.kind:
        case "misnamed":
            return phrase(
                "{file}: is called {suffix} but is a file of the kind {really}. Rename it.",
                file=source, suffix=detail["suffix"], really=detail["really"],
            )  # fmt: skip
        case "binary":
            return phrase("{file}: is not text.", file=source)
        case "encoding":
            return phrase("{file}: its encoding is not known. Save it as UTF-8.", file=source)
        case "encrypted":
            return phrase("{file}: is protected by a password. Save it without one.", file=source)
        case "scanned":
            return phrase(
                "{file}: holds only pictures of pages. Run text recognition (OCR) over it first.", file=source
            )
        case "bomb":
            return phrase(
                "{file}: unpacks to more than {limit}; it was not opened.", file=source, limit=detail["limit"]
            )
        case "no_questions":
            return phrase("{file}: name its columns “question” and “answer” in the first row.", file=source)
        case _:
            return phrase("{file}: is damaged and cannot be read. Export it anew.", file=source)
