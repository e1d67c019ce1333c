"""What the best customers have in common, from our own data alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Literal

from sqlalchemy import BigInteger, case, cast, func, select

from tools.metrics._book import costs, invoices, mrr_movements
from tools.metrics._dimensions import DIMENSIONS
from tools.metrics._figure import EMPTY, Source
from tools.metrics._lifetime import YEARLY
from tools.metrics._opening import Book
from tools.metrics._portfolio import NoCosts, portfolio
from tools.metrics._proportions import Interval, difference
from tools.metrics._query import Reader, Where, limited_to
from tools.metrics._spending import in_one_currency
from tools.metrics._worth import clv_of

Worth = Literal["clv", "margin", "revenue"]
"""By what the best are told: their lifetime value, by their own margin and expected stay; or, where nothing is known of
a year's costs, what they were invoiced less what winning and serving them cost; or, where costs may not be seen or are
not there, their MRR times how long they have paid."""
TRAITS = ("segment", "size", "industry", "country", "region", "language", "source", "plan")
OF_PROSPECTS = ("size", "industry", "country", "region")
"""Traits that can be told of a company that is no customer yet."""
BEST = Fraction(1, 3)
"""The share of all customers, by worth, from which the best are."""
TENURE = timedelta(days=180)
FEWEST = 10
"""Customers with a trait under which nothing is said of it."""


@dataclass(frozen=True)
class Trait:
    """A value of a dimension. `n` customers have it, `best` of these are among the best; `lift`: how many times
    likelier than any customer. `interval`: how far the share of the best is apart from that of all others."""

    dimension: str
    value: str
    n: int
    best: int
    lift: Fraction
    interval: Interval | None

    @property
    def is_clear(self) -> bool:
        """That it is over- or under-represented is more than chance shows."""
        return self.interval is not None and not self.interval.holds_zero


@dataclass(frozen=True)
class Ideal:
    """`traits`: those of at least `FEWEST` customers, the highest lift first; `hidden`: how many are of fewer."""

    worth: Worth
    customers: int
    best: frozenset[str]
    traits: tuple[Trait, ...]
    hidden: int
    source: Source


def ideal_customers(book: Book, day: date, where: Where = EMPTY, discount: Fraction = YEARLY) -> Ideal:
    """Of all accounts that ever paid, the best: in the upper third by worth, paying today, never lost, for half a year
    at least; and which traits they have more often than all. `discount`: of a year, for lifetime values."""
    reader = Reader(book)
    paid = {row.account_id: row for row in reader.rows(_paid(day, where))}
    worth, values = _worth(reader, paid, day, discount)
    best = _best(paid, values, day)
    traits = [trait for name in TRAITS for trait in _traits(reader, name, day, paid, best)]
    shown = sorted((each for each in traits if each.n >= FEWEST), key=lambda t: (-t.lift, -t.n, t.dimension, t.value))
    return Ideal(worth, len(paid), best, tuple(shown), len(traits) - len(shown), reader.source)


def _paid(day: date, where: Where) -> Any:
    m = mrr_movements.c
    total = cast(func.sum(m.amount_minor), BigInteger)
    rows = select(
        m.account_id, func.min(m.on_day).label("since"), total.label("mrr"),
        func.sum(case((m.category == "churn", 1), else_=0)).label("losses"),
    )  # fmt: skip
    return rows.where(m.on_day <= day, *limited_to(where, mrr_movements, day)).group_by(m.account_id)


def _worth(reader: Reader, paid: Mapping[str, Any], day: date, discount: Fraction) -> tuple[Worth, Mapping[str, int]]:
    """What each account is worth, or has been so far, minor units."""
    if not reader.book.sight.hidden:
        if values := _lifetimes(reader, day, discount):
            return "clv", {account: values.get(account, 0) for account in paid}
        i, c = in_one_currency(reader.book, invoices, "issued_on").c, in_one_currency(reader.book, costs, "on_day").c
        spent = _summed(reader, c.account_id, c.reporting_minor, c.on_day, day)
        billed = _summed(reader, i.account_id, i.reporting_minor, i.issued_on, day)
        if spent and billed:
            return "margin", {account: billed.get(account, 0) - spent.get(account, 0) for account in paid}
    return "revenue", {account: int(row.mrr) * (day - row.since).days for account, row in paid.items()}


def _lifetimes(reader: Reader, day: date, discount: Fraction) -> Mapping[str, int]:
    """Of the accounts that pay and are not too new; nothing where a year's costs are not known."""
    reader.book.disclose("customer_lifetime_value", "lifetime")
    try:
        found = portfolio(reader.book, day)
    except NoCosts:
        return {}
    reader.sources.append(found.source)
    return {one.account_id: clv_of(one, discount) for one in found.placed if one.margin is not None}


def _summed(reader: Reader, account: Any, amount: Any, on: Any, day: date) -> dict[str, int]:
    total = cast(func.sum(amount), BigInteger)
    rows = select(account.label("account_id"), total.label("total")).where(on <= day, account.is_not(None))
    return {row.account_id: int(row.total) for row in reader.rows(rows.group_by(account))}


def _best(paid: Mapping[str, Any], values: Mapping[str, int], day: date) -> frozenset[str]:
    order = sorted(paid, key=lambda account: (-values[account], account))
    upper = order[: round(len(order) * BEST)]
    kept = (account for account in upper if paid[account].mrr > 0 and not paid[account].losses)
    return frozenset(account for account in kept if day - paid[account].since >= TENURE and values[account] > 0)


def _traits(
    reader: Reader, dimension: str, day: date, paid: Mapping[str, Any], best: frozenset[str]
) -> Sequence[Trait]:
    valued = DIMENSIONS[dimension].values(day).subquery("valued")
    rows = reader.rows(select(valued.c.account_id, valued.c.value).where(valued.c.value.is_not(None)))
    groups: dict[str, list[str]] = {}
    for row in rows:
        if row.account_id in paid:
            groups.setdefault(row.value, []).append(row.account_id)
    return [_trait(dimension, value, accounts, best, len(paid)) for value, accounts in groups.items()]


def _trait(dimension: str, value: str, accounts: Sequence[str], best: frozenset[str], whole: int) -> Trait:
    n, among = len(accounts), sum(account in best for account in accounts)
    usual = Fraction(len(best), whole)
    lift = Fraction(among, n) / usual if usual else Fraction(0)
    return Trait(dimension, value, n, among, lift, difference(among, n, len(best) - among, whole - n))
