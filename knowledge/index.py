"""The playbook index: asked in either language, answered in the asker's.

`build_index` makes it from the playbooks, `open_index` reads it; it is derived and can be built at any time.
"""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import islice
from pathlib import Path

from knowledge import _builds
from knowledge._chunks import chunks
from knowledge._content import LANGUAGES, Passage, playbooks
from knowledge._ranking import choose
from knowledge._shelf import BuildError, Shelf, write

__all__ = ["BuildError", "Index", "KeptIndex", "NoIndexError", "build_index", "is_current", "open_index"]

_FINGERPRINT = "fingerprint"
# Goes up when what is written changes, so that indexes of older versions are built again.
_FORMAT = 1


class NoIndexError(Exception):
    """There is no index in the folder yet: build it."""


class Index:
    """The index in `folder`. Nothing is opened before it is asked; a newer build is taken up by itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._shelf: Shelf | None = None
        self._opening = threading.Lock()

    def search(self, query: str, language: str, limit: int = 3) -> list[Passage]:
        """The sections that answer best, best first; none when no playbook covers the question.

        A section is given in `language` when it exists in it, whichever language the question was asked in.
        """
        shelf = self._current()
        hits = choose(shelf.rank(query), limit)
        return [replace(_section(shelf, hit.source, language), score=hit.score) for hit in hits]

    def nearest(self, query: str, language: str, limit: int = 3) -> list[str]:
        """Titles of the playbooks nearest to a question, whether or not they cover it."""
        shelf = self._current()
        titles = (_section(shelf, hit.source, language).title for hit in shelf.rank(query))
        return list(islice(dict.fromkeys(titles), limit))

    def section(self, source: str, language: str) -> Passage:
        """The section `<slug>.md#<section>`, in `language` if it is there; KeyError when there is none."""
        return _section(self._current(), source, language)

    def _current(self) -> Shelf:
        """The build in use now. Searches still running keep the one they began with."""
        build = _builds.current(self.folder)
        if build is None:
            raise NoIndexError(f"no index in {self.folder}")
        with self._opening:
            if self._shelf is None or self._shelf.build != build:
                self._shelf = Shelf(build)
            return self._shelf


class KeptIndex(Index):
    """An index built when it is first asked, where there is none or the playbooks have changed since."""

    def warm(self) -> None:
        """Be ready before the first question comes."""
        self.search("renewal", "en")

    @cached_property
    def _built(self) -> bool:
        if not is_current(self.folder):
            build_index(self.folder)
        return True

    def _current(self) -> Shelf:
        assert self._built
        return super()._current()


def _section(shelf: Shelf, source: str, language: str) -> Passage:
    for each in (language, *LANGUAGES):
        if (passage := shelf.passage(source, each)) is not None:
            return passage
    raise KeyError(source)


def build_index(folder: Path, content: Traversable | None = None) -> Index:
    """Build the index of the playbooks in `content` (default: ours) and switch to it when it is whole.

    An error (BuildError when the new index does not find its own sections) leaves the index before in use,
    and so does the death of the process.
    """
    with _builds.new_build(folder) as build:
        write(build, [chunk for playbook in playbooks(content) for chunk in chunks(playbook)])
        (build / _FINGERPRINT).write_text(_fingerprint(content), encoding="utf-8")
    return Index(folder)


def open_index(folder: Path) -> Index:
    """The index in `folder`, opened when first asked; NoIndexError then, when there is none."""
    return Index(folder)


def is_current(folder: Path, content: Traversable | None = None) -> bool:
    """Whether the index in `folder` is of the playbooks as they are now."""
    build = _builds.current(folder)
    if build is None or not (build / _FINGERPRINT).is_file():
        return False
    return (build / _FINGERPRINT).read_text(encoding="utf-8") == _fingerprint(content)


def _fingerprint(content: Traversable | None) -> str:
    """Of the files' names and bytes, which costs milliseconds: it is taken at every start."""
    digest = hashlib.sha256(f"format {_FORMAT}".encode())
    for name, text in _files(content or files("knowledge") / "playbooks"):
        digest.update(f"\0{name}\0".encode() + text)
    return digest.hexdigest()


def _files(content: Traversable) -> Iterator[tuple[str, bytes]]:
    for language in LANGUAGES:
        shelf = content / language
        for file in sorted(shelf.iterdir(), key=lambda f: f.name) if shelf.is_dir() else ():
            yield f"{language}/{file.name}", file.read_bytes()
