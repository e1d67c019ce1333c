# ruff: noqa: E501  (tables of cases read better in one line each)
"""What becomes of rows that no company means to have: each is defined, or refused with its place and the remedy."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect

from bot.locale import Speaker
from tests.exports import ACCOUNTS, LINES, Company, files
from tests.test_load import PAGE
from tools._load_messages import explain
from tools.metrics import Period, flows, open_book
from tools.metrics._book import loads, mrr_movements, mrr_steps, subscriptions, tickets, usage

HEAD = LINES.splitlines()[0] + ",ended_on,quantity,trial_ends_on,interval_count,kind"


def contracts(*rows: str) -> str:
    """A file of contract lines: id, account, currency, price, interval, start, and as far as given end, quantity …"""
    width = HEAD.count(",")
    return "\n".join([HEAD, *(row + "," * (width - row.count(",")) for row in rows)]) + "\n"


def moved(company: Company) -> list[tuple[Any, ...]]:
    """The ledger: account, day, what happened, MRR from then on."""
    return company.rows(mrr_movements, "account_id", "on_day", "category", "mrr_minor")


def day(text: str) -> date:
    return date.fromisoformat(text)


# --- what is defined -------------------------------------------------------------------------------------------------

DEFINED: list[tuple[str, dict[str, str], list[tuple[Any, ...]]]] = [
    (
        "contract lines that overlap",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01,2026-06-01", "S2,A1,BRL,30.00,month,2026-03-01,2026-09-01")},
        [("A1", day("2026-01-01"), "new", 10000), ("A1", day("2026-03-01"), "expansion", 13000),
         ("A1", day("2026-06-01"), "contraction", 3000), ("A1", day("2026-09-01"), "churn", 0)],
    ),
    (
        "a line that ends on the day on which the next one starts",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01,2026-06-01", "S2,A1,BRL,130.00,month,2026-06-01")},
        [("A1", day("2026-01-01"), "new", 10000), ("A1", day("2026-06-01"), "expansion", 13000)],
    ),
    (
        "discounts that overlap add up, and never to less than nothing",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01"),
         "discounts": "discount_id,subscription_id,percent,starts_on,ends_on\nD1,S1,60,2026-02-01,2026-04-01\nD2,S1,70,2026-03-01,2026-05-01\n"},
        [("A1", day("2026-01-01"), "new", 10000), ("A1", day("2026-02-01"), "contraction", 4000),
         ("A1", day("2026-03-01"), "churn", 0), ("A1", day("2026-04-01"), "reactivation", 3000),
         ("A1", day("2026-05-01"), "expansion", 10000)],
    ),
    (
        "pauses that overlap are one",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01"),
         "pauses": "subscription_id,starts_on,ends_on\nS1,2026-02-01,2026-04-01\nS1,2026-03-01,2026-05-01\n"},
        [("A1", day("2026-01-01"), "new", 10000), ("A1", day("2026-02-01"), "churn", 0),
         ("A1", day("2026-05-01"), "reactivation", 10000)],
    ),
    (
        "a contract line of no days never pays",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01", "S2,A2,BRL,50.00,month,2026-02-01,2026-02-01")},
        [("A1", day("2026-01-01"), "new", 10000)],
    ),
    (
        "a pause and a discount of no days do nothing",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01"),
         "pauses": "subscription_id,starts_on,ends_on\nS1,2026-02-01,2026-02-01\n",
         "discounts": "discount_id,subscription_id,percent,starts_on,ends_on\nD1,S1,60,2026-03-01,2026-03-01\n"},
        [("A1", day("2026-01-01"), "new", 10000)],
    ),
    (
        "a trial as long as the contract never pays",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01", "S2,A2,BRL,50.00,month,2026-02-01,2026-03-01,1,2026-03-01")},
        [("A1", day("2026-01-01"), "new", 10000)],
    ),
    (
        "a contract without an end goes on",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01")},
        [("A1", day("2026-01-01"), "new", 10000)],
    ),
    (
        "a pause without an end lasts",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01"), "pauses": "subscription_id,starts_on,ends_on\nS1,2026-02-01,\n"},
        [("A1", day("2026-01-01"), "new", 10000), ("A1", day("2026-02-01"), "churn", 0)],
    ),
    (
        "a discount without an end lasts",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01"),
         "discounts": "discount_id,subscription_id,percent,starts_on,ends_on\nD1,S1,25,2026-02-01,\n"},
        [("A1", day("2026-01-01"), "new", 10000), ("A1", day("2026-02-01"), "contraction", 7500)],
    ),
    (
        "a price or a number of seats of nothing is no MRR",
        {"subscriptions": contracts("S1,A1,BRL,0,month,2026-01-01", "S2,A2,BRL,50.00,month,2026-02-01,,0")},
        [],
    ),
    (
        "a change before the start holds from the start, one after the end never",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-03-01,2026-06-01"),
         "subscription_changes": "subscription_id,effective_on,quantity\nS1,2026-01-01,2\nS1,2026-07-01,9\n"},
        [("A1", day("2026-03-01"), "new", 20000), ("A1", day("2026-06-01"), "churn", 0)],
    ),
    (
        "a discount of more than the price leaves nothing",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01"),
         "discounts": "discount_id,subscription_id,amount,starts_on\nD1,S1,150.00,2026-02-01\n"},
        [("A1", day("2026-01-01"), "new", 10000), ("A1", day("2026-02-01"), "churn", 0)],
    ),
    (
        "a repeat purchase is no MRR",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01,,1,,1,repeat", "S2,A2,BRL,50.00,month,2026-02-01")},
        [("A2", day("2026-02-01"), "new", 5000)],
    ),
    (
        "the same row twice is one",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01", "S1,A1,BRL,100.00,month,2026-01-01")},
        [("A1", day("2026-01-01"), "new", 10000)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("contents", "wanted"), [case[1:] for case in DEFINED], ids=[case[0] for case in DEFINED])
def test_strange_rows_have_a_defined_meaning(
    company: Company, contents: dict[str, str], wanted: list[tuple[Any, ...]]
) -> None:
    company.write(**files(accounts=ACCOUNTS, **contents)).load()
    assert moved(company) == wanted


def test_a_contract_that_starts_later_counts_from_its_day_on(company: Company) -> None:
    """The data are of today all the same."""
    company.write(
        **files(subscriptions=contracts("S1,A1,BRL,100.00,month,2026-01-01", "S2,A2,BRL,50.00,month,2027-02-01"))
    )
    report = company.load()
    assert (report.as_of, report.mrr.minor) == (day("2026-01-01"), 10000)
    assert moved(company)[-1] == ("A2", day("2027-02-01"), "new", 5000)


def test_ten_years_of_history_are_all_there(company: Company) -> None:
    """One line from 2016 on, a tenth dearer each January, and paused each August."""
    years = range(2016, 2026)
    company.write(**files(
        subscriptions=contracts("S1,A1,BRL,1000.00,month,2016-01-01"),
        subscription_changes="subscription_id,effective_on,unit_amount\n"
        + "".join(f"S1,{year}-01-01,{1000 + 100 * (year - 2016)}.00\n" for year in years if year > 2016),
        pauses="subscription_id,starts_on,ends_on\n" + "".join(f"S1,{year}-08-01,{year}-09-01\n" for year in years),
    ))  # fmt: skip
    company.load()
    book = open_book(company.url)
    for year in years:
        price = 100_000 + 10_000 * (year - 2016)
        found = flows(book, Period.parse(str(year)), {})
        assert (found.start, found.end, found.closes) == (0 if year == 2016 else price - 10_000, price, True)
        assert (found.movements["churn"], found.movements["reactivation"]) == (-price, price)
    assert len(company.rows(mrr_steps, "on_day")) == 1 + 9 + 20


def test_usage_of_ten_years_comes_in_whatever_order(company: Company) -> None:
    days = [day("2016-01-01") + timedelta(days=n) for n in range(0, 3650, 5)]
    rows = [f"A1,{each},login,2\n" for each in reversed(days)]
    report = company.write(**files(usage="account_id,date,feature,count\n" + "".join(rows))).load()
    assert len(company.rows(usage, "on_day")) == len(days) == 730
    assert {one.table: one.newest_on for one in report.tables}["usage"] == days[-1]


def test_a_load_leaves_the_indexes_as_they_were(company: Company) -> None:
    """SQLite makes them anew when the rows are in."""

    def indexes() -> list[set[str]]:
        engine = create_engine(company.url)
        found = [{str(one["name"]) for one in inspect(engine).get_indexes(name)} for name in ("usage", "mrr_movements")]
        engine.dispose()
        return found

    company.write(**files(usage="account_id,date,feature,count\nA1,2026-01-01,login,2\n"))
    company.load()
    before = indexes()
    assert before == [{"usage_by_day"}, {"mrr_movements_by_day"}]
    company.load()
    assert indexes() == before


# --- what is refused -------------------------------------------------------------------------------------------------

REFUSED: list[tuple[str, dict[str, str], str]] = [
    (
        "a price below nothing",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01", "S2,A1,BRL,-20.00,month,2026-01-01")},
        "subscriptions.csv, row 3, column unit_amount: “-20.00” is less than nothing; make a reduction a discount, without a sign, or correct the amount.",
    ),
    (
        "a new price below nothing",
        {"subscription_changes": "subscription_id,effective_on,unit_amount\nS1,2026-02-01,(5.00)\n"},
        "subscription_changes.csv, row 2, column unit_amount: “(5.00)” is less than nothing; make a reduction a discount, without a sign, or correct the amount.",
    ),
    (
        "a reduction below nothing",
        {"discounts": "discount_id,subscription_id,amount,starts_on\nD1,S1,-5.00,2026-02-01\n"},
        "discounts.csv, row 2, column amount: “-5.00” is less than nothing; make a reduction a discount, without a sign, or correct the amount.",
    ),
    (
        "a number of seats below nothing",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01,,-3")},
        "subscriptions.csv, row 2, column quantity: “-3” is less than it can be; correct the number.",
    ),
    (
        "a billing interval of nothing",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01,,1,,0")},
        "subscriptions.csv, row 2, column interval_count: “0” is outside 1 to …; correct it, or convert the scale before the export.",
    ),
    (
        "an end before the start",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01,2025-12-31")},
        "subscriptions.csv, row 2, column ended_on: The end 2025-12-31 is before the start 2026-01-01; correct one of the two dates.",
    ),
    (
        "an end that is never",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01,9999-12-31")},
        "subscriptions.csv, row 2, column ended_on: The date 9999-12-31 cannot be right; correct it, or make it empty in the mapping file under values: if it stands for “never”.",
    ),
    (
        "no currency in a row",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01", "S2,A1,,20.00,month,2026-01-01")},
        "subscriptions.csv, row 3, column currency: The currency is not said; add a currency column, or say it with --currency or currency: in the mapping file.",
    ),
    (
        "a currency without a rate",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01", "S2,A1,CHF,20.00,month,2026-01-01")},
        "subscriptions.csv, column currency: 1 rows are in CHF, which has no rate into BRL; add exchange_rates.csv (currency, on_day, rate), or rates: {CHF: …} in the mapping file.",
    ),
    (
        "a rate of nothing",
        {"exchange_rates": "currency,on_day,rate\nUSD,2026-01-01,0\n"},
        "exchange_rates.csv, row 2, column rate: “0” is less than it can be; correct the number.",
    ),
    (
        "an account that does not exist",
        {"tickets": "ticket_id,account_id,opened_on\nT1,A9,2026-01-01\n"},
        "tickets.csv, row 2, column account_id: “A9” is not among the accounts; add it there, correct it, or say in the mapping file how the rows name accounts: account_id: {via: accounts.name, column: …}.",
    ),
    (
        "a contract line that does not exist",
        {"pauses": "subscription_id,starts_on\nS9,2026-01-01\n"},
        "pauses.csv, row 2, column subscription_id: “S9” is not among the subscriptions; add it there or correct it.",
    ),
    (
        "one id for two rows",
        {"subscriptions": contracts("S1,A1,BRL,100.00,month,2026-01-01", "S1,A1,BRL,120.00,month,2026-01-01")},
        "subscriptions.csv, row 3, column subscription_id: “S1” was there before, in row 2, with another unit_amount; keep one of the rows or give them different ids.",
    ),
    (
        "two changes of a line on one day",
        {"subscription_changes": "subscription_id,effective_on,quantity\nS1,2026-02-01,2\nS1,2026-02-01,3\n"},
        "subscription_changes.csv, row 3, column subscription_id: “S1” was there before, in row 2, with another quantity; keep one of the rows or give them different ids.",
    ),
    (
        "a number too large to keep",
        {"subscriptions": contracts("S1,A1,BRL,99999999999999999999.00,month,2026-01-01")},
        "subscriptions.csv, row 2, column unit_amount: “99999999999999999999.00” is outside -9223372036854775807 to 9223372036854775807; correct it, or convert the scale before the export.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("contents", "told"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_be_is_refused_with_its_place_and_the_remedy(
    company: Company, contents: dict[str, str], told: str
) -> None:
    (fault,) = company.write(**files(**contents)).faults()
    assert Speaker("en").say(explain(fault)) == told


def test_what_is_wrong_deep_in_a_file_is_told_by_its_row(company: Company) -> None:
    """Blank lines count; where the file breaks off, that alone is told."""
    rows = ["account_id,date,feature,count", *(f"A1,2026-01-01,feature {n},2" for n in range(2, 12_001))]
    rows[6_999] = ""
    rows[7_499] = rows[7_499].replace("2026-01-01", "2026-13-01")
    rows[11_499] = rows[11_499][:-1] + "many"
    company.write(**files(usage="\n".join(rows)))
    assert [(fault.kind, fault.row, fault.column) for fault in company.faults()] == [
        ("not_a_date", 7_500, "date"), ("not_a_number", 11_500, "count")
    ]  # fmt: skip
    rows[11_999] = 'A1,2026-01-01,"feature'
    company.write(**files(usage="\n".join(rows)))
    assert [(fault.kind, fault.row, fault.column) for fault in company.faults()] == [("broken_row", 12_000, None)]


@pytest.mark.parametrize("changes", [False, True], ids=["whole", "changes"])
def test_what_is_refused_is_refused_of_changes_too(company: Company, changes: bool) -> None:
    company.load()
    company.write(
        **files(
            subscriptions=LINES.replace("100.00", "-1.00"), tickets="ticket_id,account_id,opened_on\nT1,A9,2026-01-01\n"
        )
    )
    assert [(fault.file, fault.kind, fault.row) for fault in company.faults(changes=changes)] == [
        ("subscriptions.csv", "negative_price", 2), ("tickets.csv", "unknown_account", 2)
    ]  # fmt: skip
    assert company.rows(subscriptions, "unit_amount_minor") == [(10000,)]
    assert company.rows(tickets, "ticket_id") == [] and len(company.rows(loads, "table_name")) == 2


def test_the_page_tells_all_of_this() -> None:
    section = PAGE.split("## Rows that no one means\n")[1].split("\n## ")[0]
    told = [row.split("|")[1].strip() for row in re.findall(r"^\|.*\|.*\|$", section, re.MULTILINE)[2:]]
    assert len(told) >= 20
