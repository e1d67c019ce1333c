"""Which product goes with which: rules between what accounts hold and use, and what they would have been worth.

Item to item (Amazon's way, and association rules: Agrawal, Imieliński and Swami 1993): of the accounts that have A, how
many have B. Judged as a ranking in a time split, against simply proposing what most accounts have.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import combinations

from tools.metrics._offering import Holding, Used, holdings, used
from tools.metrics._opening import Book
from tools.metrics._query import Reader
from tools.metrics._staying import paying_stints

Item = tuple[str, str]
"""`product` or `feature`, and its name."""
Baskets = Mapping[str, frozenset[Item]]
LEAST = 5
"""Accounts that must have both before a rule is told."""
DRAWN = 10
"""Accounts of the average that are added to those that have A: a rule of few is drawn towards what all do."""
SPLIT = timedelta(days=180)
FEW = 20
"""Purchases below which the test tells nothing."""


@dataclass(frozen=True)
class Association:
    """A → B: `both` accounts have both, `have` A, `wanted` B, of `all`."""

    given: Item
    then: Item
    both: int
    have: int
    wanted: int
    all: int

    @property
    def support(self) -> Fraction:
        return Fraction(self.both, self.all)

    @property
    def confidence(self) -> Fraction:
        return Fraction(self.both, self.have)

    @property
    def lift(self) -> Fraction:
        return self.confidence / Fraction(self.wanted, self.all)

    @property
    def score(self) -> Fraction:
        """The confidence, drawn towards how many have B at all."""
        return Fraction(self.both * self.all + DRAWN * self.wanted, (self.have + DRAWN) * self.all)


@dataclass(frozen=True)
class Recommender:
    """Associations towards products, and how many accounts have each."""

    by_given: Mapping[Item, tuple[Association, ...]]
    popular: tuple[Item, ...]

    def best(self, basket: frozenset[Item]) -> tuple[Association, ...]:
        """For each product that is not in the basket its strongest rule, the strongest first."""
        strongest: dict[Item, Association] = {}
        for item in basket:
            for each in self.by_given.get(item, ()):
                known = strongest.get(each.then)
                if each.then not in basket and (known is None or _order(each) < _order(known)):
                    strongest[each.then] = each
        return tuple(sorted(strongest.values(), key=_order))

    def most_popular(self, basket: frozenset[Item]) -> Item | None:
        return next((item for item in self.popular if item not in basket), None)


@dataclass(frozen=True)
class TimeSplit:
    """Of products bought after a day, how many each way would have named first on that day."""

    day: date
    bought: int
    hits: int
    popular_hits: int

    @property
    def enough(self) -> bool:
        return self.bought >= FEW

    @property
    def beats(self) -> bool:
        return self.hits > self.popular_hits


def recommender(baskets: Baskets) -> Recommender:
    """The rules in these baskets."""
    counts = Counter(item for basket in baskets.values() for item in basket)
    pairs: Counter[tuple[Item, Item]] = Counter()
    for basket in baskets.values():
        for one, other in combinations(sorted(basket), 2):
            pairs[one, other] += 1
            pairs[other, one] += 1
    by_given: dict[Item, list[Association]] = {}
    for (given, then), both in pairs.items():
        if then[0] == "product" and both >= LEAST:
            found = Association(given, then, both, counts[given], counts[then], len(baskets))
            by_given.setdefault(given, []).append(found)
    products = sorted((item for item in counts if item[0] == "product"), key=lambda item: (-counts[item], item))
    return Recommender({item: tuple(each) for item, each in by_given.items()}, tuple(products))


def time_split(before: Baskets, after: Baskets, day: date) -> TimeSplit:
    """Learn from what accounts had on a day, and judge by what they bought since."""
    learnt, bought, hits, popular_hits = recommender(before), 0, 0, 0
    for account, basket in before.items():
        for item in sorted(after.get(account, frozenset()) - basket):
            if item[0] != "product":
                continue
            bought += 1
            best = learnt.best(basket)
            hits += bool(best) and best[0].then == item
            popular_hits += learnt.most_popular(basket) == item
    return TimeSplit(day, bought, hits, popular_hits)


READS = ("subscription_changes", "subscriptions", "usage")


def recommended(book: Book, day: date) -> tuple[Recommender, Baskets, TimeSplit]:
    """The rules as of a day, what each account has, and what such rules were worth half a year before."""
    book.used.update(READS)
    now = _baskets(book, day)
    return recommender(now), now, _judged(book, day)


@lru_cache(maxsize=8)
def _baskets(book: Book, day: date) -> Baskets:
    """What each paying account holds and used in the 90 days to a day."""
    reader = Reader(book)
    held, uses = holdings(reader, day), used(reader, day)
    paying = [account for account, stints in paying_stints(reader, day).items() if stints and stints[-1][1] is None]
    return {account: _basket(held.get(account, ()), uses.get(account)) for account in paying}


@lru_cache(maxsize=64)
def _judged(book: Book, day: date) -> TimeSplit:
    return time_split(_baskets(book, day - SPLIT), _baskets(book, day), day - SPLIT)


def _basket(held: Iterable[Holding], uses: Used | None) -> frozenset[Item]:
    products = {("product", each.product) for each in held if each.product}
    return frozenset(products | {("feature", name) for name in (uses.features if uses else ())})


def _order(each: Association) -> tuple[Fraction, Fraction, Item]:
    return (-each.score, -each.lift, each.given)
