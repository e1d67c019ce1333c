"""From scores to the sections worth quoting.

The halves' scores are made comparable (z-scores) and added. Adding ranks instead would give a half that knows
nothing of a question the same say as one that does.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from knowledge._chunks import playbook_of
from knowledge._lexical import Match

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float32]]

# Evidence that a section answers, as a sum of what was measured; fitted (logistic regression, rounded) on the
# tuning half of tests/questions, where COVERED refuses 92% of what no playbook covers. A question is covered when
# one of its first three sections has this much, and a section is quoted when it has half as much itself.
_COVERAGE, _LIKENESS, _PURPOSE = 0.5, 1.4, 0.7
_TRADE, _STRANGE, _ELSEWHERE = 0.12, -0.09, -0.6
COVERED = 1.1
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
        return playbook_of(self.source)


def rank(sources: Sequence[str], match: Match, likeness: "Floats", purposes: Mapping[str, float]) -> list[Hit]:
    """The sections, best first: each by its own score and its playbook's.

    `sources` names each row's section; `purposes`: how much of each playbook's purpose is asked for (0 to 1).
    """
    scores = _comparable(match.score) + _comparable(likeness)
    business = _TRADE * match.trade + _STRANGE * match.strange + _ELSEWHERE * match.elsewhere
    evidence = _COVERAGE * match.coverage + _LIKENESS * likeness + business
    alone = _sections(sources, scores.tolist(), evidence.tolist())
    together = _playbooks(alone)
    hits = (
        Hit(hit.source, hit.score + together[book], hit.evidence + _PURPOSE * purposes.get(book, 0.0))
        for hit in alone
        for book in [hit.playbook]
    )
    return sorted(hits, key=lambda hit: -hit.score)


def choose(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """The hits to quote, at most `limit`; none when the question is not covered."""
    varied = list(_varied(hits))
    if max((hit.evidence for hit in varied[:3]), default=0.0) < COVERED:
        return []
    return [hit for hit in varied if hit.evidence >= COVERED / 2][:limit]


def _sections(sources: Sequence[str], scores: Sequence[float], evidence: Sequence[float]) -> list[Hit]:
    """The rows of one section are its languages: its score is their mean, as all tell what it is about, and
    its evidence the greatest, which is that of the language it was asked in.
    """
    rows: dict[str, list[int]] = defaultdict(list)
    for row, source in enumerate(sources):
        rows[source].append(row)
    return [
        Hit(source, _mean([scores[row] for row in its]), max(evidence[row] for row in its))
        for source, its in rows.items()
    ]


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


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
