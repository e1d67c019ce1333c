"""What a cell means: by the kind of its column, the column's style, and what the mapping says of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from decimal import Decimal
from functools import cache, partial
from typing import Any

from tools.metrics._cells import (
    DATE_STYLES,
    DECIMAL_STYLES,
    EMPTY_VALUES,
    EMPTY_WORDS,
    Evidence,
    Style,
    Wrong,
    clean,
    currencies,
    currency_of,
    day_in,
    day_of,
    exact,
    fold,
    is_serial,
    minor_units,
    number_in,
    printable,
    text_of,
    whole_number_in,
)
from tools.metrics._faults import Fault, FaultKind, Findings, NoticeKind
from tools.metrics._fields import NUMERIC, Field, folded
from tools.metrics._plan import Origin, Plan
from tools.metrics._reading import Batch, Cell
from tools.metrics._words import country_code, interval

_FAR = (1900, 2199)
_ENDS = ("ended_on", "ends_on", "left_on", "trial_ends_on")
"""In the book, these are the first day on which the thing no longer holds."""


@dataclass(frozen=True)
class Setting:
    """What holds for a whole load: the workspace's time zone, and the currency of rows that name none."""

    zone: tzinfo
    currency: str | None


@dataclass(frozen=True)
class Noted:
    """A value that was kept, with something its owner should know."""

    value: Any
    kind: NoticeKind


def styles_of(plan: Plan, batches: Iterable[Batch], setting: Setting, findings: Findings) -> dict[str, Style]:
    """How each column writes its dates or decimals, by all its cells.

    A column that does not show it goes by the others of its file, if those agree; else it is a fault.
    """
    evidence = {origin.field.name: _evidence(origin, setting) for origin in _styled(plan)}
    for batch in batches:
        for origin in _styled(plan):
            cells = set(origin.cells(batch.rows))
            evidence[origin.field.name].weigh({cell for cell in cells if isinstance(cell, str)})
    styles = {name: found.style for name, found in evidence.items()}
    for origin in _styled(plan):
        found = evidence[origin.field.name]
        declared = plan.said.dates if origin.field.kind == "day" else plan.said.decimal
        others = {one.style for one in evidence.values() if one.styles == found.styles and one.decided}
        if declared:
            styles[origin.field.name] = declared
        elif found.undecided and len(others) == 1:
            styles[origin.field.name] = others.pop()
        elif found.undecided:
            kind: FaultKind = "ambiguous_date" if origin.field.kind == "day" else "ambiguous_number"
            findings.add(Fault(plan.file, kind, None, origin.header, found.doubtful))
    return styles


def _styled(plan: Plan) -> Iterator[Origin]:
    return (
        one for one in plan.origins if one.index is not None and (one.field.kind in NUMERIC or one.field.kind == "day")
    )


def _evidence(origin: Origin, setting: Setting) -> Evidence:
    if origin.field.kind == "day":
        return Evidence(partial(day_in, zone=setting.zone, in_utc=origin.in_utc), DATE_STYLES)
    return Evidence(whole_number_in if origin.field.kind == "whole" else number_in, DECIMAL_STYLES)


