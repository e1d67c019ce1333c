"""all-MiniLM-L6-v2 (Apache-2.0), run by onnxruntime: an English model of 384 dimensions, installed by an explicit step.

The files are Chroma's own archive of the model, known by its SHA-256. Each batch is padded to its longest text only;
Chroma's function pads every text to 256 tokens, which takes ten times as long.
"""

import hashlib
import os
import tarfile
import urllib.request
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float32]]

ARCHIVE = "onnx.tar.gz"
SHA256 = "913d7300ceae3b2dbc2c50d1de4baacab4be7b9380491c27fab7418616a16ec3"
URL = f"https://chroma-onnx-models.s3.amazonaws.com/all-MiniLM-L6-v2/{ARCHIVE}"
_MODEL, _TOKENIZER = "model.onnx", "tokenizer.json"
_LONGEST = 256
"""Tokens of a text that the model reads."""


class WrongFile(Exception):
    """Not the archive that is known: its digest is another."""


def is_installed(folder: Path) -> bool:
    return (folder / _MODEL).is_file() and (folder / _TOKENIZER).is_file()


def install(folder: Path, source: Path | None = None, sha256: str = SHA256) -> None:
    """Unpack the model into `folder`, from `source` (the archive, or a folder that holds it) or from the network.

    Nothing is unpacked before its digest is right: WrongFile. The folder appears whole, or not at all.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix="minilm-") as place:
        archive = _archive(source) if source else _downloaded(Path(place, ARCHIVE))
        if _digest(archive) != sha256:
            raise WrongFile(str(archive))
        unpacked = Path(place, "minilm")
        unpacked.mkdir()
        _unpack(archive, unpacked)
        if is_installed(folder):
            for name in (_MODEL, _TOKENIZER):
                (unpacked / name).replace(folder / name)
        else:
            os.replace(unpacked, folder)  # noqa: PTH105


def _archive(source: Path) -> Path:
    return source / ARCHIVE if source.is_dir() else source


def _downloaded(target: Path) -> Path:
    with urllib.request.urlopen(URL, timeout=60) as answer, target.open("wb") as file:
        while piece := answer.read(1 << 20):
            file.write(piece)
    return target


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _unpack(archive: Path, place: Path) -> None:
    """The two files that are needed, and no other, whatever the archive's paths say."""
    with tarfile.open(archive) as packed:
        for member in packed:
            name = Path(member.name).name
            content = packed.extractfile(member) if member.isfile() and name in (_MODEL, _TOKENIZER) else None
            if content:
                (place / name).write_bytes(content.read())
    if not is_installed(place):
        raise WrongFile(str(archive))


class MiniLM:
    """The model in `folder`. Opened by the first text."""

    name = "minilm:all-MiniLM-L6-v2"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def embed_documents(self, texts: Sequence[str]) -> "Floats":
        import numpy as np

        encoded = self._tokenizer.encode_batch(list(texts))
        ids = np.array([each.ids for each in encoded], "<i8")
        mask = np.array([each.attention_mask for each in encoded], "<i8")
        (states,) = self._session.run(
            None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        )
        seen = mask[:, :, None].astype("<f4")
        means = (states * seen).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
        vectors: Floats = (means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)).astype("<f4")
        return vectors

    def embed_query(self, text: str) -> "Floats":
        first: Floats = self.embed_documents([text])[0]
        return first

    def weight(self, language: str | None) -> float:
        """It knows English alone; elsewhere it still knows names and cognates."""
        return 1.0 if language == "en" else 0.25

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self.folder / _TOKENIZER))
        tokenizer.enable_truncation(_LONGEST)
        tokenizer.enable_padding()
        return tokenizer

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(str(self.folder / _MODEL), options, providers=["CPUExecutionProvider"])
