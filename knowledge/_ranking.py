"""From scores to the sections worth quoting.

The halves' scores are made comparable (z-scores) and added. Adding ranks instead would give a half that knows
nothing of a question the same say as one that does.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from knowledge._lexical import Match

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float32]]

# A question is covered when one of its first three sections has this much evidence, and a section is quoted
# when it has half as much itself. Chosen on tests/questions, where about as many covered questions fall below it
# as uncovered ones above.
COVERED = 0.85
# Evidence is the share of the question's words found plus this many times the likeness of the n-grams, which
# is about a fifth for good matches.
_LIKENESS = 2.0
# A playbook scores as its best few sections together: one word in one heading does not make it the right one.
_TOGETHER = 3
# So many sections of one playbook at most: a second playbook often holds the other half of an answer.
_PER_PLAYBOOK = 2


@dataclass(frozen=True)
class Hit:
    """A section found. `score` compares the hits of one question, `evidence` those of different questions."""

    source: str
    score: float
    evidence: float

    @property
    def playbook(self) -> str:
        return self.source.partition("#")[0]


def rank(sources: Sequence[str], match: Match, likeness: "Floats") -> list[Hit]:
    """The sections, best first: each by its own score and its playbook's.

    Rows of one source are one section in several languages. Its score is their mean, as both tell what it is about;
    its evidence is that of the language it was asked in, the greatest.
    """
    scores = (_comparable(match.score) + _comparable(likeness)).tolist()
    evidence = (match.coverage + _LIKENESS * likeness).tolist()
    rows: dict[str, list[int]] = defaultdict(list)
    for row, source in enumerate(sources):
        rows[source].append(row)
    alone = [
        Hit(source, _mean(scores[row] for row in its), max(evidence[row] for row in its))
        for source, its in rows.items()
    ]
    together = _playbooks(alone)
    hits = (Hit(hit.source, hit.score + together[hit.playbook], hit.evidence) for hit in alone)
    return sorted(hits, key=lambda hit: -hit.score)


def choose(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """The hits to quote, at most `limit`; none when the question is not covered."""
    varied = list(_varied(hits))
    if max((hit.evidence for hit in varied[:3]), default=0.0) < COVERED:
        return []
    return [hit for hit in varied if hit.evidence >= COVERED / 2][:limit]


def _playbooks(hits: Iterable[Hit]) -> Mapping[str, float]:
    scores: dict[str, list[float]] = defaultdict(list)
    for hit in hits:
        scores[hit.playbook].append(hit.score)
    return {playbook: _mean(sorted(its)[-_TOGETHER:]) for playbook, its in scores.items()}


def _varied(hits: Sequence[Hit]) -> Iterator[Hit]:
    quoted: Counter[str] = Counter()
    for hit in hits:
        quoted[hit.playbook] += 1
        if quoted[hit.playbook] <= _PER_PLAYBOOK:
            yield hit


def _comparable(scores: "Floats") -> "Floats":
    above: Floats = scores - scores.mean()
    return above / (float(scores.std()) or 1.0)


def _mean(values: Iterable[float]) -> float:
    values = list(values)
    return sum(values) / len(values)
