"""A book whose tables are there already: checked, described and given its ledger where it is."""

from datetime import date

import pytest
from sqlalchemy import delete, insert, text

from bot.lake import explain
from bot.locale import Speaker
from tests.books import contract, day, make_book
from tests.test_cli import run
from tools.metrics import NoBook, Period, all_metrics, flows, open_book
from tools.metrics._book import (
    BOOK,
    SOURCE_TABLES,
    accounts,
    book_info,
    loads,
    subscription_changes,
    subscriptions,
)
from tools.metrics._engines import takes_no_loads, writing_engine
from tools.metrics._figure import Money
from tools.metrics._lake import InPlace, Misfit, NotABook, build_in_place
from tools.metrics._opening import book_engine

TODAY = date(2026, 10, 31)
LINES = [
    contract("a", "A", 1_000, "2026-01-01", "2026-09-01"),
    contract("b", "B", 2_000, "2026-02-01", currency="USD"),
    contract("c", "A", 3_000, "2027-01-01"),
]
RATES = [{"currency": "USD", "on_day": day("2026-01-01"), "rate_e6": 5_000_000}]


def lake(url, **changes):
    """The source tables alone, as somebody else's pipeline leaves them."""
    tables = {
        "accounts": [{"account_id": name, "name": name} for name in "AB"], "subscriptions": LINES,
        "exchange_rates": RATES,
    } | changes  # fmt: skip
    engine = writing_engine(url)
    with engine.begin() as connection:
        BOOK.create_all(connection, tables=[BOOK.tables[name] for name in tables])
        for name, rows in tables.items():
            for row in rows:
                connection.execute(insert(BOOK.tables[name]), row)
    engine.dispose()
    return url


def build(url, **more):
    return build_in_place(url, timezone="America/Sao_Paulo", today=TODAY, **more)


def refused(url):
    with pytest.raises(NotABook) as refusal:
        build(url)
    with pytest.raises(NoBook):
        open_book(url)
    return refusal.value.misfits


def test_tables_that_are_there_become_a_book(url):
    built = build(lake(url))
    others = tuple(t.name for t in SOURCE_TABLES if t.name not in ("accounts", "subscriptions", "exchange_rates"))
    assert built == InPlace(
        {"accounts": 2, "exchange_rates": 1, "subscriptions": 3}, others, "BRL", day("2026-09-01"), Money(10_000, "BRL")
    )
    book = open_book(url)
    assert (book.currency, book.as_of) == ("BRL", day("2026-09-01"))
    assert flows(book, Period.parse("2026"), {}).movements["new"] == 11_000


def test_building_again_sees_what_has_changed_since(url):
    build(lake(url))
    before = open_book(url)
    with writing_engine(url).begin() as connection:
        connection.execute(insert(subscriptions), contract("d", "A", 500, "2026-10-01"))
    assert build(url).mrr == Money(10_500, "BRL")
    assert open_book(url).info["load_id"] != before.info["load_id"]


def test_views_of_the_canonical_names_do_as_well(tmp_path):
    url = f"sqlite:///{tmp_path / 'warehouse.sqlite'}"
    with writing_engine(url).begin() as connection:
        for said in (
            "CREATE TABLE crm (id TEXT, company TEXT)",
            "INSERT INTO crm VALUES ('A', 'Padaria')",
            "CREATE TABLE deals (id TEXT, crm_id TEXT, amount NUMERIC, since DATE)",
            "INSERT INTO deals VALUES ('d1', 'A', 12.34, '2026-03-01')",
            "CREATE VIEW accounts AS SELECT id AS account_id, company AS name, "
            + ", ".join(f"NULL AS {c.name}" for c in accounts.c if c.name not in ("account_id", "name"))
            + " FROM crm",
            "CREATE VIEW subscriptions AS SELECT id AS subscription_id, crm_id AS account_id, 'recurring' AS kind, "
            "'BRL' AS currency, 1 AS quantity, CAST(amount * 100 AS INTEGER) AS unit_amount_minor, "
            "'month' AS interval_unit, 1 AS interval_count, since AS started_on, "
            + ", ".join(f"NULL AS {c.name}" for c in subscriptions.c if c.nullable)
            + " FROM deals",
        ):
            connection.execute(text(said))
    assert build(url).mrr == Money(1_234, "BRL")
    assert all_metrics()["mrr"](open_book(url), Period.parse("2026-03")).value == 1_234


@pytest.mark.parametrize(
    ("changes", "misfit"),
    [
        (
            {"subscriptions": [*LINES, contract("x", "A", 1, "2026-01-01", interval_unit="fortnight")]},
            Misfit("unknown_words", "subscriptions", "interval_unit: fortnight", "day, week, month, year"),
        ),
        (
            {"subscriptions": [*LINES, contract("x", "A", 1, "2026-01-01", kind="lease")]},
            Misfit("unknown_words", "subscriptions", "kind: lease", "recurring, retainer, repeat"),
        ),
        (
            {"subscriptions": [*LINES, contract("x", "C", 1, "2026-01-01")]},
            Misfit("unknown_accounts", "subscriptions", rows=1),
        ),
        ({"exchange_rates": []}, Misfit("no_rate", "exchange_rates", "USD", "BRL")),
    ],
    ids=lambda case: getattr(case, "kind", ""),
)
def test_what_would_make_wrong_figures_is_refused(url, changes, misfit):
    assert refused(lake(url, **changes)) == (misfit,)


