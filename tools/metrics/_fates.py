"""What happened to accounts in a period, and what two definitions count of each."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Subquery, and_, case, cast, func, literal, or_, select, union_all

from tools.metrics._book import accounts
from tools.metrics._counting import Rows
from tools.metrics._flows import each_account
from tools.metrics._period import Period
from tools.metrics._query import Where, limited_to

FATES = (
    "steady", "grew", "shrank", "grew_and_shrank", "left", "left_and_returned", "joined", "joined_and_left",
    "joined_left_and_returned", "returned", "returned_and_left", "returned_left_and_returned", "away", "no_account",
)  # fmt: skip
"""An account paid from start to end (the first four); paid at the start and left; paid for the first time; came back.
`away`: it paid at no time of the period, though before; `no_account`: it is none that ever paid."""
NOBODY = "no_account"
_SUMS = ("part_0", "whole_0", "part_1", "whole_1")


def by_fate(period: Period, where: Where, standard: Rows, variant: Rows) -> Rows:
    """Parts and wholes of both definitions by fate (`part_0`, `whole_0`; of the variant `part_1`, `whole_1`), and how
    many accounts they count otherwise above and below the line (`part_accounts`, `whole_accounts`)."""
    both, fates = _of_each(period, where, standard, variant), fates_of(period)
    joined = select(_fate(fates), *both.c).outerjoin_from(both, fates, fates.c.account_id == both.c.account_id)
    told = joined.subquery("told").c
    sums = [_total(told[name]).label(name) for name in _SUMS]
    otherwise = [
        _total(case((told[f"{side}_0"] != told[f"{side}_1"], 1), else_=0)).label(f"{side}_accounts")
        for side in ("part", "whole")
    ]
    return select(told.fate, *sums, *otherwise).group_by(told.fate)


def counted_otherwise(period: Period, where: Where, standard: Rows, variant: Rows) -> Rows:
    """Each account that the two definitions count otherwise, the largest differences first, with its fate and what they
    count of it; `all_rows`: how many there are."""
    both, fates = _of_each(period, where, standard, variant), fates_of(period)
    b = both.c
    columns = (b.account_id, accounts.c.name, _fate(fates), *(b[name] for name in _SUMS))
    rows = select(*columns, func.count().over().label("all_rows")).select_from(
        both.outerjoin(accounts, accounts.c.account_id == b.account_id).outerjoin(
            fates, fates.c.account_id == b.account_id
        )
    )
    largest = (func.abs(b.part_1 - b.part_0).desc(), func.abs(b.whole_1 - b.whole_0).desc(), b.account_id)
    return rows.where(or_(b.part_0 != b.part_1, b.whole_0 != b.whole_1)).order_by(*largest)


def _fate(fates: Subquery) -> ColumnElement[Any]:
    return func.coalesce(fates.c.fate, NOBODY).label("fate")


def _of_each(period: Period, where: Where, standard: Rows, variant: Rows) -> Subquery:
    """What each definition counts of each account."""
    zero, sides = literal(0), []
    for n, statement in enumerate((standard, variant)):
        rows = statement.subquery(f"rows_{n}")
        part, whole = rows.c.part, rows.c.whole if "whole" in rows.c else zero
        columns = (zero, zero, part, whole) if n else (part, whole, zero, zero)
        named = (column.label(name) for column, name in zip(columns, _SUMS, strict=True))
        sides.append(select(rows.c.account_id, *named).where(*limited_to(where, rows, period.last_day)))
    both = union_all(*sides).subquery("both").c
    totals = (_total(both[name]).label(name) for name in _SUMS)
    return select(both.account_id, *totals).group_by(both.account_id).subquery("of_each")


def fates_of(period: Period) -> Subquery:
    """What happened to each account of the ledger."""
    e = each_account(period).c
    paid, pays, left, joined, came = e.opening > 0, e.closing > 0, e.churn_n > 0, e.new_n > 0, e.reactivation_n > 0
    fate = case(
        (and_(paid, left, pays), "left_and_returned"),
        (and_(paid, left), "left"),
        (and_(paid, e.expansion > 0, e.contraction < 0), "grew_and_shrank"),
        (and_(paid, e.expansion > 0), "grew"),
        (and_(paid, e.contraction < 0), "shrank"),
        (paid, "steady"),
        (and_(joined, left, pays), "joined_left_and_returned"),
        (and_(joined, left), "joined_and_left"),
        (joined, "joined"),
        (and_(came, left, pays), "returned_left_and_returned"),
        (and_(came, left), "returned_and_left"),
        (came, "returned"),
        else_="away",
    )
    return select(e.account_id, fate.label("fate")).subquery("fates")


def _total(amount: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.sum(amount), BigInteger)
