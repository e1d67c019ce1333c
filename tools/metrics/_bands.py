"""Bands of what changes by itself: how much an account pays, and how soon it renews.

An account is in at most one band at the end of a day, so figures by band add up. Several neighbouring bands together
are what people say: from 5,000, renewing within 90 days.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, case, func, select

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
_NO_MINOR = (
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
)
_THOUSANDTHS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
"""Currencies (ISO 4217) whose minor unit is no hundredth."""


def mrr_band(day: date) -> Values:
    """By the MRR at the end of the day; accounts that pay nothing are in no band."""
    m, info = mrr_movements.c, book_info.c
    total = func.sum(m.amount_minor).label("minor")
    each = select(m.account_id, total).where(m.on_day <= day).group_by(m.account_id).subquery("mrr_of_each")
    unit = case((info.value.in_(_NO_MINOR), 1), (info.value.in_(_THOUSANDTHS), 1_000), else_=100)
    edges = list(zip(MRR_EDGES[1:], MRR_BANDS, strict=False))
    value = case(*((each.c.minor < edge * unit, band) for edge, band in edges), else_=MRR_BANDS[-1])
    banded = select(each.c.account_id, value.label("value"))
    return banded.join_from(each, book_info, info.key == "reporting_currency").where(each.c.minor > 0)


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
