"""Playbooks and documents cut into what is quoted: one passage per section."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from knowledge._content import Passage, Playbook
from knowledge._documents import Document

_HEADING = re.compile(r"^## +(?P<heading>.+?)(?: *\{#(?P<id>[\w-]+)\})? *$", re.MULTILINE)


@dataclass(frozen=True)
class Chunk:
    """A passage and how much each text around it says about what it is for.

    Only the passage's own text is quoted; the playbook's title, occasion and triggers are matched as well, so
    that "What to do" is found by what its playbook is about.
    """

    passage: Passage
    when: str
    triggers: tuple[str, ...]

    @property
    def playbook(self) -> str:
        return playbook_of(self.passage.source)

    @property
    def purposes(self) -> tuple[str, ...]:
        """What the playbook is for, in a few words each. A document says that nowhere: its title can be anything."""
        return () if self.passage.own else (self.passage.title, *self.triggers)

    @property
    def _is_untitled(self) -> bool:
        """A page of a document: its title stands where a heading would."""
        return self.passage.own and self.passage.heading == self.passage.title

    @property
    def fields(self) -> Mapping[str, str]:
        """The texts to match, by the name under which they are weighted."""
        return {
            "title": self.passage.title,
            "when": self.when,
            "triggers": " · ".join(self.triggers),
            "heading": "" if self._is_untitled else self.passage.heading,
            "text": self.passage.text,
        }


def chunks(playbook: Playbook) -> Iterator[Chunk]:
    """The sections of a playbook in order; text before the first `## ` heading is one too, without an id."""
    when = str(playbook.meta.get("when", ""))
    triggers = tuple(str(trigger) for trigger in playbook.meta.get("triggers", ()))
    for section, heading, text in _sections(playbook):
        source = f"{playbook.slug}.md#{section}" if section else f"{playbook.slug}.md"
        yield Chunk(Passage(text, source, playbook.title, heading, playbook.language), when, triggers)


def document_chunks(document: Document, file: str) -> Iterator[Chunk]:
    """The pieces of a document, quoted as being in `file`."""
    for piece in document.pieces:
        source = f"{file}#{piece.anchor}" if piece.anchor else file
        yield Chunk(
            Passage(piece.text, source, document.title, piece.heading, document.language, 0.0, document.access, True),
            piece.above, (),
        )  # fmt: skip


def playbook_of(source: str) -> str:
    """The file of a source: `qbr.md` of `qbr.md#agenda`."""
    return source.partition("#")[0]


def _sections(playbook: Playbook) -> Iterator[tuple[str, str, str]]:
    headings = list(_HEADING.finditer(playbook.body))
    lead = playbook.body[: headings[0].start() if headings else None].strip()
    if lead:
        yield "", playbook.title, lead
    ends = [following.start() for following in headings[1:]] + [len(playbook.body)]
    for found, end in zip(headings, ends, strict=True):
        heading, text = found["heading"], playbook.body[found.end() : end].strip()
        if text:
            yield found["id"] or _slug(heading), heading, text


def _slug(heading: str) -> str:
    return re.sub(r"\W+", "-", heading.lower()).strip("-")
