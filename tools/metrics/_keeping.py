"""Files of what was worked out of a large book, in the cache folder: they can be made again at any time.

They hold account ids and numbers, nothing that anybody wrote. A book that is seen only in part is small enough to read.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, Literal, cast

from tools.metrics._opening import Book

MANY = 5_000
"""Accounts from which on keeping is worth it."""
LEFT = 8
"""So many files of a kind are left, the latest: those of a list and its four past days, and of a second day."""
Kind = Literal["signs", "lists"]
_ENDS = {"signs": "npz", "lists": "json"}


def kept_file(book: Book, kind: Kind, *of: str) -> Path | None:
    """Where something is kept that is told apart by these words; None where nothing is kept."""
    if book.scoring.kept is None or not book.sight.is_whole:
        return None
    content = json.dumps([book.url, *of])
    return book.scoring.kept / f"{kind}-{hashlib.sha256(content.encode()).hexdigest()[:24]}.{_ENDS[kind]}"


@contextmanager
def written(file: Path) -> Iterator[BinaryIO]:
    """A new content of the file, which takes its place when it is whole; then the oldest of its kind go."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=file.parent, suffix=".new", delete=False) as new:
        yield cast(BinaryIO, new)
    Path(new.name).replace(file)
    kind = file.name.partition("-")[0]
    for old in sorted(file.parent.glob(f"{kind}-*{file.suffix}"), key=lambda each: each.stat().st_mtime)[:-LEFT]:
        old.unlink(missing_ok=True)
