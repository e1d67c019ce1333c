"""How well one list of accounts at risk did: as it would have stood on a day, against what happened afterwards.

Nothing dated later than its day is read for the list (`rank`), nothing dated earlier for the outcome.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from math import exp, lgamma
from typing import Any, Literal

from sqlalchemy import select

from tools.metrics._figure import EMPTY
from tools.metrics._flows import each_account
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._proportions import wilson
from tools.metrics._query import Where, read
from tools.metrics._risk import Risk, card_in_force, fit_in_force, rank, ranked, weights_in_force
from tools.metrics._risk_changes import flagged
from tools.metrics._scorecard import Scorecard

Became = Literal["left", "contracted", "stayed", "grew"]


@dataclass(frozen=True)
class Followed:
    """An account and what became of it; `mrr_minor`: at the end, reporting currency."""

    risk: Risk
    became: Became
    mrr_minor: int

    @property
    def left(self) -> bool:
        return self.became == "left"


@dataclass(frozen=True)
class RiskRecord:
    """Everybody who was judged at the end of `day`, followed over `period`, which begins the day after.

    Accounts whose cancellation was known by then are left out: flagging them is no feat.
    """

    day: date
    period: Period
    card: Scorecard
    """What the list was made with."""
    followed: tuple[Followed, ...]

    @cached_property
    def listed(self) -> tuple[Followed, ...]:
        """Those that were on the list, in its order."""
        return tuple(each for each in self.followed if flagged(each.risk))

    @cached_property
    def others(self) -> tuple[Followed, ...]:
        return tuple(each for each in self.followed if not flagged(each.risk))

    @property
    def caught(self) -> int:
        return lost(self.listed)

    @property
    def lost(self) -> int:
        return lost(self.followed)

    @property
    def lift(self) -> Fraction | None:
        """How many times likelier an account on the list left than any account; None where nothing can be said."""
        if not self.listed or not self.lost:
            return None
        return Fraction(self.caught, len(self.listed)) / Fraction(self.lost, len(self.followed))

    @property
    def chance(self) -> float | None:
        """How likely a list of as many accounts drawn by lot catches at least as many that left."""
        if not self.listed or not self.lost:
            return None
        return at_least(self.caught, len(self.listed), self.lost, len(self.followed))


def lost(followed: Sequence[Followed]) -> int:
    """How many of them left."""
    return sum(each.left for each in followed)


def lost_mrr(followed: Sequence[Followed]) -> int:
    """What those that left had paid on the day of the list, minor units."""
    return sum(each.risk.standing.mrr_minor for each in followed if each.left)


def risk_record(book: Book, period: Period, where: Where = EMPTY) -> RiskRecord:
    """The list of the evening before the period, and what became of everybody by its end.

    A model that was fitted later has seen the outcome: then the scorecard makes the list, which nothing was fitted to.
    """
    day = period.start - timedelta(days=1)
    card = _blind_card(book, day)
    ids = {risk.standing.account_id for risk in rank(book, day, where).risks}
    scored = (risk for risk in ranked(book, day, card).risks if risk.standing.account_id in ids)
    judged = [risk for risk in scored if not risk.standing.leaving_on]
    each = each_account(period).c
    rows, _ = read(book, select(each.account_id, each.opening, each.closing, each.contraction, each.churn_n))
    ended = {row.account_id: row for row in rows}
    return RiskRecord(day, period, card, tuple(_followed(risk, ended[risk.standing.account_id]) for risk in judged))


def _blind_card(book: Book, day: date) -> Scorecard:
    """The scorer in force, unless it learnt from what came after the day."""
    fitted, card = fit_in_force(book), card_in_force(book)
    learnt_later = card.kind == "model" and (fitted is None or fitted.fitted_on > day)
    return weights_in_force(book) if learnt_later else card


def _followed(risk: Risk, row: Any) -> Followed:
    closing = int(row.closing)
    if row.churn_n:
        return Followed(risk, "left", closing)
    if row.contraction < 0 and closing < row.opening:
        return Followed(risk, "contracted", closing)
    return Followed(risk, "grew" if closing > row.opening else "stayed", closing)


def at_least(caught: int, drawn: int, lost: int, everybody: int) -> float:
    """The chance that `drawn` accounts, drawn by lot from `everybody` of whom `lost` left, hold at least `caught` of
    those (hypergeometric)."""
    whole = _log_ways(everybody, drawn)
    most = min(drawn, lost)
    ways = (
        _log_ways(lost, n) + _log_ways(everybody - lost, drawn - n) - whole
        for n in range(caught, most + 1) if drawn - n <= everybody - lost
    )  # fmt: skip
    return min(1.0, sum(map(exp, ways)))


def _log_ways(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def interval(n: int, of: int) -> tuple[Fraction, Fraction]:
    """The 95% interval of a share (Wilson 1927): from, to. `of` must not be 0."""
    low, high = wilson(n, of)
    return Fraction(low).limit_denominator(10_000), Fraction(high).limit_denominator(10_000)
