"""Which accounts loads of changes touched: what was worked out of all others still holds.

Loads are counted from the last one that replaced more than is kept account by account: that is a *lineage*, and within
one each touched account has the number of the load that touched it last.
"""

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import Connection, Select, delete, func, insert, literal, select, union

from tools.metrics._book import book_info, changed_accounts
from tools.metrics._opening import Book
from tools.metrics._query import read

MOST = 5_000
"""Accounts up to which changes are told one by one; where more are touched, everything is worked out anew."""
LINEAGE, CHANGES = "lineage", "changes"
"""The keys in `book_info`."""
_c = changed_accounts.c


def begin_lineage(connection: Connection) -> None:
    """Nothing that was worked out earlier holds any more."""
    connection.execute(delete(changed_accounts))
    _say(connection, LINEAGE, uuid4().hex)
    _say(connection, CHANGES, "0")


def note_changed(connection: Connection, touched: Sequence[Select[tuple[str]]]) -> None:
    """Note, within a load of changes and before its rows are written, the accounts that these statements give."""
    ids = union(*touched).subquery("touched").c[0]
    number = _changes(connection) + 1
    connection.execute(delete(changed_accounts).where(_c.account_id.in_(select(ids))))
    noted = select(ids, literal(number)).where(ids.is_not(None))
    connection.execute(insert(changed_accounts).from_select(["account_id", "change"], noted))
    accounts, latest = connection.execute(select(func.count(), func.max(_c.change))).one()
    if accounts > MOST:
        begin_lineage(connection)
    elif latest == number:
        _say(connection, CHANGES, str(number))


def changed_since(book: Book, lineage: str, change: int) -> list[str] | None:
    """The accounts that were touched after a load of this number; None where that is not known."""
    if book.info.get(LINEAGE) != lineage or change > int(book.info[CHANGES]):
        return None
    rows, _ = read(book, select(_c.account_id).where(_c.change > change))
    return [row.account_id for row in rows]


def _changes(connection: Connection) -> int:
    said = connection.execute(select(book_info.c.value).where(book_info.c.key == CHANGES)).scalar()
    return int(said or 0)


def _say(connection: Connection, key: str, value: str) -> None:
    connection.execute(delete(book_info).where(book_info.c.key == key))
    connection.execute(insert(book_info).values(key=key, value=value))
