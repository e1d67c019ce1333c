"""Which intent a short text has: one-vs-rest kernel ridge over TF-IDF of characters and of concepts, in numpy.

The kernel is linear in its features, so what is learnt is one weight per feature and intent; a text costs a
few hundred look-ups. Leave-one-out scores are exact (Rifkin and Lippert, "Notes on Regularized Least
Squares", 2007), but for the rarity of grams, which is counted with the example.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.router.concepts import concept

_WORD = re.compile(r"@?\w+")
_RIDGE = 0.3
_CHARACTERS = range(2, 6)
_NEAR = 6
"""Words within which two concepts make a pair."""
_RARE = 8
_TOGETHER = 1_000
"""Frequent grams and texts whose products are taken at once."""
_NEGLIGIBLE = np.float32(1e-6)
"""What is left of a solution, squared, when it is good enough: scores then agree to a thousandth."""

Floats = NDArray[np.floating]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Trained:
    """A trained classifier: what each gram speaks for."""

    labels: tuple[str, ...]
    places: dict[str, int]
    rarity: Floats
    weights: Floats
    unseen: float
    """The rarity of grams that no example has."""

    def scores(self, text: str) -> Floats:
        """One score per label: near 1 for texts like that label's examples, near 0 for others."""
        total: Floats = np.zeros(len(self.labels))
        for block in _blocks(text):
            known = [(self.places[gram], count) for gram, count in block.items() if gram in self.places]
            if known:
                at = np.array([place for place, _ in known])
                values = _damped([count for _, count in known]) * self.rarity[at]
                unknown = len(block) - len(known)
                length = np.sqrt(np.sum(values**2) + unknown * self.unseen**2)
                total += (values / length) @ self.weights[at]
        return total


def train(texts: Sequence[str], labels: Sequence[str]) -> Trained:
    """Learn from labelled texts. Repeated texts are used as given."""
    names = tuple(sorted(set(labels)))
    vectors = _vectors(texts)
    dual = _solved(_ridged(_kernel(vectors)), _wanted(labels, names))
    weights = [
        np.bincount(vectors.columns, vectors.values * each[vectors.rows], minlength=len(vectors.places))
        for each in dual.T
    ]
    unseen = float(np.log(1 + len(texts)) + 1)
    return Trained(names, vectors.places, vectors.rarity, np.stack(weights, axis=1), unseen)


def left_out(texts: Sequence[str], labels: Sequence[str]) -> Floats:
    """examples × labels (sorted): the score each example would get had it not been among the examples."""
    wanted = _wanted(labels, sorted(set(labels)))
    inverse = np.linalg.inv(_ridged(_kernel(_vectors(texts))))
    scores: Floats = wanted - inverse @ wanted / np.diag(inverse)[:, None]
    return scores


def likenesses(texts: Sequence[str]) -> Floats:
    """The kernel: how like every two texts are, from 0 (nothing shared) to 2 (the same)."""
    return _kernel(_vectors(texts))


def _wanted(labels: Sequence[str], names: Sequence[str]) -> Floats:
    wanted: Floats = np.equal.outer(np.array(labels), np.array(names)).astype(np.float32)
    return wanted


def _ridged(kernel: Floats) -> Floats:
    """The kernel itself, which is large, with the ridge on its diagonal."""
    kernel[np.diag_indices_from(kernel)] += np.float32(_RIDGE)
    return kernel


def _solved(matrix: Floats, wanted: Floats) -> Floats:
    """What the matrix takes to `wanted`, by conjugate gradients: solving by factors holds the matrix three times, which
    for thousands of examples is half a gigabyte.
    """
    found, left = np.zeros_like(wanted), wanted.copy()
    way, size = left.copy(), np.sum(left**2, axis=0)
    while size.max() > _NEGLIGIBLE:
        ahead = matrix @ way
        step = size / np.maximum(np.sum(way * ahead, axis=0), _NEGLIGIBLE)
        found += step * way
        left -= step * ahead
        way = left + np.sum(left**2, axis=0) / np.maximum(size, _NEGLIGIBLE) * way
        size = np.sum(left**2, axis=0)
    return found


