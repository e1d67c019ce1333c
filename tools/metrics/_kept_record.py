"""How earlier lists of a scorer did, kept between processes: of a large book, finding it out takes minutes."""

import json
from datetime import date

from tools.metrics._backtest import Backtest, backtest_from
from tools.metrics._keeping import MANY, kept_file, written
from tools.metrics._opening import Book
from tools.metrics._scorecard import Scorecard


def kept_record(book: Book, day: date, card: Scorecard) -> Backtest | None:
    """What was found of the book as it is; None where nothing was kept."""
    file = kept_file(book, "lists", *_of(book, day, card))
    try:
        return backtest_from(json.loads(file.read_text(encoding="utf-8"))) if file else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_record(book: Book, day: date, card: Scorecard, found: Backtest, least: int = MANY) -> None:
    """Keep it, where keeping is set up and worth it."""
    file = kept_file(book, "lists", *_of(book, day, card))
    if file and found.judged >= least:
        with written(file) as new:
            new.write(json.dumps(found.plain()).encode())


def _of(book: Book, day: date, card: Scorecard) -> tuple[str, ...]:
    return book.info["load_id"], book.info["as_of"], day.isoformat(), repr(card)
