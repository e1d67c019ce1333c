"""Which intent a short text has: one-vs-rest kernel ridge over character and word TF-IDF, in numpy.

The kernel is linear in its features, so what is learnt is one weight per feature and intent; a text costs a
few hundred look-ups. Leave-one-out scores are exact (Rifkin and Lippert, "Notes on Regularized Least
Squares", 2007), but for the rarity of grams, which is counted with the example.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"@?\w+")
_RIDGE = 0.3
_CHARACTERS = range(2, 6)
_RARE = 8

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Trained:
    """A trained classifier with the leave-one-out score of every example it was trained on."""

    labels: tuple[str, ...]
    places: dict[str, int]
    rarity: Floats
    weights: Floats
    left_out: Floats
    """examples × labels: the score each example would get had it not been among the examples."""
    truth: Places

    def scores(self, text: str) -> Floats:
        """One score per label: near 1 for texts like that label's examples, near 0 for others."""
        total: Floats = np.zeros(len(self.labels))
        for block in _blocks(text):
            known = [(self.places[gram], count) for gram, count in block.items() if gram in self.places]
            if known:
                at = np.array([place for place, _ in known])
                values = _damped([count for _, count in known]) * self.rarity[at]
                unknown = len(block) - len(known)
                length = np.sqrt(np.sum(values**2) + unknown * self._unseen**2)
                total += (values / length) @ self.weights[at]
        return total

    @property
    def _unseen(self) -> float:
        return float(np.log(1 + len(self.truth)) + 1)


def train(texts: Sequence[str], labels: Sequence[str]) -> Trained:
    """Learn from labelled texts. Repeated texts are used as given."""
    names = tuple(sorted(set(labels)))
    truth = np.array([names.index(label) for label in labels])
    rows, columns, values, places, rarity = _vectors(texts)
    kernel = _kernel(rows, columns, values, len(texts), len(places))
    inverse = np.linalg.inv((kernel + _RIDGE * np.eye(len(texts))).astype(np.float32)).astype(float)
    wanted = np.equal.outer(truth, np.arange(len(names))).astype(float)
    dual = inverse @ wanted
    left_out = wanted - dual / np.diag(inverse)[:, None]
    weights: Floats = np.stack(
        [
            np.bincount(columns, values * dual[rows, label], minlength=len(places))
            for label in range(len(names))
        ],
        axis=1,
    )
    return Trained(names, places, rarity, weights, left_out, truth)


def likenesses(texts: Sequence[str]) -> Floats:
    """The kernel: how like every two texts are, from 0 (nothing shared) to 2 (the same)."""
    rows, columns, values, places, _ = _vectors(texts)
    return _kernel(rows, columns, values, len(texts), len(places))


def _blocks(text: str) -> tuple[Counter[str], Counter[str]]:
    """Character n-grams within words, and words with their pairs (marked, so that the two never meet)."""
    words = _WORD.findall(text)
    characters = Counter(
        padded[at : at + n]
        for padded in (f" {word} " for word in words)
        for n in _CHARACTERS
        for at in range(max(1, len(padded) - n + 1))
    )
    pairs = (f"\t{first} {second}" for first, second in pairwise(words))
    return characters, Counter([*(f"\t{word}" for word in words), *pairs])


def _damped(counts: Sequence[int]) -> Floats:
    damped: Floats = 1.0 + np.log(np.array(counts, dtype=float))
    return damped


def _vectors(
    texts: Sequence[str],
) -> tuple[Places, Places, Floats, dict[str, int], Floats]:
    """TF-IDF of all texts: rows, columns, values (each block of unit length); places and rarity of grams."""
    blocks = [block for text in texts for block in _blocks(text)]
    places: dict[str, int] = {}
    columns = np.array([places.setdefault(gram, len(places)) for block in blocks for gram in block])
    owner = np.repeat(np.arange(len(blocks)), [len(block) for block in blocks])
    counts = [count for block in blocks for count in block.values()]
    rarity = np.log((1 + len(texts)) / (1 + np.bincount(columns, minlength=len(places)))) + 1
    values = _damped(counts) * rarity[columns]
    lengths = np.sqrt(np.bincount(owner, values**2, minlength=len(blocks)))
    return owner // 2, columns, values / lengths[owner], places, rarity


def _kernel(rows: Places, columns: Places, values: Floats, texts: int, grams: int) -> Floats:
    """Likeness of every two texts: the sum of products over shared grams; 2 with itself (two unit blocks).

    Few grams are frequent: those go through one dense product, the many rare ones pair by pair.
    """
    frequent = np.bincount(columns, minlength=grams) > _RARE
    place = np.cumsum(frequent) - 1
    dense = np.zeros((texts, int(frequent.sum())), dtype=np.float32)
    kept = frequent[columns]
    dense[rows[kept], place[columns[kept]]] = values[kept]
    kernel: Floats = (dense @ dense.T).astype(float)
    kernel += _of_rare(rows[~kept], columns[~kept], values[~kept], texts)
    np.fill_diagonal(kernel, 2.0)
    return kernel


def _of_rare(rows: Places, columns: Places, values: Floats, texts: int) -> Floats:
    """The part of the kernel from grams that at most _RARE texts have."""
    order = np.argsort(columns, kind="stable")
    rows, columns, values = rows[order], columns[order], values[order]
    pairs = [
        (same, same + lag)
        for lag in range(1, _RARE)
        for same in (np.flatnonzero(columns[lag:] == columns[:-lag]),)
    ]
    one, other = (np.concatenate(side) for side in zip(*pairs, strict=True))
    products = np.bincount(
        rows[one] * texts + rows[other], values[one] * values[other], minlength=texts * texts
    )
    half: Floats = products.astype(float).reshape(texts, texts)
    return half + half.T
