"""Customer lifetime value."""

from collections.abc import Callable
from fractions import Fraction

from tools.metrics._lifetime import YEARLY, present_value, present_value_over
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Composed, Definition, Term, metric
from tools.metrics._worth import EACH, worth_of_each
from tools.metrics.average_revenue_per_account import average_revenue_per_account
from tools.metrics.customer_acquisition_cost import customer_acquisition_cost
from tools.metrics.gross_margin import gross_margin
from tools.metrics.retention_rate import retention_rate

HORIZON = 5
"""Years of the variant that does not go on for ever."""


@metric(unit="money", standard="first_margin_in_a_year", secret="lifetime")
def customer_lifetime_value(book: Book, period: Period) -> Composed:
    """Customer lifetime value (CLV).

    Present value of the margin that an average account brings, year after year for as long as it is kept. Its inputs
    are a year's margin m (ARPA at the end of the period × 12 × gross margin), the yearly retention rate r, both of the
    twelve months to that day, and a discount rate d of 10% a year. The first margin comes in a year.

        CLV = Σ m × rᵗ ÷ (1 + d)ᵗ, t = 1, 2, … = m × r ÷ (1 + d − r)

    Reference: article 002; Gupta, Lemmens and Reichheld, as relayed by the Frameworks Library (m02).
    """
    return _of_inputs(period, present_value)


@customer_lifetime_value.variant("first_margin_now")
def _first_margin_now(book: Book, period: Period) -> Composed:
    """The first margin comes at once: Σ m × rᵗ ÷ (1 + d)ᵗ from t = 0, that is m × (1 + d) ÷ (1 + d − r); exactly one
    year's margin more.
    """
    return _of_inputs(period, lambda margin, kept, discount: margin + present_value(margin, kept, discount))


@customer_lifetime_value.variant("five_years")
def _five_years(book: Book, period: Period) -> Composed:
    """Only the margins of the next five years: nobody knows what comes after them."""
    return _of_inputs(period, lambda *inputs: present_value_over(HORIZON, *inputs))


@customer_lifetime_value.variant("less_acquisition_cost")
def _less_acquisition_cost(book: Book, period: Period) -> Composed:
    """Gupta, Lemmens and Reichheld: m × r ÷ (1 + d − r) − AC, the acquisition cost of one account; the CAC of the
    period.
    """
    cost = Term(customer_acquisition_cost, period)
    return _of_inputs(period, lambda *inputs, cost: present_value(*inputs) - cost, cost=cost)


@customer_lifetime_value.cut(EACH)
def _each_account(discount: str) -> Definition:
    """Of each account by itself, and summed: m is its own contribution margin of a year and r its own chance to stay
    one, not those of an average account; the discount rate is the one that is named.
    """
    return worth_of_each(discount)


def _of_inputs(period: Period, formula: Callable[..., Fraction], **more: Term) -> Composed:
    """A formula over a year's margin, the yearly retention and the discount rate."""
    year = period.trailing_year()
    inputs = {
        "arpa": Term(average_revenue_per_account, period),
        "margin": Term(gross_margin, year),
        "retention": Term(retention_rate, year),
    }

    def valued(arpa: Fraction, margin: Fraction, retention: Fraction, **others: Fraction) -> Fraction:
        return formula(12 * arpa * margin, retention, YEARLY, **others)

    return Composed({**inputs, **more}, valued)
