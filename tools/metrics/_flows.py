"""Sums over the ledger: the MRR bridge of a period, and what became of the accounts it opened with."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, Select, Subquery, and_, case, cast, func, select

from tools.metrics._book import accounts, mrr_movements, mrr_steps
from tools.metrics._figure import Source
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where, limited_to, read

Category = Literal["new", "expansion", "reactivation", "contraction", "churn"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
_m = mrr_movements.c


@dataclass(frozen=True)
class Flows:
    """One period of the ledger, minor units of the reporting currency; movements are signed.

    `start` and `end` are summed from the contract lines (`mrr_steps`), the movements from the accounts' ledger
    (`mrr_movements`): two tables that agree unless one of them is damaged, which `closes` tells.
    """

    start: int
    end: int
    movements: dict[Category, int]
    accounts: dict[Category, int]
    start_accounts: int
    end_accounts: int
    source: Source

    @property
    def net_new(self) -> int:
        return sum(self.movements.values())

    @property
    def closes(self) -> bool:
        return self.start + self.net_new == self.end


def flows(book: Book, period: Period, where: Where) -> Flows:
    """The whole bridge in one statement, so that all its parts are of one state of the book."""
    (row,), source = read(book, _flows(period, where))
    return Flows(
        row.start, row.end,
        {name: getattr(row, name) for name in CATEGORIES},
        {name: getattr(row, f"{name}_accounts") for name in CATEGORIES},
        row.start_accounts, row.end_accounts, source,
    )  # fmt: skip


def _flows(period: Period, where: Where) -> Select[*tuple[Any, ...]]:
    within = and_(_m.on_day >= period.start, _m.on_day < period.end)
    amounts = [_sum(and_(within, _m.category == name), _m.amount_minor).label(name) for name in CATEGORIES]
    counts = [_sum(and_(within, _m.category == name), 1).label(f"{name}_accounts") for name in CATEGORIES]
    return select(
        level(period.start, where, period.last_day).label("start"), level(period.end, where, period.last_day).label("end"),
        *amounts, *counts,
        _sum(_m.on_day < period.start, _arrival()).label("start_accounts"),
        _sum(_m.on_day < period.end, _arrival()).label("end_accounts"),
        _sum(within, 1).label("row_count"),
    ).where(*limited_to(where, mrr_movements, period.last_day))  # fmt: skip


def level(before: date, where: Where, day: date) -> ScalarSelect[int]:
    """MRR at the start of a day: every change of every contract line before it."""
    total = func.coalesce(func.sum(mrr_steps.c.amount_minor), 0)
    changes = select(cast(total, BigInteger)).where(mrr_steps.c.on_day < before, *limited_to(where, mrr_steps, day))
    return changes.scalar_subquery()


def _arrival() -> ColumnElement[int]:
    """+1 where the account starts to pay, −1 where it stops: summed, the number of paying accounts."""
    return case((_m.category.in_(("new", "reactivation")), 1), (_m.category == "churn", -1), else_=0)


def _sum(condition: ColumnElement[bool], amount: ColumnElement[int] | int) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(case((condition, amount), else_=0)), 0), BigInteger)


def each_account(period: Period) -> Subquery:
    """What the ledger says of each account over a period, minor units of the reporting currency.

    `opening` and `closing` MRR; for each category its amount (`churn`, signed) and how often it happened (`churn_n`).
    """
    within = _m.on_day >= period.start
    amounts = [_sum(and_(within, _m.category == name), _m.amount_minor).label(name) for name in CATEGORIES]
    counts = [_sum(and_(within, _m.category == name), 1).label(f"{name}_n") for name in CATEGORIES]
    opening = _sum(_m.on_day < period.start, _m.amount_minor).label("opening")
    closing = _sum(_m.on_day < period.end, _m.amount_minor).label("closing")
    statement = select(_m.account_id, opening, closing, *amounts, *counts).where(_m.on_day < period.end)
    return statement.group_by(_m.account_id).subquery("each")


def movements(period: Period, *categories: Category) -> Select[*tuple[Any, ...]]:
    """The rows of the ledger of these categories in a period."""
    rows = select(_m.account_id, _m.on_day, _m.category, _m.amount_minor.label("part"))
    return rows.where(_m.on_day >= period.start, _m.on_day < period.end, _m.category.in_(categories))


def ledger_rows(book: Book, first: date, last: date) -> list[dict[str, Any]]:
    """The ledger from the first to the last day: account_id, name, on_day, category, amount_minor, mrr_minor."""
    columns = (_m.account_id, accounts.c.name, _m.on_day, _m.category, _m.amount_minor, _m.mrr_minor)
    statement = select(*columns).join_from(mrr_movements, accounts, accounts.c.account_id == _m.account_id)
    rows, _ = read(book, statement.where(_m.on_day >= first, _m.on_day <= last).order_by(_m.on_day, _m.account_id))
    return [dict(row._mapping) for row in rows]


@dataclass(frozen=True)
class Mover:
    """One account's net change of MRR in a period."""

    account_id: str
    name: str
    amount: int
    movements: tuple[Category, ...]


def movers(book: Book, period: Period, where: Where) -> list[Mover]:
    """Every account whose MRR moved in the period, largest change first; their sum is the net new MRR."""
    statement = (
        select(_m.account_id, accounts.c.name, _m.category, _m.amount_minor)
        .join_from(mrr_movements, accounts, accounts.c.account_id == _m.account_id)
        .where(_m.on_day >= period.start, _m.on_day < period.end, *limited_to(where, mrr_movements, period.last_day))
        .order_by(_m.account_id, _m.on_day)
    )
    rows, _ = read(book, statement)
    return sorted(_netted(rows), key=lambda mover: (-abs(mover.amount), mover.name, mover.account_id))


def _netted(rows: Any) -> list[Mover]:
    found: dict[str, Mover] = {}
    for row in rows:
        earlier = found.get(row.account_id, Mover(row.account_id, row.name, 0, ()))
        movements = tuple(dict.fromkeys((*earlier.movements, row.category)))
        found[row.account_id] = Mover(row.account_id, row.name, earlier.amount + row.amount_minor, movements)
    return list(found.values())
