"""Files as they come from other programs: what encoding, which delimiter, and their rows in batches."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import chain, compress, islice
from pathlib import Path
from typing import Protocol

from tools.metrics._faults import FaultKind, Unreadable

BATCH = 5_000
CHUNK = 1 << 20
SUFFIXES = (".csv", ".tsv", ".txt")
_DELIMITERS = ",;\t|"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_LEGACY = ["cp1252", "cp850", "mac_roman"]


Cell = str | int | float | Decimal | date
"""What a source gives for one column of one row: text from files, also typed values from databases; empty is ""."""


@dataclass(frozen=True)
class Layout:
    """How a text file is written. `preface`: a line `sep=;` comes before everything, as Excel writes it."""

    encoding: str
    delimiter: str
    preface: bool = False


@dataclass(frozen=True)
class Batch:
    """Some rows with their numbers: those under which a spreadsheet shows a file's, or counted from 1 in a query."""

    numbers: list[int]
    rows: Sequence[Sequence[Cell]]


class Feed(Protocol):
    """The rows of one table, wherever they come from. They can be read more than once. Reading raises Unreadable."""

    @property
    def name(self) -> str:
        """What faults and reports call it."""

    @property
    def is_query(self) -> bool: ...

    def header(self) -> list[str]: ...

    def batches(self) -> Iterator[Batch]: ...


@dataclass(frozen=True)
class TextFile:
    """A CSV file as a feed."""

    path: Path
    is_query: bool = False

    @property
    def name(self) -> str:
        return self.path.name

    @cached_property
    def layout(self) -> Layout:
        return layout_of(self.path)

    def header(self) -> list[str]:
        return header_and_batches(self.path, self.layout)[0]

    def batches(self) -> Iterator[Batch]:
        return header_and_batches(self.path, self.layout)[1]


def layout_of(path: Path) -> Layout:
    """How the file is written, judged from all its bytes and its first lines. Raises Unreadable."""
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        sample = _sample(file)
    first, _, _ = sample.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return Layout(encoding, first.strip()[-1], preface=True)
    return Layout(encoding, _delimiter(sample))


def header_and_batches(path: Path, layout: Layout) -> tuple[list[str], Iterator[Batch]]:
    """The header's cells and the rows below it. Iterating raises Unreadable where the file breaks off."""
    batches = _batches(path, layout)
    first = next(batches, Batch([], []))
    if not first.rows:
        return [], iter(())
    return [str(cell) for cell in first.rows[0]], chain([Batch(first.numbers[1:], first.rows[1:])], batches)


def _batches(path: Path, layout: Layout) -> Iterator[Batch]:
    """All rows that hold anything; blank lines count as rows but are not given."""
    first = 1
    with path.open(encoding=layout.encoding, newline="") as file:
        if layout.preface:
            file.readline()
        reader = csv.reader(file, delimiter=layout.delimiter, strict=True)
        while True:
            rows: list[list[str]] = []
            try:
                rows.extend(islice(reader, BATCH))  # at a fault, those before it are in
            except (csv.Error, UnicodeDecodeError) as problem:
                yield _filled(first, rows)
                kind: FaultKind = "broken_row" if isinstance(problem, csv.Error) else "bad_encoding"
                raise Unreadable(kind, first + len(rows)) from problem
            if not rows:
                return
            if (batch := _filled(first, rows)).rows:
                yield batch
            first += len(rows)


def _filled(first: int, rows: list[list[str]]) -> Batch:
    """The rows, numbered from `first`, without those that hold nothing."""
    numbers = list(range(first, first + len(rows)))
    if all(map(any, rows)):
        return Batch(numbers, rows)
    holds = [any(row) for row in rows]
    return Batch([*compress(numbers, holds)], [*compress(rows, holds)])


def _sample(file: io.TextIOBase) -> str:
    try:
        return file.read(1 << 16)
    except UnicodeDecodeError as problem:
        raise Unreadable("bad_encoding") from problem


def _delimiter(sample: str) -> str:
    """The delimiter that gives most rows the header's number of cells; a comma where there is one column."""
    return max(_DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))


def _evenness(sample: str, delimiter: str) -> tuple[bool, float, int]:
    rows = [row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if row][:50]
    width = len(rows[0]) if rows else 0
    return width > 1, sum(len(row) == width for row in rows) / max(len(rows), 1), width


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(_WORKBOOKS):
        raise Unreadable("workbook")
    marked = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)
    if marked and marked != "utf-8-sig":
        return marked
    if start and start.count(0) > 0.3 * len(start):
        return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
    return "utf-8-sig" if _is_utf8(path) else _legacy(path)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
    yield b""


def _is_utf8(path: Path) -> bool:
    """Whether all of it is UTF-8. Raises Unreadable at a NUL byte, and where UTF-8 text holds broken bytes.

    A text of another encoding has hardly a byte sequence that is also UTF-8, so with more good than bad ones
    the file is damaged rather than foreign: reading it as cp1252 would turn its names into `SÃ£o`.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    good = bad = lines = 0
    damaged = None
    for chunk in _chunks(path):
        if 0 in chunk:
            raise Unreadable("nul_byte", lines + chunk[: chunk.index(0)].count(b"\n") + 1)
        text = decoder.decode(chunk, final=not chunk)
        if not text.isascii():
            broken = [place for place, sign in enumerate(text) if "\udc80" <= sign <= "\udcff"]
            bad += len(broken)
            good += sum(sign > "\x7f" for sign in text) - len(broken)
            if broken and damaged is None:
                damaged = lines + text[: broken[0]].count("\n") + 1
        lines += text.count("\n")
    if damaged and good > bad:
        raise Unreadable("bad_encoding", damaged)
    return damaged is None


def _legacy(path: Path) -> str:
    """Which of the one-byte encodings of Brazilian and Western exports it is, by its accented lines."""
    from charset_normalizer import from_bytes

    accented = bytearray()
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                accented += line
            if len(accented) > 1 << 16:
                break
    best = from_bytes(bytes(accented), cp_isolation=_LEGACY).best()
    found = best.encoding if best else "cp1252"
    return found if _decodes(path, found) else "latin-1"


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding) as file:
            while file.read(CHUNK):
                pass
    except UnicodeDecodeError:
        return False
    return True
