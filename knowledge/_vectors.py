"""The vector half: texts as vectors of their character n-grams, kept and compared in Chroma.

Character n-grams find what stems miss: inflections, typing errors, and words that two languages share.
Whatever has LangChain's `embed_documents` and `embed_query` can stand in for `CharacterNgrams`.
"""

import weakref
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge._words import words

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateCollectionConfiguration

    Floats = np.ndarray[Any, np.dtype[np.float32]]

SIZES = (3, 4, 5)
DIMENSIONS = 2048
_COLLECTION = "passages"
# How many vectors are handed to Chroma, and asked of it, at once.
_BATCH = 1000


class CharacterNgrams:
    """TF-IDF of the character 3- to 5-grams of a text's words, hashed into 2,048 dimensions, of length 1."""

    def __init__(self, idf: "Floats") -> None:
        self._idf = idf

    @classmethod
    def of(cls, texts: Sequence[str]) -> "CharacterNgrams":
        """Learn from these texts which n-grams are rare."""
        import numpy as np

        spread = np.zeros(DIMENSIONS, "<f4")
        for text in texts:
            spread[[place for place, _ in set(_places(text))]] += 1
        return cls((np.log((1 + len(texts)) / (1 + spread)) + 1).astype("<f4"))

    def embed_documents(self, texts: Sequence[str]) -> "Floats":
        """One row per text."""
        import numpy as np

        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, text: str) -> "Floats":
        import numpy as np

        vector: Floats = np.zeros(DIMENSIONS, "<f4")
        for (place, sign), times in Counter(_places(text)).items():
            vector[place] += sign * (1 + np.log(times))
        vector *= self._idf
        unit: Floats = vector / (float(np.linalg.norm(vector)) or 1.0)
        return unit

    def save(self, file: Path) -> None:
        import numpy as np

        np.save(file, self._idf)

    @classmethod
    def load(cls, file: Path) -> "CharacterNgrams":
        import numpy as np

        return cls(np.load(file))


def _places(text: str) -> Iterator[tuple[int, int]]:
    return (place for word in words(text) for place in _word_places(word))


@lru_cache(maxsize=20_000)
def _word_places(word: str) -> tuple[tuple[int, int], ...]:
    """The dimension of each n-gram and its sign: with signs, those of one dimension cancel out on average."""
    bounded = f" {word} "
    ngrams = (bounded[at : at + size] for size in SIZES for at in range(max(1, len(bounded) - size + 1)))
    hashes = (zlib.crc32(ngram.encode()) for ngram in ngrams)
    return tuple((hashed % DIMENSIONS, 1 if hashed >> 31 else -1) for hashed in hashes)


class Vectors:
    """A folder's Chroma collection of vectors, numbered by their place."""

    def __init__(self, folder: Path) -> None:
        self._client = _client(folder)
        self._collection = self._client.get_collection(_COLLECTION, embedding_function=None)
        # Closed when the last search with it is done, not while another thread still asks.
        weakref.finalize(self, self._client.close)

    def __len__(self) -> int:
        return int(self._collection.count())

    def likeness(self, vector: "Floats", size: int) -> "Floats":
        """The cosine of `vector` with each of the `size` vectors kept; 0 beyond the nearest thousand."""
        import numpy as np

        nearest = min(size, _BATCH)
        found = self._collection.query(vector[None, :], n_results=nearest, include=["distances"])
        cosines: Floats = np.zeros(size, "<f4")
        cosines[[int(row) for row in found["ids"][0]]] = 1 - np.array((found["distances"] or [[]])[0], "<f4")
        return cosines


def write(folder: Path, vectors: "Floats") -> None:
    """Keep these rows in a new collection in `folder`."""
    with _client(folder) as client:
        cosine: CreateCollectionConfiguration = {"hnsw": {"space": "cosine", "num_threads": 1}}
        collection = client.create_collection(_COLLECTION, configuration=cosine, embedding_function=None)
        for start in range(0, len(vectors), _BATCH):
            batch = vectors[start : start + _BATCH]
            collection.add(ids=[str(start + place) for place in range(len(batch))], embeddings=batch)


def _client(folder: Path) -> "Client":
    import chromadb
    from chromadb.api.client import Client
    from chromadb.config import Settings

    client = chromadb.PersistentClient(folder, settings=Settings(anonymized_telemetry=False))
    assert isinstance(client, Client)  # declared as an interface that cannot be closed
    return client
