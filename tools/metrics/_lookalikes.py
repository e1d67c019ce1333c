"""Accounts like those that took an offer: by traits that are commoner among them than among all.

A naive Bayes score over traits that a person can read: each says how many times as common it is among the acceptors,
and the product of these is how many times likelier the account is to be one of them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from sqlalchemy import select

from tools.metrics._dimensions import DIMENSIONS
from tools.metrics._expansion import Prospects
from tools.metrics._offering import Holding
from tools.metrics._opening import Book
from tools.metrics._query import read

ATTRIBUTES = ("segment", "industry", "country", "size", "source")
DRAWN = 5
"""Average accounts that are added to the acceptors: what three of them share proves little."""
FEW = 5
"""Acceptors below which nobody can be said to be like them."""

TraitOf = tuple[str, str]
"""What it is of (segment, industry …, product, feature), and its value."""


@dataclass(frozen=True)
class Shared:
    """One trait: how many acceptors and how many accounts have it."""

    kind: str
    value: str
    among: int
    acceptors: int
    of_all: int
    all: int

    @property
    def lift(self) -> Fraction:
        """How many times as common among acceptors, drawn towards once."""
        base = Fraction(self.of_all, self.all)
        return (self.among + DRAWN * base) / (self.acceptors + DRAWN) / base


@dataclass(frozen=True)
class LookAlike:
    """An account that did not take the offer; `likeness`: the product of its traits' lifts, the strongest first."""

    account_id: str
    likeness: Fraction
    traits: tuple[Shared, ...]


@dataclass(frozen=True)
class LookAlikes:
    """Who accepted, which traits were compared, and who is like them, the likest first."""

    acceptors: tuple[str, ...]
    kinds: tuple[str, ...]
    found: tuple[LookAlike, ...]


def look_alikes(book: Book, known: Prospects, offer: str) -> LookAlikes:
    """Accounts like those that hold the product or plan `offer`; not these, nor those that have to be helped first."""
    traits = _traits(book, known, offer)
    acceptors = tuple(sorted(each.account_id for each in known.accounts if _holds(each.held, offer)))
    among, of_all = _counted(traits, acceptors), _counted(traits, traits)
    told = {trait: Shared(*trait, among[trait], len(acceptors), count, len(traits)) for trait, count in of_all.items()}
    free = (each.account_id for each in known.accounts if not each.in_trouble and each.account_id not in {*acceptors})
    found = [_like(account, [told[trait] for trait in traits[account]]) for account in free]
    return LookAlikes(
        acceptors, (*ATTRIBUTES, "product", "feature"),
        tuple(sorted(found, key=lambda each: (-each.likeness, each.account_id))),
    )  # fmt: skip


def offered(known: Prospects) -> tuple[str, ...]:
    """What accounts hold and can be asked about: products and plans, as contracts call them."""
    names = {name for account in known.accounts for held in account.held for name in (held.product, held.plan) if name}
    listed = {name for each in known.catalogue.packages for name in (each.product, each.plan)}
    return tuple(sorted(names | listed))


def _like(account: str, traits: list[Shared]) -> LookAlike:
    ordered = sorted(traits, key=lambda trait: (-trait.lift, trait.kind, trait.value))
    return LookAlike(account, Fraction(prod((trait.lift for trait in traits), start=Fraction(1))), tuple(ordered))


def _holds(held: Iterable[Holding], offer: str) -> bool:
    return any(offer in (each.product, each.plan) for each in held)


def _counted(traits: Mapping[str, frozenset[TraitOf]], ids: Iterable[str]) -> Counter[TraitOf]:
    return Counter(trait for account in ids for trait in traits[account])


def _traits(book: Book, known: Prospects, offer: str) -> Mapping[str, frozenset[TraitOf]]:
    """What is known of each paying account; not the offer itself."""
    of: dict[str, set[TraitOf]] = {each.account_id: set() for each in known.accounts}
    for kind in ATTRIBUTES:
        valued = DIMENSIONS[kind].values(book.as_of).subquery("valued").c
        for row in read(book, select(valued.account_id, valued.value).where(valued.value.is_not(None)))[0]:
            if row.account_id in of:
                of[row.account_id].add((kind, row.value))
    for each in known.accounts:
        mine = of[each.account_id]
        mine |= {("product", product) for product in each.products if not _is_offer(each.held, product, offer)}
        mine |= {("feature", feature) for feature in (each.used.features if each.used else ())}
    return {account: frozenset(traits) for account, traits in of.items()}


def _is_offer(held: Iterable[Holding], product: str, offer: str) -> bool:
    """Whether having the product is having the offer: it is the offer, or what the offered plan is a plan of."""
    return product == offer or any(each.product == product and each.plan == offer for each in held)
