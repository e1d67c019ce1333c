"""Shares that were counted from few: where they may lie in truth, and how far apart two may be."""

from fractions import Fraction
from math import sqrt
from typing import NamedTuple

Z = 1.959964
"""Of the normal distribution, for 95%."""
_EXACT = 10**9


class Interval(NamedTuple):
    """From `low` to `high`, with 95% confidence."""

    low: Fraction
    high: Fraction

    @property
    def holds_zero(self) -> bool:
        """No difference is shown: it may as well be none."""
        return self.low <= 0 <= self.high


def difference(part: int, whole: int, other_part: int, other_whole: int) -> Interval | None:
    """The interval of part ÷ whole − other_part ÷ other_whole; None where one of them is counted from nothing.

    Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine 17
    (1998), method 10: the bounds of Wilson's intervals, put together.
    """
    if not whole or not other_whole:
        return None
    share, other = part / whole, other_part / other_whole
    (low, high), (other_low, other_high) = wilson(part, whole), wilson(other_part, other_whole)
    apart = share - other
    lowest = apart - sqrt((share - low) ** 2 + (other_high - other) ** 2)
    highest = apart + sqrt((high - share) ** 2 + (other - other_low) ** 2)
    return Interval(_exactly(lowest), _exactly(highest))


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Wilson's interval of a share (1927), with 95% confidence; anything is possible where nothing was counted."""
    if not whole:
        return 0.0, 1.0
    share, spread = part / whole, Z * sqrt(Z**2 + 4 * part * (1 - part / whole))
    centre, scale = 2 * whole * share + Z**2, 2 * (whole + Z**2)
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def _exactly(value: float) -> Fraction:
    return Fraction(value).limit_denominator(_EXACT)
