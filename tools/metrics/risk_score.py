"""Risk score."""

from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Listed, metric
from tools.metrics._risk import rank


@metric(unit="score", usual="day")
def risk_score(book: Book, period: Period) -> Listed:
    """Risk score.

    How many of the scorecard's 100 points an account's known signs of risk add up to at the end of the period. It is
    one account's: over several accounts it is the sum of their points.

        Risk score = Σ points of each driver (usage lost, silence, urgent tickets, NPS, overdue invoices, sponsor
        left, contraction, renewal ahead, goals behind), see `_scorecard.yml`

    Reference: this project, ARCHITECTURE.md, "Risk".
    """
    found = rank(book, period.last_day)
    return Listed(
        tuple(
            {"account_id": risk.standing.account_id, "name": risk.standing.name, "driver": c.driver, "part": c.points}
            for risk in found.risks
            for c in risk.contributions
        ),
        found.source,
    )
