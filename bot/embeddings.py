"""The embedding model that EMBEDDING names: LangChain's, or MiniLM once it is installed."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.unforeseen import guarded
from knowledge import Embedding, EmbeddingError

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float32]]

log = logging.getLogger(__name__)
LANGCHAIN = "langchain:"


class LangChainEmbedding:
    """`provider:model` as LangChain's `init_embeddings` takes it; taken for a model of many languages.

    `client`: one that is made already.
    """

    def __init__(self, model: str, client: Any = None) -> None:
        self.model = model
        self._opened = client

    @property
    def name(self) -> str:
        return f"{LANGCHAIN}{self.model}"

    def embed_documents(self, texts: Sequence[str]) -> "Floats":
        found = guarded(self.name, lambda: _unit(self._client().embed_documents(list(texts))), lambda _: None)
        if found is None or len(found) != len(texts):
            raise EmbeddingError(self.name)
        return found

    def embed_query(self, text: str) -> "Floats | None":
        found = guarded(self.name, lambda: _unit([self._client().embed_query(text)]), lambda _: None)
        return None if found is None else found[0]

    def weight(self, language: str | None) -> float:
        return 1.0

    def _client(self) -> Any:
        if self._opened is None:
            from langchain.embeddings import init_embeddings

            self._opened = init_embeddings(self.model)
        return self._opened


def embedding_of(setting: str | None, home: Path) -> Embedding | None:
    """The model of a setting; None without one, and, with a line in the log, where it is not installed or not known."""
    if not setting:
        return None
    if setting.startswith(LANGCHAIN):
        return LangChainEmbedding(setting.removeprefix(LANGCHAIN))
    if setting == "minilm":
        from knowledge.minilm import MiniLM, is_installed

        if is_installed(home / "minilm"):
            return MiniLM(home / "minilm")
        log.warning("EMBEDDING=minilm, but it is not installed: run `retention index embedding minilm`")
        return None
    log.warning("EMBEDDING=%s is neither minilm nor langchain:provider:model; it is not used", setting)
    return None


def _unit(rows: Sequence[Sequence[float]]) -> "Floats":
    import numpy as np

    vectors: Floats = np.asarray(rows, "<f4")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Floats = (vectors / np.where(lengths == 0, 1, lengths)).astype("<f4")
    return unit
