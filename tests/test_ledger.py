"""The ledger, worked out by hand, on SQLite and PostgreSQL."""

import pytest
from sqlalchemy import select

from tests.books import contract, day, make_book
from tools.metrics import Period, all_metrics, flows
from tools.metrics._book import mrr_movements


def ledger(book, account="A"):
    """(day, category, change, MRR after) of one account."""
    m = mrr_movements.c
    with book.connect() as connection:
        rows = connection.execute(select(mrr_movements).where(m.account_id == account).order_by(m.on_day, m.category))
        return [(str(row.on_day), row.category, row.amount_minor, row.mrr_minor) for row in rows]


def test_a_year_is_a_twelfth_a_month_and_a_quarter_a_third(url):
    lines = [
        contract("y", "year", 120_000, "2026-01-01", interval_unit="year"),
        contract("q", "quarter", 10_000, "2026-01-01", interval_count=3),
        contract("w", "week", 1_200, "2026-01-01", interval_unit="week"),
        contract("g", "gold", 200_000, "2026-01-01", interval_unit="year"),
    ]
    book = make_book(url, subscriptions=lines)
    assert ledger(book, "year") == [("2026-01-01", "new", 10_000, 10_000)]
    assert ledger(book, "quarter") == [("2026-01-01", "new", 3_333, 3_333)]
    assert ledger(book, "week") == [("2026-01-01", "new", 5_200, 5_200)]
    assert ledger(book, "gold") == [("2026-01-01", "new", 16_667, 16_667)]  # ChartMogul: Gold yearly 2,000 is 166.67


def test_a_retainer_is_mrr_and_a_repeat_purchase_is_not(url):
    lines = [
        contract("r", "A", 500_000, "2026-01-01", kind="retainer"),
        contract("x", "B", 500_000, "2026-01-01", kind="repeat"),
    ]
    book = make_book(url, subscriptions=lines)
    assert ledger(book, "A") == [("2026-01-01", "new", 500_000, 500_000)]
    assert ledger(book, "B") == []


def test_seats_prices_and_discounts_move_mrr_on_their_day(url):
    book = make_book(
        url,
        subscriptions=[contract("s", "A", 1_000, "2026-01-01", quantity=10)],
        subscription_changes=[
            {"subscription_id": "s", "effective_on": day("2026-03-01"), "quantity": 12},
            {"subscription_id": "s", "effective_on": day("2026-05-01"), "unit_amount_minor": 900},
        ],
        discounts=[
            {
                "discount_id": "d",
                "subscription_id": "s",
                "percent_bp": 2_000,
                "starts_on": day("2026-01-01"),
                "ends_on": day("2026-02-01"),
            }
        ],
    )
    assert ledger(book) == [
        ("2026-01-01", "new", 8_000, 8_000),
        ("2026-02-01", "expansion", 2_000, 10_000),
        ("2026-03-01", "expansion", 2_000, 12_000),
        ("2026-05-01", "contraction", -1_200, 10_800),
    ]


def test_a_trial_is_not_paid_and_a_pause_stops_mrr(url):
    book = make_book(
        url,
        subscriptions=[contract("s", "A", 1_000, "2026-01-01", trial_ends_on=day("2026-01-15"))],
        pauses=[{"subscription_id": "s", "starts_on": day("2026-06-01"), "ends_on": day("2026-08-01")}],
    )
    assert ledger(book) == [
        ("2026-01-15", "new", 1_000, 1_000),
        ("2026-06-01", "churn", -1_000, 0),
        ("2026-08-01", "reactivation", 1_000, 1_000),
    ]


def test_a_trial_that_ends_unpaid_is_no_movement(url):
    lines = [contract("s", "A", 1_000, "2026-01-01", "2026-01-15", trial_ends_on=day("2026-01-15"))]
    assert ledger(make_book(url, subscriptions=lines)) == []


def test_ending_one_of_two_contracts_is_contraction_and_the_last_is_churn(url):
    lines = [
        contract("a", "A", 1_000, "2026-01-01", "2026-04-01"),
        contract("b", "A", 2_000, "2026-02-01", "2026-06-01"),
    ]
    assert ledger(make_book(url, subscriptions=lines)) == [
        ("2026-01-01", "new", 1_000, 1_000),
        ("2026-02-01", "expansion", 2_000, 3_000),
        ("2026-04-01", "contraction", -1_000, 2_000),
        ("2026-06-01", "churn", -2_000, 0),
    ]


def test_changes_of_one_day_are_one_movement(url):
    lines = [contract("a", "A", 1_000, "2026-01-01", "2026-04-01"), contract("b", "A", 1_500, "2026-04-01")]
    assert ledger(make_book(url, subscriptions=lines)) == [
        ("2026-01-01", "new", 1_000, 1_000),
        ("2026-04-01", "expansion", 500, 1_500),
    ]


USD_RATES = [
    {"currency": "USD", "on_day": day("2026-01-01"), "rate_e6": 5_000_000},
    {"currency": "USD", "on_day": day("2026-07-01"), "rate_e6": 5_405_000},
]


def test_of_who_left_nothing_is_kept_however_rates_went_before(url):
    """10.00 USD at 5.405 are 54.05 at the start; at 5.00 from July on 50.00 leave with them: not 4.05 stay."""
    falling = [{**rate, "rate_e6": other["rate_e6"]} for rate, other in zip(USD_RATES, USD_RATES[::-1], strict=True)]
    line = contract("s", "A", 1_000, "2026-01-01", "2026-09-01", currency="USD")
    book = make_book(url, subscriptions=[line], exchange_rates=falling)
    variants = ("standard", "point_to_point", "with_reactivation")
    nrr = all_metrics()["net_revenue_retention"]
    assert [nrr(book, Period.parse("2026"), variant=name).value for name in variants] == [
        None
    ] * 3  # nobody paid before
    assert [nrr(book, Period.parse("2026-06..2026-12"), variant=name).value for name in variants] == [0] * 3


