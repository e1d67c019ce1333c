"""Cohorts: counted by hand on a small book, and by a slow and obvious reading on books of any kind."""

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.books import contract, day, make_book
from tests.test_ledger_properties import FIRST, Opened, books, many, reference, segments
from tools.metrics import COHORTS, Period, all_metrics, cohorts

METRIC, REVENUE = (all_metrics()[name] for name in ("cohort_retention", "cohort_revenue_retention"))


@pytest.fixture
def four(url):
    """January: A stays and grows, B leaves in March and is back in April, C comes and goes within the month.
    March: D stays."""
    lines = [
        contract("a", "A", 1_000, "2026-01-10"), contract("a2", "A", 500, "2026-03-05"),
        contract("b", "B", 3_000, "2026-01-31", "2026-03-31"), contract("b2", "B", 2_000, "2026-04-02"),
        contract("c", "C", 700, "2026-01-02", "2026-01-20"), contract("d", "D", 900, "2026-03-01"),
    ]  # fmt: skip
    return make_book(url, subscriptions=lines)


def test_a_cohort_is_what_its_accounts_pay_at_the_end_of_each_month_that_is_over(four):
    january, march = cohorts(four, "month", day("2026-01-01"), day("2026-05-30"), {})
    assert (str(january.start), january.accounts) == ("2026-01", 3)
    assert january.paying == (2, 2, 1, 2)  # May is not over
    assert january.mrr == (4_000, 4_000, 1_500, 3_500)
    assert [january.logo(age) for age in range(4)] == [Fraction(2, 3), Fraction(2, 3), Fraction(1, 3), Fraction(2, 3)]
    assert january.revenue(3) == Fraction(3_500, 4_000)
    assert (str(march.start), march.paying, march.mrr) == ("2026-03", (1, 1), (900, 900))


def test_a_month_counts_from_its_last_day_on(four):
    sizes = [len(cohorts(four, "month", FIRST, day(on), {})[0].paying) for on in ("2026-05-30", "2026-05-31")]
    assert sizes == [4, 5]


def test_cohorts_of_quarters_are_measured_by_the_quarter(four):
    (quarter,) = cohorts(four, "quarter", day("2026-02-11"), day("2026-06-30"), {})
    assert (str(quarter.start), quarter.accounts) == ("2026-Q1", 4)
    assert quarter.paying == (2, 3)  # at the end of March B is away
    assert quarter.mrr == (2_400, 4_400)
    assert quarter.revenue(1) == Fraction(4_400, 2_400)
    values = [metric(four, quarter.at(1), {"cohort_quarter": "2026-Q1"}).value for metric in (METRIC, REVENUE)]
    assert values == [Fraction(3, 4), Fraction(4_400, 2_400)]


def test_a_cohort_that_began_with_nothing_has_no_revenue_retention(tmp_path):
    book = make_book(f"sqlite:///{tmp_path / 'b'}", subscriptions=[contract("c", "C", 7, "2026-01-02", "2026-01-20")])
    (cohort,) = cohorts(book, "month", FIRST, day("2026-02-28"), {})
    assert (cohort.logo(1), cohort.revenue(1)) == (Fraction(0), None)


LAST = day("2026-06-30")


class Slowly:
    """Cohorts read day by day."""

    def __init__(self, rows, segment):
        self.levels = [reference(rows, FIRST + timedelta(days=n), segment) for n in range((LAST - FIRST).days + 1)]
        self.begun = {}
        for n, levels in enumerate(self.levels):
            for account in [name for name, level in levels.items() if level > 0]:
                self.begun.setdefault(account, FIRST + timedelta(days=n))

    def of(self, start):
        return [name for name, on in self.begun.items() if start.start <= on < start.end]

    def mrr(self, start, at):
        """What each account of the cohort that began in `start` pays at the end of `at`."""
        return [self.levels[(at.last_day - FIRST).days][name] for name in self.of(start)]


@many
@given(books(), st.sampled_from(["month", "quarter"]), st.none() | segments)
def test_every_cell_equals_the_slow_and_obvious_reading_and_the_metric_that_is_traced(rows, grain, segment):
    where, slowly = {"segment": segment} if segment else {}, Slowly(rows, segment)
    starts = [Period.containing(FIRST, grain)]
    while starts[-1].end <= LAST:
        starts.append(Period.containing(starts[-1].end, grain))
    with Opened(rows) as book:
        found = cohorts(book, grain, FIRST, LAST, where)
        assert [cohort.start for cohort in found] == [start for start in starts if slowly.of(start)]
        for cohort in found:
            limit = {**where, COHORTS[grain]: str(cohort.start)}
            assert cohort.accounts == len(slowly.of(cohort.start))
            for age in range(len(cohort.paying)):
                levels = slowly.mrr(cohort.start, cohort.at(age))
                assert (cohort.paying[age], cohort.mrr[age]) == (sum(level > 0 for level in levels), sum(levels))
                assert METRIC(book, cohort.at(age), limit).value == cohort.logo(age)
                assert REVENUE(book, cohort.at(age), limit).value == cohort.revenue(age)
