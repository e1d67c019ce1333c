"""The ledger: what changed each account's MRR, one row per account and day.

MRR of a contract line is its price normalised to a month (a year ÷ 12, a quarter ÷ 3, a week × 52 ÷ 12), net of
discounts, nothing while trial or pause lasts, rounded half up to minor units. It changes on few days only: at the
start of paid service, a seat or price change, the ends of discounts and pauses, and the end. Those days are found,
the MRR from each on is priced, and the differences are kept (`mrr_steps`); summed per account and day and
classified they are the ledger (`mrr_movements`), of which every period is a plain sum.

Everything is SQL in the book's own engine. Foreign currencies are converted at each currency's latest rate, so a
rate never makes a movement.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
    union,
)

from tools.metrics._book import (
    book_info,
    discounts,
    mrr_movements,
    mrr_steps,
    pauses,
    subscription_changes,
    subscriptions,
)
from tools.metrics._currency import in_reporting, rounded

MRR_KINDS = ("recurring", "retainer")


def build_ledger(connection: Connection) -> None:
    """Write `mrr_steps` and `mrr_movements` anew from the source tables, inside the caller's transaction."""
    connection.execute(delete(mrr_steps))
    connection.execute(delete(mrr_movements))
    reporting = connection.execute(
        select(book_info.c.value).where(book_info.c.key == "reporting_currency")
    ).scalar_one()
    currencies = connection.execute(select(subscriptions.c.currency).distinct()).scalars().all()
    steps = _steps(reporting, currencies)
    connection.execute(insert(mrr_steps).from_select(_names(mrr_steps.columns), steps))
    connection.execute(insert(mrr_movements).from_select(_names(mrr_movements.columns), _movements()))


def _names(columns: object) -> list[str]:
    return [column.name for column in columns]  # type: ignore[attr-defined]


def _paid() -> Subquery:
    """Contract lines that are MRR, with the days between which they are paid."""
    s = subscriptions.c
    trial = case((s.trial_ends_on > s.started_on, s.trial_ends_on), else_=s.started_on)
    return (
        select(subscriptions, trial.label("paid_from"))
        .where(s.kind.in_(MRR_KINDS), or_(s.ended_on.is_(None), s.ended_on > trial))
        .subquery("paid")
    )


def _days(paid: Subquery) -> Subquery:
    """Every day on which a line's MRR may change, each once."""
    others = [
        (subscription_changes, subscription_changes.c.effective_on),
        (discounts, discounts.c.starts_on),
        (discounts, discounts.c.ends_on),
        (pauses, pauses.c.starts_on),
        (pauses, pauses.c.ends_on),
    ]
    within = [
        select(paid.c.subscription_id, day.label("on_day"))
        .join_from(paid, table, table.c.subscription_id == paid.c.subscription_id)
        .where(day > paid.c.paid_from, or_(paid.c.ended_on.is_(None), day < paid.c.ended_on))
        for table, day in others
    ]
    ends = select(paid.c.subscription_id, paid.c.ended_on.label("on_day")).where(paid.c.ended_on.is_not(None))
    return union(select(paid.c.subscription_id, paid.c.paid_from.label("on_day")), ends, *within).subquery("days")


def _steps(reporting: str, currencies: Iterable[str]) -> Select[*tuple[Any, ...]]:
    """The change of each line's MRR on each of its days, in its own and in the reporting currency."""
    paid = _paid()
    days = _days(paid)
    priced = (
        select(days.c.subscription_id, days.c.on_day, paid.c.account_id, paid.c.currency, _mrr(paid, days).label("mrr"))
        .join_from(days, paid, paid.c.subscription_id == days.c.subscription_id)
        .subquery("priced")
    )
    converted = in_reporting(priced.c.mrr, priced.c.currency, reporting, currencies)
    levels = select(*priced.c, converted.label("reporting")).subquery("levels")
    changes = select(
        levels.c.subscription_id, levels.c.on_day, levels.c.account_id, levels.c.currency,
        _difference(levels, levels.c.mrr).label("native_minor"),
        _difference(levels, levels.c.reporting).label("amount_minor"),
    ).subquery("changes")  # fmt: skip
    return select(*changes.c).where(or_(changes.c.native_minor != 0, changes.c.amount_minor != 0))


