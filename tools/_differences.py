"""Differences in numbers that add up as they are shown."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from tools.metrics import Change, Comparison, Unit

STEPS: dict[Unit, Fraction] = {
    "percent": Fraction(1, 10_000),
    "ratio": Fraction(1, 100),
    "money": Fraction(1),
    "count": Fraction(1),
    "measure": Fraction(1, 100),
}
"""The smallest amount that is shown of a unit; of others a tenth."""


def adding_up(parts: Sequence[Fraction], total: int) -> list[int]:
    """The parts as whole numbers that add up to the total: each is rounded down, and those with the largest remainders
    get one more."""
    whole = [floor(part) for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda n: whole[n] - parts[n])
    for n in range(total - sum(whole)):
        whole[by_remainder[n % len(parts)]] += 1
    for n in range(sum(whole) - total):
        whole[by_remainder[-1 - n % len(parts)]] -= 1
    return whole


def effects_shown(found: Comparison, effects: Sequence[Fraction]) -> list[Change]:
    """Effects on a figure as they are shown: they add up to the difference of the two figures as those are shown."""
    unit, step = found.standard.unit, STEPS.get(found.standard.unit, Fraction(1, 10))
    one, two = (round(Fraction(figure.value or 0) / step) for figure in (found.standard, found.variant))
    shown = adding_up([effect / step for effect in effects], two - one) if effects else []
    return [Change(steps * step, unit, found.standard.currency) for steps in shown]
