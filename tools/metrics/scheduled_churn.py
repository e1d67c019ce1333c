"""Scheduled churn."""

from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Listed, metric
from tools.metrics._risk import rank


@metric(unit="money")
def scheduled_churn(book: Book, period: Period) -> Listed:
    """Scheduled churn.

    MRR, at the end of the period, of the accounts that still pay and whose every contract was by then known to end.
    It is no churned MRR yet: that is counted on the day on which the last contract ends.

        Scheduled churn = Σ MRR of accounts whose cancellation is known and takes effect later

    Reference: ChartMogul help 201244842, "Churned MRR" (counted when it takes effect; what is pending stands apart).
    """
    found = rank(book, period.last_day)
    rows = (risk.standing for risk in found.leaving)
    return Listed(
        tuple(
            {"account_id": s.account_id, "name": s.name, "leaving_on": s.leaving_on, "part": s.mrr_minor} for s in rows
        ),
        found.source,
    )
