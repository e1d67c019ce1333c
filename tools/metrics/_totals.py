"""Daily totals of the ledger, for all accounts and for each value of the attributes that have few.

They make a bridge of any period over any number of accounts a sum over a few thousand rows. Whatever changes the
ledger of some accounts changes the totals by the difference, so they need never be summed anew.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Date,
    MetaData,
    ScalarSelect,
    Select,
    String,
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
    union_all,
    update,
)
from sqlalchemy.schema import CreateTable, DropTable
from sqlalchemy.sql.selectable import FromClause

from tools.metrics._book import (
    ATTRIBUTES,
    accounts,
    mrr_movements,
    mrr_steps,
    mrr_totals,
    mrr_totals_changes,
    stale_accounts,
)

ALL = ""
"""The dimension of all accounts together."""
FEW = 25
"""Attributes with more values than this have hardly fewer totals than the ledger has rows: none are kept."""
LINES = "lines"
"""The category of the contract lines' own changes: the sum of the steps, from which start and end of a bridge come."""
Sums = Select[*tuple[Any, ...]]
_t, _changes = mrr_totals.c, mrr_totals_changes.c
_KEY = ("dimension", "value", "on_day", "category")
_noted = Table(
    "noted_of_the_ledger",
    MetaData(),
    *(Column(name, type_) for name, type_ in (("account_id", String), ("on_day", Date), ("category", String))),
    *(Column(name, String) for name in ATTRIBUTES),
    *(Column(name, BigInteger) for name in ("amount_minor", "movements")),
    prefixes=["TEMPORARY"],
)
"""The ledger of the stale accounts before (negative) and after an increment, with the attributes of then."""


def build_totals(connection: Connection) -> None:
    """Sum the whole ledger."""
    connection.execute(delete(mrr_totals))
    connection.execute(delete(mrr_totals_changes))
    for dimension in (ALL, *_with_few_values(connection)):
        for sums in _sums(dimension):
            connection.execute(insert(mrr_totals).from_select([*_KEY, "amount_minor", "movements"], sums))


def kept_totals(connection: Connection) -> frozenset[str]:
    """The attributes of which there are totals."""
    # The least value is looked up in the key; PostgreSQL would go through all totals to see that one does not exist.
    least = [
        select(func.min(_t.value)).where(_t.dimension == name).scalar_subquery().label(name) for name in ATTRIBUTES
    ]
    row = connection.execute(select(*least)).one()
    return frozenset(name for name in ATTRIBUTES if row._mapping[name] is not None)


def _with_few_values(connection: Connection) -> list[str]:
    counts = [func.count(distinct(accounts.c[name])).label(name) for name in ATTRIBUTES]
    row = connection.execute(select(*counts)).one()
    return [name for name in ATTRIBUTES if row._mapping[name] <= FEW]


def note_ledger(connection: Connection, sign: int) -> None:
    """Note what the ledger of the stale accounts is now: with sign −1 before it changes, with 1 when it has."""
    connection.execute(CreateTable(_noted, if_not_exists=True))
    m, s = mrr_movements.c, mrr_steps.c
    _note(connection, mrr_movements, m.category, m.amount_minor, sign)
    _note(connection, mrr_steps, literal(LINES), s.amount_minor + s.fx_minor, sign)


def _note(
    connection: Connection, table: Table, category: ColumnElement[str], amount: ColumnElement[int], sign: int
) -> None:
    t = table.c
    attributes = (func.coalesce(accounts.c[name], "") for name in ATTRIBUTES)
    rows = select(t.account_id, t.on_day, category, *attributes, sign * amount, literal(sign))
    theirs = rows.join_from(table, accounts, accounts.c.account_id == t.account_id, isouter=True)
    stale = t.account_id.in_(select(stale_accounts.c.account_id))
    connection.execute(insert(_noted).from_select(_noted.c.keys(), theirs.where(stale)))


def _sum_noted(connection: Connection) -> None:
    """By how much the totals change. Nearly all that was noted is there twice and cancels out: that is seen first, so
    that only what differs is summed by every attribute.
    """
    begun = connection.execute(select(_t.on_day).limit(1)).first()
    kept = sorted(kept_totals(connection)) if begun else _with_few_values(connection)
    each = [column for column in _noted.c if column.name not in ("amount_minor", "movements")]
    differing = _sums_of(_noted, *each).cte("differing")
    day = differing.c.on_day, differing.c.category
    of_all = _sums_of(differing, *day, said=[literal(ALL), literal_column("''")])
    by_each = (_sums_of(differing, differing.c[name], *day, said=[literal(name)]) for name in kept)
    names = [*_KEY, "amount_minor", "movements"]
    connection.execute(insert(mrr_totals_changes).from_select(names, union_all(of_all, *by_each)))
    connection.execute(DropTable(_noted))


def _sums_of(source: FromClause, *by: Any, said: Sequence[Any] = ()) -> Sums:
    """Sums by some columns, as far as anything is left; what is the same for all rows comes first."""
    amount, movements = (cast(func.sum(source.c[name]), BigInteger) for name in ("amount_minor", "movements"))
    sums: Sums = select(*said, *by, amount.label("amount_minor"), movements.label("movements")).select_from(source)
    return sums.group_by(*by).having(or_(amount != 0, movements != 0))


def settle_totals(connection: Connection) -> None:
    """Bring the totals to what was noted; what cancels out changes nothing."""
    _sum_noted(connection)
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


def _sums(dimension: str) -> Iterator[Sums]:
    """The ledger's rows and the contract lines' steps, summed per value of the dimension, day and category."""
    m, s = mrr_movements.c, mrr_steps.c
    yield _summed(dimension, mrr_movements, [m.on_day, m.category], func.sum(m.amount_minor))
    steps = _summed(dimension, mrr_steps, [s.on_day], func.sum(s.amount_minor + s.fx_minor))
    each = steps.subquery("steps").c
    yield select(each.dimension, each.value, each.on_day, literal(LINES), each.amount, each.times)


def _summed(dimension: str, table: Table, by: list[Any], amount: ColumnElement[int]) -> Sums:
    value: Any = func.coalesce(accounts.c[dimension], "") if dimension else literal_column("''")
    amounts = cast(amount, BigInteger).label("amount"), cast(func.count(), BigInteger).label("times")
    sums: Sums = select(literal(dimension).label("dimension"), value.label("value"), *by, *amounts)
    if dimension:
        return sums.join_from(table, accounts, accounts.c.account_id == table.c.account_id).group_by(value, *by)
    return sums.select_from(table).group_by(*by)


def make_room(connection: Connection) -> None:
    """Let the engine sort more in memory than usual, for this transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL work_mem = '64MB'"))


def for_few(connection: Connection) -> None:
    """For this transaction: statements about a few accounts take longer to compile to machine code than to run, and the
    planner should know how many accounts there are.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL jit = off"))
        connection.execute(text("ANALYZE stale_accounts"))


def tidy(connection: Connection) -> None:
    """Let the engine's planner look at what was written."""
    if connection.dialect.name in ("sqlite", "postgresql"):
        for table in (mrr_steps, mrr_movements, mrr_totals):
            connection.execute(text(f"ANALYZE {table.name}"))
