"""The ledger: what changed each account's MRR, one row per account, day and kind of change.

MRR of a contract line is its price normalised to a month (a year ÷ 12, a quarter ÷ 3, a week × 52 ÷ 12), net of
discounts, nothing while trial or pause lasts, rounded half up to minor units. It changes on few days only: at the
start of paid service, a seat or price change, the start and end of discounts and pauses, and the end.

Each of these is an *event* that adds something: seats, price, discount, pause. Their running sums are the line's state
on each of those days, from which its MRR is priced; the differences are kept (`mrr_steps`), and summed per account and
day and named they are the ledger (`mrr_movements`), of which every period is a plain sum.

A foreign contract counts at the rate of the day. What a new rate alone changes is no movement but a row of its own, of
category `fx`: a movement is valued at the rate of its day, and `fx` revalues what was there before it.

Everything is SQL in the book's own engine, by window sums alone.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    Table,
    and_,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.selectable import FromClause

from tools.metrics._book import (
    book_info,
    discounts,
    mrr_movements,
    mrr_steps,
    pauses,
    stale_accounts,
    subscription_changes,
    subscriptions,
)
from tools.metrics._currency import exchanged, foreign_currencies, holds_on, rate_spans, rounded
from tools.metrics._totals import build_totals, for_few, make_room, note_ledger, settle_totals, tidy

Statement = Select[*tuple[Any, ...]]
MRR_KINDS = ("recurring", "retainer")
DELTAS = ("quantity", "price", "percent_bp", "off", "paused", "ended", "rate_e6")
"""What an event adds to the state of its contract line."""
_is_stale = subscriptions.c.account_id.in_(select(stale_accounts.c.account_id))


def build_ledger(connection: Connection) -> None:
    """Write the ledger anew from the source tables, inside the caller's transaction."""
    make_room(connection)
    for table in (mrr_steps, mrr_movements, stale_accounts):
        connection.execute(delete(table))
    _write(connection, only_stale=False)
    build_totals(connection)
    tidy(connection)


def forget_stale(connection: Connection) -> None:
    """First half of an increment: take the accounts of `stale_accounts` out of the ledger, as the book has them now.

    To be called before any of their rows changes, as the totals they leave are those of their attributes until then.
    """
    for_few(connection)
    note_ledger(connection, sign=-1)
    for table in (mrr_steps, mrr_movements):
        connection.execute(delete(table).where(table.c.account_id.in_(select(stale_accounts.c.account_id))))


def refresh_ledger(connection: Connection) -> None:
    """Second half of an increment: write the ledger of the accounts of `stale_accounts` from their rows as they are
    by now, and empty that table. Accounts that were not forgotten before are forgotten first.
    """
    left = select(mrr_movements.c.account_id).where(mrr_movements.c.account_id.in_(select(stale_accounts.c.account_id)))
    if connection.execute(left.limit(1)).first():
        forget_stale(connection)
    _write(connection, only_stale=True)
    note_ledger(connection, sign=1)
    settle_totals(connection)
    connection.execute(delete(stale_accounts))


def _write(connection: Connection, only_stale: bool) -> None:
    reporting = connection.execute(
        select(book_info.c.value).where(book_info.c.key == "reporting_currency")
    ).scalar_one()
    foreign = foreign_currencies(connection, subscriptions, reporting, *([_is_stale] if only_stale else []))
    steps = _steps(_paid(only_stale), reporting, foreign)
    connection.execute(insert(mrr_steps).from_select(_names(mrr_steps.columns), steps))
    movements = _movements(only_stale, bool(foreign))
    connection.execute(insert(mrr_movements).from_select(_names(mrr_movements.columns), movements))


def _names(columns: Iterable[Column[Any]]) -> list[str]:
    return [column.name for column in columns]


def _paid(only_stale: bool) -> Subquery:
    """Contract lines that are MRR, with the first day on which they are paid."""
    s = subscriptions.c
    trial = case((s.trial_ends_on > s.started_on, s.trial_ends_on), else_=s.started_on)
    lines = select(
        s.subscription_id, s.account_id, s.currency, s.quantity, cast(s.unit_amount_minor, BigInteger).label("price"),
        s.interval_unit, s.interval_count, s.ended_on, trial.label("paid_from"),
    ).where(s.kind.in_(MRR_KINDS), or_(s.ended_on.is_(None), s.ended_on > trial))  # fmt: skip
    if only_stale:
        lines = lines.where(_is_stale)
    return lines.subquery("paid")


def _steps(paid: Subquery, reporting: str, foreign: list[str]) -> Statement:
    """The change of each line's MRR on each of its days: in its own currency, and in the reporting one at that day's
    rate, and what a new rate made of the MRR it had before.
    """
    states = _states(paid, foreign)
    priced = select(
        states.c.subscription_id, states.c.on_day, paid.c.account_id, paid.c.currency, states.c.rate_e6,
        _mrr(paid, states).label("mrr"),
    ).join_from(states, paid, paid.c.subscription_id == states.c.subscription_id).subquery("priced")  # fmt: skip
    p = priced.c
    levels = select(
        *priced.c, func.lag(p.mrr, 1, 0).over(partition_by=p.subscription_id, order_by=p.on_day).label("before")
    ).subquery("levels")
    return _reported(levels, reporting, foreign)


