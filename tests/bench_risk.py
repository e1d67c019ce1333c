"""`make bench-risk`: risk of a large base on PostgreSQL, and the fitted scorer beside plain boosting.

So many thousand accounts with 36 months of contracts, tickets, answers, touches, invoices, costs, and usage by feature,
all made by the engine itself; some leave, those whose usage fell more often. What is timed: the signs and scores of all
accounts, of the few that changed, fit and backtest; whole answers, the at-risk list from kept scores first; and peak
memory of this process.

    python -m tests.bench_risk 1            # thousand accounts; 100 is the size that was asked for
    python -m tests.bench_risk 100 --usage 500
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import numpy as np
from sqlalchemy import Engine

from bot.app import Assistant
from bot.question import Person, Place, Question
from bot.router import Call
from bot.settings import Settings
from bot.terminal import plain
from tests.bench import say
from tests.bench_ledger import database
from tools.metrics import Scoring, open_book, rank
from tools.metrics._evaluating import evaluate
from tools.metrics._fitted import keep
from tools.metrics._fitting import fit
from tools.metrics._labelled import Labelled
from tools.metrics._ledger import build_ledger
from tools.metrics._opening import book_engine
from tools.metrics._risk import _kept_ranking, ranked, weights_in_force
from tools.metrics._writing import tidy

TODAY = date(2026, 10, 31)
MAKING = """
CREATE UNLOGGED TABLE fate AS
SELECT 'A' || lpad(n::text, 7, '0') AS account_id, n, DATE '2023-11-01' + (hashint4(n) & 511) AS joined,
    CASE WHEN (hashint4(n * 7) & 1023) < 420 THEN DATE '2023-11-01' + 560 + (hashint4(n * 13) & 511) END AS gone,
    (hashint4(n * 3) & 255) / 255.0 AS shows
FROM generate_series(1, {accounts}) n;
ALTER TABLE fate ADD COLUMN until date;
UPDATE fate SET until = least(gone, DATE '2026-10-31');
INSERT INTO accounts (account_id, name, segment, owner, signed_up_on)
SELECT account_id, 'Account ' || n, (ARRAY['smb', 'mid-market', 'enterprise'])[1 + n % 3], 'CSM ' || n % 50, joined
FROM fate;
INSERT INTO subscriptions (subscription_id, account_id, kind, currency, quantity, unit_amount_minor, interval_unit,
    interval_count, started_on, ended_on, cancelled_on, notice_days)
SELECT 'S' || n, account_id, 'recurring', 'BRL', 5 + n % 40, 9900, 'month', 1, joined, gone, gone - 20, 30 FROM fate;
INSERT INTO tickets (ticket_id, account_id, opened_on, solved_on, priority, topic, reopened)
SELECT 'T' || n || '-' || k, account_id, joined + k * 60, joined + k * 60 + 3 + k % 5,
    (ARRAY['low', 'normal', 'high', 'critical'])[1 + (n + k) % 4], 't' || k % 9, k % 11 = 0
FROM fate, generate_series(0, 17) k WHERE joined + k * 60 < until;
INSERT INTO survey_answers (answer_id, account_id, answered_on, kind, score)
SELECT 'N' || n || '-' || k, account_id, joined + k * 120, 'nps', (n + k) % 11
FROM fate, generate_series(0, 8) k WHERE joined + k * 120 < until;
INSERT INTO touches (touch_id, account_id, on_day, team, direction)
SELECT 'K' || n || '-' || k, account_id, joined + k * 30, 'cs', 'both'
FROM fate, generate_series(0, 35) k WHERE joined + k * 30 < until - 60 * (gone IS NOT NULL AND shows > 0.5)::int;
INSERT INTO invoices (invoice_id, account_id, kind, currency, amount_minor, issued_on, due_on, paid_on)
SELECT 'I' || n || '-' || k, account_id, 'recurring', 'BRL', 9900, joined + k * 30, joined + k * 30 + 10,
    joined + k * 30 + 8 + (n + k) % 5
FROM fate, generate_series(0, 35) k WHERE joined + k * 30 < until;
INSERT INTO costs (cost_id, account_id, kind, currency, amount_minor, on_day)
SELECT 'C' || n || '-' || k, account_id, 'service', 'BRL', 1000 + (hashint4(n + k) & 4095), joined + k * 30
FROM fate, generate_series(0, 35) k WHERE joined + k * 30 < until;
INSERT INTO contacts (contact_id, account_id, name, email, role)
SELECT 'P' || n || '-' || k, account_id, 'Person ' || k, 'p' || n || '@example.com', (ARRAY['champion', 'sponsor'])[k]
FROM fate, generate_series(1, 2) k;
INSERT INTO usage (account_id, on_day, feature, events, users)
SELECT account_id, day, 'f' || f,
    ((20 + (n + f) % 30) * CASE WHEN gone - day < 75 AND shows > 0.4 THEN 0.3 ELSE 1 END)::int, 1 + (n + f) % 12
FROM fate, generate_series(0, {reports} - 1) r, generate_series(1, 3) f, LATERAL (SELECT joined + r * {every} AS day) x
WHERE day < until;
DROP TABLE fate;
INSERT INTO book_info VALUES ('reporting_currency', 'BRL'), ('timezone', 'UTC'), ('as_of', '2026-10-31'),
    ('load_id', 'bench')
