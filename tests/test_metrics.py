"""Every metric on the worked example of its reference."""

from fractions import Fraction

import pytest

from tests.books import contract, day, make_book
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


EXPECTED |= {
    "gross_mrr_churn_rate": Fraction(8, 100),
    "net_mrr_churn_rate": Fraction(-6, 100),
    "retention_rate": Fraction(3, 4),
    "average_revenue_per_account": Fraction(114_000, 5),
}
VARIANTS = {
    ("net_revenue_retention", "with_reactivation"): Fraction(106, 100),
    ("gross_revenue_retention", "flow"): Fraction(92, 100),
    ("quick_ratio", "with_reactivation"): Fraction(275, 100),
    ("logo_churn_rate", "stripe"): Fraction(1, 5),
    ("logo_churn_rate", "chartmogul"): Fraction(1, 4),
    ("logo_churn_rate", "net_of_new"): Fraction(0),
    ("retention_rate", "simple"): Fraction(5, 4),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_metric_matches_the_worked_fixture_of_the_definitions(worked, name):
    assert all_metrics()[name](worked, YEAR).value == EXPECTED[name]


@pytest.mark.parametrize(("name", "variant"), VARIANTS)
def test_variant_matches_the_worked_fixture_of_the_definitions(worked, name, variant):
    figure = all_metrics()[name](worked, YEAR, variant=variant)
    assert (figure.value, figure.variant) == (VARIANTS[name, variant], variant)


ALL = [(name, variant) for name, metric in all_metrics().items() for variant in (None, *metric.variants)]


SILENT = {("net_promoter_score", "relationship")}
"""What the demo company has no rows for: it asks only after touchpoints."""


@pytest.mark.parametrize(("name", "variant"), ALL)
def test_the_rows_behind_a_figure_add_up_to_it(demo, name, variant):
    metric, book, quarter = all_metrics()[name], demo.book(), Period.parse("2026-Q3")
    for limit in ({}, {"segment": "enterprise"}):
        figure, rows = metric(book, quarter, limit, variant), metric.rows(book, quarter, limit, variant)
        assert rows or limit or (name, variant) in SILENT
        if rows and "term" in rows[0]:
            assert [_again(book, row, limit).id for row in rows] == [row["id"] for row in rows]
            assert figure.value is not None
        else:
            part, whole = (sum(int(row.get(column, 0)) for row in rows) for column in ("part", "whole"))
            ratio = Fraction(part * metric.scale, whole) if whole else None
            assert figure.value == ratio if rows and "whole" in rows[0] else figure.value in (part, None)


def _again(book, term, limit):
    """A figure of a formula, computed anew."""
    return all_metrics()[term["metric"]](book, Period.parse(term["period"]), limit, term["variant"])


@pytest.mark.parametrize("attribute", ["segment", "owner", "country", "industry"])
def test_groups_add_up_to_the_whole(demo, attribute):
    book, quarter = demo.book(), Period.parse("2026-Q3")
    for name in ("mrr", "net_new_mrr", "churned_mrr", "paying_accounts", "mrr_at_risk"):
        groups = all_metrics()[name].by(book, quarter, attribute)
        assert sum(figure.value for figure in groups.values()) == all_metrics()[name](book, quarter).value
        assert all(all_metrics()[name](book, quarter, dict(f.segment)).value == f.value for f in groups.values())


def test_a_variant_that_does_not_exist_is_an_error(worked):
    with pytest.raises(LookupError):
        all_metrics()["mrr"](worked, YEAR, variant="nobody's")


def test_net_mrr_churn_matches_chartmogul_worked_example(tmp_path):
    """Start 100, contraction 10, churn 10, expansion 10: gross 20%, net 10%."""
    lines = [
        contract("a", "A", 6_000, "2025-01-01"), contract("a2", "A", 1_000, "2026-01-10"),
        contract("b", "B", 1_000, "2025-01-01", "2026-01-10"), contract("c", "C", 2_000, "2025-01-01"),
        contract("c2", "C", 1_000, "2025-02-01", "2026-01-10"),
    ]  # fmt: skip
    book = make_book(f"sqlite:///{tmp_path / 'book.sqlite'}", subscriptions=lines)
    january = Period.parse("2026-01")
    rates = [all_metrics()[name](book, january).value for name in ("gross_mrr_churn_rate", "net_mrr_churn_rate")]
    assert rates == [Fraction(20, 100), Fraction(10, 100)]


@pytest.mark.parametrize(("lost", "won", "cohort"), [(1, 0, Fraction(99, 100)), (21, 20, Fraction(79, 100))])
def test_retention_of_article_001_is_99_percent_either_way_and_the_cohort_tells(tmp_path, lost, won, cohort):
    stay = [contract(f"s{n}", f"s{n}", 100, "2025-01-01") for n in range(100 - lost)]
    leave = [contract(f"l{n}", f"l{n}", 100, "2025-01-01", "2026-02-01") for n in range(lost)]
    join = [contract(f"w{n}", f"w{n}", 100, "2026-02-01") for n in range(won)]
    book = make_book(f"sqlite:///{tmp_path / 'book.sqlite'}", subscriptions=[*stay, *leave, *join])
    rate, quarter = all_metrics()["retention_rate"], Period.parse("2026-Q1")
    assert rate(book, quarter, variant="simple").value == Fraction(99, 100)
    assert rate(book, quarter).value == cohort


def test_nps_matches_bains_worked_example_of_30_promoters_and_20_detractors(url):
    scores = [10] * 20 + [9] * 10 + [8] * 25 + [7] * 25 + [6] * 10 + [0] * 10
    answers = [
        {
            "answer_id": f"{n:03}",
            "account_id": "A",
            "contact_id": f"p{n}",
            "answered_on": day("2026-02-01"),
            "kind": "nps",
            "score": score,
        }
        for n, score in enumerate(scores)
    ]
    answers.append(answers[0] | {"answer_id": "earlier", "answered_on": day("2026-01-05"), "score": 0})
    book = make_book(url, accounts=[{"account_id": "A", "name": "A"}], survey_answers=answers)
    figure = all_metrics()["net_promoter_score"](book, Period.parse("2026-Q1"))
    assert (figure.value, figure.source.rows) == (10, 100)


def test_csat_is_the_share_of_the_two_best_answers(url):
    answers = [
        {"answer_id": str(n), "account_id": "A", "answered_on": day("2026-02-01"), "kind": "csat", "score": score}
        for n, score in enumerate([5, 4, 4, 3, 1])
    ]
    book = make_book(url, accounts=[{"account_id": "A", "name": "A"}], survey_answers=answers)
    assert all_metrics()["customer_satisfaction"](book, Period.parse("2026")).value == Fraction(3, 5)


def test_fcr_fails_a_ticket_that_comes_back_within_seven_days_on_the_same_topic(url):
    def ticket(name, opened, solved, topic="login", **more):
        return {
            "ticket_id": name,
            "account_id": "A",
            "opened_on": day(opened),
            "solved_on": day(solved) if solved else None,
            "topic": topic,
            **more,
        }

    rows = [
        ticket("came back", "2026-02-01", "2026-02-02"), ticket("again", "2026-02-09", "2026-02-10"),
        ticket("other topic", "2026-02-11", "2026-02-11", "billing"),
        ticket("reopened", "2026-02-20", "2026-02-21", "export", reopened=True),
        ticket("open", "2026-02-25", None), ticket("a day too late", "2026-02-18", "2026-02-19", reopened=False),
    ]  # fmt: skip
    book = make_book(url, accounts=[{"account_id": "A", "name": "A"}], tickets=rows)
    assert all_metrics()["first_contact_resolution"](book, Period.parse("2026-02")).value == Fraction(2, 5)


def test_cac_is_acquisition_cost_per_new_account_in_the_reporting_currency(url):
    lines = [
        contract("a", "A", 1_000, "2026-02-01"),
        contract("b", "B", 1_000, "2026-02-10"),
        contract("c", "C", 1_000, "2025-01-01"),
    ]
    spend = {"on_day": day("2026-02-05"), "kind": "acquisition"}
    costs = [
        {**spend, "cost_id": "1", "currency": "BRL", "amount_minor": 100_000},
        {**spend, "cost_id": "2", "currency": "USD", "amount_minor": 10_000},
        {**spend, "cost_id": "3", "currency": "BRL", "amount_minor": 9_999, "kind": "service"},
    ]
    rates = [{"currency": "USD", "on_day": day("2026-01-01"), "rate_e6": 5_000_000}]
    book = make_book(url, subscriptions=lines, costs=costs, exchange_rates=rates)
    assert all_metrics()["customer_acquisition_cost"](book, Period.parse("2026-02")).value == 75_000


def test_recurring_share_leaves_one_off_charges_out(url):
    bill = {"account_id": "A", "currency": "BRL", "issued_on": day("2026-02-05")}
    invoices = [
        {**bill, "invoice_id": "1", "kind": "recurring", "amount_minor": 80_000},
        {**bill, "invoice_id": "2", "kind": "one_off", "amount_minor": 20_000},
    ]
    book = make_book(url, accounts=[{"account_id": "A", "name": "A"}], invoices=invoices)
    assert all_metrics()["recurring_share"](book, Period.parse("2026-02")).value == Fraction(4, 5)


def test_activation_counts_accounts_whose_thirty_days_are_over(url):
    accounts = [
        {"account_id": name, "name": name, "signed_up_on": day(on)}
        for name, on in (("early", "2026-09-01"), ("late", "2026-09-02"), ("open", "2026-10-15"))
    ]
    used = [
        {"account_id": name, "on_day": day(on), "feature": "app", "events": 3}
        for name, on in (("early", "2026-10-01"), ("late", "2026-10-03"), ("open", "2026-10-16"))
    ]
    book = make_book(url, accounts=accounts, usage=used)  # the data end on 31 October
    figure = all_metrics()["activation_rate"](book, Period.parse("2026-09-01..2026-10-31"))
    assert (figure.value, figure.source.rows) == (Fraction(1, 2), 2)


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
