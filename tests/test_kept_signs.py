# ruff: noqa: E501  (tables of cases read better in one line each)
"""What is kept of a large book: it says what reading everything says, after loads of changes too."""

import csv
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from tests.conftest import DEMO_DAY
from tests.exports import Company
from tools.metrics import Book, Scoring, Sight, backtest, open_book, scorecard
from tools.metrics._asking import Asked
from tools.metrics._book import BOOK, book_info, changed_accounts
from tools.metrics._kept_record import keep_record, kept_record
from tools.metrics._kept_signs import keep_signs, kept_signs, known_signs
from tools.metrics._query import Reader
from tools.metrics._sign_table import SignTable
from tools.metrics._signals import paying_accounts, signs_of, standing
from tools.metrics._writing import tidy

Row = tuple[str, ...]
Rows = dict[str, dict[Row, Row]]
"""Table → key → the other cells."""


def test_signs_that_were_kept_score_as_those_that_were_read(tmp_path, demo_home):
    book = open_book(f"sqlite:///{demo_home / 'book.sqlite'}").scored_by(Scoring(kept=tmp_path))
    asked = Asked(Reader(book), date.fromisoformat(DEMO_DAY))
    paying = paying_accounts(asked)
    read, source = signs_of(asked, paying), asked.reader.source
    assert kept_signs(book, asked.day) is None
    keep_signs(asked, read, source)
    kept = kept_signs(book, asked.day)
    assert (kept.signs.ids, kept.signs.names, kept.source) == (read.ids, read.names, source)
    assert standing(paying, kept.signs) == standing(paying, read)
    assert kept_signs(book, asked.day - timedelta(days=1)) is None
    assert kept_signs(book.within(Sight(frozenset({"Ana"}))), asked.day) is None


def test_how_lists_did_is_kept_for_the_same_book_day_and_scorer(tmp_path, demo_home):
    book = open_book(f"sqlite:///{demo_home / 'book.sqlite'}").scored_by(Scoring(kept=tmp_path))
    today, found = date.fromisoformat(DEMO_DAY), backtest(book, date.fromisoformat(DEMO_DAY))
    assert kept_record(book, today, scorecard()) is None
    keep_record(book, today, scorecard(), found, least=1)
    assert kept_record(book, today, scorecard()) == found
    assert kept_record(book, today, replace(scorecard(), at_risk=1)) is None
    assert kept_record(book, today - timedelta(days=1), scorecard()) is None


# After changes

FIRST, DAY = date(2026, 6, 1), date(2026, 10, 31)
COLUMNS = {
    "accounts": ("account_id", "name", "owner", "signed_up_on"),
    "contacts": ("contact_id", "account_id", "name", "role", "left_on"),
    "subscriptions": ("subscription_id", "account_id", "currency", "quantity", "unit_amount", "interval_unit", "started_on", "ended_on", "cancelled_on"),
    "subscription_changes": ("subscription_id", "effective_on", "quantity", "unit_amount"),
    "discounts": ("discount_id", "subscription_id", "percent", "starts_on", "ends_on"),
    "pauses": ("subscription_id", "starts_on", "ends_on"),
    "exchange_rates": ("currency", "on_day", "rate"),
    "invoices": ("invoice_id", "account_id", "currency", "amount", "issued_on", "due_on", "paid_on"),
    "usage": ("account_id", "on_day", "feature", "events", "users"),
    "tickets": ("ticket_id", "account_id", "opened_on", "solved_on", "priority", "topic", "csat"),
    "survey_answers": ("answer_id", "account_id", "answered_on", "kind", "score"),
    "touches": ("touch_id", "account_id", "on_day", "team", "direction"),
    "goals": ("goal_id", "account_id", "title", "set_on", "due_on", "baseline", "target", "current"),
    "commitments": ("commitment_id", "account_id", "title", "promised_on", "due_on", "delivered_on"),
}  # fmt: skip
"""Every table that a sign is read from."""
KEYS = {name: len(BOOK.tables[name].primary_key.columns) for name in COLUMNS}
ids, account, line = st.sampled_from("123456"), st.sampled_from("ABCDEF"), st.sampled_from(["A", "B", "C", "D", "E"])
days = st.integers(0, 152).map(lambda n: (FIRST + timedelta(days=n)).isoformat())
later = st.integers(100, 230).map(lambda n: (FIRST + timedelta(days=n)).isoformat())
ends = st.just("") | later
price, number = st.sampled_from(["10.00", "25.00", "99.90"]), st.sampled_from("1259")
DRAWN = {
    "accounts": (account, account, st.sampled_from(["", "Ana"]), st.just("") | days),
    "contacts": (ids, account, ids, st.sampled_from(["champion", "user"]), st.just("") | days),
    "subscriptions": (line, account, st.sampled_from(["BRL", "USD"]), number, price, st.sampled_from(["month", "year"]), days, ends, st.just("") | days),
    "subscription_changes": (line, st.one_of(days, later), number, price),
    "discounts": (ids, line, st.sampled_from(["5", "50"]), days, ends),
    "pauses": (line, days, ends),
    "exchange_rates": (st.just("USD"), days, st.sampled_from(["4.9", "5.2"])),
    "invoices": (ids, account, st.just("BRL"), price, days, days, st.just("") | days),
    "usage": (account, days, st.sampled_from(["forms", "api"]), number, number),
    "tickets": (ids, account, days, ends, st.sampled_from(["high", "critical"]), st.sampled_from("xy"), st.sampled_from(["", "1", "4"])),
    "survey_answers": (ids, account, days, st.sampled_from(["nps", "csat"]), st.sampled_from("135")),
    "touches": (ids, account, days, st.just("cs"), st.sampled_from(["inbound", "outbound"])),
    "goals": (ids, account, ids, days, later, st.just("0"), st.just("10"), number),
    "commitments": (ids, account, ids, days, days, ends),
}  # fmt: skip
BASE: Rows = {
    **{name: {} for name in COLUMNS},
    "accounts": {(name,): (name, "Ana", "2026-06-05") for name in "ABCDEF"},
    "subscriptions": {(name,): (name, "USD" if name == "B" else "BRL", "5", "10.00", "month", "2026-06-01", "", "") for name in "ABCDE"},
    "exchange_rates": {("USD", "2026-01-01"): ("5.1",)},
    "usage": {(name, "2026-10-20", "forms"): ("5", "2") for name in "ABD"},
    "tickets": {("0",): ("A", "2026-06-01", "", "high", "x", "")},
}  # fmt: skip
"""Rows that are there whatever is drawn: five accounts that pay."""


