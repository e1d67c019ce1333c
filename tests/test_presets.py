# ruff: noqa: E501  (files and tables of cases read better in one line each)
"""Exports of Stripe, ChartMogul and Chargebee as they come, and MRR histories: the exact MRR of each, worked out by hand."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlalchemy import Table, create_engine, select

from bot.__main__ import Preset
from tools.metrics import Period, all_metrics, open_book
from tools.metrics._book import accounts, invoices, mrr_movements, subscription_changes, subscriptions
from tools.metrics._faults import Fault, LoadRefused, Notice
from tools.metrics._figure import Money
from tools.metrics._load import LoadReport, load_directory
from tools.metrics._mapping import presets, read_mapping
from tools.metrics._shaping import month_in

TODAY = date(2026, 11, 22)


class Exports:
    """A folder of exports and the book they are loaded into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "exports"
        self.folder.mkdir()
        self.url = f"sqlite:///{folder / 'book.sqlite'}"

    def load(
        self, files: Mapping[str, str], preset: str | None = None, said: str | None = None, **options: Any
    ) -> LoadReport:
        for name, content in files.items():
            (self.folder / name).write_text(content)
        mapping = self.folder.parent / "mapping.yml"
        mapping.write_text(said or "")
        return load_directory(
            self.folder, self.url, preset=preset, mapping=mapping if said else None, today=TODAY, **options
        )

    def faults(self, files: Mapping[str, str], preset: str | None = None, **options: Any) -> tuple[Fault, ...]:
        with pytest.raises(LoadRefused) as refused:
            self.load(files, preset, **options)
        return refused.value.faults

    def rows(self, table: Table, *columns: str) -> list[tuple[Any, ...]]:
        engine = create_engine(self.url)
        with engine.connect() as connection:
            asked = select(*(table.c[name] for name in columns)).order_by(*table.primary_key.columns)
            found = [tuple(row) for row in connection.execute(asked)]
        engine.dispose()
        return found

    def movements(self) -> list[tuple[Any, ...]]:
        return [
            (account, day.isoformat(), kind, minor)
            for account, day, kind, minor in self.rows(
                mrr_movements, "account_id", "on_day", "category", "amount_minor"
            )
        ]

    def mrr(self, day: str) -> int:
        book = open_book(self.url)
        value = all_metrics()["mrr"](book, Period.parse(day)).value
        book.engine.dispose()
        return int(value or 0)


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def test_the_command_knows_every_preset() -> None:
    assert get_args(Preset) == presets() == ("chargebee", "chartmogul", "stripe")


@pytest.mark.parametrize("name", presets())
def test_a_preset_is_a_mapping_file_without_faults(name: str, tmp_path: Path) -> None:
    said, faults = read_mapping(None, name)
    mapping = tmp_path / "mapping.yml"
    mapping.write_text("currency: BRL\n")
    assert faults == () and said.tables
    assert read_mapping(mapping, name)[1] == ()


# --- Stripe ----------------------------------------------------------------------------------------------------------

