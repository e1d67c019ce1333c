"""The signs of a large book, kept between processes: reading them from the book again would take a minute.

They hang on the book's content, the day and this module's form, not on what scores them: other weights or a new model
score what is kept in no time. After a load of changes the rows of the accounts that it touched are read anew; all
others hold, as long as what the book records at all is what it was.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tools.metrics._asking import Asked
from tools.metrics._changed import CHANGES, LINEAGE, changed_since
from tools.metrics._figure import Source
from tools.metrics._keeping import MANY, kept_file, written
from tools.metrics._opening import Book
from tools.metrics._sign_table import SignTable
from tools.metrics._signals import signs_of

FORM = "2"
DAY = "$day"
"""How JSON holds a day among the parameters of a statement."""


@dataclass(frozen=True)
class Kept:
    """Signs, how they were read, and of which state of the book."""

    signs: SignTable
    source: Source
    recorded: str
    state: Mapping[str, str]


def known_signs(asked: Asked, paying: Sequence[Any], many: int = MANY) -> tuple[SignTable, Source]:
    """What is known of all who pay, in their order, and how it was read; of `many` or more it is kept."""
    book = asked.reader.book
    kept = kept_signs(book, asked.day) if len(paying) >= many else None
    if kept and kept.state == _state(book):
        return kept.signs.of([row.account_id for row in paying]), kept.source
    found = _carried_over(kept, asked, paying) if kept else None
    signs, source = found or (signs_of(asked, paying), asked.reader.source)
    if len(paying) >= many:
        keep_signs(asked, signs, source)
    return signs, source


def _carried_over(kept: Kept, asked: Asked, paying: Sequence[Any]) -> tuple[SignTable, Source] | None:
    """The kept signs with those of the accounts that changed since; None where all have to be read."""
    book = asked.reader.book
    changed = changed_since(book, kept.state[LINEAGE], int(kept.state[CHANGES])) if LINEAGE in kept.state else None
    if changed is None or kept.recorded != repr(asked.recorded):
        return None
    signs = kept.signs.with_rows(_read_anew(asked, paying, {*changed}, kept.signs.rows))
    return signs.of([row.account_id for row in paying]), replace(kept.source, as_of=book.as_of)


def _read_anew(asked: Asked, paying: Sequence[Any], changed: set[str], known: Collection[str]) -> SignTable:
    """The signs of those who pay and changed, or were not known before."""
    rows = [row for row in paying if row.account_id in changed or row.account_id not in known]
    return signs_of(replace(asked, among=[row.account_id for row in rows]), rows)


def kept_signs(book: Book, day: date) -> Kept | None:
    """What was kept of a day; None where there is nothing."""
    import numpy as np

    file = kept_file(book, "signs", FORM, day.isoformat())
    if file is None or not file.exists():
        return None
    try:
        with np.load(file, allow_pickle=False) as data:
            about = json.loads(str(data["about"]), object_hook=_with_days)
            signs = SignTable(data["ids"].tolist(), about["signs"], data["values"])
    except (OSError, ValueError, KeyError):
        return None
    return Kept(signs, _source(about["source"]), about["recorded"], about["state"])


def keep_signs(asked: Asked, signs: SignTable, source: Source) -> None:
    """Keep what was read, where keeping is set up."""
    import numpy as np

    file = kept_file(asked.reader.book, "signs", FORM, asked.day.isoformat())
    if file is None:
        return
    about = {
        "signs": list(signs.names), "source": _plain(source), "recorded": repr(asked.recorded),
        "state": _state(asked.reader.book),
    }  # fmt: skip
    said = json.dumps(about, default=lambda day: {DAY: day.isoformat()})
    with written(file) as new:
        np.savez(new, ids=np.array(signs.ids), values=signs.values, about=np.array(said))


def _state(book: Book) -> dict[str, str]:
    """What names the content of a book, and the loads of changes that it has seen."""
    return {key: book.info[key] for key in ("load_id", "as_of", LINEAGE, CHANGES) if key in book.info}


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
