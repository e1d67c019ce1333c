"""One build of the index on disk: written once, then only read.

Here, and only here, it is decided what a reader finds: `Shelf.rank` and `Shelf.passage` know nothing but the
sections that the reader may read.
"""

import sqlite3
import threading
from collections.abc import Iterable, Sequence, Set
from contextlib import closing
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from knowledge import _dense, _lexical, _purposes, _purview, _vectors
from knowledge._access import Rights
from knowledge._chunks import Chunk, playbook_of
from knowledge._content import Passage
from knowledge._dense import Embedding
from knowledge._glossary import glossary
from knowledge._language import family, language_of
from knowledge._ranking import Hit, Places, places, rank
from knowledge._vectors import Vectors
from knowledge._words import words

_DATABASE, _IDF, _VECTORS, _PURVIEW = "sections.sqlite", "idf.npy", "vectors", "purview.npz"
_SCHEMA = """CREATE TABLE section (
    row INTEGER PRIMARY KEY, source TEXT, language TEXT, title TEXT, heading TEXT, text TEXT, access TEXT, own INTEGER,
    UNIQUE (source, language))"""
# How many sections are looked up again after writing, and how near to itself a section must be found.
_SAMPLES, _ITSELF = 25, 0.999


class BuildError(Exception):
    """The new index is empty or does not find its own sections."""


class Reach(NamedTuple):
    """What is searched: the sections whose label is among `rights`; without `own` only the playbooks."""

    rights: Rights
    own: bool = True


class _Row(NamedTuple):
    source: str
    language: str
    access: str
    own: bool


