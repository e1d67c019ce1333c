"""Contracts: what each account signs, and how that changes while it stays."""

from datetime import date, timedelta
from random import Random

from tools.metrics._demo.accounts import Account
from tools.metrics._demo.catalogue import (
    ADD_ON_SCALE,
    ADD_ONS,
    CURRENCY_PARITY,
    PAYS_MONTHLY,
    PLAN_MIX,
    PLANS,
    PLATFORM,
    REPEATS,
    RETAINER,
    SEAT_PRICES,
    SEATS,
    TERM_PRICE,
)
from tools.metrics._demo.chance import pick, stream
from tools.metrics._demo.life import Stint
from tools.metrics._demo.lines import Line
from tools.metrics._period import add_months

ANNOUNCED = timedelta(days=45)
"""How long before it takes effect a price rise stands in the books."""


def sign_contracts(account: Account, today: date, seed: int) -> list[Line]:
    """All contract lines of an account, over all its times as a customer."""
    rng = stream(seed, "contracts", account.number)
    lines: list[Line] = []
    for stint in account.stints:
        signed = _platform(rng, account, stint, today)
        if not account.only_tried:
            signed += _extras(rng, account, stint, today)
        for line in signed:
            line.number = len(lines) + 1
            lines.append(line)
    return lines


def _platform(rng: Random, account: Account, stint: Stint, today: date) -> list[Line]:
    plan = pick(rng, PLAN_MIX[account.segment])
    months = 1 if account.term == 12 and rng.random() < PAYS_MONTHLY else account.term
    unit = SEAT_PRICES[plan] * TERM_PRICE[account.term] * months * rng.uniform(0.9, 1.06)
    line = Line(
        account, stint, 0, PLATFORM, plan, "recurring", rng.randint(*SEATS[account.segment]),
        _priced(unit, account), months, account.term, stint.joined, stint.paid_from, stint.left,
    )  # fmt: skip
    if not account.only_tried:
        _sweeten(rng, line, returning=stint is not account.stints[0])
    lines = _develop(rng, line, today)
    _rest(rng, lines[-1], today)
    return lines


def _priced(minor: float, account: Account) -> int:
    """In the account's currency, rounded to ten cents: 89.90, not 89.87."""
    return max(10, round(minor * CURRENCY_PARITY[account.currency] / 10) * 10)


def _sweeten(rng: Random, line: Line, returning: bool) -> None:
    """Give one contract in five a discount, and most of those who come back."""
    if rng.random() > (0.6 if returning else 0.2):
        return
    months = max(line.months, pick(rng, {3: 0.3, 6: 0.4, 12: 0.3}))
    ends = add_months(line.anchor, months) if rng.random() > 0.06 else None
    if rng.random() < 0.25:
        amount = round(line.quantity * line.price * rng.uniform(0.06, 0.2) / 100) * 100
        line.discount = (None, max(100, amount), line.anchor, ends)
    else:
        points = pick(rng, {1000: 0.4, 1500: 0.25, 2000: 0.25, 1250: 0.1})
        line.discount = (points, None, line.anchor, ends)


def _develop(rng: Random, line: Line, today: date) -> list[Line]:
    """Let seats, plan and price change month by month; a change of plan is sometimes a new line."""
    lines, rises = [line], rng.random() < 0.8
    for month in range(1, 1000):
        day = add_months(line.anchor, month)
        if day > today + ANNOUNCED or (line.ended_on and day >= line.ended_on):
            break
        if day > today:
            if rises and month % 12 == 0:
                _reprice(lines[-1], day, rng.uniform(1.04, 1.09))
            continue
        _month(rng, lines, day, rises and month % 12 == 0, month % line.months == 0)
    return lines


def _month(rng: Random, lines: list[Line], day: date, rise: bool, renewal: bool) -> None:
    line = lines[-1]
    trouble = max(line.account.shows("usage", day), line.account.shows("payment", day))
    draw = rng.random()
    if rise:
        _reprice(line, day, rng.uniform(1.04, 1.09))
    elif draw < 0.06 * (1 - trouble):
        _resize(line, day, rng.uniform(1.05, 1.25))
    elif draw > 0.975 - 0.12 * trouble and renewal:
        _resize(line, day, rng.uniform(0.6, 0.92))
    elif 0.5 < draw < 0.51 and renewal:
        _change_plan(rng, lines, day, +1)
    elif 0.6 < draw < 0.604 + 0.03 * trouble and renewal:
        _change_plan(rng, lines, day, -1)


