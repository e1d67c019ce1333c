# ruff: noqa: E501  (tables of cases read better in one line each)
"""Loading from another database: what its rows become, what is refused, and that it is only ever read."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    create_engine,
    insert,
    make_url,
    select,
    text,
)

from bot.load_progress import LoadProgress
from bot.locale import Speaker
from tests.conftest import assistant_at
from tools.metrics._book import accounts, invoices, load_marks, loads, mrr_movements, subscriptions
from tools.metrics._faults import Fault, Findings, LoadRefused
from tools.metrics._feeds import gather
from tools.metrics._figure import Money
from tools.metrics._load import LoadReport, load_directory
from tools.metrics._mapping import read_mapping
from tools.metrics._report import Effect
from tools.metrics._statement import is_select

TODAY = date(2026, 11, 22)
WAREHOUSE = MetaData()
companies = Table(
    "companies", WAREHOUSE,
    Column("id", Integer, primary_key=True), Column("legal_name", String(200)), Column("tier", String(40)),
    Column("since", DateTime(timezone=True)),
)  # fmt: skip
contracts = Table(
    "contracts", WAREHOUSE,
    Column("number", String(20), primary_key=True), Column("company", Integer), Column("fee", Numeric(12, 2)),
    Column("seats", Integer), Column("money", String(3)), Column("starts", Date), Column("ends", Date),
    Column("renews_itself", Boolean), Column("updated_at", DateTime(timezone=True)),
)  # fmt: skip

MAPPING = """
sources: {warehouse: {url_from: WAREHOUSE_URL}}
tables:
  accounts:
    query: SELECT id AS account_id, legal_name AS name, tier AS segment FROM companies
  subscriptions:
    query: >-
      SELECT number AS subscription_id, company AS account_id, fee AS unit_amount, seats AS quantity, 'month' AS interval,
      money AS currency, starts AS started_on, ends AS ended_on, renews_itself AS auto_renew, updated_at FROM contracts
    changed: updated_at
