"""Products side by side, by the contract lines themselves: an account counts with each product that it has."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, and_, case, cast, func, select

from tools.metrics._book import mrr_steps, subscriptions, usage
from tools.metrics._figure import EMPTY, Source
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Reader, Where, limited_to


@dataclass(frozen=True)
class Product:
    """One product; the MRR of all products together is the MRR of the day.

    `mrr`: minor units of the reporting currency. `accounts`: that pay for it. `start`, `left`: those that paid for it a
    year before, and how many of these do no more. `usage`: events in a period of the accounts that pay for it; None
    where none of them reports any.
    """

    name: str
    mrr: int
    accounts: int
    start: int
    left: int
    usage: int | None


def products(book: Book, day: date, weeks: Period, where: Where = EMPTY) -> tuple[list[Product], Source]:
    """Every product that is paid for at the end of a day or was a year before, the largest first."""
    reader = Reader(book)
    used = {row.product: int(row.events) for row in reader.rows(_used(day, weeks, where))}
    rows = reader.rows(_counted(day, where))
    found = (
        Product(row.product, int(row.mrr), int(row.accounts), int(row.start), int(row.gone), used.get(row.product))
        for row in rows
    )
    return sorted(found, key=lambda each: (-each.mrr, each.name)), reader.source


def _held(day: date, where: Where) -> Any:
    """What each account pays for each product at the end of the day, and paid a year before."""
    p, s = mrr_steps.c, subscriptions.c
    amount, year = p.amount_minor + p.fx_minor, Period.containing(day, "day").trailing_year()
    before = func.sum(case((p.on_day < year.start, amount), else_=0))
    columns = (p.account_id, func.coalesce(s.product, "").label("product"))
    rows = select(*columns, func.sum(amount).label("now"), before.label("before"))
    same = and_(s.account_id == p.account_id, s.subscription_id == p.subscription_id)
    joined = rows.join_from(mrr_steps, subscriptions, same).where(p.on_day <= day, *limited_to(where, mrr_steps, day))
    return joined.group_by(*columns).subquery("held")


def _counted(day: date, where: Where) -> Any:
    h = _held(day, where).c
    sums = (
        cast(func.sum(h.now), BigInteger).label("mrr"),
        func.sum(case((h.now > 0, 1), else_=0)).label("accounts"),
        func.sum(case((h.before > 0, 1), else_=0)).label("start"),
        func.sum(case((and_(h.before > 0, h.now <= 0), 1), else_=0)).label("gone"),
    )
    return select(h.product, *sums).group_by(h.product)


def _used(day: date, weeks: Period, where: Where) -> Any:
    h, u = _held(day, where).c, usage.c
    rows = select(h.product, func.sum(u.events).label("events")).where(h.account_id == u.account_id, h.now > 0)
    return rows.where(u.on_day >= weeks.start, u.on_day < weeks.end).group_by(h.product)
