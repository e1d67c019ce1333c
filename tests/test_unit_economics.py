"""Lifetime value, CLV, CAC payback and their ratio on the worked examples of their sources."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pytest

from tests.books import contract, day, make_book
from tools.metrics import Book, Period, add_months, all_metrics

OCTOBER = Period.parse("2026-10")


def value(book: Book, name: str, variant: str | None = None, period: Period = OCTOBER) -> int | Fraction | None:
    return all_metrics()[name](book, period, variant=variant).value


def cost(name: str, on: str, amount: int, kind: str = "service") -> Mapping[str, Any]:
    return {"cost_id": name, "on_day": day(on), "kind": kind, "currency": "BRL", "amount_minor": amount}


def invoice(name: str, on: str, amount: int) -> Mapping[str, Any]:
    return {
        "invoice_id": name, "account_id": "A00", "kind": "recurring", "currency": "BRL", "amount_minor": amount,
        "issued_on": day(on),
    }  # fmt: skip


def twenty_accounts_of_which_one_in_twenty_leaves_a_month() -> Sequence[Mapping[str, Any]]:
    """20 accounts at 100.00; in each month of 2026 one leaves on the 15th and another joins that day: 5% a month."""
    turns = [add_months(day("2026-01-15"), n) for n in range(10)]
    stay = [contract(f"s{n}", f"S{n:02}", 10_000, "2025-01-01") for n in range(9)]
    leave = [contract(f"l{n}", f"L{n:02}", 10_000, "2025-01-01", str(on)) for n, on in enumerate(turns)]
    join = [contract(f"j{n}", f"J{n:02}", 10_000, str(on)) for n, on in enumerate(turns)]
    return [*stay, *leave, *join, contract("a", "A00", 10_000, "2025-01-01")]


@pytest.fixture
def fixture_of_ltv(url: str) -> Book:
    """ARPA 100, churn 5%, gross margin 80%."""
    lines = twenty_accounts_of_which_one_in_twenty_leaves_a_month()
    return make_book(
        url,
        subscriptions=lines,
        invoices=[invoice("i", "2026-03-01", 100_000)],
        costs=[cost("c", "2026-05-01", 20_000)],
    )


def test_simple_ltv_of_arpa_100_and_churn_5_percent_is_2000(fixture_of_ltv):
    assert value(fixture_of_ltv, "average_revenue_per_account") == 10_000
    assert value(fixture_of_ltv, "lifetime_value") == 200_000
    assert value(fixture_of_ltv, "lifetime_value", "month") == 200_000
    assert value(fixture_of_ltv, "lifetime_value", "revenue_churn") == 200_000


def test_ltv_times_a_gross_margin_of_80_percent_is_1600(fixture_of_ltv):
    assert value(fixture_of_ltv, "gross_margin", period=OCTOBER.trailing_year()) == Fraction(4, 5)
    assert value(fixture_of_ltv, "lifetime_value", "gross_margin") == 160_000


def test_ltv_discounted_at_1_percent_a_month_is_1266_67(fixture_of_ltv):
    discounted = value(fixture_of_ltv, "lifetime_value", "discounted")
    assert (discounted, round(discounted)) == (Fraction(380_000, 3), 126_667)


def test_chartmogul_averages_the_six_months_before_the_current_one_and_its_older_page_takes_the_month(url):
    """Of 20 accounts 2 leave in September and 5 in October: six months to September average 10% ÷ 6."""
    leave = {n: "2026-09-10" if n < 2 else "2026-10-10" for n in range(7)}
    lines = [contract(f"s{n}", f"A{n:02}", 10_000, "2025-01-01", leave.get(n)) for n in range(20)]
    book = make_book(url, subscriptions=lines)
    assert value(book, "lifetime_value") == 10_000 / Fraction(1, 60)
    assert value(book, "lifetime_value", "month") == 10_000 / Fraction(5, 18)


@pytest.mark.parametrize("variant", [None, "month", "revenue_churn"])
def test_ltv_is_not_defined_where_nobody_left(url, variant):
    """ChartMogul shows 0 or nothing there; neither is the value of a customer who stays."""
    book = make_book(url, subscriptions=[contract("s", "A", 10_000, "2025-01-01")])
    assert value(book, "lifetime_value", variant) is None


def test_ltv_is_not_defined_while_the_book_is_younger_than_its_months(url):
    lines = [contract("s", "A", 10_000, "2026-06-01"), contract("t", "B", 10_000, "2026-06-01", "2026-08-01")]
    assert value(make_book(url, subscriptions=lines), "lifetime_value") is None


@pytest.fixture
def fixture_of_clv(url: str) -> Book:
    """A margin of 1,000 a year, retention 80%, CAC 1,000: five accounts at 1,200 a year, one of which leaves; a sixth
    joins. Invoices of 6,000, service costs of 1,000."""
    old = [contract(f"s{n}", f"A{n:02}", 120_000, "2025-01-01", interval_unit="year") for n in range(4)]
    gone = contract("gone", "Gone", 120_000, "2025-01-01", "2026-02-01", interval_unit="year")
    new = contract("new", "New", 120_000, "2026-10-05", interval_unit="year")
    costs = [cost("serve", "2026-05-01", 100_000), cost("win", "2026-10-01", 100_000, "acquisition")]
    return make_book(url, subscriptions=[*old, gone, new], invoices=[invoice("i", "2026-03-01", 600_000)], costs=costs)


def test_clv_of_article_002_is_2666_67_or_3666_67_and_exactly_one_margin_lies_between(fixture_of_clv):
    in_a_year, now = (value(fixture_of_clv, "customer_lifetime_value", v) for v in (None, "first_margin_now"))
    assert (round(in_a_year), round(now), now - in_a_year) == (266_667, 366_667, 100_000)
    assert in_a_year == Fraction(800_000, 3)


def test_clv_less_acquisition_cost_after_gupta_lemmens_and_reichheld(fixture_of_clv):
    """2.67 years of margin at r = 80% and i = 10%, less a CAC of one."""
    assert value(fixture_of_clv, "customer_lifetime_value", "less_acquisition_cost") == Fraction(800_000, 3) - 100_000


def test_clv_of_five_years_is_the_sum_of_five_margins(fixture_of_clv):
    margins = (100_000 * Fraction(4, 5) ** t / Fraction(11, 10) ** t for t in range(1, 6))
    assert value(fixture_of_clv, "customer_lifetime_value", "five_years") == sum(margins)


def test_clv_shows_its_inputs(fixture_of_clv):
    terms = all_metrics()["customer_lifetime_value"].rows(fixture_of_clv, OCTOBER)
    assert {row["term"]: (row["metric"], row["value"]) for row in terms} == {
        "arpa": ("average_revenue_per_account", 10_000),
        "margin": ("gross_margin", Fraction(5, 6)),
        "retention": ("retention_rate", Fraction(4, 5)),
    }


def test_unit_economics_as_difference_of_article_004_and_as_ratio(fixture_of_clv):
    """The same inputs: 2,666.67 and 1,000.00 differ by 1,666.67 and are 2.67 to one."""
    difference, ratio = value(fixture_of_clv, "clv_minus_cac"), value(fixture_of_clv, "ltv_to_cac", "clv")
    assert (round(difference), round(float(ratio), 2)) == (166_667, 2.67)
    figure = all_metrics()["clv_minus_cac"](fixture_of_clv, OCTOBER)
    assert (figure.unit, figure.currency) == ("money", "BRL")
    assert value(fixture_of_clv, "clv_minus_cac", "first_margin_now") - difference == 100_000


def test_ltv_to_cac_is_margin_over_cost_and_higher_without_margin(url):
    lines = twenty_accounts_of_which_one_in_twenty_leaves_a_month()
    costs = [cost("c", "2026-05-01", 20_000), cost("win", "2026-10-01", 40_000, "acquisition")]
    book = make_book(url, subscriptions=lines, invoices=[invoice("i", "2026-03-01", 100_000)], costs=costs)
    assert value(book, "ltv_to_cac") == Fraction(160_000, 40_000)
    assert value(book, "ltv_to_cac", "without_margin") == Fraction(200_000, 40_000)
    assert value(book, "clv_minus_cac", "simple") == 120_000


@pytest.mark.parametrize(
    ("variant", "months"),
    [(None, Fraction(15)), ("without_margin", Fraction(12)), ("finmark_misprint", Fraction(96, 10))],
)
def test_cac_payback_is_15_months_12_without_margin_and_9_6_as_finmark_prints_it(url, variant, months):
    """CAC 6,000, ARPA of the new 500, gross margin 80%."""
    lines = [contract("old", "A00", 9_900, "2025-01-01"), *(contract(n, n, 50_000, "2026-10-05") for n in ("B", "C"))]
    costs = [cost("serve", "2026-05-01", 20_000), cost("win", "2026-10-01", 1_200_000, "acquisition")]
    book = make_book(url, subscriptions=lines, invoices=[invoice("i", "2026-03-01", 100_000)], costs=costs)
    figure = all_metrics()["cac_payback"](book, OCTOBER, variant=variant)
    assert (figure.value, figure.unit) == (months, "months")


def test_without_costs_nothing_is_known_of_margin_cac_and_what_is_made_of_them(url):
    lines = twenty_accounts_of_which_one_in_twenty_leaves_a_month()
    book = make_book(url, subscriptions=lines, invoices=[invoice("i", "2026-03-01", 100_000)])
    named = ["gross_margin", "customer_acquisition_cost", "cac_payback", "ltv_to_cac", "clv_minus_cac"]
    named.append("customer_lifetime_value")
    assert [value(book, name) for name in named] == [None] * 6
    assert value(book, "gross_margin", "of_mrr") is None
    assert value(book, "lifetime_value") == 200_000


def test_gross_margin_of_mrr_counts_each_months_end_once(url):
    """MRR of 100.00 at the ends of August and September, 150.00 at that of October; one-off invoices do not show."""
    lines = [contract("s", "A00", 10_000, "2026-08-31"), contract("t", "A00", 5_000, "2026-10-31")]
    invoices = [invoice("i", "2026-09-01", 99_000)]
    book = make_book(url, subscriptions=lines, invoices=invoices, costs=[cost("c", "2026-09-15", 7_000)])
    quarter = Period.parse("2026-08-01..2026-10-31")
    assert value(book, "gross_margin", "of_mrr", quarter) == Fraction(35_000 - 7_000, 35_000)
    assert value(book, "gross_margin", None, quarter) == Fraction(99_000 - 7_000, 99_000)
    assert value(book, "gross_margin", "of_mrr", Period.parse("2026-W38")) is None
