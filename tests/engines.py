"""One book with every kind of row, and everything that is asked of it on each engine.

The demo company gives the bulk, the rows below what it lacks: the two together are loaded into every engine, and what
SQLite answers is what all must answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from tests.books import contract, day
from tools.metrics import Book, Metric, Period, all_metrics, flows, movers
from tools.metrics._book import BOOK, SOURCE_TABLES, stale_accounts
from tools.metrics._dimensions import DIMENSIONS
from tools.metrics._ledger import build_ledger, forget_stale, refresh_ledger
from tools.metrics._opening import book_engine

QUOTED = "D'Ávila \\ Filha 100%"

ROWS: dict[str, list[dict[str, Any]]] = {
    "accounts": [
        {"account_id": "Z1", "name": "Muitas linhas", "segment": "enterprise", "country": "BR", "owner": QUOTED},
        {"account_id": "Z2", "name": "O'Brien & Söhne", "segment": "smb", "country": "DE", "owner": QUOTED},
        {"account_id": "Z3", "name": "Nobody's", "signed_up_on": day("2026-07-15")},
        {"account_id": "Z4", "name": "日本", "segment": "enterprise", "country": "JP", "source": "ads"},
    ],
    "subscriptions": [
        contract("z-day", "Z1", 700, "2025-01-01", interval_unit="day", quantity=3),
        contract("z-week", "Z1", 1_333, "2025-01-31", "2026-08-31", interval_unit="week"),
        contract("z-quarter", "Z1", 10_001, "2025-02-28", interval_count=3),
        contract("z-two-years", "Z1", 999_999, "2025-03-01", interval_unit="year", interval_count=2),
        contract("z-usd", "Z2", 1_001, "2025-01-01", "2026-08-15", currency="USD", quantity=7),
        contract("z-usd-again", "Z2", 1_001, "2026-09-01", currency="USD", quantity=5),
        contract("z-same-day-a", "Z2", 5_000, "2025-06-01", "2026-07-01"),
        contract("z-same-day-b", "Z2", 6_500, "2026-07-01"),
        contract("z-trial", "Z3", 9_900, "2026-07-15", trial_ends_on=day("2026-08-14")),
        contract("z-trial-lost", "Z3", 9_900, "2026-07-15", "2026-08-14", trial_ends_on=day("2026-08-14")),
        contract("z-backwards", "Z3", 4_000, "2026-07-15", "2026-07-01"),
        contract("z-retainer", "Z3", 250_000, "2026-08-20", kind="retainer", cancelled_on=day("2026-09-20"),
                 ended_on=day("2027-01-01"), cancel_reason="price"),
        contract("z-repeat", "Z3", 80_000, "2026-08-01", kind="repeat"),
        contract("z-yen", "Z4", 10_000, "2026-08-01", currency="JPY", quantity=0),
        contract("z-dinar", "Z4", 1_005, "2026-08-01", currency="KWD"),
        contract("z-future", "Z4", 3_000, "2027-03-01", renews_on=day("2028-03-01"), auto_renew=True),
    ],
    "subscription_changes": [
        {"subscription_id": "z-quarter", "effective_on": day("2024-12-01"), "quantity": 2},
        {"subscription_id": "z-quarter", "effective_on": day("2026-07-10"), "quantity": 4},
        {"subscription_id": "z-quarter", "effective_on": day("2026-08-10"), "unit_amount_minor": 8_000},
        {"subscription_id": "z-yen", "effective_on": day("2026-08-05"), "quantity": 3, "unit_amount_minor": 9_999},
        {"subscription_id": "z-week", "effective_on": day("2026-09-30"), "quantity": 9},
    ],
    "discounts": [
        {"discount_id": "z1", "subscription_id": "z-two-years", "percent_bp": 3_333, "starts_on": day("2026-07-10"),
         "ends_on": day("2026-08-10")},
        {"discount_id": "z2", "subscription_id": "z-two-years", "amount_minor": 77_777, "starts_on": day("2026-07-20")},
        {"discount_id": "z3", "subscription_id": "z-trial", "percent_bp": 6_000, "starts_on": day("2026-07-01"),
         "ends_on": day("2026-10-01")},
        {"discount_id": "z4", "subscription_id": "z-trial", "amount_minor": 9_000, "starts_on": day("2026-09-01")},
    ],
    "pauses": [
        {"subscription_id": "z-usd-again", "starts_on": day("2026-09-10"), "ends_on": day("2026-09-25")},
        {"subscription_id": "z-same-day-b", "starts_on": day("2026-08-01"), "ends_on": None},
        {"subscription_id": "z-day", "starts_on": day("2026-07-10"), "ends_on": day("2026-07-10")},
    ],
    "exchange_rates": [
        {"currency": "JPY", "on_day": day("2025-01-01"), "rate_e6": 36_000},
        {"currency": "KWD", "on_day": day("2025-01-01"), "rate_e6": 17_123_456},
    ],
    "costs": [
        {"cost_id": "z1", "on_day": day("2026-08-03"), "kind": "acquisition", "currency": "JPY", "amount_minor": 5_555},
        {"cost_id": "z2", "on_day": day("2026-08-03"), "kind": "service", "currency": "KWD", "amount_minor": 123_457,
         "account_id": "Z4"},
    ],
    "invoices": [
        {"invoice_id": "z1", "account_id": "Z2", "kind": "usage", "currency": "USD", "amount_minor": 4_321,
         "issued_on": day("2026-08-31"), "due_on": day("2026-09-15")},
    ],
    "usage": [{"account_id": "Z3", "on_day": day("2026-08-14"), "feature": "api", "events": 1}],
    "tickets": [
        {"ticket_id": "z1", "account_id": "Z3", "opened_on": day("2026-08-01"), "solved_on": day("2026-08-05"),
         "topic": "login", "priority": "critical", "reopened": True},
        {"ticket_id": "z2", "account_id": "Z3", "opened_on": day("2026-08-12"), "topic": "login", "csat": 4.5},
    ],
    "survey_answers": [
        {"answer_id": "z1", "account_id": "Z3", "answered_on": day("2026-08-31"), "kind": "nps", "score": 9.0},
        {"answer_id": "z2", "account_id": "Z3", "answered_on": day("2026-08-31"), "kind": "csat", "score": 3.5,
         "comment": 'two\nlines, a "quote" and a \\'},
    ],
}  # fmt: skip

PERIODS = tuple(
    Period.parse(said) for said in ("2026-08-14", "2026-W36", "2026-08", "2026-07-10..2026-09-24", "2025", "2031-01")
)
SLICED = Period.parse("2026-Q3")
"""The period that is asked by every attribute and limit; the others are asked whole."""
GROUPS = ("segment", "plan")
LIMITS = ({"owner": QUOTED}, {"segment": "", "country": ""}, {"cohort": "2026-08", "segment": "enterprise"})
RANKED = ("mrr_at_risk", "risk_score")
"""Metrics that judge every account, each time: asked about fewer periods."""
SLICED_FINELY = "churned_mrr"
"""The metric that is asked by every dimension there is."""


def add_rows(url: str, *, whole: bool) -> None:
    """Add the rows above to the book at a URL, and build the ledger anew, or only that of the accounts added."""
    engine = book_engine(url)
    with engine.begin() as connection:
        if not whole:
            connection.execute(insert(stale_accounts), [{"account_id": row["account_id"]} for row in ROWS["accounts"]])
            forget_stale(connection)
        for table in SOURCE_TABLES:
            for row in ROWS.get(table.name, []):
                connection.execute(insert(table), row)
        (build_ledger if whole else refresh_ledger)(connection)
    engine.dispose()


@dataclass(frozen=True)
class Asked:
    """One thing asked of a metric: as test names write it."""

    metric: str
    variant: str | None

    @property
    def of(self) -> Metric:
        return all_metrics()[self.metric]

    def __str__(self) -> str:
        return f"{self.metric}-{self.variant}" if self.variant else self.metric


METRICS = tuple(Asked(name, variant) for name, one in all_metrics().items() for variant in (None, *one.variants))


def told(book: Book, asked: Asked) -> dict[str, Any]:
    """Everything that a book answers about one metric: by what was asked, value and number of rows."""
    metric, variant = asked.of, asked.variant
    periods = (PERIODS[1], SLICED) if asked.metric in RANKED else (*PERIODS, SLICED)
    answers = {str(period): metric(book, period, variant=variant) for period in periods}
    answers |= {str(limit): metric(book, SLICED, limit, variant) for limit in LIMITS}
    for dimension in DIMENSIONS if asked.metric == SLICED_FINELY else GROUPS:
        groups = metric.by(book, SLICED, dimension, variant=variant)
        answers |= {f"{dimension}={value}": figure for value, figure in groups.items()}
    figures = {question: (figure.value, figure.source.rows) for question, figure in answers.items()}
    return figures | {"rows": plain(metric.rows(book, SLICED, variant=variant))}


def bridges(book: Book) -> Iterator[tuple[Any, ...]]:
    """The MRR bridge and who moved it, of every period, and of one under every limit."""
    asked = [*((period, {}) for period in (*PERIODS, SLICED)), *((SLICED, limit) for limit in LIMITS)]
    for period, limit in [*asked, (SLICED, {"segment": "enterprise"})]:
        found = flows(book, period, limit)
        assert found.closes, (period, limit)
        yield (
            found.start,
            found.end,
            found.fx,
            found.movements,
            found.accounts,
            found.start_accounts,
            found.end_accounts,
        )
        yield tuple((mover.account_id, mover.amount, mover.movements) for mover in movers(book, period, limit))


def content(book: Book, table: str) -> list[str]:
    """Every row of a table, in an order that no engine decides."""
    with book.connect() as connection:
        return plain([row._mapping for row in connection.execute(select(BOOK.tables[table]))])


def plain(rows: Any) -> list[str]:
    """Rows as text: engines may send whole numbers as decimals and give rows in any order."""
    return sorted(str({name: _plain(value) for name, value in sorted(row.items())}) for row in rows)


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, Decimal) and value == int(value) else value
