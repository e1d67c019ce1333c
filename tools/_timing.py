"""Rhythms and moments in words."""

from datetime import datetime

from tools._phrase import Phrase, phrase, phrase_n
from tools._recurrence import LAST, Recurrence

WEEKDAYS: tuple[Phrase, ...] = (
    phrase("Monday"), phrase("Tuesday"), phrase("Wednesday"), phrase("Thursday"), phrase("Friday"),
    phrase("Saturday"), phrase("Sunday"),
)  # fmt: skip
_EVERY_DAY: tuple[Phrase, ...] = (
    phrase("every Monday"), phrase("every Tuesday"), phrase("every Wednesday"), phrase("every Thursday"),
    phrase("every Friday"), phrase("every Saturday"), phrase("every Sunday"),
)  # fmt: skip
_SATURDAY = 5
_OF: dict[str, Phrase] = {
    "month": phrase("each month"), "quarter": phrase("each quarter"), "year": phrase("each year"),
}  # fmt: skip


def rhythm(recurrence: Recurrence) -> Phrase:
    """ "every Monday at 9:00" """
    if recurrence.at is None:
        return _often(recurrence)
    return phrase("{often} at {hour}", often=_often(recurrence), hour=hour(recurrence))


def hour(recurrence: Recurrence) -> str:
    return f"{recurrence.at:%-H:%M}" if recurrence.at else "9:00"


def spoken_moment(at: datetime) -> Phrase:
    """ "Monday, 30 Nov 2026, 9:00" """
    return phrase("{weekday}, {day}, {hour}", weekday=WEEKDAYS[at.weekday()], day=at.date(), hour=f"{at:%-H:%M}")


def _often(recurrence: Recurrence) -> Phrase:
    match recurrence.unit:
        case "day" if recurrence.working:
            return phrase("every working day")
        case "day" if recurrence.step == 1:
            return phrase("every day")
        case "day":
            return phrase("every {n} days", n=recurrence.step)
        case "week":
            return _weekly(recurrence)
    return _of_period(recurrence)


def _weekly(recurrence: Recurrence) -> Phrase:
    if recurrence.step > 1:
        days = tuple(WEEKDAYS[day] for day in recurrence.weekdays)
        return phrase("every {n} weeks on {days}", n=recurrence.step, days=days)
    if recurrence.weekdays == (0, 1, 2, 3, 4):
        return phrase("Monday to Friday")
    every = tuple(_EVERY_DAY[day] for day in recurrence.weekdays)
    return phrase("{days}", days=every) if every else phrase("every week")


def _of_period(recurrence: Recurrence) -> Phrase:
    which = _which(recurrence)
    if recurrence.step == 1:
        return phrase("{which} of {period}", which=which, period=_OF[recurrence.unit])
    every = {
        "month": phrase("every {n} months", n=recurrence.step),
        "quarter": phrase("every {n} quarters", n=recurrence.step),
        "year": phrase("every {n} years", n=recurrence.step),
    }[recurrence.unit]
    return phrase("{every}, on {which}", every=every, which=which)


def _which(recurrence: Recurrence) -> Phrase:
    if recurrence.nth:
        return _nth_of(recurrence)
    if recurrence.days == (LAST,):
        return phrase("the last day")
    if recurrence.unit == "month":
        return phrase_n("day {days}", "days {days}", len(recurrence.days), days=recurrence.days)
    return phrase("the first day") if recurrence.days == (1,) else phrase("day {days}", days=recurrence.days)


def _nth_of(recurrence: Recurrence) -> Phrase:
    """Days of either gender have phrases of their own: "a última sexta-feira", "o último dia útil"."""
    nth = recurrence.nth
    if not recurrence.working and recurrence.weekdays[0] < _SATURDAY:
        day = WEEKDAYS[recurrence.weekdays[0]]
        return phrase("the last {day}", day=day) if nth == LAST else phrase("{day} number {n}", day=day, n=nth)
    kind = phrase("working day") if recurrence.working else WEEKDAYS[recurrence.weekdays[0]]
    if nth in (1, LAST):
        return phrase("the first {kind}", kind=kind) if nth == 1 else phrase("the last {kind}", kind=kind)
    return phrase("{kind} number {n}", kind=kind, n=nth)