"""


def moment(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 10, day, hour, tzinfo=UTC)


def contract(number: str, company: int = 1, fee: str = "100.10", **said: Any) -> dict[str, Any]:
    usual = {
        "seats": 2, "money": "BRL", "starts": date(2026, 1, 1), "ends": None, "renews_itself": True,
        "updated_at": moment(1),
    }  # fmt: skip
    return {"number": number, "company": company, "fee": Decimal(fee), **usual, **said}


class Shop:
    """A warehouse with two companies, and a book to load it into."""

    def __init__(self, folder: Path, warehouse: str) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder / 'book.sqlite'}"
        self.secrets = {"WAREHOUSE_URL": warehouse}
        self.engine: Engine = create_engine(warehouse)
        WAREHOUSE.create_all(self.engine)
        self.put(
            companies,
            {"id": 1, "legal_name": "Padaria São João", "tier": "smb", "since": moment(1, 1)},
            {"id": 2, "legal_name": "Beta", "tier": None, "since": moment(1, 12)},
        )
        self.put(contracts, contract("K1"), contract("K2", 2, "50.00", ends=date(2026, 9, 1), renews_itself=False))

    def put(self, table: Table, *rows: Mapping[str, Any]) -> None:
        with self.engine.begin() as connection:
            connection.execute(insert(table), list(rows))

    def run(self, statement: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement))

    def mapping(self, said: str) -> Path:
        path = self.folder / "mapping.yml"
        path.write_text(said)
        return path

    def load(self, said: str = MAPPING, directory: Path | None = None, **options: Any) -> LoadReport:
        path, secrets = self.mapping(said), self.secrets.get
        return load_directory(directory, self.url, mapping=path, today=TODAY, secrets=secrets, **options)

    def faults(self, said: str = MAPPING, directory: Path | None = None) -> tuple[Fault, ...]:
        with pytest.raises(LoadRefused) as refused:
            self.load(said, directory)
        return refused.value.faults

    def rows(self, table: Table, *columns: str) -> list[tuple[Any, ...]]:
        asked = select(*(table.c[name] for name in columns)).order_by(*table.primary_key.columns)
        engine = create_engine(self.url)
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(asked)]
        engine.dispose()
        return found


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path, f"sqlite:///{tmp_path / 'warehouse.sqlite'}")
    yield made
    made.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """The same with a warehouse on SQLite and on PostgreSQL."""
    sqlite = f"sqlite:///{tmp_path / 'warehouse.sqlite'}"
    made = Shop(tmp_path, sqlite if request.param == "sqlite" else request.getfixturevalue("new_postgres")())
    yield made
    made.engine.dispose()


# --- what is loaded --------------------------------------------------------------------------------------------------


def test_queries_fill_the_book_without_a_folder_of_files(anywhere: Shop) -> None:
    report = anywhere.load()
    assert anywhere.rows(accounts, "account_id", "name", "segment") == [
        ("1", "Padaria São João", "smb"), ("2", "Beta", None)
    ]  # fmt: skip
    line = ("subscription_id", "account_id", "quantity", "unit_amount_minor", "started_on", "ended_on", "auto_renew")
    assert anywhere.rows(subscriptions, *line) == [
        ("K1", "1", 2, 10010, date(2026, 1, 1), None, True),
        ("K2", "2", 2, 5000, date(2026, 1, 1), date(2026, 9, 1), False),
    ]
    assert anywhere.rows(mrr_movements, "account_id", "on_day", "category", "amount_minor") == [
        ("1", date(2026, 1, 1), "new", 20020),
        ("2", date(2026, 1, 1), "new", 10000),
        ("2", date(2026, 9, 1), "churn", -10000),
    ]
    assert (report.mrr, report.as_of, report.notices) == (Money(20020, "BRL"), date(2026, 9, 1), ())
    assert anywhere.rows(loads, "table_name", "source", "row_count") == [
        ("accounts", "warehouse: accounts", 2), ("subscriptions", "warehouse: subscriptions", 2)
    ]  # fmt: skip
    assert report.tables[1].ignored == ()


def test_tables_come_from_files_and_queries_in_one_load(anywhere: Shop) -> None:
    exports = anywhere.folder / "exports"
    exports.mkdir()
    (exports / "faturas.csv").write_text(
        "Número;Cliente ID;Valor;Moeda;Data de emissão\nF1;1;1.234,56;BRL;13/02/2026\n"
    )
    report = anywhere.load(directory=exports)
    assert anywhere.rows(invoices, "invoice_id", "account_id", "amount_minor") == [("F1", "1", 123456)]
    assert [(one.table, one.file) for one in report.tables] == [
        ("accounts", "warehouse: accounts"), ("subscriptions", "warehouse: subscriptions"), ("invoices", "faturas.csv")
    ]  # fmt: skip


def test_moments_with_a_zone_become_days_in_the_workspaces_zone(anywhere: Shop) -> None:
    """One o'clock in the morning of 1 October in UTC is still 30 September in São Paulo. SQLite has no zones."""
    anywhere.load(MAPPING.replace("tier AS segment", "since AS signed_up_on"))
    first = 30 if anywhere.engine.dialect.name == "postgresql" else 1
    month = 9 if anywhere.engine.dialect.name == "postgresql" else 10
    assert anywhere.rows(accounts, "signed_up_on") == [(date(2026, month, first),), (date(2026, 10, 1),)]


def test_texts_of_a_query_are_read_as_those_of_a_file(shop: Shop) -> None:
    written = MAPPING.replace("fee AS unit_amount", "'R$ 1.234,56' AS unit_amount").replace(
        "starts AS started_on", "'31/12/2025' AS started_on"
    )
    shop.load(written)
    assert shop.rows(subscriptions, "unit_amount_minor", "started_on")[0] == (123456, date(2025, 12, 31))
    (fault,) = shop.faults(MAPPING.replace("starts AS started_on", "'05/06/2025' AS started_on"))
    assert (fault.file, fault.kind, fault.value) == ("warehouse: subscriptions", "ambiguous_date", "05/06/2025")


