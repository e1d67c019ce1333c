"""Every metric on the worked example of its reference."""

from fractions import Fraction

import pytest

from tests.books import contract, make_book
from tools.metrics import Period, all_metrics

YEAR = Period.parse("2026-01-01..2026-06-30")


@pytest.fixture
def worked(tmp_path):
    """In thousands: start 100, new 8, expansion 10, reactivation 4, contraction 3, churn 5: end 114."""

    def line(name, price, start, end=None):
        return contract(f"{name}-{start}", name, price * 1_000, start, end)

    lines = [
        line("steady", 62, "2025-01-01"),
        line("grows", 20, "2025-01-01"), line("grows", 10, "2026-02-01"),
        line("shrinks", 10, "2025-01-01"), line("shrinks", 3, "2025-02-01", "2026-03-01"),
        line("leaves", 5, "2025-01-01", "2026-04-01"),
        line("returns", 4, "2025-01-01", "2025-06-01"), line("returns", 4, "2026-05-01"),
        line("joins", 8, "2026-06-01"),
    ]  # fmt: skip
    return make_book(f"sqlite:///{tmp_path / 'book.sqlite'}", subscriptions=lines)


EXPECTED = {
    "mrr": 114_000,
    "new_mrr": 8_000,
    "expansion_mrr": 10_000,
    "reactivation_mrr": 4_000,
    "contraction_mrr": -3_000,
    "churned_mrr": -5_000,
    "net_new_mrr": 14_000,
    "gross_revenue_retention": Fraction(92, 100),
    "net_revenue_retention": Fraction(102, 100),
    "quick_ratio": Fraction(225, 100),
    "logo_churn_rate": Fraction(1, 4),
    "paying_accounts": 5,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_metric_matches_the_worked_fixture_of_the_definitions(worked, name):
    assert all_metrics()[name](worked, YEAR).value == EXPECTED[name]


def test_an_annual_1200_is_100_a_month(tmp_path):
    lines = [contract("s", "A", 120_000, "2026-01-01", interval_unit="year")]
    book = make_book(f"sqlite:///{tmp_path / 'book.sqlite'}", subscriptions=lines)
    assert all_metrics()["mrr"](book, Period.parse("2026-01")).value == 10_000


def test_the_total_of_stripes_own_example_needs_600_divided_by_12(tmp_path):
    """Stripe's glossary prints 800/12 for a plan of 600 a year; only 600/12 gives its total of 12,500."""
    lines = [
        contract("m", "monthly", 1_000_000, "2026-01-01"),
        *(contract(f"y{n}", f"y{n}", 60_000, "2026-01-01", interval_unit="year") for n in range(50)),
    ]
    book = make_book(f"sqlite:///{tmp_path / 'book.sqlite'}", subscriptions=lines)
    assert all_metrics()["mrr"](book, Period.parse("2026-01")).value == 1_250_000


def test_a_ratio_with_nothing_below_it_is_not_defined(tmp_path):
    book = make_book(f"sqlite:///{tmp_path / 'book.sqlite'}", subscriptions=[contract("s", "A", 1_000, "2026-02-01")])
    january = Period.parse("2026-01")
    undefined = ["gross_revenue_retention", "net_revenue_retention", "logo_churn_rate", "quick_ratio"]
    assert [all_metrics()[name](book, january).value for name in undefined] == [None] * 4


def test_a_figure_is_limited_to_the_accounts_asked_for(tmp_path):
    accounts = [
        {"account_id": "A", "name": "A", "segment": "smb"},
        {"account_id": "B", "name": "B", "segment": "enterprise"},
    ]
    lines = [contract("a", "A", 1_000, "2026-01-01"), contract("b", "B", 9_000, "2026-01-01")]
    book = make_book(f"sqlite:///{tmp_path / 'book.sqlite'}", accounts=accounts, subscriptions=lines)
    values = [
        all_metrics()["mrr"](book, Period.parse("2026-01"), {"segment": s}).value for s in ("smb", "enterprise", "none")
    ]
    assert values == [1_000, 9_000, 0]


def test_lost_accounts_that_return_within_the_year_still_count_as_lost(tmp_path):
    lines = [
        contract("a", "A", 1_000, "2025-01-01", "2026-02-01"),
        contract("b", "A", 1_000, "2026-04-01"),
        contract("c", "B", 1_000, "2025-01-01"),
    ]
    book = make_book(f"sqlite:///{tmp_path / 'book.sqlite'}", subscriptions=lines)
    names = ("gross_revenue_retention", "net_revenue_retention", "logo_churn_rate")
    assert [all_metrics()[name](book, YEAR).value for name in names] == [Fraction(1, 2)] * 3


def test_the_same_number_asked_twice_has_the_same_id_and_another_number_another(worked):
    mrr = all_metrics()["mrr"]
    assert mrr(worked, YEAR).id == mrr(worked, YEAR).id
    assert mrr(worked, YEAR).id != mrr(worked, Period.parse("2026-05")).id


def test_a_figure_shows_its_statement_and_how_many_rows_it_summed(worked):
    source = all_metrics()["net_new_mrr"](worked, YEAR).source
    assert source.sql.startswith("SELECT") and ":on_day_1" in source.sql
    assert source.rows == 5  # five movements
    assert str(source.as_of) == "2026-10-31"