@st.composite
def rows(draw: Any, most: int) -> Rows:
    found: Rows = {name: {} for name in COLUMNS}
    for name in draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=most)):
        row = draw(st.tuples(*DRAWN[name]))
        found[name][row[: KEYS[name]]] = row[KEYS[name] :]
    return found


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(rows(most=30), st.lists(st.tuples(rows(most=2), st.integers(0, 99)), min_size=4, max_size=4))
def test_signs_carried_over_are_those_that_are_read_from_nothing(at_first: Rows, changes: list[tuple[Rows, int]]):
    with TemporaryDirectory() as place:
        state = {name: {**at_first[name], **BASE[name]} for name in COLUMNS}
        company = Company(made(Path(place) / "exports"), f"sqlite:///{place}/book.sqlite")
        put(company, state)
        company.load(currency="BRL")
        carried = opened(company, Path(place))
        compare(carried)
        for new, taken in changes:
            gone = drawn_from(state, taken)
            put(company, new, gone)
            company.load(changes=True)
            for name, found in new.items():
                state[name] |= found
            for name, keys in gone.items():
                for key in keys:
                    del state[name][key]
            compare(opened(company, Path(place)))


def drawn_from(state: Rows, n: int) -> dict[str, list[Row]]:
    """A row that goes, of a table no other names; sometimes none."""
    name = sorted({*COLUMNS} - {"accounts", "subscriptions", "exchange_rates"})[n % 11]
    keys = sorted(state[name])
    return {name: [keys[n % len(keys)]]} if keys else {}


def compare(book: Book) -> None:
    asked = Asked(Reader(book), DAY)
    paying = paying_accounts(asked)
    carried, _ = known_signs(asked, paying, many=1)
    anew = signs_of(Asked(Reader(book), DAY), paying)
    assert as_dicts(carried) == as_dicts(anew)
    assert [carried.days(name) for name in ("renews_on", "leaving_on")] == [
        anew.days(name) for name in ("renews_on", "leaving_on")
    ]
    some = Asked(Reader(book), DAY, list(anew.ids)[:2])
    assert as_dicts(signs_of(some, paying_accounts(some))) == as_dicts(anew.of(some.among))


def as_dicts(table: SignTable) -> dict[str, dict[str, float]]:
    return {account_id: dict(signals) for account_id, signals in zip(table.ids, table.signals(), strict=True)}


