"""What accounts brought in and what they cost, as rows that add up: one per invoice, cost, and change of MRR.

Recurring revenue is MRR at each month's end, so that a yearly invoice does not make one month rich and eleven poor.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, case, cast, func, literal, select, union_all

from tools.metrics._book import costs, invoices, mrr_movements
from tools.metrics._figure import Source
from tools.metrics._opening import Book
from tools.metrics._period import Period, add_months
from tools.metrics._query import read
from tools.metrics._spending import in_one_currency

Statement = Select[*tuple[Any, ...]]
RECURRING, ONE_OFF, METERED, SERVICE, ACQUISITION = "recurring", "one_off", "usage", "service", "acquisition"


@dataclass(frozen=True)
class Ledger:
    """An account's profit and loss over a period, minor units; costs are positive."""

    recurring: int = 0
    one_off: int = 0
    metered: int = 0
    service: int = 0
    acquisition: int = 0

    @property
    def revenue(self) -> int:
        return self.recurring + self.one_off + self.metered

    @property
    def margin(self) -> int:
        """The contribution margin: what is left after serving."""
        return self.revenue - self.service


def mrr_earned(period: Period) -> Statement:
    """MRR at the month ends of a period: a change counts at as many of them as it holds. `account_id, item, part`."""
    m = mrr_movements.c
    earned = m.amount_minor * month_ends_from(m.on_day, period)
    return select(m.account_id, literal(RECURRING).label("item"), earned.label("part")).where(m.on_day < period.end)


def billed_apart(book: Book, period: Period) -> Statement:
    """One-off and metered invoices of a period."""
    i = in_one_currency(book, invoices, "issued_on").c
    rows = select(i.account_id, i.kind.label("item"), i.reporting_minor.label("part"))
    return rows.where(i.kind.in_((ONE_OFF, METERED)), i.issued_on >= period.start, i.issued_on < period.end)


def spent(book: Book, period: Period, *kinds: str) -> Statement:
    """Costs of these kinds in a period, as negative amounts."""
    c = in_one_currency(book, costs, "on_day").c
    rows = select(c.account_id, c.kind.label("item"), (-c.reporting_minor).label("part"))
    return rows.where(c.kind.in_(kinds), c.on_day >= period.start, c.on_day < period.end)


def service_known(book: Book, period: Period) -> tuple[bool, Source]:
    """Whether the book holds any cost of serving in a period: without, a margin would be revenue by another name."""
    c = costs.c
    within = (c.kind == SERVICE, c.on_day >= period.start, c.on_day < period.end)
    rows, source = read(book, select(func.count().label("row_count")).select_from(costs).where(*within))
    return bool(rows[0].row_count), source


def ledgers(book: Book, period: Period, since: Period | None = None) -> tuple[Mapping[str | None, Ledger], Source]:
    """Profit and loss of each account over a period; under None the costs that are for no single account. `since`: over
    which period acquisition costs are summed, where it is another. All together they are the cost ledger's."""
    return _by_account(
        book, mrr_earned(period), billed_apart(book, period), spent(book, period, SERVICE),
        spent(book, since or period, ACQUISITION),
    )  # fmt: skip


def revenues(book: Book, period: Period) -> tuple[Mapping[str | None, Ledger], Source]:
    """The same without costs, which not everybody may see."""
    return _by_account(book, mrr_earned(period), billed_apart(book, period))


def _by_account(book: Book, *statements: Statement) -> tuple[Mapping[str | None, Ledger], Source]:
    rows = union_all(*statements).subquery("earned_and_spent").c
    total = cast(func.sum(rows.part), BigInteger).label("amount")
    found, source = read(book, select(rows.account_id, rows.item, total).group_by(rows.account_id, rows.item))
    sums: dict[str | None, dict[str, int]] = {}
    for row in found:
        sums.setdefault(row.account_id, {})[row.item] = int(row.amount)
    return {account: _ledger(by_item) for account, by_item in sums.items()}, source


def _ledger(by_item: Mapping[str, int]) -> Ledger:
    return Ledger(
        by_item.get(RECURRING, 0), by_item.get(ONE_OFF, 0), by_item.get(METERED, 0),
        -by_item.get(SERVICE, 0), -by_item.get(ACQUISITION, 0),
    )  # fmt: skip


def month_ends_from(day: ColumnElement[Any], period: Period) -> ColumnElement[int]:
    """In how many of the period's month ends a change of that day is contained."""
    first = period.start.replace(day=1)
    months = (add_months(first, n + 1) - timedelta(days=1) for n in range(1200))
    ends = list(takewhile(lambda end: end < period.end, months))
    return case(*((day <= end, len(ends) - n) for n, end in enumerate(ends)), else_=0) if ends else literal(0)