def _reported(levels: Subquery, reporting: str, foreign: list[str]) -> Statement:
    v = levels.c
    now = exchanged(v.mrr, v.rate_e6, v.currency, reporting, foreign)
    revalued = exchanged(v.before, v.rate_e6, v.currency, reporting, foreign)
    if not foreign:
        changed = v.mrr - v.before
        steps = select(v.account_id, v.subscription_id, v.on_day, v.currency, changed, changed, literal(0))
        return steps.where(v.mrr != v.before)
    both = select(*levels.c, now.label("now"), revalued.label("revalued")).subquery("reported")
    b = both.c
    was = func.lag(b.now, 1, 0).over(partition_by=b.subscription_id, order_by=b.on_day)
    changes = select(
        b.account_id, b.subscription_id, b.on_day, b.currency, (b.mrr - b.before).label("native_minor"),
        (b.now - b.revalued).label("amount_minor"), (b.revalued - was).label("fx_minor"),
    ).subquery("changes")  # fmt: skip
    return select(*changes.c).where(
        or_(changes.c.native_minor != 0, changes.c.amount_minor != 0, changes.c.fx_minor != 0)
    )


def _mrr(paid: Subquery, states: Subquery) -> ColumnElement[int]:
    """MRR of a line in a state, minor units of its own currency."""
    net = states.c.quantity * states.c.price * (10_000 - states.c.percent_bp) - 10_000 * states.c.off
    months, per = _normalisation(paid)
    unpaid = or_(states.c.ended > 0, states.c.paused > 0, net <= 0)
    return case((unpaid, 0), else_=rounded(net * months, 10_000 * per))


def _normalisation(paid: Subquery) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """The factor to a month as a fraction: a price for two years is × 1 ÷ 24, one for a week × 52 ÷ 12."""
    unit, count = paid.c.interval_unit, paid.c.interval_count
    numerator = case((unit == "week", 52), (unit == "day", 365), else_=1)
    denominator = case((unit == "month", 1), else_=12) * count
    return numerator, denominator


def _states(paid: Subquery, foreign: list[str]) -> Subquery:
    """What holds of each line from each day on which something changes: the running sums of its events."""
    events = union_all(*_events(paid, foreign)).subquery("events")
    e = events.c
    daily = (
        select(e.subscription_id, e.on_day, *(func.sum(e[name]).label(name) for name in DELTAS))
        .group_by(e.subscription_id, e.on_day)
        .subquery("daily")
    )
    over: Any = {"partition_by": daily.c.subscription_id, "order_by": daily.c.on_day, "rows": (None, 0)}
    running = [cast(func.sum(daily.c[name]).over(**over), BigInteger).label(name) for name in DELTAS]
    return select(daily.c.subscription_id, daily.c.on_day, *running).subquery("states")


def mrr_on(day: date, reporting: str, foreign: list[str], reductions: Table | Subquery) -> Statement:
    """Each line's MRR at the end of a day as it would be if only these rows of `discounts` reduced it.

    `account_id`, `subscription_id`, `part` in minor units of the reporting currency.
    """
    paid = _paid(only_stale=False)
    e = union_all(*_events(paid, foreign, reductions)).subquery("events").c
    sums = [cast(func.sum(e[name]), BigInteger).label(name) for name in DELTAS]
    states = select(e.subscription_id, *sums).where(e.on_day <= day).group_by(e.subscription_id).subquery("states")
    mrr = exchanged(_mrr(paid, states), states.c.rate_e6, paid.c.currency, reporting, foreign)
    lines = select(paid.c.account_id, paid.c.subscription_id, mrr.label("part"))
    return lines.join_from(states, paid, paid.c.subscription_id == states.c.subscription_id)


def _events(paid: Subquery, foreign: list[str], reductions: Table | Subquery = discounts) -> list[Statement]:
    p = paid.c
    start = _event(paid, p.paid_from, quantity=p.quantity, price=p.price)
    end = _event(paid, p.ended_on, ended=literal(1)).where(p.ended_on.is_not(None))
    return [
        start, end, _changes(paid, "quantity", p.quantity), _changes(paid, "unit_amount_minor", p.price),
        *_between(paid, reductions, percent_bp=reductions.c.percent_bp, off=reductions.c.amount_minor),
        *_between(paid, pauses, paused=literal(1)),
        *(_rates(paid) if foreign else ()),
    ]  # fmt: skip


def _event(source: FromClause, day: ColumnElement[Any], **deltas: ColumnElement[Any]) -> Statement:
    """One event of each row of `source`; what it does not name it leaves as it is."""
    amounts = [cast(func.coalesce(deltas[name], 0) if name in deltas else literal(0), BigInteger) for name in DELTAS]
    labelled = [amount.label(name) for name, amount in zip(DELTAS, amounts, strict=True)]
    return select(source.c.subscription_id, day.label("on_day"), *labelled)


