"""Renewal rate: which contracts had a decision to take, and what was decided."""

from fractions import Fraction
from typing import Any

import pytest

from tests.books import contract, day, make_book
from tools.metrics import Period, all_metrics

MARCH = Period.parse("2026-03")


def yearly(name: str, start: str, end: str | None = None, price: int = 120_000, **more: Any) -> dict[str, Any]:
    """A contract of its own account, paid by the year: 120,000 is an MRR of 10,000."""
    return contract(name, more.pop("account", name), price, start, end, interval_unit="year", **more)


def rate(book, period: Period = MARCH, variant: str | None = None) -> Fraction | None:
    return all_metrics()["renewal_rate"](book, period, variant=variant).value


def decided(book, period: Period = MARCH) -> dict[str, tuple[str, int]]:
    """Contract → the day on which its term ended, and whether it was renewed."""
    rows = all_metrics()["renewal_rate"].rows(book, period)
    return {row["subscription_id"]: (str(row["ended_on"]), row["part"]) for row in rows}


def test_22_of_24_contracts_renewed_is_91_67_percent(url):
    """The fixture of the definitions. SaaSGrid prints expiring ÷ renewed, which would be 109.09%."""
    stay = [yearly(f"stays {n}", "2025-03-10") for n in range(22)]
    leave = [yearly(f"leaves {n}", "2025-03-10", "2026-03-10") for n in range(2)]
    book = make_book(url, subscriptions=[*stay, *leave, yearly("not yet", "2025-06-01"), yearly("new", "2026-03-05")])
    figure = all_metrics()["renewal_rate"](book, MARCH)
    assert (figure.value, round(float(figure.value) * 100, 2), figure.source.rows) == (Fraction(22, 24), 91.67, 24)
    assert figure.value != Fraction(24, 22)


def test_only_contracts_with_a_decision_count(url):
    lines = [
        contract("by the month", "A", 1_000, "2025-03-10"),
        contract("every two months", "B", 1_000, "2025-03-10", interval_count=2),
        contract("by the quarter", "C", 1_000, "2025-03-10", interval_count=3),
        contract("for a year, by the month", "E", 1_000, "2025-03-10", term_months=12),
        contract("for a year from November, by the month", "F", 1_000, "2025-11-10", term_months=12),
        contract("by the week", "D", 1_000, "2025-03-10", interval_unit="week", interval_count=52),
        yearly("for two years", "2024-03-10", interval_count=2),
        yearly("for two years, half of it over", "2025-03-10", interval_count=2),
        yearly("repeat purchase", "2025-03-10", kind="repeat"),
        yearly("free", "2025-03-10", price=0),
    ]
    book = make_book(url, subscriptions=lines)
    decide = ("by the quarter", "for a year, by the month", "for two years")
    assert decided(book) == dict.fromkeys(decide, ("2026-03-10", 1))


def test_terms_are_counted_from_the_recorded_renewal_else_from_the_first_paid_day(url):
    lines = [
        yearly("recorded", "2025-01-15", renews_on=day("2027-03-20")),
        yearly("after a trial", "2025-02-20", trial_ends_on=day("2025-03-06")),
        yearly("at the end of a longer month", "2025-01-31", renews_on=day("2026-03-31")),
        contract("by quarters from the 31st", "Q", 3_000, "2025-12-31", interval_count=3),
        yearly("leap day", "2024-02-29"),
    ]
    book = make_book(url, subscriptions=lines)
    assert decided(book) == {
        "recorded": ("2026-03-20", 1), "after a trial": ("2026-03-06", 1),
        "at the end of a longer month": ("2026-03-31", 1), "by quarters from the 31st": ("2026-03-31", 1),
    }  # fmt: skip
    assert decided(book, Period.parse("2026-02")) == {"leap day": ("2026-02-28", 1)}


