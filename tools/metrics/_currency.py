"""Money of several currencies in one statement: always at a stated rate, never mixed."""

from collections.abc import Iterable

from babel.numbers import get_currency_precision
from sqlalchemy import ColumnElement, ScalarSelect, case, literal, select

from tools.metrics._book import exchange_rates


def in_reporting(
    minor: ColumnElement[int], currency: ColumnElement[str], reporting: str, currencies: Iterable[str]
) -> ColumnElement[int]:
    """Minor units of `currency`, one of `currencies`, as minor units of `reporting`, at that currency's latest rate."""
    rates = exchange_rates.alias()
    rate = (
        select(rates.c.rate_e6)
        .where(rates.c.currency == currency)
        .order_by(rates.c.on_day.desc())
        .limit(1)
        .scalar_subquery()
    )
    foreign = sorted({*currencies} - {reporting})
    if not foreign:
        return minor
    return case(*((currency == code, _exchanged(minor, rate, code, reporting)) for code in foreign), else_=minor)


def _exchanged(minor: ColumnElement[int], rate: ScalarSelect[int], foreign: str, reporting: str) -> ColumnElement[int]:
    """A rate is between whole units: yen have no minor unit, reais have a hundred."""
    digits = get_currency_precision(reporting) - get_currency_precision(foreign)
    return rounded(minor * rate * 10 ** max(digits, 0), literal(1_000_000 * 10 ** max(-digits, 0)))


def rounded(numerator: ColumnElement[int], denominator: ColumnElement[int]) -> ColumnElement[int]:
    """Half up, in integers only: no engine's idea of a float gets near money."""
    return (2 * numerator + denominator) // (2 * denominator)
