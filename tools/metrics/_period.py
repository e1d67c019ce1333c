"""Periods: half-open ranges of whole days, written in ISO forms."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

Grain = Literal["day", "week", "month", "quarter", "year", "custom"]
GRAINS: tuple[Grain, ...] = get_args(Grain)[:-1]
"""The calendar's own, the finest first."""

_FORMS: tuple[tuple[Grain, re.Pattern[str]], ...] = (
    ("day", re.compile(r"(\d{4})-(\d\d)-(\d\d)")),
    ("week", re.compile(r"(\d{4})-W(\d\d)")),
    ("quarter", re.compile(r"(\d{4})-Q([1-4])")),
    ("month", re.compile(r"(\d{4})-(\d\d)")),
    ("year", re.compile(r"(\d{4})")),
)


@dataclass(frozen=True, order=True)
class Period:
    """The days from `start` up to, not including, `end`.

    A period is written as people file it: `2026-11-16` (a day), `2026-W47` (an ISO week, Monday first),
    `2026-11`, `2026-Q4`, `2026`, or `2026-01-15..2026-03-31` (any days, the last one included).
    """

    start: date
    end: date
    grain: Grain = "custom"

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"a period ends after it starts: {self.start} .. {self.end}")

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read a written period. Raises ValueError naming the accepted forms."""
        first, dots, last = text.strip().partition("..")
        if dots:
            return cls(_one(first).start, _one(last).end)
        return _one(first)

    @classmethod
    def containing(cls, day: date, grain: Grain) -> "Period":
        """The week, month, quarter or year in which `day` lies."""
        if grain == "day":
            return cls(day, day + timedelta(days=1), "day")
        if grain == "week":
            monday = day - timedelta(days=day.weekday())
            return cls(monday, monday + timedelta(days=7), "week")
        if grain == "month":
            return cls(day.replace(day=1), add_months(day.replace(day=1), 1), "month")
        if grain == "quarter":
            first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
            return cls(first, add_months(first, 3), "quarter")
        if grain == "year":
            return cls(date(day.year, 1, 1), date(day.year + 1, 1, 1), "year")
        raise ValueError("a custom period has no calendar to lie in")

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)

    def previous(self) -> "Period":
        """The period of the same grain just before; for a custom one, as many months if it is whole ones, else days."""
        if self.grain != "custom":
            return Period.containing(self.start - timedelta(days=1), self.grain)
        if self.start.day == self.end.day == 1:
            return Period(add_months(self.start, -self._months), self.start)
        return Period(self.start - (self.end - self.start), self.start)

    def year_before(self) -> "Period":
        """The same period a year earlier; of a week, the one 52 weeks before."""
        if self.grain == "week":
            return Period.containing(self.start - timedelta(weeks=52), "week")
        if self.grain == "custom":
            return Period(add_months(self.start, -12), add_months(self.end, -12))
        return Period.containing(add_months(self.start, -12), self.grain)

    def first(self, days: int) -> "Period":
        """Its first so many days; the whole of it where it has no more."""
        end = self.start + timedelta(days=days)
        return self if end >= self.end else Period(self.start, end)

    def split(self, grain: Grain) -> "list[Period]":
        """The days, weeks, months … that it consists of; the first and last are cut where it begins and ends."""
        pieces, start = [], self.start
        while start < self.end:
            whole = Period.containing(start, grain)
            inside = whole.start >= self.start and whole.end <= self.end
            pieces.append(whole if inside else Period(max(whole.start, self.start), min(whole.end, self.end)))
            start = whole.end
        return pieces

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def _months(self) -> int:
        return 12 * (self.end.year - self.start.year) + self.end.month - self.start.month

    def trailing_year(self) -> "Period":
        """The twelve months that end when this period ends."""
        return Period(add_months(self.end, -12), self.end)

    def __str__(self) -> str:
        if self.grain == "day":
            return self.start.isoformat()
        if self.grain == "week":
            year, week, _ = self.start.isocalendar()
            return f"{year}-W{week:02d}"
        if self.grain == "month":
            return f"{self.start:%Y-%m}"
        if self.grain == "quarter":
            return f"{self.start.year}-Q{(self.start.month + 2) // 3}"
        if self.grain == "year":
            return str(self.start.year)
        return f"{self.start}..{self.last_day}"


def add_months(day: date, months: int) -> date:
    """`day` so many months later; a day that the month lacks becomes its last (31 Jan + 1 = 28 or 29 Feb)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (first_of_next - timedelta(days=1)).day))


def _one(text: str) -> Period:
    for grain, form in _FORMS:
        if found := form.fullmatch(text.strip()):
            return _of(grain, [int(part) for part in found.groups()])
    raise ValueError(
        f"{text!r} is not a period; write 2026-11-16, 2026-W47, 2026-11, 2026-Q4, 2026 or 2026-01-15..2026-03-31"
    )


def _of(grain: Grain, numbers: list[int]) -> Period:
    if grain == "week":
        return Period.containing(date.fromisocalendar(numbers[0], numbers[1], 1), "week")
    if grain == "quarter":
        return Period.containing(date(numbers[0], 3 * numbers[1] - 2, 1), "quarter")
    year, month, day = (*numbers, 1, 1)[:3]
    return Period.containing(date(year, month, day), grain)
