"""What really happens to an account. None of this is ever written: the files show only what it causes."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Literal

from tools.metrics._demo.chance import between, pick
from tools.metrics._period import add_months

Cause = Literal["value", "champion", "competitor", "budget"]
Channel = Literal["usage", "tickets", "payment", "mood", "silence"]

CAUSES: dict[Cause, float] = {"value": 0.36, "champion": 0.22, "competitor": 0.2, "budget": 0.22}
SHOWS_IN: dict[Channel, dict[Cause, float]] = {
    "usage": {"value": 0.9, "champion": 0.6, "competitor": 0.7, "budget": 0.1},
    "tickets": {"value": 1.0, "champion": 0.0, "competitor": 0.5, "budget": 0.0},
    "payment": {"value": 0.15, "champion": 0.1, "competitor": 0.1, "budget": 1.0},
    "mood": {"value": 0.9, "champion": 0.5, "competitor": 0.8, "budget": 0.4},
    "silence": {"value": 0.5, "champion": 0.95, "competitor": 0.6, "budget": 0.5},
}
NOTICE_DAYS = {1: (2, 25), 3: (12, 50), 12: (25, 95)}
"""How long before the end of a term of so many months the customer says that it will leave."""
CHANCE_TO_LEAVE = {1: (0.0055, 0.47), 3: (0.017, 0.85), 12: (0.045, 1.1)}
"""At the end of a term: without any trouble, and what trouble at its worst adds."""
PATIENCE = timedelta(days=50)
"""How long trouble is borne before it counts in a decision."""
DAYS_OF_PEACE = 380
"""Usual time between two troubles."""
GROWS_FOR = timedelta(days=50)
MENDS_FOR = timedelta(days=40)


@dataclass(frozen=True)
class Trouble:
    """Something that may make a customer leave: it grows, lasts and mends; `lag` is how late it shows."""

    cause: Cause
    begins: date
    ends: date
    depth: float
    danger: float
    seen: float
    lag: timedelta

    def strength(self, day: date) -> float:
        if day <= self.begins or day >= self.ends + MENDS_FOR:
            return 0.0
        grown = min(1.0, (day - self.begins) / GROWS_FOR)
        mended = max(0.0, (day - self.ends) / MENDS_FOR)
        return self.depth * grown * (1.0 - mended)


@dataclass(frozen=True)
class Stint:
    """One time as a customer. `left` is the first day without service, even ahead; `told_on` is not."""

    joined: date
    paid_from: date
    left: date | None = None
    told_on: date | None = None
    cause: Cause | None = None

    def end(self, today: date) -> date:
        """The first day on which nothing more happens: the day it left, or tomorrow."""
        tomorrow = today + timedelta(days=1)
        return min(self.left, tomorrow) if self.left else tomorrow


def troubles_of(rng: Random, joined: date, today: date, fitness: float) -> list[Trouble]:
    """The troubles of one stint; a less fit customer meets them more often."""
    found = []
    day = joined + _peace(rng, fitness)
    while day < today:
        found.append(_trouble(rng, day))
        day = found[-1].ends + MENDS_FOR + _peace(rng, fitness)
    return found


def _peace(rng: Random, fitness: float) -> timedelta:
    return timedelta(days=int(rng.expovariate(1 / (DAYS_OF_PEACE * fitness))))


def _trouble(rng: Random, begins: date) -> Trouble:
    return Trouble(
        cause=pick(rng, CAUSES),
        begins=begins,
        ends=begins + timedelta(days=rng.randint(80, 220)),
        depth=rng.uniform(0.5, 1.0),
        danger=pick(rng, {0.0: 0.25, 0.8: 0.4, 1.3: 0.35}),
        seen=pick(rng, {0.0: 0.15, 0.7: 0.25, 1.0: 0.6}),
        lag=timedelta(days=rng.randint(2, 24)),
    )


def live(rng: Random, joined: date, paid_from: date, term: int, troubles: list[Trouble], today: date) -> Stint:
    """Stay from term to term until one is not renewed, or until today."""
    quiet, troubled = CHANCE_TO_LEAVE[term]
    for terms in range(1, 1000):
        end = add_months(paid_from, terms * term)
        decided = end - timedelta(days=rng.randint(*NOTICE_DAYS[term]))
        if decided > today:
            break
        threats = {trouble.cause: trouble.danger * trouble.strength(decided - PATIENCE) ** 1.6 for trouble in troubles}
        if rng.random() < quiet + troubled * sum(threats.values()):
            return Stint(joined, paid_from, end, decided, _main(threats))
    return Stint(joined, paid_from)


def _main(threats: dict[Cause, float]) -> Cause | None:
    worst = max(threats, key=lambda cause: threats[cause], default=None)
    return worst if worst and threats[worst] > 0.15 else None


def returns_on(rng: Random, stint: Stint, today: date) -> date | None:
    """The day on which a customer that left comes back, if it does."""
    if stint.left is None or rng.random() > 0.14:
        return None
    day = between(rng, stint.left + timedelta(days=45), stint.left + timedelta(days=300))
    return day if day <= today else None
