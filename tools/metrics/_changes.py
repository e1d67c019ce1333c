"""Changes into the book: only rows that say something new are written, and only their accounts' ledger is made anew.

The checked rows are put beside the book, in temporary tables; what they repeat is dropped, what they name is
replaced by key. All of it is one transaction, with the book of which the changes were checked or not at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    RowMapping,
    Select,
    Table,
    and_,
    delete,
    func,
    insert,
    select,
    text,
    tuple_,
    union,
    update,
)

from tools.metrics._book import (
    SOURCE_TABLES,
    accounts,
    book_info,
    discounts,
    exchange_rates,
    loads,
    pauses,
    stale_accounts,
    subscription_changes,
    subscriptions,
)
from tools.metrics._changed import note_changed
from tools.metrics._failures import forget_failures
from tools.metrics._faults import Fault, Findings
from tools.metrics._figure import Money
from tools.metrics._mapping import LoadMapping
from tools.metrics._marks import remember
from tools.metrics._report import Effect, LoadReport, TableReport
from tools.metrics._scratch import Scratch
from tools.metrics._writing import Ledger, described, mrr_on, now, one_load, stated_rates

_OF_LINES = (subscriptions, subscription_changes, discounts, pauses)
"""Tables whose rows are of a contract line and make its MRR."""
_LINE = "subscription_id"
_ASIDE: dict[str, Any] = {"prefixes": ["TEMPORARY"]}
"""Gone with the connection, which is the load's own."""


class Overtaken(Exception):
    """Another load changed the book after the changes were checked against it."""


class _Rehearsed(Exception):
    """The changes would load; everything is taken back."""


def write_changes(
    report: LoadReport,
    scratch: Scratch,
    said: LoadMapping,
    url: str,
    load_id: str,
    ledger: Ledger | None = None,
    check_only: bool = False,
) -> LoadReport:
    """Put the checked changes into the book that had this `load_id`, or only see what that would do.

    Raises Overtaken where it has another by now, LoadRefused where deleted rows are still named by others.
    """
    done = report
    try:
        with one_load(url, scratch) as connection:
            done = _put(connection, report, scratch, said, load_id, ledger or refresh)
            if check_only:
                raise _Rehearsed
    except _Rehearsed:
        return replace(done, written=False)
    return done


def forget(connection: Connection) -> None:
    """Take the accounts concerned out of the ledger while their rows are still as they were."""
    from tools.metrics._ledger import forget_stale

    forget_stale(connection)


def refresh(connection: Connection) -> None:
    """The ledger of the accounts whose contracts changed."""
    from tools.metrics._ledger import refresh_ledger

    refresh_ledger(connection)


def _put(
    connection: Connection, report: LoadReport, scratch: Scratch, said: LoadMapping, load_id: str, ledger: Ledger
) -> LoadReport:
    info = {row.key: row.value for row in connection.execute(select(book_info))}
    if info["load_id"] != load_id:
        raise Overtaken
    changes = {table.name: Changes(connection, scratch, table, said) for table in _touched(report, said)}
    stale = _mark_stale(connection, changes)
    note_changed(connection, [select(stale_accounts.c.account_id), *_touched_accounts(changes)])
    if stale:
        forget(connection)
    effects = {name: change.apply() for name, change in changes.items()}
    _refuse_orphans(connection, changes, report)
    if stale:
        ledger(connection)
    tables = tuple(replace(one, effect=effects[one.table]) for one in report.tables)
    idle = all(effect.nothing for effect in effects.values()) and report.as_of.isoformat() == info["as_of"]
    done = replace(report, tables=tables, load_id=load_id if idle else report.load_id, written=True)
    _describe(connection, done)
    remember(connection, said, report.marks)
    return replace(done, mrr=Money(mrr_on(connection, done.as_of), done.currency))


def _touched(report: LoadReport, said: LoadMapping) -> list[Table]:
    names = {one.table for one in report.tables} | ({exchange_rates.name} if said.rates else set())
    return [table for table in SOURCE_TABLES if table.name in names]


