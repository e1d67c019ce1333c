"""Cells as typed values. No text is guessed: what could mean two things goes by its column."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import Any

from tools.metrics._faults import NOTHING, FaultKind

Style = str
"""`point` or `comma` for numbers (the decimal sign), `dmy`, `mdy` or `ymd` for dates."""

DECIMAL_STYLES = ("point", "comma")
DATE_STYLES = ("dmy", "mdy")
EMPTY_WORDS = frozenset({"", "null", "\\n"})
EMPTY_VALUES = EMPTY_WORDS | {"none", "nan", "nat", "n/a", "na", "-", "--", "–", "—", "0000-00-00"}

_SIGNS = (
    ("us$", "USD"), ("r$", "BRL"), ("a$", "AUD"), ("c$", "CAD"), ("mx$", "MXN"), ("€", "EUR"), ("£", "GBP"),
    ("¥", "JPY"), ("$", None),
)  # fmt: skip
_POINT = re.compile(r"(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+")
_COMMA = re.compile(r"(?:[1-9]\d{0,2}(?:\.\d{3})+|\d+)(?:,\d*)?|,\d+")
_GAPS = re.compile(r"(?<=\d)[\s'’](?=\d{3}(?!\d))")
_CURRENCY = re.compile(r"[A-Za-z]{0,3}[$€£¥]|^[A-Za-z]{3}\s*(?=[\d(+-])|\s*[A-Za-z]{3}$|%$")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d\d)(\d\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
_DAY_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th|º)?[\s/.-]+(?:de )?([^\W\d]{3,12})\.?,?[\s/.-]+(?:de )?(\d{4})")
_MONTH_NAMED = re.compile(r"([^\W\d]{3,12})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_TIME = re.compile(
    r"(?:t|,?\s+)(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*([ap]\.?m\.?)?\s*(z|utc|gmt|[+-]\d\d(?::?\d\d)?)?"
)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_REMEMBERED = 50_000
_SERIAL = re.compile(r"[2-8]\d{4}(?:[.,]\d+)?")


@dataclass(frozen=True)
class Wrong:
    """A cell that is not what its column holds."""

    kind: FaultKind
    detail: Any = field(default_factory=lambda: NOTHING)


def text_of(cell: object) -> str:
    """A cell as text: 101, 101.0 and Decimal("101.00") are all `101`, days are written year first."""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        return f"{exact(cell).normalize():f}"
    return str(cell)


def exact(number: float | Decimal) -> Decimal:
    """A driver's number as it was meant: a float's 83.33000000000001 is 83.33."""
    return Decimal(f"{number:.15g}") if isinstance(number, float) else Decimal(number)


def day_of(moment: date, zone: tzinfo, in_utc: bool = False) -> date:
    """The calendar day in `zone` of a typed date or moment; as for text, a moment without zone is local or UTC."""
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None and in_utc:
        moment = moment.replace(tzinfo=UTC)
    return (moment if moment.tzinfo is None else moment.astimezone(zone)).date()


def fold(text: str) -> str:
    """Words in lower case without accents or punctuation: `Data de Início` and `data_de_inicio` are one."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    plain = unicodedata.normalize("NFKD", parted).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def clean(text: str) -> str:
    return text.strip().strip("\ufeff\u200b").strip()


def printable(text: str, lines: bool = False) -> str:
    """Text without control and direction signs, which would act on a terminal; in one line, or keeping its lines."""
    if text.isprintable():
        return text
    return _UNPRINTABLE.sub(lambda found: "\n" if lines and "\n" in found[0] else " ", text).strip()


@cache
def currencies() -> frozenset[str]:
    """The ISO 4217 codes."""
    from babel.numbers import list_currencies

    return frozenset(list_currencies())


def currency_of(text: str) -> str | None:
    """The currency that an amount or header names by sign or code, or None. A bare $ names none."""
    lowered = text.lower()
    for sign, code in _SIGNS:
        if sign in lowered:
            return code
    codes = [word for word in re.findall(r"(?<![A-Za-z])[A-Za-z]{3}(?![A-Za-z])", text) if word.upper() in currencies()]
    return codes[-1].upper() if codes else None


def number_in(text: str, style: Style) -> Decimal | None:
    """The number that is written in this style, or None. Currencies and per cents are left aside."""
    bare = _CURRENCY.sub(_unless_word, clean(text).replace("−", "-")).strip()
    negative = (bare.startswith("(") and bare.endswith(")")) or bare.startswith("-") or bare.endswith("-")
    digits = _GAPS.sub("", bare.strip("()").strip("-+").strip())
    if not (_POINT if style == "point" else _COMMA).fullmatch(digits):
        return None
    grouping, mark = (",", ".") if style == "point" else (".", ",")
    value = Decimal(digits.replace(grouping, "").replace(mark, "."))
    return -value if negative else value


