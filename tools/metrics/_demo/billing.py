"""Invoices of the last year and a half."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from tools.metrics._demo.accounts import Account
from tools.metrics._demo.catalogue import CURRENCY_PARITY
from tools.metrics._demo.chance import between, count, stream
from tools.metrics._demo.lines import Line
from tools.metrics._demo.writing import Row
from tools.metrics._period import add_months

MONTHS = 18
ONE_OFFS = {
    "pt": ("Implantação", "Treinamento presencial", "Migração de dados"),
    "en": ("Set-up", "Training on site", "Data migration"),
}


def invoices(account: Account, lines: list[Line], today: date, seed: int) -> Iterator[Row]:
    """The account's rows of `invoices`. Some accounts always pay late and mean no harm."""
    rng = stream(seed, "invoices", account.number)
    usual_delay = rng.randint(6, 24) if rng.random() < 0.11 else rng.randint(-6, 2)
    first = add_months(today, -MONTHS)
    for line in lines:
        for day in line.bill_days(until=today + timedelta(days=1)):
            if day >= first and (amount := line.bill(day)):
                kind = "one_off" if line.kind == "repeat" else "recurring"
                yield _invoice(rng, account, kind, amount, day, line.product, usual_delay, today)
    for kind, amount, day, what in _extra_charges(rng, account, first, today):
        yield _invoice(rng, account, kind, amount, day, what, usual_delay, today)


def _invoice(
    rng: Random, account: Account, kind: str, amount: int, day: date, what: str, usual_delay: int, today: date
) -> Row:
    due_on = day + timedelta(days=10 if account.segment == "smb" else 30)
    paid_on = _paid_on(rng, account, due_on, usual_delay)
    return {
        "account_id": account.id,
        "kind": kind,
        "currency": account.currency,
        "amount_minor": amount,
        "issued_on": day,
        "due_on": due_on,
        "paid_on": max(paid_on, day) if paid_on and paid_on <= today else None,
        "description": what,
    }


def _paid_on(rng: Random, account: Account, due_on: date, usual_delay: int) -> date | None:
    """Late where money is short; now and then late or never for no reason at all."""
    short = account.shows("payment", due_on)
    if rng.random() < 0.12 * short + (0.25 if _gone_by(account, due_on) else 0.003):
        return None
    slip = rng.randint(12, 45) if rng.random() < 0.013 else 0
    return due_on + timedelta(days=usual_delay + slip + round(short * rng.uniform(5, 95)))


def _gone_by(account: Account, day: date) -> bool:
    left = account.stints[-1].left
    return left is not None and left <= day


def _extra_charges(rng: Random, account: Account, first: date, today: date) -> Iterator[tuple[str, int, date, str]]:
    """One-off charges, and metered usage above what the plan includes."""
    size = {"smb": 90000, "mid-market": 450000, "enterprise": 1800000}[account.segment] * CURRENCY_PARITY[
        account.currency
    ]
    names = ONE_OFFS["pt" if account.tongue == "pt" else "en"]
    for stint in account.stints:
        start, last = max(first, stint.joined), stint.end(today) - timedelta(days=1)
        if account.only_tried or start >= last:
            continue
        if start == stint.joined and rng.random() < 0.4:
            yield (
                "one_off",
                round(size * rng.uniform(0.5, 1.5)),
                min(last, start + timedelta(days=5)),
                names[0],
            )
        for _ in range(count(rng, 0.25)):
            yield (
                "one_off",
                round(size * rng.uniform(0.1, 0.5)),
                between(rng, start, last),
                rng.choice(names[1:]),
            )
        for _ in range(count(rng, 0.2)):
            yield "usage", round(size * rng.uniform(0.01, 0.08)), between(rng, start, last), "API calls"
