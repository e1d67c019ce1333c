"""MRR at risk."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Listed, metric
from tools.metrics._risk import Ranking, Risk, rank

AHEAD = 90
"""Days to a renewal that is near."""


@metric(unit="money", usual="day")
def mrr_at_risk(book: Book, period: Period) -> Listed:
    """MRR at risk.

    MRR, at the end of the period, of the accounts whose risk score reaches the threshold of what scores them, the
    scorecard or a fitted model; those that have already cancelled are not at risk any more but leaving. It is never
    multiplied by a probability, not even by one that was calibrated.

        MRR at risk = Σ MRR of accounts with risk score ≥ threshold

    Reference: this project, ARCHITECTURE.md, "Risk".
    """
    found = rank(book, period.last_day)
    return _listed(found.at_risk, found)


@mrr_at_risk.variant("renewing_in_90_days")
def _renewing_in_90_days(book: Book, period: Period) -> Listed:
    """Only accounts whose renewal lies within 90 days after the period: those with a decision ahead."""
    found = rank(book, period.last_day)
    until = period.last_day + timedelta(days=AHEAD)
    return _listed(
        [risk for risk in found.at_risk if risk.standing.renews_on and risk.standing.renews_on <= until], found
    )


def _listed(risks: Sequence[Risk], found: Ranking) -> Listed:
    return Listed({risk.standing.account_id: risk for risk in risks}, _rows, found.source)


def _rows(risk: Risk) -> list[dict[str, Any]]:
    standing = risk.standing
    return [{
        "account_id": standing.account_id, "name": standing.name, "score": risk.score, "renews_on": standing.renews_on,
        "part": standing.mrr_minor,
    }]  # fmt: skip