"""


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("thousands", nargs="?", type=float, default=1.0)
    options.add_argument("--usage", type=int, default=500, help="usage rows of an account, about")
    options.add_argument("--url", help="a PostgreSQL of your own, empty, or made by this before (--made)")
    options.add_argument("--made", action="store_true")
    chosen = options.parse_args()
    if chosen.url:
        large_base(chosen.url, int(chosen.thousands * 1000), chosen.usage, made=chosen.made)
    else:
        with database("postgresql") as url:
            large_base(url, int(chosen.thousands * 1000), chosen.usage)
    beside_plain_boosting()


def large_base(url: str, accounts: int, usage: int, *, made: bool = False) -> None:
    if not made:
        engine = book_engine(url)
        began = time.perf_counter()
        rows = generate(engine, accounts, usage)
        say(f"{accounts:,} accounts, {rows:,} usage rows", f"made in {time.perf_counter() - began:.0f} s", "")
        engine.dispose()
    with TemporaryDirectory() as folder:
        home = {"retention_home": Path(folder), "retention_cache": Path(folder) / "cache"}
        bot = Assistant(Settings(_env_file=None, book_url=url, retention_today=TODAY, **home))
        measure(url, bot.settings.scoring, accounts)
        answers(bot)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say("peak memory of this process", f"{peak:,.0f} MiB", "target 1,536")


def generate(engine: Engine, accounts: int, usage: int) -> int:
    reports = max(4, usage // 3)
    made = MAKING.format(accounts=accounts, reports=reports, every=max(1, 1095 // reports))
    with engine.begin() as connection:
        for statement in made.split(";"):
            connection.exec_driver_sql(statement.replace("%", "%%"))
        build_ledger(connection)
    tidy(engine.url.render_as_string(hide_password=False))
    with engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM usage").scalar_one())


def measure(url: str, scoring: Scoring, accounts: int) -> None:
    book = open_book(url).scored_by(scoring)
    whole = timed(lambda: rank(book, TODAY))
    say("signs and scores of all accounts", f"{whole:.1f} s", "target 60 s at 100,000")
    again = open_book(url).scored_by(scoring)
    _kept_ranking.cache_clear()
    say("the same from what is kept, in a new process", f"{timed(lambda: rank(again, TODAY)):.2f} s", "")
    some = [f"A{n:07d}" for n in range(1, accounts, max(1, accounts // 1000))]
    few = timed(lambda: ranked(book, TODAY, weights_in_force(book), some))
    say(f"{len(some):,} changed accounts", f"{few:.1f} s", "target 5 s")
    learnt = timed(lambda: keep(fit(book, TODAY), scoring.models))
    say("fit and backtest", f"{learnt:.0f} s", "target 300 s")


def answers(bot: Assistant) -> None:
    """Whole answers through the assistant, from words or a chosen call to what is printed; the first time in a process
    and, as the median of five, once all is read."""
    bot.conversation.answer(_question("hello"))  # what the router learns from its examples
    _kept_ranking.cache_clear()
    for what, call, target in (
        ("the at-risk answer from kept scores", None, "target 300 ms"),
        ("the at-risk answer for one manager", Call("accounts_at_risk", {"owner": "CSM 7"}), ""),
        ("the journey of an account", Call("journey", {"account": "A0000007"}), ""),
        ("an account and its peers", Call("compare", {"account": "A0000007"}), ""),
        ("the portfolio by class", Call("portfolio", {}), ""),
    ):
        first, *more = (timed(partial(_answered, bot, call)) for _ in range(6))
        say(what, f"{statistics.median(more) * 1000:.0f} ms", f"the first time {first:.1f} s", *filter(None, [target]))


def _answered(bot: Assistant, call: Call | None) -> None:
    reply = bot.ask(_question("Which accounts are at risk?"), call)
    assert reply.outcome == "answered", reply.message
    plain(reply)


def _question(text: str) -> Question:
    return Question(f"bench/{uuid4().hex}", text, Person("terminal"), Place("terminal"))


def timed(what: Callable[[], object]) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


def beside_plain_boosting() -> None:
    """A table with known truth: chances from curves, a threshold and one combination of two signs."""
    found = evaluate(known_truth(4_000))
    ours, plain = found.ours, found.plain
    ratio = f"{ours.auc / plain.auc:.3f} × plain boosting ({ours.auc:.4f}, {plain.auc:.4f}), target 1"
    say("AUC on held-out rows", ratio, f"calibration error {ours.ece:.3f}, target 0.03")


def known_truth(rows: int, seed: int = 11) -> Labelled:
    """Accounts of which the chance to be lost is known: it rises with silence, falls with usage, jumps at renewal."""
    rng = np.random.default_rng(seed)
    usage, silence, renewal = rng.beta(2, 2, rows), rng.exponential(40, rows), rng.integers(0, 365, rows)
    noise = rng.normal(size=(rows, 4))
    odds = -2.6 - 2.5 * (usage - 0.5) + 0.015 * silence + 1.2 * (renewal < 45) + 1.0 * ((usage < 0.4) & (silence > 60))
    lost = (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)
    usage[rng.random(rows) < 0.1] = np.nan
    features = np.column_stack([usage, silence, renewal.astype(float), noise])
    return Labelled(features, lost, None, tuple("usrabcd"), frozenset(), (), "1")


if __name__ == "__main__":
    main()