def put(company: Company, state: Rows, gone: dict[str, list[Row]] | None = None) -> None:
    for path in company.folder.iterdir():
        path.unlink()
    for name in {name for name, found in (*state.items(), *(gone or {}).items()) if found}:
        taken = (gone or {}).get(name, ())
        with (company.folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*COLUMNS[name], "deleted"])
            writer.writerows([*key, *cells, ""] for key, cells in state.get(name, {}).items() if key not in taken)
            writer.writerows([*key, *[""] * (len(COLUMNS[name]) - KEYS[name]), "true"] for key in taken)


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def opened(company: Company, place: Path) -> Book:
    return open_book(company.url).scored_by(Scoring(kept=place / "kept"))


@pytest.fixture
def company(tmp_path: Path) -> Company:
    found = Company(made(tmp_path / "exports"), f"sqlite:///{tmp_path}/book.sqlite")
    put(found, BASE)
    found.load(currency="BRL")
    return found


def known(company: Company) -> dict[str, dict[str, float]]:
    asked = Asked(Reader(opened(company, company.folder.parent)), DAY)
    return as_dicts(known_signs(asked, paying_accounts(asked), many=1)[0])


def mark_all(company: Company) -> None:
    """Let what is kept say of everybody what no book says, so that it is seen where it is used."""
    asked = Asked(Reader(opened(company, company.folder.parent)), DAY)
    found, source = known_signs(asked, paying_accounts(asked), many=1)
    keep_signs(asked, SignTable(found.ids, ["nps"], np.full((len(found.ids), 1), -1.0)), source)


def change(company: Company, **tables: dict[Row, Row]) -> None:
    put(company, tables)
    company.load(changes=True)


def marked(company: Company) -> set[str]:
    return {account_id for account_id, signs in known(company).items() if signs == {"nps": -1.0}}


TICKET: Row = ("2026-10-30", "", "critical", "x", "")


def test_only_accounts_that_were_touched_are_read_anew(company):
    mark_all(company)
    assert marked(company) == {*"ABCDE"}
    change(company, tickets={("1",): ("A", *TICKET)})
    assert marked(company) == {*"BCDE"} and known(company)["A"]["critical_days"] == 1.0
    change(company, exchange_rates={("USD", "2026-09-01"): ("5.3",)})
    assert marked(company) == {*"CDE"}  # B pays in dollars
    change(company, tickets={("1",): ("C", *TICKET)})  # it was A's
    assert marked(company) == {*"DE"}


def test_several_loads_that_nobody_asked_between_are_made_up_for_at_once(company):
    mark_all(company)
    change(company, tickets={("1",): ("A", *TICKET)})
    change(company, subscription_changes={("D", "2026-10-01"): ("9", "10.00")})
    change(
        company,
        accounts={("G",): ("G", "Ana", "2026-10-01")},
        subscriptions={("G",): ("G", "BRL", "1", "10.00", "month", "2026-10-01", "", "")},
    )
    assert marked(company) == {*"BCE"} and {"A", "D", "G"} < {*known(company)}
    assert company.rows(changed_accounts, "account_id", "change") == [("A", 1), ("D", 2), ("G", 3)]


def test_what_the_book_begins_to_record_concerns_everybody(company):
    mark_all(company)
    change(company, commitments={("1",): ("A", "x", "2026-10-01", "2026-10-05", "")})
    assert marked(company) == set() and known(company)["B"]["late_commitments"] == 0.0


def test_after_a_whole_load_nothing_that_was_kept_holds(company):
    mark_all(company)
    put(company, {**BASE, "tickets": {("0",): ("B", *TICKET)}})
    company.load(currency="BRL")
    assert marked(company) == set() and company.rows(changed_accounts, "account_id") == []


def test_where_many_accounts_are_touched_all_is_read_anew(company):
    mark_all(company)
    lineage = dict(company.rows(book_info, "key", "value"))["lineage"]
    many = {(f"X{n}",): (f"X{n}", "Ana", "2026-10-01") for n in range(5_001)}
    change(company, accounts=many)
    assert company.rows(changed_accounts, "account_id") == []
    assert dict(company.rows(book_info, "key", "value"))["lineage"] != lineage
    assert marked(company) == set()


def test_a_large_book_in_postgresql_is_tidied_after_its_load(tmp_path, new_postgres):
    company = Company(made(tmp_path / "exports"), new_postgres())
    put(company, BASE)
    company.load(currency="BRL")
    rows = text("SELECT reltuples FROM pg_class WHERE relname = 'usage'")
    engine = create_engine(company.url)
    with engine.connect() as connection:
        assert connection.execute(rows).scalar_one() == -1  # not counted yet
    tidy(company.url)
    with engine.connect() as connection:
        assert connection.execute(rows).scalar_one() == 3
    engine.dispose()
