"""When something comes again: every Monday at 9:00, on the first working day of each month, every 15 days."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

from tools._working_days import is_working_day
from tools.metrics import Period

Unit = Literal["day", "week", "month", "quarter", "year"]
MONTHS = {"month": 1, "quarter": 3, "year": 12}
LAST = -1
"""The last day, or the last of its kind, whichever that is."""
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Recurrence:
    """Every so many (`step`) days, weeks … at `at` of the clock in `zone`.

    day: every day, where `working` only working days. week: on `weekdays` (0 is Monday). month, quarter, year: on its
    `days` (1 … 31, in a shorter month the last; −1: the last), or on the `nth` (−1: the last) of its `weekdays`, or of
    its working days where `working`; of a year in its `month`. `holidays`: the country whose holidays are no working
    days. `since`: the day from which steps are counted.
    """

    unit: Unit
    at: time | None = None
    step: int = 1
    weekdays: tuple[int, ...] = ()
    days: tuple[int, ...] = (1,)
    nth: int = 0
    working: bool = False
    month: int = 1
    zone: str = ""
    holidays: str = ""
    since: date | None = None

    def after(self, moment: datetime) -> datetime:
        """When it comes next, strictly after `moment`, in UTC."""
        return next(self.times(moment))

    def times(self, moment: datetime) -> Iterator[datetime]:
        """Every time it comes after `moment`, in UTC."""
        yesterday = moment.astimezone(ZoneInfo(self.zone or "UTC")).date() - timedelta(days=1)
        return (at for at in map(self._moment, self._days(yesterday)) if at > moment)

    def coming(self, moment: datetime, count: int) -> tuple[datetime, ...]:
        """The next so many times, on the clock of its zone."""
        return tuple(at.astimezone(ZoneInfo(self.zone or "UTC")) for at in islice(self.times(moment), count))

    def anchored(self, moment: datetime) -> "Recurrence":
        """The same, its steps counted from the next time that it could be."""
        first = replace(self, step=1, since=None).after(moment)
        return replace(self, since=first.astimezone(ZoneInfo(self.zone or "UTC")).date())

    def _days(self, first: date) -> Iterator[date]:
        """Its days from about `first` on."""
        start = self.since if self.since and self.step > 1 else first
        days = self._in_periods(start) if self.unit in MONTHS else self._in_weeks(start)
        return (day for day in days if day >= first)

    def _in_weeks(self, start: date) -> Iterator[date]:
        from dateutil.rrule import DAILY, MO, WEEKLY, rrule

        if self.unit == "day":
            days = (found.date() for found in rrule(DAILY, interval=self.step, dtstart=_midnight(start)))
            return (day for day in days if not self.working or is_working_day(day, self.holidays))
        monday = Period.containing(start, "week").start
        on = self.weekdays or (0,)
        return (
            found.date()
            for found in rrule(WEEKLY, interval=self.step, byweekday=on, wkst=MO, dtstart=_midnight(monday))
        )

    def _in_periods(self, start: date) -> Iterator[date]:
        from dateutil.rrule import MONTHLY, rrule

        begin = Period.containing(start, self.unit).start
        every = self.step * MONTHS[self.unit]
        for found in rrule(MONTHLY, interval=every, dtstart=_midnight(begin)):
            yield from self._of(Period.containing(found.date(), self.unit))

    def _of(self, period: Period) -> list[date]:
        """Its days of a month, quarter or year; none where there is no such day, as a fifth Monday."""
        if self.unit == "year":
            period = Period.containing(date(period.start.year, self.month, 1), "month")
        if not self.nth:
            numbers = {period.days if day == LAST else min(day, period.days) for day in self.days}
            return [period.start + timedelta(days=number - 1) for number in sorted(numbers)]
        fitting = [day for n in range(period.days) if self._fits(day := period.start + timedelta(days=n))]
        place = self.nth - 1 if self.nth > 0 else self.nth
        return [fitting[place]] if -len(fitting) <= place < len(fitting) else []

    def _fits(self, day: date) -> bool:
        return is_working_day(day, self.holidays) if self.working else day.weekday() in self.weekdays

    def _moment(self, day: date) -> datetime:
        """A time that the clock skips is the first one after it; of a time that comes twice the first counts."""
        from dateutil.tz import datetime_exists

        moment = datetime.combine(day, self.at or time(9), ZoneInfo(self.zone or "UTC"))
        while not datetime_exists(moment):
            moment += MINUTE
        return moment.astimezone(UTC)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())  # noqa: DTZ001: a day, as rrule wants it; the clock comes later
