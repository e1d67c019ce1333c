"""How well the fitted scorer tells who is lost, on any labelled table: held out row by row, beside plain boosting."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from tools.metrics._additive import SEED, Lesson, learn, told
from tools.metrics._backtest import Interval, auc, brier, ece
from tools.metrics._combined import Combined, combine
from tools.metrics._labelled import Labelled, blocks
from tools.metrics._proportions import wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Fold = tuple[NDArray[np.int_], NDArray[np.int_]]

FOLDS = 5
BINS = 48


@dataclass(frozen=True)
class Measures:
    """Of a scorer on rows it had not seen. `top_lift`: how many times likelier than any row the riskiest tenth was
    lost, with Wilson's 95% interval."""

    auc: float
    top_lift: float
    top_lift_interval: Interval
    brier: float
    ece: float


@dataclass(frozen=True)
class Evaluation:
    """`ours` beside `plain`, scikit-learn's boosting as it comes, on the same features and folds. `in_time`: each fold
    was learnt from earlier rows only; `combined`: in how many folds signs were combined, as single ones told less."""

    rows: int
    judged: int
    lost: int
    folds: int
    in_time: bool
    combined: int
    ours: Measures
    plain: Measures


def evaluate(table: Labelled) -> Evaluation:
    """Score every row by what was learnt from others: earlier ones where time is told, else four fifths of all."""
    import numpy as np

    judged, ours, plain, combined = [], [], [], 0
    folds = list(_folds(table))
    for train, test in folds:
        model = _fitted(table, train)
        judged.append(test)
        ours.append(model.chances(table.rows[test]))
        plain.append(_plain(table, train, test))
        combined += model.is_combined
    lost = table.lost[np.concatenate(judged)]
    return Evaluation(
        len(table.lost), len(lost), int(lost.sum()), len(folds), table.when is not None, combined,
        _measures(np.concatenate(ours), lost), _measures(np.concatenate(plain), lost),
    )  # fmt: skip


def _folds(table: Labelled) -> "Iterator[Fold]":
    import numpy as np

    if table.when is None:
        from sklearn.model_selection import StratifiedKFold

        yield from StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(table.rows, table.lost)
        return
    parts = blocks(table.when, FOLDS + 1)
    for n in range(1, len(parts)):
        train = np.concatenate(parts[:n])
        if min(table.lost[train].sum(), len(train) - table.lost[train].sum()) >= FOLDS:
            yield train, parts[n]


def _fitted(table: Labelled, train: "NDArray[np.int_]") -> Combined:
    import numpy as np

    rises = [0] * table.rows.shape[1]
    lesson = Lesson(
        table.rows[train], table.lost[train], np.arange(len(train)), rises, BINS, True, table.categories
    )  # fmt: skip
    return combine(lesson, learn(lesson))


def _plain(table: Labelled, train: "NDArray[np.int_]", test: "NDArray[np.int_]") -> "NDArray[np.float64]":
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        model = HistGradientBoostingClassifier(
            random_state=SEED, categorical_features=sorted(table.categories) or None
        ).fit(told(table.rows[train]), table.lost[train])
        chances: NDArray[np.float64] = model.predict_proba(table.rows[test])[:, 1]
        return chances


def _measures(chances: "NDArray[np.float64]", lost: "NDArray[np.int_]") -> Measures:
    import numpy as np

    top = lost[np.argsort(-chances, kind="stable")[: ceil(len(lost) / 10)]]
    base, (low, high) = float(lost.mean()), wilson(int(top.sum()), len(top))
    said, was = chances.tolist(), lost.tolist()
    return Measures(
        auc(said, was) or 0.0, float(top.mean()) / base, (low / base, high / base), brier(said, was), ece(said, was)
    )
