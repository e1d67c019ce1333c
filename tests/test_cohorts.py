"""Cohorts: counted by hand on a small book, and by a slow and obvious reading on books of any kind."""

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import heatmaps
from bot.locale import Speaker
from tests.books import contract, day, make_book
from tests.test_ledger_properties import FIRST, Opened, books, many, reference, segments
from tests.test_tools import notes, part, run, said
from tools import Heatmap, ToolError
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


def test_the_answer_shows_shares_of_large_cohorts_and_numbers_of_small_ones(tmp_path):
    """January: six accounts of 10.00, of which one leaves in March; February: two, of which one doubles in March."""
    january = [contract(f"j{n}", f"J{n}", 1_000, "2026-01-10", "2026-03-15" if n == 5 else None) for n in range(6)]
    february = [contract(f"f{n}", f"F{n}", 1_000, "2026-02-01") for n in range(2)]
    more = contract("more", "F0", 1_000, "2026-03-01")
    book = make_book(f"sqlite:///{tmp_path / 'b'}", subscriptions=[*january, *february, more])
    answer = run(book, "cohort_retention", today=day("2026-04-20"))
    logos, mrr = (each for each in answer.parts if isinstance(each, Heatmap))
    assert drawn(logos) == [
        ("Jan 2026", "6", "100.0%", "100.0%", "83.3%"),
        ("Feb 2026", "2", "2", "2", ""),
        ("All cohorts", "8", "100.0%", "100.0%", "83.3%"),
    ]
    assert drawn(mrr) == [
        ("Jan 2026", "R$60.00", "100.0%", "100.0%", "83.3%"),
        ("Feb 2026", "R$20.00", "R$20", "R$30", ""),
        ("All cohorts", "R$80.00", "100.0%", "112.5%", "83.3%"),
    ]
    assert said(answer.headline) == (
        "2 months after they began, 83.33% of accounts pay, with 83.33% of the MRR they began with."
    )
    assert {figure.metric for figure in answer.figures} == {
        "cohort_retention", "cohort_revenue_retention", "paying_accounts", "mrr"
    }  # fmt: skip
    for figure in answer.figures:
        assert all_metrics()[figure.metric](book, figure.period, figure.segment, figure.variant).id == figure.id
    everyone = next(figure for figure in answer.figures if figure.variant == "after_months:1")
    assert (str(everyone.period), everyone.value) == ("2026-01-01..2026-02-28", Fraction(8, 8))


def drawn(part):
    speaker = Speaker("en")
    rows = zip(heatmaps.row_labels(part, speaker), part.row_heads, part.cells, strict=True)
    return [(label, said(head), *(heatmaps.said(cell, speaker) for cell in cells)) for label, head, cells in rows]


def test_months_are_shown_up_to_a_year_and_a_half_and_quarters_beyond(tmp_path):
    lines = [contract(f"c{n}", f"C{n}", 1_000, f"{2024 + n // 12}-{n % 12 + 1:02}-05") for n in range(30)]
    book = make_book(f"sqlite:///{tmp_path / 'b'}", as_of="2026-06-30", subscriptions=lines)

    def rows(**asked):
        part_ = part(run(book, "cohort_retention", today=day("2026-06-30"), measure="logo", **asked), Heatmap)
        return [str(label) for label in part_.row_labels[:-1]]

    assert rows() == [f"{year}-Q{n}" for year in (2024, 2025, 2026) for n in range(1, 5)][:10]
    assert rows(period="2025-01..2026-06") == [f"2025-{n:02}" for n in range(1, 13)] + [
        f"2026-{n:02}" for n in range(1, 7)
    ]
    assert rows(grain="month") == rows(period="2025-01..2026-06")  # the latest 18
    assert rows(grain="month", period="2026-06") == rows(grain="month")  # "monthly cohorts", not those of last month
    assert rows(period="2024", grain="quarter") == ["2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"]
    told = notes(run(book, "cohort_retention", today=day("2026-06-30"), grain="month"))
    assert told == ["Cohorts of January 2024 to December 2024 are left out; name a time, such as 2024, to see them."]


def test_what_exchange_rates_made_of_the_mrr_is_said_apart(tmp_path):
    """100.00 USD at 5.00, at 6.00 from March on: 500.00 in January, 600.00 now."""
    rates = [{"currency": "USD", "on_day": day(on), "rate_e6": rate} for on, rate in
             (("2026-01-01", 5_000_000), ("2026-03-01", 6_000_000))]  # fmt: skip
    line = contract("s", "A", 10_000, "2026-01-10", currency="USD")
    book = make_book(f"sqlite:///{tmp_path / 'b'}", subscriptions=[line], exchange_rates=rates)
    answer = run(book, "cohort_retention", today=day("2026-03-31"))
    assert notes(answer)[0] == (
        "Exchange rates alone made R$100.00 of what these cohorts pay now, since their first MRR was counted."
    )


def test_where_nobody_began_to_pay_it_says_so(four):
    with pytest.raises(ToolError, match="No account began to pay then"):
        run(four, "cohort_retention", today=day("2026-06-30"), period="2025")


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
        for age in range(len(found[0].paying) if found else 0):
            old = [cohort for cohort in found if age < len(cohort.paying)]
            began, variant = Period(old[0].start.start, old[-1].start.end), f"after_{grain}s:{age}"
            kept, mrr, first = (
                sum(of) for of in zip(*((c.paying[age], c.mrr[age], c.mrr[0]) for c in old), strict=True)
            )
            assert METRIC(book, began, where, variant).value == Fraction(kept, sum(c.accounts for c in old))
            assert REVENUE(book, began, where, variant).value == (Fraction(mrr, first) if first else None)
