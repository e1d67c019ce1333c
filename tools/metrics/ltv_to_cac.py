"""LTV to CAC."""

from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Composed, Definition, Term, metric, ratio
from tools.metrics._worth import BOOKED, EACH
from tools.metrics.customer_acquisition_cost import customer_acquisition_cost
from tools.metrics.customer_lifetime_value import customer_lifetime_value
from tools.metrics.lifetime_value import lifetime_value


@metric(unit="ratio", secret="lifetime")
def ltv_to_cac(book: Book, period: Period) -> Composed:
    """LTV to CAC (LTV:CAC).

    How many times over an average account gives back, as margin, what it costs to win one. That it should be at least 3
    is a rule of thumb, not a law. The difference of the two, in money, is `clv_minus_cac`.

        LTV:CAC = LTV with gross margin ÷ CAC

    Reference: common usage; ChartMogul names the rule of thumb.
    """
    return _over_cac(Term(lifetime_value, period, "gross_margin"), period)


@ltv_to_cac.variant("clv")
def _clv(book: Book, period: Period) -> Composed:
    """The discounted value instead of the simple one: CLV ÷ CAC, first margin in a year."""
    return _over_cac(Term(customer_lifetime_value, period), period)


@ltv_to_cac.variant("without_margin")
def _without_margin(book: Book, period: Period) -> Composed:
    """ChartMogul's LTV, revenue and not margin, ÷ CAC: higher than what is earned."""
    return _over_cac(Term(lifetime_value, period), period)


@ltv_to_cac.cut(EACH)
def _each_account(discount: str) -> Definition:
    """Of each account by itself: its own CLV at the discount rate that is named, over the acquisition costs that are
    booked on it.
    """
    return lambda book, period: Composed(
        {
            "ltv": Term(customer_lifetime_value, period, f"{EACH}:{discount}"),
            "cac": Term(customer_acquisition_cost, period, BOOKED),
        },
        lambda ltv, cac: ratio(ltv, cac),
    )


def _over_cac(value: Term, period: Period) -> Composed:
    return Composed({"ltv": value, "cac": Term(customer_acquisition_cost, period)}, lambda ltv, cac: ratio(ltv, cac))
