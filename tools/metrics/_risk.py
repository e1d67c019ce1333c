"""The risk score: a scorecard whose points add up, and what it would have been worth in the past."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from math import inf

import yaml
from sqlalchemy import select

from tools.metrics._book import mrr_movements
from tools.metrics._figure import EMPTY, Source
from tools.metrics._opening import Book
from tools.metrics._query import Reader, Where, matching, read
from tools.metrics._signals import Standing, standings

HORIZON = timedelta(days=90)


@dataclass(frozen=True)
class Driver:
    """One line of the scorecard: the points of each step, in the order of growing danger."""

    name: str
    steps: tuple[tuple[float, int], ...]
    at_most: bool

    @property
    def most(self) -> int:
        return max(points for _, points in self.steps)

    def points(self, value: float) -> int:
        reached = [points for step, points in self.steps if (value <= step if self.at_most else value >= step)]
        return max(reached, default=0)


@dataclass(frozen=True)
class Scorecard:
    """Drivers and the scores from which an account is at risk, or at high risk; all drivers together are 100."""

    version: int
    at_risk: int
    high: int
    drivers: tuple[Driver, ...]


@dataclass(frozen=True)
class Contribution:
    """What one known sign adds to the score."""

    driver: str
    value: float
    points: int


@dataclass(frozen=True)
class Risk:
    """An account's score: the sum of its contributions, out of 100. `unknown` names the drivers without data."""

    standing: Standing
    contributions: tuple[Contribution, ...]
    unknown: tuple[str, ...]
    coverage: int
    """Points, out of 100, that could be judged at all."""

    @property
    def score(self) -> int:
        return sum(contribution.points for contribution in self.contributions)

    @property
    def at_risk(self) -> bool:
        return self.score >= scorecard().at_risk


@cache
def scorecard() -> Scorecard:
    """The scorecard in force, from `_scorecard.yml`."""
    data = yaml.safe_load((files("tools.metrics") / "_scorecard.yml").read_text(encoding="utf-8"))
    drivers = tuple(
        Driver(name, tuple((float(step), int(points)) for step, points in line["steps"]), line.get("at_most", False))
        for name, line in data["drivers"].items()
    )
    return Scorecard(data["version"], data["at_risk"], data["high"], drivers)


def assess(standing: Standing) -> Risk:
    """Score one account on what is known of it."""
    card, signals = scorecard(), standing.signals
    known = [driver for driver in card.drivers if driver.name in signals]
    contributions = [Contribution(d.name, signals[d.name], d.points(signals[d.name])) for d in known]
    return Risk(
        standing,
        tuple(sorted(contributions, key=lambda c: -c.points)),
        tuple(driver.name for driver in card.drivers if driver.name not in signals),
        sum(driver.most for driver in known),
    )


@dataclass(frozen=True)
class Ranking:
    """Every paying account's risk, the highest score first, of equals the larger MRR; and where it was read."""

    risks: tuple[Risk, ...]
    source: Source

    @property
    def at_risk(self) -> tuple[Risk, ...]:
        """Those whose score reaches the threshold and who have not cancelled already."""
        return tuple(risk for risk in self.risks if risk.at_risk and not risk.standing.leaving_on)

    @property
    def leaving(self) -> tuple[Risk, ...]:
        """Those whose cancellation is known and takes effect later."""
        return tuple(risk for risk in self.risks if risk.standing.leaving_on)


def rank(book: Book, day: date, where: Where = EMPTY) -> Ranking:
    """The accounts as they stood at the end of a day; `where` limits by any dimension.

    What the book has heard of beside its tables (`Book.heard`) counts; the backtest judges by the tables alone.
    """
    whole = _heard(_kept_ranking(book, day), book.heard(), day)
    book.used.update(whole.source.tables)
    if not where:
        return whole
    are_so = _told_by(where) or _read(book, where, day)
    return replace(whole, risks=tuple(risk for risk in whole.risks if are_so(risk.standing)))


