"""The optional third half: texts as vectors of an embedding model, kept in Chroma as the others are.

Its scores are added to the lexical ones and never stand alone: whether a question is covered is decided without it. A
text that was embedded for the build before is not embedded again.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from knowledge import _vectors

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float32]]

_FOLDER, _KEPT = "dense", "dense.json"
_BATCH = 32


class EmbeddingError(Exception):
    """The model cannot be asked: not installed, not reached, or of another opinion about its vectors."""


class Embedding(Protocol):
    """A model. `name` changes whenever its vectors do: an index of another model is built anew."""

    @property
    def name(self) -> str: ...

    def embed_documents(self, texts: Sequence[str]) -> "Floats":
        """One row of length 1 per text. Raises EmbeddingError."""
        ...

    def embed_query(self, text: str) -> "Floats | None":
        """Of length 1; None when the model cannot be asked now, and the search goes on without."""
        ...

    def weight(self, language: str | None) -> float:
        """What its word counts, beside 1 for each of the others, on a question in this language (None: not known)."""
        ...


def write(build: Path, texts: Sequence[str], embedding: Embedding, before: Path | None) -> None:
    """Embed these texts into a build; what the build `before` has of them is taken from there."""
    digests = [hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32] for text in texts]
    _vectors.write(build / _FOLDER, _embedded(texts, digests, embedding, _known(before, embedding)))
    (build / _KEPT).write_text(json.dumps({"name": embedding.name, "digests": digests}), encoding="utf-8")


def open_vectors(build: Path, embedding: Embedding) -> _vectors.Vectors | None:
    """The vectors of this model in a build; None when it has none."""
    return _vectors.Vectors(build / _FOLDER) if _kept(build, embedding) else None


def _embedded(
    texts: Sequence[str], digests: Sequence[str], embedding: Embedding, known: dict[str, "Floats"]
) -> Iterator["Floats"]:
    for start in range(0, len(texts), _BATCH):
        batch = range(start, min(start + _BATCH, len(texts)))
        new = [at for at in batch if digests[at] not in known]
        found = dict(zip(new, embedding.embed_documents([texts[at] for at in new]) if new else (), strict=True))
        yield from (found[at] if at in found else known[digests[at]] for at in batch)


def _known(before: Path | None, embedding: Embedding) -> dict[str, "Floats"]:
    digests = _kept(before, embedding) if before else None
    if not before or not digests:
        return {}
    return dict(zip(digests, _vectors.Vectors(before / _FOLDER).rows, strict=True))


def _kept(build: Path, embedding: Embedding) -> list[str] | None:
    """The digests of the texts that this model embedded in a build."""
    try:
        kept = json.loads((build / _KEPT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return list(kept["digests"]) if kept["name"] == embedding.name else None