class Changes:
    """The changes of one table, waiting in temporary tables beside it: `new` rows, and the keys of those `gone`."""

    def __init__(self, connection: Connection, scratch: Scratch, table: Table, said: LoadMapping) -> None:
        self.table = table
        self._connection = connection
        self._keys = [key.name for key in table.primary_key.columns]
        self.new = self._aside("new", [*table.c])
        self.gone = self._aside("gone", [*table.primary_key.columns])
        scratch.move(connection, table.name, self.new)
        scratch.move_gone(connection, table.name, self.gone)
        if table is exchange_rates and said.rates:
            connection.execute(insert(self.new), stated_rates(said))
        self._unchanged = self._drop_repeated()
        if connection.dialect.name == "postgresql":
            for one in (self.new, self.gone):
                connection.execute(text(f"ANALYZE {one.name}"))

    def _aside(self, kind: str, columns: Sequence[Column[Any]]) -> Table:
        copies = [Column(column.name, column.type) for column in columns]
        table = Table(f"{kind}_{self.table.name}", MetaData(), *copies, **_ASIDE)
        table.create(self._connection)
        return table

    def _drop_repeated(self) -> int:
        """Leave only rows that the book does not have so; how many it has."""
        same = [self.table.c[one.name].is_not_distinct_from(one) for one in self.new.c if one.name not in self._keys]
        known = select(self.table.c[self._keys[0]]).where(self._of_key(self.new), *same).exists()
        return self._connection.execute(delete(self.new).where(known)).rowcount

    def _of_key(self, aside: Table) -> ColumnElement[bool]:
        return and_(*(self.table.c[key] == aside.c[key] for key in self._keys))

    def _named_in(self, aside: Table) -> ColumnElement[bool]:
        """The rows of the book whose key is in a table aside."""
        mine, theirs = ([table.c[key] for key in self._keys] for table in (self.table, aside))
        return (tuple_(*mine) if len(mine) > 1 else mine[0]).in_(select(*theirs))

    def old(self, aside: Table, column: str) -> Select[Any]:
        """What the rows of the book with these keys have in a column."""
        return select(self.table.c[column]).join_from(aside, self.table, self._of_key(aside))

    def values(self, column: str) -> list[Select[Any]]:
        """What the changed rows had, and will have, in a column."""
        return [select(self.new.c[column]), self.old(self.new, column), self.old(self.gone, column)]

    def apply(self) -> Effect:
        """Write them; what they did."""
        removed = self._execute(delete(self.table).where(self._named_in(self.gone)))
        changed = self._execute(delete(self.table).where(self._named_in(self.new)))
        names = [column.name for column in self.new.c]
        self._connection.execute(insert(self.table).from_select(names, select(*self.new.c)))
        written = self._connection.execute(select(func.count()).select_from(self.new)).scalar_one()
        return Effect(written - changed, changed, self._unchanged, removed)

    def _execute(self, statement: Any) -> int:
        return int(self._connection.execute(statement).rowcount)


def _mark_stale(connection: Connection, changes: Mapping[str, Changes]) -> bool:
    """List the accounts whose ledger these changes concern; whether there are any. To be asked before they are written.

    Those that change themselves, as the ledger is also summed by their attributes; those to which a contract line
    belongs that changes, and those to which it will belong; those with contracts in a currency with a new rate.
    """
    concerned: list[Select[Any]] = []
    if accounts.name in changes:
        concerned += changes[accounts.name].values("account_id")
    lines = [each for table in _OF_LINES if table.name in changes for each in changes[table.name].values(_LINE)]
    contracts = [subscriptions, *([changes[subscriptions.name].new] if subscriptions.name in changes else [])]
    if lines:
        concerned += [select(one.c.account_id).where(one.c[_LINE].in_(union(*lines))) for one in contracts]
    if exchange_rates.name in changes:
        rated = union(*changes[exchange_rates.name].values("currency"))
        concerned.append(select(subscriptions.c.account_id).where(subscriptions.c.currency.in_(rated)))
    if not concerned:
        return False
    connection.execute(insert(stale_accounts).from_select(["account_id"], union(*concerned)))
    return connection.execute(select(stale_accounts).limit(1)).first() is not None


def _touched_accounts(changes: Mapping[str, Changes]) -> Iterator[Select[Any]]:
    """The accounts whose rows change, beside those whose ledger does. To be asked before they are written."""
    for change in changes.values():
        if "account_id" in change.table.c:
            yield from change.values("account_id")


def _refuse_orphans(connection: Connection, changes: Mapping[str, Changes], report: LoadReport) -> None:
    """Raise LoadRefused where rows of the book name an account or a contract line that was deleted."""
    findings = Findings()
    files = {one.table: one.file for one in report.tables}
    findings.tables |= {one.file: one.table for one in report.tables}
    for home in changes.values():
        if home.table in (accounts, subscriptions):
            findings.add(*_orphans(connection, home, files[home.table.name]))
    findings.refuse()


def _orphans(connection: Connection, home: Changes, file: str) -> Iterator[Fault]:
    (key,) = (column.name for column in home.table.primary_key.columns)
    for table in SOURCE_TABLES:
        if table is not home.table and key in table.c:
            mine = table.c[key].in_(select(home.gone.c[key]))
            rows, first = connection.execute(select(func.count(), func.min(table.c[key])).where(mine)).one()
            if rows:
                yield Fault(file, "still_named", column=key, value=first, detail={"table": table.name, "rows": rows})


def _describe(connection: Connection, done: LoadReport) -> None:
    """When it was loaded, what it is now, and what each changed table holds now."""
    info = {"as_of": done.as_of.isoformat(), "loaded_at": now().isoformat(), "load_id": done.load_id}
    for key, value in info.items():
        connection.execute(update(book_info).where(book_info.c.key == key).values(value=value))
    before = {row["table_name"]: row for row in connection.execute(select(loads)).mappings()}
    names = [one.table for one in done.tables]
    connection.execute(delete(loads).where(loads.c.table_name.in_(names)))
    connection.execute(insert(loads), [_joined(one, before.get(one.table)) for one in done.tables])
    forget_failures(connection, *names)


def _joined(one: TableReport, before: RowMapping | None) -> dict[str, Any]:
    """The row of `loads` of a table that was changed: what it was, and what the changes add to it."""
    row, effect = described(one, "changes"), one.effect or Effect()
    row["row_count"] = effect.added - effect.removed
    if before is None:
        return row
    newest = max((day for day in (before["newest_on"], one.newest_on) if day), default=None)
    filled = " ".join(sorted({*before["filled"].split(), *one.filled}))
    after = before["stale_after"] if one.stale_after is None else one.stale_after
    return {
        **row, "row_count": before["row_count"] + row["row_count"], "newest_on": newest, "filled": filled,
        "stale_after": after,
    }  # fmt: skip
