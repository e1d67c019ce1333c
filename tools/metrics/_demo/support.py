"""Support tickets."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from tools.metrics._demo.accounts import Account
from tools.metrics._demo.chance import between, count, pick, stream
from tools.metrics._demo.words import INJECTION, TOPICS, say
from tools.metrics._demo.writing import Row
from tools.metrics._period import add_months

PER_MONTH = {"smb": 0.25, "mid-market": 0.55, "enterprise": 1.1}
DAYS_TO_SOLVE = {"low": 6.0, "normal": 3.5, "high": 2.0, "critical": 2.5}


def tickets(account: Account, today: date, seed: int) -> Iterator[Row]:
    """The account's rows of `tickets`; trouble with the product brings more and graver ones."""
    rng = stream(seed, "tickets", account.number)
    usual = PER_MONTH[account.segment] * rng.lognormvariate(0, 0.5)
    for stint in account.stints:
        month, end = stint.joined, stint.end(today)
        while month < end:
            last = min(add_months(month, 1), end) - timedelta(days=1)
            for _ in range(count(rng, usual * (1 + 2.5 * account.shows("tickets", last)))):
                yield _ticket(rng, account, between(rng, month, last), today)
            month = add_months(month, 1)
    if account.number == 60:
        yield _ticket(rng, account, account.stints[0].joined + timedelta(days=9), today) | {"topic": INJECTION}


def _ticket(rng: Random, account: Account, opened_on: date, today: date) -> Row:
    trouble = account.shows("tickets", opened_on)
    priority = pick(rng, {"low": 0.3, "normal": 0.5, "high": 0.165, "critical": 0.025 + 0.4 * trouble})
    days = rng.lognormvariate(0, 0.8) * DAYS_TO_SOLVE[priority] * (1 + 2.5 * trouble)
    solved_on = opened_on + timedelta(days=round(days))
    solved = solved_on <= today
    return {
        "account_id": account.id,
        "opened_on": opened_on,
        "solved_on": solved_on if solved else None,
        "priority": priority,
        "topic": say(rng, TOPICS, account.tongue),
        "reopened": solved and rng.random() < 0.06 + 0.2 * trouble,
        "csat": _csat(rng, trouble) if rng.random() < 0.33 and solved else None,
    }


def _csat(rng: Random, trouble: float) -> float:
    return float(min(5, max(1, round(rng.gauss(4.4 - 2.2 * trouble, 0.8)))))
