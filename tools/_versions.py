"""The life of a kept draft: who changed what and when, and what is still to be filled in."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from difflib import ndiff
from itertools import pairwise

from tools._answer import Column, Note, Part, Table
from tools._phrase import Phrase, phrase, phrase_n
from tools._touches import DraftVersion

SHOWN = 12
"""Changed lines of a version that are shown."""
_BLANK = re.compile(r"\\?\[([^\[\]\\\n]*[^\[\]\\\s][^\[\]\\\n]*)\\?\](?!\()")


def blanks(body: str) -> tuple[str, ...]:
    """What stands in [brackets] in a draft's Markdown, for whoever sends it to fill in; each once. Links are none."""
    return tuple(dict.fromkeys(found.strip() for found in _BLANK.findall(body)))


def to_fill_in(body: str) -> Iterator[Note]:
    """What is missing before the draft can be sent."""
    if missing := blanks(body):
        quoted = tuple(phrase("“{words}”", words=words) for words in missing)
        yield Note(phrase("Still to be filled in by hand: {words}.", words=quoted))


def moment(at: datetime) -> Phrase:
    """A day with its hour."""
    return phrase("{day}, {hour}", day=at.date(), hour=at.strftime("%H:%M"))


def history(versions: Sequence[DraftVersion]) -> Iterator[Part]:
    """A row per version, and below the lines that each edit took out and put in."""
    columns = tuple(Column(each) for each in (phrase("Version"), phrase("By"), phrase("When"), phrase("What changed")))
    edits = {after.number: _edit(before, after) for before, after in pairwise(versions)}
    rows = tuple((v.number, v.author, moment(v.at), _summary(edits.get(v.number))) for v in versions)
    yield Table(phrase("Versions"), columns, rows)
    for number, lines in edits.items():
        if lines:
            yield _lines(number, lines)


def _edit(before: DraftVersion, after: DraftVersion) -> list[tuple[str, str]]:
    """The lines that differ, each with − or +; blank ones left out."""
    lines = ndiff(before.body.splitlines(), after.body.splitlines())
    return [(line[0], line[2:]) for line in lines if line[0] in "+-" and line[2:].strip()]


def _summary(edit: list[tuple[str, str]] | None) -> Phrase:
    if edit is None:
        return phrase("drafted")
    new, old = (sum(sign == mark for sign, _ in edit) for mark in "+-")
    added = phrase_n("{n} line in", "{n} lines in", new)
    return phrase("{added}, {taken}", added=added, taken=phrase_n("{n} line out", "{n} lines out", old))


def _lines(number: int, lines: list[tuple[str, str]]) -> Table:
    said = {"-": phrase("out"), "+": phrase("in")}
    rows = tuple((said[sign], _plain(text)) for sign, text in lines[:SHOWN])
    left = len(lines) - SHOWN
    footnote = phrase_n("{n} more line changed.", "{n} more lines changed.", left) if left > 0 else None
    title = phrase("What version {n} changed", n=number)
    return Table(title, (Column(phrase("In or out")), Column(phrase("Line"))), rows, footnote)


def _plain(text: str) -> str:
    """Markdown's escapes are the file's, not what was said."""
    return re.sub(r"\\([\\`*_{}\[\]<>#|~.)+=-])", r"\1", text).replace(":\\//", "://")
