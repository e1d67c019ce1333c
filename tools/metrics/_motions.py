"""The four motions of revenue in a period: how many could have moved, and how many did."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from tools.metrics._book import accounts, mrr_movements
from tools.metrics._figure import Source
from tools.metrics._flows import each_account
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Reader, Where, limited_to


@dataclass(frozen=True)
class Motions:
    """Counts of accounts. `paying`: at the start; `expanded`: of these, that grew. `joined`: that paid for the first
    time. `signed_up`: in the period, and how many of these have `converted` to paying since. `away`: that had left
    before the period or did in it; `back`: of these, that came back."""

    paying: int
    expanded: int
    joined: int
    signed_up: int
    converted: int
    away: int
    back: int
    source: Source


def motions(book: Book, period: Period, where: Where, today: date) -> Motions:
    """What could have moved and what did; sign-ups are followed to the end of `today`."""
    reader = Reader(book)
    (moved,), (came,) = reader.rows(_moved(period, where)), reader.rows(_came(period, where, today))
    counted = {**moved._mapping, **came._mapping}
    return Motions(**{name: int(n or 0) for name, n in counted.items()}, source=reader.source)


def _moved(period: Period, where: Where) -> Any:
    each = each_account(period)
    e = each.c
    was_away = and_(e.opening <= 0, e.new_n == 0)
    conditions = {
        "paying": e.opening > 0, "expanded": and_(e.opening > 0, e.expansion > 0), "joined": e.new_n > 0,
        "away": or_(was_away, e.churn_n > 0), "back": e.reactivation_n > 0,
    }  # fmt: skip
    counts = (func.sum(case((condition, 1), else_=0)).label(name) for name, condition in conditions.items())
    return select(*counts).where(*limited_to(where, each, period.last_day))


def _came(period: Period, where: Where, today: date) -> Any:
    a, m = accounts.c, mrr_movements.c
    paid = select(m.account_id).where(m.category == "new", m.on_day <= today)
    converted = func.sum(case((a.account_id.in_(paid), 1), else_=0)).label("converted")
    rows = select(func.count().label("signed_up"), converted).select_from(accounts)
    within = (a.signed_up_on >= period.start, a.signed_up_on < period.end)
    return rows.where(*within, *limited_to(where, accounts, period.last_day))
