"""What each engine needs to be told in its own words, without a server: the words alone, and what a lost one does."""

import socket
import subprocess
import sys
import time
from datetime import date
from threading import Timer

import pytest
from sqlalchemy import BigInteger, Date, Float, String, cast, create_engine, delete, insert, inspect, literal, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateTable

from tests.books import contract, make_book
from tests.exports import LINES, Company, files
from tools.metrics import NoBook, Period, all_metrics, open_book
from tools.metrics._book import accounts, mrr_movements, mrr_steps, subscriptions, usage
from tools.metrics._dates import days_later, month_of
from tools.metrics._division import quotient
from tools.metrics._engines import put_rows, reading_engine, writing_engine
from tools.metrics._report import Effect

SPARK = "hive://me@127.0.0.1:10000/crm"


def words(statement, url=SPARK):
    """The statement in the engine's own words, its values in place, in one line."""
    compiled = statement.compile(reading_engine(url), compile_kwargs={"literal_binds": True})
    return " ".join(str(compiled).split())


@pytest.mark.parametrize(
    ("url", "divided"),
    [
        (SPARK, "SELECT ((2 * `mrr_steps`.`amount_minor` + 7) DIV 14)"),
        ("postgresql+psycopg://x/y", "SELECT ((2 * mrr_steps.amount_minor + 7) / 14)"),
        ("sqlite:////x", "SELECT ((2 * mrr_steps.amount_minor + 7) / 14)"),
        ("duckdb:///:memory:", "SELECT ((2 * mrr_steps.amount_minor + 7) // 14)"),
    ],
)
def test_whole_numbers_are_divided_whole(url, divided):
    assert words(select(quotient(2 * mrr_steps.c.amount_minor + 7, literal(14))), url).startswith(divided)


def test_whole_division_is_exact_beyond_what_a_float_holds():
    """2^53 + 1 is the first whole number that no float is."""
    with create_engine("duckdb:///:memory:").connect() as duckdb:
        large = cast(literal(3 * (2**53 + 1)), BigInteger)
        assert duckdb.execute(select(quotient(large, literal(3)))).scalar_one() == 2**53 + 1


def test_spark_is_spoken_to_in_its_own_words():
    day = mrr_movements.c.on_day
    assert words(select(month_of(day).label("m"))).startswith("SELECT date_format(`mrr_movements`.`on_day`, 'yyyy-MM')")
    assert "`on_day` + 7)" in words(select(days_later(day, 7)))
    assert words(select(day).where(day < date(2026, 3, 1))).endswith("< CAST('2026-03-01' AS DATE)")
    assert words(select(cast(literal("x"), String(3)), cast(literal(1), Float))).startswith(
        "SELECT CAST('x' AS STRING) AS `anon_1`, CAST(1 AS DOUBLE)"
    )
    assert words(delete(mrr_steps)) == "TRUNCATE TABLE `mrr_steps`"
    assert words(insert(mrr_steps).from_select(["account_id"], select(accounts.c.account_id))) == (
        "INSERT INTO `mrr_steps` (`account_id`) SELECT `accounts`.`account_id` FROM `accounts`"
    )


def test_spark_tables_are_files_without_keys():
    said = " ".join(str(CreateTable(mrr_movements, if_not_exists=True).compile(reading_engine(SPARK))).split())
    assert said.startswith("CREATE TABLE IF NOT EXISTS `mrr_movements` ( `account_id` STRING NOT NULL, `on_day` DATE")
    assert said.endswith(") USING parquet") and "KEY" not in said


@pytest.mark.parametrize("url", [SPARK, "duckdb:///:memory:"])
def test_a_day_is_a_day_whatever_the_engine_sends(url):
    dialect = reading_engine(url).dialect
    read = Date().dialect_impl(dialect).result_processor(dialect, None) or (lambda value: value)
    assert read(date(2026, 3, 1)) == date(2026, 3, 1) and read(None) is None
    if "hive" in url:
        assert read("2026-03-01") == date(2026, 3, 1)


def test_a_spark_that_does_not_answer_is_an_error_of_the_database():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"hive://me@127.0.0.1:{free.getsockname()[1]}/crm"
    with pytest.raises(OperationalError, match="does not answer"):
        open_book(url)


@pytest.fixture
def duckdb_url(tmp_path):
    return f"duckdb:///{tmp_path / 'new' / 'book.duckdb'}"


def test_a_duckdb_book_is_made_and_read(duckdb_url):
    with pytest.raises(NoBook):
        open_book(duckdb_url)
    book = make_book(duckdb_url, subscriptions=[contract("s", "A", 1_000, "2026-01-01")])
    assert all_metrics()["mrr"](book, Period.parse("2026-03")).value == 1_000


def test_changes_are_loaded_into_duckdb(duckdb_url, tmp_path):
    (tmp_path / "exports").mkdir()
    company = Company(tmp_path / "exports", duckdb_url)
    company.load()
    company.write(**files(accounts="account_id,name\nA3,Gama\n", subscriptions=LINES.replace("100.00", "150.00")))
    report = company.load(changes=True)
    assert [one.effect for one in report.tables] == [Effect(added=1), Effect(changed=1)]
    assert company.rows(mrr_movements, "account_id", "category", "amount_minor") == [("A1", "new", 15_000)]


def test_a_question_waits_for_the_load_that_has_the_duckdb_file(duckdb_url):
    book = make_book(duckdb_url, subscriptions=[contract("s", "A", 1_000, "2026-01-01")])
    file = duckdb_url.removeprefix("duckdb:///")
    load = "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('open', flush=True); time.sleep(2)"
    with subprocess.Popen([sys.executable, "-c", load, file], stdout=subprocess.PIPE) as loading:
        assert loading.stdout.readline() == b"open\n"
        began = time.monotonic()
        assert all_metrics()["mrr"](book, Period.parse("2026-03")).value == 1_000
        assert loading.poll() is not None or time.monotonic() - began > 1


def test_a_duckdb_book_can_be_written_between_two_questions(duckdb_url):
    book = make_book(duckdb_url, subscriptions=[contract("s", "A", 1_000, "2026-01-01")])
    assert book.currency == "BRL"
    writing = writing_engine(duckdb_url)
    with writing.begin() as connection:
        connection.execute(insert(accounts), {"account_id": "B", "name": "B"})
    Timer(0.5, writing.dispose).start()
    with book.connect() as connection:
        assert connection.execute(select(accounts.c.account_id).order_by("account_id")).scalars().all() == ["A", "B"]


def test_rows_reach_duckdb_as_they_are(duckdb_url):
    engine = writing_engine(duckdb_url)
    line = contract("s", "A", 2**53 + 1, "2026-01-01", auto_renew=True, product='a "b",\n\\N {"c": null}', plan="")
    uses = {"account_id": "A", "on_day": date(2026, 1, 1), "feature": "çá日", "events": 3, "users": None}
    with engine.begin() as connection:
        for table, row in ((subscriptions, line), (usage, uses)):
            table.create(connection)
            put_rows(connection, table, list(row), [list(row.values())])
            (found,) = connection.execute(select(table)).mappings()
            assert {name: found[name] for name in row} == row
    assert inspect(engine).has_table("usage")
