"""Dimensions: what accounts are grouped by and limited to.

Every account has at most one value of a dimension on a day, so groups always add up to the whole. Attributes are as
the book has them now; plan, product, reason and bands are as they stood at the end of a period.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, case, func, literal, or_, select

from tools.metrics._bands import MRR_BANDS, RENEWAL_BANDS, mrr_band, renewal
from tools.metrics._book import ATTRIBUTES, accounts, exits, mrr_movements, subscriptions
from tools.metrics._dates import month_of
from tools.metrics._sight import TOGETHER

Values = Select[*tuple[Any, ...]]
SIZES = ((10, "1–10"), (50, "11–50"), (200, "51–200"), (1000, "201–1000"))
LARGEST = "1001+"


@dataclass(frozen=True)
class Dimension:
    """One way to tell accounts apart.

    `values`: (account_id, value) as of the end of a day; accounts that have none are absent or NULL. `column`: the
    attribute of `accounts` that it is, where it is one.
    """

    name: str
    values: Callable[[date], Values]
    column: Column[Any] | None = None
    ordered: tuple[str, ...] = ()
    """The values in their own order, where the alphabet is not it."""

    def sorted(self, values: Any) -> list[str]:
        """Values in the order in which people expect them."""
        place = {value: n for n, value in enumerate(self.ordered)}
        return sorted(values, key=lambda value: (place.get(value, len(place)), value))


def _attribute(column: Column[Any]) -> Dimension:
    return Dimension(column.name, lambda _: select(accounts.c.account_id, column.label("value")), column)


def _size(_: date) -> Values:
    """Bands of the number of people who work there."""
    bands = [(accounts.c.employees <= most, name) for most, name in SIZES]
    value = case((accounts.c.employees.is_(None), None), *bands, else_=LARGEST)
    return select(accounts.c.account_id, value.label("value"))


def _cohort(_: date) -> Values:
    """The month in which the account first paid: 2026-03."""
    m = mrr_movements.c
    return select(m.account_id, month_of(m.on_day).label("value")).where(m.category == "new")


def _cohort_quarter(_: date) -> Values:
    """The quarter in which the account first paid: 2026-Q1."""
    m = mrr_movements.c
    return select(m.account_id, quarter_of(m.on_day).label("value")).where(m.category == "new")


def quarter_of(day: Column[Any]) -> ColumnElement[str]:
    """The day's quarter as text, `2026-Q1`, in words that every engine knows."""
    year, month = func.substr(month_of(day), 1, 4), func.substr(month_of(day), 6, 2)
    return year + case((month <= "03", "-Q1"), (month <= "06", "-Q2"), (month <= "09", "-Q3"), else_="-Q4")


def _of_main_contract(column: Column[Any]) -> Callable[[date], Values]:
    """Of the contract line that brings in most among those in force, else of the one that ended last."""

    def values(day: date) -> Values:
        s = subscriptions.c
        open_ = case((or_(s.ended_on.is_(None), s.ended_on > day), 1), else_=0)
        price = s.unit_amount_minor * s.quantity / s.interval_count * case((s.interval_unit == "year", 1), else_=12)
        ended = func.coalesce(s.ended_on, s.started_on)
        order = (open_.desc(), case((open_ == 1, price), else_=0).desc(), ended.desc(), s.subscription_id)
        place = func.row_number().over(partition_by=s.account_id, order_by=order).label("place")
        lines = select(s.account_id, column.label("value"), place).where(s.started_on <= day, s.kind != "repeat")
        main = lines.subquery("main")
        return select(main.c.account_id, main.c.value).where(main.c.place == 1)

    return values


def _reason(day: date) -> Values:
    """Why the account left last: as recorded at its exit, else with its latest cancelled contract."""
    e, s = exits.c, subscriptions.c
    told = select(e.account_id, e.reason.label("value"), e.on_day.label("on_day"), literal(1).label("source"))
    lines = select(s.account_id, s.cancel_reason, func.coalesce(s.cancelled_on, s.ended_on), literal(2))
    known = (
        told.where(e.on_day <= day, e.reason.is_not(None))
        .union_all(lines.where(s.cancel_reason.is_not(None), func.coalesce(s.cancelled_on, s.ended_on) <= day))
        .subquery("known")
    )
    order = (known.c.on_day.desc(), known.c.source, known.c.value)
    place = func.row_number().over(partition_by=known.c.account_id, order_by=order).label("place")
    latest = select(known.c.account_id, known.c.value, place).subquery("latest")
    return select(latest.c.account_id, latest.c.value).where(latest.c.place == 1)


DIMENSIONS: Mapping[str, Dimension] = {
    **{name: _attribute(accounts.c[name]) for name in ATTRIBUTES},
    "size": Dimension("size", _size, ordered=(*(name for _, name in SIZES), LARGEST)),
    "cohort": Dimension("cohort", _cohort),
    "cohort_quarter": Dimension("cohort_quarter", _cohort_quarter),
    "mrr_band": Dimension("mrr_band", mrr_band, ordered=MRR_BANDS),
    "renewal": Dimension("renewal", renewal, ordered=RENEWAL_BANDS),
    "plan": Dimension("plan", _of_main_contract(subscriptions.c.plan)),
    "product": Dimension("product", _of_main_contract(subscriptions.c.product)),
    "reason": Dimension("reason", _reason),
    "account_id": Dimension("account_id", lambda _: select(accounts.c.account_id, accounts.c.account_id.label("value")),
                            accounts.c.account_id),
}  # fmt: skip


def holds(dimension: str, value: str, day: date) -> ColumnElement[bool]:
    """The condition on `accounts` that an account has this value; the empty one stands for having none.

    Of owners and bands it may be several together.
    """
    found = DIMENSIONS[dimension]
    if dimension == "owner" and TOGETHER in value:
        return accounts.c.owner.in_([value, *value.split(TOGETHER)])
    if found.column is not None:
        return found.column == value if value else found.column.is_(None)
    valued = found.values(day).subquery(f"of_{dimension}")
    if value:
        so = valued.c.value.in_(value.split(TOGETHER)) if found.ordered else valued.c.value == value
        return accounts.c.account_id.in_(select(valued.c.account_id).where(so))
    return accounts.c.account_id.not_in(select(valued.c.account_id).where(valued.c.value.is_not(None)))
