"""Markdown, plain text, and CSV files of questions and answers."""

import csv
import io
import re
from collections.abc import Iterator, Sequence

import yaml

from knowledge._cutting import Found
from knowledge._decoding import decoded
from knowledge._unreadable import Unreadable
from knowledge._words import fold

_FRONT = re.compile(r"\A---\n(.{0,5000}?)\n---\n", re.DOTALL)
_IDENTIFIED = re.compile(r" *\{#(?P<id>[\w-]+)\} *$")
_QUESTION = frozenset({"question", "questions", "q", "pergunta", "perguntas", "duvida", "p"})
_ANSWER = frozenset({"answer", "answers", "a", "resposta", "respostas", "r"})


def plain(data: bytes) -> tuple[str, list[Found]]:
    return "", [Found((), decoded(data))]


def markdown(data: bytes) -> tuple[str, list[Found]]:
    """Its sections by headings, of any kind; the title is that of the front matter, or the first heading of level 1."""
    text = decoded(data)
    front = _FRONT.match(text)
    title, body = _front_title(front[1]) if front else "", text[front.end() :] if front else text
    found = list(_sections(body))
    tops = (section.headings[0] for section in found if section.headings)
    return title or next(tops, ""), found


def _front_title(front: str) -> str:
    try:
        meta = yaml.safe_load(front)
    except yaml.YAMLError:
        return ""
    return str(meta.get("title") or "") if isinstance(meta, dict) else ""


def _sections(body: str) -> Iterator[Found]:
    """What stands between one heading and the next, with the headings over it."""
    from markdown_it import MarkdownIt

    lines, tokens = body.split("\n"), MarkdownIt("commonmark").parse(body)
    path: list[tuple[int, str]] = []
    anchor, start = "", 0
    for at, token in enumerate(tokens):
        if token.type != "heading_open" or token.level or token.map is None:
            continue
        yield Found(_names(path), "\n".join(lines[start : token.map[0]]).strip(), anchor)
        level, start = int(token.tag[1]), token.map[1]
        heading, anchor = _heading(tokens[at + 1].content)
        path = [(depth, name) for depth, name in path if depth < level] + [(level, heading)]
    yield Found(_names(path), "\n".join(lines[start:]).strip(), anchor)


def _heading(written: str) -> tuple[str, str]:
    """A heading's words, and the id that may stand behind them."""
    identified = _IDENTIFIED.search(written)
    words = re.sub(r"[*_`]|\]\([^)]*\)|[\[\]]", "", _IDENTIFIED.sub("", written))
    return words.strip(), identified["id"] if identified else ""


def _names(path: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(name for _, name in path)


def questions(data: bytes) -> tuple[str, list[Found]]:
    """A row is a section: the question its heading, the answer its text."""
    text = decoded(data)
    for delimiter in (",", ";", "\t"):
        rows = _rows(text, delimiter)
        if columns := _columns(rows):
            first, question, answer = columns
            pairs = ((row + 1, _cell(rows[row], question), _cell(rows[row], answer)) for row in range(first, len(rows)))
            return "", [Found((asked,), said, f"row {row}") for row, asked, said in pairs if asked and said]
    raise Unreadable("no_questions")


def _rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        raise Unreadable("broken") from None


def _columns(rows: Sequence[Sequence[str]]) -> tuple[int, int, int] | None:
    """The first row to read and the places of question and answer: by name, or the only two columns there are."""
    if not rows:
        return None
    names = [fold(name).strip() for name in rows[0]]
    asked = next((place for place, name in enumerate(names) if name in _QUESTION), None)
    said = next((place for place, name in enumerate(names) if name in _ANSWER), None)
    if asked is not None and said is not None:
        return 1, asked, said
    return (0, 0, 1) if {len(row) for row in rows if any(row)} == {2} else None


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""
