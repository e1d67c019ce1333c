"""What holds for any book: tried on many small ones that no person would think of."""

import random
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from tests.books import contract, fill
from tools.metrics import CATEGORIES, Period, all_metrics, bridges, flows, movers, open_book
from tools.metrics._book import BOOK, mrr_movements, mrr_steps, mrr_totals, mrr_totals_changes, stale_accounts
from tools.metrics._ledger import forget_stale, refresh_ledger
from tools.metrics._opening import book_engine

FIRST = date(2026, 1, 1)
DAYS = 120

offsets = st.integers(0, DAYS)
day_of = offsets.map(lambda n: FIRST + timedelta(days=n))
segments = st.sampled_from(["smb", "enterprise"])


@st.composite
def lines(draw, number):
    """A contract line with whatever may happen to one."""
    start = draw(day_of)
    end = draw(st.none() | st.integers(-5, 90).map(lambda n: start + timedelta(days=n)))
    unit, count = draw(st.sampled_from([("month", 1), ("month", 3), ("year", 1), ("week", 1), ("year", 2)]))
    return contract(
        f"s{number}", draw(st.sampled_from("ABCD")), draw(st.integers(0, 100_000)), str(start),
        str(end) if end else None,
        quantity=draw(st.integers(0, 5)), interval_unit=unit, interval_count=count,
        trial_ends_on=draw(st.none() | st.integers(0, 20).map(lambda n: start + timedelta(days=n))),
        kind=draw(st.sampled_from(["recurring", "recurring", "retainer", "repeat"])),
        currency=draw(st.sampled_from(["BRL", "BRL", "USD"])),
    )  # fmt: skip


@st.composite
def books(draw):
    """The rows of a small book."""
    subscriptions = [draw(lines(n)) for n in range(draw(st.integers(1, 6)))]
    names = [line["subscription_id"] for line in subscriptions]
    line_of, until = st.sampled_from(names), st.none() | day_of
    changes = draw(
        st.lists(
            st.tuples(line_of, day_of, st.none() | st.integers(0, 6), st.none() | st.integers(0, 90_000)), max_size=4
        )
    )
    cuts = draw(
        st.lists(
            st.tuples(line_of, day_of, until, st.integers(0, 10_000), st.none() | st.integers(0, 9_000)), max_size=3
        )
    )
    stops = draw(st.lists(st.tuples(line_of, day_of, until), max_size=2))
    rates = {FIRST + timedelta(days=40): draw(st.integers(1, 9_000_000))}
    rates |= dict(draw(st.lists(st.tuples(day_of, st.integers(1, 9_000_000)), max_size=3)))
    return {
        "accounts": [{"account_id": name, "name": name, "segment": draw(segments)} for name in "ABCD"],
        "subscriptions": subscriptions,
        "subscription_changes": [
            {"subscription_id": line, "effective_on": on, "quantity": quantity, "unit_amount_minor": price}
            for (line, on), (quantity, price) in {(line, on): (q, p) for line, on, q, p in changes}.items()
        ],
        "discounts": [
            {
                "discount_id": f"d{n}", "subscription_id": line, "starts_on": on, "ends_on": end,
                "percent_bp": bp, "amount_minor": amount,
            }
            for n, (line, on, end, bp, amount) in enumerate(cuts)
        ],
        "pauses": [
            {"subscription_id": line, "starts_on": on, "ends_on": end}
            for (line, on), end in {(line, on): end for line, on, end in stops}.items()
        ],
        "exchange_rates": [{"currency": "USD", "on_day": on, "rate_e6": rate} for on, rate in rates.items()],
    }  # fmt: skip


