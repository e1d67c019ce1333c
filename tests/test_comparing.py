"""What makes the difference between two definitions of a metric: by hand, on the demo company, on books of any kind."""

from fractions import Fraction

import pytest
from hypothesis import given, settings

from tests.books import contract, make_book
from tests.test_ledger_properties import Opened, books, many, period, two_days
from tests.test_metrics import YEAR, worked  # noqa: F401  the fixture of the definitions
from tests.test_tools import cells, part, run, said
from tools import Table, ToolError
from tools._differences import adding_up, effects_shown
from tools.metrics import Period, all_metrics, compare, differing_accounts

OF_THE_LEDGER = (
    "net_revenue_retention", "gross_revenue_retention", "logo_churn_rate", "retention_rate", "quick_ratio", "mrr",
    "churned_mrr", "renewal_rate",
)  # fmt: skip
few = settings(many, max_examples=25)


def told(comparison):
    return [
        (line.side, line.fate, line.accounts, line.standard, line.variant, line.effect) for line in comparison.lines
    ]


def test_of_102_and_106_percent_net_retention_the_4_points_are_the_account_that_returned(worked):  # noqa: F811
    (found,) = compare(all_metrics()["net_revenue_retention"], worked, YEAR, ["with_reactivation"])
    assert (found.standard.value, found.variant.value) == (Fraction(102, 100), Fraction(106, 100))
    assert told(found) == [("part", "returned", 1, 0, 4_000, Fraction(4, 100))]
    assert found.difference == Fraction(4, 100) and found.residual == 0


def test_of_25_and_20_percent_logo_churn_the_5_points_are_the_new_account_that_is_divided_by_too(worked):  # noqa: F811
    (found,) = compare(all_metrics()["logo_churn_rate"], worked, YEAR, ["stripe"])
    assert told(found) == [("whole", "joined", 1, 0, 1, Fraction(-5, 100))]


