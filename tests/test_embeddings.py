"""The optional embedding: a third signal that orders what the words find, and is never alone."""

import hashlib
import io
import logging
import tarfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from bot.embeddings import LangChainEmbedding, embedding_of
from knowledge import ALL, Documents, EmbeddingError, build_index, is_current, minilm
from knowledge._ranking import Match, places, rank
from knowledge._shelf import Reach, Shelf
from knowledge._words import words
from knowledge.index import Index
from tests.test_documents import take
from tests.test_index import RENEWAL, write
from tests.test_index_command import run


class Concepts:
    """Knows three meanings by their words, in two languages; remembers what it was asked."""

    MEANINGS = ({"cancel", "terminate", "quit"}, {"price", "cost", "tariff"}, {"renewal", "extend"})

    def __init__(self, name: str = "concepts", works: bool = True) -> None:
        self.name, self.works = name, works
        self.asked: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> np.ndarray:
        if not self.works:
            raise EmbeddingError(self.name)
        self.asked += texts
        return np.stack([self._vector(text) for text in texts])

    def embed_query(self, text: str) -> np.ndarray | None:
        return self._vector(text) if self.works else None

    def weight(self, language: str | None) -> float:
        return 1.0

    def _vector(self, text: str) -> np.ndarray:
        said = set(words(text))
        vector = np.array([*(float(bool(said & meaning)) for meaning in self.MEANINGS), 0.1], "<f4")
        return vector / np.linalg.norm(vector)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    for language, text in RENEWAL.items():
        write(tmp_path / "content", language, "renewal", text)
    return tmp_path / "content"


@pytest.fixture
def documents(tmp_path: Path) -> Documents:
    kept = Documents(tmp_path / "documents")
    take(kept, "leaving.md", "# Customers who leave\n\nA customer may cancel the account at the end of a month.")
    take(kept, "paying.md", "# Customers who pay\n\nA customer may see the cost of the account at any time.")
    return kept


def order(index: Index, question: str) -> list[str]:
    shelf = index._current()
    return [hit.playbook for hit in shelf.rank(question, Reach(ALL))][:2]


def test_it_orders_what_the_words_alone_leave_open(content: Path, documents: Documents, tmp_path: Path) -> None:
    index = build_index(tmp_path / "index", content, documents, Concepts())
    assert order(index, "may a customer terminate the account")[0] == "leaving.md"
    assert order(index, "tariff of the account of a customer")[0] == "paying.md"


def test_it_is_added_as_a_z_score_with_its_weight() -> None:
    its = places(["a.md", "b.md", "c.md"])
    words_say = Match(np.array([1.0, 0.0, 0.0]), np.array([1.0, 0.0, 0.0]), 0, 0, 0)
    nothing, meaning = np.zeros(3), np.array([0.0, 1.0, 0.0])
    alone = [hit.score for hit in rank(its, words_say, nothing, {})]
    assert alone == pytest.approx([2 * 2**0.5, -(2**0.5), -(2**0.5)]), "2/3 by a deviation of √2/3, its playbook's too"
    both = {hit.source: hit.score for hit in rank(its, words_say, nothing, {}, meaning=meaning, weight=0.25)}
    assert both == pytest.approx(
        {"a.md": 2 * 2**0.5 - 0.25 * 2**0.5, "b.md": -(2**0.5) + 0.5 * 2**0.5, "c.md": -1.25 * 2**0.5}
    )


def test_it_is_no_evidence_that_a_question_is_covered(content: Path, documents: Documents, tmp_path: Path) -> None:
    index = build_index(tmp_path / "index", content, documents, Concepts())
    assert index.search("quit", "en") == []
    assert index.nearest("quit the gym", "en")[0] == "Customers who leave"
    evidence = {hit.source: hit.evidence for hit in index._current().rank("quit", Reach(ALL))}
    without = {hit.source: hit.evidence for hit in Shelf(index._current().build).rank("quit", Reach(ALL))}
    assert evidence == without


def test_without_one_everything_is_as_before(content: Path, documents: Documents, tmp_path: Path) -> None:
    plain = build_index(tmp_path / "plain", content, documents)
    dense = Index(build_index(tmp_path / "dense", content, documents, Concepts()).folder)
    for question in ("may a customer terminate", "contract renewal", "cost of the account"):
        ranked = [index._current().rank(question, Reach(ALL)) for index in (plain, dense)]
        assert ranked[0] == ranked[1]
    assert not (plain._current().build / "dense.json").exists()


def test_only_what_changed_is_embedded_again(content: Path, documents: Documents, tmp_path: Path) -> None:
    build_index(tmp_path / "index", content, documents, first := Concepts())
    assert len(first.asked) == 6, "two sections of a playbook in two languages, two documents"
    take(documents, "paying.md", "# Customers who pay\n\nThe cost is on the invoice.")
    build_index(tmp_path / "index", content, documents, second := Concepts())
    assert second.asked == ["Customers who pay\nThe cost is on the invoice."]
    build_index(tmp_path / "index", content, documents, other := Concepts("another model"))
    assert len(other.asked) == 6


