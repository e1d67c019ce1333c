"""The index of the playbooks and of a team's own documents: asked in either language, answered in the asker's.

`build_index` makes it, `open_index` reads it; it is derived and can be built at any time.
"""

import hashlib
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import islice
from pathlib import Path

from knowledge import _builds, _purview
from knowledge._access import EVERYONE, Rights
from knowledge._chunks import Chunk, chunks, document_chunks
from knowledge._content import LANGUAGES, Passage, playbooks
from knowledge._dense import Embedding, EmbeddingError
from knowledge._documents import Documents
from knowledge._ranking import choose
from knowledge._shelf import BuildError, Reach, Shelf, write

__all__ = ["BuildError", "Index", "KeptIndex", "NoIndexError", "Reader", "build_index", "is_current", "open_index"]

log = logging.getLogger(__name__)
_FINGERPRINT = "fingerprint"
# Goes up when what is written changes, so that indexes of older versions are built again.
_FORMAT = 3


class NoIndexError(Exception):
    """There is no index in the folder yet: build it."""


class Index:
    """The index in `folder`. Nothing is opened before it is asked; a newer build is taken up by itself.

    Who asks without rights reads what is for everyone.
    """

    def __init__(self, folder: Path, embedding: Embedding | None = None) -> None:
        self.folder, self.embedding = folder, embedding
        self._shelf: Shelf | None = None
        self._opening = threading.Lock()

    def search(
        self, query: str, language: str, limit: int = 3, *, rights: Rights = EVERYONE, own: bool = True
    ) -> list[Passage]:
        """The sections that answer best, best first; none when nothing that may be read covers the question.

        A section is given in `language` when it exists in it, whichever language the question was asked in.
        Without `own`, only the playbooks are searched.
        """
        shelf, reach = self._current(), Reach(rights, own)
        hits = choose(shelf.in_language(shelf.rank(query, reach), language, reach), limit)
        return [replace(_section(shelf, hit.source, language, reach), score=hit.score) for hit in hits]

    def nearest(self, query: str, language: str, limit: int = 3, *, rights: Rights = EVERYONE) -> list[str]:
        """Titles of what is nearest to a question and may be read, whether or not it covers it."""
        shelf, reach = self._current(), Reach(rights)
        hits = shelf.in_language(shelf.rank(query, reach), language, reach)
        return list(islice(dict.fromkeys(_section(shelf, hit.source, language, reach).title for hit in hits), limit))

    def section(self, source: str, language: str, *, rights: Rights = EVERYONE) -> Passage:
        """The section `<file>#<section>`, in `language` if it is there; KeyError where none may be read."""
        return _section(self._current(), source, language, Reach(rights))

    def _current(self) -> Shelf:
        """The build in use now. Searches still running keep the one they began with."""
        build = _builds.current(self.folder)
        if build is None:
            raise NoIndexError(f"no index in {self.folder}")
        with self._opening:
            if self._shelf is None or self._shelf.build != build:
                self._shelf = Shelf(build, self.embedding)
            return self._shelf


@dataclass(frozen=True)
class Reader:
    """The index as one asker may read it; tools get nothing else."""

    index: Index
    rights: Rights = EVERYONE

    def search(self, query: str, language: str, limit: int = 3, *, own: bool = True) -> list[Passage]:
        """As Index.search. What others will read (a draft) is not for what a reader may see: without `own`."""
        return self.index.search(query, language, limit, rights=self.rights, own=own)

    def nearest(self, query: str, language: str, limit: int = 3) -> list[str]:
        return self.index.nearest(query, language, limit, rights=self.rights)


class KeptIndex(Index):
    """An index built when it is first asked, where there is none or its playbooks or documents changed since."""

    def __init__(
        self,
        folder: Path,
        documents: Documents | None = None,
        content: Traversable | None = None,
        embedding: Embedding | None = None,
    ) -> None:
        super().__init__(folder, embedding)
        self.documents, self.content = documents, content

    def warm(self) -> None:
        """Be ready before the first question comes."""
        self.search("renewal", "en")

    @cached_property
    def _built(self) -> bool:
        if not is_current(self.folder, self.content, self.documents, self.embedding):
            build_index(self.folder, self.content, self.documents, self.embedding)
        return True

    def _current(self) -> Shelf:
        assert self._built
        return super()._current()


def _section(shelf: Shelf, source: str, language: str, reach: Reach) -> Passage:
    for each in (language, *LANGUAGES):
        if (passage := shelf.passage(source, each, reach)) is not None:
            return passage
    raise KeyError(source)


def build_index(
    folder: Path,
    content: Traversable | None = None,
    documents: Documents | None = None,
    embedding: Embedding | None = None,
) -> Index:
    """Build the index of playbooks (default: ours) and documents, and switch to it when it is whole.

    An error (BuildError when the new index does not find its own sections) leaves the index before in use,
    and so does the death of the process. Where the embedding cannot be asked, it is built without, and is not current:
    the next start tries again.
    """
    before = _builds.current(folder)
    try:
        _build(folder, content, documents, embedding, before)
    except EmbeddingError as problem:
        log.warning("the embedding %s could not be asked; the index is built without it", problem)
        _build(folder, content, documents, None, before)
    return Index(folder, embedding)


def _build(
    folder: Path,
    content: Traversable | None,
    documents: Documents | None,
    embedding: Embedding | None,
    before: Path | None,
) -> None:
    with _builds.new_build(folder) as build:
        # Taken first: what is kept while this is written is not in it.
        fingerprint = _fingerprint(content, documents, embedding)
        write(build, list(_chunks(content, documents)), embedding, before if before and before.is_dir() else None)
        (build / _FINGERPRINT).write_text(fingerprint, encoding="utf-8")


def _chunks(content: Traversable | None, documents: Documents | None) -> Iterator[Chunk]:
    taken = set()
    for playbook in playbooks(content):
        taken.add(f"{playbook.slug}.md")
        yield from chunks(playbook)
    for document in documents.all() if documents else ():
        file = document.source
        while file in taken:  # called as a playbook of ours
            file = f"own/{file}"
        taken.add(file)
        yield from document_chunks(document, file)


def open_index(folder: Path) -> Index:
    """The index in `folder`, opened when first asked; NoIndexError then, when there is none."""
    return Index(folder)


def is_current(
    folder: Path,
    content: Traversable | None = None,
    documents: Documents | None = None,
    embedding: Embedding | None = None,
) -> bool:
    """Whether the index in `folder` is of the playbooks and documents as they are now."""
    build = _builds.current(folder)
    if build is None or not (build / _FINGERPRINT).is_file():
        return False
    return (build / _FINGERPRINT).read_text(encoding="utf-8") == _fingerprint(content, documents, embedding)


def _fingerprint(content: Traversable | None, documents: Documents | None, embedding: Embedding | None) -> str:
    """Of the files' names and bytes, which costs milliseconds: it is taken at every start."""
    digest = hashlib.sha256(f"format {_FORMAT}".encode() + _purview.written())
    for name, text in _files(content or files("knowledge") / "playbooks"):
        digest.update(f"\0{name}\0".encode() + text)
    if documents:
        digest.update(documents.fingerprint().encode())
    if embedding:
        digest.update(embedding.name.encode())
    return digest.hexdigest()


def _files(content: Traversable) -> Iterator[tuple[str, bytes]]:
    for language in LANGUAGES:
        shelf = content / language
        for file in sorted(shelf.iterdir(), key=lambda f: f.name) if shelf.is_dir() else ():
            yield f"{language}/{file.name}", file.read_bytes()
