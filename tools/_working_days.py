"""Days on which people work: no Saturday, no Sunday, no public holiday of a country."""

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

SATURDAY = 5


def is_working_day(day: date, country: str) -> bool:
    """Whether people work there on that day. `country`: BR, US …, also with a state (BR-SP); empty: no holidays."""
    return day.weekday() < SATURDAY and not (country and day in _holidays(country))


def knows_holidays(country: str) -> bool:
    """Whether the public holidays of the country, and of the state behind its hyphen, are known."""
    from holidays import list_supported_countries

    known = list_supported_countries()
    code, _, state = country.partition("-")
    return code in known and (not state or state in known[code])


@lru_cache(maxsize=8)
def _holidays(country: str) -> "HolidayBase":
    from holidays import country_holidays  # a few hundred calendars: read by whom a working day concerns

    code, _, state = country.partition("-")
    return country_holidays(code, subdiv=state or None)
