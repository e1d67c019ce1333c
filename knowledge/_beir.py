"""Retrieval data sets in the format of BEIR (Thakur et al. 2021): corpus.jsonl, queries.jsonl, qrels/test.tsv."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

CORPUS, QUERIES, QRELS = "corpus.jsonl", "queries.jsonl", "qrels/test.tsv"
Kind = Literal["missing", "encoding", "json", "field", "twice", "columns", "score", "query", "document", "nothing"]


class BeirFault(Exception):
    """A data set that cannot be used: which file, which line (0: the whole), what is wrong, the word it is about."""

    def __init__(self, file: str, line: int, kind: Kind, word: str = "") -> None:
        super().__init__(f"{file}:{line}: {kind} {word}")
        self.file, self.line, self.kind, self.word = file, line, kind, word


class Text(NamedTuple):
    id: str
    title: str
    text: str


def corpus(folder: Path) -> Iterator[Text]:
    """Every document, one at a time."""
    seen: set[str] = set()
    for line, entry in _entries(folder, CORPUS):
        yield Text(_id(CORPUS, line, entry, seen), str(entry.get("title") or ""), _text(CORPUS, line, entry))


def queries(folder: Path) -> Mapping[str, str]:
    """Query id → its text."""
    seen: set[str] = set()
    return {_id(QUERIES, line, entry, seen): _text(QUERIES, line, entry) for line, entry in _entries(folder, QUERIES)}


def qrels(folder: Path, asked: Mapping[str, str], documents: Mapping[str, int]) -> Mapping[str, Mapping[str, int]]:
    """Query id → document id → how relevant it is; only queries to which something is relevant (above 0)."""
    judged: dict[str, dict[str, int]] = defaultdict(dict)
    for line, row in _lines(folder, QRELS):
        columns = row.split("\t")
        if line == 1 and columns[-1].strip() == "score":
            continue
        if len(columns) != 3:
            raise BeirFault(QRELS, line, "columns", str(len(columns)))
        query, document, score = (column.strip() for column in columns)
        judged[query][document] = _score(line, score)
        if query not in asked:
            raise BeirFault(QRELS, line, "query", query)
        if document not in documents:
            raise BeirFault(QRELS, line, "document", document)
    relevant = {query: grades for query, grades in judged.items() if max(grades.values()) > 0}
    if not relevant:
        raise BeirFault(QRELS, 0, "nothing")
    return relevant


def _score(line: int, written: str) -> int:
    try:
        return int(written)
    except ValueError:
        raise BeirFault(QRELS, line, "score", written) from None


def _id(file: str, line: int, entry: Mapping[str, Any], seen: set[str]) -> str:
    if not isinstance(entry.get("_id"), str | int):
        raise BeirFault(file, line, "field", "_id")
    found = str(entry["_id"])
    if found in seen:
        raise BeirFault(file, line, "twice", found)
    seen.add(found)
    return found


def _text(file: str, line: int, entry: Mapping[str, Any]) -> str:
    if not isinstance(entry.get("text"), str):
        raise BeirFault(file, line, "field", "text")
    return str(entry["text"])


def _entries(folder: Path, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for line, written in _lines(folder, name):
        try:
            entry = json.loads(written)
        except ValueError:
            raise BeirFault(name, line, "json") from None
        if not isinstance(entry, dict):
            raise BeirFault(name, line, "json")
        yield line, entry


def _lines(folder: Path, name: str) -> Iterator[tuple[int, str]]:
    """The lines of a file that are not blank, by their number from 1."""
    try:
        with (folder / name).open(encoding="utf-8-sig", newline="\n") as file:
            yield from ((number, line.rstrip("\r\n")) for number, line in enumerate(file, start=1) if line.strip())
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise BeirFault(name, 0, "missing") from None
    except UnicodeDecodeError:
        raise BeirFault(name, 0, "encoding") from None
