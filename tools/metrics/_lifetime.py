"""What a customer is worth over time: the sums and the periods that its metrics share."""

from fractions import Fraction

from tools.metrics._period import Period

MONTHLY = Fraction(1, 100)
"""Discount of a month."""
YEARLY = Fraction(10, 100)
"""Discount of a year."""
TRAILING = 6
"""Months over which ChartMogul averages churn."""


def present_value(margin: Fraction, kept: Fraction, discount: Fraction) -> Fraction:
    """m·r ÷ (1 + d − r): a margin at the end of each period for ever, as long as the customer is kept."""
    return margin * kept / (1 + discount - kept)


def present_value_over(periods: int, margin: Fraction, kept: Fraction, discount: Fraction) -> Fraction:
    """Σ m·rᵗ ÷ (1 + d)ᵗ for t = 1 … so many periods."""
    return sum((margin * (kept / (1 + discount)) ** t for t in range(1, periods + 1)), Fraction(0))


def month_of(period: Period) -> Period:
    """The month in which the period ends."""
    return Period.containing(period.last_day, "month")


def months_before(period: Period) -> list[Period]:
    """The six months before the one in which the period ends, the latest first."""
    months = [month_of(period)]
    for _ in range(TRAILING):
        months.append(months[-1].previous())
    return months[1:]
