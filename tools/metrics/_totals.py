"""Daily totals of the ledger, for all accounts and for each value of the attributes that have few.

They make a bridge of any period over any number of accounts a sum over a few thousand rows. Whatever changes the
ledger of some accounts changes the totals by the difference, so they need never be summed anew.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    Table,
    cast,
    delete,
    distinct,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    update,
)

from tools.metrics._book import (
    accounts,
    mrr_movements,
    mrr_steps,
    mrr_totals,
    mrr_totals_changes,
    stale_accounts,
)
from tools.metrics._dimensions import ATTRIBUTES

ALL = ""
"""The dimension of all accounts together."""
FEW = 25
"""Attributes with more values than this have hardly fewer totals than the ledger has rows: none are kept."""
LINES = "lines"
"""The category of the contract lines' own changes: the sum of the steps, from which start and end of a bridge come."""
Sums = Select[*tuple[Any, ...]]
_t, _changes = mrr_totals.c, mrr_totals_changes.c
_KEY = ("dimension", "value", "on_day", "category")


def build_totals(connection: Connection) -> None:
    """Sum the whole ledger."""
    connection.execute(delete(mrr_totals))
    connection.execute(delete(mrr_totals_changes))
    for dimension in (ALL, *_with_few_values(connection)):
        for sums in _sums(dimension, 1):
            connection.execute(insert(mrr_totals).from_select([*_KEY, "amount_minor", "movements"], sums))


def kept_totals(connection: Connection) -> frozenset[str]:
    """The attributes of which there are totals."""
    there = [select(_t.on_day).where(_t.dimension == name).exists().label(name) for name in ATTRIBUTES]
    row = connection.execute(select(*there)).one()
    return frozenset(name for name in ATTRIBUTES if row._mapping[name])


def _with_few_values(connection: Connection) -> list[str]:
    counts = [func.count(distinct(accounts.c[name])).label(name) for name in ATTRIBUTES]
    row = connection.execute(select(*counts)).one()
    return [name for name in ATTRIBUTES if row._mapping[name] <= FEW]


def add_totals(connection: Connection, sign: int) -> None:
    """Note what the ledger of the stale accounts adds to the totals (sign 1), or takes out of them (−1)."""
    stale = select(stale_accounts.c.account_id)
    begun = connection.execute(select(_t.on_day).limit(1)).first()
    kept = sorted(kept_totals(connection)) if begun else _with_few_values(connection)
    for dimension in (ALL, *kept):
        for sums in _sums(dimension, sign, stale):
            connection.execute(insert(mrr_totals_changes).from_select([*_KEY, "amount_minor", "movements"], sums))


def settle_totals(connection: Connection) -> None:
    """Bring the totals to what was noted; what cancels out changes nothing."""
    amount, movements = (cast(func.sum(column), BigInteger) for column in (_changes.amount_minor, _changes.movements))
    keys = [_changes[name] for name in _KEY]
    net = select(*keys, amount.label("amount"), movements.label("n")).group_by(*keys)
    differing = net.having(or_(amount != 0, movements != 0))
    noted = differing.subquery("noted")
    touched = tuple_(*(_t[name] for name in _KEY)).in_(select(*(noted.c[name] for name in _KEY)))
    connection.execute(
        update(mrr_totals)
        .where(touched)
        .values(amount_minor=_t.amount_minor + _of_key(amount), movements=_t.movements + _of_key(movements))
    )
    there = select(_t.on_day).where(*(_t[name] == noted.c[name] for name in _KEY)).exists()
    new = select(*noted.c).where(~there)
    connection.execute(insert(mrr_totals).from_select([*_KEY, "amount_minor", "movements"], new))
    connection.execute(delete(mrr_totals).where(touched, _t.amount_minor == 0, _t.movements == 0))
    connection.execute(delete(mrr_totals_changes))


def _of_key(amount: ColumnElement[int]) -> ScalarSelect[int]:
    """What was noted of the total that is being changed."""
    return select(amount).where(*(_changes[name] == _t[name] for name in _KEY)).scalar_subquery()


def _sums(dimension: str, sign: int, stale: Select[str] | None = None) -> Iterator[Sums]:
    """The ledger's rows and the contract lines' steps, summed per value of the dimension, day and category."""
    m, s = mrr_movements.c, mrr_steps.c
    yield _summed(dimension, mrr_movements, [m.on_day, m.category], sign * func.sum(m.amount_minor), sign, stale)
    steps = _summed(dimension, mrr_steps, [s.on_day], sign * func.sum(s.amount_minor + s.fx_minor), sign, stale)
    each = steps.subquery("steps").c
    yield select(each.dimension, each.value, each.on_day, literal(LINES), each.amount, each.times)


def _summed(
    dimension: str, table: Table, by: list[Any], amount: ColumnElement[int], sign: int, stale: Select[str] | None
) -> Sums:
    value: Any = func.coalesce(accounts.c[dimension], "") if dimension else literal_column("''")
    amounts = cast(amount, BigInteger).label("amount"), cast(sign * func.count(), BigInteger).label("times")
    sums: Sums = select(literal(dimension).label("dimension"), value.label("value"), *by, *amounts)
    if dimension:
        sums = sums.join_from(table, accounts, accounts.c.account_id == table.c.account_id).group_by(value, *by)
    else:
        sums = sums.select_from(table).group_by(*by)
    return sums if stale is None else sums.where(table.c.account_id.in_(stale))


def make_room(connection: Connection) -> None:
    """Let the engine sort more in memory than usual, for this transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL work_mem = '64MB'"))


def tidy(connection: Connection) -> None:
    """Let the engine's planner look at what was written."""
    if connection.dialect.name in ("sqlite", "postgresql"):
        for table in (mrr_steps, mrr_movements, mrr_totals):
            connection.execute(text(f"ANALYZE {table.name}"))
