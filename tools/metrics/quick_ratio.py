"""Quick ratio."""

from tools.metrics._flows import flows
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where
from tools.metrics._registry import Measured, metric, ratio


@metric(unit="ratio", standard="baremetrics")
def quick_ratio(book: Book, period: Period, where: Where) -> Measured:
    """Quick ratio.

    How much MRR is gained for each unit lost. Reactivation is left out; not defined where nothing was lost.

        Quick ratio = (new + expansion) ÷ (contraction + churn)

    Reference: Baremetrics changelog, "Quick Ratio".
    """
    found = flows(book, period, where)
    moved = found.movements
    return ratio(moved["new"] + moved["expansion"], -moved["contraction"] - moved["churn"]), found.source


@quick_ratio.variant("with_reactivation")
def _with_reactivation(book: Book, period: Period, where: Where) -> Measured:
    """Reactivation counts as gained: (new + expansion + reactivation) ÷ (contraction + churn). Common usage."""
    found = flows(book, period, where)
    moved = found.movements
    gained = moved["new"] + moved["expansion"] + moved["reactivation"]
    return ratio(gained, -moved["contraction"] - moved["churn"]), found.source
