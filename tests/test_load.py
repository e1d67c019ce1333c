# ruff: noqa: E501  (tables of cases read better in one line each)
"""Loading a company's own exports: what is read, what is refused, and that the book is old or new, never between."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from sqlalchemy import Connection, func, select

from bot.loading import load
from bot.locale import Speaker
from tests.conftest import assistant_at
from tests.exports import ACCOUNTS, LINES, TODAY, Company, files
from tests.test_load_in_place import IMPOSSIBLE
from tests.test_load_in_place import WRONG as WRONG_IN_PLACE
from tests.test_load_queries import WRONG as WRONG_SOURCES
from tools._load_messages import explain, remark
from tools.metrics._book import (
    accounts,
    book_info,
    discounts,
    exchange_rates,
    exits,
    invoices,
    loads,
    mrr_movements,
    subscription_changes,
    subscriptions,
    survey_answers,
    tickets,
    touches,
    usage,
)
from tools.metrics._cells import Evidence, currency_of, day_in, fold, minor_units, number_in
from tools.metrics._faults import FAULT_KINDS, NOTICE_KINDS, Fault, LoadRefused, Notice
from tools.metrics._fields import shapes
from tools.metrics._figure import Money
from tools.metrics._load import load_directory
from tools.metrics._mapping import read_mapping
from tools.metrics._opening import NoBook, open_book
from tools.metrics._reading import header_and_batches, layout_of
from tools.metrics._words import country_code, interval

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
MAPPING = Path(__file__).parent / "data" / "ravenstack.yml"


# --- cells -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("1234", "1234", "1234"),
        ("1,234.56", "1234.56", None),
        ("1.234,56", None, "1234.56"),
        ("1.234", "1.234", "1234"),
        ("1,234", "1234", "1.234"),
        ("12.5", "12.5", None),
        ("12,5", None, "12.5"),
        ("0.125", "0.125", None),
        ("1.234.567", None, "1234567"),
        ("1234.567", "1234.567", None),
        ("1 234,56", None, "1234.56"),
        ("1\u202f234,56", None, "1234.56"),
        ("1'234.56", "1234.56", None),
        ("R$ 1.234,56", None, "1234.56"),
        ("US$1,234.56", "1234.56", None),
        ("€ 12,00", None, "12.00"),
        ("12,00 €", None, "12.00"),
        ("BRL 12,00", None, "12.00"),
        ("12.50 USD", "12.50", None),
        ("(1,234.56)", "-1234.56", None),
        ("(R$ 1.234,56)", None, "-1234.56"),
        ("-12.5", "-12.5", None),
        ("R$ -12,50", None, "-12.50"),
        ("−12,50", None, "-12.50"),
        ("12,50-", None, "-12.50"),
        ("10%", "10", "10"),
        ("9.0", "9.0", None),
        ("12,34,567", None, None),
        ("1.5E+06", None, None),
        ("max 12", None, None),
        ("abc", None, None),
        ("#REF!", None, None),
        ("", None, None),
    ],
)
def test_numbers_are_read_in_a_style(text: str, point: str | None, comma: str | None) -> None:
    wanted = [value and Decimal(value) for value in (point, comma)]
    assert [number_in(text, "point"), number_in(text, "comma")] == [value or None for value in wanted]


@pytest.mark.parametrize(
    ("text", "dmy", "mdy"),
    [
        ("2025-12-31", "2025-12-31", "2025-12-31"),
        ("2025/1/5", "2025-01-05", "2025-01-05"),
        ("20251231", "2025-12-31", "2025-12-31"),
        ("31/12/2025", "2025-12-31", None),
        ("12/31/2025", None, "2025-12-31"),
        ("05/06/2025", "2025-06-05", "2025-05-06"),
        ("31.12.25", "2025-12-31", None),
        ("31/12/2025 14:30", "2025-12-31", None),
        ("12/31/2025 11:59 PM", None, "2025-12-31"),
        ("2024-04-28 03:00:00", "2024-04-28", "2024-04-28"),
        ("2026-01-01T02:59:59Z", "2025-12-31", "2025-12-31"),
        ("2026-01-01T03:00:00.000Z", "2026-01-01", "2026-01-01"),
        ("2025-12-31T23:30:00-05:00", "2026-01-01", "2026-01-01"),
        ("2026-01-01 01:00 UTC", "2025-12-31", "2025-12-31"),
        ("2026-01-01 01:00:00+0000", "2025-12-31", "2025-12-31"),
        ("1767225600", "2025-12-31", "2025-12-31"),
        ("31 Dec 2025", "2025-12-31", "2025-12-31"),
        ("31-dez-2025", "2025-12-31", "2025-12-31"),
        ("3 de fevereiro de 2025", "2025-02-03", "2025-02-03"),
        ("December 31, 2025", "2025-12-31", "2025-12-31"),
        ("30/02/2025", None, None),
        ("45292", None, None),
        ("2025-12-31 nonsense", None, None),
        ("2025-12-31 25:00", None, None),
        ("soon", None, None),
    ],
)
def test_days_are_read_in_a_style_and_in_the_workspaces_zone(text: str, dmy: str | None, mdy: str | None) -> None:
    read = [day_in(text, style, SAO_PAULO) for style in ("dmy", "mdy")]
    assert read == [wanted and date.fromisoformat(wanted) for wanted in (dmy, mdy)]


def test_a_column_in_utc_is_converted() -> None:
    assert day_in("2026-01-01 02:30", "dmy", SAO_PAULO, in_utc=True) == date(2025, 12, 31)
    assert day_in("2026-01-01 02:30", "dmy", SAO_PAULO) == date(2026, 1, 1)


def test_two_digit_years_first_are_read_when_said() -> None:
    assert day_in("25/12/31", "ymd", SAO_PAULO) == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("cells", "style", "undecided"),
    [
        (["1.234", "5.678"], "point", True),
        (["1.234", "12,50"], "comma", False),
        (["1.234", "12.50"], "point", False),
        (["1234", "5678"], "point", False),
        (["1,5", "2,5", "3.5"], "comma", False),
    ],
)
def test_a_column_shows_its_decimal_sign(cells: list[str], style: str, undecided: bool) -> None:
    evidence = Evidence(number_in, ("point", "comma"))
    evidence.weigh(set(cells))
    assert (evidence.style, evidence.undecided) == (style, undecided)


@pytest.mark.parametrize(
    ("amount", "digits", "minor"),
    [
        ("1234.56", 2, (123456, False)),
        ("500", 0, (500, False)),
        ("83.335", 2, (8334, True)),
        ("0.005", 2, (0, True)),
    ],
)
def test_money_becomes_minor_units_without_floats(amount: str, digits: int, minor: tuple[int, bool]) -> None:
    assert minor_units(Decimal(amount), digits) == minor


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("monthly", ("month", 1)), ("Mensal", ("month", 1)), ("quarterly", ("month", 3)), ("Trimestral", ("month", 3)),
        ("semestral", ("month", 6)), ("annual", ("year", 1)), ("Anual", ("year", 1)), ("yearly", ("year", 1)),
        ("weekly", ("week", 1)), ("semanal", ("week", 1)), ("day", ("day", 1)), ("12 meses", ("month", 12)),
        ("every 2 weeks", ("week", 2)), ("a cada 3 meses", ("month", 3)), ("2 quarters", ("month", 6)), ("sometimes", None),
    ],
)  # fmt: skip
def test_billing_intervals_are_words_in_two_languages(text: str, wanted: tuple[str, int] | None) -> None:
    assert interval(text) == wanted


@pytest.mark.parametrize(
    ("text", "code"),
    [("BR", "BR"), ("Brasil", "BR"), ("Brazil", "BR"), ("BRA", "BR"), ("UK", "GB"), ("NA", "NA"), ("Alemanha", "DE"), ("USA", "US"), ("Moon", None)],
)  # fmt: skip
def test_countries_become_codes(text: str, code: str | None) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("MRR (R$)", "BRL"), ("refund_amount_usd", "USD"), ("amount USD", "USD"), ("US$ 5", "USD"), ("$5", None), ("5 €", "EUR"), ("12", None)],
)  # fmt: skip
def test_amounts_and_headers_name_currencies(text: str, code: str | None) -> None:
    assert currency_of(text) == code


@pytest.mark.parametrize(
    "text", ["Data de Início", "data_de_inicio", "DATA DE INÍCIO", "dataDeInicio", " Data  de início: "]
)
def test_names_are_compared_without_case_accents_and_punctuation(text: str) -> None:
    assert fold(text) == "data de inicio"


def test_no_name_means_two_columns_of_a_table() -> None:
    for shape in shapes().values():
        names = [*shape.names, *(fold(word) for stand_in in shape.stand_ins for word in stand_in.called)]
        assert sorted(names) == sorted(set(names)), shape.name


# --- files -----------------------------------------------------------------------------------------------------------

TEXT = 'nome;cidade\r\n"Padaria ""São João""";"Ribeirão\r\nPreto"\r\n\r\nAção & Cia;Florianópolis\r\n'


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp850", "mac_roman"]
)
def test_encodings_delimiters_and_quoted_newlines_are_found_out(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "clientes.csv"
    path.write_bytes(TEXT.encode(encoding))
    header, batches = header_and_batches(path, layout_of(path))
    (batch,) = batches
    assert header == ["nome", "cidade"]
    assert batch.rows == [['Padaria "São João"', "Ribeirão\r\nPreto"], ["Ação & Cia", "Florianópolis"]]
    assert batch.numbers == [2, 4]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found_out_among_decimal_commas(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(delimiter.join(["id", "Nome, legal", "valor"]).replace("Nome, legal", '"Nome, legal"') + "\n"
                    + delimiter.join(["1", '"Silva, Souza"', '"1,5"']) + "\n")  # fmt: skip
    assert layout_of(path).delimiter == delimiter


def test_the_line_with_which_excel_names_its_delimiter_is_no_row(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("sep=;\na;b\n1;2\n")
    header, batches = header_and_batches(path, layout_of(path))
    assert (header, [batch.rows for batch in batches], layout_of(path).preface) == (
        ["a", "b"],
        [[["1", "2"]]],
        True,
    )


# --- what is loaded --------------------------------------------------------------------------------------------------


def test_a_brazilian_export_is_read_by_its_own_names(anywhere: Company) -> None:
    anywhere.write(**{
        "accounts.csv": "Código;Razão Social;Porte;País;UF;Cliente desde\nA1;Padaria São João;PME;Brasil;SP;31/12/2024\n".encode("cp1252"),
        "subscriptions.csv": (
            "ID do Contrato;ID do Cliente;Plano;Preço unitário (R$);Qtd;Periodicidade;Data de início;Renovação automática\n"
            "S1;A1;Pro;R$ 1.234,56;3;Trimestral;15/01/2025;Sim\n"
        ).encode("cp1252"),
        "Descontos 2025.csv": "Assinatura;Percentual;Início;Fim\nS1;10,5%;15/01/2025;30/06/2025\n".encode(),
        "faturas.tsv": "Número\tCliente ID\tTipo\tMoeda\tValor\tData de emissão\tData de pagamento\nF1\tA1\tAvulso\tBRL\t(1.000,00)\t13/02/2025\t\n".encode(),
    })  # fmt: skip
    report = anywhere.load()
    assert anywhere.rows(accounts, "account_id", "name", "segment", "country", "region", "signed_up_on") == [
        ("A1", "Padaria São João", "PME", "BR", "SP", date(2024, 12, 31))
    ]
    line = (
        "plan",
        "currency",
        "quantity",
        "unit_amount_minor",
        "interval_unit",
        "interval_count",
        "started_on",
        "auto_renew",
        "kind",
    )
    assert anywhere.rows(subscriptions, *line) == [
        ("Pro", "BRL", 3, 123456, "month", 3, date(2025, 1, 15), True, "recurring")
    ]
    assert anywhere.rows(discounts, "discount_id", "percent_bp", "ends_on") == [("row 2", 1050, date(2025, 6, 30))]
    assert anywhere.rows(invoices, "invoice_id", "kind", "amount_minor", "paid_on") == [
        ("F1", "one_off", -100000, None)
    ]
    assert (report.currency, report.as_of, report.written) == (
        "BRL",
        date(2025, 2, 13),
        True,
    )


def test_mrr_stands_for_price_interval_and_quantity(company: Company) -> None:
    company.write(
        **files(
            subscriptions='Contract,Customer ID,Seats,Billing Frequency,MRR (R$),Start Date\nS1,A1,14,annual,"2.786,00",2026-01-01\n'
        )
    )
    report = company.load()
    assert company.rows(
        subscriptions, "currency", "quantity", "unit_amount_minor", "interval_unit", "interval_count"
    ) == [("BRL", 1, 278600, "month", 1)]
    assert report.tables[1].used["unit_amount"] == "MRR (R$)"
    assert report.tables[1].ignored == ("Seats", "Billing Frequency")


def test_prices_of_a_billing_system_keep_interval_and_quantity(company: Company) -> None:
    company.write(**files(subscriptions=(
        "id,Customer ID,Plan,Quantity,Currency,Interval,Amount,Start Date (UTC),Canceled At (UTC),Ended At (UTC)\n"
        "sub_1,A1,gold,5,usd,year,\"1,200.00\",2026-01-01 01:30,,\n"
    )))  # fmt: skip
    company.load()
    line = (
        "subscription_id",
        "currency",
        "quantity",
        "unit_amount_minor",
        "interval_unit",
        "started_on",
        "ended_on",
    )
    assert company.rows(subscriptions, *line) == [("sub_1", "USD", 5, 120000, "year", date(2025, 12, 31), None)]


def test_yen_have_no_decimals_and_changes_take_the_currency_of_their_line(company: Company) -> None:
    company.write(**files(
        subscriptions=LINES.replace("BRL,100.00", "JPY,5000"),
        subscription_changes="subscription_id,effective_on,unit_amount\nS1,2026-02-01,6000\n",
    ))  # fmt: skip
    company.load()
    assert company.rows(subscriptions, "unit_amount_minor") == [(5000,)]
    assert company.rows(subscription_changes, "effective_on", "quantity", "unit_amount_minor") == [
        (date(2026, 2, 1), None, 6000)
    ]


def test_the_directory_of_ravenstacks_shape_loads_by_its_mapping(anywhere: Company) -> None:
    for path in anywhere.folder.iterdir():
        path.unlink()
    anywhere.write(**{
        "ravenstack_accounts.csv": (
            "account_id,account_name,industry,country,signup_date,referral_source,plan_tier,seats,is_trial,churn_flag\n"
            "A-1,Company_0,EdTech,UK,2023-10-16,partner,Basic,9,False,False\n"
        ),
        "ravenstack_subscriptions.csv": (
            "subscription_id,account_id,start_date,end_date,plan_tier,seats,mrr_amount,arr_amount,is_trial,billing_frequency,auto_renew_flag\n"
            "S-1,A-1,2023-12-23,2024-04-12,Enterprise,14,2786,33432,False,monthly,True\n"
            "S-2,A-1,2024-11-25,,Enterprise,62,0,0,True,annual,False\n"
        ),
        "ravenstack_feature_usage.csv": (
            "usage_id,subscription_id,usage_date,feature_name,usage_count,usage_duration_secs\n"
            "U-1,S-1,2024-01-05,feature_20,9,5004\n"
            "U-2,S-2,2024-01-05,feature_20,4,369\n"
            "U-2,S-2,2024-01-05,feature_20,4,369\n"
        ),
        "ravenstack_support_tickets.csv": (
            "ticket_id,account_id,submitted_at,closed_at,priority,satisfaction_score,escalation_flag\n"
            "T-1,A-1,2023-07-27,2023-07-28 03:00:00,urgent,,False\nT-2,A-1,2024-10-17,2024-10-17 19:00:00,low,4.0,False\n"
        ),
        "ravenstack_churn_events.csv": (
            "churn_event_id,account_id,churn_date,reason_code,refund_amount_usd,feedback_text\nC-1,A-1,2024-04-12,pricing,4.03,too expensive\n"
        ),
    })  # fmt: skip
    report = anywhere.load(MAPPING)
    assert anywhere.rows(accounts, "account_id", "name", "country", "source") == [("A-1", "Company_0", "GB", "partner")]
    assert anywhere.rows(subscriptions, "subscription_id", "currency", "quantity", "unit_amount_minor", "ended_on") == [
        ("S-1", "USD", 1, 278600, date(2024, 4, 12)),
        ("S-2", "USD", 1, 0, None),
    ]
    assert anywhere.rows(usage, "account_id", "on_day", "feature", "events", "users") == [
        ("A-1", date(2024, 1, 5), "feature_20", 13, None)
    ]
    assert anywhere.rows(tickets, "priority", "solved_on", "csat") == [
        ("critical", date(2023, 7, 28), None), ("low", date(2024, 10, 17), 4.0)
    ]  # fmt: skip
    assert anywhere.rows(exits, "exit_id", "on_day", "reason", "comment") == [
        ("C-1", date(2024, 4, 12), "pricing", "too expensive")
    ]
    assert anywhere.rows(mrr_movements, "on_day", "category", "amount_minor", "mrr_minor") == [
        (date(2023, 12, 23), "new", 278600, 278600), (date(2024, 4, 12), "churn", -278600, 0)
    ]  # fmt: skip
    assert {one.table: (one.rows, one.merged) for one in report.tables}["usage"] == (1, 1)
    assert (report.currency, report.as_of) == ("USD", date(2024, 11, 25))


def test_a_mapping_says_constants_translations_and_what_to_leave_out(company: Company) -> None:
    company.write(**files(
        subscriptions="Nr,Who,Fee,From,What\n1,A1,\"1.000\",05/06/2026,Fee\n2,A2,\"2.000\",06/06/2026,Setup\n",
        touches="Company,When,By\nBeta,2026-06-01,Ana\n",
    ))  # fmt: skip
    company.write(**{"usage_policy.txt": "not a table\n"})
    company.load("""
        currency: USD
        decimal: comma
        dates: dmy
        ignore: [usage_policy.txt]
        tables:
          subscriptions:
            columns:
              subscription_id: Nr
              account_id: Who
              unit_amount: Fee
              interval_unit: {const: monthly}
              started_on: From
              kind: What
            values:
              kind: {Fee: retainer, Setup: repeat}
          touches:
            columns: {account_id: {via: accounts.name, column: Company}, on_day: When, team: {const: cs}, author:}
    """)
    assert company.rows(subscriptions, "subscription_id", "kind", "currency", "unit_amount_minor", "started_on") == [
        ("1", "retainer", "USD", 100000, date(2026, 6, 5)),
        ("2", "repeat", "USD", 200000, date(2026, 6, 6)),
    ]
    assert company.rows(touches, "touch_id", "account_id", "on_day", "team", "author") == [
        ("row 2", "A2", date(2026, 6, 1), "cs", None)
    ]


def test_rows_that_say_the_same_are_merged_and_counted(company: Company) -> None:
    company.write(**files(accounts=ACCOUNTS + "A2,Beta\n"))
    report = company.load()
    assert (report.tables[0].rows, report.tables[0].merged) == (2, 1)


def test_usage_of_one_day_is_summed_and_single_events_all_count(company: Company) -> None:
    company.write(**files(usage="account_id,date,event\nA1,2026-02-01,login\nA1,2026-02-01,login\n"))
    report = company.load("tables: {usage: {columns: {events: {const: 1}}}}")
    assert company.rows(usage, "feature", "events") == [("login", 2)]
    assert Notice("usage.csv", "summed", "usage", 1) in report.notices


def test_a_survey_column_named_nps_says_its_kind(company: Company) -> None:
    company.write(**files(respostas="Conta,Data,NPS,Comentário\nA1,2026-03-01,9,ótimo\n"))
    company.load()
    assert company.rows(survey_answers, "kind", "score", "comment") == [("nps", 9.0, "ótimo")]


def test_the_reporting_currency_is_the_argument_else_the_most_frequent(company: Company) -> None:
    two = LINES + "S2,A1,USD,10.00,month,2026-01-01\nS3,A2,USD,20.00,month,2026-01-01\n"
    company.write(**files(subscriptions=two))
    assert company.load("rates: {BRL: 0.19}").currency == "USD"
    assert company.rows(exchange_rates, "currency", "rate_e6") == [("BRL", 190000)]
    assert company.load("rates: {USD: 5.40}", currency="BRL").currency == "BRL"
    last = {row[0]: row[1] for row in company.rows(mrr_movements, "account_id", "mrr_minor")}
    assert last == {"A1": 10000 + 5400, "A2": 10800}


def test_what_holds_for_the_book_is_written_with_it(anywhere: Company) -> None:
    anywhere.write(
        **files(invoices="invoice_id,account_id,kind,currency,amount,issued_on\nI1,A1,recurring,BRL,1.00,2027-01-01\n")
    )
    report = anywhere.load(timezone="America/Recife")
    info = dict(anywhere.rows(book_info, "key", "value"))
    assert {name: info[name] for name in ("reporting_currency", "timezone", "as_of", "load_id")} == {
        "reporting_currency": "BRL", "timezone": "America/Recife", "as_of": "2026-01-01", "load_id": report.load_id
    }  # fmt: skip
    assert anywhere.rows(loads, "table_name", "source", "row_count") == [
        ("accounts", "accounts.csv", 2), ("invoices", "invoices.csv", 1), ("subscriptions", "subscriptions.csv", 1)
    ]  # fmt: skip
    assert open_book(anywhere.url).as_of == date(2026, 1, 1)


def test_the_same_data_have_the_same_id_and_other_data_another(company: Company) -> None:
    first = company.load().load_id
    assert company.load().load_id == first
    company.write(**files(accounts=ACCOUNTS.replace("Beta", "Gamma")))
    assert company.load().load_id != first


def test_checking_writes_nothing(company: Company) -> None:
    report = company.load(check_only=True)
    assert (report.written, [one.rows for one in report.tables]) == (False, [2, 1])
    assert not (company.folder.parent / "book.sqlite").exists()


def test_unknown_files_are_reported_and_left_alone(company: Company) -> None:
    company.write(**{"notes.md": "hello", "payroll.csv": "a,b\n1,2\n"})
    assert company.load().unknown_files == ("notes.md", "payroll.csv")


def test_amounts_with_too_many_decimals_are_rounded_and_said(company: Company) -> None:
    company.write(**files(subscriptions=LINES.replace("100.00", "83.3333")))
    report = company.load()
    assert company.rows(subscriptions, "unit_amount_minor") == [(8333,)]
    assert report.notices == (Notice("subscriptions.csv", "rounded", "unit_amount", 1),)


def test_a_check_tells_the_mrr_that_the_load_then_has(company: Company) -> None:
    checked = company.load(check_only=True)
    assert checked.mrr == company.load().mrr == Money(10000, "BRL")
    assert "usage" in checked.absent and "plan" in checked.tables[1].absent


ENDING = LINES.replace("started_on", "started_on,ended_on").replace("2026-01-01", "2026-01-01,2026-06-30")


@pytest.mark.parametrize(
    ("mapping", "ended"),
    [
        (None, date(2026, 6, 30)),
        ("ends: last_day", date(2026, 7, 1)),
        ("tables: {subscriptions: {ends: last_day}}", date(2026, 7, 1)),
        ("ends: last_day\ntables: {subscriptions: {ends: day_after}}", date(2026, 6, 30)),
    ],
)
def test_an_end_can_be_the_last_day_of_service(company: Company, mapping: str | None, ended: date) -> None:
    company.write(**files(subscriptions=ENDING))
    company.load(mapping)
    assert company.rows(subscriptions, "ended_on") == [(ended,)]
    assert company.rows(mrr_movements, "category", "on_day")[-1] == ("churn", ended)


def test_a_contract_of_one_day_ends_after_it_starts(company: Company) -> None:
    company.write(**files(subscriptions=ENDING.replace("06-30", "01-01")))
    company.load("ends: last_day")
    company.write(**files(subscriptions=ENDING.replace("2026-06-30", "2025-12-30")))
    assert [(fault.kind, fault.value) for fault in company.faults("ends: last_day")] == [
        ("ended_before_started", "2025-12-30")
    ]


@pytest.mark.parametrize(
    ("header", "mapping", "minor"),
    [
        ("unit_amount", None, 1234500),
        ("unit_amount", "amounts: cents", 12345),
        ("unit_amount", "tables: {subscriptions: {amounts: cents}}", 12345),
        ("unit_amount", "amounts: cents\ntables: {subscriptions: {amounts: units}}", 1234500),
        ("amount_cents", None, 12345),
        ("Valor em centavos", None, 12345),
        ("Price (BRL cents)", None, 12345),
        ("amount_cents", "tables: {subscriptions: {amounts: units}}", 1234500),
    ],
)
def test_amounts_can_be_in_cents(company: Company, header: str, mapping: str | None, minor: int) -> None:
    company.write(**files(subscriptions=LINES.replace("unit_amount", header).replace("100.00", "12345")))
    company.load(mapping)
    assert company.rows(subscriptions, "unit_amount_minor") == [(minor,)]


def test_yen_in_their_smallest_unit_are_yen(company: Company) -> None:
    company.write(**files(subscriptions=LINES.replace("BRL,100.00", "JPY,5000")))
    company.load("amounts: cents")
    assert company.rows(subscriptions, "unit_amount_minor") == [(5000,)]


def test_a_period_beside_its_unit_says_how_many(company: Company) -> None:
    company.write(**files(subscriptions=(
        "subscriptions.id,customers.id,subscriptions.plan_quantity,subscriptions.plan_unit_price,subscriptions.currency_code,"
        "subscriptions.billing_period,subscriptions.billing_period_unit,subscriptions.started_at\n"
        "cb1,A1,2,300.00,USD,3,month,11-Feb-2025 12:00\n"
    )))  # fmt: skip
    report = company.load()
    assert company.rows(subscriptions, "quantity", "interval_unit", "interval_count") == [(2, "month", 3)]
    assert report.mrr == Money(20000, "USD")


def test_whole_numbers_show_their_thousands(company: Company) -> None:
    company.write(**files(accounts="account_id,name,employees\nA1,Alfa,1.250\nA2,Beta,85\n"))
    company.load()
    assert company.rows(accounts, "employees") == [(1250,), (85,)]


def test_a_column_that_does_not_show_its_style_goes_by_the_others_of_its_file(company: Company) -> None:
    company.write(**files(subscriptions=(
        "subscription_id;account_id;currency;unit_amount;interval_unit;started_on;ended_on\n"
        "S1;A1;BRL;100,00;month;05/06/2025;31/12/2025\n"
    )))  # fmt: skip
    company.load()
    assert company.rows(subscriptions, "started_on") == [(date(2025, 6, 5),)]


def test_control_and_direction_signs_do_not_reach_the_book(company: Company) -> None:
    company.write(**files(accounts='account_id,name\nA1,"Pad\x1b[31maria\n\u202eSão"\nA2,\x07\n'))
    company.load()
    assert company.rows(accounts, "name") == [("Pad [31maria São",), ("A2",)]


def test_notes_keep_their_lines(company: Company) -> None:
    company.write(**files(touches='account_id,date,team,note\nA1,2026-02-01,cs,"first\r\nsecond\x07"\n'))
    company.load()
    assert company.rows(touches, "note") == [("first\nsecond",)]


def test_ends_that_look_like_last_days_are_doubted(company: Company) -> None:
    ends = ("2026-06-30", "2026-02-28", "2026-07-31", "2026-07-15")
    lines = "".join(f"S{n},A1,BRL,100.00,month,2026-01-01,{end}\n" for n, end in enumerate(ends))
    company.write(**files(subscriptions=ENDING.splitlines()[0] + "\n" + lines))
    assert company.load().notices == (Notice("subscriptions.csv", "last_days", "ended_on", 3),)
    assert company.load("ends: last_day").notices == company.load("ends: day_after").notices == ()


def test_cancelled_lines_without_a_column_of_ends_are_doubted(company: Company) -> None:
    company.write(
        **files(
            subscriptions=LINES.replace("started_on", "started_on,Canceled at").replace("-01-01", "-01-01,2026-03-01")
        )
    )
    assert company.load().notices == (Notice("subscriptions.csv", "cancelled_open", "Canceled at", 1),)
    assert company.load("tables: {subscriptions: {columns: {ended_on: Canceled at}}}").notices == ()
    assert company.rows(subscriptions, "ended_on", "cancelled_on") == [(date(2026, 3, 1), date(2026, 3, 1))]


def test_invoices_without_a_day_of_payment_are_doubted(company: Company) -> None:
    company.write(**files(invoices="id,customer,currency,total,date,due_date\nI1,A1,BRL,1.00,2026-01-01,2026-01-31\n"))
    assert company.load().notices == (Notice("invoices.csv", "unpaid", "paid_on", 1),)
    assert company.rows(invoices, "kind") == [("recurring",)]


# --- the page that tells it all --------------------------------------------------------------------------------------

PAGE = (Path(__file__).parent.parent / "docs" / "loading.md").read_text(encoding="utf-8")
EXAMPLES = [section for section in PAGE.split("\n## ") if section.startswith("Example")]


@pytest.mark.parametrize("section", EXAMPLES, ids=[section.splitlines()[0] for section in EXAMPLES])
def test_every_example_of_the_page_does_what_it_shows(
    tmp_path: Path, section: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = dict(re.findall(r"\*\*`([^`]+)`\*\*\n\n```\w+\n(.*?)```", section, re.DOTALL))
    mapping = named.pop("mapping.yml", None)
    monkeypatch.chdir(tmp_path)
    with closing(sqlite3.connect("warehouse.db")) as warehouse:
        warehouse.executescript(named.pop("warehouse.sql", ""))
    (tmp_path / "exports").mkdir()
    (tmp_path / "mapping.yml").write_text(mapping or "")
    for name, content in named.items():
        (tmp_path / "exports" / name).write_text(content)
    for command, told in re.findall(r"```console\n\$ retention load (.*?)\n(.*?)```", section, re.DOTALL):
        shown = StringIO()
        given = tmp_path / "mapping.yml" if "--mapping" in command else None
        folder = tmp_path / "exports" if command.startswith("exports") else None
        bot = assistant_at(tmp_path / "home")
        load(bot, folder, given, "--check" in command, None, Console(file=shown, width=120))
        assert told in "\n".join(line.rstrip() for line in shown.getvalue().splitlines()) + "\n"


def test_the_page_names_every_table_and_what_it_must_have() -> None:
    listed = dict(re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|$", PAGE, re.MULTILINE))
    assert listed.keys() == shapes().keys()
    for name, shape in shapes().items():
        needed = {one.name for one in shape.fields.values() if one.required} - shape.defaults.keys()
        by_itself = {one for one in needed if one.endswith("_id")} if shape.numbered else set()
        told = set(re.findall(r"`(\w+)`", listed[name])) | {"currency"} | by_itself
        assert needed - told - ({"name"} if name == "accounts" else set()) == set(), name


def test_the_pages_mapping_file_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "mapping.yml").write_text(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[-1])
    said, faults = read_mapping(tmp_path / "mapping.yml")
    assert (faults, said.table("subscriptions").dates, said.table("usage").dates) == ((), "mdy", "dmy")


# --- what is refused -------------------------------------------------------------------------------------------------

HEAD = LINES.splitlines()[0]
DISCOUNT = "discount_id,subscription_id,percent,starts_on\n"


def line(**said: str) -> str:
    """A subscriptions file of one good row, and one with what is said."""
    good = dict(zip(HEAD.split(","), LINES.splitlines()[1].split(","), strict=True))
    names = list(dict.fromkeys([*good, *said]))
    rows = [
        {**good, **dict.fromkeys(said.keys() - good.keys(), "")},
        {**good, "subscription_id": "S2", **said},
    ]
    return "\n".join(",".join(cells) for cells in [names, *([row[name] for name in names] for row in rows)]) + "\n"


def usual(
    kind: str,
    row: int | None = None,
    column: str | None = None,
    value: str | None = None,
    **detail: str | int,
) -> tuple[Any, ...]:
    return kind, row, column, value, detail


WRONG: Sequence[tuple[str, dict[str, str | bytes], tuple[Any, ...]]] = [
    ("subscriptions.csv", files(subscriptions=line(started_on="soon")), usual("not_a_date", 3, "started_on", "soon", field="started_on")),
    ("subscriptions.csv", files(subscriptions=line(started_on="45292")), usual("excel_serial", 3, "started_on", "45292")),
    ("subscriptions.csv", files(subscriptions=line(ended_on="9999-12-31")), usual("implausible_date", 3, "ended_on", "9999-12-31")),
    ("subscriptions.csv", files(subscriptions=LINES.replace("2026-01-01", "05/06/2026")),
     usual("ambiguous_date", None, "started_on", "05/06/2026")),
    ("subscriptions.csv", files(subscriptions=line(ended_on="2025-12-31")),
     usual("ended_before_started", 3, "ended_on", "2025-12-31", started="2026-01-01")),
    ("subscriptions.csv", files(subscriptions=line(unit_amount="a lot")), usual("not_a_number", 3, "unit_amount", "a lot")),
    ("subscriptions.csv", files(subscriptions=LINES.replace("100.00", "1.234")),
     usual("ambiguous_number", None, "unit_amount", "1.234")),
    ("subscriptions.csv", files(subscriptions=line(quantity="2.5")), usual("not_whole", 3, "quantity", "2.5")),
    ("subscriptions.csv", files(subscriptions=line(quantity="-2")), usual("negative", 3, "quantity", "-2")),
    ("subscriptions.csv", files(subscriptions=line(unit_amount="-2.00")), usual("negative_price", 3, "unit_amount", "-2.00")),
    ("subscriptions.csv", files(subscriptions=line(interval_unit="sometimes")), usual("unknown_interval", 3, "interval_unit", "sometimes")),
    ("subscriptions.csv", files(subscriptions=line(kind="gift")),
     usual("unknown_value", 3, "kind", "gift", allowed="recurring, retainer, repeat")),
    ("subscriptions.csv", files(subscriptions=line(currency="XQX")), usual("not_a_currency", 3, "currency", "XQX")),
    ("subscriptions.csv", files(subscriptions=line(currency="")), usual("currency_missing", 3, "currency")),
    ("subscriptions.csv", files(subscriptions=line(unit_amount="US$ 5.00")),
     usual("currency_conflict", 3, "unit_amount", "US$ 5.00", stated="BRL")),
    ("subscriptions.csv", files(subscriptions=line(currency="USD")),
     usual("rate_missing", None, "currency", "USD", reporting="BRL", rows=1)),
    ("subscriptions.csv", files(subscriptions=line(auto_renew="perhaps")), usual("not_a_flag", 3, "auto_renew", "perhaps")),
    ("subscriptions.csv", files(subscriptions=line(account_id="A9")), usual("unknown_account", 3, "account_id", "A9")),
    ("subscriptions.csv", files(subscriptions=line(account_id="")), usual("value_missing", 3, "account_id", "")),
    ("subscriptions.csv", files(subscriptions=line(subscription_id="S1", unit_amount="5.00")),
     usual("duplicate_key", 3, "subscription_id", "S1", first_row=2, differs="unit_amount")),
    ("subscriptions.csv", files(subscriptions=LINES + "S2,A1,BRL,1,5,month,2026-01-01\n"), usual("too_many_cells", 3, cells=7, columns=6)),
    ("subscriptions.csv", files(subscriptions=LINES + "S2,A1,BRL\n"), usual("too_few_cells", 3, cells=3, columns=6)),
    ("subscriptions.csv", files(subscriptions=LINES + 'S2,A1,BRL,"1\n'), usual("broken_row", 3)),
    ("subscriptions.csv", files(subscriptions=LINES + "S2,A1,B\0RL,1,month,2026-01-01\n"), usual("nul_byte", 3)),
    ("subscriptions.csv", files(subscriptions=LINES.replace("interval_unit,", "").replace("month,", "")),
     usual("missing_column", None, "interval_unit", **{"for": "interval_unit", "table": "subscriptions", "unused": "", "likely": "", "rule": ""})),
    ("subscriptions.csv", files(subscriptions=LINES.replace("currency", "account_id")), usual("two_columns", 1, "account_id")),
    ("accounts.csv", files(accounts="<!DOCTYPE html>\n<p>Sign in, please</p>\n"), usual("not_a_table", 1, None, "<!DOCTYPE html>")),
    ("accounts.csv", files(accounts="account_id^name\nA1^Alfa\n"), usual("not_a_table", 1, None, "account_id^name")),
    ("accounts.csv", files(accounts="Nossos clientes;;\nID;Nome;Porte\nA1;Alfa;PME\n"), usual("not_a_table", 1, None, "Nossos clientes")),
    ("accounts.csv", files(accounts=b"PK\x03\x04\x14\0\x06\0"), usual("workbook")),
    ("subscriptions.csv", files(subscriptions=HEAD + "\n"), usual("empty_file", table="subscriptions")),
    ("accounts.csv", files(accounts=b"account_id,name\nA1,S\xc3\xa3o Jo\xc3\xa3o \xff\n"), usual("bad_encoding", 2)),
    ("accounts.csv", files(accounts=f"account_id,name\nA1,Alfa\n{'x' * 121},Beta\n"),
     usual("too_long", 3, "account_id", "x" * 80, longest=120)),
    ("customers.csv", files(customers=ACCOUNTS), usual("two_files", table="accounts", files="accounts.csv, customers.csv")),
    ("discounts.csv", files(discounts=DISCOUNT + "D1,S1,130,2026-01-01\n"),
     usual("out_of_range", 2, "percent", "130", lowest=0, highest=100)),
    ("discounts.csv", files(discounts=DISCOUNT + "D1,S9,10,2026-01-01\n"), usual("unknown_subscription", 2, "subscription_id", "S9")),
    ("usage.csv", files(usage="subscription_id,date,feature,count\nS9,2026-01-01,login,1\n"),
     usual("unknown_subscription", 2, "subscription_id", "S9")),
]  # fmt: skip


@pytest.mark.parametrize(("file", "contents", "wanted"), WRONG, ids=[wanted[0] for _, _, wanted in WRONG])
def test_each_fault_is_told_with_its_place(
    company: Company, file: str, contents: dict[str, str | bytes], wanted: tuple[Any, ...]
) -> None:
    (fault,) = company.write(**contents).faults()
    assert fault.file == file
    assert (fault.kind, fault.row, fault.column, fault.value, dict(fault.detail)) == wanted


BAD_MAPPINGS = [
    ("tables: {accounts: {colums: {}}}", usual("bad_mapping", None, "tables.accounts.colums", "{}")),
    ("tables: [", usual("bad_mapping", 1)),
    ("dates: english", usual("bad_mapping", None, "dates", "english")),
    ("rates: {XQX: 5}", usual("not_a_currency", None, "currency", "XQX")),
    ("tables: {acounts: {}}", usual("unknown_name", None, "tables", "acounts", allowed=", ".join(shapes()))),
    ("tables: {pauses: {columns: {begins: x}}}",
     usual("unknown_name", None, "tables.pauses", "begins", allowed="subscription_id, starts_on, ends_on, deleted")),
]  # fmt: skip


@pytest.mark.parametrize(("mapping", "wanted"), BAD_MAPPINGS)
def test_a_wrong_mapping_is_told_with_its_place(company: Company, mapping: str, wanted: tuple[Any, ...]) -> None:
    (fault,) = company.faults(mapping)
    assert fault.file == "mapping.yml"
    assert (fault.kind, fault.row, fault.column, fault.value, dict(fault.detail)) == wanted


def test_missing_files_and_directories_are_told(company: Company) -> None:
    (company.folder / "accounts.csv").rename(company.folder / "accounts.xlsx")
    (fault,) = company.faults()
    assert (fault.file, fault.kind, dict(fault.detail)) == (
        "accounts.csv", "missing_file", {"table": "accounts", "found": "subscriptions.csv, accounts.xlsx"}
    )  # fmt: skip
    with pytest.raises(LoadRefused) as refused:
        load_directory(company.folder / "nowhere", company.url, today=TODAY)
    assert [fault.kind for fault in refused.value.faults] == ["missing_directory"]


def test_links_that_lead_nowhere_and_files_that_cannot_be_read_are_told(company: Company) -> None:
    (company.folder / "usage.csv").symlink_to(company.folder / "nowhere")
    (company.folder / "tickets.csv").symlink_to("/proc/self/mem")
    assert [(fault.file, fault.kind) for fault in company.faults()] == [
        ("tickets.csv", "unreadable_file"), ("usage.csv", "unreadable_file")
    ]  # fmt: skip


STRANGE = files(
    subscriptions='subscription_id,Contract holder,currency,"Fee, net price",interval,started_on\nS1,A1,BRL,1.00,month,2026-01-01\n',
    tickets="Nº,Empresa,Data de abertura\n1,Beta,2026-01-01\n",
)


def test_a_missing_column_comes_with_the_headers_that_may_be_it(company: Company) -> None:
    found = {(fault.file, fault.column): fault.detail for fault in company.write(**STRANGE).faults()}
    assert {place: (detail["likely"], detail["rule"]) for place, detail in found.items()} == {
        ("subscriptions.csv", "account_id"): ("", ""),
        ("subscriptions.csv", "unit_amount"): ("“Fee, net price”", '"Fee, net price"'),
        ("tickets.csv", "account_id"): ("“Empresa”", "{via: accounts.name, column: Empresa}"),
    }


def test_the_draft_of_a_mapping_file_loads_once_its_gaps_are_filled(company: Company) -> None:
    """What a person reads, copies and mends."""
    company.write(**STRANGE)
    bot, shown = assistant_at(company.folder.parent / "home"), StringIO()
    assert load(bot, company.folder, None, True, None, Console(file=shown, width=400)) == 1
    assert shown.getvalue().splitlines() == [
        "• subscriptions.csv, column account_id: It is missing, and no other column sounds like it: add it, or name it in a mapping file, as below.",
        "• subscriptions.csv, column unit_amount: It is missing. Perhaps it is called “Fee, net price”: name it in a mapping file, as below, or add it to the file.",
        "• tickets.csv, column account_id: It is missing. Perhaps it is called “Empresa”: name it in a mapping file, as below, or add it to the file.",
        "",
        "A mapping file to start from; mend it, save it as mapping.yml and give it with --mapping mapping.yml:",
        "",
        "tables:",
        "  subscriptions:",
        "    # not used so far: Contract holder, Fee, net price",
        "    columns:",
        "      account_id: …",
        '      unit_amount: "Fee, net price"',
        "  tickets:",
        "    # not used so far: Empresa",
        "    columns:",
        "      account_id: {via: accounts.name, column: Empresa}",
        "",
        "Nothing was loaded; the book is as it was.",
    ]
    draft = "\n".join(shown.getvalue().splitlines()[6:16]).replace("…", "Contract holder")
    assert company.load(draft).mrr == Money(100, "BRL")
    assert company.rows(tickets, "account_id") == [("A2",)]


def test_faults_of_one_column_are_told_together(company: Company) -> None:
    company.write(**files(subscriptions=LINES + "".join(f"X{n},A1,BRL,nothing,month,2026-01-01\n" for n in range(200))))
    shown = StringIO()
    load(assistant_at(company.folder.parent / "home"), company.folder, None, True, None, Console(file=shown, width=400))
    assert shown.getvalue().splitlines() == [
        "• subscriptions.csv, row 3, column unit_amount: “nothing” is not a number; correct it, or say decimal: comma or point in the mapping file.",
        "  Also row 4 (“nothing”), row 5 (“nothing”) and 197 more rows.",
        "Nothing was loaded; the book is as it was.",
    ]


def test_a_report_names_what_was_used_what_was_not_and_the_mrr(company: Company) -> None:
    company.write(**files(accounts="Codigo;Nome;Observação\nA1;Alfa;x\n"))
    shown = StringIO()
    bot = assistant_at(company.folder.parent / "home")
    assert load(bot, company.folder, None, False, None, Console(file=shown, width=400)) == 0
    lines = [line.rstrip() for line in shown.getvalue().splitlines()]
    assert lines[:4] == [
        "accounts ← accounts.csv, 1 row",
        "  account_id ← Codigo, name ← Nome",
        "  columns not used: Observação",
        "  left empty: segment, industry, country, region, employees, owner, language, source, signed_up_on, domain",
    ]
    assert "quantity = 1" in lines[5]
    assert lines[-1] == "Loaded. Data as of 1 Jan 2026, MRR on that day R$100.00."


def test_without_any_currency_the_file_is_told_once(company: Company) -> None:
    company.write(**files(subscriptions=LINES.replace("currency,", "").replace("BRL,", "")))
    assert [(fault.kind, fault.row) for fault in company.faults()] == [("currency_missing", None)]
    assert company.load(currency="BRL").currency == "BRL"


def test_the_first_three_faults_of_each_column_are_told_and_all_are_counted(company: Company) -> None:
    bad = "".join(f"X{n},A1,BRL,nothing,month,never\n" for n in range(6000))
    company.write(**files(subscriptions=LINES + bad, accounts=ACCOUNTS + "A1,Other\n"))
    with pytest.raises(LoadRefused) as refused:
        company.load()
    places = [(fault.file, fault.row, fault.kind) for fault in refused.value.faults]
    assert refused.value.total == 12_001
    assert places == [
        ("subscriptions.csv", 3, "not_a_date"), ("subscriptions.csv", 3, "not_a_number"),
        ("subscriptions.csv", 4, "not_a_date"), ("subscriptions.csv", 4, "not_a_number"),
        ("subscriptions.csv", 5, "not_a_date"), ("subscriptions.csv", 5, "not_a_number"),
        ("accounts.csv", 4, "duplicate_key"),
    ]  # fmt: skip
    assert refused.value.counts["subscriptions.csv", "not_a_date", "started_on"] == 6000


def test_a_faulty_row_does_not_make_those_that_refer_to_it_faulty(company: Company) -> None:
    company.write(**files(accounts="account_id,name,employees\nA1,Alfa,many\nA2,Beta\n"))
    assert [fault.kind for fault in company.faults()] == ["not_a_number", "too_few_cells"]


def test_every_fault_and_notice_has_a_sentence_with_its_place() -> None:
    detail = dict.fromkeys(
        ("table", "found", "files", "allowed", "longest", "lowest", "highest", "stated", "rows", "reporting", "cells",
         "columns", "first_row", "differs", "started", "for", "table", "unused", "likely", "rule", "field", "known",
         "cause"), "x",
    )  # fmt: skip
    for language in ("en", "pt-BR"):
        for kind in FAULT_KINDS:
            said = Speaker(language).say(explain(Fault("file.csv", kind, 1234, "Valor", "1.234", detail)))
            assert "file.csv" in said
            assert "1234" in said
        for note in NOTICE_KINDS:
            assert "file.csv" in Speaker(language).say(remark(Notice("file.csv", note, "Valor", 3)))


OF_CHANGES = {"no_book", "nothing_to_load", "ids_missing", "columns_left_out", "other_currency", "deleted_and_given",
              "still_named", "not_in_changes", "overtaken"}  # fmt: skip
"""Met in test_load_changes."""


def test_every_fault_kind_is_met_in_these_tests() -> None:
    others = (*BAD_MAPPINGS, *WRONG_SOURCES, *WRONG_IN_PLACE, *IMPOSSIBLE)
    met = {wanted[0] for _, _, wanted in WRONG} | {wanted[0] for _, wanted in others}
    told = {
        "missing_directory", "missing_file", "unreadable_file", "no_input", "name_taken", "history_incomplete",
        "read_in_place",
    }  # fmt: skip
    assert set(FAULT_KINDS) - met == told | OF_CHANGES


# --- old or new, never between ---------------------------------------------------------------------------------------


def test_a_refused_load_leaves_the_book_as_it_was(anywhere: Company) -> None:
    anywhere.load()
    anywhere.write(**files(accounts=ACCOUNTS + "A3,Gama\nA3,Delta\n"))
    anywhere.faults()
    assert [row[0] for row in anywhere.rows(accounts, "account_id")] == ["A1", "A2"]


def test_a_load_that_fails_while_writing_leaves_the_book_as_it_was(anywhere: Company) -> None:
    anywhere.load()

    def fails(_: Connection) -> None:
        raise RuntimeError

    anywhere.write(**files(accounts=ACCOUNTS + "A3,Gama\n"))
    with pytest.raises(RuntimeError):
        anywhere.load(ledger=fails)
    assert [row[0] for row in anywhere.rows(accounts, "account_id")] == ["A1", "A2"]
    assert open_book(anywhere.url).info["load_id"]


def test_a_book_that_cannot_be_written_is_told(company: Company) -> None:
    bot, shown = assistant_at(company.folder.parent / "exports" / "accounts.csv" / "home"), StringIO()
    assert load(bot, company.folder, None, False, None, Console(file=shown, width=400)) == 1
    assert shown.getvalue().startswith("The book cannot be written (")
    assert shown.getvalue().endswith("Nothing was loaded; the book is as it was.\n")


def test_who_reads_while_a_load_writes_sees_the_old_book(anywhere: Company) -> None:
    anywhere.load()
    seen = []

    def looks(connection: Connection) -> None:
        inside = connection.execute(select(func.count()).select_from(accounts)).scalar()
        with open_book(anywhere.url).connect() as reader:
            seen.append((inside, reader.execute(select(func.count()).select_from(accounts)).scalar()))

    anywhere.write(**files(accounts=ACCOUNTS + "A3,Gama\n"))
    anywhere.load(ledger=looks)
    assert seen == [(3, 2)]
    assert len(anywhere.rows(accounts, "account_id")) == 3


KILLED = """
import sys, time
from datetime import date
from pathlib import Path
from tools.metrics._load import load_directory

def waits(connection):
    print("written", flush=True)
    time.sleep(60)

load_directory(Path(sys.argv[1]), sys.argv[2], today=date(2026, 11, 22), ledger=waits)
"""


def kill_midway(company: Company) -> None:
    """Load in another process, and kill it when everything is written but nothing committed."""
    command = [sys.executable, "-c", KILLED, str(company.folder), company.url]
    root = Path(__file__).parent.parent
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}
    ) as load:
        assert load.stdout is not None
        assert load.stdout.readline() == b"written\n"
        load.send_signal(signal.SIGKILL)


def test_a_load_killed_midway_leaves_the_old_book_and_the_next_load_works(anywhere: Company) -> None:
    before = anywhere.load().load_id
    anywhere.write(**files(accounts=ACCOUNTS + "A3,Gama\n"))
    kill_midway(anywhere)
    assert open_book(anywhere.url).info["load_id"] == before
    assert [row[0] for row in anywhere.rows(accounts, "account_id")] == ["A1", "A2"]
    assert anywhere.load().load_id != before
    assert [row[0] for row in anywhere.rows(accounts, "account_id")] == ["A1", "A2", "A3"]


def test_a_first_load_killed_midway_leaves_no_book(anywhere: Company) -> None:
    kill_midway(anywhere)
    with pytest.raises(NoBook):
        open_book(anywhere.url)


def test_where_nothing_was_loaded_there_is_no_book(url: str) -> None:
    with pytest.raises(NoBook):
        open_book(url)
