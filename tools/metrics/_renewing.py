"""Renewals: contract lines whose term ends in a period, those to come and what became of those that are over.

When a term ends, and what counts as renewed, is told by `_terms.py`.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Subquery, case, func, select

from tools.metrics._book import accounts, mrr_steps, subscriptions
from tools.metrics._figure import Source
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where, limited_to, read
from tools.metrics._registry import Rows
from tools.metrics._terms import decisions, first_renewals, steps_of

LEVEL = mrr_steps.c.amount_minor + mrr_steps.c.fx_minor
"""What a step adds to the MRR of a contract line, minor units of the reporting currency."""


def up_for_renewal(due: Subquery) -> Rows:
    """What comes up for renewal, with the MRR of the contract line on the day before as `part`."""
    columns = (due.c.account_id, due.c.subscription_id, due.c.on_day)
    rows = select(*columns, func.sum(LEVEL).label("part")).join_from(due, mrr_steps, steps_of(due.c))
    until = rows.where(mrr_steps.c.on_day < due.c.on_day)
    return until.group_by(*columns).having(func.sum(LEVEL) > 0)


@dataclass(frozen=True)
class Renewal:
    """What an account has up for renewal on one day."""

    account_id: str
    name: str
    owner: str | None
    on_day: date
    contracts: int
    mrr: int
    """On the day before, minor units of the reporting currency."""
    auto_renew: bool | None
    """None where it is not known, or so of some of its contracts only."""
    notice_by: date | None
    """The last day on which a cancellation can be given, where the contracts name one."""


@dataclass(frozen=True)
class Renewals:
    """What comes up for renewal in a period: the soonest, and how much all of it is."""

    soonest: list[Renewal]
    contracts: int
    accounts: int
    mrr: int
    by_themselves: int
    """Contracts that renew by themselves."""
    source: Source


@dataclass(frozen=True)
class Outcome:
    """What became of the contracts whose term ended in a period, minor units of the reporting currency."""

    contracts: int
    renewed: int
    expiring: int
    kept: int
    lost: list[tuple[str, str, date, int]]
    """Those that were not renewed, the largest first: account id, name, end of the term, MRR that expired."""
    source: Source


def coming_renewals(book: Book, period: Period, where: Where, most: int) -> Renewals:
    """The first renewal in the period of each contract line, by account and day; `most` of them are listed."""
    lines = _lines_due(period, where).subquery("lines")
    (all_,), source = read(book, _all_of(lines))
    rows, _ = read(book, _by_account(lines).limit(most))
    return Renewals(
        [_renewal(row) for row in rows],
        int(all_.row_count), int(all_.accounts), int(all_.mrr or 0), int(all_.by_itself or 0), source,
    )  # fmt: skip


def renewal_outcome(book: Book, period: Period, where: Where, most: int) -> Outcome:
    """The decisions that the renewal rate of the period counts; `most` of those lost are listed."""
    each = decisions(book, period)
    c, sums = each.c, ("renewed", "expiring", "kept")
    totals = (func.sum(c[name]).over().label(f"all_{name}") for name in sums)
    columns = (c.account_id, accounts.c.name, c.ended_on, c.renewed, c.expiring, func.count().over().label("row_count"))
    named = select(*columns, *totals).join_from(each, accounts, accounts.c.account_id == c.account_id)
    limited = named.where(*limited_to(where, each, period.last_day))
    lost_first = limited.order_by(c.renewed, c.expiring.desc(), c.ended_on, c.subscription_id)
    rows, source = read(book, lost_first.limit(most))
    if not rows:
        return Outcome(0, 0, 0, 0, [], source)
    all_ = rows[0]
    lost = [(row.account_id, row.name, row.ended_on, int(row.expiring)) for row in rows if not row.renewed]
    return Outcome(
        int(all_.row_count), int(all_.all_renewed), int(all_.all_expiring), int(all_.all_kept), lost,
        source.of(int(all_.row_count)),
    )  # fmt: skip


def _lines_due(period: Period, where: Where) -> Rows:
    due, s = up_for_renewal(first_renewals(period)).subquery("due"), subscriptions.c
    by_itself = case((s.auto_renew.is_(True), 1), (s.auto_renew.is_(False), 0)).label("by_itself")
    lines = select(*due.c, by_itself, s.notice_days)
    joined = lines.join_from(due, subscriptions, s.subscription_id == due.c.subscription_id)
    return joined.where(*limited_to(where, due, period.last_day))


def _all_of(lines: Subquery) -> Rows:
    c = lines.c
    sums = (func.sum(c.part).label("mrr"), func.sum(c.by_itself).label("by_itself"))
    return select(func.count(c.account_id.distinct()).label("accounts"), *sums, func.count().label("row_count"))


def _by_account(lines: Subquery) -> Rows:
    c, a = lines.c, accounts.c
    columns = (c.account_id, a.name, a.owner, c.on_day)
    told = (
        func.sum(c.part).label("mrr"), func.max(c.notice_days).label("notice_days"),
        func.min(c.by_itself).label("least"), func.max(c.by_itself).label("most"),
        func.count(c.by_itself).label("known"), func.count().label("lines"),
    )  # fmt: skip
    rows = select(*columns, *told).join_from(lines, accounts, a.account_id == c.account_id).group_by(*columns)
    return rows.order_by(c.on_day, func.sum(c.part).desc(), c.account_id)


def _renewal(row: Any) -> Renewal:
    agree = row.known == row.lines and row.least == row.most
    notice_by = None if row.notice_days is None else row.on_day - timedelta(days=int(row.notice_days))
    whether = bool(row.least) if agree else None
    return Renewal(row.account_id, row.name, row.owner, row.on_day, int(row.lines), int(row.mrr), whether, notice_by)
