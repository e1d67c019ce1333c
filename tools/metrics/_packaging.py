"""Packages: who is on which plan, who moved between them, and what each product earns and holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from sqlalchemy import BigInteger, cast, func, select

from tools.metrics._book import mrr_movements, mrr_steps, subscriptions
from tools.metrics._dimensions import DIMENSIONS
from tools.metrics._earned import Ledger, ledgers, month_ends_from, service_known
from tools.metrics._figure import Source
from tools.metrics._flows import CATEGORIES
from tools.metrics._offering import Catalogue, catalogue
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Reader
from tools.metrics._staying import paying_stints

Step = str
"""joined, came_back, left, up, down, other_plan, same_plan, left_and_returned … : what became of an account's plan."""


@dataclass(frozen=True)
class Moved:
    """Accounts that took one step, and their movements of MRR by category, minor units; `fx` beside."""

    step: Step
    accounts: tuple[str, ...]
    movements: Mapping[str, int] = field(hash=False)

    @property
    def total(self) -> int:
        return sum(self.movements.values())


@dataclass(frozen=True)
class Migration:
    """What became of every account's plan over a period; all steps together are the period's ledger."""

    steps: tuple[Moved, ...]
    pairs: Mapping[tuple[str, str], int] = field(hash=False)
    """Plan before and now → accounts, of those that changed it."""
    source: Source = field(hash=False)


@dataclass(frozen=True)
class Earning:
    """What a product earned over a period and what serving it took, by each account's shares of MRR; and how many of
    the accounts that held it at the period's start still pay, and still hold it."""

    name: str
    revenue: int
    service: int | None
    held: int
    retained: int
    kept: int

    @property
    def margin(self) -> Fraction | None:
        return (
            Fraction(self.revenue - self.service, self.revenue) if self.revenue and self.service is not None else None
        )


def plans_on(reader: Reader, day: date) -> Mapping[str, str]:
    """The plan of each account's main contract at the end of a day."""
    values = DIMENSIONS["plan"].values(day).subquery("valued").c
    return {row.account_id: row.value for row in reader.rows(select(values.account_id, values.value)) if row.value}


def migration(book: Book, period: Period) -> Migration:
    """Who moved between plans in a period, with what that did to MRR."""
    reader = Reader(book)
    listed = catalogue(reader)
    eve = date.fromordinal(period.start.toordinal() - 1)
    before, now = plans_on(reader, eve), plans_on(reader, period.last_day)
    paid = _paying(reader, eve)
    pays = _paying(reader, period.last_day)
    moves = _movements(reader, period)
    steps: dict[Step, list[str]] = {}
    for account in sorted({*paid, *pays, *moves}):
        step = _step(account in paid, account in pays, before.get(account), now.get(account), listed)
        steps.setdefault(step, []).append(account)
    pairs: dict[tuple[str, str], int] = {}
    for account in (*steps.get("up", ()), *steps.get("down", ()), *steps.get("other_plan", ())):
        pair = before.get(account, ""), now.get(account, "")
        pairs[pair] = pairs.get(pair, 0) + 1
    moved = tuple(Moved(step, tuple(ids), _summed(moves, ids)) for step, ids in steps.items())
    return Migration(moved, pairs, reader.source)


def product_earnings(book: Book, period: Period, margins: bool = True) -> tuple[Sequence[Earning], Source]:
    """What each product earned over a period and how many accounts stayed, the largest revenue first.

    Service costs are shared out over an account's products by their MRR, as the book knows them by account; without
    `margins` none are read. Raises Hidden.
    """
    reader = Reader(book)
    known, costs = False, dict[str | None, Ledger]()
    if margins:
        book.disclose("contribution_margin", "margin")
        known, source = service_known(book, period)
        costs = dict(ledgers(book, period)[0])
        reader.sources.append(source)
    earned = _earned(reader, period)
    of_account: dict[str, int] = {}
    for (account, _), amount in earned.items():
        of_account[account] = of_account.get(account, 0) + amount
    eve = date.fromordinal(period.start.toordinal() - 1)
    held, holds = _holding(reader, eve), _holding(reader, period.last_day)
    pays = _paying(reader, period.last_day)
    found = []
    for name in sorted({product for _, product in earned} | {product for _, product in held}):
        shares = {account: amount for (account, product), amount in earned.items() if product == name}
        service = round(sum(
            Fraction(costs[account].service * amount, of_account[account])
            for account, amount in shares.items() if account in costs and of_account[account]
        ))  # fmt: skip
        had = {account for account, product in held if product == name}
        still = {account for account, product in holds if product == name}
        found.append(Earning(
            name, sum(shares.values()), service if known else None, len(had), len(had & pays), len(had & still)
        ))  # fmt: skip
    return sorted(found, key=lambda each: -each.revenue), reader.source


def _step(paid: bool, pays: bool, before: str | None, now: str | None, listed: Catalogue) -> Step:
    if not pays:
        return "left" if paid else "came_and_left"
    if not paid:
        return "joined"
    if before == now or before is None or now is None:
        return "same_plan"
    tiers = _tier(before, listed), _tier(now, listed)
    if None in tiers:
        return "other_plan"
    return "up" if (tiers[1] or 0) > (tiers[0] or 0) else "down"


def _tier(plan: str, listed: Catalogue) -> int | None:
    return next((each.tier for each in listed.packages if each.plan == plan and each.tier is not None), None)


def _paying(reader: Reader, day: date) -> set[str]:
    return {account for account, stints in paying_stints(reader, day).items() if stints and stints[-1][1] is None}


def _movements(reader: Reader, period: Period) -> Mapping[str, Mapping[str, int]]:
    m = mrr_movements.c
    total = cast(func.sum(m.amount_minor), BigInteger).label("amount")
    rows = select(m.account_id, m.category, total).where(m.on_day >= period.start, m.on_day < period.end)
    found: dict[str, dict[str, int]] = {}
    for row in reader.rows(rows.group_by(m.account_id, m.category)):
        found.setdefault(row.account_id, {})[row.category] = int(row.amount)
    return found


def _summed(moves: Mapping[str, Mapping[str, int]], ids: Sequence[str]) -> Mapping[str, int]:
    names = (*CATEGORIES, "fx")
    return {name: sum(moves.get(account, {}).get(name, 0) for account in ids) for name in names}


def _earned(reader: Reader, period: Period) -> Mapping[tuple[str, str], int]:
    """MRR at the period's month ends, by account and product."""
    p, s = mrr_steps.c, subscriptions.c
    amount = (p.amount_minor + p.fx_minor) * month_ends_from(p.on_day, period)
    total = cast(func.sum(amount), BigInteger).label("amount")
    rows = select(p.account_id, s.product, total).join_from(
        mrr_steps, subscriptions, s.subscription_id == p.subscription_id
    )
    found = reader.rows(rows.where(p.on_day < period.end).group_by(p.account_id, s.product))
    return {(row.account_id, row.product or ""): int(row.amount) for row in found if row.amount}


def _holding(reader: Reader, day: date) -> set[tuple[str, str]]:
    """Account and product of every contract line that brings in MRR at the end of a day."""
    p, s = mrr_steps.c, subscriptions.c
    rows = select(p.account_id, s.product).join_from(mrr_steps, subscriptions, s.subscription_id == p.subscription_id)
    level = func.sum(p.amount_minor + p.fx_minor)
    found = reader.rows(
        rows.where(p.on_day <= day).group_by(p.account_id, p.subscription_id, s.product).having(level > 0)
    )
    return {(row.account_id, row.product or "") for row in found}
