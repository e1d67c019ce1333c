"""The calendar as seen from a day: which March, which last quarter."""

from dataclasses import dataclass
from datetime import date, timedelta

from tools.metrics import Grain, Period, add_months


@dataclass(frozen=True)
class Calendar:
    """Periods relative to `today`.

    A month or quarter without its year is the last one that has begun; `ahead` (renewals) makes it the next one that is
    not over. A fiscal year begins in month `fiscal` and is called after the year in which it ends. Methods raise
    ValueError or OverflowError for days that do not exist.
    """

    today: date
    ahead: bool = False
    fiscal: int = 1

    def shifted(self, grain: Grain, steps: int) -> Period:
        """The calendar period `steps` after the current one."""
        period = Period.containing(self.today, grain)
        for _ in range(abs(steps)):
            period = period.previous() if steps < 0 else Period.containing(period.end, grain)
        return period

    def month(self, number: int, year: str | None = None) -> Period:
        return self._chosen([Period.containing(date(y, number, 1), "month") for y in self._years(year)])

    def quarter(self, number: int, year: str | None = None) -> Period:
        return self._chosen([Period.containing(date(y, 3 * number - 2, 1), "quarter") for y in self._years(year)])

    def half(self, number: int, year: str | None = None) -> Period:
        firsts = [date(y, 6 * number - 5, 1) for y in self._years(year)]
        return self._chosen([Period(first, add_months(first, 6)) for first in firsts])

    def year(self, number: int) -> Period:
        return Period.containing(date(number, 1, 1), "year")

    def fiscal_year(self, number: int) -> Period:
        first = date(number - (self.fiscal > 1), self.fiscal, 1)
        return Period.containing(first, "year") if self.fiscal == 1 else Period(first, add_months(first, 12))

    def fiscal_quarter(self, number: int, year: int | None = None) -> Period:
        whole = self.fiscal_year(self.today_fiscal if year is None else year)
        first = add_months(whole.start, 3 * number - 3)
        of_calendar = Period.containing(first, "quarter")
        return of_calendar if of_calendar.start == first else Period(first, add_months(first, 3))

    @property
    def today_fiscal(self) -> int:
        """The number of the fiscal year that runs today."""
        return self.today.year + (self.fiscal > 1 and self.today.month >= self.fiscal)

    def half_year(self, steps: int) -> Period:
        """The half that is so many halves after the current one."""
        first = add_months(date(self.today.year, 7 if self.today.month > 6 else 1, 1), 6 * steps)
        return Period(first, add_months(first, 6))

    def day(self, day: int, month: int, year: str | None = None) -> Period:
        made = [_date(y, month, day) for y in self._years(year)]
        return self._chosen([Period.containing(each, "day") for each in made if each])

    def iso_week(self, number: int, year: str | None = None) -> Period:
        """Week 46: of this year, or of the last one when it has not begun."""
        chosen = int(year) if year else self.today.year
        if not year and not self.ahead and date.fromisocalendar(chosen, number, 1) > self.today:
            chosen -= 1
        return Period.containing(date.fromisocalendar(chosen, number, 1), "week")

    def last(self, count: int, grain: Grain) -> Period:
        """The last so many full weeks, months …; days end today."""
        if grain == "day":
            return Period(self.today - timedelta(days=count - 1), self.today + timedelta(days=1))
        if count == 1:
            return self.shifted(grain, -1)
        return Period(self.shifted(grain, -count).start, self.shifted(grain, 0).start)

    def next(self, count: int, grain: Grain) -> Period:
        """So many days, weeks, months … from today on."""
        if grain in ("day", "week"):
            return Period(self.today, self.today + timedelta(days=count * (7 if grain == "week" else 1)))
        months = {"month": 1, "quarter": 3, "year": 12}[grain]
        return Period(self.today, add_months(self.today, count * months))

    def to_date(self, grain: Grain) -> Period:
        return Period(self.shifted(grain, 0).start, self.today + timedelta(days=1))

    def rest_of(self, grain: Grain, steps: int = 0) -> Period:
        """From today to the end of this week, month …, or of the one so many later."""
        return Period(self.today, self.shifted(grain, steps).end)

    def _years(self, year: str | None) -> list[int]:
        if year:
            return [year_of(year)]
        return [self.today.year + step for step in range(-4, 5)]

    def _chosen(self, candidates: list[Period]) -> Period:
        if not candidates:
            raise ValueError("no such day")
        if len(candidates) == 1:
            return candidates[0]
        if self.ahead:
            return next((p for p in candidates if p.end > self.today), candidates[-1])
        return next((p for p in reversed(candidates) if p.start <= self.today), candidates[0])


def year_of(written: str) -> int:
    """`26` and `'26` are 2026."""
    digits = written.strip("'")
    return int(digits) + (2000 if len(digits) == 2 else 0)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