def _reprice(line: Line, day: date, factor: float) -> None:
    line.steps.append((day, None, round(line.terms_on(day)[1] * factor / 10) * 10))


def _resize(line: Line, day: date, factor: float) -> None:
    seats = line.terms_on(day)[0]
    new = max(2, round(seats * factor) + (1 if factor > 1 else -1))
    if new != seats:
        line.steps.append((day, new, None))


def _change_plan(rng: Random, lines: list[Line], day: date, step: int) -> None:
    """Into the next or previous plan: on the same line, or by a new one that starts as the old one ends."""
    line = lines[-1]
    place = PLANS.index(line.plan) + step
    if not 0 <= place < len(PLANS):
        return
    seats, price = line.terms_on(day)
    plan = PLANS[place]
    new_price = round(price * SEAT_PRICES[plan] / SEAT_PRICES[line.plan] / 10) * 10
    if rng.random() < 0.6:
        line.plan = plan
        line.steps.append((day, None, new_price))
        return
    lines.append(
        Line(
            line.account,
            line.stint,
            0,
            PLATFORM,
            plan,
            "recurring",
            seats,
            new_price,
            line.months,
            line.term,
            day,
            day,
            line.ended_on,
        )
    )
    line.ended_on, line.leaves = day, False


def _rest(rng: Random, line: Line, today: date) -> None:
    """Some monthly customers pause for a season; a few are pausing now."""
    end = line.stint.end(today)
    days = [day for day in line.bill_days(end) if day > add_months(line.anchor, 2)]
    draw = rng.random()
    if line.months != 1 or len(days) < 6 or draw > 0.12:
        return
    if draw < 0.03 and line.ended_on is None:
        line.pause = (days[-1], add_months(days[-1], 2) if draw < 0.01 else None)
    else:
        start = rng.choice(days[:-4])
        line.pause = (start, add_months(start, rng.randint(1, 3)))


def _extras(rng: Random, account: Account, stint: Stint, today: date) -> list[Line]:
    """Add-ons, consulting retainers and repeat purchases, each from some day of the stint on."""
    lines = []
    wanted = {"smb": 0.22, "mid-market": 0.5, "enterprise": 0.85}[account.segment]
    for product, price in ADD_ONS.items():
        if rng.random() < wanted / 2.2:
            size = price * ADD_ON_SCALE[account.segment] * rng.uniform(0.8, 1.3)
            lines += _later(rng, account, stint, today, product, "Add-on", "recurring", size)
    if account.segment != "smb" and rng.random() < 0.16:
        size = rng.choice((2500, 4000, 5000, 7500, 12000)) * 100.0
        lines += _later(rng, account, stint, today, RETAINER, "Monthly retainer", "retainer", size)
    if rng.random() < 0.1:
        size = rng.choice((450, 780, 1200, 1900)) * 100.0
        lines += _later(rng, account, stint, today, rng.choice(REPEATS), "Re-order", "repeat", size)
    return lines


def _later(
    rng: Random, account: Account, stint: Stint, today: date, product: str, plan: str, kind: str, size: float
) -> list[Line]:
    day = add_months(stint.paid_from, pick(rng, {0: 0.35, **dict.fromkeys(range(1, 20), 0.05)}))
    if day >= stint.end(today):
        return []
    months = rng.choice((3, 6)) if kind == "repeat" else 1
    line = Line(
        account, stint, 0, product, plan, kind, rng.randint(1, 6) if kind == "repeat" else 1,
        _priced(size, account), months, months, day, day, stint.left,
    )  # fmt: skip
    dropped = add_months(day, months * rng.randint(3, 24))
    if rng.random() < 0.3 and dropped < stint.end(today):
        line.ended_on, line.leaves = dropped, False
    return [line]