def test_a_query_is_asked_as_it_is_written(anywhere: Shop) -> None:
    """Per cent signs, colons, comments and a last semicolon are the database's own affair."""
    written = (
        "SELECT id AS account_id, legal_name AS name FROM companies WHERE legal_name LIKE 'Pad%' OR ':x' = ':x' -- all;"
    )
    anywhere.load(
        MAPPING.replace("SELECT id AS account_id, legal_name AS name, tier AS segment FROM companies", f'"{written}"')
    )
    assert anywhere.rows(accounts, "account_id") == [("1",), ("2",)]


def test_movements_of_mrr_can_be_asked_too(anywhere: Shop) -> None:
    said = MAPPING.partition("  subscriptions:")[0] + (
        "  mrr_history:\n    query: SELECT company AS account_id, starts AS on_day, fee AS mrr_change, money AS currency FROM contracts\n"
    )
    assert anywhere.load(said).mrr == Money(15010, "BRL")


def test_a_value_of_a_query_can_be_translated(shop: Shop) -> None:
    shop.load(MAPPING + "    values: {quantity: {2: 10}, auto_renew: {1: 'no'}}\n")
    assert shop.rows(subscriptions, "quantity", "auto_renew") == [(10, False), (10, False)]


def test_rows_come_in_batches_and_are_counted(shop: Shop) -> None:
    shop.put(contracts, *(contract(f"X{n}") for n in range(12_000)))
    told: list[tuple[Any, ...]] = []
    shop.load(watch=lambda *one: told.append(one))
    assert [one for one in told if one[1] == "subscriptions"] == [
        ("asking", "subscriptions", 5_000, None), ("asking", "subscriptions", 10_000, None),
        ("asking", "subscriptions", 12_002, None),
        ("looking", "subscriptions", 5_000, None), ("looking", "subscriptions", 10_000, None),
        ("looking", "subscriptions", 12_002, None),
        ("reading", "subscriptions", 5_000, 12_002), ("reading", "subscriptions", 10_000, 12_002),
        ("reading", "subscriptions", 12_002, 12_002),
        ("checking", "subscriptions", 0, None), ("writing", "subscriptions", 0, None),
    ]  # fmt: skip
    assert told[-1] == ("writing", "", 0, None)


def test_all_queries_see_one_state_of_their_source(anywhere: Shop) -> None:
    """A contract of a company that was added between two queries would be a contract of nobody."""
    anywhere.run("SELECT 1")
    if anywhere.engine.dialect.name == "sqlite":
        anywhere.run("PRAGMA journal_mode = WAL")
    late: list[str] = []

    def adds(step: str, table: str, *_: object) -> None:
        if (step, table) == ("asking", "accounts") and not late:
            late.append("K3")
            anywhere.put(companies, {"id": 3, "legal_name": "Gama", "tier": None, "since": None})
            anywhere.put(contracts, contract("K3", 3))

    anywhere.load(watch=adds)
    assert late and anywhere.rows(subscriptions, "subscription_id") == [("K1",), ("K2",)]
    anywhere.load()
    assert anywhere.rows(subscriptions, "subscription_id") == [("K1",), ("K2",), ("K3",)]


def test_urls_come_from_the_environment_or_from_env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("WAREHOUSE_URL=sqlite:///file.db\nOTHER_URL=sqlite:///other.db\n")
    monkeypatch.setenv("WAREHOUSE_URL", "sqlite:///environment.db")
    called = assistant_at(tmp_path).settings.called
    assert [called(name) for name in ("WAREHOUSE_URL", "OTHER_URL", "NO_URL")] == [
        "sqlite:///environment.db", "sqlite:///other.db", None
    ]  # fmt: skip


# --- only what changed -----------------------------------------------------------------------------------------------


