"""Download → CSV that a spreadsheet opens as it is: UTF-8 with its mark, plain numbers, nothing that computes.

Money is in its currency's own units and shares are percentages; the header says which, unless a column mixes
currencies: then every amount carries its own.
"""

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from typing import Any

from bot.locale import Speaker, amount
from tools import Cell, Download
from tools.metrics import Figure, Money, Period, Share

MARK = "\ufeff"
"""By which a spreadsheet knows UTF-8."""
COMPUTES = tuple("=+-@\t\r\n=+-@")
"""With what a text begins that a spreadsheet would take for a formula."""


def text(download: Download, speaker: Speaker) -> str:
    """The whole file, the column labels in the speaker's language."""
    units = [_unit([row[n] for row in download.rows]) for n in range(len(download.columns))]
    labels = [speaker.cell(column.label) for column in download.columns]
    page = StringIO()
    page.write(MARK)
    rows = csv.writer(page, lineterminator="\r\n")
    rows.writerow(harmless(f"{label} ({unit})" if unit else label) for label, unit in zip(labels, units, strict=True))
    for row in download.rows:
        rows.writerow(_said(value, unit, speaker) for value, unit in zip(row, units, strict=True))
    return page.getvalue()


def _unit(values: Sequence[Cell]) -> str:
    """What the numbers of a column are counted in, where that is one thing."""
    found = {unit for value in values for unit in _units(value)}
    return found.pop() if len(found) == 1 else ""


def _units(value: Cell) -> Iterator[str]:
    match value:
        case Money():
            yield value.currency
        case Figure(unit="money"):
            yield value.currency or ""
        case Share() | Figure(unit="percent"):
            yield "%"


def _said(value: Cell, unit: str, speaker: Speaker) -> str:
    match value:
        case None:
            return ""
        case Figure(unit="money", value=int() as minor, currency=str() as currency):
            return _said(Money(minor, currency), unit, speaker)
        case Figure(unit="percent"):
            return _said(Share(None if value.value is None else Fraction(value.value)), unit, speaker)
        case Figure():
            return _said(value.value, unit, speaker)
        case Money():
            return f"{amount(value)}" if unit else f"{amount(value)} {value.currency}"
        case Share():
            return "" if value.value is None else _plain(value.value * 100)
        case int() | Fraction():
            return _plain(value)
        case Period():
            return str(value)
        case date():
            return value.isoformat()
    return harmless(speaker.cell(value))


def _plain(number: int | Fraction) -> str:
    """A number with all that matters of it, never in powers of ten."""
    if isinstance(number, int) or number.denominator == 1:
        return str(int(number))
    return f"{Decimal(number.numerator) / Decimal(number.denominator):f}"


def harmless(said: Any) -> str:
    """The text, marked where a spreadsheet would compute it."""
    return f"'{said}" if said.startswith(COMPUTES) else said
