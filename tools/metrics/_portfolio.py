"""Loyalty and profitability: where each account stands on the two axes of Reinartz and Kumar, and what moved.

One axis is a year's contribution margin, the other how long the account is expected to stay. Nobody's opinion of us is
on either: liking is not staying. In a limited book the rates of staying, and the median, are those of its accounts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache, lru_cache
from math import inf
from statistics import median_low
from typing import Literal, get_args

from babel.numbers import get_currency_precision

from tools.metrics._earned import Ledger, ledgers, service_known
from tools.metrics._figure import EMPTY, Source
from tools.metrics._lifetime import YEARLY, present_value
from tools.metrics._opening import Book
from tools.metrics._period import Period, add_months
from tools.metrics._query import Reader, Where, matching, read
from tools.metrics._risk import Risk, backtest, rank
from tools.metrics._staying import Kind, Rates, Staying, Stints, kinds, paying_stints, rates, staying

LoyaltyClass = Literal["true_friends", "butterflies", "barnacles", "strangers"]
CLASSES: tuple[LoyaltyClass, ...] = get_args(LoyaltyClass)
Axis = Literal["margin", "tenure"]
NEW = 6
"""Months of paying below which an account has no history to be judged by."""
YEAR = 12
SINCE_EVER = date(1970, 1, 1)


@dataclass(frozen=True)
class Thresholds:
    """What counts as profitable and as lasting.

    `margin`: of a year, in whole units of the reporting currency; None: the median of the accounts that can be judged,
    but never a loss. `tenure`: expected months from now on. `discount`: of a year, for lifetime values.
    """

    margin: Fraction | None = None
    tenure: int = 36
    discount: Fraction = YEARLY


@dataclass(frozen=True)
class Paying:
    """What is known of one paying account on a day."""

    account_id: str
    name: str
    owner: str | None
    segment: str | None
    mrr: int
    since: date
    months: int
    """Months of paying, up to a year, over which the ledger runs."""
    ledger: Ledger
    kind: Kind
    flagged: bool
    leaving_on: date | None
    renews_on: date | None
    """When somebody decides next; None: it pays by the month."""
    chance: float | None
    """Of being lost within 180 days, where the risk model tells it."""

    @property
    def margin(self) -> int | None:
        """A year's contribution margin; of a shorter time, as much as twelve months of it would be. None: too new."""
        return None if self.months < NEW else round(Fraction(self.ledger.margin * YEAR, self.months))


@dataclass(frozen=True)
class Placed(Paying):
    """A paying account on both axes. `place`: its class; None: it is too new to have one."""

    staying: Staying
    place: LoyaltyClass | None


@dataclass(frozen=True)
class Move:
    """An account that has another class than it had, and why: the axes on which it crossed a threshold."""

    before: Placed
    now: Placed
    axes: tuple[Axis, ...]


@dataclass(frozen=True)
class Portfolio:
    """All paying accounts on a day, with the thresholds that placed them and where everything was read."""

    day: date
    period: Period
    margin_at: int
    tenure_at: int
    placed: tuple[Placed, ...]
    rates: Rates
    source: Source = field(hash=False)
    median: bool = False
    """The margin's threshold is the median."""

    def of(self, place: LoyaltyClass | None) -> tuple[Placed, ...]:
        return tuple(one for one in self.placed if one.place == place)

    def account(self, account_id: str) -> Placed | None:
        return next((one for one in self.placed if one.account_id == account_id), None)


class NoCosts(LookupError):
    """The book holds no costs of serving in the year: nobody's margin is known."""


def portfolio(book: Book, day: date, at: Thresholds | None = None, where: Where = EMPTY) -> Portfolio:
    """Where each account stands at the end of a day, judged among all; `where`: only those that are so.

    Raises Hidden, and NoCosts.
    """
    book.disclose("contribution_margin", "margin")
    found = _placed(book, day, at or Thresholds())
    book.used.update(found.source.tables)
    if not where:
        return found
    these = {row.account_id for row in read(book, matching(where, day))[0]}
    return replace(found, placed=tuple(one for one in found.placed if one.account_id in these))


def moves(book: Book, now: Portfolio, before: date) -> tuple[Move, ...]:
    """Which accounts have another class than on an earlier day, the largest MRR first.

    Both days are judged by the thresholds and rates of now: so what moved is the account, not the yardstick.
    """
    then = _at(book, before, now)
    found = (_move(then[one.account_id], one, now) for one in now.placed if one.account_id in then)
    return tuple(sorted(filter(None, found), key=lambda move: (-move.now.mrr, move.now.account_id)))


