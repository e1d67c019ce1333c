"""Sums over the ledger: the MRR bridge of a period, and what became of the accounts it opened with."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
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
from tools.metrics._dimensions import DIMENSIONS
from tools.metrics._figure import EMPTY, Source
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where, limited_to, matching, read
from tools.metrics._totals import ALL, LINES

Category = Literal["new", "expansion", "reactivation", "contraction", "churn"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
FX = "fx"
"""The category of what exchange rates did: no movement, and in no metric but its own line of the bridge."""
Totals = list[ColumnElement[bool]] | None
"""The condition that finds the daily totals of some accounts; None where none are kept of them."""
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
    (row,), source = read(book, _flows(book, period, where))
    return Flows(
        row.start, row.end,
        {name: getattr(row, name) for name in CATEGORIES},
        {name: getattr(row, f"{name}_accounts") for name in CATEGORIES},
        row.start_accounts, row.end_accounts, source, row.fx,
    )  # fmt: skip


def _flows(book: Book, period: Period, where: Where) -> Select[*tuple[Any, ...]]:
    day, totals = period.last_day, _totals_of(where, book.kept_totals)
    amounts = [_sum(_m.category == name, _m.amount_minor).label(name) for name in (*CATEGORIES, FX)]
    counts = [_sum(_m.category == name, 1).label(f"{name}_accounts") for name in CATEGORIES]
    return select(
        _level(period.start, where, day, totals).label("start"), _level(period.end, where, day, totals).label("end"),
        *amounts, *counts,
        _paying(period.start, where, day, totals).label("start_accounts"),
        _paying(period.end, where, day, totals).label("end_accounts"),
        func.count().label("row_count"),
    ).where(_m.on_day >= period.start, _m.on_day < period.end, *limited_to(where, mrr_movements, day))  # fmt: skip


def bridges(
    book: Book, periods: Sequence[Period], dimension: str = ALL, where: Where = EMPTY
) -> dict[str, list[Flows]]:
    """The bridges of periods that follow one another, for each value of a dimension (or of all, under ``), in one
    statement: by value, one for each period. Values add up to the whole; accounts are as at the end of the last period.
    """
    day = periods[-1].last_day
    rows = _daily(book, dimension, where, day)
    place = case(*((rows.c.on_day < period.start, n) for n, period in enumerate(periods)), else_=len(periods))
    amount, times = _total(rows.c.amount_minor).label("amount"), _total(rows.c.movements).label("times")
    by = (rows.c.value, place.label("place"), rows.c.category)
    found, source = read(book, select(*by, amount, times).where(rows.c.on_day <= day).group_by(*by))
    values = DIMENSIONS[dimension].sorted({row.value for row in found}) if dimension else [ALL]
    return {value: _bridged([row for row in found if row.value == value], len(periods), source) for value in values}


def _daily(book: Book, dimension: str, where: Where, day: date) -> Subquery:
    """value, on_day, category, amount_minor and movements: the daily totals where they are kept, else the ledger."""
    totals = _totals_of(where, book.kept_totals) if dimension == ALL else None
    if dimension in book.kept_totals and not where:
        totals = [_t.dimension == dimension]
    if totals is not None:
        rows = select(_t.value, _t.on_day, _t.category, _t.amount_minor, _t.movements)
        if dimension == ALL:
            rows = rows.with_only_columns(literal(ALL).label("value"), *rows.selected_columns[1:])
        return rows.where(*totals, _t.category != LINES).subquery("daily")
    value: Any = literal(ALL)
    source: Any = mrr_movements
    if dimension:
        valued = DIMENSIONS[dimension].values(day).subquery("valued")
        source = mrr_movements.outerjoin(valued, valued.c.account_id == _m.account_id)
        value = func.coalesce(valued.c.value, "")
    rows = select(value.label("value"), _m.on_day, _m.category, _m.amount_minor, literal(1).label("movements"))
    return rows.select_from(source).where(*limited_to(where, mrr_movements, day)).subquery("daily")


def _bridged(rows: Sequence[Any], periods: int, source: Source) -> list[Flows]:
    """Bridges from sums by place (0: before the first period) and category."""
    amounts = {(row.place, row.category): row.amount for row in rows}
    times = {(row.place, row.category): row.times for row in rows}
    level, paying = _moved(amounts, 0), _arrived(times, 0)
    made = []
    for n in range(1, periods + 1):
        end, there = level + _moved(amounts, n), paying + _arrived(times, n)
        moves, counts = ({name: found.get((n, name), 0) for name in CATEGORIES} for found in (amounts, times))
        made.append(Flows(level, end, moves, counts, paying, there, source, amounts.get((n, FX), 0)))
        level, paying = end, there
    return made


def _moved(amounts: Mapping[tuple[int, str], int], place: int) -> int:
    return sum(amounts.get((place, name), 0) for name in (*CATEGORIES, FX))


def _arrived(times: Mapping[tuple[int, str], int], place: int) -> int:
    return sum(sign * times.get((place, name), 0) for name, sign in (("new", 1), ("reactivation", 1), ("churn", -1)))


def _level(before: date, where: Where, day: date, totals: Totals) -> ScalarSelect[int]:
    """MRR at the start of a day: every change of every contract line before it."""
    if totals is not None:
        found = select(_total(_t.amount_minor)).where(*totals, _t.category == LINES, _t.on_day < before)
    else:
        minor = mrr_steps.c.amount_minor + mrr_steps.c.fx_minor
        found = select(_total(minor)).where(mrr_steps.c.on_day < before, *limited_to(where, mrr_steps, day))
    return found.scalar_subquery()


def _paying(before: date, where: Where, day: date, totals: Totals) -> ScalarSelect[int]:
    """Paying accounts at the start of a day: those that began or came back, less those that stopped."""
    if totals is not None:
        arrivals = _total(_arrival(_t.category, _t.movements))
        return select(arrivals).where(*totals, _t.on_day < before).scalar_subquery()
    m = mrr_movements.alias("earlier").c
    found = select(_total(_arrival(m.category, literal(1)))).where(m.on_day < before)
    return found.where(m.account_id.in_(matching(where, day))).scalar_subquery()


def _totals_of(where: Where, kept: frozenset[str]) -> Totals:
    if not where:
        return [_t.dimension == ALL] if ALL in kept else None
    if len(where) == 1 and (name := next(iter(where))) in kept:
        return [_t.dimension == name, _t.value == where[name]]
    return None


def _arrival(category: ColumnElement[str], times: ColumnElement[int]) -> ColumnElement[int]:
    """+1 where the account starts to pay, −1 where it stops: summed, the number of paying accounts."""
    return case((category.in_(("new", "reactivation")), times), (category == "churn", -times), else_=0)


def _total(amount: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(amount), 0), BigInteger)


def _sum(condition: ColumnElement[bool], amount: ColumnElement[int] | int) -> ColumnElement[int]:
    # A mapping, as SQLAlchemy writes out a tuple's columns in full to say, to itself, that it is none.
    return cast(func.coalesce(func.sum(case({condition: amount}, else_=0)), 0), BigInteger)


@lru_cache(maxsize=256)
def each_account(period: Period) -> Subquery:
    """What the ledger says of each account over a period, minor units of the reporting currency.

    `opening` and `closing` MRR; for each category its amount (`churn`, signed) and how often it happened (`churn_n`);
    `fx`, what exchange rates did: opening + the five amounts + fx = closing. `held`: the closing without `fx`; nothing
    of an account that is gone, whatever rates did before it left.
    """
    within = _m.on_day >= period.start
    amounts = [_sum(and_(within, _m.category == name), _m.amount_minor).label(name) for name in (*CATEGORIES, FX)]
    counts = [_sum(and_(within, _m.category == name), 1).label(f"{name}_n") for name in CATEGORIES]
    opening = _sum(_m.on_day < period.start, _m.amount_minor).label("opening")
    closing = _sum(_m.on_day < period.end, _m.amount_minor).label("closing")
    without_fx = _sum(or_(_m.category != FX, _m.on_day < period.start), _m.amount_minor)
    gone = _sum(_m.on_day < period.end, _m.amount_minor) <= 0
    held = case((or_(gone, without_fx < 0), 0), else_=without_fx).label("held")
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


def ledger_level(book: Book, before: date, where: Where) -> int:
    """MRR at the start of a day as the accounts' own ledger has it, row by row: totals and lines must agree with it."""
    of_these = limited_to(where, mrr_movements, before - timedelta(days=1))
    ((level,), *_), _ = read(book, select(_total(_m.amount_minor)).where(_m.on_day < before, *of_these))
    return int(level)


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


def _netted(rows: Sequence[Any]) -> list[Mover]:
    names: dict[str, str] = {}
    amounts: Counter[str] = Counter()
    kinds: defaultdict[str, dict[Category, None]] = defaultdict(dict)
    for account_id, name, category, amount in rows:
        names[account_id] = name
        amounts[account_id] += amount
        kinds[account_id][category] = None
    return [Mover(found, names[found], amount, tuple(kinds[found])) for found, amount in amounts.items()]
