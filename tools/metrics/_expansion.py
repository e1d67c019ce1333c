"""Where accounts could grow: plans they outgrow, products they gave up, features they pay for and do not use."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from math import inf

from tools.metrics._figure import EMPTY, Source
from tools.metrics._offering import (
    Catalogue,
    Feature,
    Holding,
    Package,
    Used,
    catalogue,
    holdings,
    last_uses,
    once_held,
    used,
)
from tools.metrics._opening import Book
from tools.metrics._query import Reader, Where
from tools.metrics._risk import Risk, rank

NEAR = Fraction(9, 10)
"""Share of a plan's seats from which its limit is near."""
ADOPTED = Fraction(8, 10)
"""Share of the seats that people use from which adoption is high."""


@dataclass(frozen=True)
class Standing:
    """An account that pays, with what it holds and uses. `in_trouble`: something has to be repaired before it is sold
    to."""

    account_id: str
    name: str
    owner: str | None
    mrr: int
    held: tuple[Holding, ...]
    used: Used | None
    in_trouble: bool
    renews_on: date | None

    @property
    def products(self) -> frozenset[str]:
        return frozenset(each.product for each in self.held if each.product)


@dataclass(frozen=True)
class Upsell:
    """A plan that an account outgrows: which rules hold, on what evidence, and what the next plan lists for more."""

    account: Standing
    package: Package
    next: Package
    seats: int
    at_limit: bool
    adopted: bool
    gain: int | None
    """A month, at list prices for the seats that there are, minor units of the price list's currency."""


@dataclass(frozen=True)
class Dormant:
    """A product that an account once had and has no more. `used`: the day is one of use, else the last of service."""

    account: Standing
    product: str
    last_on: date
    used: bool


@dataclass(frozen=True)
class Unused:
    """A feature that an account pays for and did not use in 90 days. `last_on`: when it ever was; None: never."""

    account: Standing
    feature: Feature
    last_on: date | None


@dataclass(frozen=True)
class Prospects:
    """All paying accounts and where each could grow, on a day."""

    accounts: tuple[Standing, ...]
    catalogue: Catalogue
    upsells: tuple[Upsell, ...]
    dormant: tuple[Dormant, ...]
    unused: tuple[Unused, ...]
    silent: int
    """Accounts that pay for listed features and reported no use at all: nothing is known of them."""
    source: Source = field(hash=False)


def prospects(book: Book, day: date, where: Where = EMPTY) -> Prospects:
    """Where accounts could grow at the end of a day."""
    whole = _prospects(book, day)
    book.used.update(whole.source.tables)
    if not where:
        return whole
    these = {risk.standing.account_id for risk in rank(book, day, where).risks}
    return Prospects(
        tuple(each for each in whole.accounts if each.account_id in these), whole.catalogue,
        tuple(each for each in whole.upsells if each.account.account_id in these),
        tuple(each for each in whole.dormant if each.account.account_id in these),
        tuple(each for each in whole.unused if each.account.account_id in these),
        whole.silent, whole.source,
    )  # fmt: skip


@lru_cache(maxsize=8)
def _prospects(book: Book, day: date) -> Prospects:
    """Kept as long as the same data are loaded."""
    reader = Reader(book)
    listed, held, uses = catalogue(reader), holdings(reader, day), used(reader, day)
    ranking = rank(book, day)
    reader.sources.append(ranking.source)
    accounts = tuple(
        _standing(risk, held.get(risk.standing.account_id, ()), uses.get(risk.standing.account_id))
        for risk in ranking.risks
    )
    over, last = once_held(reader, day), last_uses(reader, day)
    return Prospects(
        accounts, listed, tuple(_upsells(accounts, listed)), tuple(_dormant(accounts, over, last, listed)),
        tuple(_unused(accounts, last, listed)), _silent(accounts, listed), reader.source,
    )  # fmt: skip


def _standing(risk: Risk, held: tuple[Holding, ...], uses: Used | None) -> Standing:
    one = risk.standing
    in_trouble = risk.at_risk or bool(one.leaving_on) or one.signals.get("urgent_tickets", 0) > 0
    renews_on = None if one.signals.get("renewal_days") == inf else one.renews_on
    return Standing(one.account_id, one.name, one.owner, one.mrr_minor, held, uses, in_trouble, renews_on)


def _upsells(accounts: tuple[Standing, ...], listed: Catalogue) -> Iterator[Upsell]:
    """The largest gain first; who has to be helped first is not sold to."""
    found = [each for account in accounts if not account.in_trouble for each in _of_account(account, listed)]
    yield from sorted(found, key=lambda each: (-(each.gain or 0), each.account.name))


def _of_account(account: Standing, listed: Catalogue) -> Iterator[Upsell]:
    for held in account.held:
        package = listed.of(held.product, held.plan)
        higher = listed.above(package) if package else None
        if package is None or higher is None:
            continue
        people = account.used.people if account.used else None
        at_limit = package.seat_limit is not None and held.seats >= NEAR * package.seat_limit
        adopted = people is not None and held.seats > 0 and people >= ADOPTED * held.seats
        if at_limit or adopted:
            yield Upsell(account, package, higher, held.seats, at_limit, adopted, _gain(package, higher, held.seats))


def _gain(package: Package, higher: Package, seats: int) -> int | None:
    if package.price is None or higher.price is None or package.currency != higher.currency:
        return None
    return (higher.price - package.price) * seats


def _dormant(
    accounts: tuple[Standing, ...],
    over: Mapping[tuple[str, str], date],
    last: Mapping[tuple[str, str], date],
    listed: Catalogue,
) -> Iterator[Dormant]:
    """The latest first."""
    of_product: dict[str, list[str]] = {}
    for feature in listed.features:
        of_product.setdefault(feature.product, []).append(feature.name)
    by_id = {account.account_id: account for account in accounts}
    found = []
    for (account_id, product), ended in over.items():
        account = by_id.get(account_id)
        if account is None or product in account.products:
            continue
        uses = [last[account_id, name] for name in of_product.get(product, ()) if (account_id, name) in last]
        found.append(Dormant(account, product, max(uses) if uses else ended, bool(uses)))
    yield from sorted(found, key=lambda each: (each.last_on, each.account.mrr), reverse=True)


def _unused(
    accounts: tuple[Standing, ...], last: Mapping[tuple[str, str], date], listed: Catalogue
) -> Iterator[Unused]:
    """The largest accounts first; of one that reports nothing, nothing can be said."""
    for account in sorted(accounts, key=lambda each: (-each.mrr, each.account_id)):
        if account.used is None:
            continue
        licensed = {each.name: each for held in account.held for each in listed.licensed(held)}
        for name, feature in licensed.items():
            if name not in account.used.features:
                yield Unused(account, feature, last.get((account.account_id, name)))


def _silent(accounts: tuple[Standing, ...], listed: Catalogue) -> int:
    return sum(account.used is None and any(listed.licensed(held) for held in account.held) for account in accounts)
