"""Figures in groups and against another period: groups add up, contributions add up to the change."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.books import contract, make_book
from tools._grouped import apportioned
from tools.metrics import Change, Period, all_metrics, broken_down, compared_period

Q1, Q2 = Period.parse("2026-Q1"), Period.parse("2026-Q2")
CHURN, LOST, MRR = (all_metrics()[name] for name in ("logo_churn_rate", "churned_accounts", "mrr"))


@pytest.fixture
def book(url):
    """Ten large accounts and ten small ones, all since 2025. In Q1 one of each leaves; in Q2 three small ones, one of
    which told why; and one large account joins.
    """
    leaves = {"L0": "2026-02-01", "S0": "2026-03-01", "S1": "2026-04-10", "S2": "2026-05-01", "S3": "2026-06-30"}
    names = [f"{size}{n}" for size in "LS" for n in range(10)]
    lines = [
        contract(name, name, 10_000 if name[0] == "L" else 1_000, "2025-01-01", leaves.get(name)) for name in names
    ]
    lines += [contract("L10", "L10", 10_000, "2026-05-15")]
    accounts = [
        {"account_id": name, "name": name, "segment": "large" if name[0] == "L" else "small", "country": "BR"}
        for name in (*names, "L10")
    ]
    exits = [{"exit_id": "x", "account_id": "S1", "on_day": date(2026, 4, 10), "reason": "price"}]
    return make_book(url, accounts=accounts, subscriptions=lines, exits=exits)


def test_a_rate_by_segment_knows_what_it_was_made_of(book):
    found = broken_down(book, CHURN, Q2, by="segment", against=Q1)
    made = {line.label: (line.now.parts.part, line.now.parts.whole, line.now.value) for line in found.lines}
    assert made == {"large": (0, 9, 0), "small": (3, 9, Fraction(1, 3))}
    assert (found.whole.now.value, found.whole.before.value) == (Fraction(3, 18), Fraction(2, 20))
    assert found.of_ratio and not found.adds_up


def test_contributions_to_a_rate_add_up_to_its_change_and_leave_an_average_group_out(book):
    """From 2/20 to 3/18: large (0 − 0.1·9)/18 − (1 − 0.1·10)/20 = −0.05, small (3 − 0.9)/18 − 0 = 0.11666…"""
    found = broken_down(book, CHURN, Q2, by="segment", against=Q1)
    parts = {line.label: found.contribution(line).value for line in found.lines}
    assert parts == {"large": Fraction(-1, 20), "small": Fraction(7, 60)}
    assert sum(parts.values()) == found.whole.change.value == Fraction(1, 15)
    assert found.contribution(found.whole) == Change(Fraction(1, 15), "percent")


def test_retention_and_churn_tell_the_same_story_with_the_opposite_sign(book):
    kept = broken_down(book, all_metrics()["retention_rate"], Q2, by="segment", against=Q1)
    lost = broken_down(book, CHURN, Q2, by="segment", against=Q1)
    assert [-kept.contribution(line).value for line in kept.lines] == [
        lost.contribution(line).value for line in lost.lines
    ]


def test_numbers_add_up_and_a_group_that_one_period_lacks_is_zero_in_it(book):
    found = broken_down(book, LOST, Q2, by="reason", against=Q1)
    assert {line.label: (line.now.value, line.before.value) for line in found.lines} == {"": (2, 2), "price": (1, 0)}
    assert found.adds_up and (found.whole.now.value, found.whole.change.value) == (3, 1)
    assert [found.contribution(line).value for line in found.lines] == [0, 1]


def test_where_nobody_paid_at_the_start_nothing_is_defined(book):
    found = broken_down(book, CHURN, Q2, by="segment", where={"account_id": "L10"}, against=Q1)
    assert (found.whole.now.value, found.whole.change.value, found.lines) == (None, None, ())
    assert found.contribution(found.whole) == Change(None, "percent")


def test_flows_along_time_add_up_and_levels_do_not(book):
    lost = broken_down(book, LOST, Q2, by="month")
    assert [line.now.value for line in lost.lines] == [1, 1, 1] and lost.adds_up
    mrr = broken_down(book, MRR, Q2, by="month", against=Q1)
    assert [line.now.value for line in mrr.lines] == [98_000, 107_000, 106_000]
    assert [line.before.value for line in mrr.lines] == [110_000, 100_000, 99_000]
    assert not mrr.adds_up and mrr.contribution(mrr.lines[0]) is None


@pytest.mark.parametrize("dimension", ["segment", "country", "owner", "cohort", "plan", "reason"])
@pytest.mark.parametrize(
    "name", ["logo_churn_rate", "net_revenue_retention", "quick_ratio", "average_revenue_per_account"]
)
def test_contributions_add_up_in_the_demo_company_whatever_the_groups(demo, name, dimension):
    found = broken_down(demo.book(), all_metrics()[name], Period.parse("2026-Q3"), by=dimension, against=Q2)
    assert sum(found.contribution(line).value for line in found.lines) == found.whole.change.value
    assert sum(line.now.parts.part for line in found.lines) == found.whole.now.parts.part
    assert sum(line.now.parts.whole for line in found.lines) == found.whole.now.parts.whole


@pytest.mark.parametrize(
    ("asked", "counted", "how", "other"),
    [
        ("2026-Q3", "2026-Q3", "previous", "2026-Q2"),
        ("2026-Q3", "2026-Q3", "year", "2025-Q3"),
        ("2026-W46", "2026-W46", "year", "2025-W46"),
        ("2026-11", "2026-11-01..2026-11-20", "previous", "2026-10-01..2026-10-20"),
        ("2026", "2026-01-01..2026-11-20", "year", "2025-01-01..2025-11-20"),
        ("2026-07-01..2026-09-30", "2026-07-01..2026-09-30", "previous", "2026-04-01..2026-06-30"),
        ("2026-07-10..2026-07-19", "2026-07-10..2026-07-19", "previous", "2026-06-30..2026-07-09"),
        ("2025-11-01..2026-10-31", "2025-11-01..2026-10-31", "year", "2024-11-01..2025-10-31"),
        ("2024-02-29", "2024-02-29", "year", "2023-02-28"),
        ("2026-Q3", "2026-Q3", "2024-Q1", "2024-Q1"),
    ],
)
def test_a_period_is_compared_with_as_many_days_of_the_other(asked, counted, how, other):
    assert str(compared_period(Period.parse(asked), Period.parse(counted), how)) == other


def test_what_stands_is_compared_with_where_it_stood_at_the_end():
    counted = Period.parse("2026-11-01..2026-11-20")
    assert str(compared_period(Period.parse("2026-11"), counted, "previous", stands=True)) == "2026-10"


def test_a_period_is_split_at_the_calendar_and_cut_at_its_ends():
    split = Period.parse("2026-01-15..2026-03-10").split("month")
    assert [str(piece) for piece in split] == ["2026-01-15..2026-01-31", "2026-02", "2026-03-01..2026-03-10"]
    assert [str(piece) for piece in Q1.split("month")] == ["2026-01", "2026-02", "2026-03"]


@given(st.lists(st.integers(-9_999, 9_999), min_size=1, max_size=12), st.integers(0, 4))
def test_apportioned_values_add_up_to_the_rounded_sum_and_stray_less_than_a_unit(numbers, places):
    values = [Fraction(number, 997) for number in numbers]
    rounded = apportioned(values, places)
    assert sum(rounded) * 10**places == round(sum(values) * 10**places)
    assert all(abs(one - other) < Fraction(1, 10**places) for one, other in zip(values, rounded, strict=True))