def _told_by(where: Where) -> Callable[[Standing], bool] | None:
    """Whether an account is so, where its standing tells; None where the book has to be asked."""
    if not where.keys() <= _IN_STANDING:
        return None
    return lambda standing: all(getattr(standing, name) == value for name, value in where.items())


_IN_STANDING = {"account_id", "owner", "segment"}


def _read(book: Book, where: Where, day: date) -> Callable[[Standing], bool]:
    rows, _ = read(book, matching(where, day))
    ids = {row.account_id for row in rows}
    return lambda standing: standing.account_id in ids


def _heard(ranking: Ranking, heard: Sequence[tuple[str, date]], day: date) -> Ranking:
    """The ranking where conversations that no load has told yet break the silence; those after the day do not count."""
    latest: dict[str, date] = {}
    for account_id, on in heard:
        if on <= day:
            latest[account_id] = max(on, latest.get(account_id, on))
    if not latest:
        return ranking
    risks = (_after(risk, latest.get(risk.standing.account_id), day) for risk in ranking.risks)
    return replace(ranking, risks=_in_order(risks))


def _after(risk: Risk, heard_on: date | None, day: date) -> Risk:
    """The account's risk where they were heard from on a day that may be later than the book knows."""
    signals = risk.standing.signals
    if heard_on is None or (silence := (day - heard_on).days) >= signals.get("silence", inf):
        return risk
    return assess(replace(risk.standing, signals={**signals, "silence": silence}))


@lru_cache(maxsize=64)
def _kept_ranking(book: Book, day: date) -> Ranking:
    """Kept as long as the same data are loaded: scores change with the data, not with who asks."""
    return _rank(book, day)


def _rank(book: Book, day: date) -> Ranking:
    reader = Reader(book)
    found = [assess(standing) for standing in standings(reader, day)]
    return Ranking(_in_order(found), reader.source)


def _in_order(risks: Iterable[Risk]) -> tuple[Risk, ...]:
    return tuple(sorted(risks, key=lambda risk: (-risk.score, -risk.standing.mrr_minor, risk.standing.name)))


@dataclass(frozen=True)
class Backtest:
    """What became of the accounts that this scorecard would have flagged on past days, within 90 days of each.

    Accounts whose cancellation was already known on the day are left out: flagging them is no feat.
    """

    days: tuple[date, ...]
    flagged: int
    flagged_lost: int
    judged: int
    lost: int

    @property
    def lift(self) -> float | None:
        """How many times likelier a flagged account left than any account; None where nothing can be said."""
        if not self.flagged or not self.lost:
            return None
        return (self.flagged_lost / self.flagged) / (self.lost / self.judged)


def backtest(book: Book, day: date) -> Backtest:
    """Score the book as it stood 90, 180, 270 and 360 days before `day` and count who left within 90 days."""
    return _backtest(book, day)


@lru_cache(maxsize=64)
def _backtest(book: Book, day: date) -> Backtest:
    """Kept as long as the same data are loaded: the past does not change between two questions."""
    days = tuple(day - n * HORIZON for n in (4, 3, 2, 1))
    outcomes = [outcome for past in days for outcome in _outcomes(book, past)]
    flagged = [left for was_flagged, left in outcomes if was_flagged]
    return Backtest(days, len(flagged), sum(flagged), len(outcomes), sum(left for _, left in outcomes))


def _outcomes(book: Book, past: date) -> list[tuple[bool, bool]]:
    """(flagged, left within the horizon) of every account that could be judged on a past day."""
    left = _left_between(book, past, past + HORIZON)
    judged = [risk for risk in _rank(book, past).risks if not risk.standing.leaving_on]
    return [(risk.at_risk, risk.standing.account_id in left) for risk in judged]


def _left_between(book: Book, after: date, until: date) -> set[str]:
    m = mrr_movements.c
    statement = select(m.account_id).where(m.category == "churn", m.on_day > after, m.on_day <= until)
    return {row.account_id for row in read(book, statement)[0]}
