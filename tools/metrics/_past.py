"""The accounts as they stood on past days, and when each was lost: what a model is learnt from and tried on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from tools.metrics._backtest import HORIZON, Outcome
from tools.metrics._book import mrr_movements
from tools.metrics._opening import Book
from tools.metrics._query import Reader, read
from tools.metrics._risk import assess, outcome_of, sample
from tools.metrics._scorecard import HORIZONS, Scorecard
from tools.metrics._signals import Standing, standings

APART = timedelta(days=30)
TESTED = 4
"""Past days, a horizon apart, on which scorers are tried."""
MOST_DAYS = 24


@dataclass(frozen=True)
class Seen:
    """An account as it stood on a day, and the day on which it was lost afterwards, as far as is known by now."""

    day: date
    standing: Standing
    left_on: date | None

    @property
    def lost_in(self) -> int | None:
        """Days until it was lost."""
        return (self.left_on - self.day).days if self.left_on else None

    @property
    def is_lost(self) -> bool:
        """Whether within the horizon of 90 days."""
        return self.lost_in is not None and self.lost_in <= HORIZON.days

    def outcome(self, card: Scorecard) -> Outcome:
        """What became of it, by a scorer."""
        return outcome_of(assess(self.standing, card), self.day, self.left_on if self.is_lost else None)


@dataclass(frozen=True)
class History:
    """All that was seen, by day, up to the day on which it is told."""

    told_on: date
    days: Mapping[date, Sequence[Seen]]

    def known_by(self, day: date) -> list[Seen]:
        """What could be learnt from on a day: whatever had had its 90 days by then."""
        return [seen for past, them in self.days.items() if past + HORIZON <= day for seen in them]

    @property
    def tested(self) -> list[date]:
        """The days on which scorers are tried, the first one first."""
        days = (self.told_on - n * HORIZON for n in range(TESTED, 0, -1))
        return [day for day in days if day in self.days]


def history(book: Book, day: date) -> History:
    """The past of a book: a month apart, as far back as anybody paid. Cancellations known on a day are left out."""
    first = _first(book)
    last = day - HORIZON
    days = [last - n * APART for n in range(MOST_DAYS) if first and last - n * APART > first + APART]
    among, left = sample(book), _losses(book, day)
    return History(day, {past: _seen(book, past, among, left) for past in reversed(days)})


def _seen(book: Book, past: date, among: Sequence[str] | None, left: Mapping[str, Sequence[date]]) -> list[Seen]:
    found = (each for each in standings(Reader(book), past, among) if not each.leaving_on)
    return [
        Seen(past, each, next((on for on in left.get(each.account_id, ()) if on > past), None)) for each in found
    ]  # fmt: skip


def _first(book: Book) -> date | None:
    rows, _ = read(book, select(func.min(mrr_movements.c.on_day).label("first")))
    found: date | None = rows[0].first
    return found


def _losses(book: Book, day: date) -> Mapping[str, Sequence[date]]:
    m = mrr_movements.c
    rows, _ = read(
        book, select(m.account_id, m.on_day).where(m.category == "churn", m.on_day <= day).order_by(m.on_day)
    )
    found: dict[str, list[date]] = {}
    for row in rows:
        found.setdefault(row.account_id, []).append(row.on_day)
    return found


def until_known(seen: Seen, day: date) -> list[tuple[int, bool] | None]:
    """For each stretch between two horizons, whether it was lost in it; None: it left before, or it is too early."""
    found: list[tuple[int, bool] | None] = []
    begin, lost_in = 0, seen.lost_in
    for n, end in enumerate(HORIZONS):
        begun = lost_in is None or lost_in > begin
        known = (day - seen.day).days >= end
        found.append((n, lost_in is not None and lost_in <= end) if begun and known else None)
        begin = end
    return found