@pytest.fixture
def eventful(url):
    """One account of each fate in the first half of 2026, and three that stay."""
    lines = [
        contract("steady", "steady", 1_000, "2025-01-01"),
        contract("grew", "grew", 2_000, "2025-01-01"), contract("grew2", "grew", 500, "2026-02-01"),
        contract("shrank", "shrank", 2_000, "2025-01-01"),
        contract("shrank2", "shrank", 400, "2025-01-01", "2026-02-01"),
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
    (found,) = compare(all_metrics()["logo_churn_rate"], eventful, YEAR, ["stripe"])
    assert (found.standard.value, found.variant.value) == (Fraction(2, 6), Fraction(3, 8))
    assert told(found) == [
        ("part", "joined_and_left", 1, 0, 1, Fraction(1, 8)),
        ("whole", "joined", 1, 0, 1, -Fraction(1, 3) / 8),
        ("whole", "joined_and_left", 1, 0, 1, -Fraction(1, 3) / 8),
    ]
    (flow,) = compare(all_metrics()["gross_revenue_retention"], eventful, YEAR, ["flow"])
    opening = 1_000 + 2_000 + 2_400 + 1_300 + 1_000 + 1_000
    assert told(flow) == [
        ("part", "grew_and_shrank", 1, 1_200, 1_000, Fraction(-200, opening)),
        ("part", "joined_and_left", 1, 0, -600, Fraction(-600, opening)),
    ]


def test_a_comparison_is_limited_like_any_figure(eventful):
    (found,) = compare(all_metrics()["logo_churn_rate"], eventful, YEAR, ["chartmogul"], {"account_id": "guest"})
    assert (found.standard.value, found.lines, found.residual) == (None, (), 0)


def test_the_answer_says_each_line_in_words_and_adds_up(worked):  # noqa: F811
    answer = run(worked, "compare_definitions", metric="net_revenue_retention", period="2026-01-01..2026-06-30",
                 variant="with_reactivation")  # fmt: skip
    assert said(answer.headline) == "Net revenue retention (NRR): 102.00% by our rule, 106.00% by ChartMogul."
    assert cells(part(answer, Table, "From our rule to {rule}")) == [
        ["our rule", "—", "102.00%", "—"],
        ["Returned", "1", "+4.00 pp", "ChartMogul counts them, our rule does not"],
        ["ChartMogul", "—", "106.00%", "—"],
    ]
    assert cells(part(answer, Table, "Which accounts make it")) == [
        ["returns", "Returned", "+4.00 pp"], ["Difference", "—", "+4.00 pp"]
    ]  # fmt: skip
    assert answer.accounts == {"returns"}


def test_what_a_rule_of_another_unit_makes_is_told_by_weight(tmp_path):
    """Of four contracts three are renewed; by value, of 40 + 10 + 10 + 20 the 20 are lost: 75%, as by number."""
    prices = {"a": 480, "b": 120, "c": 120, "d": 240}
    lines = [contract(n, n, 1_000 * price, "2025-03-10", "2026-03-10" if n == "d" else None, interval_unit="year")
             for n, price in prices.items()]  # fmt: skip
    book = make_book(f"sqlite:///{tmp_path / 'b'}", subscriptions=lines)
    (found,) = compare(all_metrics()["renewal_rate"], book, Period.parse("2026-03"), ["value"])
    assert told(found) == [
        ("weight", "steady", 3, 60_000, 60_000, Fraction(60, 80) - Fraction(3, 4) * Fraction(60, 80)),
        ("weight", "left", 1, 0, 20_000, -Fraction(3, 4) * Fraction(20, 80)),
    ]
    assert found.residual == 0 == found.difference


def test_figures_that_a_metric_is_composed_of_change_one_after_the_other_and_then_the_formula(demo):
    (found,) = compare(all_metrics()["cac_payback"], demo.book(), Period.parse("2026-Q3"), ["without_margin"])
    (line,) = found.lines
    assert (line.side, line.effect) == ("formula", found.difference)
    assert [figure.metric for figure in line.without] == ["gross_margin"]


def test_a_rule_that_looks_at_another_time_says_so(demo):
    answer = run(demo.book(), "compare_definitions", metric="customer_acquisition_cost", period="2026-Q3")
    assert [said(each.footnote) for each in answer.parts if isinstance(each, Table) and each.footnote] == [
        "the rule with the costs of the period before also looks at another time: 1 Apr 2026."
    ]


def test_a_metric_with_one_definition_has_nothing_to_compare(worked):  # noqa: F811
    with pytest.raises(ToolError, match="only one definition"):
        run(worked, "compare_definitions", metric="net_new_mrr")


@pytest.mark.parametrize(("parts", "total", "expected"), [
    ([Fraction(1, 3)] * 3, 1, [1, 0, 0]), ([Fraction(5, 2), Fraction(-5, 2)], 0, [3, -3]),
    ([Fraction(14, 10), Fraction(13, 10)], 3, [2, 1]), ([Fraction(6, 10)], 1, [1]), ([Fraction(4, 10)] * 2, 1, [1, 0]),
    ([Fraction(1), Fraction(2)], 2, [1, 1]),
])  # fmt: skip
def test_parts_are_rounded_so_that_they_add_up(parts, total, expected):
    assert adding_up(parts, total) == expected


@pytest.mark.parametrize("name", [name for name, metric in all_metrics().items() if metric.variants])
@pytest.mark.parametrize(("written", "where"), [("2026-Q3", {"segment": "smb"}), ("2025-11-01..2026-10-31", {})])
def test_nothing_is_left_unexplained_on_the_demo_company(demo, name, written, where):
    metric, period, book = all_metrics()[name], Period.parse(written), demo.book()
    for found in compare(metric, book, period, list(metric.variants), where):
        assert found.residual == 0, found.variant.variant
        assert found.variant.id == metric(book, period, where, found.variant.variant).id
        shown = effects_shown(found, [line.effect for line in found.lines])
        if found.lines:
            assert sum(each.value for each in shown) == effects_shown(found, [found.difference])[0].value
        listed, all_ = differing_accounts(metric, book, found, 10_000)
        assert len(listed) == all_ and (not listed or sum(each.effect for each in listed) == found.difference)
    assert found.standard.id == metric(book, period, where).id


@few
@given(books(), two_days)
def test_nothing_is_left_unexplained_on_any_book(rows, pair):
    with Opened(rows) as book:
        for name in OF_THE_LEDGER:
            metric = all_metrics()[name]
            for found in compare(metric, book, period(pair), list(metric.variants)):
                assert found.residual == 0, (name, found.variant.variant)
                assert all(line.effect for line in found.lines)
