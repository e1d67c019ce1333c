"""What published definitions make of the same book, and what is counted in accounts and contracts."""

from fractions import Fraction

import pytest
from sqlalchemy import func, select

from tests.books import contract, day, make_book
from tools.metrics import Period, all_metrics
from tools.metrics._book import discounts, subscriptions
from tools.metrics._currency import foreign_currencies
from tools.metrics._ledger import mrr_on

QUARTER = Period.parse("2026-Q1")


def value(book, name, variant=None, period=QUARTER):
    return all_metrics()[name](book, period, variant=variant).value


@pytest.fixture
def two_contracts(url):
    """Four accounts; `many` has four contracts and drops three, `gone` has one and drops it, `big` pays most."""
    lines = [
        *(contract(f"m{n}", "many", 1_000, "2025-01-01", "2026-02-01" if n else None) for n in range(4)),
        contract("g", "gone", 2_000, "2025-01-01", "2026-02-10"),
        contract("b", "big", 10_000, "2025-01-01"),
        contract("s", "small", 4_000, "2025-01-01"),
    ]
    return make_book(url, subscriptions=lines)


def test_logo_subscription_and_mrr_churn_are_three_different_numbers(two_contracts):
    """1 of 4 accounts, 4 of 7 contracts, 5 of 20 of MRR churn or contract; by churned MRR alone, 2 of 20."""
    names = ("logo_churn_rate", "subscription_churn_rate", "gross_mrr_churn_rate")
    assert [value(two_contracts, name) for name in names] == [Fraction(1, 4), Fraction(4, 7), Fraction(5, 20)]
    assert Fraction(-value(two_contracts, "churned_mrr"), 20_000) == Fraction(2, 20)


def test_stripe_calls_a_cancelled_subscription_churn_and_chartmogul_contraction(two_contracts):
    assert [value(two_contracts, name) for name in ("contraction_mrr", "churned_mrr")] == [-3_000, -2_000]
    assert value(two_contracts, "contraction_mrr", "without_ended_contracts") == 0
    assert value(two_contracts, "churned_mrr", "with_ended_contracts") == -5_000


def test_a_contract_that_another_replaces_on_the_same_day_is_neither_and_a_smaller_one_only_by_the_difference(url):
    lines = [
        contract("a", "A", 5_000, "2025-01-01", "2026-02-01"), contract("a2", "A", 4_000, "2026-02-01"),
        contract("b", "B", 5_000, "2025-01-01", "2026-02-01"), contract("b2", "B", 5_000, "2026-02-01"),
        contract("c", "C", 5_000, "2025-01-01"), contract("c2", "C", 1_000, "2025-01-01", "2026-02-01"),
    ]  # fmt: skip
    changes = [{"subscription_id": "c", "effective_on": day("2026-02-01"), "unit_amount_minor": 3_000}]
    book = make_book(url, subscriptions=lines, subscription_changes=changes)
    assert [value(book, name) for name in ("contraction_mrr", "churned_mrr")] == [-1_000 - 3_000, 0]
    assert value(book, "contraction_mrr", "without_ended_contracts") == -2_000
    assert value(book, "churned_mrr", "with_ended_contracts") == -1_000 - 1_000


def test_contraction_and_churn_together_are_the_same_under_both_rules(demo):
    book, year = demo.book(), Period.parse("2026-01-01..2026-10-31")
    ours = value(book, "contraction_mrr", None, year) + value(book, "churned_mrr", None, year)
    stripes = value(book, "contraction_mrr", "without_ended_contracts", year)
    assert ours == stripes + value(book, "churned_mrr", "with_ended_contracts", year)


@pytest.fixture
def cancellations(url):
    lines = [
        contract("a", "A", 1_000, "2025-01-01", "2026-02-01", cancelled_on=day("2025-12-20")),
        contract("b", "B", 2_000, "2025-01-01", "2026-05-01", cancelled_on=day("2026-03-31")),
        contract("c", "C", 4_000, "2025-01-01", "2026-03-01"),
        contract("d", "D", 8_000, "2025-01-01", "2026-06-01", cancelled_on=day("2026-01-10")),
        contract("d2", "D", 9_000, "2025-01-01", "2026-06-01", cancelled_on=day("2026-04-10")),
        contract("e", "E", 16_000, "2025-01-01", "2026-02-01", cancelled_on=day("2026-02-20")),
        contract("f", "F", 32_000, "2025-01-01"),
        contract("g", "F", 64_000, "2025-01-01", "2026-06-01", cancelled_on=day("2026-02-20")),
    ]
    return make_book(url, as_of="2026-03-31", subscriptions=lines)


