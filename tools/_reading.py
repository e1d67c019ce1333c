"""Reading what was asked, and saying what holds for every figure."""

from collections.abc import Container
from datetime import date, timedelta
from fractions import Fraction

from tools._answer import Note, ToolError
from tools._phrase import phrase
from tools.metrics import Book, Period, rates_used


def written_period(text: str) -> Period:
    """The period as written in a call. Raises ToolError with the accepted forms."""
    try:
        return Period.parse(text)
    except ValueError as unreadable:
        raise ToolError(
            phrase(
                "“{text}” is not a period I know. "
                "Write for instance 2026-11, 2026-Q4, 2026-W47 or 2026-01-01..2026-03-31.",
                text=text,
            )
        ) from unreadable


def elapsed(period: Period, today: date) -> Period:
    """The part of a period that has happened: figures never look past today. Raises ToolError where none has."""
    if period.start > today:
        raise ToolError(phrase("{period} has not begun yet, so nothing has happened in it.", period=period))
    return period if period.last_day <= today else Period(period.start, today + timedelta(days=1))


def conversion(book: Book, currencies: Container[str] | None = None) -> list[Note]:
    """At which rates contracts in these currencies (None: in any) count: currencies are never mixed silently."""
    rates = tuple(
        phrase(
            "{foreign} at {rate} {reporting} (rate of {day})",
            foreign=row.currency,
            rate=Fraction(row.rate_e6, 1_000_000),
            reporting=book.currency,
            day=row.on_day,
        )
        for row in rates_used(book)
        if currencies is None or row.currency in currencies
    )
    said = phrase("Contracts in foreign currency count at the rate of each day, now {rates}.", rates=rates)
    return [Note(said)] if rates else []
