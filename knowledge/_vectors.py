"""The vector half: texts as vectors of their character n-grams, kept and compared in Chroma.

Character n-grams find what stems miss: inflections, typing errors, and words that two languages share.
Whatever has LangChain's `embed_documents` and `embed_query` can stand in for `CharacterNgrams`.
"""

import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge._words import words

if TYPE_CHECKING:
    import numpy as np
    from chromadb import GetResult
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateCollectionConfiguration

    Floats = np.ndarray[Any, np.dtype[np.float32]]
    Ints = np.ndarray[Any, np.dtype[np.int64]]

SIZES = (3, 4, 5)
DIMENSIONS = 2048
"""Of sections."""
_COLLECTION = "passages"
# How many vectors are handed to Chroma, and taken from it, at once.
_BATCH = 1000
# Chroma's clients of one folder share what the last one to close takes away.
_ALONE = threading.Lock()


class CharacterNgrams:
    """TF-IDF of the character 3- to 5-grams of a text's words, hashed into so many dimensions, of length 1.

    `phrased`: words as a whole, and pairs of them, count too.
    """

    def __init__(self, idf: "Floats", phrased: bool = False) -> None:
        self.idf, self._phrased = idf, phrased

    @classmethod
    def of(cls, texts: Iterable[str], dimensions: int = DIMENSIONS, phrased: bool = False) -> "CharacterNgrams":
        """Learn from these texts which n-grams are rare."""
        import numpy as np

        size, spread = 0, np.zeros(dimensions, "<f4")
        for size, text in enumerate(texts, start=1):  # noqa: B007
            spread += (_counted(text, dimensions, phrased) > 0).any(axis=1)
        return cls((np.log((1 + size) / (1 + spread)) + 1).astype("<f4"), phrased)

    def embed_documents(self, texts: Sequence[str]) -> "Floats":
        """One row per text."""
        import numpy as np

        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, text: str) -> "Floats":
        import numpy as np

        counts = _counted(text, len(self.idf), self._phrased)
        weights = np.where(counts > 0, 1 + np.log(np.maximum(counts, 1)), 0)
        vector: Floats = ((weights[:, 1] - weights[:, 0]) * self.idf).astype("<f4")
        unit: Floats = vector / (float(np.linalg.norm(vector)) or 1.0)
        return unit

    def save(self, file: Path) -> None:
        import numpy as np

        np.save(file, self.idf)

    @classmethod
    def load(cls, file: Path) -> "CharacterNgrams":
        import numpy as np

        return cls(np.load(file))


def _counted(text: str, dimensions: int, phrased: bool) -> "Ints":
    """How often each dimension's n-grams occur in a text: those that count against it, and those for it."""
    import numpy as np

    said = words(text)
    places = [_word_places(word, dimensions) for word in said]
    if phrased:
        places.append(_places((*said, *map(" ".join, pairwise(said))), dimensions))
    found = np.concatenate(places) if places else np.zeros(0, "<i8")
    counts: Ints = np.bincount(found, minlength=2 * dimensions).reshape(dimensions, 2)
    return counts


@lru_cache(maxsize=20_000)
def _word_places(word: str, dimensions: int) -> "Ints":
    bounded = f" {word} "
    ngrams = (bounded[at : at + size] for size in SIZES for at in range(max(1, len(bounded) - size + 1)))
    return _places(ngrams, dimensions)


def _places(grams: Iterable[str], dimensions: int) -> "Ints":
    """The dimension of each, twice, plus its sign: with signs, those of one dimension cancel out on average."""
    import numpy as np

    hashes = (zlib.crc32(gram.encode()) for gram in grams)
    return np.array([2 * (hashed % dimensions) + (hashed >> 31) for hashed in hashes], "<i8")


class Vectors:
    """A folder's Chroma collection of vectors, numbered by their place.

    They are compared exactly, and so with every one of them: Chroma's graph (HNSW) loses texts that are nearly alike,
    as the clauses of many contracts are, and scores are made comparable over all rows.
    """

    def __init__(self, folder: Path) -> None:
        import numpy as np

        with _ALONE, _client(folder) as client:
            collection = client.get_collection(_COLLECTION, embedding_function=None)
            size = collection.count()
            self._rows: Floats = np.zeros((size, 0), "<f4")
            for start in range(0, size, _BATCH):
                self._take(size, collection.get(list(map(str, range(start, start + _BATCH))), include=["embeddings"]))

    def _take(self, size: int, kept: "GetResult") -> None:
        import numpy as np

        vectors = np.asarray(kept["embeddings"], "<f4")
        if not self._rows.size:
            self._rows = np.zeros((size, vectors.shape[1]), "<f4")
        self._rows[[int(place) for place in kept["ids"]]] = vectors

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def rows(self) -> "Floats":
        return self._rows

    def likeness(self, vector: "Floats") -> "Floats":
        """The cosine of `vector` with each of the vectors kept, all of length 1."""
        cosines: Floats = self._rows @ vector
        return cosines


def write(folder: Path, vectors: Iterable["Floats"]) -> None:
    """Keep these vectors in a new collection in `folder`, a batch at a time."""
    with _ALONE, _client(folder) as client:
        # As small a graph as there can be: nothing asks it.
        graph: CreateCollectionConfiguration = {"hnsw": {"space": "cosine", "max_neighbors": 2, "ef_construction": 2}}
        collection = client.create_collection(_COLLECTION, configuration=graph, embedding_function=None)
        for start, batch in _batches(vectors):
            collection.add(ids=[str(start + place) for place in range(len(batch))], embeddings=batch)


def _batches(vectors: Iterable["Floats"]) -> Iterator[tuple[int, "Floats"]]:
    import numpy as np

    rest, start = iter(vectors), 0
    while batch := list(islice(rest, _BATCH)):
        yield start, np.stack(batch)
        start += len(batch)


def _client(folder: Path) -> "Client":
    import chromadb
    from chromadb.api.client import Client
    from chromadb.config import Settings

    client = chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))
    assert isinstance(client, Client)  # declared as an interface that cannot be closed
    return client
