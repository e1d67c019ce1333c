"""The lexical half: BM25 over fields, its weights worked out when the index is built and kept in SQLite."""

import math
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from knowledge._glossary import Need, Term
from knowledge._words import stems, words

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float32]]
    Ints = np.ndarray[Any, np.dtype[np.int32]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]

# A word in the title says more of what a passage is for than one in its text.
FIELDS: Mapping[str, float] = {"title": 2.0, "when": 1.0, "triggers": 1.5, "heading": 2.0, "text": 1.0}
# BM25: how soon repetition stops counting, and how much a long passage is held back.
SATURATION, LENGTH = 1.2, 0.5
# What another term of the same meaning is worth, beside the word itself.
SYNONYM = 0.7

_SCHEMA = "CREATE TABLE posting (stem TEXT PRIMARY KEY, idf REAL, rows BLOB, weights BLOB) WITHOUT ROWID"


def write(connection: sqlite3.Connection, texts: Iterable[Mapping[str, str]]) -> None:
    """File texts, each a mapping of FIELDS, under their stems. A text's number is its place."""
    import numpy as np

    connection.execute(_SCHEMA)
    postings, lengths = _counted(texts)
    room = SATURATION * (1 - LENGTH + LENGTH * lengths / (lengths.mean() or 1.0))
    for stem, (rows, times) in postings.items():
        held, often = np.frombuffer(rows, "<i4"), np.frombuffer(times, "<f4")
        idf = _idf(len(lengths), len(held))
        worths = idf * often * (SATURATION + 1) / (often + room[held])
        posting = stem, idf, held.tobytes(), worths.astype("<f4").tobytes()
        connection.execute("INSERT INTO posting VALUES (?, ?, ?, ?)", posting)


def _counted(texts: Iterable[Mapping[str, str]]) -> tuple[Mapping[str, tuple["array[int]", "array[float]"]], "Floats"]:
    """By stem: the texts it is in and how often; and how long each text is. Eight bytes for a stem of a text."""
    import numpy as np

    postings: dict[str, tuple[array[int], array[float]]] = defaultdict(lambda: (array("i"), array("f")))
    lengths = array("f")
    for row, fields in enumerate(texts):
        count = _count(fields)
        lengths.append(sum(count.values()))
        for stem, times in count.items():
            rows, often = postings[stem]
            rows.append(row)
            often.append(times)
    return postings, np.frombuffer(lengths, "<f4")


def _count(fields: Mapping[str, str]) -> Mapping[str, float]:
    count: dict[str, float] = defaultdict(float)
    for name, weight in FIELDS.items():
        for word in words(fields[name]):
            for stem in stems(word):
                count[stem] += weight
    return count


def _idf(texts: int, with_it: int) -> float:
    return math.log(1 + (texts - with_it + 0.5) / (with_it + 0.5))


@dataclass(frozen=True)
class Match:
    """How well each text answers: its BM25 score, and how much of the question it speaks of.

    `coverage` goes from 0 to 1: the part of the question's information (idf) that the text has words for, the
    same or others of their meaning. `strange` counts the words that no text has, nor a word of their meaning;
    `trade` the words and longer terms of the glossary, by which a question is seen to be about customers at all;
    `elsewhere` the words by which it is seen not to be.
    """

    score: "Floats"
    coverage: "Floats"
    strange: int
    trade: int
    elsewhere: int

    def only(self, rows: "Flags") -> "Match":
        """The same of some texts alone."""
        return replace(self, score=self.score[rows], coverage=self.coverage[rows])


class Lexicon:
    """Reads what `write` wrote of `size` texts; of those that are not `readable` no word exists."""

    def __init__(self, connection: sqlite3.Connection, size: int, readable: "Flags | None" = None) -> None:
        self._connection = connection
        self._size = size
        self._readable = readable

    def match(self, needs: Sequence[Need]) -> Match:
        """Score every text for what is needed."""
        met = [self._meet(need) for need in needs]
        strange = sum(worth > 0 and not score.any() for score, _, worth in met)
        asked = sum((worth for _, _, worth in met), 0.0)
        score = sum((score for score, _, _ in met), self._nothing())
        covered = sum((share * worth for _, share, worth in met), self._nothing())
        trade = sum(bool(need.others) for need in needs)
        return Match(score, covered / (asked or 1.0), strange, trade, sum(need.elsewhere for need in needs))

    def worth(self, word: str) -> float:
        """How rare a word is in the texts: its idf."""
        return self._word(word)[1]

    def _meet(self, need: Need) -> tuple["Floats", "Floats", float]:
        """Of one need: each text's score, the share of it that each text meets, and what it is worth.

        A text meets a need by its own words or by another term's, whichever is better, and not by their sum:
        else meanings with many names would outweigh those with one.
        """
        import numpy as np

        own = [self._word(word) for word in need.words]
        others = [other for term in need.others if (other := self._term(term)) is not None]
        worth = sum(idf for _, idf in own) or max((idf for _, idf in others), default=0.0)
        direct = sum((weights for weights, _ in own), self._nothing())
        said = sum(((weights > 0) * idf for weights, idf in own), self._nothing()) / (worth or 1.0)
        score = np.maximum.reduce([direct, *(SYNONYM * weights for weights, _ in others)])
        share = np.maximum.reduce([said, *(weights > 0 for weights, _ in others)])
        return score, share, worth

    def _term(self, term: Term) -> tuple["Floats", float] | None:
        """A term's mean weight in the texts that have all of its words; None when no text has them."""
        import numpy as np

        found = [self._word(word) for word in term]
        least = np.minimum.reduce([weights for weights, _ in found])
        mean = sum((weights for weights, _ in found), self._nothing()) / len(found)
        return ((least > 0) * mean, max(idf for _, idf in found)) if least.any() else None

    def _word(self, word: str) -> tuple["Floats", float]:
        """A word's weight in every text, and its idf: that of the rarer of its stems.

        A word that no text has is rarest of all, but a number that none has says nothing.
        """
        weights, idfs = self._nothing(), []
        for stem in stems(word):
            if (found := self._posting(stem)) is not None:
                idf, rows, values = found
                weights[rows] += values
                idfs.append(idf)
        return weights, max(idfs, default=0.0 if word.isdigit() else _idf(self._size, 0))

    def _posting(self, stem: str) -> tuple[float, "Ints", "Floats"] | None:
        import numpy as np

        query = "SELECT idf, rows, weights FROM posting WHERE stem = ?"
        found = self._connection.execute(query, (stem,)).fetchone()
        if found is None:
            return None
        rows, weights = np.frombuffer(found[1], "<i4"), np.frombuffer(found[2], "<f4")
        if self._readable is not None:
            seen = self._readable[rows]
            rows, weights = rows[seen], weights[seen]
        return (found[0], rows, weights) if len(rows) else None

    def _nothing(self) -> "Floats":
        import numpy as np

        return np.zeros(self._size, "<f4")
