"""Revenue by kind over time, and what of each account's revenue comes from expansion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, cast, func, literal, select

from tools.metrics._book import accounts, invoices, mrr_movements
from tools.metrics._earned import Ledger, month_ends_from, revenues
from tools.metrics._figure import Source
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Reader
from tools.metrics._spending import in_one_currency

KINDS = ("recurring", "one_off", "usage")


@dataclass(frozen=True)
class Month:
    """What was invoiced in a month by kind, minor units."""

    period: Period
    by_kind: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.by_kind.values())


@dataclass(frozen=True)
class Grown:
    """An account's revenue of a period and of the one before, and what expansions of the period added to it."""

    account_id: str
    name: str
    now: int
    before: int
    expansion: int

    @property
    def change(self) -> int:
        return self.now - self.before


def invoiced_by_month(book: Book, period: Period) -> tuple[Sequence[Month], Source]:
    """Invoices of each month by kind: recurring, one-off and metered are the total of every month."""
    reader = Reader(book)
    i = in_one_currency(book, invoices, "issued_on").c
    rows = reader.rows(
        select(i.issued_on, i.kind, cast(func.sum(i.reporting_minor), BigInteger).label("amount"))
        .where(i.issued_on >= period.start, i.issued_on < period.end)
        .group_by(i.issued_on, i.kind)
    )
    months = []
    for month in period.split("month"):
        within = [row for row in rows if month.start <= row.issued_on < month.end]
        by_kind = {kind: sum(int(row.amount) for row in within if row.kind == kind) for kind in KINDS}
        months.append(Month(month, by_kind))
    return months, reader.source


def grown(book: Book, period: Period) -> tuple[Sequence[Grown], Source]:
    """Each account's revenue of a period beside the one before: MRR at month ends, one-off and metered invoices. The
    largest absolute change first."""
    reader = Reader(book)
    now, _ = revenues(book, period)
    before, source = revenues(book, period.previous())
    reader.sources.append(source)
    m = mrr_movements.c
    earned = m.amount_minor * month_ends_from(m.on_day, period)
    expansion = reader.rows(
        select(m.account_id, cast(func.sum(earned), BigInteger).label("amount"))
        .where(m.category == literal("expansion"), m.on_day >= period.start, m.on_day < period.end)
        .group_by(m.account_id)
    )
    added = {row.account_id: int(row.amount) for row in expansion}
    names = {row.account_id: row.name for row in reader.rows(select(accounts.c.account_id, accounts.c.name))}
    found = [
        Grown(account, names[account], _of(now, account), _of(before, account), added.get(account, 0))
        for account in names if account in now or account in before
    ]  # fmt: skip
    return sorted(found, key=lambda each: (-abs(each.change), each.account_id)), reader.source


def _of(ledger: Mapping[str | None, Ledger], account: str) -> int:
    return ledger[account].revenue if account in ledger else 0