def mrr_of_line(rows, line, day):
    """The slow and obvious reading of one contract line on one day, in exact fractions rounded once."""
    start = max(line["started_on"], line["trial_ends_on"] or line["started_on"])
    if line["kind"] == "repeat" or day < start or (line["ended_on"] and day >= line["ended_on"]):
        return 0
    mine = lambda table: [row for row in rows[table] if row["subscription_id"] == line["subscription_id"]]
    holds = lambda row: row["starts_on"] <= day and (row["ends_on"] is None or day < row["ends_on"])
    if any(holds(pause) for pause in mine("pauses")):
        return 0
    quantity, price = line["quantity"], line["unit_amount_minor"]
    for change in sorted(mine("subscription_changes"), key=lambda row: row["effective_on"]):
        if change["effective_on"] <= day:
            quantity = quantity if change["quantity"] is None else change["quantity"]
            price = price if change["unit_amount_minor"] is None else change["unit_amount_minor"]
    cuts = [row for row in mine("discounts") if holds(row)]
    total = quantity * price * (1 - Fraction(sum(row["percent_bp"] for row in cuts), 10_000)) - sum(
        row["amount_minor"] or 0 for row in cuts
    )
    months = {"month": Fraction(1), "year": Fraction(12), "week": Fraction(12, 52)}[line["interval_unit"]] * line[
        "interval_count"
    ]
    return int(max(Fraction(0), total / months) + Fraction(1, 2))


def reported(rows, line, day):
    """The same in the reporting currency, at the rate of the day."""
    native = mrr_of_line(rows, line, day)
    if line["currency"] == "BRL" or not native:
        return native
    rates = sorted(rows["exchange_rates"], key=lambda row: row["on_day"])
    rate = ([row for row in rates if row["on_day"] <= day] or rates[:1])[-1]["rate_e6"]
    return max(1, int(Fraction(native * rate, 1_000_000) + Fraction(1, 2)))


def reference(rows, day, segment=None):
    """MRR of every account at the end of a day."""
    wanted = {account["account_id"] for account in rows["accounts"] if segment in (None, account["segment"])}
    levels = dict.fromkeys(wanted, 0)
    for line in rows["subscriptions"]:
        if line["account_id"] in wanted:
            levels[line["account_id"]] += reported(rows, line, day)
    return levels


@cache
def shelf(place):
    """A book that examples take turns with: making a new database for each would take most of the time."""
    url = f"sqlite:///{Path(mkdtemp()) / f'{place}.sqlite'}"
    engine = book_engine(url)
    fill(engine)
    return engine, open_book(url)


class Opened:
    """A book of the rows, until the next one is opened at its place."""

    opened = 0

    def __init__(self, rows):
        self.rows = {table: list(entries) for table, entries in rows.items()}

    def __enter__(self):
        engine, book = shelf(Opened.opened)
        Opened.opened += 1
        fill(engine, **self.rows)
        return book.afresh()

    def __exit__(self, *_):
        Opened.opened -= 1


many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
two_days = st.tuples(offsets, offsets).map(sorted).filter(lambda pair: pair[0] < pair[1])

several_days = st.lists(offsets, min_size=3, max_size=5, unique=True).map(sorted)


def period(pair):
    return Period(FIRST + timedelta(days=pair[0]), FIRST + timedelta(days=pair[1]))


@many
@given(books(), two_days)
def test_the_ledger_equals_the_slow_and_obvious_reading(rows, pair):
    asked = period(pair)
    with Opened(rows) as book:
        found = flows(book, asked, {})
        before, after = (reference(rows, day) for day in (asked.start - timedelta(days=1), asked.last_day))
        assert (found.start, found.end) == (sum(before.values()), sum(after.values()))
        assert (found.start_accounts, found.end_accounts) == (
            sum(level > 0 for level in before.values()), sum(level > 0 for level in after.values()),
        )  # fmt: skip


@many
@given(books(), two_days)
def test_start_and_movements_make_the_end_and_movers_add_up_to_the_net(rows, pair):
    with Opened(rows) as book:
        found = flows(book, period(pair), {})
        assert found.start + sum(found.movements.values()) + found.fx == found.end and found.closes
        assert sum(mover.amount for mover in movers(book, period(pair), {})) == found.net_new
        assert all(found.movements[name] >= 0 for name in ("new", "expansion", "reactivation"))
        assert all(found.movements[name] <= 0 for name in ("contraction", "churn"))


@many
@given(books(), several_days)
def test_sub_periods_add_up(rows, cuts):
    with Opened(rows) as book:
        whole = flows(book, period((cuts[0], cuts[-1])), {})
        parts = [flows(book, period(pair), {}) for pair in pairwise(cuts)]
        for name in CATEGORIES:
            assert sum(part.movements[name] for part in parts) == whole.movements[name]
        assert [part.end for part in parts[:-1]] == [part.start for part in parts[1:]]