def test_another_model_makes_the_index_old(content: Path, documents: Documents, tmp_path: Path) -> None:
    build_index(tmp_path / "index", content, documents, Concepts())
    assert is_current(tmp_path / "index", content, documents, Concepts())
    assert not is_current(tmp_path / "index", content, documents, Concepts("another model"))
    assert not is_current(tmp_path / "index", content, documents)


def test_a_model_that_cannot_be_asked_takes_nothing_away(
    content: Path, documents: Documents, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    index = build_index(tmp_path / "index", content, documents, Concepts(works=False))
    assert index.search("contract renewal in 90 days", "en")[0].source.startswith("renewal.md")
    assert not is_current(tmp_path / "index", content, documents, Concepts()), "the next start tries again"
    assert "could not be asked" in caplog.text
    down = Concepts()
    index = build_index(tmp_path / "index", content, documents, down)
    down.works = False
    assert index.search("contract renewal in 90 days", "en")[0].source.startswith("renewal.md")


class TestLangChain:
    def test_its_vectors_are_made_of_length_one(self) -> None:
        embedding = LangChainEmbedding("fake:16", DeterministicFakeEmbedding(size=16))
        rows = embedding.embed_documents(["one", "two"])
        assert rows.shape == (2, 16)
        assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1])
        assert embedding.embed_query("one") == pytest.approx(rows[0], abs=1e-6)
        assert (embedding.name, embedding.weight("pt-BR"), embedding.weight(None)) == ("langchain:fake:16", 1, 1)

    def test_an_index_is_built_and_asked_with_it(self, content: Path, documents: Documents, tmp_path: Path) -> None:
        embedding = LangChainEmbedding("fake:16", DeterministicFakeEmbedding(size=16))
        index = build_index(tmp_path / "index", content, documents, embedding)
        assert index.search("contract renewal in 90 days", "en")[0].source.startswith("renewal.md")
        assert (index._current().build / "dense.json").exists()

    def test_a_provider_that_is_not_there_fails_as_one_that_is_down(self, caplog: pytest.LogCaptureFixture) -> None:
        embedding = LangChainEmbedding("nobody:model")
        assert embedding.embed_query("x") is None
        with pytest.raises(EmbeddingError):
            embedding.embed_documents(["x"])


def test_what_the_setting_names(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert embedding_of(None, tmp_path) is None
    named = embedding_of("langchain:openai:text-embedding-3-small", tmp_path)
    assert named is not None and named.name == "langchain:openai:text-embedding-3-small"
    with caplog.at_level(logging.WARNING):
        assert embedding_of("minilm", tmp_path) is None
        assert embedding_of("word2vec", tmp_path) is None
    assert "retention index embedding minilm" in caplog.text and "word2vec" in caplog.text


def archive(**files: bytes) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as packed:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            packed.addfile(member, io.BytesIO(data))
    return target.getvalue()


FILES = {"onnx/model.onnx": b"m", "../../tokenizer.json": b"t", "onnx/evil.sh": b"x"}


class TestInstalling:
    def test_the_archive_is_unpacked_only_when_its_digest_is_right(self, tmp_path: Path) -> None:
        packed = tmp_path / "onnx.tar.gz"
        packed.write_bytes(archive(**FILES))
        with pytest.raises(minilm.WrongFile):
            minilm.install(tmp_path / "home" / "minilm", packed)
        assert not minilm.is_installed(tmp_path / "home" / "minilm")
        digest = hashlib.sha256(packed.read_bytes()).hexdigest()
        for source in (packed, tmp_path):
            minilm.install(tmp_path / "home" / "minilm", source, digest)
            unpacked = sorted(file.name for file in (tmp_path / "home").rglob("*") if file.is_file())
            assert unpacked == ["model.onnx", "tokenizer.json"]

    def test_an_archive_without_the_model_is_not_installed(self, tmp_path: Path) -> None:
        packed = tmp_path / "onnx.tar.gz"
        packed.write_bytes(archive(**{"model.onnx": b"m"}))
        with pytest.raises(minilm.WrongFile):
            minilm.install(tmp_path / "minilm", packed, hashlib.sha256(packed.read_bytes()).hexdigest())
        assert not (tmp_path / "minilm").exists()

    def test_the_command_says_what_is_wrong(self, tmp_path: Path) -> None:
        (tmp_path / "onnx.tar.gz").write_bytes(b"something else")
        shown = run(tmp_path, "index", "embedding", "minilm", "--from", str(tmp_path / "onnx.tar.gz"))
        assert shown.exit_code == 1
        assert shown.stdout.strip().endswith(f"is not the model's archive: its SHA-256 must be {minilm.SHA256}.")
        missing = run(tmp_path, "index", "embedding", "minilm", "--from", str(tmp_path / "nowhere"))
        assert missing.exit_code == 1 and "give it with --from" in missing.stdout

    def test_the_digest_is_the_one_that_chroma_knows(self) -> None:
        from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2

        assert ONNXMiniLM_L6_V2._MODEL_SHA256 == minilm.SHA256
        assert ONNXMiniLM_L6_V2.MODEL_DOWNLOAD_URL == minilm.URL


def test_minilm_says_little_on_what_is_not_english(tmp_path: Path) -> None:
    model = minilm.MiniLM(tmp_path)
    assert (model.weight("en"), model.weight("pt-BR"), model.weight(None)) == (1, 0.25, 0.25)
