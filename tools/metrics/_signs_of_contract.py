"""Signs in the contract lines that are in force: when they renew, by when notice is due, seats, dearer prices."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from math import inf
from typing import Any

from sqlalchemy import or_, select

from tools.metrics._asking import Asked
from tools.metrics._book import discounts, subscription_changes, subscriptions
from tools.metrics._period import add_months
from tools.metrics._recorded import AHEAD, dearer_prices

NO_DECISION = inf
"""Days to the renewal of an account that pays by the month."""
s = subscriptions.c
Lines = Mapping[str, Sequence[Any]]


def lines_in_force(asked: Asked) -> Lines:
    """The contract lines of each account that are in force at the end of the day."""
    statement = select(
        s.subscription_id, s.account_id, s.started_on, s.ended_on, s.renews_on, s.cancelled_on, s.interval_unit,
        s.interval_count, s.term_months, s.notice_days, s.trial_ends_on, s.quantity, s.unit_amount_minor,
    )  # fmt: skip
    in_force = (s.started_on <= asked.day, or_(s.ended_on.is_(None), s.ended_on > asked.day), s.kind != "repeat")
    found: dict[str, list[Any]] = defaultdict(list)
    for row in asked.rows(statement.where(*in_force), s.account_id):
        found[row.account_id].append(row)
    return found


def contract_signs(asked: Asked, lines: Lines) -> dict[str, dict[str, float]]:
    """Of each account: renewal_days, notice_left, seats and price_ahead, as far as they are known.

    Whether a line renews by itself is no sign: that is changed when it is cancelled, and no row says when.
    """
    changes, dearer = _changes(asked), _dearer(asked)
    return {
        account: dict(_of_account(asked.day, found, changes, dearer)) | _prices(found, dearer)
        for account, found in lines.items()
    }


def _of_account(
    day: date, lines: Sequence[Any], changes: Mapping[str, Sequence[Any]], dearer: Any
) -> Iterator[tuple[str, float]]:
    renews_on = next_renewal(lines, day)
    deciding = [line for line in lines if _decides(line)]
    if renews_on:
        yield "renewal_days", float((renews_on - day).days) if deciding else NO_DECISION
    if deciding and renews_on and (notice := [line.notice_days for line in deciding if line.notice_days is not None]):
        yield "notice_left", float((renews_on - day).days - max(notice))
    seats = max(_quantity(line, changes.get(line.subscription_id, ())) for line in lines)
    if seats > 1:
        yield "seats", float(seats)


def _quantity(line: Any, changes: Sequence[Any]) -> int:
    """The units of a line after all of its changes so far."""
    quantity: int = next(
        (change.quantity for change in reversed(changes) if change.quantity is not None), line.quantity
    )
    return quantity


def _changes(asked: Asked) -> Mapping[str, Sequence[Any]]:
    """The changes of each contract line up to the day, in their order."""
    c = subscription_changes.c
    statement = select(c.subscription_id, c.effective_on, c.quantity).where(c.effective_on <= asked.day)
    return _by_line(asked, statement.order_by(c.effective_on), c.subscription_id)


def _by_line(asked: Asked, statement: Any, subscription_id: Any) -> Mapping[str, Sequence[Any]]:
    """The rows of each contract line of the accounts asked for."""
    if asked.among is not None:
        statement = statement.where(subscription_id.in_(select(s.subscription_id).where(*asked.only(s.account_id))))
    found: dict[str, list[Any]] = defaultdict(list)
    for row in asked.reader.rows(statement):
        found[row.subscription_id].append(row)
    return found


def _dearer(asked: Asked) -> Mapping[str, float] | None:
    """By what share each line gets dearer within 90 days; None where neither discounts nor planned prices are recorded.

    That a discount ends is known from its start. A price that is planned is known only now: no row says since when.
    """
    if not asked.recorded.prices:
        return None
    d = discounts.c
    granted = _by_line(asked, select(discounts).where(d.starts_on <= asked.day), d.subscription_id)
    planned = _planned(asked) if asked.recorded.is_now else {}
    ends = {line: max(_rise(row, asked.day) for row in rows) for line, rows in granted.items()}
    return ends | {line: max(rise, ends.get(line, 0.0)) for line, rise in planned.items()}


def _rise(discount: Any, day: date) -> float:
    """What the end of a discount adds to the price. An amount off is not set against the price, and counts as 1%."""
    if discount.ends_on is None or not day < discount.ends_on <= day + AHEAD:
        return 0.0
    share = min((discount.percent_bp or 100) / 10_000, 0.95)
    return float(share / (1 - share))


def _planned(asked: Asked) -> Mapping[str, float]:
    planned = _by_line(asked, dearer_prices(asked.day), subscription_changes.c.subscription_id)
    return {line: max(row.unit_amount_minor / row.before - 1 for row in rows) for line, rows in planned.items()}


def _prices(lines: Sequence[Any], dearer: Mapping[str, float] | None) -> dict[str, float]:
    if dearer is None:
        return {}
    return {"price_ahead": max(dearer.get(line.subscription_id, 0.0) for line in lines)}


def next_renewal(lines: Sequence[Any], day: date) -> date | None:
    """The next renewal of an account's contract lines: of those billed by the quarter or longer, else of any."""
    deciding = [line for line in lines if _decides(line)] or lines
    return min((_renewal(line, day) for line in deciding), default=None)


def _renewal(line: Any, day: date) -> date:
    """The first renewal of a contract line after `day`.

    Counted back from the recorded renewal by whole terms, else on from the first paid day: what was to come can be told
    for any day in the past without looking ahead of it, and alike of lines that go on and of those that ended since,
    which have no renewal recorded any more.
    """
    months = _term(line)
    if line.renews_on:
        step = months if _decides(line) else 12
        back = max(0, (line.renews_on.year - day.year) * 12 + line.renews_on.month - day.month) // step + 1
        options = (add_months(line.renews_on, -step * n) for n in range(back, -2, -1))
        return next((option for option in options if option > day), line.renews_on)
    first = line.trial_ends_on or line.started_on
    passed = max(0, (day.year - first.year) * 12 + day.month - first.month)
    ahead = add_months(first, passed // months * months)
    return ahead if ahead > day else add_months(first, (passed // months + 1) * months)


def _decides(line: Any) -> bool:
    """A contract that runs by the month renews all the time: nobody decides anything."""
    return _term(line) >= 3


def _term(line: Any) -> int:
    """Months between two renewals: as recorded, else as billed."""
    months: int = line.term_months or {"year": 12, "month": 1}.get(line.interval_unit, 0) * line.interval_count
    return max(months, 1)


def leaving_on(lines: Sequence[Any], day: date) -> date | None:
    """The last end, where every line's cancellation was known by `day`."""
    known = [line.ended_on for line in lines if line.ended_on and (line.cancelled_on or line.ended_on) <= day]
    return max(known) if lines and len(known) == len(lines) else None