def test_a_movement_counts_at_the_rate_of_its_day_and_a_new_rate_is_a_line_of_its_own(url):
    book = make_book(
        url,
        subscriptions=[
            contract("s", "A", 1_001, "2026-01-01", "2026-09-01", currency="USD"),
            contract("t", "A", 1_000, "2026-07-01", "2026-08-01", currency="USD"),
            contract("u", "B", 700, "2026-02-01"),
        ],
        exchange_rates=USD_RATES,
    )
    assert ledger(book) == [
        ("2026-01-01", "new", 5_005, 5_005),  # 10.01 × 5.00
        ("2026-07-01", "expansion", 5_405, 10_815),  # 10.00 × 5.405, on top of
        ("2026-07-01", "fx", 405, 5_410),  # 10.01 × 5.405 = 54.10405, which was 50.05
        ("2026-08-01", "contraction", -5_405, 5_410),
        ("2026-09-01", "churn", -5_410, 0),
    ]
    found = flows(book, Period.parse("2026-Q3"), {})
    assert (found.start, found.fx, found.end, found.closes) == (5_705, 405, 700, True)
    assert found.movements == {"new": 0, "expansion": 5_405, "reactivation": 0, "contraction": -5_405, "churn": -5_410}
    assert (found.start_accounts, found.end_accounts) == (2, 1)


def test_a_contract_that_ends_on_the_day_of_a_new_rate_ends_at_that_rate(url):
    lines = [contract("s", "A", 1_001, "2026-01-01", "2026-07-01", currency="USD")]
    book = make_book(url, subscriptions=lines, exchange_rates=USD_RATES)
    assert ledger(book) == [
        ("2026-01-01", "new", 5_005, 5_005),
        ("2026-07-01", "churn", -5_410, 0),
        ("2026-07-01", "fx", 405, 5_410),
    ]


def test_before_its_first_rate_a_currency_has_that_rate(url):
    lines = [contract("s", "A", 1_001, "2025-06-01", currency="USD")]
    book = make_book(url, subscriptions=lines, exchange_rates=USD_RATES)
    assert ledger(book) == [("2025-06-01", "new", 5_005, 5_005), ("2026-07-01", "fx", 405, 5_410)]


def test_what_is_paid_in_a_weak_currency_never_becomes_nothing(url):
    rates = [{"currency": "JPY", "on_day": day("2026-01-01"), "rate_e6": 30}]
    book = make_book(
        url, subscriptions=[contract("s", "A", 1, "2026-01-01", currency="JPY")], exchange_rates=rates
    )  # 1 yen × 0.00003 = R$ 0.003
    assert ledger(book) == [("2026-01-01", "new", 1, 1)]


def test_a_rate_is_between_whole_units_though_yen_have_no_cents(url):
    book = make_book(
        url,
        subscriptions=[
            contract("s", "A", 10_000, "2026-01-01", currency="JPY"),
            contract("t", "B", 1_000, "2026-01-01", currency="KWD"),
        ],
        exchange_rates=[
            {"currency": "JPY", "on_day": day("2026-01-01"), "rate_e6": 36_000},
            {"currency": "KWD", "on_day": day("2026-01-01"), "rate_e6": 17_500_000},
        ],
    )
    assert ledger(book, "A")[0][2] == 36_000  # ¥ 10,000 × 0.036 = R$ 360.00
    assert ledger(book, "B")[0][2] == 1_750  # 1 dinar of a thousand fils × 17.5 = R$ 17.50


def test_discounts_add_up_and_never_make_mrr_negative(url):
    discount = {"subscription_id": "s", "starts_on": day("2026-02-01")}
    book = make_book(
        url,
        subscriptions=[contract("s", "A", 1_000, "2026-01-01")],
        discounts=[
            discount | {"discount_id": "d1", "percent_bp": 6_000},
            discount | {"discount_id": "d2", "amount_minor": 700},
        ],
    )
    assert ledger(book) == [("2026-01-01", "new", 1_000, 1_000), ("2026-02-01", "churn", -1_000, 0)]


def test_the_bridge_closes_and_tells_when_the_ledger_is_damaged(url):
    lines = [contract("a", "A", 1_000, "2026-01-01", "2026-04-01"), contract("b", "B", 1_500, "2026-04-01")]
    book = make_book(url, subscriptions=lines)
    found = flows(book, Period.parse("2026-Q2"), {})
    assert (found.start, found.end, found.movements["new"], found.movements["churn"]) == (1_000, 1_500, 1_500, -1_000)
    assert (found.start_accounts, found.end_accounts, found.closes) == (1, 1, True)
    _lose_a_movement(url)
    assert not flows(book.afresh(), Period.parse("2026-Q2"), {}).closes


def _lose_a_movement(url):
    from tools.metrics._opening import book_engine

    with book_engine(url).begin() as connection:
        connection.execute(mrr_movements.delete().where(mrr_movements.c.category == "churn"))


@pytest.mark.parametrize("end", ["2026-01-01", "2025-12-01"])
def test_a_contract_that_ends_before_it_is_paid_is_no_movement(url, end):
    assert ledger(make_book(url, subscriptions=[contract("a", "A", 1_000, "2026-01-01", end)])) == []