def test_churned_mrr_counts_when_it_takes_effect_or_when_it_became_known(cancellations):
    """A was known before the quarter; B is known in it and effective later; C and E came without notice."""
    assert value(cancellations, "churned_mrr") == -1_000 - 4_000 - 16_000
    assert value(cancellations, "churned_mrr", "notice") == -2_000 - 4_000 - 16_000
    assert value(cancellations, "churned_mrr", "notice", Period.parse("2026-Q2")) == -17_000


def test_cancellations_that_are_pending_are_scheduled_churned_mrr(cancellations):
    """B at the end of March; D once its second cancellation is known; F keeps a contract and does not churn."""
    assert value(cancellations, "scheduled_churned_mrr") == -2_000
    assert value(cancellations, "scheduled_churned_mrr", None, Period.parse("2026-04")) == -2_000 - 17_000
    assert value(cancellations, "scheduled_churned_mrr", None, Period.parse("2026-06")) == 0


def test_profitwell_ignores_who_comes_and_goes_within_one_month(url):
    lines = [
        contract("a", "A", 1_000, "2026-02-02", "2026-02-20"), contract("b", "B", 2_000, "2026-02-20", "2026-03-02"),
        contract("c", "C", 4_000, "2026-03-01"), contract("d", "D", 8_000, "2025-02-01", "2026-02-10"),
    ]  # fmt: skip
    book = make_book(url, subscriptions=lines)
    assert (value(book, "new_mrr"), value(book, "new_mrr", "profitwell")) == (7_000, 6_000)
    assert (value(book, "churned_mrr"), value(book, "churned_mrr", "profitwell")) == (-11_000, -10_000)


def came_and_went():
    return [
        contract("a", "A", 1_000, "2025-01-01"), contract("b", "B", 1_000, "2025-01-01", "2026-02-01"),
        contract("c", "C", 1_000, "2025-01-01", "2026-01-10"), contract("c2", "C", 1_000, "2026-02-10", "2026-03-10"),
        contract("d", "D", 3_000, "2026-01-20"), contract("e", "E", 5_000, "2026-01-20", "2026-03-20"),
    ]  # fmt: skip


@pytest.fixture
def comings_and_goings(url):
    return make_book(url, subscriptions=came_and_went())


@pytest.fixture
def comings_and_goings_with_costs(url):
    spend = {"kind": "acquisition", "currency": "BRL"}
    costs = [
        {**spend, "cost_id": "1", "on_day": day("2026-02-01"), "amount_minor": 6_000},
        {**spend, "cost_id": "2", "on_day": day("2025-11-01"), "amount_minor": 9_000},
    ]
    return make_book(url, subscriptions=came_and_went(), costs=costs)


def test_accounts_that_came_and_went_add_up(comings_and_goings):
    """Start 3, new D and E, C comes back, B, C twice and E leave: 3 + 2 + 1 − 4 = 2."""
    names = ("new_accounts", "reactivated_accounts", "churned_accounts", "paying_accounts")
    assert [value(comings_and_goings, name) for name in names] == [2, 1, 4, 2]
    assert value(comings_and_goings, "churned_accounts", "cohort") == 2
    assert value(comings_and_goings, "new_accounts", "with_reactivation") == 3


def test_mrr_is_reduced_by_all_discounts_by_those_without_an_end_or_by_none(url):
    """ProfitWell subtracts every discount, Stripe only those for ever; 10% of 10.00 each for ever and for a year."""
    lines = [contract("a", "A", 1_000, "2026-01-01"), contract("b", "B", 200, "2026-01-01", currency="USD")]
    forever = {"discount_id": "1", "subscription_id": "a", "percent_bp": 1_000, "starts_on": day("2026-01-01")}
    year = {**forever, "discount_id": "2", "ends_on": day("2027-01-01")}
    off = {**year, "discount_id": "3", "subscription_id": "b", "percent_bp": None, "amount_minor": 50}
    rates = [{"currency": "USD", "on_day": day("2026-01-01"), "rate_e6": 5_000_000},
             {"currency": "USD", "on_day": day("2026-03-01"), "rate_e6": 6_000_000}]  # fmt: skip
    book = make_book(url, subscriptions=lines, discounts=[forever, year, off], exchange_rates=rates)
    assert [value(book, "mrr", v) for v in (None, "stripe", "before_discounts")] == [
        800 + 150 * 6, 900 + 200 * 6, 1_000 + 200 * 6
    ]  # fmt: skip


