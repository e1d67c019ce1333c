"""Fitting: points and chances learnt from the company's own losses, tried against the scorecard on past days."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING

from tools.metrics._additive import Additive, Lesson, learn
from tools.metrics._backtest import Outcome, measured
from tools.metrics._fitted import Fitted, Why
from tools.metrics._opening import Book
from tools.metrics._past import History, Seen, history, until_known
from tools.metrics._risk import ranked, weights_in_force
from tools.metrics._scorecard import HORIZONS, Driver, Hazard, Kind, Scorecard

if TYPE_CHECKING:
    from tools.metrics._additive import Floats

RISES: Mapping[str, int] = {
    "usage_drop": 1, "usage_gap": 1, "features_dropped": 1, "breadth": -1, "seats_used": -1, "events_per_seat": -1,
    "not_activated": 1, "silence": 1, "urgent_tickets": 1, "critical_days": 1, "reopened": 1, "fcr": -1,
    "days_to_solve": 1, "nps": -1, "nps_age": 0, "csat": -1, "csat_age": 0, "overdue_days": 1, "sponsor_left": 1,
    "contraction": 1, "price_ahead": 1, "renewal_days": 0, "notice_left": 0, "late_commitments": 1,
    "tenure": 0,
}  # fmt: skip
"""The signs that are learnt from: 1 where more is never safer, −1 where more is never riskier."""
FEWEST_LOSSES = 30
"""Accounts that must have been lost for points to be learnt, and half as many in what they are tried on."""
FLAGGED, HIGH = 0.10, 0.03
"""Shares of the accounts, in the past, whose score reached the thresholds of a learnt card."""
LEAST_SPAN = 3
"""A sign whose best and worst value are fewer points apart tells hardly anything, and is left out of the reasons."""
LARGEST_SCALE = 20.0
"""Points for a step of one in log-odds, at most: weak signs shall not look strong."""


def fit(book: Book, day: date) -> Fitted:
    """Learn from the book as it is on a day, and find out which scorer is better on the days before."""
    past, weights = history(book, day), weights_in_force(book)
    tried = _tried(past, weights)
    known = past.known_by(day)
    why = _why(tried, known)
    model = None if why == "too_little_history" else learnt(known, day)
    records = {kind: measured(kind, outcomes) for kind, outcomes in tried.items() if outcomes}
    told = replace(weights, hazard=hazard(known, [weights.score(each.standing.signals) for each in known], day))
    card = model if model and why == "better" else told
    scores = shares([risk.score for risk in ranked(book, day, card).risks])
    found = Fitted("", day, book.info["load_id"], why, losses(known), told, model, records, scores)
    return replace(found, version=_version(found))


def _version(fitted: Fitted) -> str:
    """The same data on the same day give the same name."""
    said = json.dumps(asdict(fitted), sort_keys=True, default=str)
    return f"{fitted.fitted_on:%Y%m%d}-{hashlib.sha256(said.encode()).hexdigest()[:8]}"


def _tried(past: History, weights: Scorecard) -> dict[Kind, list[Outcome]]:
    """What became of the accounts of each tested day, by both scorers, each knowing only what was known by that day."""
    found: dict[Kind, list[Outcome]] = {"scorecard": [], "model": []}
    for day in past.tested:
        known = past.known_by(day)
        told = replace(weights, hazard=hazard(known, [weights.score(each.standing.signals) for each in known], day))
        found["scorecard"] += [each.outcome(told) for each in past.days[day]]
        if losses(known) >= FEWEST_LOSSES:
            model = learnt(known, day)
            found["model"] += [each.outcome(model) for each in past.days[day]]
    return found


def losses(known: Sequence[Seen]) -> int:
    """How many different losses are among them."""
    return len({(each.standing.account_id, each.left_on) for each in known if each.is_lost})


def learnt(known: Sequence[Seen], day: date) -> Scorecard:
    """A card whose points are learnt from what is known by a day."""
    import numpy as np

    found = learn(
        Lesson(
            np.array([[each.standing.signals.get(name, np.nan) for name in RISES] for each in known], float),
            np.array([each.is_lost for each in known], int),
            np.array([each.standing.account_id for each in known]),
            list(RISES.values()),
        )
    )
    return _card(found, known, day)


def _card(found: Additive, known: Sequence[Seen], day: date) -> Scorecard:
    """Log-odds in whole points, the least of which is 0 and the most at most 100."""
    import numpy as np

    spans = sum(max(curve.heights) - min(curve.heights) for curve in found.curves)
    scale = min(LARGEST_SCALE, 96 / spans) if spans else LARGEST_SCALE
    drivers = [
        _driver(name, curve.edges, curve.heights, scale) for name, curve in zip(RISES, found.curves, strict=True)
    ]
    telling = tuple(driver for driver in drivers if driver.span >= LEAST_SPAN)
    start = -sum(driver.most - driver.span for driver in telling)
    scores = np.round(start + scale * (found.held_out - found.start))
    at_risk, high = (int(np.quantile(scores, 1 - share, method="higher")) + 1 for share in (FLAGGED, HIGH))
    card = Scorecard("learnt", at_risk, max(high, at_risk + 1), telling, "model", start)
    return replace(card, hazard=hazard(known, scores.tolist(), day))


def _driver(name: str, edges: Sequence[float], heights: Sequence[float], scale: float) -> Driver:
    """The steps at which the points change."""
    points = [round(scale * height) for height in heights]
    steps = [(edge, after) for edge, (before, after) in zip(edges, pairwise(points), strict=True) if after != before]
    return Driver(name, tuple(steps), before=points[0])


def hazard(known: Sequence[Seen], scores: Sequence[float], day: date) -> Hazard | None:
    """How scores become chances: a logistic curve for each stretch of time, over those that stayed until it began."""
    import numpy as np

    if losses(known) < FEWEST_LOSSES:
        return None
    by_stretch: list[list[tuple[float, bool]]] = [[] for _ in HORIZONS]
    for each, score in zip(known, scores, strict=True):
        for stretch in until_known(each, day):
            if stretch:
                by_stretch[stretch[0]].append((score, stretch[1]))
    curves = [
        _logistic(np.array([s for s, _ in them], float), np.array([was for _, was in them], int)) for them in by_stretch
    ]
    return Hazard(tuple(start for start, _ in curves), tuple(slope for _, slope in curves))


def _logistic(scores: "Floats", lost: "Floats") -> tuple[float, float]:
    """Start and slope; no slope where there is too little to tell it, or where it would fall."""
    rate = (lost.sum() + 0.5) / (len(lost) + 1)
    level = float(log(rate / (1 - rate)))
    if lost.sum() < 5 or scores.std() == 0:
        return level, 0.0
    from sklearn.linear_model import LogisticRegression

    middle, spread = float(scores.mean()), float(scores.std())
    fitted = LogisticRegression(C=1.0).fit(((scores - middle) / spread).reshape(-1, 1), lost)
    slope = float(fitted.coef_[0, 0]) / spread
    return (float(fitted.intercept_[0]) - slope * middle, slope) if slope > 0 else (level, 0.0)


def _why(tried: Mapping[Kind, Sequence[Outcome]], known: Sequence[Seen]) -> Why:
    """Which is used: the model where it ranked those that left higher, on the same accounts of the same days."""
    model = {(o.day, o.account_id): o for o in tried["model"]}
    weights = [o for o in tried["scorecard"] if (o.day, o.account_id) in model]
    if losses(known) < FEWEST_LOSSES or sum(o.lost for o in weights) < FEWEST_LOSSES / 2:
        return "too_little_history"
    mine, theirs = measured("model", list(model.values())), measured("scorecard", weights)
    return "better" if (mine.auc or 0) > (theirs.auc or 0) else "not_better"


def shares(scores: Sequence[float]) -> tuple[float, ...]:
    """The share of accounts in each tenth of the range of scores."""
    tenths = [min(int(score // 10), 9) for score in scores]
    return tuple(tenths.count(n) / (len(tenths) or 1) for n in range(10))