@many
@given(books(), two_days)
def test_segments_add_up_to_the_total(rows, pair):
    with Opened(rows) as book:
        whole = flows(book, period(pair), {})
        parts = [flows(book, period(pair), {"segment": segment}) for segment in ("smb", "enterprise")]
        assert sum(part.end for part in parts) == whole.end
        for name in CATEGORIES:
            assert sum(part.movements[name] for part in parts) == whole.movements[name]


@many
@given(
    books(),
    st.lists(offsets, min_size=3, max_size=5, unique=True).map(sorted),
    st.sampled_from(["", "segment", "plan"]),
)
def test_bridges_of_many_periods_are_the_single_ones(rows, cuts, dimension):
    """Read from the daily totals (all accounts, by segment) or from the ledger (by plan), they say the same."""
    with Opened(rows) as book:
        periods = [period(pair) for pair in pairwise(cuts)]
        for value, found in bridges(book, periods, dimension).items():
            for asked, bridge in zip(periods, found, strict=True):
                single = flows(book, asked, {dimension: value} if dimension else {})
                assert replace(bridge, source=single.source) == single


@many
@given(books(), two_days)
def test_gross_retention_never_exceeds_100_percent_nor_the_net(rows, pair):
    with Opened(rows) as book:
        gross, net = (all_metrics()[f"{name}_revenue_retention"](book, period(pair)).value for name in ("gross", "net"))
        assert (gross is None) == (net is None)
        assert gross is None or 0 <= gross <= min(1, net)


@many
@given(books(), two_days, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, pair, chance: random.Random):
    shuffled = {table: chance.sample(entries, len(entries)) for table, entries in rows.items()}
    with Opened(rows) as book, Opened(shuffled) as other:
        one, two = flows(book, period(pair), {}), flows(other, period(pair), {})
        assert (one.start, one.end, one.movements, one.accounts) == (two.start, two.end, two.movements, two.accounts)


@many
@given(books(), books(), st.sets(st.sampled_from("ABCD"), min_size=1))
def test_an_increment_leaves_the_ledger_as_if_it_had_been_built_anew(rows, others, touched):
    """The rows of some accounts become other ones; their ledger alone is written again."""
    changed = {**rows, **_of_accounts(rows, others, touched)}
    with Opened(rows) as book, Opened(changed) as anew:
        engine, _ = shelf(0)
        with engine.begin() as connection:
            connection.execute(insert(stale_accounts), [{"account_id": name} for name in sorted(touched)])
            forget_stale(connection)
            for table in BOOK.sorted_tables:
                if table.name in changed:
                    connection.execute(delete(table))
                    connection.execute(insert(table), changed[table.name]) if changed[table.name] else None
            refresh_ledger(connection)
        for table in (mrr_steps, mrr_movements, mrr_totals, mrr_totals_changes, stale_accounts):
            assert _content(book, table) == _content(anew, table), table.name


def _of_accounts(rows, others, touched):
    """`rows`, with the contract lines of the touched accounts (and all that hangs on them) from `others`."""
    kept = [line for line in rows["subscriptions"] if line["account_id"] not in touched]
    taken = [
        {**line, "subscription_id": f"other {line['subscription_id']}"}
        for line in others["subscriptions"]
        if line["account_id"] in touched
    ]
    names = {line["subscription_id"] for line in kept}
    hanging = {
        table: [row for row in rows[table] if row["subscription_id"] in names]
        + [{**row, "subscription_id": f"other {row['subscription_id']}"} | _own_id(row) for row in others[table]
           if f"other {row['subscription_id']}" in {line["subscription_id"] for line in taken}]
        for table in ("subscription_changes", "discounts", "pauses")
    }  # fmt: skip
    accounts = [
        next(other for other in others["accounts"] if other["account_id"] == account["account_id"])
        if account["account_id"] in touched
        else account
        for account in rows["accounts"]
    ]
    return {"accounts": accounts, "subscriptions": kept + taken, **hanging}


def _own_id(row):
    return {"discount_id": f"other {row['discount_id']}"} if "discount_id" in row else {}


def _content(book, table):
    with book.connect() as connection:
        return sorted(map(tuple, connection.execute(select(table))), key=repr)
