"""How well a list of accounts at risk did: what became of the accounts that would have been flagged on past days."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from math import ceil
from statistics import median
from typing import Any

from tools.metrics._proportions import wilson
from tools.metrics._scorecard import Kind

HORIZON = timedelta(days=90)
TOP = (10, 20, 50)
"""Lengths of lists of which precision and recall are told."""
RESAMPLES, SEED = 200, 20261129
Interval = tuple[float, float]


@dataclass(frozen=True)
class Outcome:
    """What became of an account that was scored on a past day. `lost_in`: days until it left, None: it stayed for 90.

    `chance`: that it leaves within 90 days, None where the scorer tells none.
    """

    day: date
    account_id: str
    segment: str | None
    mrr_minor: int
    score: float
    flagged: bool
    lost_in: int | None
    chance: float | None = None

    @property
    def lost(self) -> bool:
        return self.lost_in is not None


@dataclass(frozen=True)
class Counts:
    """Accounts judged and lost, and of those flagged."""

    judged: int
    lost: int
    flagged: int
    flagged_lost: int

    @property
    def base_rate(self) -> float:
        return self.lost / self.judged if self.judged else 0.0

    @property
    def lift(self) -> float | None:
        """How many times likelier a flagged account left than any account; None where nothing can be said."""
        if not self.flagged or not self.lost:
            return None
        return (self.flagged_lost / self.flagged) / self.base_rate

    @property
    def lift_interval(self) -> Interval | None:
        """Wilson's 95% interval of the share of flagged accounts that left, over the base rate."""
        if self.lift is None:
            return None
        low, high = wilson(self.flagged_lost, self.flagged)
        return low / self.base_rate, high / self.base_rate

    @property
    def is_better_than_chance(self) -> bool:
        """Whether even the low end of that interval is above the base rate."""
        return self.lift_interval is not None and self.lift_interval[0] > 1


@dataclass(frozen=True)
class AtK:
    """Of the first k of each past day's list: how many left (precision), and of those who left how many were in it."""

    k: int
    listed: int
    listed_lost: int
    lost: int

    @property
    def precision(self) -> float:
        return self.listed_lost / self.listed if self.listed else 0.0

    @property
    def recall(self) -> float:
        return self.listed_lost / self.lost if self.lost else 0.0

    @property
    def interval(self) -> Interval:
        return wilson(self.listed_lost, self.listed)


@dataclass(frozen=True)
class Backtest(Counts):
    """What became of the accounts that a scorer would have flagged on past days, within 90 days of each.

    Accounts whose cancellation was already known on the day are left out: flagging them is no feat. `auc`: the chance
    that an account that left had a higher score than one that stayed; `top_lift`: how many times likelier than any the
    riskiest tenth left; `mrr_caught`: the share of the lost MRR that was in it; `brier` and `ece` (mean gap between the
    chance told and what happened, in ten bands) are None where no chances are told; `lead_days`: median from a flag
    to the loss.
    """

    kind: Kind
    days: tuple[date, ...]
    at: tuple[AtK, ...] = ()
    auc: float | None = None
    auc_interval: Interval | None = None
    top_lift: float | None = None
    top_lift_interval: Interval | None = None
    mrr_caught: float | None = None
    brier: float | None = None
    ece: float | None = None
    lead_days: float | None = None
    segments: tuple[tuple[str, Counts], ...] = ()

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {**asdict(self), "days": [day.isoformat() for day in self.days]}


def backtest_from(data: Mapping[str, Any]) -> Backtest:
    """The backtest that `plain` wrote."""
    lists = {name: tuple(data[name]) if data[name] else None for name in ("auc_interval", "top_lift_interval")}
    return Backtest(**{
        **data, **lists,
        "days": tuple(map(date.fromisoformat, data["days"])),
        "at": tuple(AtK(**each) for each in data["at"]),
        "segments": tuple((segment, Counts(**counts)) for segment, counts in data["segments"]),
    })  # fmt: skip


def measured(kind: Kind, outcomes: Sequence[Outcome]) -> Backtest:
    """All that can be said of a scorer from what became of the accounts it scored."""
    days = tuple(sorted({outcome.day for outcome in outcomes}))
    lost = [outcome.lost for outcome in outcomes]
    scores = [outcome.score for outcome in outcomes]
    told = [outcome for outcome in outcomes if outcome.chance is not None]
    chances, fates = [outcome.chance or 0.0 for outcome in told], [outcome.lost for outcome in told]
    leads = [outcome.lost_in for outcome in outcomes if outcome.flagged and outcome.lost_in is not None]
    top = top_tenth(outcomes)
    return Backtest(
        **asdict(_counts(outcomes)), kind=kind, days=days, at=tuple(_at(k, outcomes) for k in TOP),
        auc=auc(scores, lost), auc_interval=_auc_interval(outcomes),
        top_lift=_lift(top, outcomes), top_lift_interval=_top_interval(top, outcomes),
        mrr_caught=_mrr_caught(top, outcomes), brier=brier(chances, fates) if told else None,
        ece=ece(chances, fates) if told else None,
        lead_days=median(leads) if leads else None, segments=_by_segment(outcomes),
    )  # fmt: skip


