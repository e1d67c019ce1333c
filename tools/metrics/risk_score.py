"""Risk score."""

from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Listed, metric
from tools.metrics._risk import rank


@metric(unit="score", usual="day")
def risk_score(book: Book, period: Period) -> Listed:
    """Risk score.

    What an account's known signs of risk add up to at the end of the period, out of 100 points: by the scorecard, or by
    a model fitted to the company's own losses where that ranked them better on past days. It is one account's: over
    several accounts it is the sum of their points.

        Risk score = points at the start (none by the scorecard) + Σ points of each known sign (usage, tickets, NPS and
        CSAT, silence, invoices, contract, commitments, goals); `retention risk show` prints each step

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
