"""Risk score."""

from typing import Any

from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Listed, metric
from tools.metrics._risk import Risk, rank


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
    return Listed(found.by_id, _rows, found.source)


def _rows(risk: Risk) -> list[dict[str, Any]]:
    standing = risk.standing
    return [
        {"account_id": standing.account_id, "name": standing.name, "driver": each.driver, "part": each.points}
        for each in risk.contributions
    ]