def test_tables_without_the_columns_or_with_other_types_are_refused(new_postgres):
    url = new_postgres()
    with writing_engine(url).begin() as connection:
        connection.execute(text("CREATE TABLE accounts (account_id text, name text)"))
    said = {misfit.kind: misfit for misfit in refused(url)}
    assert said["no_table"] == Misfit("no_table", "subscriptions")
    assert said["no_columns"].what.startswith("segment STRING, industry STRING, country STRING")
    url = lake(new_postgres())
    with writing_engine(url).begin() as connection:
        connection.execute(text("ALTER TABLE subscriptions ALTER started_on TYPE timestamp"))
        connection.execute(text("ALTER TABLE subscriptions ALTER unit_amount_minor TYPE numeric(12, 2)"))
    assert [(m.kind, m.what, m.wanted) for m in refused(url)] == [
        ("other_type", "unit_amount_minor NUMERIC(12, 2)", "BIGINT"), ("other_type", "started_on TIMESTAMP", "DATE")
    ]  # fmt: skip


def test_keys_must_be_there_and_come_once(new_postgres):
    url = lake(new_postgres(), subscription_changes=[])
    with writing_engine(url).begin() as connection:
        connection.execute(text("ALTER TABLE subscription_changes DROP CONSTRAINT subscription_changes_pkey"))
        connection.execute(text("ALTER TABLE subscription_changes ALTER effective_on DROP NOT NULL"))
        for on in (None, day("2026-03-01"), day("2026-03-01")):
            connection.execute(insert(subscription_changes), {"subscription_id": "a", "effective_on": on})
    assert refused(url) == (
        Misfit("empty_cells", "subscription_changes", "subscription_id, effective_on", rows=1),
        Misfit("repeated_keys", "subscription_changes", "subscription_id, effective_on", rows=1),
    )


def test_a_book_that_was_loaded_is_left_to_its_loads(url):
    make_book(url, subscriptions=[LINES[0]])
    with book_engine(url).begin() as connection:
        row = {"table_name": "accounts", "source": "clientes.csv", "row_count": 1, "loaded_at": day("2026-10-31"),
               "mode": "whole", "stale_after": 1, "filled": ""}  # fmt: skip
        connection.execute(insert(loads), row)
    with pytest.raises(NotABook) as refusal:
        build(url)
    assert refusal.value.misfits == (Misfit("was_loaded", "loads", "clientes.csv"),)


def test_the_command_builds_and_says_what_it_found(tmp_path, monkeypatch):
    monkeypatch.setenv("BOOK_URL", lake(f"sqlite:///{tmp_path / 'lake.sqlite'}"))
    shown = run("ledger", home=tmp_path)
    assert shown.exit_code == 0
    said = " ".join(shown.stdout.split())
    assert "subscriptions: 3 rows" in said and "left empty: audiences, campaign_contacts" in said
    assert said.endswith("The ledger is built. Data as of 1 Sept 2026, MRR on that day R$100.00.")


def test_the_command_refuses_with_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setenv("BOOK_URL", lake(f"sqlite:///{tmp_path / 'lake.sqlite'}", exchange_rates=[]))
    shown = run("ledger", home=tmp_path)
    assert shown.exit_code == 1
    said = " ".join(shown.stdout.split())
    assert "There are amounts in USD but no rate into BRL; add one to exchange_rates. Nothing was written." in said


def test_a_load_into_spark_is_refused_before_anything_is_read(tmp_path, monkeypatch):
    monkeypatch.setenv("BOOK_URL", "hive://spark:10000/crm")
    shown = run("load", str(tmp_path), home=tmp_path)
    assert shown.exit_code == 1 and "retention ledger" in shown.stdout
    assert takes_no_loads("hive://spark") and not takes_no_loads("sqlite:///x")


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_every_misfit_has_a_sentence(language):
    from typing import get_args

    from tools.metrics._lake import MisfitKind

    for kind in get_args(MisfitKind):
        said = Speaker(language).say(explain(Misfit(kind, "subscriptions", "ended_on", "DATE", 3)))
        assert said.endswith(".") and "{" not in said


def test_while_a_book_is_being_made_there_is_none(url):
    """As on engines without transactions: its description is taken away first and given back last."""
    build(lake(url))
    book = open_book(url)
    with writing_engine(url).begin() as connection:
        connection.execute(delete(book_info).where(book_info.c.key == "as_of"))
    with pytest.raises(NoBook):
        book.afresh().info["load_id"]
    build(url)
    assert book.afresh().currency == "BRL"