class Meanings:
    """Reads cells of one feed: a value, None for an empty cell, Noted or Wrong. Typed cells are taken as they are."""

    def __init__(self, plan: Plan, setting: Setting, styles: Mapping[str, Style]) -> None:
        self._said = plan.said.values
        self._defaults = plan.shape.defaults
        self._zone = setting.zone
        self._styles = styles
        self._amounts = plan.said.amounts
        self._days_after = timedelta(days=plan.said.ends == "last_day")
        self._read: Mapping[str, Callable[[Origin, Any], Any]] = {
            "words": self._word, "whole": self._whole, "number": self._number, "percent": self._percent,
            "rate": self._rate, "day": self._day, "flag": self._flag, "currency": self._currency,
            "interval": self._interval, "country": self._country, "language": self._language,
        }  # fmt: skip

    def of(self, origin: Origin, cell: Cell) -> Any:
        """The meaning of a cell; an empty one means the column's default, if it has one."""
        plain = self._plain(origin, cell)
        plain = self._defaults.get(origin.field.name) if plain is None else plain
        return None if plain is None else self._read[origin.field.kind](origin, plain)

    def of_amount(self, origin: Origin, cell: Cell, code: str | None, own: str | None) -> Any:
        """A cell of money in minor units of currency `code`; `own`: the currency that the cell names."""
        plain = self._plain(origin, cell)
        if plain is None:
            return None
        if own and code and own != code:
            return Wrong("currency_conflict", {"stated": code})
        value = self._decimal(origin, plain)
        if isinstance(value, Wrong):
            return value
        said = origin.amounts or self._amounts
        in_cents = said == "cents" if said else origin.in_cents
        return _kept(origin.field, *minor_units(value, 0 if in_cents else digits(code)))

    def _plain(self, origin: Origin, cell: Cell) -> Cell | None:
        """The cell as the mapping translates it, or None if empty. `NA` is Namibia or a region."""
        said = self._said.get(origin.field.name)
        if not isinstance(cell, str) and not (said and text_of(cell) in said):
            if isinstance(cell, date):
                return cell if origin.field.kind == "day" else text_of(cell)
            return exact(cell) if origin.field.kind in NUMERIC else text_of(cell)
        shown = printable(clean(text_of(cell)), lines=origin.field.longest is None)
        plain = said.get(shown, shown) if said else shown
        empty = EMPTY_WORDS if origin.field.kind in ("words", "country") else EMPTY_VALUES
        return None if plain is None or plain.lower() in empty else plain

    def _word(self, origin: Origin, text: str) -> Any:
        field = origin.field
        if field.choices is not None:
            if chosen := field.choices.get(fold(text)):
                return chosen
            if not field.open_choice:
                return Wrong("unknown_value", {"allowed": ", ".join(dict.fromkeys(field.choices.values()))})
            return Noted(text[: field.longest], "unlisted_value")
        if field.longest is None or len(text) <= field.longest:
            return text
        return Wrong("too_long", {"longest": field.longest}) if field.key else Noted(text[: field.longest], "shortened")

    def _decimal(self, origin: Origin, plain: Cell) -> Decimal | Wrong:
        if isinstance(plain, Decimal):
            return plain if plain.is_finite() else Wrong("not_a_number")
        value = number_in(text_of(plain), self._styles.get(origin.field.name, "point"))
        return Wrong("not_a_number") if value is None else value

    def _bounded(self, field: Field, value: Decimal) -> Decimal | Wrong:
        lowest, highest = field.lowest, field.highest
        if lowest is not None and value < min(lowest, 0):
            return Wrong("negative")
        if (lowest is not None and value < lowest) or (highest is not None and value > highest):
            return Wrong("out_of_range", {"lowest": lowest or 0, "highest": "…" if highest is None else highest})
        return value

    def _number_between(self, origin: Origin, text: Cell) -> Decimal | Wrong:
        value = self._decimal(origin, text)
        return value if isinstance(value, Wrong) else self._bounded(origin.field, value)

    def _number(self, origin: Origin, text: Cell) -> Any:
        value = self._number_between(origin, text)
        return value if isinstance(value, Wrong) else float(value)

    def _whole(self, origin: Origin, text: Cell) -> Any:
        value = self._number_between(origin, text)
        if isinstance(value, Wrong):
            return value
        return int(value) if value == value.to_integral_value() else Wrong("not_whole")

    def _percent(self, origin: Origin, text: Cell) -> Any:
        value = self._decimal(origin, text)
        if not isinstance(value, Wrong):
            value = self._bounded(origin.field, value / 100 if origin.in_cents else value)
        return value if isinstance(value, Wrong) else _kept(origin.field, *minor_units(value, 2))

    def _rate(self, origin: Origin, text: Cell) -> Any:
        value = self._decimal(origin, text)
        if isinstance(value, Wrong):
            return value
        e6 = minor_units(value, 0 if origin.in_cents else 6)[0]
        return _kept(origin.field, e6, False) if value > 0 else Wrong("negative")

    def _day(self, origin: Origin, plain: str | date) -> Any:
        if isinstance(plain, date):
            day: date | None = day_of(plain, self._zone, origin.in_utc)
        else:
            day = day_in(plain, self._styles.get(origin.field.name, "dmy"), self._zone, origin.in_utc)
        if day is None:
            return Wrong("excel_serial") if is_serial(str(plain)) else Wrong("not_a_date", {"field": origin.field.name})
        if not _FAR[0] <= day.year <= _FAR[1]:
            return Wrong("implausible_date")
        return day + self._days_after if origin.field.name in _ENDS else day

    def _flag(self, _: Origin, text: str) -> Any:
        said = folded("flags").get(fold(text))
        return Wrong("not_a_flag") if said is None else said == "true"

    def _currency(self, _: Origin, text: str) -> Any:
        code = (
            text.upper() if text.upper() in currencies() else folded("currencies").get(fold(text)) or currency_of(text)
        )
        return code or Wrong("not_a_currency")

    def _interval(self, _: Origin, text: str) -> Any:
        return interval(text) or Wrong("unknown_interval")

    def _country(self, _: Origin, text: str) -> Any:
        return country_code(text) or Noted(text, "unlisted_country")

    def _language(self, _: Origin, text: str) -> str:
        return folded("languages").get(fold(text)) or text


@cache
def digits(code: str | None) -> int:
    """How many decimals the currency has: 2 for BRL, 0 for JPY."""
    from babel.numbers import get_currency_precision

    return get_currency_precision(code) if code else 2


def _kept(field: Field, value: int, rounded: bool) -> Any:
    if abs(value) > field.most:
        return Wrong("out_of_range", {"lowest": -field.most, "highest": field.most})
    return Noted(value, "rounded") if rounded else value
