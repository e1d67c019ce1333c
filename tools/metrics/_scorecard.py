"""Scorecards: points per sign of risk that add up to a score. Weights set by hand and weights learnt from the
company's own history (`_risk_fit.py`) are the same thing, and are read, shown and added up by the same code."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tools.metrics._sign_table import Floats, SignTable

Kind = Literal["scorecard", "model"]
HORIZONS = (30, 60, 90, 180)
"""Days within which an account may be lost, for which a chance is told where history allows."""


class BadScorecard(Exception):
    """A file of weights that cannot be used: which, where in it, and what is wrong."""

    def __init__(self, file: Path, where: str, fault: str) -> None:
        super().__init__(f"{file}: {where}: {fault}")
        self.file, self.where, self.fault = file, where, fault


@dataclass(frozen=True)
class Driver:
    """One line of a scorecard: the points of each step, in the order in which the value goes from harmless to dangerous
    (learnt points may rise and fall). Below the first step there are `before` points."""

    name: str
    steps: tuple[tuple[float, int], ...]
    at_most: bool = False
    before: int = 0

    @cached_property
    def _reached(self) -> tuple[tuple[float, ...], tuple[int, ...]]:
        """The steps' values in rising order, and the points before, between and after them."""
        sign = -1 if self.at_most else 1
        steps = sorted((sign * step, points) for step, points in self.steps)
        return tuple(step for step, _ in steps), (self.before, *(points for _, points in steps))

    @property
    def most(self) -> int:
        return max(self._reached[1])

    @property
    def span(self) -> int:
        """How far apart the points of the best and of the worst value are: what not knowing it hides."""
        return self.most - min(self._reached[1])

    def points(self, value: float) -> int:
        edges, points = self._reached
        return points[bisect_right(edges, -value if self.at_most else value)]

    def points_each(self, values: "Floats") -> "NDArray[np.int_]":
        """The points of each value; of one that is not known, none."""
        import numpy as np

        edges, points = self._reached
        reached = np.searchsorted(edges, -values if self.at_most else values, side="right")
        return np.where(np.isnan(values), 0, np.asarray(points)[reached])


@dataclass(frozen=True)
class Hazard:
    """How a score becomes a chance: for each stretch between two `HORIZONS` the log-odds of being lost in it, having
    stayed until then, are `start + slope × score`, with no slope below zero. So a chance never falls with a longer
    horizon or with a higher score."""

    starts: tuple[float, ...]
    slopes: tuple[float, ...]

    def chances(self, score: float) -> dict[int, float]:
        """The chance of being lost within each horizon."""
        found, stays = {}, 1.0
        for horizon, start, slope in zip(HORIZONS, self.starts, self.slopes, strict=True):
            stays *= 1 - 1 / (1 + exp(-max(-30.0, min(30.0, start + slope * score))))
            found[horizon] = 1 - stays
        return found


@dataclass(frozen=True)
class Scorecard:
    """Drivers, and the scores from which an account is at risk, or at high risk; scores go from 0 to 100.

    `start`: the score of an account of which nothing is known. `hazard`: None where history does not tell chances.
    """

    version: str
    at_risk: int
    high: int
    drivers: tuple[Driver, ...]
    kind: Kind = "scorecard"
    start: int = 0
    hazard: Hazard | None = None

    def score(self, signals: Mapping[str, float]) -> int:
        return self.start + sum(driver.points(signals[driver.name]) for driver in self.known(signals))

    def scores(self, table: "SignTable") -> list[int]:
        """The score of each account of a table: what `score` makes of its signals."""
        import numpy as np

        total = np.full(len(table.ids), self.start)
        for driver in self.known(table.signs):
            total += driver.points_each(table.values[:, table.signs[driver.name]])
        return [int(score) for score in total]

    def known(self, signals: Mapping[str, float]) -> list[Driver]:
        """The drivers that can be judged."""
        return [driver for driver in self.drivers if driver.name in signals]

    def coverage(self, signals: Mapping[str, float]) -> int:
        """Of 100 points, how many hang on what is known."""
        spans = {driver.name: driver.span for driver in self.drivers}
        return round(100 * sum(spans[driver.name] for driver in self.known(signals)) / (sum(spans.values()) or 1))

    @cached_property
    def by_name(self) -> Mapping[str, Driver]:
        return {driver.name: driver for driver in self.drivers}


@cache
def scorecard() -> Scorecard:
    """The scorecard that comes with the assistant, `_scorecard.yml`."""
    return from_text((files("tools.metrics") / "_scorecard.yml").read_text(encoding="utf-8"), Path("_scorecard.yml"))


def own_scorecard(file: Path) -> Scorecard:
    """A company's own weights. Raises BadScorecard."""
    try:
        return _own(file, file.stat().st_mtime_ns)
    except OSError as error:
        raise BadScorecard(file, "file", error.strerror or "cannot be read") from None


@lru_cache(maxsize=8)
def _own(file: Path, changed: int) -> Scorecard:
    return from_text(file.read_text(encoding="utf-8"), file)


def from_text(text: str, file: Path) -> Scorecard:
    """A scorecard from its YAML. Raises BadScorecard."""
    try:
        data = yaml.safe_load(text)
        drivers = tuple(_driver(name, line, file) for name, line in data["drivers"].items())
        card = Scorecard(str(data["version"]), int(data["at_risk"]), int(data["high"]), drivers)
    except yaml.YAMLError as error:
        raise BadScorecard(file, "YAML", str(error).partition("\n")[0]) from None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadScorecard(file, "scorecard", f"{type(error).__name__} {error}") from None
    if (total := sum(driver.most for driver in drivers)) != 100:
        raise BadScorecard(file, "drivers", f"all drivers together are {total} points, not 100")
    return card


def _driver(name: str, line: Any, file: Path) -> Driver:
    steps = tuple((float(step), int(points)) for step, points in line["steps"])
    points = [points for _, points in steps]
    if not steps or points != sorted(points) or points[0] < 0:
        raise BadScorecard(file, name, "steps must give ever more points, the most dangerous last")
    values = [step for step, _ in steps]
    if values != sorted(values, reverse=bool(line.get("at_most"))):
        raise BadScorecard(file, name, "steps must go from harmless to dangerous: rising, or falling with at_most")
    return Driver(name, steps, bool(line.get("at_most", False)))