@lru_cache(maxsize=8)
def loyalty_classes(book: Book, day: date, at: Thresholds | None = None) -> Mapping[str, LoyaltyClass]:
    """Account id → class, of those that have one: what the contact guard's caps go by. Nothing without costs."""
    try:
        found = _placed(book, day, at or Thresholds())
    except NoCosts:
        return {}
    return {one.account_id: one.place for one in found.placed if one.place}


def discounted_margins(margin: Fraction, kept: Fraction, discount: Fraction, *, now: bool = False) -> Fraction:
    """Present value of a year's margin for as long as the account stays; `now`: the first margin comes at once."""
    return present_value(margin, kept, discount) + (margin if now else 0)


def last_year(day: date) -> Period:
    """The last twelve whole months before a day."""
    first = day.replace(day=1)
    return Period(add_months(first, -YEAR), first)


@lru_cache(maxsize=8)
def _placed(book: Book, day: date, at: Thresholds) -> Portfolio:
    """Kept as long as the same data are loaded."""
    known, found, source = _known(book, day)
    margins = [one.margin for one in known if one.margin is not None]
    if at.margin is not None:
        margin_at = int(at.margin * 10 ** get_currency_precision(book.currency))
    else:
        margin_at = max(0, median_low(margins)) if margins else 0
    stays = _stays(found, day)
    placed = tuple(_place(one, stays(one), margin_at, at.tenure) for one in known)
    return Portfolio(day, last_year(day), margin_at, at.tenure, placed, found, source, at.margin is None)


@lru_cache(maxsize=8)
def _at(book: Book, day: date, now: Portfolio) -> Mapping[str, Placed]:
    """Where accounts stood on an earlier day, by the thresholds and rates of `now`."""
    try:
        known, _, _ = _known(book, day)
    except NoCosts:
        return {}
    stays = _stays(now.rates, day)
    return {one.account_id: _place(one, stays(one), now.margin_at, now.tenure_at) for one in known}


@lru_cache(maxsize=8)
def _known(book: Book, day: date) -> tuple[tuple[Paying, ...], Rates, Source]:
    """Every paying account's circumstances, and the rates of staying, as known at the end of a day. Raises NoCosts."""
    period, reader = last_year(day), Reader(book)
    if not service_known(book, period)[0]:
        raise NoCosts
    sums, source = ledgers(book, period, Period(SINCE_EVER, day + timedelta(days=1)))
    reader.sources.append(source)
    stints, of_kind = paying_stints(reader, day), kinds(reader, day)
    ranking = rank(book, day)
    reader.sources.append(ranking.source)
    found = tuple(
        Paying(
            one.account_id, one.name, one.owner, one.segment, one.mrr_minor,
            stints[one.account_id][0][0], _months(stints[one.account_id], period),
            sums.get(one.account_id, Ledger()), of_kind.get(one.account_id, (None, None)),
            risk.at_risk, one.leaving_on, _decision(risk), (risk.chances or {}).get(180),
        )
        for risk in ranking.risks for one in [risk.standing] if one.account_id in stints
    )  # fmt: skip
    return found, rates(stints, of_kind, day, backtest(book, day)), reader.source


def _decision(risk: Risk) -> date | None:
    return None if risk.standing.signals.get("renewal_days") == inf else risk.standing.renews_on


def _months(stints: Stints, period: Period) -> int:
    """At how many of the period's month ends an account paid."""
    ends = _month_ends(period)
    return sum(any(start <= end and (until is None or end < until) for start, until in stints) for end in ends)


@lru_cache(maxsize=8)
def _month_ends(period: Period) -> list[date]:
    return [add_months(period.start, n + 1) - timedelta(days=1) for n in range(YEAR)]


def _stays(found: Rates, day: date) -> Callable[[Paying], Staying]:
    """How long each account stays, worked out once for all that are alike."""
    alike = cache(lambda kind, flagged, leaving_on, chance: staying(kind, found, flagged, leaving_on, day, chance))
    return lambda one: alike(one.kind, one.flagged, one.leaving_on, one.chance)


def _place(one: Paying, stays: Staying, margin_at: int, tenure_at: int) -> Placed:
    place = None if one.margin is None else _class(one.margin >= margin_at, stays.months >= tenure_at)
    return Placed(**vars(one), staying=stays, place=place)


def _class(profitable: bool, lasting: bool) -> LoyaltyClass:
    if profitable:
        return "true_friends" if lasting else "butterflies"
    return "barnacles" if lasting else "strangers"


def _move(before: Placed, now: Placed, found: Portfolio) -> Move | None:
    if None in (before.place, now.place) or before.place == now.place:
        return None
    axes: list[Axis] = []
    if ((before.margin or 0) >= found.margin_at) != ((now.margin or 0) >= found.margin_at):
        axes.append("margin")
    if (before.staying.months >= found.tenure_at) != (now.staying.months >= found.tenure_at):
        axes.append("tenure")
    return Move(before, now, tuple(axes))