STRIPE = {
    "customers.csv": (
        "id,Description,Email,Name,Created (UTC),Delinquent,Plan,Status,Total Spend,Payment Count\n"
        "cus_A,,ana@acme.com,Acme,2026-01-01 01:30,false,gold,active,405.00,9\n"
        "cus_B,Beta Ltd,bia@beta.com,,2026-02-01 12:00,false,silver,active,1200.00,1\n"
        "cus_C,,caio@gama.com,,2026-05-01 12:00,true,bronze,past_due,15.00,1\n"
    ),
    "subscriptions.csv": (
        "id,Customer ID,Customer Description,Customer Email,Plan,Product,Quantity,Currency,Interval,Amount,Status,Created (UTC),Start Date (UTC),Current Period Start (UTC),Current Period End (UTC),Trial Start (UTC),Trial End (UTC),Canceled At (UTC),Cancel At Period End,Ended At (UTC)\n"
        "sub_1,cus_A,,ana@acme.com,gold,Suite,3,usd,month,10.00,active,2026-01-05 02:00,2026-01-05 02:00,2026-11-05 02:00,2026-12-05 02:00,,,,false,\n"
        "sub_1,cus_A,,ana@acme.com,support,Support,1,usd,month,5.50,active,2026-01-05 02:00,2026-01-05 02:00,2026-11-05 02:00,2026-12-05 02:00,,,,false,\n"
        'sub_2,cus_B,,bia@beta.com,silver,Suite,1,usd,year,"1,200.00",active,2026-02-01 12:00,2026-02-01 12:00,2026-02-01 12:00,2027-02-01 12:00,,,2026-11-01 12:00,true,\n'
        "sub_3,cus_B,,bia@beta.com,bronze,Suite,1,usd,month,40.00,canceled,2026-01-10 12:00,2026-01-10 12:00,2026-03-10 12:00,2026-04-10 12:00,,,2026-03-15 12:00,true,2026-04-10 12:00\n"
        "sub_4,cus_C,,caio@gama.com,silver,Suite,1,usd,month,20.00,trialing,2026-11-10 12:00,2026-11-10 12:00,2026-11-10 12:00,2026-11-30 12:00,2026-11-10 12:00,2026-11-30 12:00,,false,\n"
        "sub_5,cus_C,,caio@gama.com,gold,Suite,9,usd,month,10.00,incomplete_expired,2026-06-01 12:00,2026-06-01 12:00,2026-06-01 12:00,2026-07-01 12:00,,,,false,\n"
        "sub_6,cus_C,,caio@gama.com,bronze,Suite,1,usd,month,15.00,past_due,2026-05-01 12:00,2026-05-01 12:00,2026-11-01 12:00,2026-12-01 12:00,,,,false,\n"
        "sub_7,cus_A,,ana@acme.com,extra,Extra,1,usd,month,99.00,unpaid,2026-03-01 12:00,2026-03-01 12:00,2026-09-01 12:00,2026-10-01 12:00,,,,false,\n"
    ),
    "invoices.csv": (
        "id,Amount Due,Amount Paid,Billing,Closed,Currency,Customer,Date (UTC),Due Date (UTC),Number,Paid,Subscription,Subtotal,Tax,Total,Customer Name,Finalized At (UTC),Paid At (UTC),Status\n"
        "in_1,35.50,35.50,charge_automatically,true,usd,cus_A,2026-10-05 02:00,,A-1,true,sub_1,35.50,,35.50,Acme,2026-10-05 03:10,2026-10-05 03:12,paid\n"
        "in_2,35.50,0.00,charge_automatically,true,usd,cus_A,2026-10-06 02:00,,A-2,false,sub_1,35.50,,35.50,Acme,2026-10-06 02:00,,void\n"
        "in_3,1200.00,0.00,send_invoice,false,usd,cus_B,2026-02-01 12:00,2026-03-03 12:00,B-1,false,sub_2,1200.00,,1200.00,,2026-02-01 13:00,,open\n"
    ),
}  # fmt: skip