@pytest.mark.parametrize("period", ["2025-05", "2026-08-13", "2026-10"])
def test_pricing_a_day_anew_with_every_discount_gives_the_ledgers_mrr(demo, period):
    book, last_day = demo.book(), Period.parse(period).last_day
    with book.connect() as connection:
        lines = mrr_on(last_day, "BRL", foreign_currencies(connection, subscriptions, "BRL"), discounts).subquery()
        assert connection.execute(select(func.sum(lines.c.part))).scalar_one() == value(
            book, "mrr", None, Period.parse(period)
        )


def test_tools_without_reactivation_fold_it_into_new(comings_and_goings):
    assert value(comings_and_goings, "new_mrr") == 8_000
    assert value(comings_and_goings, "new_mrr", "with_reactivation") == 9_000


def test_nrr_by_cohort_by_flow_and_from_point_to_point_are_three_numbers(url):
    """Start 4: A doubles, B leaves and comes back, C and D stay; E joins after the start and doubles."""
    lines = [
        contract("a", "A", 1_000, "2025-01-01"), contract("a2", "A", 1_000, "2026-02-01"),
        contract("b", "B", 1_000, "2025-01-01", "2026-01-10"), contract("b2", "B", 1_000, "2026-03-01"),
        contract("c", "C", 1_000, "2025-01-01"), contract("d", "D", 1_000, "2025-01-01"),
        contract("e", "E", 3_000, "2026-01-20"), contract("e2", "E", 3_000, "2026-02-20"),
    ]  # fmt: skip
    book = make_book(url, subscriptions=lines)
    variants = (None, "point_to_point", "flow", "with_reactivation")
    assert [value(book, "net_revenue_retention", v) for v in variants] == [
        Fraction(4, 4), Fraction(5, 4), Fraction(4 + 1 + 3 - 1, 4), Fraction(4 + 1 + 3 - 1 + 1, 4)
    ]  # fmt: skip


def test_cac_with_win_backs_and_with_a_lag(comings_and_goings_with_costs):
    variants = (None, "with_win_backs", "costs_of_the_period_before")
    assert [value(comings_and_goings_with_costs, "customer_acquisition_cost", v) for v in variants] == [
        3_000, 2_000, 4_500
    ]  # fmt: skip


def test_average_sale_price_is_of_new_accounts_only(comings_and_goings):
    assert value(comings_and_goings, "average_revenue_per_account") == Fraction(4_000, 2)
    assert value(comings_and_goings, "average_revenue_per_account", "new_accounts") == Fraction(8_000, 2)


def test_arr_is_twelve_times_mrr(comings_and_goings):
    assert value(comings_and_goings, "annual_recurring_revenue") == 48_000


def answer(name, score, **more):
    return {
        "answer_id": name, "account_id": "A", "contact_id": name, "answered_on": day("2026-02-01"), "kind": "nps",
        "score": score, **more,
    }  # fmt: skip


def test_relationship_and_touchpoint_nps_are_kept_apart(url):
    answers = [
        answer("1", 10), answer("2", 9), answer("3", 3), answer("4", 10, touchpoint="support"),
        answer("5", 2, touchpoint="support"), answer("6", 4, touchpoint="qbr"),
        answer("both", 10, contact_id="p", answered_on=day("2026-01-05")),
        answer("later", 0, contact_id="p", touchpoint="qbr"),
    ]  # fmt: skip
    book = make_book(url, accounts=[{"account_id": "A", "name": "A"}], survey_answers=answers)
    assert value(book, "net_promoter_score", "relationship") == Fraction(100 * (3 - 1), 4)
    assert value(book, "net_promoter_score", "touchpoint") == Fraction(100 * (1 - 3), 4)
    assert value(book, "net_promoter_score") == Fraction(100 * (3 - 4), 7)


