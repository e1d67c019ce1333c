"""Metrics of how one customer is doing, counted by hand."""

from fractions import Fraction

import pytest

from tests.books import contract, day, make_book
from tools.metrics import Period, all_metrics

OCTOBER = Period.parse("2026-10")
ACCOUNTS = [{"account_id": name, "name": name} for name in "AB"]


def value(book, name, period=OCTOBER, where=None, variant=None):
    return all_metrics()[name](book, period, where or {}, variant).value


def used(account, on, feature, events, users):
    return {"account_id": account, "on_day": day(on), "feature": feature, "events": events, "users": users}


def test_usage_is_summed_people_are_not_and_a_feature_counts_once(url):
    rows = [
        used("A", "2026-09-28", "forms", 99, 9),  # September's
        used("A", "2026-10-05", "forms", 10, 4), used("A", "2026-10-05", "boards", 6, 3),
        used("A", "2026-10-12", "forms", 12, 5), used("A", "2026-10-12", "reports", 0, None),
        used("B", "2026-10-31", "forms", 7, 2),
    ]  # fmt: skip
    book = make_book(url, accounts=ACCOUNTS, usage=rows)
    assert value(book, "usage_events") == 10 + 6 + 12 + 7
    assert value(book, "peak_users") == 5 + 2
    assert value(book, "features_used") == 2 + 1  # reports were looked at by nobody
    assert [value(book, "usage_events", where={"account_id": name}) for name in "AB"] == [28, 7]


def test_tickets_opened_happen_and_open_tickets_stand(url):
    rows = [
        {"ticket_id": str(n), "account_id": "A", "opened_on": day(opened), "solved_on": solved and day(solved),
         "priority": priority}
        for n, (opened, solved, priority) in enumerate([
            ("2026-09-30", None, "low"), ("2026-10-01", "2026-10-31", "high"), ("2026-10-02", "2026-11-01", "high"),
            ("2026-10-31", None, "critical"), ("2026-11-01", None, "critical"),
        ])
    ]  # fmt: skip
    book = make_book(url, accounts=ACCOUNTS, tickets=rows)
    assert value(book, "tickets_opened") == 3
    assert value(book, "open_tickets") == 3  # what was solved on the last day is solved
    assert value(book, "open_tickets", variant="urgent") == 2


def test_the_latest_answer_counts_however_old_and_of_a_day_the_lowest(url):
    rows = [
        {"answer_id": id_, "account_id": account, "answered_on": day(on), "kind": kind, "score": score}
        for id_, account, on, kind, score in [
            ("1", "A", "2025-01-01", "nps", 10), ("2", "A", "2026-10-03", "nps", 9), ("3", "A", "2026-10-03", "nps", 4),
            ("4", "A", "2026-11-01", "nps", 0), ("5", "A", "2026-10-30", "csat", 5), ("6", "B", "2024-05-01", "nps", 7),
        ]
    ]  # fmt: skip
    book = make_book(url, accounts=ACCOUNTS, survey_answers=rows)
    assert value(book, "latest_nps", where={"account_id": "A"}) == 4
    assert value(book, "latest_nps") == Fraction(11, 2)


def test_an_invoice_is_overdue_from_the_day_after_it_is_due_until_it_is_paid(url):
    bill = {"account_id": "A", "currency": "BRL", "kind": "recurring", "issued_on": day("2026-09-01")}
    rows = [
        bill | {"invoice_id": str(n), "amount_minor": cents, "due_on": due and day(due), "paid_on": paid and day(paid)}
        for n, (cents, due, paid) in enumerate([
            (1, "2026-10-30", None), (20, "2026-10-31", None), (300, "2026-10-01", "2026-10-31"),
            (4_000, "2026-10-01", "2026-11-01"), (50_000, None, None),
        ])
    ]  # fmt: skip
    book = make_book(url, accounts=ACCOUNTS, invoices=rows)
    assert value(book, "overdue_invoices") == 4_001


def test_a_goal_has_three_values_in_its_own_unit(url):
    agreed = {"account_id": "A", "set_on": day("2026-02-01"), "name": "Close the month earlier", "unit": "days"}
    rows = [
        {**agreed, "goal_id": "G1", "baseline": 10.1, "target": 5.6, "current": 7.25},
        {**agreed, "goal_id": "G2", "baseline": 0.0, "target": 70.0, "current": None},
    ]
    book = make_book(url, accounts=ACCOUNTS, goals=rows)

    def of(goal, variant=None):
        return value(book, "goal_value", where={"account_id": "A", "goal_id": goal}, variant=variant)

    assert [of("G1", "baseline"), of("G1"), of("G1", "target")] == [Fraction(101, 10), Fraction(29, 4), Fraction(28, 5)]
    assert (of("G2"), of("G2", "baseline")) == (None, 0)
    assert value(book, "goal_value", Period.parse("2026-01"), {"goal_id": "G1"}) is None  # not agreed yet


@pytest.mark.parametrize(("line", "term", "notice"), [("s1", 12, 60), ("s2", 3, None), ("s3", 12, 30), (None, 9, 45)])
def test_what_a_contract_line_agrees_on(url, line, term, notice):
    lines = [
        contract("s1", "A", 100, "2026-01-01", interval_unit="year", notice_days=60),
        contract("s2", "A", 100, "2026-01-01", interval_count=3),
        contract("s3", "A", 100, "2026-01-01", term_months=12, notice_days=30),  # a year, paid by the month
        contract("old", "A", 100, "2025-01-01", "2026-10-31", term_months=99, notice_days=99),
        contract("repeat", "A", 100, "2026-01-01", kind="repeat", notice_days=99),
    ]
    book = make_book(url, subscriptions=lines)
    where = {"account_id": "A"} | ({"subscription_id": line} if line else {})
    assert value(book, "contract_term", where=where) == term
    assert value(book, "notice_period", where=where) == notice
