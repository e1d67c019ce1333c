"""Which intent a short text has: one-vs-rest kernel ridge over TF-IDF of characters and of concepts.

The kernel is linear in its features, so what is learnt is one weight per feature and intent; a text costs a
few hundred look-ups. Leave-one-out scores are exact (Rifkin and Lippert, "Notes on Regularized Least
Squares", 2007), but for the rarity of grams, which is counted with the example.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bot.router.concepts import concept

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_WORD = re.compile(r"@?\w+")
_RIDGE = 0.3
_SELF = 2.0
"""How like a text is to itself: its two blocks have unit length, an empty one counts as if it had."""
_CHARACTERS = range(2, 6)
_NEAR = 6
"""Words within which two concepts make a pair."""
_TOGETHER = 1_000
"""Texts that are held against all others at once."""
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
    grams = vectors.matrix
    dual = _solved(grams, _wanted(labels, names))
    weights: Floats = (grams.T @ dual).astype(float)
    unseen = float(np.log(1 + len(texts)) + 1)
    return Trained(names, vectors.places, vectors.rarity, weights, unseen)


def left_out(texts: Sequence[str], labels: Sequence[str]) -> Floats:
    """examples × labels (sorted): the score each example would get had it not been among the examples."""
    from scipy.linalg import blas, lapack

    wanted = _wanted(labels, sorted(set(labels)))
    kernel = likenesses(texts)
    kernel[np.diag_indices_from(kernel)] += np.float32(_RIDGE)
    # Symmetric and positive: inverting by its Cholesky factor takes a fifth of the time, and happens in place.
    factor, _ = lapack.spotrf(kernel.T, lower=True, overwrite_a=True)
    inverse, _ = lapack.spotri(factor, lower=True, overwrite_c=True)
    solved = blas.ssymm(1.0, inverse, np.asfortranarray(wanted), lower=True)
    scores: Floats = wanted - solved / np.diag(inverse)[:, None]
    return scores


def likenesses(texts: Sequence[str]) -> Floats:
    """The kernel: how like every two texts are, the sum of products over shared grams: from 0 (none) to 2 (the same).

    Single precision is enough and takes half the time and room.
    """
    grams = _vectors(texts).matrix
    back, rows = grams.T.tocsr(), range(0, len(texts), _TOGETHER)
    kernel: Floats = np.concatenate([(grams[first : first + _TOGETHER] @ back).toarray() for first in rows])
    np.fill_diagonal(kernel, _SELF)
    return kernel


def _wanted(labels: Sequence[str], names: Sequence[str]) -> Floats:
    wanted: Floats = np.equal.outer(np.array(labels), np.array(names)).astype(np.float32)
    return wanted


def _solved(grams: "csr_array", wanted: Floats) -> Floats:
    """What kernel and ridge take to `wanted`, by conjugate gradients: of thousands of texts the kernel itself, all
    against all, would be half a gigabyte; applying it by way of the grams needs no more than these.
    """
    back = grams.T.tocsr()
    own = np.float32(_SELF + _RIDGE) - grams.multiply(grams).sum(axis=1)[:, None]
    found, left = np.zeros_like(wanted), wanted.copy()
    way, size = left.copy(), np.sum(left**2, axis=0)
    while size.max() > _NEGLIGIBLE:
        ahead = grams @ (back @ way) + own * way
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

    @property
    def matrix(self) -> "csr_array":
        """Texts × grams."""
        from scipy.sparse import csr_array

        values = self.values.astype(np.float32)
        return csr_array((values, (self.rows, self.columns)), shape=(self.texts, len(self.places)))


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
