"""Money of several currencies in one statement: always at a stated rate of a stated day, never mixed."""

from typing import Any

from babel.numbers import get_currency_precision
from sqlalchemy import ColumnElement, Subquery, Table, and_, case, func, literal, or_, select

from tools.metrics._book import exchange_rates
from tools.metrics._division import quotient
from tools.metrics._sight import Reading


def foreign_currencies(connection: Reading, table: Table, reporting: str, *where: ColumnElement[bool]) -> list[str]:
    """The currencies of a table's rows, or of some of them, other than the reporting one."""
    found = connection.execute(select(table.c.currency).where(*where).distinct()).scalars()
    return sorted({*found} - {reporting})


def rate_spans() -> Subquery:
    """Each rate with the days on which it holds: `currency`, `from_day` (none: since ever), `until_day` (none: for
    good), `rate_e6`, and `change_e6`, by how much it differs from the one before. Days before a currency's first rate
    have that rate.
    """
    r = exchange_rates.c
    over: Any = {"partition_by": r.currency, "order_by": r.on_day}
    first = func.row_number().over(**over) == 1
    return select(
        r.currency,
        r.on_day,
        case((first, None), else_=r.on_day).label("from_day"),
        func.lead(r.on_day).over(**over).label("until_day"),
        r.rate_e6,
        (r.rate_e6 - func.lag(r.rate_e6).over(**over)).label("change_e6"),
    ).subquery("rates")


def holds_on(rates: Subquery, currency: ColumnElement[str], day: ColumnElement[object]) -> ColumnElement[bool]:
    """The condition that a span of `rate_spans` is the one of a currency and a day."""
    since = or_(rates.c.from_day.is_(None), rates.c.from_day <= day)
    until = or_(rates.c.until_day.is_(None), rates.c.until_day > day)
    return and_(rates.c.currency == currency, since, until)


def exchanged(
    minor: ColumnElement[int],
    rate_e6: ColumnElement[int],
    currency: ColumnElement[str],
    reporting: str,
    foreign: list[str],
) -> ColumnElement[int]:
    """Minor units of `currency` as minor units of `reporting`, half up; what is something never becomes nothing."""
    if not foreign:
        return minor
    return case(*((currency == code, _at(minor, rate_e6, code, reporting)) for code in foreign), else_=minor)


def in_reporting(table: Table, day: str, reporting: str, foreign: list[str]) -> Subquery:
    """The table's rows with `reporting_minor`: their `amount_minor` in the reporting currency, at the rate of `day`."""
    if not foreign:
        return select(*table.c, table.c.amount_minor.label("reporting_minor")).subquery(f"{table.name}_reported")
    rates = rate_spans()
    amount = exchanged(table.c.amount_minor, rates.c.rate_e6, table.c.currency, reporting, foreign)
    joined = table.outerjoin(rates, holds_on(rates, table.c.currency, table.c[day]))
    return select(*table.c, amount.label("reporting_minor")).select_from(joined).subquery(f"{table.name}_reported")


def _at(minor: ColumnElement[int], rate: ColumnElement[int], foreign: str, reporting: str) -> ColumnElement[int]:
    """A rate is between whole units: yen have no minor unit, reais have a hundred."""
    digits = get_currency_precision(reporting) - get_currency_precision(foreign)
    amount = rounded(minor * rate * 10 ** max(digits, 0), literal(1_000_000 * 10 ** max(-digits, 0)))
    return case((and_(minor > 0, amount == 0), 1), else_=amount)


def rounded(numerator: ColumnElement[int], denominator: ColumnElement[int]) -> ColumnElement[int]:
    """Half up, in integers only: no engine's idea of a float gets near money."""
    return quotient(2 * numerator + denominator, 2 * denominator)
