"""Whether a fit still holds: how the scores have moved since, and whether as many accounts leave as then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import log

from tools.metrics._backtest import HORIZON
from tools.metrics._fitted import Fitted
from tools.metrics._fitting import shares
from tools.metrics._opening import Book
from tools.metrics._proportions import wilson
from tools.metrics._risk import left_between, rank

MOVED = 0.25
"""A population stability index above this is called a major change (common usage in credit scoring)."""
OLD = 45
"""Days after which a fit is made anew."""
LEAST, TENTHS = 0.001, 10


@dataclass(frozen=True)
class Drift:
    """`psi` of the scores since the fit; the share of accounts lost in the last 90 days beside that of the backtest."""

    age: int
    psi: float
    lost: float
    lost_then: float
    chance: float
    """What the index of so few accounts may be by chance."""
    more_leave: bool
    fewer_leave: bool

    @property
    def has_moved(self) -> bool:
        return self.psi > MOVED + self.chance or self.more_leave or self.fewer_leave

    @property
    def is_old(self) -> bool:
        return self.age > OLD


def drift(book: Book, fitted: Fitted, day: date) -> Drift:
    """How a fit holds on a day. An account base as small as a few dozen moves by chance alone: intervals decide."""
    ranking, before = rank(book, day), rank(book, day - HORIZON)
    left = left_between(book, day - HORIZON, day)
    paid = [risk for risk in before.risks if not risk.standing.leaving_on]
    lost = sum(risk.standing.account_id in left for risk in paid)
    low, high = wilson(lost, len(paid))
    then = fitted.record.base_rate if fitted.record else 0.0
    moved = psi(fitted.scores, shares([risk.score for risk in ranking.risks]))
    return Drift(
        (day - fitted.fitted_on).days, moved, lost / len(paid) if paid else 0.0, then,
        4 * (TENTHS - 1) / max(len(ranking.risks), 1), low > then > 0, high < then
    )  # fmt: skip


def psi(then: Sequence[float], now: Sequence[float]) -> float:
    """The population stability index: Σ (now − then) × ln(now ÷ then), over tenths of the score."""
    pairs = [(max(before, LEAST), max(after, LEAST)) for before, after in zip(then, now, strict=True)]
    return sum((after - before) * log(after / before) for before, after in pairs)
