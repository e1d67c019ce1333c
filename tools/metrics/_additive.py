"""Learning points: a boosted model in which no two signs are combined, so that it is a sum of one curve for each sign.

Trees of scikit-learn's histogram boosting are grown on one sign at a time, rising or falling only where sense demands
(`rises`), shrunk, and stopped where held-out data says so. Then each sign's curve is read off as steps: what is kept is
a table, not trees. Groups (all rows of one account) are never torn between learning and holding out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FOLDS, MOST_TREES, STEP = 5, 300, 10
RATE, LEAVES, SHRINK = 0.05, 6, 5.0
SEED = 20261129


@dataclass(frozen=True)
class Curve:
    """Log-odds by value: `heights[n]` from the n-th edge on; `missing` where the value is not known."""

    edges: tuple[float, ...]
    heights: tuple[float, ...]
    missing: float = 0.0

    def of(self, values: "Floats") -> "Floats":
        import numpy as np

        heights = np.asarray(self.heights)[np.searchsorted(self.edges, values, side="right")]
        return np.where(np.isnan(values), self.missing, heights)


@dataclass(frozen=True)
class Additive:
    """Log-odds = `start` + Σ curves; `held_out`: those of each row, by the folds that had not seen its group."""

    start: float
    curves: tuple[Curve, ...]
    held_out: "Floats"

    def log_odds(self, rows: "Floats") -> "Floats":
        import numpy as np

        found: Floats = self.start + np.sum([c.of(rows[:, n]) for n, c in enumerate(self.curves)], axis=0)
        return found


@dataclass(frozen=True)
class Lesson:
    """What is learnt from: a row for each observation, NaN where a sign is not known; `lost` 0 or 1; `groups` whose
    rows stay together; `rises` of each sign: 1 where more is never safer, −1 where it is never riskier, 0 where it may
    be either. `missing_counts`: whether not knowing a sign may tell something; else it counts as the average of it.
    `categories`: the columns whose numbers are only names.
    """

    rows: "Floats"
    lost: "NDArray[np.int_]"
    groups: "NDArray[Any]"
    rises: Sequence[int]
    bins: int = 16
    missing_counts: bool = False
    categories: frozenset[int] = frozenset()


def learn(lesson: Lesson) -> Additive:
    """The curves, averaged over the folds.

    On one thread: trees of so few rows gain nothing from more, and on a busy machine threads that wait for one another
    take twenty times as long.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        return _learnt(lesson)


def _learnt(lesson: Lesson) -> Additive:
    import numpy as np

    most = [len(lesson.rows) if n in lesson.categories else lesson.bins for n in range(lesson.rows.shape[1])]
    edges = [_edges(lesson.rows[:, n], bins) for n, bins in enumerate(most)]
    binned = np.column_stack([_binned(lesson.rows[:, n], at) for n, at in enumerate(edges)])
    folds = list(splits(lesson.lost, lesson.groups))
    grown = [_grown(lesson, binned[train], lesson.lost[train]) for train, _ in folds]
    trees = _best_size(grown, folds, binned, lesson.lost)
    parts = [
        _read_off(model, trees, edges, lesson, binned[train]) for model, (train, _) in zip(grown, folds, strict=True)
    ]
    held_out = np.empty(len(lesson.lost))
    for part, (_, test) in zip(parts, folds, strict=True):
        held_out[test] = part.log_odds(lesson.rows[test])
    return Additive(float(np.mean([part.start for part in parts])), _mean([part.curves for part in parts]), held_out)


def splits(lost: "NDArray[np.int_]", groups: "NDArray[Any]") -> "Iterator[tuple[NDArray[np.int_], NDArray[np.int_]]]":
    """Which rows are learnt from and which are held out, as often as there are folds: fixed, and alike in losses."""
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    if len(set(groups.tolist())) == len(groups):
        yield from StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(lost, lost)
    else:
        yield from StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED).split(lost, lost, groups)