def test_stripes_subscriptions_give_the_mrr_that_is_paid(exports: Exports) -> None:
    """3 × 10.00 + 5.50 of sub_1, 1,200.00 ÷ 12 of sub_2 and 15.00 of sub_6, which is past due; sub_7 is unpaid."""
    report = exports.load(STRIPE, "stripe")
    assert (report.mrr, report.currency, report.as_of) == (Money(15050, "USD"), "USD", date(2026, 11, 10))
    line = (
        "subscription_id",
        "account_id",
        "plan",
        "quantity",
        "unit_amount_minor",
        "interval_unit",
        "started_on",
        "ended_on",
        "trial_ends_on",
        "cancelled_on",
        "renews_on",
    )
    day = date
    assert exports.rows(subscriptions, *line) == [
        ("sub_1", "cus_A", "gold", 3, 1000, "month", day(2026, 1, 4), None, None, None, day(2026, 12, 4)),
        ("sub_1/2", "cus_A", "support", 1, 550, "month", day(2026, 1, 4), None, None, None, day(2026, 12, 4)),
        ("sub_2", "cus_B", "silver", 1, 120000, "year", day(2026, 2, 1), None, None, day(2026, 11, 1), day(2027, 2, 1)),
        (
            "sub_3",
            "cus_B",
            "bronze",
            1,
            4000,
            "month",
            day(2026, 1, 10),
            day(2026, 4, 10),
            None,
            day(2026, 3, 15),
            day(2026, 4, 10),
        ),
        (
            "sub_4",
            "cus_C",
            "silver",
            1,
            2000,
            "month",
            day(2026, 11, 10),
            None,
            day(2026, 11, 30),
            None,
            day(2026, 11, 30),
        ),
        ("sub_6", "cus_C", "bronze", 1, 1500, "month", day(2026, 5, 1), None, None, None, day(2026, 12, 1)),
        ("sub_7", "cus_A", "extra", 1, 9900, "month", day(2026, 3, 1), day(2026, 9, 1), None, None, day(2026, 10, 1)),
    ]
    assert exports.movements() == [
        ("cus_A", "2026-01-04", "new", 3550), ("cus_A", "2026-03-01", "expansion", 9900), ("cus_A", "2026-09-01", "contraction", -9900),
        ("cus_B", "2026-01-10", "new", 4000), ("cus_B", "2026-02-01", "expansion", 10000), ("cus_B", "2026-04-10", "contraction", -4000),
        ("cus_C", "2026-05-01", "new", 1500), ("cus_C", "2026-11-30", "expansion", 2000),
    ]  # fmt: skip
    assert set(report.notices) == {
        Notice("subscriptions.csv", "left_out", "Status", 1), Notice("subscriptions.csv", "further_lines", "id", 1),
        Notice("invoices.csv", "left_out", "Status", 1),
    }  # fmt: skip


def test_stripes_customers_and_invoices_come_with_them(exports: Exports) -> None:
    exports.load(STRIPE, "stripe")
    assert exports.rows(accounts, "account_id", "name", "signed_up_on") == [
        ("cus_A", "Acme", date(2025, 12, 31)), ("cus_B", "Beta Ltd", date(2026, 2, 1)), ("cus_C", "caio@gama.com", date(2026, 5, 1))
    ]  # fmt: skip
    assert exports.rows(invoices, "invoice_id", "account_id", "amount_minor", "issued_on", "due_on", "paid_on") == [
        ("in_1", "cus_A", 3550, date(2026, 10, 5), None, date(2026, 10, 5)),
        ("in_3", "cus_B", 120000, date(2026, 2, 1), date(2026, 3, 3), None),
    ]


def test_what_the_mapping_file_says_counts_before_the_preset(exports: Exports) -> None:
    report = exports.load(
        STRIPE,
        "stripe",
        "tables: {subscriptions: {columns: {unit_amount: {const: '1'}}, leave_out: {Status: [unpaid, trialing]}}}",
    )
    assert exports.rows(subscriptions, "subscription_id", "unit_amount_minor")[0] == ("sub_1", 100)
    assert [row[0] for row in exports.rows(subscriptions, "subscription_id")] == [
        "sub_1",
        "sub_1/2",
        "sub_2",
        "sub_3",
        "sub_5",
        "sub_6",
    ]
    assert report.mrr == Money(300 + 100 + 8 + 900 + 100, "USD")


def test_an_export_without_some_of_the_columns_is_read_as_far_as_it_goes(exports: Exports) -> None:
    files = {
        "customers.csv": "id,Email\ncus_A,ana@acme.com\n",
        "subscriptions.csv": "id,Customer ID,Quantity,Currency,Interval,Amount,Created (UTC)\nsub_1,cus_A,2,usd,month,10.00,2026-01-05 12:00\n",
    }
    assert exports.load(files, "stripe").mrr == Money(2000, "USD")


def per_subscriber(months: str, *rows: str) -> str:
    return "\n".join([f"Customer ID,Customer,Customer Email,Currency,{months}", *rows, ""])


