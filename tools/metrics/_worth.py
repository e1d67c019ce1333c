"""What each single account is worth: by its own margin and by how long it is expected to stay.

The company's CLV is that of an average account (ARPA × gross margin, last year's retention). Here nothing is averaged:
each account has its own, all together are the portfolio's, and one account's figure is limited to it.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from tools.metrics._counting import Listed, Unknown
from tools.metrics._earned import service_known
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._portfolio import NoCosts, Placed, discounted_margins, last_year, portfolio

EACH = "each_account"
"""How the definition is called; after a colon comes the discount rate of a year: `each_account:10%`."""
BOOKED, PACE = "booked:ever", "pace:year"
"""Definitions of the cost of winning an account, and of a year's margin, that go with it."""


def each_at(discount: Fraction) -> str:
    """The definition by a discount rate, as figures name it."""
    return f"{EACH}:{float(100 * discount):g}%"


def worth_of_each(percent: str) -> Callable[[Book, Period], Listed | Unknown]:
    """CLV of every paying account whose margin is known, at a discount rate as `10%`."""
    discount = Fraction(percent.removesuffix("%")) / 100
    return lambda book, period: _of_each(book, period, lambda one: _worth(one, discount))


def pace_of_each(book: Book, period: Period) -> Listed | Unknown:
    """The margin that each would bring in a year."""
    return _of_each(book, period, lambda one: {"months": one.months, "part": one.margin or 0})


def clv_of(one: Placed, discount: Fraction) -> int:
    """Minor units; the first margin comes in a year."""
    return round(discounted_margins(Fraction(one.margin or 0), one.staying.year, discount))


def _worth(one: Placed, discount: Fraction) -> Mapping[str, Any]:
    kept = float(one.staying.year)
    return {"margin": one.margin, "kept": kept, "discount": float(discount), "part": clv_of(one, discount)}


def _of_each(book: Book, period: Period, counted: Callable[[Placed], Mapping[str, Any]]) -> Listed | Unknown:
    try:
        found = portfolio(book, period.last_day)
    except NoCosts:
        return Unknown(service_known(book, last_year(period.last_day))[1])
    known = {one.account_id: one for one in found.placed if one.margin is not None}
    return Listed(known, lambda one: [{"account_id": one.account_id, "name": one.name, **counted(one)}], found.source)
