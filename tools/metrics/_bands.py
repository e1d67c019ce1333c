"""Bands of what changes by itself: how much an account pays, and how soon it renews.

An account is in at most one band at the end of a day, so figures by band add up. Several neighbouring bands together
are what people say: from 5,000, renewing within 90 days.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from babel.core import get_global
from sqlalchemy import ColumnElement, Select, case, func, literal_column, select, true

from tools.metrics._book import book_info, mrr_movements
from tools.metrics._period import Period
from tools.metrics._sight import TOGETHER
from tools.metrics._terms import first_renewals

Values = Select[*tuple[Any, ...]]
MRR_EDGES = (0, 500, 1_000, 5_000, 10_000, 50_000)
"""Where the bands of MRR begin, in whole units of the reporting currency a month; the last has no end."""
MRR_BANDS = ("0–500", "500–1k", "1k–5k", "5k–10k", "10k–50k", "50k+")
RENEWAL_EDGES = (0, 30, 60, 90, 180)
"""Days to the next renewal at which its bands end."""
RENEWAL_BANDS = ("1–30", "31–60", "61–90", "91–180")
"""In days; an account that renews later, or of which it is not known, is in none."""
BANDS: Mapping[str, tuple[str, ...]] = {"mrr_band": MRR_BANDS, "renewal": RENEWAL_BANDS}
EDGES: Mapping[str, tuple[int, ...]] = {"mrr_band": MRR_EDGES, "renewal": RENEWAL_EDGES}


def mrr_band(day: date) -> Values:
    """By the MRR at the end of the day; accounts that pay nothing are in no band."""
    m, info = mrr_movements.c, book_info.c
    total = func.sum(m.amount_minor).label("minor")
    each = select(m.account_id, total).where(m.on_day <= day).group_by(m.account_id).subquery("mrr_of_each")
    units = case(*((info.value.in_(codes), 10**digits) for digits, codes in _odd_units()), else_=100)
    whole = select(units.label("unit")).where(info.key == "reporting_currency").subquery("whole")
    edges = list(zip(MRR_EDGES[1:], MRR_BANDS, strict=False))
    value = case(*((each.c.minor < edge * whole.c.unit, band) for edge, band in edges), else_=MRR_BANDS[-1])
    return select(each.c.account_id, value.label("value")).join_from(each, whole, true()).where(each.c.minor > 0)


def _odd_units() -> Iterator[tuple[int, list[ColumnElement[str]]]]:
    """Currencies whose minor unit is no hundredth, as amounts are read when they are loaded, by its decimal places.

    Spelt out in the statement: they are no question's, and whoever reads it would look through dozens of parameters.
    """
    found = {code: places for code, (places, *_) in get_global("currency_fractions").items() if places != 2}
    for places in sorted(set(found.values())):
        yield places, [literal_column(f"'{code}'") for code, of in sorted(found.items()) if of == places]


def renewal(day: date) -> Values:
    """By the days from the end of the day to the next end of a term at which somebody decides."""
    due = first_renewals(Period(day + timedelta(days=1), day + timedelta(days=RENEWAL_EDGES[-1] + 1))).c
    first = select(due.account_id, func.min(due.on_day).label("on_day")).group_by(due.account_id).subquery("next").c
    ends = list(zip(RENEWAL_EDGES[1:], RENEWAL_BANDS, strict=True))
    value = case(*((first.on_day <= day + timedelta(days=end), band) for end, band in ends[:-1]), else_=ends[-1][1])
    return select(first.account_id, value.label("value"))


def together(dimension: str, low: int, high: int | None) -> str | None:
    """The bands from one edge to another (None: no end) as one value; None where no band begins or ends there."""
    bands, edges = BANDS[dimension], EDGES[dimension]
    ends = (*edges[1:], None) if len(edges) == len(bands) else edges[1:]
    begins = dict(zip(edges, range(len(bands)), strict=False))
    if low not in begins or high not in ends:
        return None
    return TOGETHER.join(bands[begins[low] : ends.index(high) + 1]) or None
