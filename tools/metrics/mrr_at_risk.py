"""MRR at risk."""

from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Listed, metric
from tools.metrics._risk import rank


@metric(unit="money")
def mrr_at_risk(book: Book, period: Period) -> Listed:
    """MRR at risk.

    MRR, at the end of the period, of the accounts whose risk score reaches the scorecard's threshold; those that have
    already cancelled are not at risk any more but leaving. It is never multiplied by a probability that nobody has
    calibrated.

        MRR at risk = Σ MRR of accounts with risk score ≥ threshold

    Reference: this project, ARCHITECTURE.md, "Risk".
    """
    found = rank(book, period.last_day)
    rows = ((risk.standing, risk.standing.mrr_minor, risk.score) for risk in found.at_risk)
    return Listed(
        tuple({"account_id": s.account_id, "name": s.name, "score": score, "part": mrr} for s, mrr, score in rows),
        found.source,
    )
