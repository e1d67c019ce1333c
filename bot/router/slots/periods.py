"""Periods in words to periods: one form, or a range of two, or since and until."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from bot.router.slots.calendar import Calendar
from bot.router.slots.period_forms import FORMS, HINT, TO, Read, rhythm
from bot.router.slots.text import clean, fold
from tools.metrics import Period, add_months

_OPENING = re.compile(r"\b(?:between|from|entre|d[eo]|desde)(?:\s+(?:o|the|dia))?\s*$")
_SINCE = re.compile(r"\b(?:since|desde|a partir d[aeo]|starting(?: in)?)(?:\s+(?:o|a|the|dia))?\s*$")
_UNTIL = re.compile(
    r"\b(?:until|till|by|before|through|up to|ate|antes d[aeo])"
    r"(?:\s+(?:o|a|the|end of|(?:o )?f(?:im|inal) d[aeo]))*\s*$"
)


@dataclass(frozen=True)
class Found:
    """A period and the stretch of the text that says it."""

    period: Period
    start: int
    end: int


def find_period(folded: str, calendar: Calendar) -> Found | None:
    """The period that a folded text says, or None.

    A range is one period; of several periods the first counts; nonsense dates say nothing. Where the calendar looks
    ahead, a month without its year is the next one, and `until March` runs from today.
    """
    if not HINT.search(folded):
        return None
    dated = sorted(_dated(folded, calendar), key=lambda found: found.start)
    for first, second in pairwise(dated):
        if whole := _range(folded, first, second):
            return whole
    if dated:
        return _since_or_until(folded, dated[0], calendar)
    said = rhythm(folded, calendar)
    return Found(*said) if said else None


def period_in(text: str, today: date, fiscal: int = 1) -> str | None:
    """The period that a text says, as calls write it."""
    found = find_period(fold(clean(text)), Calendar(today, fiscal=fiscal))
    return str(found.period) if found else None


def _dated(folded: str, calendar: Calendar) -> Iterator[Found]:
    taken: list[tuple[int, int]] = []
    for form, read in FORMS:
        for match in form.finditer(folded):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            period = _sensible(read, calendar, match)
            if period or any(character.isdigit() for character in match.group()):
                taken.append(match.span())
            if period:
                yield Found(period, match.start(), match.end())


def _sensible(read: Read, calendar: Calendar, match: "re.Match[str]") -> Period | None:
    """The period a match says, unless it is no date (31 February) or absurd (last 900 years)."""
    try:
        return read(calendar, match)
    except (ValueError, OverflowError):
        return None


def _range(folded: str, first: Found, second: Found) -> Found | None:
    between = folded[first.end : second.start]
    if not re.fullmatch(TO + r"(?:o\s|the\s|dia\s)?", between):
        return None
    opening = _OPENING.search(folded[: first.start])
    if between.strip() in ("e", "and") and not (opening and opening.group().startswith(("between", "entre"))):
        return None
    start = _at_or_before(first.period, second.period)
    if start.start >= second.period.end:
        return None
    return Found(Period(start.start, second.period.end), opening.start() if opening else first.start, second.end)


def _at_or_before(first: Period, second: Period) -> Period:
    """`first`, moved by whole years to lie at or before `second`: in "nov to feb 2026" November is 2025's."""
    while first.start > second.start:
        first = Period(add_months(first.start, -12), add_months(first.end, -12))
    return first


def _since_or_until(folded: str, found: Found, calendar: Calendar) -> Found:
    before = folded[: found.start]
    if since := _SINCE.search(before):
        return _through(found, since.start(), found.period.start, calendar.today)
    if calendar.ahead and (until := _UNTIL.search(before)):
        return _through(found, until.start(), calendar.today, found.period.last_day)
    return found


def _through(found: Found, at: int, first: date, last: date) -> Found:
    return Found(Period(first, last + timedelta(days=1)), at, found.end) if first <= last else found
