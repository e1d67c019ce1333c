"""Contract lines: what is paid, how often, from when to when."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from tools.metrics._demo.accounts import Account
from tools.metrics._demo.life import Stint
from tools.metrics._demo.words import reason_of
from tools.metrics._demo.writing import Row
from tools.metrics._period import add_months


@dataclass
class Line:
    """A contract line. Paid every `months`, bound for `term` months, first paid for from `anchor`."""

    account: Account
    stint: Stint
    number: int
    product: str
    plan: str
    kind: str
    quantity: int
    price: int
    months: int
    term: int
    started_on: date
    anchor: date
    ended_on: date | None
    leaves: bool = True
    steps: list[tuple[date, int | None, int | None]] = field(default_factory=list)
    discount: tuple[int | None, int | None, date, date | None] | None = None
    pause: tuple[date, date | None] | None = None

    @property
    def id(self) -> str:
        return f"S-{self.account.number:04d}-{self.number}"

    def terms_on(self, day: date) -> tuple[int, int]:
        """Quantity and unit price in force on a day."""
        quantity, price = self.quantity, self.price
        for effective_on, new_quantity, new_price in self.steps:
            if effective_on <= day:
                quantity, price = new_quantity or quantity, new_price or price
        return quantity, price

    def bill_days(self, until: date) -> Iterator[date]:
        """First days of the billing periods before `until` and before the end."""
        end = min(until, self.ended_on or until)
        for periods in range(1000):
            day = add_months(self.anchor, periods * self.months)
            if day >= end:
                return
            yield day

    def bill(self, day: date) -> int:
        """What one billing period that starts on `day` costs, net of discounts; nothing while paused."""
        if self.pause and self.pause[0] <= day and (self.pause[1] is None or day < self.pause[1]):
            return 0
        quantity, price = self.terms_on(day)
        full = quantity * price
        if not self.discount or day < self.discount[2] or (self.discount[3] and day >= self.discount[3]):
            return full
        points, amount = self.discount[:2]
        return full - (full * points + 5000) // 10000 if points else max(0, full - (amount or 0))


def subscription_row(line: Line, today: date) -> Row:
    """The line as a row of `subscriptions`."""
    yearly = line.months == 12
    leaving = line.leaves and line.stint.left is not None
    return {
        "subscription_id": line.id,
        "account_id": line.account.id,
        "product": line.product,
        "plan": line.plan,
        "kind": line.kind,
        "currency": line.account.currency,
        "quantity": line.quantity,
        "unit_amount_minor": line.price,
        "interval_unit": "year" if yearly else "month",
        "interval_count": 1 if yearly else line.months,
        "started_on": line.started_on,
        "ended_on": line.ended_on,
        "trial_ends_on": line.stint.paid_from if line.started_on < line.anchor else None,
        "renews_on": _renews_on(line, today),
        "cancelled_on": line.stint.told_on if leaving else None,
        "cancel_reason": _reason(line) if leaving else None,
        "auto_renew": None if line.kind == "repeat" else not leaving and line.account.number % 9 != 0,
        "notice_days": _notice_days(line),
    }


def _notice_days(line: Line) -> int | None:
    """Contracts for a year have to be cancelled ahead, large ones earlier."""
    if line.kind == "repeat" or line.term < 12:
        return None
    return 60 if line.account.segment == "enterprise" else 30


def _renews_on(line: Line, today: date) -> date | None:
    if line.kind == "repeat" or (line.ended_on and line.ended_on <= today):
        return None
    terms = 1
    while add_months(line.anchor, terms * line.term) <= today:
        terms += 1
    return line.ended_on or add_months(line.anchor, terms * line.term)


def _reason(line: Line) -> str | None:
    if line.account.only_tried or line.account.number % 3 == 0:
        return None
    return reason_of(line.account.number, line.stint.cause)


def change_rows(line: Line) -> Iterator[Row]:
    """The line's rows of `subscription_changes`."""
    for day, quantity, price in line.steps:
        yield {
            "subscription_id": line.id,
            "effective_on": day,
            "quantity": quantity,
            "unit_amount_minor": price,
        }


def discount_rows(line: Line) -> Iterator[Row]:
    """The line's rows of `discounts`."""
    if line.discount:
        points, amount, starts, ends = line.discount
        yield {
            "discount_id": f"R-{line.id[2:]}", "subscription_id": line.id,
            "percent_bp": points, "amount_minor": amount, "starts_on": starts, "ends_on": ends,
        }  # fmt: skip


def pause_rows(line: Line) -> Iterator[Row]:
    """The line's rows of `pauses`."""
    if line.pause:
        yield {"subscription_id": line.id, "starts_on": line.pause[0], "ends_on": line.pause[1]}
