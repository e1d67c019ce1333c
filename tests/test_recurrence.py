"""When something comes again, across clock changes, short months, leap days and holidays."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools import Recurrence

NEW_YORK, LISBON, SAO_PAULO = "America/New_York", "Europe/Lisbon", "America/Sao_Paulo"


def coming(recurrence: Recurrence, after: str, count: int = 3) -> list[str]:
    """The next times on its own clock."""
    moment = datetime.fromisoformat(after).replace(tzinfo=ZoneInfo(recurrence.zone or "UTC"))
    return [f"{at:%Y-%m-%d %H:%M}" for at in recurrence.coming(moment, count)]


def utc(recurrence: Recurrence, after: str, count: int = 3) -> list[str]:
    moment = datetime.fromisoformat(after).replace(tzinfo=ZoneInfo(recurrence.zone or "UTC"))
    return [f"{at:%m-%dT%H:%M}" for at in islice(recurrence.times(moment), count)]


class TestWhenTheClockChanges:
    def test_nine_o_clock_stays_nine_o_clock_in_new_york(self) -> None:
        nine = Recurrence("day", time(9), zone=NEW_YORK)
        assert utc(nine, "2026-03-06T12:00") == ["03-07T14:00", "03-08T13:00", "03-09T13:00"]
        assert utc(nine, "2026-10-30T12:00") == ["10-31T13:00", "11-01T14:00", "11-02T14:00"]

    def test_an_hour_that_is_skipped_comes_at_the_next_that_exists(self) -> None:
        assert coming(Recurrence("day", time(2, 30), zone=NEW_YORK), "2026-03-07T12:00") == [
            "2026-03-08 03:00", "2026-03-09 02:30", "2026-03-10 02:30",
        ]  # fmt: skip
        assert coming(Recurrence("day", time(1, 15), zone=LISBON), "2026-03-28T12:00") == [
            "2026-03-29 02:00", "2026-03-30 01:15", "2026-03-31 01:15",
        ]  # fmt: skip

    def test_an_hour_that_is_repeated_comes_once(self) -> None:
        assert utc(Recurrence("day", time(1, 30), zone=NEW_YORK), "2026-10-31T12:00") == [
            "11-01T05:30", "11-02T06:30", "11-03T06:30",
        ]  # fmt: skip
        assert utc(Recurrence("day", time(1, 30), zone=LISBON), "2026-10-24T12:00") == [
            "10-25T00:30", "10-26T01:30", "10-27T01:30",
        ]  # fmt: skip

    @pytest.mark.parametrize("zone", [NEW_YORK, LISBON])
    @settings(max_examples=40, deadline=None)
    @given(at=st.times(), start=st.dates(date(2025, 1, 1), date(2028, 1, 1)))
    def test_there_is_exactly_one_time_a_day_whatever_the_clock_does(self, zone: str, at: time, start: date) -> None:
        every_day = Recurrence("day", at.replace(second=0, microsecond=0), zone=zone)
        moment = datetime.combine(start, time(), ZoneInfo(zone)) - timedelta(seconds=1)
        days = [when.date() for when in every_day.coming(moment, 400)]
        assert days == [start + timedelta(days=n) for n in range(400)]


class TestMonths:
    def test_the_31st_is_the_last_day_of_a_shorter_month(self) -> None:
        assert coming(Recurrence("month", time(9), days=(31,)), "2028-01-30T00:00", 4) == [
            "2028-01-31 09:00", "2028-02-29 09:00", "2028-03-31 09:00", "2028-04-30 09:00",
        ]  # fmt: skip

    def test_the_29th_and_the_leap_day(self) -> None:
        assert coming(Recurrence("month", time(9), days=(29,)), "2027-02-01T00:00", 2) == [
            "2027-02-28 09:00", "2027-03-29 09:00",
        ]  # fmt: skip
        assert coming(Recurrence("year", time(9), month=2, days=(29,)), "2027-02-01T00:00", 2) == [
            "2027-02-28 09:00", "2028-02-29 09:00",
        ]  # fmt: skip

    def test_two_days_of_a_month_that_are_one_in_february_come_once(self) -> None:
        assert coming(Recurrence("month", time(9), days=(29, 31)), "2027-02-01T00:00", 3) == [
            "2027-02-28 09:00", "2027-03-29 09:00", "2027-03-31 09:00",
        ]  # fmt: skip

    def test_the_last_friday_and_the_first_monday(self) -> None:
        assert coming(Recurrence("month", time(17, 30), nth=-1, weekdays=(4,)), "2026-11-20T00:00", 2) == [
            "2026-11-27 17:30", "2026-12-25 17:30",
        ]  # fmt: skip
        assert coming(Recurrence("quarter", time(9), nth=1, weekdays=(0,)), "2026-11-20T00:00", 2) == [
            "2027-01-04 09:00", "2027-04-05 09:00",
        ]  # fmt: skip

    def test_a_fifth_monday_comes_only_where_there_is_one(self) -> None:
        assert coming(Recurrence("month", time(9), nth=5, weekdays=(0,)), "2026-11-20T00:00", 2) == [
            "2026-11-30 09:00", "2027-03-29 09:00",
        ]  # fmt: skip


class TestHolidays:
    def test_a_working_day_is_no_weekend_and_no_holiday_of_its_country(self) -> None:
        """20 November is a holiday in Brazil, 26 November (Thanksgiving) one in the United States."""
        working = Recurrence("day", time(8), working=True)
        after = "2026-11-19T12:00"
        assert coming(Recurrence(**{**vars(working), "holidays": "BR"}), after, 2) == [
            "2026-11-23 08:00", "2026-11-24 08:00",
        ]  # fmt: skip
        american = coming(Recurrence(**{**vars(working), "holidays": "US"}), after, 6)
        assert [day[8:10] for day in american] == ["20", "23", "24", "25", "27", "30"]

    def test_the_first_working_day_of_january_is_after_new_year(self) -> None:
        first = Recurrence("month", time(9), nth=1, working=True, holidays="BR", zone=SAO_PAULO)
        assert coming(first, "2026-12-15T00:00", 3) == ["2027-01-04 09:00", "2027-02-01 09:00", "2027-03-01 09:00"]

    def test_the_last_working_day_of_december(self) -> None:
        last = Recurrence("month", time(18), nth=-1, working=True, holidays="US")
        assert coming(last, "2026-12-01T00:00", 1) == ["2026-12-31 18:00"]

    def test_a_state_has_holidays_of_its_own(self) -> None:
        """9 July is one in São Paulo alone."""
        working = Recurrence("day", time(8), working=True)
        assert coming(Recurrence(**{**vars(working), "holidays": "BR-SP"}), "2027-07-08T12:00", 1) == [
            "2027-07-12 08:00"
        ]
        assert coming(Recurrence(**{**vars(working), "holidays": "BR"}), "2027-07-08T12:00", 1) == ["2027-07-09 08:00"]


class TestSteps:
    def test_every_15_days_is_counted_from_the_first_time_it_could_be(self) -> None:
        at = datetime(2026, 11, 20, 14, tzinfo=UTC)
        every = Recurrence("day", time(10), step=15).anchored(at)
        assert [f"{when:%m-%d}" for when in every.coming(at, 3)] == ["11-21", "12-06", "12-21"]

    def test_every_other_friday_begins_with_the_next_friday(self) -> None:
        at = datetime(2026, 11, 18, 14, tzinfo=UTC)
        every = Recurrence("week", time(12), step=2, weekdays=(4,)).anchored(at)
        assert [f"{when:%m-%d}" for when in every.coming(at, 3)] == ["11-20", "12-04", "12-18"]

    def test_it_is_strictly_after(self) -> None:
        monday = Recurrence("week", time(9), weekdays=(0,))
        at = datetime(2026, 11, 23, 9, tzinfo=UTC)
        assert monday.after(at) == datetime(2026, 11, 30, 9, tzinfo=UTC)
        assert monday.after(at - timedelta(seconds=1)) == at