def changes(shop: Shop, marks: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """Ids of the contracts that a load of changes asks for, and the marks after it."""
    said, _ = read_mapping(shop.mapping(MAPPING))
    folder = shop.folder / "waiting"
    folder.mkdir(exist_ok=True)
    gathered = gather(None, said, shop.secrets.get, marks, folder, Findings(), lambda *_: None)
    feed = gathered.feeds["subscriptions"]
    return [str(row[0]) for batch in feed.batches() for row in batch.rows], gathered.marks


def test_a_load_remembers_up_to_where_it_read_and_the_next_asks_from_there(anywhere: Shop) -> None:
    anywhere.put(contracts, contract("K3", updated_at=moment(5)), contract("K4", updated_at=None))
    marks = anywhere.load().marks
    ((table, mark),) = anywhere.rows(load_marks, "table_name", "mark")
    assert {table: mark} == marks
    assert changes(anywhere, marks) == (["K3", "K4"], marks)
    anywhere.put(contracts, contract("K5", updated_at=moment(6)))
    anywhere.run("UPDATE contracts SET fee = 1 WHERE number = 'K1'")
    asked, later = changes(anywhere, marks)
    assert sorted(asked) == ["K3", "K4", "K5"]
    assert sorted(changes(anywhere, later)[0]) == ["K4", "K5"]


def test_a_load_of_changes_asks_and_writes_only_what_changed(anywhere: Shop) -> None:
    """K1 is dearer, K3 is new, K2 is as old as the mark, K0 is older and not asked for: then the book is that of a
    whole load."""
    anywhere.put(contracts, contract("K0", 2, "0.00", updated_at=datetime(2026, 9, 1, tzinfo=UTC)))
    first = anywhere.load()
    anywhere.put(contracts, contract("K3", 2, "10.00", starts=date(2026, 10, 1), updated_at=moment(5)))
    anywhere.run("UPDATE contracts SET fee = 200.20, updated_at = '2026-10-06 12:00:00+00' WHERE number = 'K1'")
    told: list[tuple[Any, ...]] = []
    report = anywhere.load(changes=True, watch=lambda *one: told.append(one))
    assert ("asking", "subscriptions", 3, None) in told
    assert (first.mode, report.mode, report.mrr) == ("whole", "changes", Money(2 * 20020 + 2 * 1000, "BRL"))
    lines = next(one for one in report.tables if one.table == "subscriptions")
    assert lines.effect == Effect(added=1, changed=1, unchanged=1, removed=0)
    after = anywhere.rows(mrr_movements, "account_id", "on_day", "category", "amount_minor")
    assert [row[0] for row in anywhere.rows(subscriptions, "subscription_id")] == ["K0", "K1", "K2", "K3"]
    assert anywhere.load(changes=True).mrr == report.mrr
    assert anywhere.load().mrr == report.mrr
    assert anywhere.rows(mrr_movements, "account_id", "on_day", "category", "amount_minor") == after


def test_where_nothing_changed_nothing_is_said_of_it(anywhere: Shop) -> None:
    anywhere.put(contracts, contract("K9", updated_at=moment(9)))
    anywhere.load()
    anywhere.run("DELETE FROM contracts")
    report = anywhere.load(changes=True)
    assert (report.notices, report.mrr) == ((), Money(2 * 20020, "BRL"))


def test_the_first_time_everything_is_asked(shop: Shop) -> None:
    assert changes(shop, {})[0] == ["K1", "K2"]


# --- what is refused -------------------------------------------------------------------------------------------------


def usual(kind: str, file: str = "mapping.yml", column: str | None = None, value: str | None = None) -> tuple[Any, ...]:
    return kind, file, column, value


ACCOUNTS = "query: SELECT id AS account_id, legal_name AS name, tier AS segment FROM companies"
WRONG = [
    (MAPPING.replace(ACCOUNTS, ACCOUNTS + "\n    source: lake"), usual("unknown_source", column="tables.accounts.source", value="lake")),
    (MAPPING.replace("{warehouse: {url_from: WAREHOUSE_URL}}", "{}"), usual("unknown_source", "mapping", value="–")),
    (MAPPING.replace("{url_from: WAREHOUSE_URL}", "{}"), usual("two_urls", column="sources.warehouse")),
    (MAPPING.replace(ACCOUNTS, ACCOUNTS + "\n    file: accounts.csv"), usual("two_origins", column="tables.accounts")),
    (MAPPING.replace(ACCOUNTS, "query: DELETE FROM companies"), usual("not_select", column="tables.accounts.query", value="DELETE FROM companies")),
    (MAPPING.replace("WAREHOUSE_URL", "OTHER_URL"), usual("url_missing", "warehouse", value="OTHER_URL")),
    (MAPPING.replace("url_from: WAREHOUSE_URL", "url: nonsense"), usual("bad_url", "warehouse", value="url")),
    (MAPPING.replace("url_from: WAREHOUSE_URL", "url: 'postgresql://u:p@h:abc/d'"), usual("bad_url", "warehouse", value="url")),
    (MAPPING.replace("url_from: WAREHOUSE_URL", "url: 'postgresql+psycopg://me:secret@h/d'"), usual("secret_in_mapping", "warehouse", value="warehouse")),
    (MAPPING.replace("url_from: WAREHOUSE_URL", "url: 'nosuchengine://h/d'"), usual("driver_missing", "warehouse", value="nosuchengine")),
    (MAPPING.replace("url_from: WAREHOUSE_URL", "url: 'sqlite:////nowhere/at/all.db'"), usual("unreachable", "warehouse")),
    (MAPPING.replace("FROM companies", "FROM nobody"), usual("query_failed", "warehouse: accounts")),
    (MAPPING.replace("FROM companies", "FROM companies WHERE id < 0"), usual("no_rows", "warehouse: accounts")),
    (MAPPING.replace("changed: updated_at", "changed: modified"), usual("changed_missing", "warehouse: subscriptions", "modified")),
    (MAPPING.replace("id AS account_id", "id AS nr"), usual("missing_column", "warehouse: accounts", "account_id")),
    (MAPPING.replace("tier AS segment", "tier AS name"), usual("two_columns", "warehouse: accounts", "name")),
]  # fmt: skip


@pytest.mark.parametrize(("said", "wanted"), WRONG, ids=[wanted[0] for _, wanted in WRONG])
def test_each_fault_says_what_is_wrong_with_the_source(shop: Shop, said: str, wanted: tuple[Any, ...]) -> None:
    fault = shop.faults(said)[0]
    assert (fault.kind, fault.file, fault.column, fault.value) == wanted


def test_a_row_is_named_by_its_id_and_told_in_a_sentence(shop: Shop) -> None:
    shop.put(contracts, contract("K3", money=None), contract("K4", company=9))
    told = StringIO()
    from bot.loading import load

    bot = assistant_at(shop.folder / "home")
    path = shop.mapping(MAPPING.replace("url_from: WAREHOUSE_URL", f"url: '{shop.secrets['WAREHOUSE_URL']}'"))
    assert load(bot, None, path, False, None, Console(file=told, width=400)) == 1
    assert told.getvalue().splitlines() == [
        "• warehouse: subscriptions, row 3 (K3), column currency: The currency is not said; add a currency column, or "
        "say it with --currency or currency: in the mapping file.",
        "• warehouse: subscriptions, row 4 (K4), column account_id: “9” is not among the accounts; add it there, correct "
        "it, or say in the mapping file how the rows name accounts: account_id: {via: accounts.name, column: …}.",
        "Nothing was loaded; the book is as it was.",
    ]


def test_ids_that_are_null_are_told(shop: Shop) -> None:
    shop.put(companies, {"id": 3, "legal_name": None, "tier": None, "since": None})
    (fault,) = shop.faults(MAPPING.replace("id AS account_id", "NULLIF(id, 3) AS account_id"))
    assert (fault.kind, fault.file, fault.row, fault.column) == (
        "value_missing",
        "warehouse: accounts",
        3,
        "account_id",
    )


def test_a_table_of_a_file_and_a_query_is_a_fault(shop: Shop) -> None:
    exports = shop.folder / "exports"
    exports.mkdir()
    (exports / "customers.csv").write_text("account_id,name\n1,Alfa\n")
    (fault,) = shop.faults(directory=exports)
    assert (fault.kind, fault.detail["files"]) == ("two_files", "customers.csv, warehouse: accounts")


def test_without_files_and_queries_there_is_nothing_to_load(shop: Shop) -> None:
    assert [fault.kind for fault in shop.faults("currency: BRL")] == ["no_input"]


def test_all_queries_that_fail_are_told_at_once(anywhere: Shop) -> None:
    said = MAPPING.replace("FROM companies", "FROM nobody").replace("FROM contracts", "FROM nothing")
    assert [(fault.file, fault.kind) for fault in anywhere.faults(said)] == [
        ("warehouse: accounts", "query_failed"), ("warehouse: subscriptions", "query_failed")
    ]  # fmt: skip


def test_the_database_is_quoted_in_one_line_without_the_password(new_postgres: Any, shop: Shop) -> None:
    there = make_url(new_postgres())
    shop.secrets["WAREHOUSE_URL"] = there.set(database="nowhere", password="s3cret").render_as_string(False)
    (fault,) = shop.faults()
    told = str(fault.detail["cause"])
    assert fault.kind == "unreachable" and "nowhere" in told and "s3cret" not in told and "\n" not in told


def test_a_failing_load_leaves_the_book_and_the_marks(shop: Shop) -> None:
    shop.load()
    before = shop.rows(load_marks, "mark")
    shop.put(contracts, contract("K9", company=9, updated_at=moment(9)))
    shop.faults()
    assert (shop.rows(load_marks, "mark"), len(shop.rows(subscriptions, "subscription_id"))) == (before, 2)


# --- only ever read --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "reads"),
    [
        ("SELECT 1", True), ("  -- all of them\n select * from t;", True), ("WITH a AS (SELECT 1) SELECT * FROM a", True),
        ("(SELECT 1) UNION (SELECT 2)", True), ("SELECT 'a;b', \"delete from\", 'insert into x' FROM t", True),
        ("SELECT updated_at, /* into */ deleted FROM t", True),
        ("", False), ("DELETE FROM t", False), ("SELECT 1; DROP TABLE t", False), ("SELECT * INTO new FROM t", False),
        ("WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone", False), ("UPDATE t SET a = 1", False),
        ("WITH a AS (UPDATE t SET a = 1 RETURNING *) SELECT * FROM a", False), ("SELECT * FROM t FOR UPDATE", False),
        ("INSERT INTO t VALUES (1)", False), ("PRAGMA writable_schema = 1", False), ("CALL p()", False),
    ],
)  # fmt: skip
def test_only_a_select_is_asked(query: str, reads: bool) -> None:
    assert is_select(query) is reads


def test_a_function_that_writes_is_refused_by_the_read_only_connection(new_postgres: Any, tmp_path: Path) -> None:
    shop = Shop(tmp_path, new_postgres())
    shop.run("CREATE SEQUENCE tickets")
    (fault,) = shop.faults(MAPPING.replace("id AS account_id", "nextval('tickets') AS account_id"))
    assert fault.kind == "query_failed" and "read-only" in str(fault.detail["cause"])


def test_a_sqlite_file_is_opened_for_reading_only(shop: Shop) -> None:
    shop.secrets["WAREHOUSE_URL"] = f"sqlite:///{shop.folder / 'other.sqlite'}"
    assert [fault.kind for fault in shop.faults()] == ["unreachable"]
    assert not (shop.folder / "other.sqlite").exists()


# --- while it goes on ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_shown_on_a_terminal_only(terminal: bool) -> None:
    shown = StringIO()
    with LoadProgress(Console(file=shown, force_terminal=terminal, width=100), Speaker("en")) as progress:
        for rows in (0, 1_000, 2_500):
            progress.told("reading", "subscriptions", rows, 2_500)
    assert ("Reading subscriptions …" in shown.getvalue()) is terminal
    assert ("2,500 rows · " in shown.getvalue()) is terminal
