"""Touches between the demo company's teams and the accounts' people."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from tools.metrics._demo.accounts import Account
from tools.metrics._demo.catalogue import AGENTS, SALES
from tools.metrics._demo.chance import between, count, pick, stream
from tools.metrics._demo.people import Contact, people_there
from tools.metrics._demo.words import AWKWARD_NOTES, CONTACTED_US, NOTES, say
from tools.metrics._demo.writing import Row
from tools.metrics._period import add_months

TALKS_PER_MONTH = {"smb": 0.6, "mid-market": 0.95, "enterprise": 1.5}
WRITTEN_PER_MONTH = {"cs": 0.45, "marketing": 0.35, "sales": 0.08, "support": 0.15, "survey": 0.12}
CHANNELS = {"cs": "email", "marketing": "email", "sales": "call", "support": "chat", "survey": "email"}
FIRST_AWKWARD_ACCOUNT = 30


def touches(account: Account, contacts: list[Contact], today: date, seed: int) -> Iterator[Row]:
    """The account's rows of `touches`; a customer in trouble talks less, whatever is sent to it."""
    rng = stream(seed, "touches", account.number)
    chatty = rng.lognormvariate(0, 0.4)
    for stint in account.stints:
        month, end = stint.joined, stint.end(today)
        while month < end:
            last = min(add_months(month, 1), end) - timedelta(days=1)
            yield from _month(rng, account, contacts, month, last, chatty)
            month = add_months(month, 1)
    place = account.number - FIRST_AWKWARD_ACCOUNT
    if 0 <= place < len(AWKWARD_NOTES):
        day = account.stints[0].joined + timedelta(days=12)
        yield _touch(rng, account, contacts, day, "cs", "both", "call") | {"note": AWKWARD_NOTES[place]}


def _month(
    rng: Random, account: Account, contacts: list[Contact], first: date, last: date, chatty: float
) -> Iterator[Row]:
    open_to_us = 1 - 0.9 * account.shows("silence", last)
    talks = TALKS_PER_MONTH[account.segment] * chatty * open_to_us
    for _ in range(count(rng, talks)):
        direction = pick(rng, {"both": 0.6, "inbound": 0.4})
        channel = (
            pick(rng, {"call": 0.5, "meeting": 0.5}) if direction == "both" else pick(rng, {"email": 0.6, "chat": 0.4})
        )
        yield _touch(rng, account, contacts, between(rng, first, last), "cs", direction, channel)
    for team, usual in WRITTEN_PER_MONTH.items():
        for _ in range(count(rng, usual)):
            yield _touch(rng, account, contacts, between(rng, first, last), team, "outbound", CHANNELS[team])


def _touch(
    rng: Random, account: Account, contacts: list[Contact], day: date, team: str, direction: str, channel: str
) -> Row:
    people = people_there(contacts, day)
    sayings = CONTACTED_US if direction == "inbound" else NOTES[team]
    return {
        "account_id": account.id,
        "contact_id": rng.choice(people).id if people and rng.random() < 0.92 else None,
        "on_day": day,
        "team": team,
        "channel": channel,
        "direction": direction,
        "author": _author(rng, account, team),
        "note": say(rng, sayings, account.tongue) if rng.random() < 0.7 else None,
    }


def _author(rng: Random, account: Account, team: str) -> str | None:
    if team == "cs":
        return account.owner
    if team == "sales":
        return rng.choice(SALES)
    return rng.choice(AGENTS) if team == "support" else None