def _difference(levels: Subquery, level: ColumnElement[int]) -> ColumnElement[int]:
    before = func.lag(level, 1, 0).over(partition_by=levels.c.subscription_id, order_by=levels.c.on_day)
    return level - before


def _mrr(paid: Subquery, days: Subquery) -> ColumnElement[int]:
    """MRR of the line from `on_day` on, minor units of its own currency."""
    day = days.c.on_day
    price = _in_force(paid, day, "quantity") * cast(_in_force(paid, day, "unit_amount_minor"), BigInteger)
    reduced = price * (10_000 - _discount(paid, day, discounts.c.percent_bp))
    net = reduced - 10_000 * _discount(paid, day, discounts.c.amount_minor)
    months, per = _normalisation(paid)
    mrr = rounded(net * months, 10_000 * per)
    over = and_(paid.c.ended_on.is_not(None), day >= paid.c.ended_on)
    return case((or_(over, _paused(paid, day), net <= 0), 0), else_=mrr)


def _in_force(paid: Subquery, day: ColumnElement[object], column: str) -> ColumnElement[int]:
    """What the latest change up to that day says, else what the contract line started with."""
    changes = subscription_changes.alias()
    latest = (
        select(changes.c[column])
        .where(
            changes.c.subscription_id == paid.c.subscription_id,
            changes.c.effective_on <= day,
            changes.c[column].is_not(None),
        )
        .order_by(changes.c.effective_on.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(latest, paid.c[column])


def _discount(paid: Subquery, day: ColumnElement[object], amount: Column[int]) -> ColumnElement[int]:
    """The sum of the discounts that hold on that day."""
    holds = and_(
        discounts.c.subscription_id == paid.c.subscription_id,
        discounts.c.starts_on <= day,
        or_(discounts.c.ends_on.is_(None), discounts.c.ends_on > day),
    )
    return func.coalesce(select(cast(func.sum(amount), BigInteger)).where(holds).scalar_subquery(), 0)


def _paused(paid: Subquery, day: ColumnElement[object]) -> ColumnElement[bool]:
    return (
        select(pauses.c.starts_on)
        .where(
            pauses.c.subscription_id == paid.c.subscription_id,
            pauses.c.starts_on <= day,
            or_(pauses.c.ends_on.is_(None), pauses.c.ends_on > day),
        )
        .exists()
    )


def _normalisation(paid: Subquery) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """The factor to a month as a fraction: a price for two years is × 1 ÷ 24, one for a week × 52 ÷ 12."""
    unit, count = paid.c.interval_unit, paid.c.interval_count
    numerator = case((unit == "week", 52), (unit == "day", 365), else_=1)
    denominator = case((unit == "month", 1), else_=12) * count
    return numerator, denominator


def _movements() -> Select[*tuple[Any, ...]]:
    """Steps summed per account and day, with the running MRR and the name of what happened."""
    daily = (
        select(
            mrr_steps.c.account_id,
            mrr_steps.c.on_day,
            cast(func.sum(mrr_steps.c.amount_minor), BigInteger).label("amount"),
        )
        .group_by(mrr_steps.c.account_id, mrr_steps.c.on_day)
        .having(func.sum(mrr_steps.c.amount_minor) != 0)
        .subquery("daily")
    )
    account, day = daily.c.account_id, daily.c.on_day
    running = select(
        *daily.c,
        cast(func.sum(daily.c.amount).over(partition_by=account, order_by=day, rows=(None, 0)), BigInteger).label(
            "mrr"
        ),
        func.row_number().over(partition_by=account, order_by=day).label("position"),
    ).subquery("running")
    r = running.c
    category = case(
        (r.position == 1, "new"),
        (r.mrr == r.amount, "reactivation"),
        (r.mrr == 0, "churn"),
        (r.amount > 0, "expansion"),
        else_="contraction",
    )
    return select(r.account_id, r.on_day, category, r.amount, r.mrr)
