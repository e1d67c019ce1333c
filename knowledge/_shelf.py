"""One build of the index on disk: written once, then only read."""

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path

from knowledge import _lexical, _purposes, _vectors
from knowledge._chunks import Chunk
from knowledge._content import Passage
from knowledge._glossary import glossary
from knowledge._ranking import Hit, rank
from knowledge._words import words

_DATABASE, _IDF, _VECTORS = "sections.sqlite", "idf.npy", "vectors"
_SCHEMA = """CREATE TABLE section (
    row INTEGER PRIMARY KEY, source TEXT, language TEXT, title TEXT, heading TEXT, text TEXT,
    UNIQUE (source, language))"""
# How many sections are looked up again after writing, and how near to itself a section must be found.
_SAMPLES, _ITSELF = 25, 0.999


class BuildError(Exception):
    """The new index is empty or does not find its own sections."""


class Shelf:
    """Reads a build. Several threads may ask at once; Chroma is opened by the first question."""

    def __init__(self, build: Path) -> None:
        self.build = build
        address = f"{(build / _DATABASE).resolve().as_uri()}?mode=ro&immutable=1"
        # Shared between threads: SQLite lets them take turns by itself.
        self._database = sqlite3.connect(address, uri=True, check_same_thread=False)
        self._opening = threading.Lock()
        self._opened: _vectors.Vectors | None = None

    def rank(self, question: str) -> list[Hit]:
        """Every section, the one that answers best first; none for a question without words."""
        if not words(question):
            return []
        needs = glossary().read(question)
        match, purposes = self._lexicon.match(needs), self._purposes.match(needs)
        return rank(self._sources, match, self.likeness(question), purposes)

    def passage(self, source: str, language: str) -> Passage | None:
        """The section, when it exists in this language."""
        query = "SELECT text, source, title, heading, language FROM section WHERE source = ? AND language = ?"
        found = self._database.execute(query, (source, language)).fetchone()
        return found and Passage(*found)

    def likeness(self, text: str) -> "_vectors.Floats":
        """How much each section's n-grams are like the text's, by row: -1 to 1."""
        return self._vectors().likeness(self._ngrams.embed_query(text), len(self._sources))

    def check(self, chunks: Sequence[Chunk]) -> None:
        """Raise BuildError unless the build holds these and finds a sample of them by itself."""
        kept = len(self._sources), len(self._vectors())
        if kept != (len(chunks), len(chunks)):
            raise BuildError(f"of {len(chunks)} sections, {kept[0]} texts and {kept[1]} vectors were kept")
        for row in range(0, len(chunks), max(1, len(chunks) // _SAMPLES)):
            if self.likeness(_prose(chunks[row]))[row] < _ITSELF:
                raise BuildError(f"{chunks[row].passage.source} is not found by its own text")

    @cached_property
    def _sources(self) -> tuple[str, ...]:
        rows = self._database.execute("SELECT source FROM section ORDER BY row")
        return tuple(source for (source,) in rows)

    @cached_property
    def _lexicon(self) -> _lexical.Lexicon:
        return _lexical.Lexicon(self._database, len(self._sources))

    @cached_property
    def _purposes(self) -> _purposes.Purposes:
        return _purposes.Purposes(self._database)

    @cached_property
    def _ngrams(self) -> _vectors.CharacterNgrams:
        return _vectors.CharacterNgrams.load(self.build / _IDF)

    def _vectors(self) -> _vectors.Vectors:
        with self._opening:
            self._opened = self._opened or _vectors.Vectors(self.build / _VECTORS)
            return self._opened


def write(build: Path, chunks: Sequence[Chunk]) -> None:
    """Write a build of these sections into an empty folder and check it."""
    if not chunks:
        raise BuildError("there are no playbooks to index")
    with closing(sqlite3.connect(build / _DATABASE)) as database, database:
        _write_sections(database, chunks)
        _lexical.write(database, [chunk.fields for chunk in chunks])
        _purposes.write(database, chunks, _lexical.Lexicon(database, len(chunks)))
    texts = [_prose(chunk) for chunk in chunks]
    ngrams = _vectors.CharacterNgrams.of(texts)
    ngrams.save(build / _IDF)
    _vectors.write(build / _VECTORS, ngrams.embed_documents(texts))
    Shelf(build).check(chunks)


def _write_sections(database: sqlite3.Connection, chunks: Sequence[Chunk]) -> None:
    passages = [chunk.passage for chunk in chunks]
    rows = [(row, p.source, p.language, p.title, p.heading, p.text) for row, p in enumerate(passages)]
    database.execute(_SCHEMA)
    database.executemany("INSERT INTO section VALUES (?, ?, ?, ?, ?, ?)", rows)


def _prose(chunk: Chunk) -> str:
    return " ".join(chunk.fields.values())
