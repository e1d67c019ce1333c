"""The playbook index."""

from pathlib import Path

from knowledge._content import Passage


class Index:
    def search(self, query: str, language: str, limit: int = 3) -> list[Passage]:
        raise NotImplementedError

    def section(self, source: str, language: str) -> Passage:
        raise NotImplementedError


def build_index(folder: Path) -> Index:
    raise NotImplementedError


def open_index(folder: Path) -> Index:
    raise NotImplementedError