def test_by_account_many_contacts_weigh_no_more_than_one(url):
    accounts = [{"account_id": name, "name": name} for name in "ABC"]
    answers = [
        *(answer(f"a{n}", 10) for n in range(8)), answer("b1", 2, account_id="B"),
        answer("c1", 10, account_id="C"), answer("c2", 7, account_id="C"),
    ]  # fmt: skip
    book = make_book(url, accounts=accounts, survey_answers=answers)
    assert value(book, "net_promoter_score") == Fraction(100 * (9 - 1), 11)
    assert value(book, "net_promoter_score", "by_account") == Fraction(100 * (1 - 1), 3)


def test_satisfaction_as_share_as_mean_and_of_tickets(url):
    answers = [answer(str(n), score, kind="csat") for n, score in enumerate([5, 4, 4, 3.5, 1])]
    rated = [
        {"ticket_id": str(n), "account_id": "A", "opened_on": day("2026-02-01"), "solved_on": solved, "csat": csat}
        for n, (solved, csat) in enumerate(
            [(day("2026-02-02"), 5), (day("2026-02-02"), 2), (day("2026-02-02"), None), (None, 5)]
        )
    ]
    book = make_book(url, accounts=[{"account_id": "A", "name": "A"}], survey_answers=answers, tickets=rated)
    assert value(book, "customer_satisfaction") == Fraction(3, 5)
    assert value(book, "average_satisfaction") == Fraction(175, 50)
    assert value(book, "customer_satisfaction", "tickets") == Fraction(1, 2)


def test_fcr_is_stricter_where_any_topic_counts_and_laxer_where_only_reopening_does(url):
    def ticket(name, opened, solved, topic="login", **more):
        days = {"opened_on": day(opened), "solved_on": day(solved)}
        return {"ticket_id": name, "account_id": "A", "topic": topic, **days, **more}

    rows = [
        ticket("same topic", "2026-02-01", "2026-02-02"), ticket("again", "2026-02-09", "2026-02-09"),
        ticket("other topic", "2026-02-16", "2026-02-16", "billing"),
        ticket("reopened", "2026-03-01", "2026-03-02", "export", reopened=True),
    ]  # fmt: skip
    book = make_book(url, accounts=[{"account_id": "A", "name": "A"}], tickets=rows)
    variants = (None, "any_topic", "reopened_only")
    assert [value(book, "first_contact_resolution", v) for v in variants] == [
        Fraction(2, 4), Fraction(1, 4), Fraction(3, 4)
    ]  # fmt: skip


def test_activation_depends_on_window_and_event(url):
    accounts = [{"account_id": name, "name": name, "signed_up_on": day("2026-02-01")} for name in "ABC"]
    days = {"A": ["2026-02-03", "2026-02-04", "2026-02-05"], "B": ["2026-02-15", "2026-02-15"], "C": ["2026-02-20"]}
    used = [
        {"account_id": name, "on_day": day(on), "feature": f"f{n}", "events": 1}
        for name, all_days in days.items()
        for n, on in enumerate(all_days)
    ]
    book = make_book(url, accounts=accounts, usage=used)
    variants = (None, "in_14_days", "on_three_days")
    assert [value(book, "activation_rate", v) for v in variants] == [Fraction(1), Fraction(2, 3), Fraction(1, 3)]


def test_mrr_at_risk_that_renews_soon_is_part_of_mrr_at_risk(demo):
    metric, period = all_metrics()["mrr_at_risk"], Period.parse("2026-10")
    every, soon = (metric.rows(demo.book(), period, variant=v) for v in (None, "renewing_in_90_days"))
    assert 0 < len(soon) < len(every) and all(row in every for row in soon)
    assert all(day("2026-10-31") < row["renews_on"] <= day("2027-01-29") for row in soon)


def test_rates_that_say_little_alone_are_marked():
    marked = {name for name, metric in all_metrics().items() if metric.hides}
    assert marked == {
        "gross_revenue_retention", "logo_churn_rate", "net_revenue_retention", "retention_rate",
        "subscription_churn_rate",
    }  # fmt: skip