def _counts(outcomes: Sequence[Outcome]) -> Counts:
    flagged = [outcome.lost for outcome in outcomes if outcome.flagged]
    return Counts(len(outcomes), sum(outcome.lost for outcome in outcomes), len(flagged), sum(flagged))


def _of(outcomes: Sequence[Outcome]) -> tuple[list[float], list[bool]]:
    return [outcome.score for outcome in outcomes], [outcome.lost for outcome in outcomes]


def _lists(outcomes: Sequence[Outcome]) -> list[list[Outcome]]:
    """The list of each day, the riskiest first, of equals the larger."""
    days: dict[date, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=lambda each: (-each.score, -each.mrr_minor, each.account_id)):
        days.setdefault(outcome.day, []).append(outcome)
    return list(days.values())


def _at(k: int, outcomes: Sequence[Outcome]) -> AtK:
    listed = [outcome.lost for day in _lists(outcomes) for outcome in day[:k]]
    return AtK(k, len(listed), sum(listed), sum(outcome.lost for outcome in outcomes))


def top_tenth(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The riskiest tenth of each day's list, rounded up."""
    return [outcome for day in _lists(outcomes) for outcome in day[: ceil(len(day) / 10)]]


def _lift(top: Sequence[Outcome], outcomes: Sequence[Outcome]) -> float | None:
    base = _counts(outcomes).base_rate
    return _counts(top).base_rate / base if base else None


def _top_interval(top: Sequence[Outcome], outcomes: Sequence[Outcome]) -> Interval | None:
    counts, base = _counts(top), _counts(outcomes).base_rate
    low, high = wilson(counts.lost, counts.judged)
    return (low / base, high / base) if base else None


def _mrr_caught(top: Sequence[Outcome], outcomes: Sequence[Outcome]) -> float | None:
    lost = sum(outcome.mrr_minor for outcome in outcomes if outcome.lost)
    return sum(outcome.mrr_minor for outcome in top if outcome.lost) / lost if lost else None


def _by_segment(outcomes: Sequence[Outcome]) -> tuple[tuple[str, Counts], ...]:
    segments = sorted({outcome.segment for outcome in outcomes if outcome.segment})
    return tuple((name, _counts([outcome for outcome in outcomes if outcome.segment == name])) for name in segments)


def auc(scores: Any, lost: Any) -> float | None:
    """The area under the ROC curve, ties counting half; None where nobody or everybody was lost.

    `scores` and `lost`: of each account, as sequences or arrays."""
    import numpy as np

    values, is_lost = np.asarray(scores, float), np.asarray(lost, bool)
    losses = int(is_lost.sum())
    if not losses or losses == len(values):
        return None
    _, place, sizes = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[place]
    return float((ranks[is_lost].sum() - losses * (losses + 1) / 2) / (losses * (len(values) - losses)))


def brier(chances: Sequence[float], lost: Sequence[bool]) -> float:
    """The mean square of chance less outcome."""
    return sum((chance - was) ** 2 for chance, was in zip(chances, lost, strict=True)) / len(chances)


def ece(chances: Sequence[float], lost: Sequence[bool], bands: int = 10) -> float:
    """The expected calibration error: how far mean chance and share lost are apart, over bands of equal width."""
    found: list[list[tuple[float, bool]]] = [[] for _ in range(bands)]
    for chance, was in zip(chances, lost, strict=True):
        found[min(int(chance * bands), bands - 1)].append((chance, was))
    gaps = (abs(sum(chance for chance, _ in band) - sum(was for _, was in band)) for band in found)
    return sum(gaps) / len(chances)


def _auc_interval(outcomes: Sequence[Outcome]) -> Interval | None:
    """The 95% interval of the AUC over resampled accounts: an account keeps all of its days together."""
    import numpy as np

    by_account: dict[str, list[int]] = {}
    for n, outcome in enumerate(outcomes):
        by_account.setdefault(outcome.account_id, []).append(n)
    rows, rng = list(map(np.array, by_account.values())), np.random.default_rng(SEED)
    scores, lost = (np.array(values) for values in _of(outcomes))
    found = []
    for _ in range(RESAMPLES if len(rows) > 1 else 0):
        drawn = np.concatenate([rows[n] for n in rng.integers(0, len(rows), len(rows))])
        if (value := auc(scores[drawn], lost[drawn])) is not None:
            found.append(value)
    return (float(np.quantile(found, 0.025)), float(np.quantile(found, 0.975))) if found else None
