"""From what a reader found in a file to pieces short enough to be quoted and searched."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from knowledge._documents import Piece

# A quote of a screenful; more of a section comes as a piece of its own.
LONGEST = 1_200
_PARAGRAPHS = re.compile(r"\n\s*\n")
_SENTENCES = re.compile(r"(?<=[.!?…])\s+|\n")
_ANCHOR = 120


@dataclass(frozen=True)
class Found:
    """A section as a reader found it: `headings` lead to it, outermost first; `anchor` is its place, where no
    heading is."""

    headings: tuple[str, ...]
    text: str
    anchor: str = ""


def pieces(found: Iterable[Found], title: str) -> Iterator[Piece]:
    """The pieces of all sections with any text, each with an anchor of its own."""
    taken: Counter[str] = Counter()
    for section in found:
        heading = section.headings[-1] if section.headings else ""
        for text in _cut(section.text):
            anchor = _plain(section.anchor or heading)[:_ANCHOR]
            taken[anchor] += 1
            yield Piece(
                anchor if taken[anchor] == 1 else f"{anchor} ({taken[anchor]})".strip(),
                _plain(heading) or title, text, " · ".join(map(_plain, section.headings[:-1])),
            )  # fmt: skip


def _cut(text: str) -> Iterator[str]:
    """Whole paragraphs up to the length of a piece; a longer paragraph by sentences, a longer sentence anywhere."""
    held = ""
    for part in _parts(text, (_PARAGRAPHS, "\n\n"), (_SENTENCES, " ")):
        if held and len(held) + len(part) > LONGEST:
            yield held.strip()
            held = ""
        held += part
    if held.strip():
        yield held.strip()


def _parts(text: str, *separators: tuple[re.Pattern[str], str]) -> Iterator[str]:
    """A text in parts that are short enough, each with what separates it from the next."""
    if len(text) <= LONGEST and not separators:
        yield text
    elif not separators:
        yield from (text[at : at + LONGEST] for at in range(0, len(text), LONGEST))
    else:
        (separator, between), *finer = separators
        for part in filter(str.strip, separator.split(text)):
            if len(part) <= LONGEST:
                yield part.strip("\n") + between
            else:
                yield from _parts(part, *finer)


def _plain(text: str) -> str:
    """On one line, without signs that nobody sees."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
