"""The whole metric suite on two Spark executors, and what becomes of a question when one of them dies.

`make test-spark` installs Spark and says where it is by SPARK_HOME; without it these tests are skipped.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import cast, create_engine, func, literal_column, select, text

from tests.conftest import DEMO_DAY
from tests.engines import METRICS, bridges, content, told
from tests.spark import SparkCluster
from tests.test_engines import LEDGER, SOURCES, expected, yardstick  # noqa: F401  fixtures
from tools.metrics import Period, all_metrics, open_book
from tools.metrics._book import BOOK, mrr_steps
from tools.metrics._engines import put_rows, writing_engine
from tools.metrics._lake import build_in_place

pytestmark = pytest.mark.skipif("SPARK_HOME" not in os.environ, reason="make test-spark installs and starts Spark")
ACCOUNTS = 200_000


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with SparkCluster(Path(os.environ["SPARK_HOME"]), tmp_path_factory.mktemp("spark")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def book(cluster, yardstick, tmp_path_factory):  # noqa: F811
    """The yardstick's source tables as a lake has them: Parquet files, written by somebody else, and a view."""
    lake, files = writing_engine(cluster.url), create_engine("duckdb:///:memory:")
    folder = tmp_path_factory.mktemp("lake")
    BOOK.create_all(files)
    with yardstick.connect() as source, files.connect() as parquet, lake.connect() as spark:
        for name in SOURCES:
            table = BOOK.tables[name]
            put_rows(parquet, table, table.columns.keys(), source.execute(select(table)).all())
            parquet.exec_driver_sql(f"COPY {name} TO '{folder / name}.parquet' (FORMAT parquet)")
            stored = f"{name}_of_crm" if name == "accounts" else name
            spark.execute(text(f"CREATE TABLE {stored} USING parquet LOCATION 'file://{folder / name}.parquet'"))
        spark.execute(text("CREATE VIEW accounts AS SELECT * FROM accounts_of_crm"))
    built = build_in_place(cluster.url, timezone="America/Sao_Paulo", today=date.fromisoformat(DEMO_DAY))
    assert (built.made, built.as_of) == ((), yardstick.as_of)
    return open_book(cluster.url)


@pytest.mark.parametrize("table", [*SOURCES, *LEDGER])
def test_the_same_rows_make_the_same_ledger(book, yardstick, table):  # noqa: F811
    assert content(book, table) == content(yardstick, table)


@pytest.mark.parametrize("asked", METRICS, ids=str)
def test_the_same_figures(book, expected, asked):  # noqa: F811
    assert told(book, asked) == expected(asked)


def test_the_same_bridges(book, yardstick):  # noqa: F811
    assert list(bridges(book)) == list(bridges(yardstick))


def test_both_executors_worked(cluster, book):
    assert len(cluster.executors()) == 2
    assert [alive and finished > 100 for alive, finished, _ in cluster.tasks().values()] == [True, True]


@pytest.fixture(scope="module")
def large(cluster):
    """A book of its own, large enough that a question takes a while: each account starts, grows twice and may end."""
    url = cluster.url.replace("/default", "/large")
    with writing_engine(cluster.url).connect() as spark:
        spark.execute(text("CREATE DATABASE large"))
        for name in LARGE:
            make_large(spark, name)
    build_in_place(url, timezone="America/Sao_Paulo", today=date(2026, 12, 31))
    return open_book(url)


LARGE = {
    "accounts": {
        "account_id": "concat('A', id)", "name": "concat('A', id)", "country": "'BR'", "language": "'pt-BR'",
        "segment": "element_at(array('smb', 'mid-market', 'enterprise'), cast(mod(id, 3) AS int) + 1)",
    },
    "subscriptions": {
        "subscription_id": "concat('S', id)", "account_id": "concat('A', id)", "kind": "'recurring'",
        "currency": "'BRL'", "quantity": "1 + mod(id, 20)", "unit_amount_minor": "1000 + mod(id, 977)",
        "interval_unit": "'month'", "interval_count": "1", "auto_renew": "true",
        "started_on": "date_add(DATE'2024-01-01', cast(mod(id, 700) AS int))",
        "ended_on": "CASE WHEN mod(id, 4) = 0 THEN date_add(DATE'2026-01-01', cast(mod(id, 300) AS int)) END",
    },
    "subscription_changes": {
        "subscription_id": "concat('S', id)", "quantity": "2 + mod(id + turn, 20)",
        "effective_on": "date_add(DATE'2024-06-01', cast(mod(id, 300) AS int) + 365 * turn)",
    },
}  # fmt: skip
"""Of each table what its columns are made of; all others are empty, as the book may have more of them some day."""


def make_large(spark, name):
    said = LARGE[name]
    columns = (
        cast(literal_column(said.get(one.name, "NULL")), one.type).label(one.name) for one in BOOK.tables[name].c
    )
    turns = " CROSS JOIN (SELECT explode(array(0, 1)) AS turn)" if name == "subscription_changes" else ""
    rows = select(*columns).select_from(text(f"range({ACCOUNTS}){turns}"))
    spark.execute(text(f"CREATE TABLE large.{name} USING parquet AS {rows.compile(dialect=spark.dialect)}"))


def test_a_question_is_answered_with_the_same_value_though_an_executor_dies_meanwhile(cluster, large):
    def ask():
        return all_metrics()["net_revenue_retention"].by(large, Period.parse("2026"), "segment")

    undisturbed = {segment: figure.value for segment, figure in ask().items()}
    assert len(undisturbed) == 3
    victims = {process.pid: process for process in cluster.executors()}
    with ThreadPoolExecutor() as pool:
        answer = _caught_at_work(cluster, lambda: pool.submit(ask))
        pid, process = victims.popitem()
        process.kill()
        assert not answer.done(), "killed while the question was being answered"
        disturbed = {segment: figure.value for segment, figure in answer.result(600).items()}
    assert disturbed == undisturbed
    assert not all(alive for alive, _, _ in cluster.tasks().values()), "Spark knows that one was lost"
    assert pid not in {process.pid for process in cluster.executors()}


def test_the_ledger_is_built_the_same_though_an_executor_dies_meanwhile(cluster, large):
    def checksum():
        s = mrr_steps.c
        with large.connect() as spark:
            hashed = func.sum(func.hash(s.account_id, s.on_day) * s.amount_minor)
            return spark.execute(select(func.count(), func.sum(s.amount_minor), hashed)).one()

    before = checksum()
    with ThreadPoolExecutor() as pool:
        built = pool.submit(build_in_place, large.url, timezone="America/Sao_Paulo", today=date(2026, 12, 31))
        time.sleep(5)
        assert _both_work(cluster, built), "it was done before both executors were seen at work"
        cluster.executors()[0].kill()
        built.result(900)
    assert checksum() == before


def _caught_at_work(cluster, ask):
    """A question that both executors are answering now; asked again where one was answered before that was seen."""
    for _ in range(5):
        answer = ask()
        if _both_work(cluster, answer):
            return answer
    raise AssertionError("each was answered before both executors were seen at work")


def _both_work(cluster, running):
    """Wait until each of two living executors has a task in hand; whether that was seen before all was done."""
    while not running.done():
        if sum(alive and active > 0 for alive, _, active in cluster.tasks().values()) == 2:
            return True
        time.sleep(0.02)
    return False