class Shelf:
    """Reads a build. Several threads may ask at once; Chroma is opened by the first question."""

    def __init__(self, build: Path, embedding: Embedding | None = None) -> None:
        self.build, self.embedding = build, embedding
        address = f"{(build / _DATABASE).resolve().as_uri()}?mode=ro&immutable=1"
        # Shared between threads: SQLite lets them take turns by itself.
        self._database = sqlite3.connect(address, uri=True, check_same_thread=False)
        self._opening = threading.Lock()
        self._opened: _vectors.Vectors | None = None
        # Worked out once for each of the few ways to read a build.
        self._within, self._languages = cache(self._reading), cache(self._documents)

    def rank(self, question: str, reach: Reach) -> list[Hit]:
        """Every section within reach, the one that answers best first; none for a question without words."""
        readable, its = self._within(reach)
        if not words(question) or not readable.any():
            return []
        needs = glossary().read(question)
        match = _lexical.Lexicon(self._database, len(self._rows), readable).match(needs).only(readable)
        purposes, meaning = self._purposes.match(needs), self._meaning(question)
        likeness, own = self.likeness(question)[readable], self._own[readable]
        purview = self._purview.of(question) if len(needs) > 1 else 0.0  # one word may be about anything
        if meaning is None or self.embedding is None:
            return rank(its, match, likeness, purposes, own, purview=purview)
        weight = self.embedding.weight(language_of(question))
        return rank(its, match, likeness, purposes, own, meaning[readable], weight, purview)

    def passage(self, source: str, language: str, reach: Reach) -> Passage | None:
        """The section, when it exists in this language and within reach."""
        query = "SELECT text, title, heading, access, own FROM section WHERE source = ? AND language = ?"
        found = self._database.execute(query, (source, language)).fetchone()
        if found is None:
            return None
        text, title, heading, access, own = found
        if not _is_within(reach, access, own):
            return None
        return Passage(text, source, title, heading, language, access=access, own=bool(own))

    def in_language(self, hits: Iterable[Hit], language: str, reach: Reach) -> list[Hit]:
        """The hits without those in another language of a document that exists in this one too."""
        there, other = self._languages(reach, language)
        return [hit for hit in hits if hit.playbook not in other or family(hit.playbook) not in there]

    def likeness(self, text: str) -> "_vectors.Floats":
        """How much each section's n-grams are like the text's, by row: -1 to 1."""
        return self._vectors().likeness(self._ngrams.embed_query(text))

    def _meaning(self, text: str) -> "_vectors.Floats | None":
        """How near each section's meaning is by the embedding model, by row; None without one that can be asked."""
        if self._meanings is None or self.embedding is None:
            return None
        vector = self.embedding.embed_query(text)
        return None if vector is None else self._meanings.likeness(vector)

    def check(self, chunks: Sequence[Chunk]) -> None:
        """Raise BuildError unless the build holds these and finds a sample of them by itself."""
        kept = len(self._rows), len(self._vectors())
        if kept != (len(chunks), len(chunks)):
            raise BuildError(f"of {len(chunks)} sections, {kept[0]} texts and {kept[1]} vectors were kept")
        for row in range(0, len(chunks), max(1, len(chunks) // _SAMPLES)):
            if self.likeness(_prose(chunks[row]))[row] < _ITSELF:
                raise BuildError(f"{chunks[row].passage.source} is not found by its own text")

    def _reading(self, reach: Reach) -> tuple["_lexical.Flags", Places]:
        """Of each row, whether it is within reach; and where those that are belong."""
        import numpy as np

        readable = np.array([_is_within(reach, row.access, row.own) for row in self._rows], bool)
        return readable, places([row.source for row, seen in zip(self._rows, readable, strict=True) if seen])

    def _documents(self, reach: Reach, language: str) -> tuple[Set[str], Set[str]]:
        """The families of documents within reach in this language, and the documents in another."""
        rows = [row for row in self._rows if row.own and _is_within(reach, row.access, row.own)]
        there = {family(playbook_of(row.source)) for row in rows if row.language == language}
        return there, {playbook_of(row.source) for row in rows if row.language != language}

    @cached_property
    def _rows(self) -> tuple[_Row, ...]:
        rows = self._database.execute("SELECT source, language, access, own FROM section ORDER BY row")
        return tuple(_Row(*row) for row in rows)

    @cached_property
    def _own(self) -> "_lexical.Flags":
        """Of each row, whether it is of a team's own document."""
        import numpy as np

        return np.array([row.own for row in self._rows], bool)

    @cached_property
    def _purposes(self) -> _purposes.Purposes:
        return _purposes.Purposes(self._database)

    @cached_property
    def _purview(self) -> _purview.Purview:
        return _purview.Purview.load(self.build / _PURVIEW)

    @cached_property
    def _ngrams(self) -> _vectors.CharacterNgrams:
        return _vectors.CharacterNgrams.load(self.build / _IDF)

    def _vectors(self) -> _vectors.Vectors:
        with self._opening:
            self._opened = self._opened or _vectors.Vectors(self.build / _VECTORS)
            return self._opened

    @cached_property
    def _meanings(self) -> Vectors | None:
        return _dense.open_vectors(self.build, self.embedding) if self.embedding else None


def _is_within(reach: Reach, access: str, own: bool) -> bool:
    """The one decision: a label that nobody knows is for nobody."""
    return access in reach.rights and (reach.own or not own)


def write(build: Path, chunks: Sequence[Chunk], embedding: Embedding | None = None, before: Path | None = None) -> None:
    """Write a build of these sections into an empty folder and check it.

    With an embedding their meanings too, as far as they are not in the build `before` already. Raises EmbeddingError
    where it cannot be asked.
    """
    if not chunks:
        raise BuildError("there are no playbooks to index")
    with closing(sqlite3.connect(build / _DATABASE)) as database, database:
        _write_sections(database, chunks)
        _lexical.write(database, (chunk.fields for chunk in chunks))
        _purposes.write(database, chunks, _lexical.Lexicon(database, len(chunks)))
    ngrams = _vectors.CharacterNgrams.of(_prose(chunk) for chunk in chunks)
    ngrams.save(build / _IDF)
    _purview.learnt().save(build / _PURVIEW)
    _vectors.write(build / _VECTORS, (ngrams.embed_query(_prose(chunk)) for chunk in chunks))
    if embedding:
        _dense.write(build, [_readable(chunk) for chunk in chunks], embedding, before)
    Shelf(build).check(chunks)


def _write_sections(database: sqlite3.Connection, chunks: Iterable[Chunk]) -> None:
    passages = enumerate(chunk.passage for chunk in chunks)
    rows = ((row, p.source, p.language, p.title, p.heading, p.text, p.access, p.own) for row, p in passages)
    database.execute(_SCHEMA)
    database.executemany("INSERT INTO section VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _prose(chunk: Chunk) -> str:
    return " ".join(chunk.fields.values())


def _readable(chunk: Chunk) -> str:
    """A section as a model should read it: what it is about, then its words."""
    passage = chunk.passage
    return "\n".join(dict.fromkeys(filter(None, (passage.title, passage.heading, passage.text))))