def _during(paid: FromClause, day: ColumnElement[Any]) -> ColumnElement[bool]:
    """The line goes on beyond that day; what happens on its last day or later is nothing to it."""
    return or_(paid.c.ended_on.is_(None), day < paid.c.ended_on)


def _not_before(paid: FromClause, day: ColumnElement[Any]) -> ColumnElement[Any]:
    """What was agreed before the first paid day holds from that day on."""
    return case((day < paid.c.paid_from, paid.c.paid_from), else_=day)


def _changes(paid: Subquery, column: str, original: ColumnElement[Any]) -> Statement:
    """A new number of seats or a new price, as its difference to the one before."""
    c = subscription_changes.c
    before = func.lag(c[column]).over(partition_by=c.subscription_id, order_by=c.effective_on)
    found = (
        select(*paid.c, c.effective_on, (c[column] - func.coalesce(before, original)).label("difference"))
        .join_from(paid, subscription_changes, c.subscription_id == paid.c.subscription_id)
        .where(c[column].is_not(None))
        .subquery(f"new_{column}")
    )
    name = "price" if column == "unit_amount_minor" else column
    day = found.c.effective_on
    return _event(found, _not_before(found, day), **{name: found.c.difference}).where(_during(found, day))


def _between(paid: Subquery, table: Table | Subquery, **deltas: ColumnElement[Any]) -> list[Statement]:
    """What holds from `starts_on` to `ends_on`: added on the first day, taken back on the last."""
    first, last = table.c.starts_on, table.c.ends_on
    some_days = or_(last.is_(None), and_(last > first, last > paid.c.paid_from))
    joined = select(*paid.c, first, last, *(amount.label(name) for name, amount in deltas.items())).join_from(
        paid, table, table.c.subscription_id == paid.c.subscription_id
    )
    held = joined.where(some_days, _during(paid, first)).subquery(f"with_{table.name}")
    begins = _event(held, _not_before(held, held.c.starts_on), **{name: held.c[name] for name in deltas})
    ends = _event(held, held.c.ends_on, **{name: -held.c[name] for name in deltas})
    return [begins, ends.where(held.c.ends_on.is_not(None), _during(held, held.c.ends_on))]


def _rates(paid: Subquery) -> list[Statement]:
    """The rate on the line's first paid day, and each later one as its difference to the one before; a line that ends
    on the day of a new rate ends at that rate."""
    rates = rate_spans()
    at_start = select(*paid.c, rates.c.rate_e6).join_from(
        paid, rates, holds_on(rates, paid.c.currency, paid.c.paid_from)
    )
    later = select(*paid.c, rates.c.on_day, rates.c.change_e6).join_from(
        paid, rates, and_(rates.c.currency == paid.c.currency, rates.c.on_day > paid.c.paid_from)
    )
    changed = and_(rates.c.change_e6 != 0, or_(paid.c.ended_on.is_(None), rates.c.on_day <= paid.c.ended_on))
    first, then = at_start.subquery("first_rate"), later.where(changed).subquery("later_rates")
    return [
        _event(first, first.c.paid_from, rate_e6=first.c.rate_e6),
        _event(then, then.c.on_day, rate_e6=then.c.change_e6),
    ]


def _movements(only_stale: bool, foreign: bool) -> Statement:
    """Steps summed per account and day, with the running MRR and the name of what happened."""
    s = mrr_steps.c
    amount, fx = func.sum(s.amount_minor), func.sum(s.fx_minor)
    daily = (
        select(s.account_id, s.on_day, cast(amount, BigInteger).label("amount"), cast(fx, BigInteger).label("fx"))
        .group_by(s.account_id, s.on_day)
        .having(or_(amount != 0, fx != 0))
    )
    if only_stale:
        daily = daily.where(s.account_id.in_(select(stale_accounts.c.account_id)))
    d = daily.subquery("daily").c
    over: Any = {"partition_by": d.account_id, "order_by": d.on_day, "rows": (None, 0)}
    running = select(
        d.account_id, d.on_day, d.amount, d.fx,
        cast(func.sum(d.amount + d.fx).over(**over), BigInteger).label("mrr"),
        func.sum(case((d.amount != 0, 1), else_=0)).over(**over).label("position"),
    ).subquery("running")  # fmt: skip
    r = running.c
    moved = select(r.account_id, r.on_day, _category(running), r.amount, r.mrr)
    if not foreign:
        return moved
    revalued = select(r.account_id, r.on_day, literal("fx"), r.fx, r.mrr - r.amount).where(r.fx != 0)
    both = union_all(moved.where(r.amount != 0), revalued).subquery("both")
    return select(*both.c)


def _category(running: Subquery) -> ColumnElement[str]:
    r = running.c
    return case(
        (r.position == 1, "new"),
        (r.mrr == r.amount, "reactivation"),
        (r.mrr == 0, "churn"),
        (r.amount > 0, "expansion"),
        else_="contraction",
    )
