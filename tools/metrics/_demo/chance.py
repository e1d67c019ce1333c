"""Repeatable chance: every subject has its own stream, so a change in one place moves nothing elsewhere."""

import math
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from random import Random
from typing import TypeVar

Thing = TypeVar("Thing")


def stream(seed: int, subject: str, number: int = 0) -> Random:
    """The stream of one subject, for instance the contracts of account 12."""
    return Random(f"{seed}/{subject}/{number}")


def pick(rng: Random, weights: Mapping[Thing, float]) -> Thing:
    """One key, as likely as its weight says."""
    return rng.choices(list(weights), list(weights.values()))[0]


def count(rng: Random, mean: float) -> int:
    """A Poisson number: how often something happens that happens `mean` times on average."""
    limit, number, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        number, product = number + 1, product * rng.random()
    return number


def between(rng: Random, first: date, last: date) -> date:
    """Any day from `first` to `last`, both included; `first` if the range is empty."""
    return first + timedelta(days=rng.randint(0, max(0, (last - first).days)))


def every(rng: Random, first: date, end: date, days: int, jitter: int) -> Iterator[date]:
    """Days from `first` up to, not including, `end`, `days` apart, give or take."""
    day = first
    while day < end:
        yield day
        day += timedelta(days=max(1, days + rng.randint(-jitter, jitter)))
