# ruff: noqa: E501  (rows of tables read better in one line each)
"""Where the data come from and how fresh they are; and that every answer from a stale source says so."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, create_engine, func, select, update
from typer.testing import CliRunner

from bot.__main__ import app
from bot.conversation import Reply
from bot.locale import Speaker
from bot.question import Person, Place, Question
from bot.router import Call
from bot.wording import data_as_of
from tests.conftest import assistant_at
from tests.exports import LINES, Company, files
from tests.test_load_changes import only
from tools import TABLES
from tools import load as load_tools
from tools.metrics import OldBook, Period, all_metrics, freshness, open_book
from tools.metrics._book import SOURCE_TABLES, accounts, loads, mrr_movements, tickets, usage
from tools.metrics._faults import Fault
from tools.metrics._query import tables_of

TODAY = date(2026, 11, 20)
TICKETS = "ticket_id,account_id,opened_on\nT1,A1,2026-10-03\nT2,A2,2026-10-01\n"
CALL = Call("account_summary", {"account": "A1"})


@pytest.fixture
def company(tmp_path: Path, url: str) -> Company:
    (tmp_path / "exports").mkdir()
    found = Company(tmp_path / "exports", url)
    return found.write(**files(subscriptions=LINES.replace("2026-01-01", "2026-11-01"), tickets=TICKETS))


def loaded_on(company: Company, day: str) -> None:
    """As if the book had been loaded at noon of that day."""
    engine = create_engine(company.url)
    with engine.begin() as connection:
        connection.execute(update(loads).values(loaded_at=datetime.fromisoformat(f"{day} 12:00")))
    engine.dispose()


def ask(company: Company, call: Call, today: date = TODAY, language: str = "en") -> Reply:
    bot = assistant_at(company.folder.parent / "home", book_url=company.url)
    bot.settings.retention_today = today
    place = Place("terminal")
    return bot.conversation.answer(Question("k", call.tool, Person("me"), place, language=language), call)


def line(reply: Reply) -> str:
    """What is said of the age of the data."""
    assert reply.answer
    said = data_as_of(reply.answer)
    return Speaker(reply.language).say(said) if said else ""


# --- what is known of each table -------------------------------------------------------------------------------------


def test_each_table_tells_its_source_rows_newest_day_and_state(company: Company) -> None:
    company.load("tables: {tickets: {stale_after: 48}}")
    loaded_on(company, "2026-11-19")
    found = freshness(open_book(company.url), TODAY)
    assert [(one.table, one.source, one.rows, one.newest_on, one.day, one.age, one.is_stale) for one in found.supplies] == [
        ("accounts", "accounts.csv", 2, None, date(2026, 11, 19), 1, False),
        ("subscriptions", "subscriptions.csv", 1, date(2026, 11, 1), date(2026, 11, 1), 19, False),
        ("tickets", "tickets.csv", 2, date(2026, 10, 3), date(2026, 10, 3), 48, False),
    ]  # fmt: skip
    assert (len(found.absent), found.failures) == (len(SOURCE_TABLES) - 3, ())
    assert [one.table for one in freshness(open_book(company.url), TODAY + timedelta(days=1)).stale] == ["tickets"]


@pytest.mark.parametrize(
    ("table", "content", "fresh_until"),
    [
        ("tickets", "ticket_id,account_id,opened_on\nT1,A1,2026-10-03\n", date(2026, 10, 10)),
        ("touches", "account_id,date,team\nA1,2026-10-03,cs\n", date(2026, 10, 10)),
        ("usage", "account_id,date,feature,count\nA1,2026-10-03,x,1\n", date(2026, 10, 17)),
        ("invoices", "id,customer,currency,total,date\nI1,A1,BRL,1.00,2026-10-03\n", date(2026, 11, 7)),
        ("exchange_rates", "currency,on_day,rate\nUSD,2026-10-03,5\n", date(2026, 11, 7)),
        ("survey_answers", "account_id,date,nps\nA1,2026-10-03,9\n", date(2027, 1, 11)),
        ("costs", "date,kind,amount,currency\n2026-10-03,service,1.00,BRL\n", date(2027, 1, 11)),
        # Nothing may happen in these for months: they are as fresh as their load, of 20 November.
        ("pauses", "subscription_id,starts_on\nS1,2026-10-03\n", date(2027, 2, 28)),
        ("contacts", "account_id,name\nA1,Ana\n", date(2027, 2, 28)),
    ],
)
def test_how_long_a_table_is_fresh_depends_on_how_often_things_happen_in_it(
    tmp_path: Path, table: str, content: str, fresh_until: date
) -> None:
    (tmp_path / "exports").mkdir()
    company = Company(tmp_path / "exports", f"sqlite:///{tmp_path / 'book.sqlite'}")
    company.write(**files(**{table: content})).load()
    loaded_on(company, "2026-11-20")
    book = open_book(company.url)
    for day, stale in ((fresh_until, False), (fresh_until + timedelta(days=1), True)):
        assert (table in [one.table for one in freshness(book, day).stale]) is stale


def test_days_that_lie_ahead_make_nothing_fresh(company: Company) -> None:
    company.write(**files(tickets=TICKETS + "T3,A1,2027-01-01\n")).load()
    assert freshness(open_book(company.url), TODAY).supplies[-1].newest_on == date(2026, 10, 3)


# --- what failed -----------------------------------------------------------------------------------------------------


def failures(company: Company) -> list[tuple[Any, ...]]:
    found = freshness(open_book(company.url), TODAY).failures
    return [(one.source, one.table, one.fault, one.faults) for one in found]


def test_a_load_that_failed_is_noted_until_its_table_is_loaded(company: Company) -> None:
    company.load()
    broken = company.write(**files(tickets=TICKETS + "T3,A1,soon\nT4,A9,2026-10-05\n"))
    broken.faults()
    fault = Fault("tickets.csv", "not_a_date", 4, "opened_on", "soon", {"field": "opened_on"})
    assert failures(company) == [("tickets.csv", "tickets", fault, 2)]
    only(company, accounts="account_id,name\nA2,Gamma\n").load(changes=True)
    assert failures(company) == [("tickets.csv", "tickets", fault, 2)]
    only(company, tickets=TICKETS).load(changes=True)
    assert failures(company) == []


def test_a_whole_load_makes_all_good(company: Company) -> None:
    company.load()
    company.write(**files(tickets="nothing\n", subscriptions=LINES.replace("A1", "A9"))).faults()
    assert [source for source, *_ in failures(company)] == ["subscriptions.csv", "tickets.csv"]
    company.write(**files(tickets=TICKETS, subscriptions=LINES)).load()
    assert failures(company) == []


def test_a_fault_of_no_single_table_is_noted_too(company: Company) -> None:
    company.load()
    (company.folder / "accounts.csv").unlink()
    company.faults()
    assert [(source, table, fault.kind) for source, table, fault, _ in failures(company)] == [
        ("accounts.csv", "accounts", "missing_file")
    ]  # fmt: skip
    company.faults("tables: [")
    assert [(source, table) for source, table, *_ in failures(company)] == [
        ("accounts.csv", "accounts"), ("mapping.yml", None)
    ]  # fmt: skip


def test_a_check_notes_nothing(company: Company) -> None:
    company.load()
    company.write(**files(tickets=TICKETS + "T3,A1,soon\n")).faults(check_only=True)
    assert failures(company) == []


def test_a_first_load_that_fails_makes_no_book(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    company = Company(tmp_path / "exports", f"sqlite:///{tmp_path / 'book.sqlite'}")
    company.write(**files(tickets="nothing\n")).faults()
    assert not (tmp_path / "book.sqlite").exists()


def test_where_the_book_cannot_be_written_the_load_is_refused_as_ever(tmp_path: Path) -> None:
    """SQLite in a folder that is no more."""
    (tmp_path / "exports").mkdir()
    company = Company(tmp_path / "exports", f"sqlite:///{tmp_path / 'exports' / 'accounts.csv' / 'book.sqlite'}")
    assert [fault.kind for fault in company.write(**files(tickets="nothing\n")).faults()] == ["not_a_table"]


# --- what an answer says ---------------------------------------------------------------------------------------------


def test_an_answer_names_the_stale_sources_it_used_in_both_languages(company: Company) -> None:
    company.load()
    loaded_on(company, "2026-11-19")
    english, portuguese = ask(company, CALL), ask(company, CALL, language="pt-BR")
    assert line(english) == "Data as of 1 Nov 2026. Tickets last updated on 3 Oct 2026 (48 days ago)."
    assert line(portuguese) == (
        "Dados até 1 de nov. de 2026. Chamados: última atualização em 3 de out. de 2026 (há 48 dias)."
    )


def test_sources_of_one_day_are_named_together_the_oldest_first(company: Company) -> None:
    company.write(**files(touches="account_id,date,team\nA1,2026-10-03,cs\n",
                          usage="account_id,date,feature,count\nA1,2026-09-30,x,1\n")).load()  # fmt: skip
    assert line(ask(company, CALL)) == (
        "Data as of 1 Nov 2026. Usage last updated on 30 Sept 2026 (51 days ago). "
        "Tickets and Touches last updated on 3 Oct 2026 (48 days ago)."
    )


def test_an_answer_without_figures_names_them_too(company: Company) -> None:
    company.load()
    reply = ask(company, Call("interview_script", {"purpose": "why_stay", "account": "A1"}))
    assert reply.answer and not reply.answer.figures
    assert line(reply) == "Tickets last updated on 3 Oct 2026 (48 days ago)."


def test_fresh_sources_are_not_named(company: Company) -> None:
    company.load()
    assert line(ask(company, CALL, today=date(2026, 10, 10))).endswith("2026.")
    assert "last updated" not in line(ask(company, CALL, today=date(2026, 10, 10)))


def test_a_metric_in_a_script_warns_beside_its_figures(company: Company) -> None:
    company.load()
    command = ["metric", "first_contact_resolution", "--period", "2026-10", "--csv"]
    home = str(company.folder.parent / "home")
    done = CliRunner().invoke(
        app, [*command, "--home", home], env={"BOOK_URL": company.url, "RETENTION_TODAY": "2026-11-20"}
    )
    assert done.stderr.strip() == "Tickets last updated on 3 Oct 2026 (48 days ago)."
    assert done.stdout.startswith("metric,version,")


def test_figures_name_the_tables_they_were_counted_from(company: Company) -> None:
    company.load()
    book = open_book(company.url)
    october = Period.parse("2026-10")
    assert all_metrics()["first_contact_resolution"](book, october).source.tables == ("tickets",)
    assert all_metrics()["mrr"](book, october).source.tables == (
        "discounts", "exchange_rates", "pauses", "subscription_changes", "subscriptions"
    )  # fmt: skip
    assert "usage" in all_metrics()["mrr_at_risk"](book, october).source.tables


def test_tables_are_found_wherever_a_statement_hides_them() -> None:
    inner = select(usage.c.account_id).where(usage.c.events > 0)
    scalar = select(func.count()).select_from(tickets.alias()).scalar_subquery()
    cte = select(accounts.c.name).where(accounts.c.account_id.in_(inner)).cte()
    assert tables_of(select(cte.c.name, scalar)) == ("accounts", "tickets", "usage")
    assert tables_of(select(loads.c.source)) == ()
    assert "subscriptions" in tables_of(select(mrr_movements.c.account_id).union_all(inner))


# --- the tool --------------------------------------------------------------------------------------------------------


def test_the_sources_are_told_in_english(company: Company) -> None:
    company.load()
    loaded_on(company, "2026-11-19")
    reply = ask(company, Call("sources", {}))
    assert reply.answer
    table, absent, hint, _ = reply.answer.parts
    speaker = Speaker("en")
    assert speaker.say(reply.message) == "The data reach up to 1 Nov 2026: 2 tables are fresh and 1 is stale."
    assert [[speaker.cell(value) for value in row] for row in table.rows] == [
        ["Accounts", "fresh", "—", "19 Nov 2026", "2", "accounts.csv"],
        ["Contracts", "fresh", "1 Nov 2026", "19 Nov 2026", "1", "subscriptions.csv"],
        ["Tickets", "stale, 48 days", "3 Oct 2026", "19 Nov 2026", "2", "tickets.csv"],
    ]
    assert speaker.say(absent.text).startswith("Absent, never loaded: Social audiences, Campaign contacts, Campaigns,")
    assert speaker.say(hint.text).startswith("`retention load DIR --check` says")


def test_a_failed_load_is_told_in_portuguese_with_its_remedy(company: Company) -> None:
    company.load()
    company.write(**files(tickets=TICKETS + "T3,A1,soon\nT4,A1,soon\n")).faults()
    reply = ask(company, Call("sources", {}), language="pt-BR")
    assert reply.answer
    speaker = Speaker("pt-BR")
    assert speaker.say(reply.message) == (
        "Os dados vão até 1 de nov. de 2026: 2 tabelas em dia, 1 atrasada e 1 carga falhou."
    )
    said = speaker.say(reply.answer.parts[2].text)
    assert (
        said.startswith("Uma carga falhou em ")
        and "tickets.csv, linha 4, coluna opened_on: “soon” não é uma data" in said
    )
    assert said.endswith("E mais 1 erro nesta fonte.")


def test_the_command_prints_a_table_json_or_csv(company: Company) -> None:
    company.load()
    loaded_on(company, "2026-11-19")
    settings = {"BOOK_URL": company.url, "RETENTION_TODAY": "2026-11-20"}
    home = ["--home", str(company.folder.parent / "home")]
    told = CliRunner().invoke(app, ["sources", *home], env=settings)
    assert told.exit_code == 0 and "The data reach up to 1 Nov 2026" in told.stdout
    lines = CliRunner().invoke(app, ["sources", "--csv", *home], env=settings).stdout.splitlines()
    assert lines[0] == "table,state,source,rows,newest_on,loaded_on,mode,age,stale_after"
    assert lines[3] == "tickets,stale,tickets.csv,2.0,2026-10-03,2026-11-19,whole,48.0,7.0"
    assert lines[4] == "audiences,absent,,,,,,,"


def test_every_table_has_a_name_for_people() -> None:
    assert TABLES.keys() == {table.name for table in SOURCE_TABLES}
    assert "sources" in load_tools()


# --- books of an earlier version -------------------------------------------------------------------------------------


def made_old(url: str) -> None:
    """Take a column away that this version writes."""
    engine = create_engine(url)
    with engine.begin() as connection:
        old = Table("loads", MetaData(), autoload_with=connection)
        old.drop(connection)
        _without(old, "stale_after").create(connection)
    engine.dispose()


def _without(table: Table, name: str) -> Table:
    return Table(table.name, MetaData(), *(column.copy() for column in table.c if column.name != name))


def test_a_book_of_an_earlier_version_is_told_and_made_anew_by_a_whole_load(company: Company) -> None:
    company.load()
    made_old(company.url)
    with pytest.raises(OldBook):
        open_book(company.url)
    reply = ask_without_book(company)
    assert reply.startswith("The customer book is of an earlier version.")
    assert [fault.kind for fault in company.faults(changes=True)] == ["no_book"]
    company.load()
    assert open_book(company.url).as_of == date(2026, 11, 1)


def ask_without_book(company: Company) -> str:
    return Speaker("en").say(ask(company, CALL).message)
