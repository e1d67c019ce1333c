"""Signs that tell something only together: the sum of curves, and beside it a model that may combine signs, if that is
better on what was held out. Its contribution is one line of its own, so contributions still add up."""

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

from tools.metrics._additive import FOLDS, SEED, Additive, Lesson, splits, told
from tools.metrics._backtest import auc

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

GAIN = 0.002
"""By so much more AUC combining has to be worth that it is done: single signs are easier to explain."""
TREES, STEP, RATE, LEAVES = 400, 20, 0.04, 12


@dataclass(frozen=True)
class Combined:
    """Log-odds = curves + `share` × (combining trees − curves), made chances by `slope` and `level`."""

    single: Additive
    together: tuple[Any, ...]
    trees: int
    share: float
    slope: float
    level: float

    @property
    def is_combined(self) -> bool:
        return self.share > 0

    def chances(self, rows: "Floats") -> "Floats":
        import numpy as np

        found: Floats = 1 / (1 + np.exp(-(self.slope * self._log_odds(rows) + self.level)))
        return found

    def _log_odds(self, rows: "Floats") -> "Floats":
        import numpy as np

        single = self.single.log_odds(rows)
        if not self.share:
            return single
        together: Floats = np.mean([_staged(model, rows, self.trees)[-1] for model in self.together], axis=0)
        return single + self.share * (together - single)


def combine(lesson: Lesson, single: Additive) -> Combined:
    """Whether to combine, and how chances follow from log-odds, by what was held out."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        grown, trees, held_out = _grown(lesson)
        share = _best_share(single.held_out, held_out, lesson)
        slope, level = _calibrated(single.held_out + share * (held_out - single.held_out), lesson)
        return Combined(single, tuple(grown), trees, share, slope, level)


def _best_share(single: "Floats", together: "Floats", lesson: Lesson) -> float:
    """Nothing, half or all of what combining adds."""
    lost = lesson.lost.tolist()
    found = {share: auc((single + share * (together - single)).tolist(), lost) or 0.0 for share in (0.0, 0.5, 1.0)}
    best = max(found, key=lambda share: found[share])
    return best if found[best] > found[0.0] + GAIN else 0.0


def _grown(lesson: Lesson) -> "tuple[list[Any], int, Floats]":
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier

    folds, models = list(splits(lesson.lost, lesson.groups)), []
    raw = np.empty((TREES // STEP, len(lesson.lost)))
    for train, test in folds:
        models.append(HistGradientBoostingClassifier(
            learning_rate=RATE, max_iter=TREES, max_leaf_nodes=LEAVES, min_samples_leaf=max(20, len(train) // 200),
            l2_regularization=1.0, early_stopping=False, max_features=1 / sqrt(2), random_state=SEED,
            categorical_features=sorted(lesson.categories) or None,
        ).fit(told(lesson.rows[train]), lesson.lost[train]))  # fmt: skip
        raw[:, test] = _staged(models[-1], lesson.rows[test], TREES)
    sign = 2 * lesson.lost - 1
    best = int(np.argmin(np.logaddexp(0, -sign * raw).sum(axis=1)))
    assert len(models) == FOLDS
    return models, (best + 1) * STEP, raw[best]


def _staged(model: Any, rows: "Floats", trees: int) -> "Floats":
    """The log-odds after every so many trees, up to `trees`."""
    import numpy as np

    staged = enumerate(model.staged_decision_function(rows), 1)
    return np.array([raw.ravel() for n, raw in staged if n % STEP == 0 and n <= trees])


def _calibrated(log_odds: "Floats", lesson: Lesson) -> tuple[float, float]:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1e6).fit(log_odds.reshape(-1, 1), lesson.lost)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
