"""A fitted model as a file: JSON that names every step and its points, so that it can be read, compared and undone.

The files are in the home folder, as documents and the index are: replicas that share those share the model. Each fit
is a file of its own, and `current.json` a copy of the one in force, replaced in one step.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from math import inf
from pathlib import Path
from typing import Any, Literal

from tools.metrics._backtest import Backtest, backtest_from
from tools.metrics._scorecard import Driver, Hazard, Kind, Scorecard

FORM = 1
"""Of the file; a file of another form is not read."""
CURRENT = "current.json"
Why = Literal["better", "not_better", "too_little_history"]


@dataclass(frozen=True)
class Fitted:
    """What a fit found: both cards with their chances, how each did in the past, and which is used and why.

    `model` and its record are None where there was too little history. `losses`: how many losses it learnt from.
    `scores`: shares of the accounts by tenth of the score when it was fitted, which drift is told from.
    """

    version: str
    fitted_on: date
    load_id: str
    why: Why
    losses: int
    weights: Scorecard
    model: Scorecard | None
    records: Mapping[Kind, Backtest]
    scores: tuple[float, ...]

    @property
    def card(self) -> Scorecard:
        """The one that is used."""
        return self.model if self.model and self.why == "better" else self.weights

    @property
    def record(self) -> Backtest | None:
        """How the one that is used did in the past."""
        return self.records.get(self.card.kind)


def keep(fitted: Fitted, folder: Path) -> Path:
    """Write a fit down and put it in force."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"form": FORM, **_plain(fitted)}, indent=1, allow_nan=False)
    file = folder / f"{fitted.version}.json"
    for name in (file, folder / f"{CURRENT}.new"):
        name.write_text(text + "\n", encoding="utf-8")
    (folder / f"{CURRENT}.new").replace(folder / CURRENT)
    return file


def current(folder: Path | None) -> Fitted | None:
    """The fit in force; None where there is none that this version can read."""
    if folder is None:
        return None
    file = folder / CURRENT
    try:
        return _read(file, file.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=8)
def _read(file: Path, changed: int) -> Fitted | None:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return _fitted(data) if data["form"] == FORM else None
    except (ValueError, KeyError, TypeError):
        return None


def _plain(fitted: Fitted) -> dict[str, Any]:
    return {
        "version": fitted.version, "fitted_on": fitted.fitted_on.isoformat(), "load_id": fitted.load_id,
        "why": fitted.why,
        "losses": fitted.losses, "weights": _card(fitted.weights), "model": fitted.model and _card(fitted.model),
        "records": {kind: record.plain() for kind, record in fitted.records.items()}, "scores": list(fitted.scores),
    }  # fmt: skip


def _card(card: Scorecard) -> dict[str, Any]:
    drivers = {
        driver.name: {
            "before": driver.before, "at_most": driver.at_most,
            "steps": [[None if step == inf else step, points] for step, points in driver.steps],
        }
        for driver in card.drivers
    }  # fmt: skip
    return {
        "kind": card.kind, "version": card.version, "at_risk": card.at_risk, "high": card.high, "start": card.start,
        "hazard": card.hazard and asdict(card.hazard), "drivers": drivers,
    }  # fmt: skip


def _fitted(data: Mapping[str, Any]) -> Fitted:
    return Fitted(
        data["version"], date.fromisoformat(data["fitted_on"]), data["load_id"], data["why"], data["losses"],
        _card_of(data["weights"]), _card_of(data["model"]) if data["model"] else None,
        {kind: backtest_from(record) for kind, record in data["records"].items()}, tuple(data["scores"]),
    )  # fmt: skip


def _card_of(data: Mapping[str, Any]) -> Scorecard:
    drivers = tuple(
        Driver(
            name, tuple((inf if step is None else float(step), int(points)) for step, points in line["steps"]),
            line["at_most"], line["before"],
        )
        for name, line in data["drivers"].items()
    )  # fmt: skip
    hazard = data["hazard"] and Hazard(tuple(data["hazard"]["starts"]), tuple(data["hazard"]["slopes"]))
    return Scorecard(
        data["version"], data["at_risk"], data["high"], drivers, data["kind"], data["start"], hazard
    )  # fmt: skip