def _blocks(text: str) -> tuple[Counter[str], Counter[str]]:
    """Character n-grams within words; concepts, and pairs of those that stand near each other in whichever order.

    People put things in any order and with any words; what makes a question is which concepts it brings together. The
    two kinds are marked, so that they never meet.
    """
    words = _WORD.findall(text)
    concepts = [concept(word) for word in words]
    near = ((one, other) for n, one in enumerate(concepts) for other in concepts[n + 1 : n + 1 + _NEAR])
    pairs = (f"\t{' '.join(sorted(pair))}" for pair in near)
    characters = Counter(
        padded[at : at + n]
        for padded in (f" {word} " for word in words)
        for n in _CHARACTERS
        for at in range(max(1, len(padded) - n + 1))
    )
    return characters, Counter([*(f"\t{each}" for each in concepts), *pairs])


def _damped(counts: Sequence[int]) -> Floats:
    damped: Floats = 1.0 + np.log(np.array(counts, dtype=float))
    return damped


@dataclass(frozen=True)
class _Vectors:
    """TF-IDF of texts: the entries that are not zero, and the place and rarity of every gram."""

    rows: Places
    columns: Places
    values: Floats
    places: dict[str, int]
    rarity: Floats
    texts: int


def _vectors(texts: Sequence[str]) -> _Vectors:
    """Each of a text's two blocks has unit length."""
    blocks = [block for text in texts for block in _blocks(text)]
    places: dict[str, int] = {}
    columns = np.array([places.setdefault(gram, len(places)) for block in blocks for gram in block])
    owner = np.repeat(np.arange(len(blocks)), [len(block) for block in blocks])
    counts = [count for block in blocks for count in block.values()]
    rarity = np.log((1 + len(texts)) / (1 + np.bincount(columns, minlength=len(places)))) + 1
    values = _damped(counts) * rarity[columns]
    lengths = np.sqrt(np.bincount(owner, values**2, minlength=len(blocks)))
    return _Vectors(owner // 2, columns, values / lengths[owner], places, rarity, len(texts))


def _kernel(of: _Vectors) -> Floats:
    """Likeness of every two texts: the sum of products over shared grams; 2 with itself (two unit blocks).

    Few grams are frequent: those go through dense products, some thousand at a time, the many rare ones pair by pair.
    Single precision is enough and takes half the time and room.
    """
    frequent = np.bincount(of.columns, minlength=len(of.places)) > _RARE
    kept, place = frequent[of.columns], np.cumsum(frequent) - 1
    kernel: Floats = np.zeros((of.texts, of.texts), dtype=np.float32)
    rows, columns, values = of.rows[kept], place[of.columns[kept]], of.values[kept]
    for first in range(0, int(frequent.sum()), _TOGETHER):
        at = (columns >= first) & (columns < first + _TOGETHER)
        dense = np.zeros((of.texts, _TOGETHER), dtype=np.float32)
        dense[rows[at], columns[at] - first] = values[at]
        for some in range(0, of.texts, _TOGETHER):
            kernel[some : some + _TOGETHER] += dense[some : some + _TOGETHER] @ dense.T
    for one, other, products in _rare_pairs(of.rows[~kept], of.columns[~kept], of.values[~kept]):
        np.add.at(kernel, (one, other), products)
        np.add.at(kernel, (other, one), products)
    np.fill_diagonal(kernel, 2.0)
    return kernel


def _rare_pairs(rows: Places, columns: Places, values: Floats) -> Iterator[tuple[Places, Places, Floats]]:
    """Every two texts that share a gram which at most _RARE texts have, and the product of their values."""
    order = np.argsort(columns, kind="stable")
    rows, columns, values = rows[order], columns[order], values[order]
    for lag in range(1, _RARE):
        one = np.flatnonzero(columns[lag:] == columns[:-lag])
        yield rows[one], rows[one + lag], (values[one] * values[one + lag]).astype(np.float32)
