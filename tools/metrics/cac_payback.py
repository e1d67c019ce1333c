"""CAC payback."""

from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Composed, Definition, Term, metric, ratio
from tools.metrics._worth import BOOKED, EACH, PACE
from tools.metrics.average_revenue_per_account import average_revenue_per_account
from tools.metrics.contribution_margin import contribution_margin
from tools.metrics.customer_acquisition_cost import customer_acquisition_cost
from tools.metrics.gross_margin import gross_margin


@metric(unit="months", secret="lifetime")
def cac_payback(book: Book, period: Period) -> Composed:
    """CAC payback.

    Months until the margin of a new account has paid back what it cost to win: CAC and the MRR of the accounts won,
    both of the period, and the gross margin of the twelve months to its end. Not defined where nobody was won or
    nothing is known of costs.

        CAC payback = CAC ÷ (average MRR of a new account × gross margin)

    Reference: common usage (cust.co, mrrcanvas, cashquil).
    """
    return Composed(
        {**_cac_and_arpa(period), "margin": _margin(period)}, lambda cac, arpa, margin: ratio(cac, arpa * margin)
    )


@cac_payback.variant("without_margin")
def _without_margin(book: Book, period: Period) -> Composed:
    """CAC ÷ average MRR of a new account: as if serving it cost nothing, which flatters."""
    return Composed(_cac_and_arpa(period), lambda cac, arpa: ratio(cac, arpa))


@cac_payback.variant("finmark_misprint")
def _finmark_misprint(book: Book, period: Period) -> Composed:
    """Finmark prints "(CAC / Avg MRR * Gross Margin%)": read literally it multiplies by the margin instead of dividing
    by it, so a worse margin pays back sooner. Here to recognise the number by, not to use it.
    """
    return Composed(
        {**_cac_and_arpa(period), "margin": _margin(period)}, lambda cac, arpa, margin: ratio(cac * margin, arpa)
    )


@cac_payback.cut(EACH)
def _each_account(_: str) -> Definition:
    """Of each account by itself: the acquisition costs that are booked on it, over a twelfth of its own margin of a
    year.
    """
    return lambda book, period: Composed(
        {
            "cac": Term(customer_acquisition_cost, period, BOOKED),
            "margin": Term(contribution_margin, period, PACE),
        },
        lambda cac, margin: ratio(12 * cac, margin),
    )


def _cac_and_arpa(period: Period) -> dict[str, Term]:
    new = Term(average_revenue_per_account, period, "new_accounts")
    return {"cac": Term(customer_acquisition_cost, period), "arpa": new}


def _margin(period: Period) -> Term:
    return Term(gross_margin, period.trailing_year())
