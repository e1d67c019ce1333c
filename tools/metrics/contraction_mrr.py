"""Contraction MRR."""

from sqlalchemy import select

from tools.metrics._flows import movements
from tools.metrics._notices import contractions
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="money")
def contraction_mrr(book: Book, period: Period) -> Rows:
    """Contraction MRR.

    Every decrease of an account's MRR that leaves it paying, the end of one of several contracts included.
    Given as a negative amount.

        Contraction MRR = Σ decreases, per account and day, where the account goes on paying

    Reference: ChartMogul help 201244842, "Contraction MRR".
    """
    return movements(period, "contraction")


@contraction_mrr.variant("without_ended_contracts")
def _without_ended_contracts(book: Book, period: Period) -> Rows:
    """Stripe: a cancelled subscription is churn, also of an account that keeps another one, so only seats, prices,
    pauses and discounts contract.
    """
    each = contractions(period).c
    return select(each.account_id, each.on_day, each.reduced.label("part")).where(each.reduced != 0)
