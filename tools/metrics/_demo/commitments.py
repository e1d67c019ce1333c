"""What was promised to the accounts: most of it is delivered on the day, and where trouble is, less."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from tools.metrics._demo.accounts import Account
from tools.metrics._demo.chance import between, count, stream
from tools.metrics._demo.words import PROMISES, say
from tools.metrics._demo.writing import Row

YEARLY = 1.6
"""Promises to an account in a year."""


def commitments(account: Account, today: date, seed: int) -> Iterator[Row]:
    """The account's rows of `commitments`."""
    rng = stream(seed, "commitments", account.number)
    if account.only_tried:
        return
    for stint in account.stints:
        end = stint.end(today)
        for _ in range(count(rng, YEARLY * (end - stint.joined).days / 365)):
            promised_on = between(rng, stint.joined, end - timedelta(days=1))
            yield _commitment(rng, account, promised_on, min(today, end))


def _commitment(rng: Random, account: Account, promised_on: date, until: date) -> Row:
    due_on = promised_on + timedelta(days=rng.choice((14, 30, 30, 45, 60, 90)))
    trouble = max(account.shows("tickets", due_on), account.shows("silence", due_on))
    late = rng.random() < 0.08 + 0.5 * trouble
    slip = rng.randint(5, 90) if late else -rng.randint(0, 10)
    delivered_on = max(promised_on, due_on + timedelta(days=slip))
    return {
        "account_id": account.id,
        "name": say(rng, PROMISES, account.tongue),
        "owner": account.owner,
        "promised_on": promised_on,
        "due_on": due_on,
        "delivered_on": delivered_on if delivered_on <= until else None,
    }