def _edges(values: "Floats", bins: int) -> tuple[float, ...]:
    """Values from which a new bin begins: about as many rows in each, and each value alone where there are few."""
    import numpy as np

    known = np.sort(values[~np.isnan(values)])
    if not len(known):
        return ()
    unique = np.unique(known)
    cuts = unique if len(unique) <= bins else known[(np.arange(1, bins) * len(known)) // bins]
    return tuple(float(cut) for cut in np.unique(cuts) if cut > unique[0])


def _binned(values: "Floats", edges: Sequence[float]) -> "Floats":
    import numpy as np

    return np.where(np.isnan(values), np.nan, np.searchsorted(edges, values, side="right").astype(float))


def told(rows: "Floats") -> "Floats":
    """The rows, with a column of which nothing is known as zeros: it tells nothing, and boosting refuses it."""
    import numpy as np

    found: Floats = np.where(np.isnan(rows).all(axis=0), 0.0, rows)
    return found


def _grown(lesson: Lesson, binned: "Floats", lost: "NDArray[np.int_]") -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        learning_rate=RATE, max_iter=MOST_TREES, max_leaf_nodes=LEAVES, min_samples_leaf=max(20, len(lost) // 200),
        l2_regularization=SHRINK, monotonic_cst=list(lesson.rises), interaction_cst="no_interactions",
        early_stopping=False, random_state=SEED, categorical_features=sorted(lesson.categories) or None,
    ).fit(told(binned), lost)  # fmt: skip


def _best_size(grown: Sequence[Any], folds: Sequence[Any], binned: "Floats", lost: "NDArray[np.int_]") -> int:
    """How many trees fit what was held out best."""
    import numpy as np

    losses = np.zeros(MOST_TREES)
    for model, (_, test) in zip(grown, folds, strict=True):
        sign = 2 * lost[test] - 1
        for n, raw in enumerate(model.staged_decision_function(binned[test])):
            losses[n] += np.logaddexp(0, -sign * raw.ravel()).sum()
    return int(np.argmin(losses[STEP - 1 :: STEP]) + 1) * STEP


def _read_off(model: Any, trees: int, edges: Sequence[Sequence[float]], lesson: Lesson, binned: "Floats") -> Additive:
    """The model's curves, each centred on its mean over what is known, so that not knowing is neither good nor bad."""
    import numpy as np

    sizes = [len(at) + 1 for at in edges]
    probes = np.full((1 + sum(sizes), len(sizes)), np.nan)
    firsts = 1 + np.cumsum([0, *sizes[:-1]])
    for column, (first, size) in enumerate(zip(firsts, sizes, strict=True)):
        probes[first : first + size, column] = np.arange(size)
    raw = _staged(model, probes, trees)
    start, curves = float(raw[0]), []
    for column, (first, size) in enumerate(zip(firsts, sizes, strict=True)):
        heights, column_bins = raw[first : first + size] - raw[0], binned[:, column]
        known = column_bins[~np.isnan(column_bins)].astype(int)
        counts, unknown = np.bincount(known, minlength=size), len(column_bins) - len(known)
        total = counts.sum() + (unknown if lesson.missing_counts else 0)
        mean = float(heights @ counts / total) if total else 0.0
        start += mean
        missing = -mean if lesson.missing_counts else 0.0
        curves.append(Curve(tuple(edges[column]), tuple(float(height - mean) for height in heights), missing))
    return Additive(start, tuple(curves), np.empty(0))


def _staged(model: Any, rows: "Floats", trees: int) -> "Floats":
    """The log-odds after so many trees."""
    for n, raw in enumerate(model.staged_decision_function(rows), 1):
        if n == trees:
            found: Floats = raw.ravel()
            return found
    raise AssertionError("there are as many")


def _mean(parts: Sequence[Sequence[Curve]]) -> tuple[Curve, ...]:
    import numpy as np

    return tuple(
        Curve(
            curves[0].edges,
            tuple(float(height) for height in np.mean([curve.heights for curve in curves], axis=0)),
            float(np.mean([curve.missing for curve in curves])),
        )
        for curves in zip(*parts, strict=True)
    )
