"""What it costs to win and to serve accounts, and what foreign money is worth."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from tools.metrics._demo.accounts import MONTHS, Account
from tools.metrics._demo.catalogue import CURRENCY_PARITY, Segment
from tools.metrics._demo.chance import stream
from tools.metrics._demo.lines import Line
from tools.metrics._demo.writing import Row
from tools.metrics._period import add_months

WINNING: dict[Segment, int] = {"smb": 90000, "mid-market": 520000, "enterprise": 2400000}
SERVING: dict[Segment, int] = {"smb": 35000, "mid-market": 190000, "enterprise": 900000}
"""Centavos per account, and per account and quarter."""


def winning_costs(accounts: list[Account], today: date, seed: int) -> Iterator[Row]:
    """Campaigns month by month, and what was spent on single accounts before they signed."""
    rng = stream(seed, "campaigns")
    for month in range(MONTHS):
        first = add_months(today, month - MONTHS).replace(day=1)
        for channel, size in {"ads": 2200000, "events": 900000, "content": 600000}.items():
            yield _cost(None, first, "acquisition", channel, size * (1 + month / 40) * rng.uniform(0.7, 1.3))
    for account in accounts:
        signed_on, size = account.stints[0].joined, WINNING[account.segment]
        yield _cost(account, signed_on, "acquisition", "commission", size * rng.uniform(0.5, 1.5))
        if rng.random() < 0.25:
            before = signed_on - timedelta(days=rng.randint(5, 40))
            yield _cost(account, before, "acquisition", rng.choice(("travel", "offers")), size * rng.uniform(0.1, 0.5))


def service_costs(account: Account, today: date, seed: int) -> Iterator[Row]:
    """Support and success hours by quarter; some accounts cost more than they pay."""
    rng = stream(seed, "service", account.number)
    usual = SERVING[account.segment] * rng.lognormvariate(0, 0.7)
    for stint in account.stints:
        for day in _quarters(stint.joined, stint.end(today)):
            effort = 1 + account.shows("tickets", day)
            yield _cost(account, day, "service", "support hours", usual * effort * rng.uniform(0.7, 1.3))
            if account.segment != "smb" and rng.random() < 0.15:
                yield _cost(account, day, "service", "travel", usual * rng.uniform(0.2, 0.6))


def burdens(accounts: list[Account], lines: dict[str, list[Line]], today: date, seed: int) -> Iterator[Row]:
    """Work beyond the contract for one account in fifteen: as much as it pays, or more."""
    for account in accounts:
        rng = stream(seed, "burden", account.number)
        if rng.random() > 0.07:
            continue
        share = rng.uniform(0.9, 1.6)
        for stint in account.stints:
            for day in _quarters(stint.joined, stint.end(today)):
                yield _cost(account, day, "service", "custom work", share * 3 * _monthly_fee(lines[account.id], day))


def _monthly_fee(lines: list[Line], day: date) -> float:
    """Centavos a month for what is in force, whatever the currency."""
    in_force = (each for each in lines if each.started_on <= day and (each.ended_on is None or each.ended_on > day))
    return sum(each.bill(day) / each.months / CURRENCY_PARITY[each.account.currency] for each in in_force)


def _quarters(first: date, end: date) -> Iterator[date]:
    """The end of each quarter of service, while it lasts."""
    for quarters in range(1, 100):
        day = add_months(first, 3 * quarters) - timedelta(days=1)
        if day >= end:
            return
        yield day


def _cost(account: Account | None, day: date, kind: str, channel: str, size: float) -> Row:
    return {
        "account_id": account.id if account else None,
        "on_day": day,
        "kind": kind,
        "channel": channel,
        "currency": "BRL",
        "amount_minor": round(size),
    }


def exchange_rates(today: date, seed: int) -> Iterator[Row]:
    """Reais for one dollar and one euro, every three months, from before the first contract."""
    for currency, start in (("EUR", 5.62), ("USD", 5.12)):
        rng, rate = stream(seed, f"rate {currency}"), start
        for back in range(MONTHS + 3, -1, -3):
            yield {"currency": currency, "on_day": add_months(today, -back), "rate_e6": _four_digits(rate)}
            rate = _next(rng, rate, start)


def _four_digits(rate: float) -> int:
    return round(rate * 10000) * 100


def _next(rng: Random, rate: float, usual: float) -> float:
    return rate + 0.25 * (usual - rate) + rng.gauss(0.02, 0.16)
