"""Sums over the ledger: the MRR bridge of a period, and what became of the accounts it opened with."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from tools.metrics._book import accounts, mrr_movements, mrr_steps, mrr_totals
from tools.metrics._dimensions import ATTRIBUTES, DIMENSIONS
from tools.metrics._figure import Source
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where, limited_to, matching, read
from tools.metrics._totals import ALL, LINES

Category = Literal["new", "expansion", "reactivation", "contraction", "churn"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
FX = "fx"
"""The category of what exchange rates did: no movement, and in no metric but its own line of the bridge."""
_m, _t = mrr_movements.c, mrr_totals.c


@dataclass(frozen=True)
class Flows:
    """One period of the ledger, minor units of the reporting currency; movements are signed.

    `fx` is what new exchange rates alone made of foreign contracts. `start` and `end` come from the contract lines
    (`mrr_steps`), the movements from the accounts' ledger (`mrr_movements`): two tables that agree unless one of them
    is damaged, which `closes` tells.
    """

    start: int
    end: int
    movements: dict[Category, int]
    accounts: dict[Category, int]
    start_accounts: int
    end_accounts: int
    source: Source
    fx: int = 0

    @property
    def net_new(self) -> int:
        """What customers did: all movements, without what exchange rates did."""
        return sum(self.movements.values())

    @property
    def closes(self) -> bool:
        return self.start + self.net_new + self.fx == self.end


def flows(book: Book, period: Period, where: Where) -> Flows:
    """The whole bridge in one statement, so that all its parts are of one state of the book."""
    (row,), source = read(book, _flows(period, where))
    return Flows(
        row.start, row.end,
        {name: getattr(row, name) for name in CATEGORIES},
        {name: getattr(row, f"{name}_accounts") for name in CATEGORIES},
        row.start_accounts, row.end_accounts, source, row.fx,
    )  # fmt: skip


def _flows(period: Period, where: Where) -> Select[*tuple[Any, ...]]:
    day = period.last_day
    amounts = [_sum(_m.category == name, _m.amount_minor).label(name) for name in (*CATEGORIES, FX)]
    counts = [_sum(_m.category == name, 1).label(f"{name}_accounts") for name in CATEGORIES]
    return select(
        _level(period.start, where, day).label("start"), _level(period.end, where, day).label("end"),
        *amounts, *counts,
        _paying(period.start, where, day).label("start_accounts"),
        _paying(period.end, where, day).label("end_accounts"),
        func.count().label("row_count"),
    ).where(_m.on_day >= period.start, _m.on_day < period.end, *limited_to(where, mrr_movements, day))  # fmt: skip


def _level(before: date, where: Where, day: date) -> ScalarSelect[int]:
    """MRR at the start of a day: every change of every contract line before it."""
    if (totals := _totals_of(where)) is not None:
        found = select(_total(_t.amount_minor)).where(*totals, _t.category == LINES, _t.on_day < before)
    else:
        minor = mrr_steps.c.amount_minor + mrr_steps.c.fx_minor
        found = select(_total(minor)).where(mrr_steps.c.on_day < before, *limited_to(where, mrr_steps, day))
    return found.scalar_subquery()


def _paying(before: date, where: Where, day: date) -> ScalarSelect[int]:
    """Paying accounts at the start of a day: those that began or came back, less those that stopped."""
    if (totals := _totals_of(where)) is not None:
        arrivals = _total(_arrival(_t.category, _t.movements))
        return select(arrivals).where(*totals, _t.on_day < before).scalar_subquery()
    m = mrr_movements.alias("earlier").c
    found = select(_total(_arrival(m.category, literal(1)))).where(m.on_day < before)
    return found.where(m.account_id.in_(matching(where, day))).scalar_subquery()


def _totals_of(where: Where) -> list[ColumnElement[bool]] | None:
    """The condition on `mrr_totals` that gives the totals of these accounts; None where they are not kept."""
    if not where:
        return [_t.dimension == ALL]
    if len(where) == 1 and (name := next(iter(where))) in ATTRIBUTES:
        return [_t.dimension == name, _t.value == where[name]]
    return None


def _arrival(category: ColumnElement[str], times: ColumnElement[int]) -> ColumnElement[int]:
    """+1 where the account starts to pay, −1 where it stops: summed, the number of paying accounts."""
    return case((category.in_(("new", "reactivation")), times), (category == "churn", -times), else_=0)


def _total(amount: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(amount), 0), BigInteger)


def _sum(condition: ColumnElement[bool], amount: ColumnElement[int] | int) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(case((condition, amount), else_=0)), 0), BigInteger)


def each_account(period: Period) -> Subquery:
    """What the ledger says of each account over a period, minor units of the reporting currency.

    `opening` and `closing` MRR; for each category its amount (`churn`, signed) and how often it happened (`churn_n`);
    `fx`, what exchange rates did: opening + the five amounts + fx = closing. `held`: the closing without `fx`.
    """
    within = _m.on_day >= period.start
    amounts = [_sum(and_(within, _m.category == name), _m.amount_minor).label(name) for name in (*CATEGORIES, FX)]
    counts = [_sum(and_(within, _m.category == name), 1).label(f"{name}_n") for name in CATEGORIES]
    opening = _sum(_m.on_day < period.start, _m.amount_minor).label("opening")
    closing = _sum(_m.on_day < period.end, _m.amount_minor).label("closing")
    without_fx = _sum(or_(_m.category != FX, _m.on_day < period.start), _m.amount_minor)
    held = case((without_fx < 0, 0), else_=without_fx).label("held")
    statement = select(_m.account_id, opening, closing, held, *amounts, *counts).where(_m.on_day < period.end)
    return statement.group_by(_m.account_id).subquery("each")


def movements(period: Period, *categories: Category | Literal["fx"]) -> Select[*tuple[Any, ...]]:
    """The rows of the ledger of these categories in a period."""
    rows = select(_m.account_id, _m.on_day, _m.category, _m.amount_minor.label("part"))
    return rows.where(_m.on_day >= period.start, _m.on_day < period.end, _m.category.in_(categories))


def ledger_rows(book: Book, first: date, last: date) -> list[dict[str, Any]]:
    """The ledger from the first to the last day, `fx` rows included: their sum is the change of MRR.

    account_id, name, on_day, category, amount_minor, mrr_minor.
    """
    columns = (_m.account_id, accounts.c.name, _m.on_day, _m.category, _m.amount_minor, _m.mrr_minor)
    statement = select(*columns).join_from(mrr_movements, accounts, accounts.c.account_id == _m.account_id)
    rows, _ = read(
        book, statement.where(_m.on_day >= first, _m.on_day <= last).order_by(_m.on_day, _m.account_id, _m.category)
    )
    return [dict(row._mapping) for row in rows]


def ledger_sums(book: Book, first: date, last: date, dimension: str) -> list[dict[str, Any]]:
    """The same summed by a dimension's value, as of the last day, and category: value, category, movements,
    amount_minor. All sums together are the change of MRR.
    """
    valued = DIMENSIONS[dimension].values(last).subquery("valued")
    value = func.coalesce(valued.c.value, "").label(dimension)
    sums = select(value, _m.category, func.count().label("movements"), _total(_m.amount_minor).label("amount_minor"))
    statement = sums.join_from(mrr_movements, valued, valued.c.account_id == _m.account_id, isouter=True)
    within = statement.where(_m.on_day >= first, _m.on_day <= last).group_by(value, _m.category)
    rows, _ = read(book, within.order_by(value, _m.category))
    return [dict(row._mapping) for row in rows]


@dataclass(frozen=True)
class Mover:
    """One account's net change of MRR in a period."""

    account_id: str
    name: str
    amount: int
    movements: tuple[Category, ...]


def movers(book: Book, period: Period, where: Where) -> list[Mover]:
    """Every account that moved MRR in the period, largest change first; their sum is the net new MRR."""
    statement = (
        select(_m.account_id, accounts.c.name, _m.category, _m.amount_minor)
        .join_from(mrr_movements, accounts, accounts.c.account_id == _m.account_id)
        .where(_m.on_day >= period.start, _m.on_day < period.end, _m.category != FX)
        .where(*limited_to(where, mrr_movements, period.last_day))
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
