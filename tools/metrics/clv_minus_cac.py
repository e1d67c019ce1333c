"""CLV minus CAC."""

from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Composed, Definition, Term, metric
from tools.metrics._worth import BOOKED, EACH
from tools.metrics.customer_acquisition_cost import customer_acquisition_cost
from tools.metrics.customer_lifetime_value import customer_lifetime_value
from tools.metrics.lifetime_value import lifetime_value


@metric(unit="money", secret="lifetime")
def clv_minus_cac(book: Book, period: Period) -> Composed:
    """CLV minus CAC (unit economics).

    What an average account is worth over its life, after what it cost to win. The difference says how much one customer
    earns; the ratio of the two, `ltv_to_cac`, says how hard the money works.

        CLV − CAC = customer lifetime value, first margin in a year − customer acquisition cost

    Reference: article 004, where unit economics is the difference.
    """
    return _less_cac(Term(customer_lifetime_value, period), period)


@clv_minus_cac.variant("first_margin_now")
def _first_margin_now(book: Book, period: Period) -> Composed:
    """The first margin comes at once: one year's margin more."""
    return _less_cac(Term(customer_lifetime_value, period, "first_margin_now"), period)


@clv_minus_cac.variant("simple")
def _simple(book: Book, period: Period) -> Composed:
    """LTV with gross margin, not discounted, less CAC: the same two figures that LTV:CAC divides."""
    return _less_cac(Term(lifetime_value, period, "gross_margin"), period)


@clv_minus_cac.cut(EACH)
def _each_account(discount: str) -> Definition:
    """Of each account by itself: its own CLV at the discount rate that is named, less the acquisition costs that are
    booked on it.
    """
    return lambda book, period: Composed(
        {
            "clv": Term(customer_lifetime_value, period, f"{EACH}:{discount}"),
            "cac": Term(customer_acquisition_cost, period, BOOKED),
        },
        lambda clv, cac: clv - cac,
    )


def _less_cac(value: Term, period: Period) -> Composed:
    return Composed({"clv": value, "cac": Term(customer_acquisition_cost, period)}, lambda clv, cac: clv - cac)
