"""Quick ratio."""

from sqlalchemy import select

from tools.metrics._flows import each_account
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="ratio", standard="baremetrics", of_money=True)
def quick_ratio(book: Book, period: Period) -> Rows:
    """Quick ratio.

    How much MRR is gained for each unit lost. Reactivation is left out; not defined where nothing was lost.

        Quick ratio = (new + expansion) ÷ (contraction + churn)

    Reference: Baremetrics changelog, "Quick Ratio".
    """
    each = each_account(period)
    gained, lost = each.c.new + each.c.expansion, -each.c.contraction - each.c.churn
    return select(each.c.account_id, gained.label("part"), lost.label("whole"))


@quick_ratio.variant("with_reactivation")
def _with_reactivation(book: Book, period: Period) -> Rows:
    """Reactivation counts as gained: (new + expansion + reactivation) ÷ (contraction + churn). Common usage."""
    each = each_account(period)
    gained = each.c.new + each.c.expansion + each.c.reactivation
    lost = -each.c.contraction - each.c.churn
    return select(each.c.account_id, gained.label("part"), lost.label("whole"))
