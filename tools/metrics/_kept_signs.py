"""The signs of a large book, kept between processes: reading them from the book again would take a minute.

They hang on the book's content (`load_id`), the day and this module's form, not on what scores them: other weights or a
new model score what is kept in no time. They are in the cache folder, as they can be made again: account ids and
numbers, nothing that anybody wrote.

A book that is seen only in part is small enough to be read.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from tools.metrics._figure import Source
from tools.metrics._opening import Book

FORM = 1
MANY = 5_000
"""Accounts from which on keeping is worth it."""
LEFT = 4
"""So many files are left, the latest."""
DAY = "$day"
"""How JSON holds a day among the parameters of a statement."""
Signs = Mapping[str, Mapping[str, float]]


def kept_signs(book: Book, day: date) -> tuple[Signs, Source] | None:
    """What was kept of the book as it is, and how it was read; None where there is nothing."""
    import numpy as np

    file = _file(book, day)
    if file is None or not file.exists():
        return None
    try:
        with np.load(file, allow_pickle=False) as data:
            about = json.loads(str(data["about"]), object_hook=_with_days)
            ids, values = data["ids"].tolist(), data["values"]
            columns = [(name, values[:, n].tolist()) for n, name in enumerate(about["signs"])]
    except (OSError, ValueError, KeyError):
        return None
    found = {
        account: {name: column[n] for name, column in columns if column[n] == column[n]}
        for n, account in enumerate(ids)
    }
    return found, _source(about["source"])


def keep_signs(book: Book, day: date, signs: Signs, source: Source, least: int = MANY) -> None:
    """Keep what was read, where keeping is set up and worth it."""
    import numpy as np

    file = _file(book, day)
    if file is None or len(signs) < least:
        return
    names = sorted({name for known in signs.values() for name in known})
    values = np.array([[known.get(name, np.nan) for name in names] for known in signs.values()])
    about = json.dumps({"signs": names, "source": _plain(source)}, default=lambda day: {DAY: day.isoformat()})
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new.npz")
    np.savez(new, ids=np.array(list(signs)), values=values, about=np.array(about))
    new.replace(file)
    for old in sorted(file.parent.glob("signs-*.npz"), key=lambda each: each.stat().st_mtime)[:-LEFT]:
        old.unlink(missing_ok=True)


def _file(book: Book, day: date) -> Path | None:
    if book.scoring.kept is None or not book.sight.is_whole:
        return None
    content = json.dumps([FORM, book.url, book.info["load_id"], book.info["as_of"], day.isoformat()])
    return book.scoring.kept / f"signs-{hashlib.sha256(content.encode()).hexdigest()[:24]}.npz"


def _plain(source: Source) -> dict[str, Any]:
    return {
        "sql": source.sql, "parameters": source.parameters, "rows": source.rows, "as_of": source.as_of.isoformat(),
        "tables": list(source.tables),
    }  # fmt: skip


def _with_days(data: dict[str, Any]) -> Any:
    return date.fromisoformat(data[DAY]) if DAY in data else data


def _source(data: Mapping[str, Any]) -> Source:
    return Source(
        data["sql"], data["parameters"], data["rows"], date.fromisoformat(data["as_of"]), tuple(data["tables"])
    )