def test_stripes_mrr_per_subscriber_gives_a_months_bridge(exports: Exports) -> None:
    """Beta pays 20.50 in February, nothing in March, is back in April; Acme goes from 100 to 150 in March."""
    report = exports.load({
        "MRR_per_Subscriber__monthly_2026-01.csv": per_subscriber("2026-01", "cus_1,Acme,a@acme.com,usd,100.00"),
        "MRR_per_Subscriber__monthly_2026-02.csv": per_subscriber("2026-02", "cus_1,Acme,a@acme.com,usd,100.00", "cus_2,,b@beta.com,usd,20.50"),
        "MRR_per_Subscriber__monthly_2026-04.csv": per_subscriber("2026-03,2026-04", "cus_1,Acme,a@acme.com,usd,150.00,150.00", "cus_2,,b@beta.com,usd,,20.50"),
    }, "stripe")  # fmt: skip
    assert (report.mrr, report.as_of) == (Money(17050, "USD"), date(2026, 4, 30))
    assert exports.movements() == [
        ("cus_1", "2026-01-01", "new", 10000), ("cus_1", "2026-03-01", "expansion", 5000),
        ("cus_2", "2026-02-01", "new", 2050), ("cus_2", "2026-03-01", "churn", -2050), ("cus_2", "2026-04-01", "reactivation", 2050),
    ]  # fmt: skip
    assert [exports.mrr(f"2026-0{month}") for month in (1, 2, 3, 4)] == [10000, 12050, 15000, 17050]
    assert exports.rows(accounts, "account_id", "name") == [("cus_1", "Acme"), ("cus_2", "b@beta.com")]
    assert exports.rows(subscriptions, "subscription_id", "unit_amount_minor", "started_on", "ended_on") == [
        ("cus_1/1", 10000, date(2026, 1, 1), None),
        ("cus_2/1", 2050, date(2026, 2, 1), date(2026, 3, 1)),
        ("cus_2/2", 2050, date(2026, 4, 1), None),
    ]
    assert exports.rows(subscription_changes, "subscription_id", "effective_on", "unit_amount_minor") == [
        ("cus_1/1", date(2026, 3, 1), 15000)
    ]
    assert [(one.table, one.rows) for one in report.tables] == [
        ("accounts", 2),
        ("subscriptions", 3),
        ("subscription_changes", 1),
    ]


def test_a_month_that_two_files_have_is_that_of_the_later_file(exports: Exports) -> None:
    exports.load({
        "MRR_per_Subscriber_1.csv": per_subscriber("2026-01,2026-02", "cus_1,Acme,,usd,100.00,60.00"),
        "MRR_per_Subscriber_2.csv": per_subscriber("2026-02,2026-03", "cus_1,Acme,,usd,110.00,110.00"),
    }, "stripe")  # fmt: skip
    assert [exports.mrr(f"2026-0{month}") for month in (1, 2, 3)] == [10000, 11000, 11000]


def test_contract_lines_come_from_subscriptions_or_from_a_history(exports: Exports) -> None:
    (fault,) = exports.faults(
        {**STRIPE, "MRR_per_Subscriber.csv": per_subscriber("2026-01", "cus_A,Acme,,usd,1.00")}, "stripe"
    )
    assert (fault.kind, fault.detail["files"]) == ("two_files", "subscriptions.csv, MRR_per_Subscriber.csv")


# --- ChartMogul ------------------------------------------------------------------------------------------------------

ACTIVITIES = (
    "date,customer_name,customer_uuid,movement_type,mrr_movement_in_account_currency,account_currency,description\n"
    "2026-03-10T12:00:00Z,Acme,cus_a,expansion,166.67,EUR,second plan\n"
    "2026-01-15T12:00:00Z,Acme,cus_a,new_biz,166.67,EUR,purchased a yearly plan\n"
    "2026-06-30T12:00:00Z,Acme,cus_a,churn,-333.33,EUR,cancelled\n"
    "2026-08-01T01:00:00Z,Acme,cus_a,reactivation,50.00,EUR,back\n"
    "2026-02-01T12:00:00Z,Beta,cus_b,new_biz,80.00,EUR,\n"
    "2026-05-01T12:00:00Z,Beta,cus_b,contraction,-30.00,EUR,\n"
)


