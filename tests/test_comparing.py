"""What makes the difference between two definitions of a metric: by hand, on the demo company, on books of any kind."""

from fractions import Fraction

import pytest
from hypothesis import given

from tests.books import contract, make_book
from tests.test_ledger_properties import Opened, books, many, period, two_days
from tests.test_metrics import YEAR, worked  # noqa: F401  the fixture of the definitions
from tools.metrics import Period, all_metrics, compare

PAIRS = [(name, variant) for name, metric in all_metrics().items() for variant in metric.variants]


def told(comparison):
    return [
        (line.side, line.fate, line.accounts, line.standard, line.variant, line.effect) for line in comparison.lines
    ]


def test_of_102_and_106_percent_net_retention_the_4_points_are_the_account_that_returned(worked):  # noqa: F811
    found = compare(all_metrics()["net_revenue_retention"], worked, YEAR, "with_reactivation")
    assert (found.standard.value, found.variant.value) == (Fraction(102, 100), Fraction(106, 100))
    assert told(found) == [("part", "returned", 1, 0, 4_000, Fraction(4, 100))]
    assert found.difference == Fraction(4, 100) and found.residual == 0


def test_of_25_and_20_percent_logo_churn_the_5_points_are_the_new_account_that_is_divided_by_too(worked):  # noqa: F811
    found = compare(all_metrics()["logo_churn_rate"], worked, YEAR, "stripe")
    assert told(found) == [("whole", "joined", 1, 0, 1, Fraction(-5, 100))]


@pytest.fixture
def eventful(url):
    """One account of each fate in the first half of 2026, and three that stay."""
    lines = [
        contract("steady", "steady", 1_000, "2025-01-01"),
        contract("grew", "grew", 2_000, "2025-01-01"), contract("grew2", "grew", 500, "2026-02-01"),
        contract("shrank", "shrank", 2_000, "2025-01-01"), contract("shrank2", "shrank", 400, "2025-01-01", "2026-02-01"),
        contract("both", "both", 1_000, "2025-01-01"), contract("both2", "both", 300, "2025-01-01", "2026-02-01"),
        contract("both3", "both", 200, "2026-03-01"),
        contract("left", "left", 1_000, "2025-01-01", "2026-02-01"),
        contract("again", "again", 1_000, "2025-01-01", "2026-02-01"), contract("again2", "again", 1_100, "2026-04-01"),
        contract("joined", "joined", 700, "2026-02-01"),
        contract("guest", "guest", 600, "2026-02-01", "2026-03-01"),
        contract("returned", "returned", 900, "2025-01-01", "2025-06-01"),
        contract("returned2", "returned", 900, "2026-02-01"),
        contract("gone", "gone", 900, "2025-01-01", "2025-06-01"),
    ]  # fmt: skip
    return make_book(url, subscriptions=lines)


def test_every_fate_has_a_line_of_its_own(eventful):
    """Ours: 8,000 opening of 7 accounts, of them left and again are lost. ChartMogul's flows count who joined too."""
    found = compare(all_metrics()["logo_churn_rate"], eventful, YEAR, "stripe")
    assert (found.standard.value, found.variant.value) == (Fraction(2, 6), Fraction(3, 8))
    assert told(found) == [
        ("part", "joined_and_left", 1, 0, 1, Fraction(1, 8)),
        ("whole", "joined", 1, 0, 1, -Fraction(1, 3) / 8),
        ("whole", "joined_and_left", 1, 0, 1, -Fraction(1, 3) / 8),
    ]
    flow = compare(all_metrics()["gross_revenue_retention"], eventful, YEAR, "flow")
    opening = 1_000 + 2_000 + 2_400 + 1_300 + 1_000 + 1_000
    assert told(flow) == [
        ("part", "grew_and_shrank", 1, 1_200, 1_000, Fraction(-200, opening)),
        ("part", "joined_and_left", 1, 0, -600, Fraction(-600, opening)),
    ]


def test_a_comparison_is_limited_like_any_figure(eventful):
    found = compare(all_metrics()["logo_churn_rate"], eventful, YEAR, "chartmogul", {"account_id": "guest"})
    assert (found.standard.value, found.lines, found.residual) == (None, (), 0)


@pytest.mark.parametrize(("name", "variant"), PAIRS)
@pytest.mark.parametrize("written", ["2026-Q3", "2025-11-01..2026-10-31", "2026-10"])
def test_nothing_is_left_unexplained_on_the_demo_company(demo, name, variant, written):
    for where in ({}, {"segment": "smb"}):
        found = compare(all_metrics()[name], demo.book(), Period.parse(written), variant, where)
        assert found.residual == 0
        assert bool(found.lines) == bool(found.difference) or sum(line.effect for line in found.lines) == 0


@many
@given(books(), two_days)
def test_nothing_is_left_unexplained_on_any_book(rows, pair):
    with Opened(rows) as book:
        for name, variant in PAIRS:
            found = compare(all_metrics()[name], book, period(pair), variant)
            assert found.residual == 0, (name, variant)
            assert all(line.effect for line in found.lines)
