"""What the accounts wanted to reach, and why some left."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from tools.metrics._demo.accounts import Account
from tools.metrics._demo.chance import between, stream
from tools.metrics._demo.life import Stint
from tools.metrics._demo.words import (
    COMPETITORS,
    EXIT_COMMENTS,
    GOALS,
    HOSTILE_NOTE,
    reason_of,
    say,
    tongue_of,
)
from tools.metrics._demo.writing import Row


def goals(account: Account, today: date, seed: int) -> Iterator[Row]:
    """The account's rows of `goals`: none for four in ten, and not always measured."""
    rng = stream(seed, "goals", account.number)
    if account.only_tried or rng.random() < 0.4:
        return
    for name, unit, start, target in rng.sample(GOALS, rng.randint(1, 2)):
        stint = account.stints[-1]
        set_on = between(rng, stint.joined + timedelta(days=10), stint.joined + timedelta(days=70))
        due_on = set_on + timedelta(days=rng.choice((120, 180, 270, 365, 365, 545)))
        if set_on < stint.end(today):
            measured = _measured(rng, account, min(today, stint.end(today)), set_on, due_on, start, target)
            yield {
                "account_id": account.id,
                "name": name[tongue_of(account.tongue)],
                "unit": unit,
                **measured,
            }


def _measured(rng: Random, account: Account, day: date, set_on: date, due_on: date, start: float, target: float) -> Row:
    spread = rng.uniform(0.85, 1.2)
    elapsed = min(1.0, (day - set_on) / (due_on - set_on))
    reached = elapsed * rng.uniform(0.55, 1.25) * (1 - 0.7 * account.shows("usage", day))
    current = round((start + (target - start) * reached) * spread, 1)
    return {
        "baseline": round(start * spread, 1),
        "target": round(target * spread, 1),
        "current": current if rng.random() < 0.88 else None,
        "set_on": set_on,
        "due_on": due_on,
    }


def exits(account: Account, today: date, seed: int) -> Iterator[Row]:
    """The account's rows of `exits`: three of four leavers were asked, and not all of those said much."""
    rng = stream(seed, "exits", account.number)
    for stint in account.stints:
        asked = rng.random() < 0.78
        if stint.left is None or stint.told_on is None or account.only_tried or not asked:
            continue
        day = between(rng, stint.told_on, stint.left + timedelta(days=12))
        if day <= today:
            yield _exit(rng, account, stint, day)


def _exit(rng: Random, account: Account, stint: Stint, day: date) -> Row:
    reason = reason_of(account.number, stint.cause)
    comment = say(rng, EXIT_COMMENTS[reason], account.tongue) if rng.random() < 0.7 else None
    return {
        "account_id": account.id,
        "on_day": day,
        "reason": reason if rng.random() < 0.93 else None,
        "competitor": rng.choice(COMPETITORS) if reason == "competitor" and rng.random() < 0.7 else None,
        "comment": f"{comment} {HOSTILE_NOTE}" if comment and account.number % 20 == 0 else comment,
    }