def test_chartmoguls_activities_are_the_movements_of_the_ledger(exports: Exports) -> None:
    """2 × 166.67 − 333.33 leaves a cent, but who has churned pays nothing. One o'clock in UTC is the day before."""
    report = exports.load({"activities.csv": ACTIVITIES}, "chartmogul")
    assert (report.mrr, report.as_of) == (Money(10000, "EUR"), date(2026, 7, 31))
    assert exports.movements() == [
        ("cus_a", "2026-01-15", "new", 16667), ("cus_a", "2026-03-10", "expansion", 16667),
        ("cus_a", "2026-06-30", "churn", -33334), ("cus_a", "2026-07-31", "reactivation", 5000),
        ("cus_b", "2026-02-01", "new", 8000), ("cus_b", "2026-05-01", "contraction", -3000),
    ]  # fmt: skip
    assert exports.rows(accounts, "account_id", "name") == [("cus_a", "Acme"), ("cus_b", "Beta")]


DESTINATION = (
    "DATE,CUSTOMER_NAME,MRR_MOVEMENT,MRR,DESCRIPTION,MOVEMENT_TYPE,CURRENCY_CODE,CUSTOMER_EXTERNAL_ID,CUSTOMER_UUID,SUBSCRIPTION_EXTERNAL_ID,ACTIVE_SUBSCRIPTION_QUANTITY,UUID\n"
    "2026-01-15 12:00:00 UTC,Acme,16667,16667,,new_biz,USD,c1,cus_a,s1,1,u1\n"
    "2026-03-10 12:00:00 UTC,Acme,-6667,10000,,contraction,USD,c1,cus_a,s1,1,u2\n"
)


def test_chartmoguls_destinations_are_in_cents_of_the_accounts_currency(exports: Exports) -> None:
    """CURRENCY_CODE is that of the invoices, so it is asked for rather than taken."""
    files = {"mrr_movements.csv": DESTINATION}
    assert [fault.kind for fault in exports.faults(files, "chartmogul")] == ["currency_missing"]
    assert exports.load(files, "chartmogul", currency="EUR").mrr == Money(10000, "EUR")


def test_chartmoguls_subscriptions_end_only_where_they_are_cancelled(exports: Exports) -> None:
    files = {
        "customers.csv": "UUID,NAME,COMPANY,COUNTRY,STATE,SUBSCRIBER_SINCE,STATUS,MRR,ARR\ncus_a,Ana,Acme,BR,SP,2026-01-15T12:00:00Z,Active,16667,200004\ncus_b,Bia,,US,CA,,Cancelled,0,0\n",
        "subscriptions.csv": (
            "CUSTOMER_UUID,CUSTOMER_NAME,CUSTOMER_SUBSCRIPTION_ID,PLAN_NAME,QUANTITY,MRR,ARR,CURRENCY,BILLING_CURRENCY,INTERVAL_UNIT,INTERVAL_COUNT,STATUS,START_DATE,END_DATE\n"
            "cus_a,Acme,s1,Gold,4,16667,200004,EUR,USD,year,1,active,2026-01-15T12:00:00Z,2027-01-15T12:00:00Z\n"
            "cus_b,Bia,s2,Silver,1,5000,60000,EUR,USD,month,1,cancelled,2026-02-01T12:00:00Z,2026-09-01T12:00:00Z\n"
        ),
    }
    assert exports.load(files, "chartmogul").mrr == Money(16667, "EUR")
    line = (
        "subscription_id",
        "plan",
        "quantity",
        "unit_amount_minor",
        "interval_unit",
        "started_on",
        "ended_on",
        "renews_on",
    )
    assert exports.rows(subscriptions, *line) == [
        ("s1", "Gold", 1, 16667, "month", date(2026, 1, 15), None, date(2027, 1, 15)),
        ("s2", "Silver", 1, 5000, "month", date(2026, 2, 1), date(2026, 9, 1), None),
    ]
    assert exports.rows(accounts, "account_id", "name", "country", "region", "signed_up_on") == [
        ("cus_a", "Acme", "BR", "SP", date(2026, 1, 15)), ("cus_b", "Bia", "US", "CA", None)
    ]  # fmt: skip


def test_chartmoguls_mrr_by_month_and_customer(exports: Exports) -> None:
    by_month = "customer_name,company_name,customer_external_ids,2026-01-31,2026-02-28,2026-03-31\nAna,Acme,c1,100.00,100.00,0.00\nBia,,c2,0.00,25.00,30.00\n"
    report = exports.load({"mrr_per_month.csv": by_month}, "chartmogul", currency="EUR")
    assert report.mrr == Money(3000, "EUR")
    assert [exports.mrr(f"2026-0{month}") for month in (1, 2, 3)] == [10000, 12500, 3000]
    assert exports.rows(accounts, "account_id", "name") == [("c1", "Acme"), ("c2", "Bia")]


