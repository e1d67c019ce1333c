# ruff: noqa: E501  (tables of cases read better in one line each)
"""Reading in place: views give the same figures as a load, the same faults, and nothing of a company's is touched."""

from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import inspect, make_url, text

from bot.loading import load
from tests.conftest import ask, assistant_at
from tests.test_load_queries import MAPPING, TODAY, Shop, contract, contracts, moment
from tools.metrics import Period, all_metrics, open_book
from tools.metrics._book import accounts, book_info, loads, mrr_movements, subscriptions
from tools.metrics._faults import Fault, LoadRefused
from tools.metrics._figure import Money
from tools.metrics._in_place import read_in_place
from tools.metrics._load import LoadReport, load_directory

IN_PLACE = MAPPING.replace("sources: {warehouse: {url_from: WAREHOUSE_URL}}\n", "")


class InPlace(Shop):
    """A warehouse that is the book's own database."""

    def __init__(self, folder: Path, warehouse: str) -> None:
        super().__init__(folder, warehouse)
        self.url = warehouse

    def place(self, said: str = IN_PLACE, **options: Any) -> LoadReport:
        path = self.mapping(said)
        return read_in_place(self.url, mapping=path, today=TODAY, secrets=self.secrets.get, **options)

    def refused(self, said: str = IN_PLACE, **options: Any) -> tuple[Fault, ...]:
        with pytest.raises(LoadRefused) as refused:
            self.place(said, **options)
        return refused.value.faults

    def names(self) -> tuple[set[str], set[str]]:
        """Tables and views there are."""
        there = inspect(self.engine)
        return set(there.get_table_names()), set(there.get_view_names())