def test_a_contract_that_took_its_place_within_thirty_days_is_a_renewal_late_or_early(url):
    lines = [
        yearly("late", "2025-03-10", "2026-03-10"), yearly("late again", "2026-04-09", account="late"),
        yearly("too late", "2025-03-10", "2026-03-10"), yearly("too late again", "2026-04-10", account="too late"),
        yearly("early", "2025-03-20", "2026-03-02"), yearly("early again", "2026-03-02", account="early"),
        yearly("other product", "2025-03-10", "2026-03-10", product="CRM"),
        yearly("another", "2026-03-10", account="other product", product="Desk"),
        yearly("one of two", "2025-03-10", "2026-03-10"), yearly("the other", "2025-09-10", account="one of two"),
    ]  # fmt: skip
    book = make_book(url, subscriptions=lines)
    assert decided(book) == {
        "late": ("2026-03-10", 1), "too late": ("2026-03-10", 0), "early": ("2026-03-02", 1),
        "other product": ("2026-03-10", 0), "one of two": ("2026-03-10", 0),
    }  # fmt: skip


def test_broken_off_before_its_term_is_not_renewed_and_replaced_in_between_is_no_decision(url):
    lines = [
        yearly("broken off", "2025-09-10", "2026-03-15"),
        yearly("grew", "2025-09-10", "2026-03-15"), yearly("larger", "2026-03-15", price=240_000, account="grew"),
        yearly("never paid after renewal", "2025-03-10", "2026-03-25"),
    ]  # fmt: skip
    book = make_book(url, subscriptions=lines)
    assert decided(book) == {"broken off": ("2026-03-15", 0), "never paid after renewal": ("2026-03-10", 0)}


def test_an_end_without_notice_counts_once_its_thirty_days_are_over(url):
    lines = [
        yearly("gone", "2025-03-10", "2026-03-10"),
        yearly("may still come", "2025-03-20", "2026-03-20"),
        yearly("has said so", "2025-03-20", "2026-03-20", cancelled_on=day("2026-02-01")),
        yearly("goes on", "2025-03-20"),
        yearly("lies ahead", "2025-03-31", "2026-03-31", cancelled_on=day("2026-02-01")),
    ]
    book = make_book(url, as_of="2026-03-25", subscriptions=lines)
    assert decided(book) == {"has said so": ("2026-03-20", 0), "goes on": ("2026-03-20", 1)}
    assert decided(book, Period.parse("2026-02")) == {}
    assert rate(book, Period.parse("2026-02")) is None


def test_by_value_a_smaller_renewal_counts_as_less_and_a_larger_one_hides_nothing_where_capped(url):
    lines = [
        yearly("same", "2025-03-10"),
        yearly("half", "2025-03-10"),
        yearly("more", "2025-03-10", "2026-03-10"),
        yearly("more again", "2026-03-10", account="more", price=360_000),
        yearly("lost", "2025-03-10", "2026-03-10", price=120_000),
    ]
    changes = [{"subscription_id": "half", "effective_on": day("2026-03-10"), "unit_amount_minor": 60_000}]
    book = make_book(url, subscriptions=lines, subscription_changes=changes)
    assert rate(book) == Fraction(3, 4)
    assert rate(book, variant="value") == Fraction(10 + 5 + 30, 40)
    assert rate(book, variant="value_capped") == Fraction(10 + 5 + 10, 40)


def test_contracts_that_renew_by_themselves_can_be_left_out(url):
    lines = [
        yearly("by itself", "2025-03-10", auto_renew=True), yearly("not known", "2025-03-10"),
        yearly("signed", "2025-03-10", auto_renew=False), yearly("lost", "2025-03-10", "2026-03-10", auto_renew=False),
    ]  # fmt: skip
    book = make_book(url, subscriptions=lines)
    assert (rate(book), rate(book, variant="manual")) == (Fraction(3, 4), Fraction(1, 2))


@pytest.mark.parametrize("variant", [None, "value", "value_capped", "manual"])
def test_renewals_of_a_year_are_those_of_its_months(demo, variant):
    metric, book = all_metrics()["renewal_rate"], demo.book()
    year = metric.rows(book, Period.parse("2025-11-01..2026-10-31"), variant=variant)
    months = [Period.parse(month) for month in ("2025-11", "2025-12", *(f"2026-{n:02}" for n in range(1, 11)))]
    apart = [row for month in months for row in metric.rows(book, month, variant=variant)]
    assert sorted(map(repr, year)) == sorted(map(repr, apart))