# --- Chargebee -------------------------------------------------------------------------------------------------------

CHARGEBEE = {
    "Customers.csv": (
        "Customer Id,First Name,Last Name,Email,Company,Billing Address Country,Billing Address State,Created At\n"
        "c1,Ana,Lima,ana@acme.com,Acme,Brazil,SP,11-Feb-2025 09:00\nc2,Bia,Reis,bia@beta.com,,United States,CA,01-Mar-2025 09:00\n"
    ),
    "Subscriptions.csv": (
        "subscriptions.id,customers.id,customers.email,subscriptions.plan_id,subscriptions.plan_quantity,subscriptions.plan_unit_price,subscriptions.currency_code,subscriptions.billing_period,subscriptions.billing_period_unit,subscriptions.status,subscriptions.start_date,subscriptions.trial_start,subscriptions.trial_end,subscriptions.current_term_start,subscriptions.current_term_end,subscriptions.created_at,subscriptions.started_at,subscriptions.cancelled_at\n"
        "s1,c1,ana@acme.com,gold-quarterly,2,300.00,USD,3,month,Active,,,,01-Sep-2026 00:00,30-Nov-2026 23:59,11-Feb-2025 12:00,11-Feb-2025 12:00,\n"
        's2,c1,ana@acme.com,gold-yearly,1,"1,200.00",USD,1,year,Non Renewing,,,,01-Mar-2026 00:00,01-Mar-2027 00:00,01-Mar-2025 12:00,01-Mar-2025 12:00,01-Mar-2027 00:00\n'
        "s3,c2,bia@beta.com,silver,1,50.00,USD,1,month,Cancelled,,,,01-Jun-2026 00:00,01-Jul-2026 00:00,01-Mar-2025 12:00,01-Mar-2025 12:00,01-Jul-2026 10:00\n"
        "s4,c2,bia@beta.com,silver,3,40.00,USD,1,month,In Trial,,20-Nov-2026 10:00,04-Dec-2026 10:00,,,20-Nov-2026 10:00,20-Nov-2026 10:00,\n"
        "s5,c2,bia@beta.com,weekly,1,12.00,USD,2,week,Active,,,,15-Nov-2026 00:00,29-Nov-2026 00:00,15-Nov-2026 10:00,15-Nov-2026 10:00,\n"
    ),
    "Invoices.csv": (
        "Invoice Number,Customer Id,Subscription Id,Status,Amount,Currency,Invoice Date,Due Date,Paid On\n"
        "INV-1,c1,s1,Paid,600.00,USD,01-Sep-2026 08:00,15-Sep-2026 08:00,02-Sep-2026 10:00\nINV-2,c1,s1,Voided,600.00,USD,01-Sep-2026 08:00,15-Sep-2026 08:00,\n"
        "INV-3,c2,s5,Payment Due,12.00,USD,15-Nov-2026 08:00,18-Nov-2026 08:00,\n"
    ),
}  # fmt: skip


def test_chargebees_prices_and_periods_give_the_mrr(exports: Exports) -> None:
    """2 × 300.00 ÷ 3 of s1, 1,200.00 ÷ 12 of s2, and 12.00 every two weeks: × 52 ÷ 12 ÷ 2 = 26.00 of s5."""
    report = exports.load(CHARGEBEE, "chargebee")
    assert (report.mrr, report.as_of) == (Money(20000 + 10000 + 2600, "USD"), date(2026, 11, 20))
    line = (
        "subscription_id",
        "quantity",
        "unit_amount_minor",
        "interval_unit",
        "interval_count",
        "started_on",
        "ended_on",
        "cancelled_on",
        "trial_ends_on",
    )
    assert exports.rows(subscriptions, *line) == [
        ("s1", 2, 30000, "month", 3, date(2025, 2, 11), None, None, None),
        ("s2", 1, 120000, "year", 1, date(2025, 3, 1), date(2027, 3, 1), None, None),
        ("s3", 1, 5000, "month", 1, date(2025, 3, 1), date(2026, 7, 1), date(2026, 7, 1), None),
        ("s4", 3, 4000, "month", 1, date(2026, 11, 20), None, None, date(2026, 12, 4)),
        ("s5", 1, 1200, "week", 2, date(2026, 11, 15), None, None, None),
    ]
    assert [exports.mrr(month) for month in ("2026-06", "2026-07", "2026-12")] == [35000, 30000, 32600 + 12000]


