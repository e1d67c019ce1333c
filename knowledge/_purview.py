"""Whether a question is of the kind that playbooks are for, learnt from questions of which it is known (asked.yml).

How well a section answers says little of a question in everyday words, and much of one about a contract with the
landlord. What people in customer success ask about, and what they ask others, is learnt beside it: ridge regression on
the n-grams, words and pairs of words of the questions.
"""

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from knowledge._vectors import CharacterNgrams

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float32]]

DIMENSIONS = 4096
_RIDGE = 2.0


class Asked(NamedTuple):
    """A question, and the playbooks that answer it: none for one that no playbook is for."""

    question: str
    language: str
    playbooks: tuple[str, ...]


def asked() -> tuple[Asked, ...]:
    """The questions of asked.yml."""
    found = yaml.safe_load(written())
    covered = (Asked(q, language, tuple(books)) for language, each in found["covered"].items() for q, *books in each)
    uncovered = (Asked(q, language, ()) for language, each in found["uncovered"].items() for q in each)
    return (*covered, *uncovered)


def written() -> bytes:
    """asked.yml as it stands."""
    return (files("knowledge") / "asked.yml").read_bytes()


class Purview:
    """What was learnt. `of` is 1 or so for what playbooks are for, -1 for what they are not, 0 for unknown words."""

    def __init__(self, ngrams: CharacterNgrams, weights: "Floats") -> None:
        self._ngrams, self._weights = ngrams, weights

    def of(self, question: str) -> float:
        return float(self._ngrams.embed_query(question) @ self._weights)

    def save(self, file: Path) -> None:
        import numpy as np

        np.savez(file, idf=self._ngrams.idf, weights=self._weights)

    @classmethod
    def load(cls, file: Path) -> "Purview":
        import numpy as np

        with np.load(file) as kept:
            return cls(CharacterNgrams(kept["idf"], phrased=True), kept["weights"])


@lru_cache(maxsize=1)
def learnt() -> Purview:
    """What asked.yml teaches, once in a process: it takes most of a second, and does not depend on what is indexed."""
    return learn(asked())


def learn(questions: Sequence[Asked]) -> Purview:
    """Ridge regression, solved over the questions, which are fewer than the dimensions."""
    import numpy as np

    texts = [each.question for each in questions]
    ngrams = CharacterNgrams.of(texts, DIMENSIONS, phrased=True)
    rows = ngrams.embed_documents(texts)
    wanted = np.array([1.0 if each.playbooks else -1.0 for each in questions], "<f4")
    alike = rows @ rows.T
    alike[np.diag_indices_from(alike)] += _RIDGE
    return Purview(ngrams, rows.T @ np.linalg.solve(alike, wanted))