def whole_number_in(text: str, style: Style) -> Decimal | None:
    """The whole number that is written in this style: `1.250` people are 1250."""
    value = number_in(text, style)
    return value if value is not None and value == value.to_integral_value() else None


def _unless_word(found: re.Match[str]) -> str:
    """Currency codes go, other words stay and make the cell no number."""
    word = found[0].strip()
    return "" if not word.isalpha() or word.upper() in currencies() else found[0]


def minor_units(amount: Decimal, digits: int) -> tuple[int, bool]:
    """The amount in minor units, and whether it had to be rounded (half to even)."""
    exact = amount.scaleb(digits)
    minor = exact.to_integral_value(ROUND_HALF_EVEN)
    return int(minor), minor != exact


def day_in(text: str, style: Style, zone: tzinfo, in_utc: bool = False) -> date | None:
    """The calendar day in `zone` of a date or timestamp in this style; None where it is none.

    `in_utc`: times that name no zone are UTC (the column says so); otherwise they are taken as local.
    """
    lowered = clean(text).lower()
    if epoch := re.fullmatch(r"(\d{10})(\d{3})?", lowered):
        return datetime.fromtimestamp(int(epoch[1]), UTC).astimezone(zone).date()
    at = _TIME.search(lowered)
    day = _calendar_day(lowered[: at.start()] if at else lowered, style)
    if day is None or at is None:
        return day
    return _local_day(day, at, zone, in_utc) if at.end() == len(lowered) else None


def _local_day(day: date, at: re.Match[str], zone: tzinfo, in_utc: bool) -> date | None:
    hour, minute, second, half, named = at.groups()
    if half:
        hour = int(hour) % 12 + (12 if half.startswith("p") else 0)
    try:
        moment = datetime(day.year, day.month, day.day, int(hour), int(minute), int(second or 0), tzinfo=zone)
        if named or in_utc:
            moment = moment.replace(tzinfo=_zone(named or "utc"))
        return moment.astimezone(zone).date()
    except (ValueError, OverflowError):
        return None


def _zone(named: str) -> tzinfo:
    if named[0] not in "+-":
        return UTC
    digits = named[1:].replace(":", "").ljust(4, "0")
    return datetime.strptime(named[0] + digits, "%z").tzinfo or UTC


def _calendar_day(text: str, style: Style) -> date | None:
    if found := _YEAR_FIRST.fullmatch(text):
        year, _, month, day = found.groups()[:4] if found[1] else (found[5], "", found[6], found[7])
        return _date(year, month, day)
    if found := _YEAR_LAST.fullmatch(text):
        first, _, second, third = found.groups()
        if style == "ymd":
            return _date(first, second, third) if len(third) == 2 else None
        return _date(third, second, first) if style == "dmy" else _date(third, first, second)
    if found := _DAY_NAMED.fullmatch(text):
        return _date(found[3], _months().get(fold(found[2]), 0), found[1])
    if found := _MONTH_NAMED.fullmatch(text):
        return _date(found[3], _months().get(fold(found[1]), 0), found[2])
    return None


def _date(year: str, month: str | int, day: str) -> date | None:
    full = int(year) + (0 if len(year) == 4 else 2000 if int(year) < 70 else 1900)
    try:
        return date(full, int(month), int(day))
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    """Names of the months, long and short, in English, Portuguese and Spanish."""
    from babel.dates import get_month_names

    return {
        fold(name): month
        for locale in ("es", "pt_BR", "en")
        for width in ("wide", "abbreviated")
        for month, name in get_month_names(width, locale=locale).items()
    }


def is_serial(text: str) -> bool:
    """Whether it looks like a date that a spreadsheet let out as a count of days."""
    return _SERIAL.fullmatch(clean(text)) is not None


@dataclass
class Evidence:
    """What the cells of a column say about its style. `read(text, style)` is number_in or day_in."""

    read: Callable[[str, Style], object]
    styles: tuple[Style, Style]
    first_only: int = 0
    second_only: int = 0
    doubtful: str | None = None
    seen: set[str] = field(default_factory=set)

    def weigh(self, texts: set[str]) -> None:
        """Look at the distinct cells of some rows. Bare digits say nothing; no text is looked at twice."""
        new = {text for text in texts - self.seen if not text.isdecimal()}
        if len(self.seen) < _REMEMBERED:
            self.seen |= texts
        for text in new:
            one, other = (self.read(text, style) for style in self.styles)
            if one == other:
                continue
            if one is None:
                self.second_only += 1
            elif other is None:
                self.first_only += 1
            elif self.doubtful is None:
                self.doubtful = text

    @property
    def style(self) -> Style:
        return self.styles[self.second_only > self.first_only]

    @property
    def undecided(self) -> bool:
        """A cell could be read both ways and no cell of the column settles it."""
        return self.doubtful is not None and not self.decided

    @property
    def decided(self) -> bool:
        """Some cell can be read in one style only."""
        return bool(self.first_only or self.second_only)