def test_chargebees_customers_and_invoices_come_with_them(exports: Exports) -> None:
    exports.load(CHARGEBEE, "chargebee")
    assert exports.rows(accounts, "account_id", "name", "country", "region", "signed_up_on") == [
        ("c1", "Acme", "BR", "SP", date(2025, 2, 11)), ("c2", "bia@beta.com", "US", "CA", date(2025, 3, 1))
    ]  # fmt: skip
    assert exports.rows(invoices, "invoice_id", "amount_minor", "issued_on", "paid_on") == [
        ("INV-1", 60000, date(2026, 9, 1), date(2026, 9, 2)), ("INV-3", 1200, date(2026, 11, 15), None)
    ]  # fmt: skip


# --- histories of any tool -------------------------------------------------------------------------------------------


def test_movements_of_any_tool_are_read_by_their_usual_names(exports: Exports) -> None:
    text = "Cliente ID;Data;Tipo;Variação de MRR;Moeda\nA1;05/01/2026;Novo;1.000,00;BRL\nA1;20/03/2026;Cancelamento;-1.000,00;BRL\n"
    exports.load({"Movimentos de MRR.csv": text})
    assert exports.movements() == [("A1", "2026-01-05", "new", 100000), ("A1", "2026-03-20", "churn", -100000)]


def test_several_currencies_of_an_account_are_lines_of_their_own(exports: Exports) -> None:
    text = "account_id,date,mrr change,currency\nA1,2026-01-01,100.00,BRL\nA1,2026-02-01,10.00,USD\nA1,2026-03-01,-10.00,USD\n"
    exports.load({"mrr_movements.csv": text}, said="rates: {USD: 5}")
    assert exports.movements() == [
        ("A1", "2026-01-01", "new", 10000),
        ("A1", "2026-02-01", "expansion", 5000),
        ("A1", "2026-03-01", "contraction", -5000),
    ]


@pytest.mark.parametrize(
    "rows",
    ["A2,2026-01-01,contraction,-5.00", "A2,2026-01-01,expansion,5.00", "A2,2026-01-01,new,5.00\nA2,2026-02-01,contraction,-6.00"],
    ids=["less than nothing", "an expansion first", "more than there was"],
)  # fmt: skip
def test_a_history_that_begins_in_the_middle_is_refused(exports: Exports, rows: str) -> None:
    text = f"account_id,date,type,mrr change\nA1,2026-01-01,new,5.00\n{rows}\n"
    (fault,) = exports.faults({"mrr_movements.csv": text}, currency="BRL")
    assert (fault.kind, fault.file, fault.column, fault.value) == (
        "history_incomplete",
        "mrr_movements.csv",
        "account_id",
        "A2",
    )


def test_a_history_may_name_only_accounts_that_are_there(exports: Exports) -> None:
    files = {
        "accounts.csv": "account_id,name\nA1,Alfa\n",
        "mrr_movements.csv": "account_id,date,mrr change\nA1,2026-01-01,5.00\nA9,2026-01-01,5.00\n",
    }
    (fault,) = exports.faults(files, currency="BRL")
    assert (fault.kind, fault.file, fault.row, fault.value) == ("unknown_account", "mrr_movements.csv", 3, "A9")


@pytest.mark.parametrize(
    ("title", "month"),
    [("2026-06", "2026-06-01"), ("2026-06-30", "2026-06-01"), ("Jun 2026", "2026-06-01"), ("junho 2026", "2026-06-01"),
     ("2026", None), ("2026-13", None), ("Customer", None), ("MRR 2026", None)],
)  # fmt: skip
def test_headers_of_months_are_told_from_others(title: str, month: str | None) -> None:
    assert month_in(title) == (month and date.fromisoformat(month))
