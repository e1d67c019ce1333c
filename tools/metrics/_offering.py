"""What accounts hold and use of what is on the price list, as of a day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import and_, func, or_, select

from tools.metrics._book import features, packages, subscription_changes, subscriptions, usage
from tools.metrics._ledger import MRR_KINDS
from tools.metrics._query import Reader

USED_IN = timedelta(days=90)
"""A feature without use for so long is not used."""
LATELY = timedelta(days=35)
"""How far back the people who use a product are counted: a month's report is in it."""


@dataclass(frozen=True)
class Package:
    """A plan on the price list. `price`: of one unit and month, minor units of `currency`."""

    product: str
    plan: str
    tier: int | None
    seat_limit: int | None
    price: int | None
    currency: str | None


@dataclass(frozen=True)
class Feature:
    """A feature of a product, and what it is taught with."""

    name: str
    product: str
    from_tier: int | None
    training: str | None
    link: str | None


@dataclass(frozen=True)
class Catalogue:
    """The price list and the features on it; empty where neither was loaded."""

    packages: tuple[Package, ...]
    features: tuple[Feature, ...]

    def of(self, product: str | None, plan: str | None) -> Package | None:
        return next((each for each in self.packages if (each.product, each.plan) == (product, plan)), None)

    def above(self, package: Package) -> Package | None:
        """The next tier of the same product."""
        if package.tier is None:
            return None
        higher = [each for each in self.packages if each.product == package.product and (each.tier or 0) > package.tier]
        return min(higher, key=lambda each: each.tier or 0, default=None)

    def licensed(self, held: "Holding") -> tuple[Feature, ...]:
        """The features that a contract line pays for; of a plan whose tier is not known those that every plan has."""
        package = self.of(held.product, held.plan)
        tier = package.tier if package and package.tier else 0
        of_product = (each for each in self.features if each.product == held.product)
        return tuple(each for each in of_product if (each.from_tier or 0) <= tier)


@dataclass(frozen=True)
class Holding:
    """A contract line in force. `seats`: as last changed."""

    account_id: str
    product: str | None
    plan: str | None
    seats: int
    kind: str
    since: date


@dataclass(frozen=True)
class Used:
    """What was used lately: features with their last day, the most people of any report, and how fresh that is."""

    features: Mapping[str, date] = field(default_factory=dict)
    people: int | None = None
    reported_on: date | None = None


def catalogue(reader: Reader) -> Catalogue:
    p, f = packages.c, features.c
    columns = (p.product, p.plan, p.tier, p.seat_limit, p.unit_amount_minor, p.currency)
    listed = reader.rows(select(*columns).order_by(p.product, p.tier, p.plan))
    of_each = (f.feature, f.product, f.from_tier, f.training_title, f.training_link)
    taught = reader.rows(select(*of_each).order_by(f.product, f.feature))
    return Catalogue(
        tuple(Package(*tuple(row)) for row in listed),
        tuple(Feature(*tuple(row)) for row in taught),
    )  # fmt: skip


def holdings(reader: Reader, day: date) -> Mapping[str, tuple[Holding, ...]]:
    """The contract lines of each account that are in force at the end of a day, repeat purchases too."""
    s = subscriptions.c
    in_force = and_(s.started_on <= day, or_(s.ended_on.is_(None), s.ended_on > day))
    columns = (s.account_id, s.subscription_id, s.product, s.plan, s.quantity, s.kind, s.started_on)
    seats = _seats(reader, day)
    found: dict[str, list[Holding]] = {}
    for row in reader.rows(select(*columns).where(in_force).order_by(s.account_id, s.subscription_id)):
        now = seats.get(row.subscription_id, row.quantity)
        held = Holding(row.account_id, row.product, row.plan, int(now), row.kind, row.started_on)
        found.setdefault(row.account_id, []).append(held)
    return {account: tuple(held) for account, held in found.items()}


def _seats(reader: Reader, day: date) -> Mapping[str, int]:
    """Units of each contract line that changed them, as last changed by a day."""
    c = subscription_changes.c
    changes = select(c.subscription_id, c.quantity).where(c.effective_on <= day, c.quantity.is_not(None))
    return {
        row.subscription_id: row.quantity for row in reader.rows(changes.order_by(c.subscription_id, c.effective_on))
    }


def used(reader: Reader, day: date) -> Mapping[str, Used]:
    """What each account used that reported within 90 days before a day."""
    u = usage.c
    last = select(u.account_id, u.feature, func.max(u.on_day).label("last"), func.sum(u.events).label("events")).where(
        u.on_day <= day, u.on_day > day - USED_IN
    )
    people = select(u.account_id, func.max(u.users).label("people")).where(u.on_day <= day, u.on_day > day - LATELY)
    most = {row.account_id: row.people for row in reader.rows(people.group_by(u.account_id))}
    found: dict[str, dict[str, date]] = {}
    latest: dict[str, date] = {}
    for row in reader.rows(last.group_by(u.account_id, u.feature)):
        latest[row.account_id] = max(row.last, latest.get(row.account_id, row.last))
        features_of = found.setdefault(row.account_id, {})
        if row.events:
            features_of[row.feature] = row.last
    return {account: Used(of, most.get(account), latest[account]) for account, of in found.items()}


def once_held(reader: Reader, day: date) -> Mapping[tuple[str, str], date]:
    """Account and product → the last day of service of what was paid for and is over."""
    s = subscriptions.c
    over = select(s.account_id, s.product, func.max(s.ended_on).label("ended_on")).where(
        s.product.is_not(None), s.ended_on <= day, s.ended_on > s.started_on, s.kind.in_((*MRR_KINDS, "repeat"))
    )
    rows = reader.rows(over.group_by(s.account_id, s.product))
    return {(row.account_id, row.product): row.ended_on - timedelta(days=1) for row in rows}


def last_uses(reader: Reader, day: date) -> Mapping[tuple[str, str], date]:
    """Account and feature → the last day on which it was used, ever."""
    u = usage.c
    last = select(u.account_id, u.feature, func.max(u.on_day).label("last")).where(u.on_day <= day, u.events > 0)
    return {(row.account_id, row.feature): row.last for row in reader.rows(last.group_by(u.account_id, u.feature))}
