"""From scores to the sections worth quoting.

The halves' scores are made comparable (z-scores) and added. Adding ranks instead would give a half that knows
nothing of a question the same say as one that does.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from knowledge._chunks import playbook_of
from knowledge._lexical import Match

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[Any]]
    Ints = np.ndarray[Any, np.dtype[np.int64]]
    Flags = np.ndarray[Any, np.dtype[np.bool_]]

# Evidence that a section answers, as a sum of what was measured; fitted (logistic regression, rounded) on the
# tuning half of tests/questions, where COVERED refuses 95% of what no playbook covers. A question is covered when
# one of its first three sections has this much, and a section is quoted when it has half as much itself.
_COVERAGE, _LIKENESS, _PURPOSE = 0.5, 1.4, 0.7
_TRADE, _STRANGE, _ELSEWHERE = 0.12, -0.09, -0.6
_PURVIEW = 0.5
COVERED = 1.1
_OWN_COVERAGE, _OWN_LIKENESS, _OWN_STRANGE = 0.63, 2.5, -0.38
# A playbook scores as its best few sections together: one word in one heading does not make it the right one.
_TOGETHER = 3
# So many sections of one playbook at most: a second playbook often holds the other half of an answer.
_PER_PLAYBOOK = 2
# So many sections are listed at most: nobody reads further.
_LISTED = 200


@dataclass(frozen=True)
class Hit:
    """A section found. `score` compares the hits of one question, `evidence` those of different questions; `by_words`
    is the score without an embedding model.
    """

    source: str
    score: float
    evidence: float
    by_words: float

    @property
    def playbook(self) -> str:
        return playbook_of(self.source)


@dataclass(frozen=True)
class Places:
    """Which section and which playbook each row belongs to, by their numbers."""

    sections: tuple[str, ...]
    section_of: "Ints"
    playbooks: tuple[str, ...]
    playbook_of: "Ints"
    """Of each section."""


def places(sources: Sequence[str]) -> Places:
    """`sources` names each row's section; the rows of one section are its languages."""
    import numpy as np

    sections = {source: number for number, source in enumerate(dict.fromkeys(sources))}
    books = [playbook_of(source) for source in sections]
    playbooks = {book: number for number, book in enumerate(dict.fromkeys(books))}
    return Places(
        tuple(sections), np.array([sections[source] for source in sources], "<i8"),
        tuple(playbooks), np.array([playbooks[book] for book in books], "<i8"),
    )  # fmt: skip


def rank(
    its: Places,
    match: Match,
    likeness: "Floats",
    purposes: Mapping[str, float],
    own: "Flags | None" = None,
    meaning: "Floats | None" = None,
    weight: float = 1.0,
    purview: float = 0.0,
) -> list[Hit]:
    """The best sections, best first: each by its own score and its playbook's.

    `purposes`: how much of each playbook's purpose is asked for (0 to 1). `own`: the rows of a team's own documents.
    `meaning`: each row's cosine by an embedding model, whose word counts `weight`; it orders what is found, but is no
    evidence that a question is covered. `purview`: whether playbooks are for such questions at all (-1 to 1).
    """
    import numpy as np

    by_words = _comparable(match.score) + _comparable(likeness)
    fused = by_words if meaning is None else by_words + weight * _comparable(meaning)
    told = _evidence(match, likeness) + _PURVIEW * purview
    if own is not None:
        told = np.where(own, _evidence_of_own(match, likeness), told)
    evidence = _greatest(its, told)
    purpose = np.array([_PURPOSE * purposes.get(book, 0.0) for book in its.playbooks])
    evidence = evidence + purpose[its.playbook_of]
    scores, words_alone = _scores(its, fused), _scores(its, by_words)
    best = np.argsort(-scores, kind="stable")[:_LISTED].tolist()
    return [Hit(its.sections[at], float(scores[at]), float(evidence[at]), float(words_alone[at])) for at in best]


def _evidence(match: Match, likeness: "Floats") -> "Floats":
    """Of playbooks: they are about customers, so what a question is about tells whether they can answer it."""
    business = _TRADE * match.trade + _STRANGE * match.strange + _ELSEWHERE * match.elsewhere
    return _COVERAGE * match.coverage + _LIKENESS * likeness + business


def _evidence_of_own(match: Match, likeness: "Floats") -> "Floats":
    """Of a team's own documents, which may be about anything: how much of the question they speak of, and how alike."""
    return _OWN_COVERAGE * match.coverage + _OWN_LIKENESS * likeness + _OWN_STRANGE * match.strange


def choose(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """The hits to quote, at most `limit`; none when the question is not covered."""
    deciding = list(_varied(sorted(hits, key=lambda hit: -hit.by_words)))[:3]
    if max((hit.evidence for hit in deciding), default=0.0) < COVERED:
        return []
    return [hit for hit in _varied(hits) if hit.evidence >= COVERED / 2][:limit]


def _scores(its: Places, rows: "Floats") -> "Floats":
    """A section's score is the mean of its languages, as all tell what it is about, and its playbook's added."""
    import numpy as np

    means = np.bincount(its.section_of, rows, len(its.sections)) / np.bincount(its.section_of)
    together: Floats = means + _together(its.playbook_of, means, len(its.playbooks))[its.playbook_of]
    return together


def _greatest(its: Places, rows: "Floats") -> "Floats":
    """A section's evidence is that of the language it was asked in: the greatest."""
    import numpy as np

    greatest: Floats = np.full(len(its.sections), -np.inf)
    np.maximum.at(greatest, its.section_of, rows)
    return greatest


def _together(playbook_of: "Ints", scores: "Floats", playbooks: int) -> "Floats":
    """Of each playbook the mean of its best few sections."""
    import numpy as np

    order = np.lexsort((-scores, playbook_of))
    books = playbook_of[order]
    place = np.arange(len(books)) - np.searchsorted(books, books)
    few = order[place < _TOGETHER]
    sums: Floats = np.bincount(playbook_of[few], scores[few], playbooks)
    return sums / np.maximum(np.bincount(playbook_of[few], minlength=playbooks), 1)


def _varied(hits: Sequence[Hit]) -> Iterator[Hit]:
    quoted: Counter[str] = Counter()
    for hit in hits:
        quoted[hit.playbook] += 1
        if quoted[hit.playbook] <= _PER_PLAYBOOK:
            yield hit


def _comparable(scores: "Floats") -> "Floats":
    above: Floats = scores - scores.mean()
    return above / (float(scores.std()) or 1.0)
