"""Product usage, per account, ISO week and feature. A few accounts report by month, some not at all."""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import numpy as np
from numpy.typing import NDArray

from tools.metrics._demo.accounts import Account
from tools.metrics._demo.catalogue import FEATURE_USE, FEATURES
from tools.metrics._demo.chance import pick, stream
from tools.metrics._demo.life import Stint
from tools.metrics._demo.lines import Line
from tools.metrics._demo.writing import Row
from tools.metrics._period import add_months

WEEKS = 78
Floats = NDArray[np.float64]
Measured = dict[tuple[date, str], tuple[int, int]]
"""Events and users by day and feature."""


def usage(account: Account, lines: list[Line], today: date, seed: int) -> Iterator[Row]:
    """The account's rows of `usage`: whole weeks of the last year and a half in which it was a customer."""
    rng = stream(seed, "usage", account.number)
    feed = pick(rng, {"weekly": 0.81, "monthly": 0.04, "none": 0.1, "broken": 0.05})
    if feed == "none":
        return
    measured = _measured(rng, account, lines, _weeks(account, today, ends_early=feed == "broken"), seed)
    if feed == "monthly":
        measured = _by_month(measured, today)
    for (day, feature), (events, users) in sorted(measured.items()):
        yield {"account_id": account.id, "on_day": day, "feature": feature, "events": events, "users": users}


def _weeks(account: Account, today: date, ends_early: bool) -> list[date]:
    """Mondays of the whole weeks that lie in a stint and are over."""
    this_monday = today - timedelta(days=today.weekday())
    last = 9 if ends_early else 1
    mondays = [this_monday - timedelta(weeks=back) for back in range(WEEKS, last - 1, -1)]
    return [day for day in mondays if any(_within(day, stint, today) for stint in account.stints)]


def _within(monday: date, stint: Stint, today: date) -> bool:
    return stint.joined <= monday and monday + timedelta(days=7) <= stint.end(today)


def _measured(rng: Random, account: Account, lines: list[Line], weeks: list[date], seed: int) -> Measured:
    if not weeks:
        return {}
    dice = np.random.default_rng([seed, account.number])
    users = _active_users(rng, dice, account, lines, weeks)
    found: Measured = {}
    for feature in _features(rng, account):
        share = rng.uniform(0.35, 0.95)
        people = dice.poisson(users * share)
        events = dice.poisson(people * FEATURE_USE[feature] * rng.uniform(0.6, 1.5))
        numbers = zip(weeks, events.tolist(), people.tolist(), strict=True)
        found |= {(week, feature): (many, who) for week, many, who in numbers if many}
    return found


def _features(rng: Random, account: Account) -> list[str]:
    many = {"smb": rng.randint(2, 4), "mid-market": rng.randint(3, 6), "enterprise": rng.randint(4, 6)}[account.segment]
    return list(FEATURES[:2]) + rng.sample(FEATURES[2:], many - 2)


def _active_users(
    rng: Random, dice: np.random.Generator, account: Account, lines: list[Line], weeks: list[date]
) -> Floats:
    adoption = min(0.95, rng.uniform(0.45, 0.85) * account.fitness**0.3)
    seats = np.array([_seats(lines, week) for week in weeks])
    healthy = np.array([1 - account.shows("usage", week) for week in weeks])
    season = np.array([_season(week) * _ramp(account, week) for week in weeks])
    return np.asarray(seats * adoption * healthy * season * _dip(rng, len(weeks)) * _drift(dice, len(weeks)))


def _seats(lines: list[Line], day: date) -> int:
    """Seats of the platform on a day, whatever plan they are on then."""
    for line in lines:
        if (
            line.plan != "Add-on"
            and line.kind == "recurring"
            and line.started_on <= day
            and (line.ended_on is None or day < line.ended_on)
        ):
            return line.terms_on(day)[0]
    return 0


def _season(week: date) -> float:
    """Quiet weeks around Christmas and New Year."""
    return 0.5 if (week.month, week.day) >= (12, 20) or (week.month, week.day) <= (1, 4) else 1.0


def _ramp(account: Account, week: date) -> float:
    """It takes two months until all are on board."""
    started = max(stint.joined for stint in account.stints if stint.joined <= week)
    return min(1.0, 0.3 + (week - started).days / 80)


def _dip(rng: Random, weeks: int) -> Floats:
    """Harmless holes: collective holidays, an audit, a move."""
    level = np.ones(weeks)
    for _ in range(2):
        if rng.random() < 0.3:
            start = rng.randrange(weeks)
            level[start : start + rng.randint(3, 8)] *= rng.uniform(0.35, 0.65)
    return level


def _drift(dice: np.random.Generator, weeks: int) -> Floats:
    """Good and bad times that remember the week before, with noise on top."""
    pushes = dice.normal(0, 0.085, weeks).tolist()
    drift = list(itertools.accumulate(pushes, lambda level, push: 0.88 * level + push))
    return np.asarray(np.exp(np.array(drift) + dice.normal(0, 0.07, weeks)))


def _by_month(measured: Measured, today: date) -> Measured:
    """Sums of whole months, dated on their first day; users are the busiest week's."""
    months: dict[tuple[date, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for (week, feature), (events, users) in measured.items():
        first = week.replace(day=1)
        if add_months(first, 1) <= today:
            many, most = months[first, feature]
            months[first, feature] = (many + events, max(most, users))
    return dict(months)
