"""Risk score."""

from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where
from tools.metrics._registry import Measured, metric
from tools.metrics._risk import rank


@metric(unit="score")
def risk_score(book: Book, period: Period, where: Where) -> Measured:
    """Risk score.

    How many of the scorecard's 100 points an account's known signs of risk add up to at the end of the period. Only
    one account has a score: not defined where the attributes given match none or several.

        Risk score = Σ points of each driver (usage lost, silence, urgent tickets, NPS, overdue invoices, sponsor
        left, contraction, renewal ahead, goals behind), see `_scorecard.yml`

    Reference: this project, ARCHITECTURE.md, "Risk".
    """
    found = rank(book, period.last_day, where)
    return found.risks[0].score if len(found.risks) == 1 else None, found.source