@pytest.fixture(params=["sqlite", "postgresql"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[InPlace]:
    sqlite = f"sqlite:///{tmp_path / 'warehouse.sqlite'}"
    made = InPlace(tmp_path, sqlite if request.param == "sqlite" else request.getfixturevalue("new_postgres")())
    yield made
    made.engine.dispose()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[InPlace]:
    made = InPlace(tmp_path, f"sqlite:///{tmp_path / 'warehouse.sqlite'}")
    yield made
    made.engine.dispose()


# --- the same figures ------------------------------------------------------------------------------------------------


def test_the_tables_are_views_and_only_the_ledger_is_written(anywhere: InPlace) -> None:
    before = anywhere.names()[0]
    report = anywhere.place()
    tables, views = anywhere.names()
    assert views == {"accounts", "subscriptions"}
    assert before < tables and {"mrr_steps", "mrr_movements", "book_info", "loads", "usage", "invoices"} < tables
    assert (report.mrr, report.as_of, report.mode) == (Money(20020, "BRL"), date(2026, 9, 1), "in_place")
    assert anywhere.rows(mrr_movements, "account_id", "on_day", "category", "amount_minor") == [
        ("1", date(2026, 1, 1), "new", 20020),
        ("2", date(2026, 1, 1), "new", 10000),
        ("2", date(2026, 9, 1), "churn", -10000),
    ]
    line = ("subscription_id", "account_id", "quantity", "unit_amount_minor", "started_on", "ended_on", "auto_renew")
    assert anywhere.rows(subscriptions, *line) == [
        ("K1", "1", 2, 10010, date(2026, 1, 1), None, True),
        ("K2", "2", 2, 5000, date(2026, 1, 1), date(2026, 9, 1), False),
    ]
    assert anywhere.rows(loads, "table_name", "row_count") == [("accounts", 2), ("subscriptions", 2)]


MORE = """
  discounts:
    query: SELECT 'D1' AS discount_id, 'K3' AS subscription_id, 12.5 AS percent, DATE '2026-03-01' AS starts_on
  exchange_rates:
    query: SELECT 'JPY' AS currency, DATE '2026-01-01' AS on_day, 0.035 AS rate
"""


def test_every_metric_is_the_same_as_after_a_load(anywhere: InPlace, tmp_path: Path) -> None:
    """Yen have no minor unit, and a discount is in per cent."""
    anywhere.put(
        contracts, contract("K3", 1, "33.33", seats=3, starts=date(2026, 2, 1)),
        contract("K4", 2, "9000", money="JPY", seats=1, starts=date(2026, 5, 1)),
    )  # fmt: skip
    said = IN_PLACE + (MORE if anywhere.engine.dialect.name == "postgresql" else MORE.replace("DATE '", "'"))
    anywhere.place(said)
    copied = f"sqlite:///{tmp_path / 'copy.sqlite'}"
    mapping = tmp_path / "load.yml"
    mapping.write_text(MAPPING.partition("tables:")[0] + said[said.index("tables:") :])
    load_directory(None, copied, mapping=mapping, today=TODAY, secrets=anywhere.secrets.get)
    placed, loaded = open_book(anywhere.url), open_book(copied)
    for period in (Period.parse("2026-01..2026-10"), Period.parse("2026-03"), Period.parse("2026-09")):
        for metric in all_metrics().values():
            assert metric(placed, period).value == metric(loaded, period).value, metric.name
    assert placed.as_of == loaded.as_of
    placed.engine.dispose()
    loaded.engine.dispose()


def test_a_question_is_answered_from_a_book_in_place(anywhere: InPlace) -> None:
    anywhere.place()
    bot = assistant_at(anywhere.folder / "home", book_url=anywhere.url)
    reply = ask(bot, "MRR summary for September 2026")
    assert reply.answer and bot.speaker.say(reply.answer.headline).startswith("MRR was R$200.20 on 30 Sept 2026")


def test_what_changed_in_the_warehouse_is_there_after_the_next_time(anywhere: InPlace) -> None:
    first = anywhere.place()
    anywhere.put(contracts, contract("K3", 2, "10.00", starts=date(2026, 10, 1)))
    assert len(anywhere.rows(subscriptions, "subscription_id")) == 3
    second = anywhere.place()
    assert (first.mrr, second.mrr) == (Money(20020, "BRL"), Money(22020, "BRL"))
    assert first.load_id != second.load_id
    assert anywhere.rows(mrr_movements, "account_id", "on_day", "category")[-1] == (
        "2",
        date(2026, 10, 1),
        "reactivation",
    )


def test_a_view_is_made_anew_only_when_its_query_changes(anywhere: InPlace) -> None:
    def views() -> dict[str, str]:
        known = {row[0]: row[1] for row in anywhere.rows(book_info, "key", "value")}
        return {key: value for key, value in known.items() if key.startswith("view ")}

    anywhere.place()
    first = views()
    if anywhere.engine.dialect.name == "postgresql":
        identity = "SELECT 'accounts'::regclass::oid, 'subscriptions'::regclass::oid"
        with anywhere.engine.connect() as connection:
            before = connection.execute(text(identity)).one()
        anywhere.place(IN_PLACE.replace("tier AS segment", "tier AS industry"))
        with anywhere.engine.connect() as connection:
            after = connection.execute(text(identity)).one()
        assert before[1] == after[1] and before[0] != after[0]
    else:
        anywhere.place(IN_PLACE.replace("tier AS segment", "tier AS industry"))
    assert anywhere.rows(accounts, "segment", "industry")[0] == (None, "smb")
    assert views()["view subscriptions"] == first["view subscriptions"]
    assert views()["view accounts"] != first["view accounts"]


def test_a_table_without_a_query_any_more_is_empty(anywhere: InPlace) -> None:
    said = IN_PLACE + MORE.replace("DATE '", "'" if anywhere.engine.dialect.name == "sqlite" else "DATE '").replace(
        "K3", "K1"
    )
    anywhere.place(said)
    assert "discounts" in anywhere.names()[1]
    anywhere.place()
    assert "discounts" in anywhere.names()[0]


def test_columns_are_taken_in_the_books_units_or_converted(anywhere: InPlace) -> None:
    said = IN_PLACE.replace("fee AS unit_amount", "10050 AS unit_amount_minor")
    anywhere.place(said + "    values: {currency: {BRL: USD}}\n")
    assert anywhere.rows(subscriptions, "currency", "unit_amount_minor")[0] == ("USD", 10050)
    anywhere.place(
        IN_PLACE.replace("fee AS unit_amount", "fee AS price").replace("money AS currency,", "")
        + "    columns: {unit_amount: price}\n",
        currency="BRL",
    )
    assert anywhere.rows(subscriptions, "currency", "unit_amount_minor")[0] == ("BRL", 10010)


def test_moments_with_a_zone_become_days_in_the_workspaces_zone(new_postgres: Any, tmp_path: Path) -> None:
    shop = InPlace(tmp_path, new_postgres())
    shop.place(IN_PLACE.replace("tier AS segment", "since AS signed_up_on"))
    assert shop.rows(accounts, "signed_up_on") == [(date(2026, 9, 30),), (date(2026, 10, 1),)]
    shop.engine.dispose()


def test_checking_leaves_nothing_behind(anywhere: InPlace) -> None:
    before = anywhere.names()
    assert anywhere.place(check_only=True).mrr == Money(20020, "BRL")
    assert anywhere.names() == before


def test_a_load_gives_the_book_tables_of_its_own_again(anywhere: InPlace) -> None:
    anywhere.place()
    exports = anywhere.folder / "exports"
    exports.mkdir()
    (exports / "accounts.csv").write_text("account_id,name\nA1,Alfa\n")
    (exports / "subscriptions.csv").write_text(
        "subscription_id,account_id,mrr,currency,started_on\nS1,A1,12.00,BRL,2026-01-01\n"
    )
    load_directory(exports, anywhere.url, today=TODAY)
    tables, views = anywhere.names()
    assert not views and {"accounts", "companies", "contracts"} < tables
    assert anywhere.rows(accounts, "account_id") == [("A1",)]
    assert anywhere.place().mrr == Money(20020, "BRL")


# --- what is refused -------------------------------------------------------------------------------------------------


def usual(
    kind: str, file: str, column: str | None = None, value: str | None = None, key: str | None = None
) -> tuple[Any, ...]:
    return kind, file, column, value, key


LINES = "query: subscriptions"
WRONG = [
    (IN_PLACE.replace("FROM companies", "FROM nobody"), usual("query_failed", "query: accounts")),
    (IN_PLACE.replace("id AS account_id", "id AS nr"), usual("missing_column", "query: accounts", "account_id")),
    (IN_PLACE.replace("company AS account_id", "9 AS account_id"), usual("unknown_account", LINES, "account_id", "9", "K1")),
    (IN_PLACE.replace("number AS subscription_id", "'K' AS subscription_id"), usual("repeated_key", LINES, "subscription_id", "K", "K")),
    (IN_PLACE.replace("starts AS started_on", "NULL AS started_on"), usual("value_missing", LINES, "started_on", "", "K1")),
    (IN_PLACE.replace("'month' AS interval", "'monthly' AS interval"), usual("unknown_interval", LINES, "interval", "monthly", "K1")),
    (IN_PLACE.replace("money AS currency", "'XQX' AS currency"), usual("not_a_currency", LINES, "currency", "XQX", "K1")),
    (IN_PLACE.replace("money AS currency,", ""), usual("currency_missing", LINES, "currency", "", "K1")),
    (IN_PLACE.replace("seats AS quantity", "-2 AS quantity"), usual("out_of_range", LINES, "quantity", "-2", "K1")),
    (IN_PLACE.replace("seats AS quantity", "2.5 AS quantity"), usual("not_whole", LINES, "quantity", "2.5", "K1")),
    (IN_PLACE.replace("seats AS quantity", "seats AS quantity, 'gift' AS kind"), usual("unknown_value", LINES, "kind", "gift", "K1")),
    (IN_PLACE.replace("ends AS ended_on", "'2025-12-31' AS ended_on"), usual("ended_before_started", LINES, "ended_on", "2025-12-31", "K1")),
]  # fmt: skip


@pytest.mark.parametrize(("said", "wanted"), WRONG, ids=[wanted[0] for _, wanted in WRONG])
def test_the_views_are_looked_through_as_rows_are(anywhere: InPlace, said: str, wanted: tuple[Any, ...]) -> None:
    before = anywhere.names()
    fault = anywhere.refused(said)[0]
    assert (fault.kind, fault.file, fault.column, fault.value, fault.key) == wanted
    assert anywhere.names() == before


def test_days_that_are_none_are_told(here: InPlace) -> None:
    (fault,) = here.refused(
        IN_PLACE.replace("starts AS started_on", "CASE number WHEN 'K2' THEN 'soon' ELSE starts END AS started_on")
    )[:1]
    assert (fault.kind, fault.column, fault.value, fault.key) == ("not_a_date", "started_on", "soon", "K2")


def test_every_foreign_currency_needs_a_rate(anywhere: InPlace) -> None:
    anywhere.put(contracts, contract("K3", money="USD"))
    (fault,) = anywhere.refused()
    assert (fault.kind, fault.value, dict(fault.detail)) == ("rate_missing", "USD", {"reporting": "BRL", "rows": 1})
    assert anywhere.place(IN_PLACE + "rates: {USD: 5.40}\n").mrr == Money(20020 + 108108, "BRL")


IMPOSSIBLE = [
    ("tables: {}", usual("missing_query", "mapping")),
    (IN_PLACE + "    ends: last_day\n", usual("not_in_place", "mapping", "tables.subscriptions", "ends")),
    (IN_PLACE + "    columns: {account_id: {via: accounts.name}}\n", usual("not_in_place", "mapping", "tables.subscriptions", "via")),
    (IN_PLACE + "    columns: {is_trial: tried}\n", usual("not_in_place", "mapping", "tables.subscriptions", "is_trial")),
    (IN_PLACE + "  mrr_history: {query: SELECT 1}\n", usual("not_in_place", "mapping", "tables", "mrr_history")),
    (IN_PLACE + "    leave_out: {seats: ['2']}\n", usual("not_in_place", "mapping", "tables.subscriptions", "leave_out")),
    (IN_PLACE + "    columns: {ended_on: {column: ends, when: {seats: ['2']}}}\n", usual("not_in_place", "mapping", "tables.subscriptions", "when")),
    (IN_PLACE + "  usage: {file: usage.csv}\n", usual("not_in_place", "mapping", "tables.usage", "file")),
    (MAPPING.replace("url_from: WAREHOUSE_URL", "url: 'sqlite:///other.db'"), usual("elsewhere", "warehouse")),
    (MAPPING.replace("WAREHOUSE_URL", "OTHER_URL"), usual("url_missing", "warehouse", value="OTHER_URL")),
]  # fmt: skip


@pytest.mark.parametrize(("said", "wanted"), IMPOSSIBLE, ids=[f"{wanted[0]} {wanted[3]}" for _, wanted in IMPOSSIBLE])
def test_what_only_a_load_can_do_is_told(here: InPlace, said: str, wanted: tuple[Any, ...]) -> None:
    fault = here.refused(said)[0]
    assert (fault.kind, fault.file, fault.column, fault.value, fault.key) == wanted


def test_the_source_may_be_named_if_it_is_the_books_own_database(anywhere: InPlace) -> None:
    assert anywhere.place(MAPPING).tables[0].file == "warehouse: accounts"


@pytest.mark.parametrize("in_place", [True, False])
def test_tables_of_a_companys_own_are_never_touched(anywhere: InPlace, in_place: bool) -> None:
    anywhere.run("CREATE TABLE accounts (id INTEGER, secret VARCHAR(20))")
    anywhere.run("INSERT INTO accounts VALUES (1, 'ours')")
    with pytest.raises(LoadRefused) as refused:
        anywhere.place() if in_place else anywhere.load()
    (fault,) = refused.value.faults
    assert (fault.kind, fault.value) == ("name_taken", "accounts")
    with anywhere.engine.connect() as connection:
        assert connection.execute(text("SELECT * FROM accounts")).all() == [(1, "ours")]
    assert "book_info" not in anywhere.names()[0]


def test_a_schema_of_its_own_keeps_the_book_apart(new_postgres: Any, tmp_path: Path) -> None:
    """The warehouse's tables lie in `public` and may be called as ours; the book lies in `retention`."""
    there = new_postgres()
    shop = InPlace(tmp_path, there)
    shop.run("ALTER TABLE companies RENAME TO accounts")
    shop.run("CREATE SCHEMA retention")
    shop.url = make_url(there).update_query_dict({"options": "-csearch_path=retention"}).render_as_string(False)
    said = IN_PLACE.replace("FROM companies", "FROM public.accounts").replace("FROM contracts", "FROM public.contracts")
    assert shop.place(said).mrr == Money(20020, "BRL")
    assert shop.rows(accounts, "name") == [("Padaria São João",), ("Beta",)]
    assert inspect(shop.engine).get_view_names("retention") == ["accounts", "subscriptions"]
    shop.engine.dispose()


def test_the_terminal_says_that_nothing_was_copied(here: InPlace) -> None:
    shown, bot = StringIO(), assistant_at(here.folder / "home", book_url=here.url)
    assert load(bot, None, here.mapping(IN_PLACE), False, None, Console(file=shown, width=400), in_place=True) == 0
    assert shown.getvalue().splitlines()[-1] == (
        "Read in place: nothing was copied. Data as of 1 Sept 2026, MRR on that day R$200.20. Run this again when "
        "contracts have changed, so that the ledger follows."
    )


def test_who_reads_meanwhile_sees_the_old_book(anywhere: InPlace) -> None:
    anywhere.place()
    anywhere.put(contracts, contract("K3", 2, "10.00", starts=date(2026, 10, 1), updated_at=moment(2)))
    seen: list[int] = []

    def looks(connection: Any) -> None:
        from tools.metrics._writing import make_ledger

        make_ledger(connection)
        seen.append(len(anywhere.rows(mrr_movements, "on_day")))

    anywhere.place(ledger=looks)
    assert seen == [3] and len(anywhere.rows(mrr_movements, "on_day")) == 4
