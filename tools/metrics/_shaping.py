"""Feeds that give the rows of others in another shape: without some rows, or one row per month instead of columns."""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date

from tools.metrics._cells import day_in, fold, text_of
from tools.metrics._faults import Unreadable
from tools.metrics._reading import Batch, Cell, Feed

MONTH, AMOUNT = "month", "MRR of each month"
_MONTH = re.compile(r"\d{4}-\d\d(-\d\d)?|[^\W\d]{3,12}\.?[ -]\d{4}")


class Sifted:
    """A feed without the rows that have one of these words in a column."""

    def __init__(self, feed: Feed, words: Mapping[int, frozenset[str]]) -> None:
        self._feed = feed
        self._words = words
        self.name = feed.name
        self.is_query = feed.is_query
        self.left_out = 0
        """Rows that were left out when it was last read."""

    def header(self) -> list[str]:
        return self._feed.header()

    def batches(self) -> Iterator[Batch]:
        self.left_out = 0
        for batch in self._feed.batches():
            kept = [place for place, row in enumerate(batch.rows) if not self._is_out(row)]
            self.left_out += len(batch.rows) - len(kept)
            yield Batch([batch.numbers[place] for place in kept], [batch.rows[place] for place in kept])

    def _is_out(self, row: Sequence[Cell]) -> bool:
        return any(index < len(row) and fold(text_of(row[index])) in words for index, words in self._words.items())


@dataclass(frozen=True)
class Months:
    """Files with one column per month as one feed with one row per month that is filled, dated its first day."""

    files: Sequence[Feed]
    is_query: bool = False

    @property
    def name(self) -> str:
        return ", ".join(file.name for file in self.files)

    def header(self) -> list[str]:
        return [*(title for title in self.files[0].header() if month_in(title) is None), MONTH, AMOUNT]

    def batches(self) -> Iterator[Batch]:
        """A month that several files have is that of the last one."""
        titles, seen = self.header()[:-2], set[date]()
        for file in reversed(self.files):
            months = [(place, month) for place, title in enumerate(file.header()) if (month := month_in(title))]
            yield from _by_month(file, titles, [one for one in months if one[1] not in seen])
            seen |= {month for _, month in months}


def header_of(feed: Feed) -> list[str]:
    """The feed's header; none where it cannot be read, which whoever reads its rows will tell."""
    try:
        return feed.header()
    except (Unreadable, OSError):
        return []


def has_months(feed: Feed) -> bool:
    """Whether it has a column per month."""
    return any(month_in(title) for title in header_of(feed))


def _by_month(file: Feed, titles: Sequence[str], months: Sequence[tuple[int, date]]) -> Iterator[Batch]:
    header = file.header()
    places = [header.index(title) if title in header else -1 for title in titles]
    for batch in file.batches():
        for place, month in months:
            filled = [n for n, row in enumerate(batch.rows) if place < len(row) and row[place] != ""]
            rows = [[*_picked(batch.rows[n], places), month, batch.rows[n][place]] for n in filled]
            yield Batch([batch.numbers[n] for n in filled], rows)


def _picked(row: Sequence[Cell], places: Sequence[int]) -> list[Cell]:
    return [row[place] if 0 <= place < len(row) else "" for place in places]


def last_day(month: date) -> date:
    """The last day of the month in which a day is."""
    return month.replace(day=monthrange(month.year, month.month)[1])


def month_in(title: str) -> date | None:
    """The first day of the month that a column is of: `2026-06`, `2026-06-30`, `Jun 2026`."""
    plain = title.strip().lower()
    if not _MONTH.fullmatch(plain):
        return None
    written = f"{plain}-01" if len(plain) == 7 and plain[:4].isdecimal() else plain
    day = day_in(written if written[:4].isdecimal() else f"1 {written.replace('-', ' ')}", "ymd", UTC)
    return day.replace(day=1) if day else None
