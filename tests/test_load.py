# ruff: noqa: E501  (tables of cases read better in one line each)
"""Loading a company's own exports: what is read, what is refused, and that the book is old or new, never between."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Table, create_engine, func, select

from bot.load_messages import explain, remark
from bot.locale import Speaker
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
from tools.metrics._load import LoadReport, load_directory
from tools.metrics._opening import NoBook, open_book
from tools.metrics._reading import header_and_batches, layout_of
from tools.metrics._words import country_code, interval

TODAY = date(2026, 11, 22)
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
ACCOUNTS = "account_id,name\nA1,Padaria São João\nA2,Beta\n"
LINES = "subscription_id,account_id,currency,unit_amount,interval_unit,started_on\nS1,A1,BRL,100.00,month,2026-01-01\n"
MAPPING = Path(__file__).parent / "data" / "ravenstack.yml"


class Company:
    """A directory of exports and the book they are loaded into."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.write(**{"accounts.csv": ACCOUNTS, "subscriptions.csv": LINES})

    def write(self, **files: str | bytes) -> "Company":
        for name, content in files.items():
            (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    def load(self, mapping: str | Path | None = None, **said: Any) -> LoadReport:
        if isinstance(mapping, str):
            path = self.folder.parent / "mapping.yml"
            path.write_text(mapping)
            mapping = path
        return load_directory(self.folder, self.url, mapping=mapping, today=TODAY, **said)

    def faults(self, mapping: str | None = None, **said: Any) -> tuple[Fault, ...]:
        with pytest.raises(LoadRefused) as refused:
            self.load(mapping, **said)
        return refused.value.faults

    def rows(self, table: Table, *columns: str) -> list[tuple[Any, ...]]:
        engine = create_engine(self.url)
        with engine.connect() as connection:
            found = [
                tuple(row)
                for row in connection.execute(
                    select(*(table.c[name] for name in columns)).order_by(*table.primary_key.columns)
                )
            ]
        engine.dispose()
        return found


@pytest.fixture
def company(tmp_path: Path) -> Company:
    (tmp_path / "exports").mkdir()
    return Company(tmp_path / "exports", f"sqlite:///{tmp_path / 'book.sqlite'}")


@pytest.fixture
def anywhere(tmp_path: Path, url: str) -> Company:
    """The same on SQLite and on PostgreSQL."""
    (tmp_path / "exports").mkdir()
    return Company(tmp_path / "exports", url)


def files(**contents: str | bytes) -> dict[str, str | bytes]:
    return {f"{name}.csv": content for name, content in contents.items()}


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
    assert report.tables[1].used["unit_amount_minor"] == "MRR (R$)"
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
    ("subscriptions.csv", files(subscriptions=line(started_on="soon")), usual("not_a_date", 3, "started_on", "soon")),
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
     usual("missing_column", 1, "interval_unit", **{"for": "interval_unit", "found": "subscription_id, account_id, currency, unit_amount, started_on"})),
    ("subscriptions.csv", files(subscriptions=LINES.replace("currency", "account_id")), usual("two_columns", 1, "account_id")),
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
     usual("unknown_name", None, "tables.pauses", "begins", allowed="subscription_id, starts_on, ends_on")),
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


def test_without_any_currency_the_file_is_told_once(company: Company) -> None:
    company.write(**files(subscriptions=LINES.replace("currency,", "").replace("BRL,", "")))
    assert [(fault.kind, fault.row) for fault in company.faults()] == [("currency_missing", None)]
    assert company.load(currency="BRL").currency == "BRL"


def test_the_first_twenty_faults_are_told_and_all_are_counted(company: Company) -> None:
    bad = "".join(f"X{n},A1,BRL,nothing,month,never\n" for n in range(6000))
    company.write(**files(subscriptions=LINES + bad, accounts=ACCOUNTS + "A1,Other\n"))
    with pytest.raises(LoadRefused) as refused:
        company.load()
    places = [(fault.file, fault.row) for fault in refused.value.faults]
    assert refused.value.total == 12_001
    assert len(places) == 20
    assert {row for file, row in places if file == "subscriptions.csv"} <= set(range(3, 14))


def test_a_faulty_row_does_not_make_those_that_refer_to_it_faulty(company: Company) -> None:
    company.write(**files(accounts="account_id,name,employees\nA1,Alfa,many\nA2,Beta\n"))
    assert [fault.kind for fault in company.faults()] == ["not_a_number", "too_few_cells"]


def test_every_fault_and_notice_has_a_sentence_with_its_place() -> None:
    detail = dict.fromkeys(
        ("table", "found", "files", "allowed", "longest", "lowest", "highest", "stated", "rows", "reporting", "cells",
         "columns", "first_row", "differs", "started"), "x",
    )  # fmt: skip
    for language in ("en", "pt-BR"):
        for kind in FAULT_KINDS:
            said = Speaker(language).say(explain(Fault("file.csv", kind, 1234, "Valor", "1.234", detail)))
            assert "file.csv" in said
            assert "1234" in said
        for note in NOTICE_KINDS:
            assert "file.csv" in Speaker(language).say(remark(Notice("file.csv", note, "Valor", 3)))


def test_every_fault_kind_is_met_in_these_tests() -> None:
    met = {wanted[0] for _, _, wanted in WRONG} | {wanted[0] for _, wanted in BAD_MAPPINGS}
    assert set(FAULT_KINDS) - met == {"missing_directory", "missing_file"}


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
