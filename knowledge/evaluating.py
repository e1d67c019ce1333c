"""How well the index finds what people marked as right, on any data set in the format of BEIR."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path
from tempfile import TemporaryDirectory

from knowledge import _beir
from knowledge._access import EVERYONE
from knowledge._chunks import Chunk, document_chunks, playbook_of
from knowledge._cutting import Found, pieces
from knowledge._dense import Embedding
from knowledge._documents import Document
from knowledge._language import language_of
from knowledge._shelf import Reach, Shelf, write

DEEPEST = 10


@dataclass(frozen=True)
class Measured:
    """Means over the queries, 0 to 1; times in seconds.

    `hit_5`: a relevant document is among the first five; `recall_5`: the share of the relevant that is; `mrr_10`: 1 ÷
    the rank of the first relevant one within ten; `ndcg_10`: discounted gain of the grades within ten, of what could be
    had (as trec_eval counts it: the grade is the gain, the discount log2(1 + rank)).
    """

    documents: int
    sections: int
    queries: int
    hit_5: float
    recall_5: float
    mrr_10: float
    ndcg_10: float
    building: float
    per_query: float
    slowest: float


def evaluate(folder: Path, embedding: Embedding | None = None) -> Measured:
    """Index the corpus in `folder` as documents are indexed, and ask every judged query.

    Raises BeirFault where the data set is not as it should be.
    """
    asked = _beir.queries(folder)
    begun = time.perf_counter()
    chunks, numbers = _chunks(folder)
    judged = _beir.qrels(folder, asked, numbers)
    with TemporaryDirectory(prefix="retention-eval-") as place:
        write(Path(place), chunks, embedding)
        sections, built = len(chunks), time.perf_counter() - begun
        del chunks
        shelf, names = Shelf(Path(place), embedding), tuple(numbers)
        shelf.rank("warm up", Reach(EVERYONE))
        found, times = {}, []
        for query in judged:
            begun = time.perf_counter()
            found[query] = _first(shelf, asked[query], names, query)
            times.append(time.perf_counter() - begun)
    scores = [_scores(found[query], grades) for query, grades in judged.items()]
    hit, recall, rank, gain = (sum(each) / len(scores) for each in zip(*scores, strict=True))
    times.sort()
    return Measured(
        len(numbers), sections, len(judged), hit, recall, rank, gain,
        built, sum(times) / len(times), times[int(0.95 * (len(times) - 1))],
    )  # fmt: skip


def _chunks(folder: Path) -> tuple[list[Chunk], Mapping[str, int]]:
    """The sections of every document, under its number, and the documents' numbers."""
    chunks: list[Chunk] = []
    numbers: dict[str, int] = {}
    for text in _beir.corpus(folder):
        number = numbers[text.id] = len(numbers)
        cut = tuple(pieces([Found((), text.text or text.title)], text.title))
        language = language_of(text.text) or "en"
        chunks.extend(document_chunks(Document(text.id, text.title, language, "everyone", "", cut), str(number)))
    if not chunks:
        raise _beir.BeirFault(_beir.CORPUS, 0, "nothing")
    return chunks, numbers


def _first(shelf: Shelf, question: str, names: Sequence[str], query: str) -> list[str]:
    """The documents of the best sections, each once. One that is the query itself (as in Quora) is not counted."""
    ranked = dict.fromkeys(playbook_of(hit.source) for hit in shelf.rank(question, Reach(EVERYONE)))
    return [name for number in ranked if (name := names[int(number)]) != query][:DEEPEST]


def _scores(found: Sequence[str], grades: Mapping[str, int]) -> tuple[float, float, float, float]:
    """Hit and recall within five, reciprocal rank and normalised discounted gain within ten."""
    relevant = {document for document, grade in grades.items() if grade > 0}
    among = relevant & set(found[:5])
    ranks = [rank for rank, document in enumerate(found, start=1) if document in relevant]
    gains = [max(grades.get(document, 0), 0) for document in found]
    best = sorted((grades[document] for document in relevant), reverse=True)[:DEEPEST]
    return (
        float(bool(among)), len(among) / len(relevant), 1 / ranks[0] if ranks else 0.0, _gain(gains) / _gain(best),
    )  # fmt: skip


def _gain(gains: Sequence[int]) -> float:
    return sum(gain / log2(1 + rank) for rank, gain in enumerate(gains, start=1))
