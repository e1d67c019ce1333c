"""The demo company: believable, repeatable, and at risk in ways that can be learned but not read off."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tools.metrics._book import SOURCE_TABLES
from tools.metrics._demo import write_demo_company
from tools.metrics._period import add_months

TODAY = date(2026, 11, 22)
Record = dict[str, str]
Tables = dict[str, list[Record]]
MAY_LIE_AHEAD = {"renews_on", "ended_on", "trial_ends_on", "effective_on", "ends_on", "due_on"}
"""Contract facts, announcements and plans: known before their day."""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    directory = tmp_path_factory.mktemp("demo")
    write_demo_company(directory, TODAY)
    return _read(directory)


def _read(directory: Path) -> Tables:
    tables = {}
    for path in directory.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.stem] = list(csv.DictReader(file))
    return tables


def test_same_day_and_seed_give_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    for name, seed in (("first", 7), ("second", 7), ("other", 8)):
        write_demo_company(tmp_path / name, TODAY, seed)
    first, second, other = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("first", "second", "other")
    )
    assert first == second
    assert first["accounts.csv"] != other["accounts.csv"]


def test_every_source_table_is_one_file_with_its_columns_in_everyday_units(company: Tables) -> None:
    assert company.keys() == {table.name for table in SOURCE_TABLES}
    everyday = {"percent_bp": "percent", "rate_e6": "rate"}
    for table in SOURCE_TABLES:
        named = [everyday.get(column.name, column.name.removesuffix("_minor")) for column in table.columns]
        assert list(company[table.name][0]) == named


def test_no_required_cell_is_empty_and_no_key_appears_twice(company: Tables) -> None:
    for table in SOURCE_TABLES:
        required = [column.name.removesuffix("_minor") for column in table.columns if not column.nullable]
        required = ["rate" if name == "rate_e6" else name for name in required]
        assert all(row[name] for row in company[table.name] for name in required), table.name
        keys = [tuple(row[column.name] for column in table.primary_key) for row in company[table.name]]
        assert len(set(keys)) == len(keys), table.name


@pytest.mark.parametrize("column", ["account_id", "subscription_id", "contact_id"])
def test_every_reference_resolves(company: Tables, column: str) -> None:
    home = {"account_id": "accounts", "subscription_id": "subscriptions", "contact_id": "contacts"}[column]
    known = {row[column] for row in company[home]}
    referring = {row[column] for rows in company.values() for row in rows if row.get(column)}
    assert referring <= known


def test_contacts_that_answer_or_are_reached_belong_to_the_account(company: Tables) -> None:
    home = {row["contact_id"]: row["account_id"] for row in company["contacts"]}
    for table in ("survey_answers", "touches"):
        assert all(home[row["contact_id"]] == row["account_id"] for row in company[table] if row["contact_id"])


def test_nothing_is_told_that_only_the_future_knows(company: Tables) -> None:
    ahead = {
        (table, column)
        for table, rows in company.items()
        for row in rows
        for column, value in row.items()
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value) and value > TODAY.isoformat() and column not in MAY_LIE_AHEAD
    }
    assert ahead <= {("discounts", "starts_on")}
    trials = {row["subscription_id"] for row in company["subscriptions"] if row["trial_ends_on"] > TODAY.isoformat()}
    assert all(row["subscription_id"] in trials for row in company["discounts"] if _ahead(row["starts_on"]))


def test_contracts_that_end_ahead_were_cancelled_before_today(company: Tables) -> None:
    assert all(
        row["cancelled_on"] for row in company["subscriptions"] if _ahead(row["ended_on"]) and not row["trial_ends_on"]
    )


def test_nothing_happens_at_an_account_after_it_left(company: Tables) -> None:
    left = _left(company)
    for table, column in (
        ("usage", "on_day"),
        ("tickets", "opened_on"),
        ("survey_answers", "answered_on"),
        ("touches", "on_day"),
    ):
        assert all(row[column] < left.get(row["account_id"], "9999") for row in company[table]), table


def test_money_has_two_decimals(company: Tables) -> None:
    cells = [
        row[name] for rows in company.values() for row in rows for name in ("amount", "unit_amount") if row.get(name)
    ]
    assert len(cells) > 5000
    assert all(re.fullmatch(r"\d+\.\d\d", cell) for cell in cells)


@pytest.mark.parametrize(
    ("table", "fewest", "most"),
    [
        ("accounts", 390, 410), ("contacts", 800, 1600), ("subscriptions", 550, 900),
        ("subscription_changes", 400, 1200), ("discounts", 50, 200),
        ("pauses", 8, 40), ("invoices", 3500, 7500), ("usage", 45000, 90000),
        ("tickets", 2000, 5000), ("survey_answers", 900, 2500), ("touches", 7000, 16000), ("goals", 200, 500),
        ("costs", 1500, 4000), ("exits", 50, 140), ("exchange_rates", 24, 30), ("campaigns", 4, 4),
        ("campaign_contacts", 300, 700), ("prospects", 60, 60), ("mentions", 20, 80), ("web_visits", 2000, 4000),
        ("audiences", 10, 10),
    ],
)  # fmt: skip
def test_tables_have_a_sane_size(company: Tables, table: str, fewest: int, most: int) -> None:
    assert fewest <= len(company[table]) <= most


def test_the_company_grows_to_some_280_customers_and_loses_about_two_percent_a_month(company: Tables) -> None:
    months = [_customers(company, add_months(TODAY, back)) for back in range(-36, 1)]
    assert len(months[12]) < len(months[24]) < len(months[36])
    assert 265 <= len(months[36]) <= 305
    lost = [len(before - after) / len(before) for before, after in pairwise(months[12:])]
    assert 0.015 <= sum(lost) / len(lost) <= 0.025


@pytest.mark.parametrize(
    ("table", "fewest", "is_one"),
    [
        ("accounts", 300, lambda row: row["country"] == "BR"),
        ("accounts", 40, lambda row: row["country"] != "BR"),
        ("accounts", 40, lambda row: row["segment"] == "enterprise"),
        ("accounts", 2, lambda row: row["name"].startswith("Auriluz ")),
        ("accounts", 2, lambda row: row["name"].startswith("Solmira Tec")),
        ("accounts", 5, lambda row: "&" in row["name"]),
        ("accounts", 3, lambda row: "'" in row["name"]),
        ("accounts", 60, lambda row: not row["name"].isascii()),
        ("accounts", 10, lambda row: not row["employees"]),
        ("contacts", 30, lambda row: row["left_on"]),
        ("contacts", 10, lambda row: row["role"] == "sponsor"),
        ("contacts", 150, lambda row: row["language"] == "en"),
        ("subscriptions", 60, lambda row: row["currency"] == "USD"),
        ("subscriptions", 5, lambda row: row["currency"] == "EUR"),
        ("subscriptions", 60, lambda row: row["interval_unit"] == "year"),
        ("subscriptions", 40, lambda row: row["interval_count"] == "3" and row["kind"] == "recurring"),
        ("subscriptions", 10, lambda row: row["kind"] == "retainer"),
        ("subscriptions", 10, lambda row: row["kind"] == "repeat"),
        ("subscriptions", 100, lambda row: row["plan"] == "Add-on"),
        ("subscriptions", 3, lambda row: row["cancelled_on"] and _ahead(row["ended_on"])),
        ("subscriptions", 30, lambda row: row["cancelled_on"] and row["cancelled_on"] < row["ended_on"]),
        ("subscriptions", 250, lambda row: _ahead(row["renews_on"])),
        ("subscriptions", 3, lambda row: row["trial_ends_on"] and row["ended_on"] == row["trial_ends_on"]),
        ("subscriptions", 20, lambda row: row["trial_ends_on"]),
        ("subscription_changes", 5, lambda row: _ahead(row["effective_on"])),
        ("subscription_changes", 100, lambda row: row["quantity"]),
        ("subscription_changes", 100, lambda row: row["unit_amount"]),
        ("discounts", 5, lambda row: _ahead(row["ends_on"])),
        ("discounts", 10, lambda row: row["amount"]),
        ("pauses", 1, lambda row: not row["ends_on"]),
        ("invoices", 30, lambda row: not row["paid_on"] and row["due_on"] < TODAY.isoformat()),
        ("invoices", 100, lambda row: row["kind"] == "one_off"),
        ("invoices", 20, lambda row: row["kind"] == "usage"),
        ("tickets", 100, lambda row: row["priority"] == "critical"),
        ("tickets", 10, lambda row: not row["solved_on"]),
        ("tickets", 1, lambda row: "ignore previous instructions" in row["topic"].lower()),
        ("touches", 1, lambda row: "ignore previous instructions" in row["note"].lower()),
        ("touches", 1, lambda row: "<!channel>" in row["note"]),
        ("survey_answers", 100, lambda row: row["kind"] == "csat"),
        ("survey_answers", 100, lambda row: _detracts(row)),
        ("goals", 50, lambda row: _ahead(row["due_on"])),
        ("goals", 10, lambda row: not row["current"]),
        ("exits", 1, lambda row: "<!channel>" in row["comment"]),
        ("exits", 10, lambda row: not row["comment"]),
        ("exits", 3, lambda row: not row["reason"]),
        ("exits", 5, lambda row: row["reason"] == "competitor"),
        ("costs", 36, lambda row: not row["account_id"]),
    ],
)  # fmt: skip
def test_every_special_case_is_there(
    company: Tables, table: str, fewest: int, is_one: Callable[[Record], bool]
) -> None:
    assert sum(bool(is_one(row)) for row in company[table]) >= fewest


@pytest.mark.parametrize(
    ("table", "column", "kinds"),
    [
        ("accounts", "owner", 8), ("usage", "feature", 6), ("touches", "team", 5),
        ("touches", "direction", 3), ("survey_answers", "touchpoint", 4), ("contacts", "role", 5),
        ("subscriptions", "plan", 7), ("costs", "kind", 2),
    ],
)  # fmt: skip
def test_classes_have_all_their_members(company: Tables, table: str, column: str, kinds: int) -> None:
    assert len({row[column] for row in company[table]}) == kinds


def test_about_one_account_in_six_pays_in_dollars(company: Tables) -> None:
    currencies = {row["account_id"]: row["currency"] for row in company["subscriptions"]}
    assert 0.12 <= Counter(currencies.values())["USD"] / len(currencies) <= 0.2


def test_every_foreign_contract_has_a_rate_on_its_first_day(company: Tables) -> None:
    first = {row["currency"]: row["on_day"] for row in reversed(company["exchange_rates"])}
    assert all(
        first[row["currency"]] <= row["started_on"] for row in company["subscriptions"] if row["currency"] != "BRL"
    )


def test_some_accounts_come_back_after_they_left(company: Tables) -> None:
    spans = _spans(company)
    returned = [one for one, times in spans.items() if any(a[1] < b[0] for a, b in pairwise(times))]
    assert len(returned) >= 5


def test_ten_accounts_that_left_have_names_that_are_easy_to_type(company: Tables) -> None:
    left = _left(company)
    easy = [
        row
        for row in company["accounts"]
        if row["account_id"] in left and re.fullmatch(r"[A-Za-z]+ [A-Za-z]+", row["name"])
    ]
    assert len(easy) >= 10


def test_a_share_of_accounts_tells_nothing(company: Tables) -> None:
    customers = _customers(company, TODAY)
    for table in ("usage", "survey_answers"):
        silent = customers - {row["account_id"] for row in company[table]}
        assert 0.05 <= len(silent) / len(customers) <= 0.45, table


def test_risk_can_be_learned_but_not_read_off(company: Tables) -> None:
    """Two leavers in three had shown a sign by the day they told us; so had many who stayed."""
    known = _by_account(company)
    told = {row["account_id"]: row["cancelled_on"] for row in company["subscriptions"] if row["cancelled_on"]}
    left = {one for one, day in _left(company).items() if day > add_months(TODAY, -12).isoformat() and one in told}
    stayed = _customers(company, TODAY) - told.keys()
    leavers = _share(_sign(known[one], date.fromisoformat(told[one])) for one in left)
    stayers = _share(_sign(known[one], TODAY) for one in stayed)
    assert 0.55 <= leavers <= 0.85
    assert 0.15 <= stayers <= leavers - 0.15


def _share(found: Iterable[bool]) -> float:
    answers = list(found)
    return sum(answers) / len(answers)


def _sign(known: Tables, day: date) -> bool:
    """Usage a third below half a year ago, a critical ticket, a detractor or a payment three weeks late."""
    return (
        _usage_fell(known["usage"], day)
        or any(row["priority"] == "critical" and _within(row["opened_on"], day, 120) for row in known["tickets"])
        or any(_detracts(row) and _within(row["answered_on"], day, 150) for row in known["survey_answers"])
        or any(_within(row["due_on"], day, 120) and _days_late(row, day) > 20 for row in known["invoices"])
    )


def _by_account(company: Tables) -> dict[str, Tables]:
    known: dict[str, Tables] = defaultdict(lambda: defaultdict(list))
    for table in ("usage", "tickets", "survey_answers", "invoices"):
        for row in company[table]:
            known[row["account_id"]][table].append(row)
    return known


def _detracts(row: Record) -> bool:
    return row["kind"] == "nps" and float(row["score"]) <= 6


def _usage_fell(rows: list[Record], day: date) -> bool:
    def weekly(first: int, last: int) -> float:
        events = [
            int(row["events"])
            for row in rows
            if day - timedelta(days=first) <= date.fromisoformat(row["on_day"]) < day - timedelta(days=last)
        ]
        return sum(events) / ((first - last) / 7)

    now, before = weekly(35, 7), weekly(203, 112)
    return 0 < now < 0.7 * before


def _days_late(row: Record, day: date) -> int:
    paid = date.fromisoformat(row["paid_on"]) if row["paid_on"] else day
    return (min(paid, day) - date.fromisoformat(row["due_on"])).days


def _within(cell: str, day: date, days: int) -> bool:
    return day - timedelta(days=days) <= date.fromisoformat(cell) <= day


def _ahead(cell: str) -> bool:
    return cell > TODAY.isoformat()


def _spans(company: Tables) -> dict[str, list[tuple[str, str]]]:
    """Paid times of each account, by contract line, in order; still going on ends in 9999."""
    spans: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in company["subscriptions"]:
        start, end = row["trial_ends_on"] or row["started_on"], row["ended_on"] or "9999"
        if row["kind"] != "repeat" and start < end:
            spans[row["account_id"]].append((start, end))
    return {account: sorted(times) for account, times in spans.items()}


def _left(company: Tables) -> dict[str, str]:
    """The first day without service of the accounts that had left by today."""
    ends = {account: max(end for _, end in times) for account, times in _spans(company).items()}
    return {account: end for account, end in ends.items() if not _ahead(end)}


def _customers(company: Tables, day: date) -> set[str]:
    at = day.isoformat()
    return {account for account, times in _spans(company).items() if any(start <= at < end for start, end in times)}
