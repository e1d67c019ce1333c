# ruff: noqa: E501  (tables of cases read better in one line each)
"""Loading only what changed: the book is then as if all had been loaded anew, and nothing else is touched."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console
from sqlalchemy import Connection, create_engine, select

from bot.loading import load
from tests.conftest import assistant_at
from tests.exports import LINES, Company, files
from tests.test_load import OF_CHANGES
from tools.metrics._book import (
    BOOK,
    accounts,
    book_info,
    contacts,
    discounts,
    exchange_rates,
    loads,
    mrr_movements,
    mrr_steps,
    stale_accounts,
    subscriptions,
    tickets,
    usage,
)
from tools.metrics._changes import refresh
from tools.metrics._figure import Money
from tools.metrics._report import Effect

HEAD = LINES.splitlines()[0]
TWO_LINES = LINES + "S2,A2,BRL,50.00,month,2026-02-01\n"
TICKETS = "ticket_id,account_id,opened_on,priority\nT1,A1,2026-03-01,low\nT2,A2,2026-03-02,high\n"


def only(company: Company, **contents: str) -> Company:
    """The folder holds only these files."""
    for path in company.folder.iterdir():
        path.unlink()
    return company.write(**files(**contents))


def effects(report: Any) -> dict[str, Effect]:
    return {one.table: one.effect for one in report.tables}


def everything(url: str, without: Mapping[str, tuple[str, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables in order of the key, but for what tells of the loads themselves."""
    engine = create_engine(url)
    found = {}
    with engine.connect() as connection:
        for table in BOOK.sorted_tables:
            columns = [column for column in table.c if column.name not in without.get(table.name, ())]
            if not columns:
                continue
            rows = connection.execute(select(*columns).order_by(*table.primary_key.columns))
            found[table.name] = [tuple(row) for row in rows if row[0] not in without.get("keys", ())]
    engine.dispose()
    return found


WHEN = {"loads": ("loaded_at",), "keys": ("loaded_at",)}
"""What even a load that changes nothing changes."""
HOW = {
    "loads": ("loaded_at", "mode", "source"), "keys": ("loaded_at", "load_id", "as_of", "lineage", "changes"),
    "changed_accounts": ("account_id", "change"),
}  # fmt: skip
"""What tells a load of changes from one of everything."""


# --- what changes do -------------------------------------------------------------------------------------------------


def test_rows_are_added_changed_and_removed_by_key_and_all_others_kept(anywhere: Company) -> None:
    anywhere.write(**files(subscriptions=TWO_LINES, tickets=TICKETS)).load()
    only(
        anywhere,
        accounts="account_id,name\nA2,Gamma\nA3,Delta\n",
        subscriptions=HEAD + ",deleted\nS2,A3,BRL,70.00,month,2026-02-01,\nS3,A1,BRL,5.00,month,2026-03-05,no\n",
        tickets="ticket_id,account_id,opened_on,priority,deleted\nT1,,,,yes\nT3,A3,2026-03-04,normal,\n",
    )
    report = anywhere.load(changes=True)
    assert effects(report) == {
        "accounts": Effect(added=1, changed=1), "subscriptions": Effect(added=1, changed=1),
        "tickets": Effect(added=1, removed=1),
    }  # fmt: skip
    assert anywhere.rows(accounts, "account_id", "name") == [
        ("A1", "Padaria São João"), ("A2", "Gamma"), ("A3", "Delta")
    ]  # fmt: skip
    assert anywhere.rows(tickets, "ticket_id", "account_id", "priority") == [
        ("T2", "A2", "high"), ("T3", "A3", "normal")
    ]  # fmt: skip
    assert anywhere.rows(mrr_movements, "account_id", "on_day", "category", "mrr_minor") == [
        ("A1", date(2026, 1, 1), "new", 10000), ("A1", date(2026, 3, 5), "expansion", 10500),
        ("A3", date(2026, 2, 1), "new", 7000),
    ]  # fmt: skip
    assert (report.mrr, report.as_of) == (Money(17500, "BRL"), date(2026, 3, 5))


def test_the_same_changes_twice_change_nothing_the_second_time(anywhere: Company) -> None:
    anywhere.write(**files(subscriptions=TWO_LINES)).load()
    only(anywhere, subscriptions=HEAD + ",deleted\nS2,,,,,,x\nS3,A1,BRL,5.00,month,2026-03-05,\n")
    first = anywhere.load(changes=True)
    before = everything(anywhere.url, WHEN)
    second = anywhere.load(changes=True)
    assert effects(first) == {"subscriptions": Effect(added=1, removed=1)}
    assert effects(second) == {"subscriptions": Effect(unchanged=1)}
    assert second.load_id == first.load_id
    assert everything(anywhere.url, WHEN) == before


def test_only_the_ledger_of_the_accounts_concerned_is_made_anew(anywhere: Company) -> None:
    """Accounts that change themselves, that which a line leaves and that which it comes to; no others."""
    anywhere.write(**files(
        accounts="account_id,name\n" + "".join(f"A{n},Name\n" for n in range(1, 7)),
        subscriptions=HEAD + "\n" + "".join(f"S{n},A{n},BRL,100.00,month,2026-01-01\n" for n in range(1, 6)),
        discounts="discount_id,subscription_id,percent,starts_on\nD1,S3,10,2026-02-01\n",
    )).load()  # fmt: skip
    seen: list[list[str]] = []

    def noted(connection: Connection) -> None:
        seen.append(sorted(connection.execute(select(stale_accounts.c.account_id)).scalars()))
        refresh(connection)

    only(anywhere, accounts="account_id,name\nA1,Other name\n").load(changes=True, ledger=noted)
    only(anywhere, subscriptions=HEAD + "\nS1,A1,BRL,100.00,month,2026-01-01\nS2,A6,BRL,100.00,month,2026-01-01\n")
    anywhere.load(changes=True, ledger=noted)
    only(anywhere, discounts="discount_id,subscription_id,percent,starts_on\nD1,S4,10,2026-02-01\n")
    anywhere.load(changes=True, ledger=noted)
    only(anywhere, discounts="discount_id,subscription_id,percent,starts_on,deleted\nD1,,,,true\n")
    anywhere.load(changes=True, ledger=noted)
    only(anywhere, subscriptions=HEAD + ",deleted\nS5,,,,,,true\n").load(changes=True, ledger=noted)
    assert seen == [["A1"], ["A2", "A6"], ["A3", "A4"], ["A4"], ["A5"]]
    assert anywhere.rows(stale_accounts, "account_id") == []
    assert {row[0] for row in anywhere.rows(mrr_steps, "account_id")} == {"A1", "A3", "A4", "A6"}


def test_a_new_rate_concerns_every_account_with_contracts_in_its_currency(anywhere: Company) -> None:
    rates = "currency,on_day,rate\nUSD,2026-01-01,5.00\n"
    foreign = LINES + "S2,A2,USD,10.00,month,2026-01-01\n"
    anywhere.write(**files(subscriptions=foreign, exchange_rates=rates)).load(currency="BRL")
    seen: list[list[str]] = []

    def noted(connection: Connection) -> None:
        seen.append(sorted(connection.execute(select(stale_accounts.c.account_id)).scalars()))
        refresh(connection)

    only(anywhere, exchange_rates=rates + "USD,2026-02-01,6.00\n").load(changes=True, ledger=noted)
    anywhere.load(changes=True, ledger=noted)
    assert seen == [["A2"]]
    assert anywhere.rows(exchange_rates, "on_day", "rate_e6") == [
        (date(2026, 1, 1), 5_000_000), (date(2026, 2, 1), 6_000_000)
    ]  # fmt: skip


def test_a_rate_of_the_mapping_file_replaces_the_one_before(company: Company) -> None:
    company.write(**files(subscriptions=LINES + "S2,A2,USD,10.00,month,2026-01-01\n"))
    company.load("rates: {USD: 5.00}", currency="BRL")
    report = only(company, tickets=TICKETS).load("rates: {USD: 6.00}", changes=True)
    assert company.rows(exchange_rates, "rate_e6") == [(6_000_000,)]
    assert report.mrr == Money(10000 + 6000, "BRL")


def test_usage_replaces_the_sum_of_its_day_and_feature(anywhere: Company) -> None:
    anywhere.write(**files(usage="account_id,date,feature,count\nA1,2026-02-01,login,5\nA1,2026-02-02,login,7\n"))
    anywhere.load()
    only(anywhere, usage="account_id,date,feature,count\nA1,2026-02-02,login,3\nA1,2026-02-02,login,1\n")
    assert effects(anywhere.load(changes=True)) == {"usage": Effect(changed=1)}
    assert anywhere.rows(usage, "on_day", "events") == [(date(2026, 2, 1), 5), (date(2026, 2, 2), 4)]
    only(anywhere, usage="account_id,date,feature,count,deleted\nA1,2026-02-01,login,,true\n").load(changes=True)
    assert anywhere.rows(usage, "on_day") == [(date(2026, 2, 2),)]


def test_rows_may_name_what_is_in_the_book_already(anywhere: Company) -> None:
    """By id, by another table's name or line, and amounts in the currency of a line of the book."""
    anywhere.write(
        **files(subscriptions=LINES.replace("BRL,100.00", "JPY,5000"), contacts="id,account_id,name\nP1,A1,Ana\n")
    )
    anywhere.load()
    only(
        anywhere,
        discounts="discount_id,subscription_id,amount,starts_on\nD1,S1,300,2026-03-01\n",
        tickets="id,Company,date\nT1,Beta,2026-03-01\n",
        usage="contract,date,feature,count\nS1,2026-03-01,login,2\n",
        contacts="id,account_id,name\nP2,A2,Bia\n",
    )
    anywhere.load("tables: {tickets: {columns: {account_id: {via: accounts.name, column: Company}}}}", changes=True)
    assert anywhere.rows(discounts, "amount_minor") == [(300,)]  # yen have no cents
    assert anywhere.rows(tickets, "account_id") == [("A2",)]
    assert anywhere.rows(usage, "account_id", "events") == [("A1", 2)]
    assert [row[0] for row in anywhere.rows(contacts, "contact_id")] == ["P1", "P2"]


def test_names_that_the_changes_change_count_as_they_are_then(company: Company) -> None:
    company.load()
    only(
        company,
        accounts="account_id,name\nA2,Gamma\n",
        tickets="id,Company,date\nT1,Gamma,2026-03-01\nT2,Beta,2026-03-01\n",
    )
    mapping = "tables: {tickets: {columns: {account_id: {via: accounts.name, column: Company}}}}"
    assert [(fault.kind, fault.row, fault.value) for fault in company.faults(mapping, changes=True)] == [
        ("unknown_account", 3, "Beta")
    ]  # fmt: skip


def test_what_holds_for_the_book_stays_and_the_day_of_the_data_never_goes_back(anywhere: Company) -> None:
    anywhere.write(**files(subscriptions=TWO_LINES, tickets=TICKETS)).load(timezone="America/Recife")
    only(
        anywhere,
        subscriptions=HEAD + ",deleted\nS2,,,,,,true\n",
        tickets="id,account_id,date,priority,deleted\nT2,,,,true\n",
    )
    report = anywhere.load(changes=True, timezone="UTC")
    info = dict(anywhere.rows(book_info, "key", "value"))
    assert (info["as_of"], info["timezone"], info["reporting_currency"], info["load_id"]) == (
        "2026-03-02", "America/Recife", "BRL", report.load_id
    )  # fmt: skip


def test_the_loads_say_what_each_table_holds_after_changes(anywhere: Company) -> None:
    anywhere.write(**files(subscriptions=TWO_LINES, tickets=TICKETS)).load("tables: {tickets: {stale_after: 3}}")
    only(
        anywhere,
        tickets_new="id,account_id,date,priority,deleted\nT1,,,,true\nT4,A1,2026-02-01,,\nT5,A1,2026-02-02,,\n",
        touches="touch_id,account_id,date,team\nX1,A1,2026-04-01,cs\n",
    )
    anywhere.load(changes=True)
    assert anywhere.rows(loads, "table_name", "source", "row_count", "mode", "newest_on", "stale_after") == [
        ("accounts", "accounts.csv", 2, "whole", None, 100),
        ("subscriptions", "subscriptions.csv", 2, "whole", date(2026, 2, 1), 35),
        ("tickets", "tickets_new.csv", 3, "changes", date(2026, 3, 2), 3),
        ("touches", "touches.csv", 1, "changes", date(2026, 4, 1), 7),
    ]


def test_a_check_of_changes_tells_what_they_would_do_and_does_nothing(anywhere: Company) -> None:
    anywhere.write(**files(subscriptions=TWO_LINES)).load()
    before = everything(anywhere.url, {})
    only(anywhere, subscriptions=HEAD + "\nS2,A1,BRL,80.00,month,2026-02-01\n")
    checked = anywhere.load(changes=True, check_only=True)
    assert everything(anywhere.url, {}) == before
    done = anywhere.load(changes=True)
    assert (checked.written, done.written) == (False, True)
    assert effects(checked) == effects(done) == {"subscriptions": Effect(changed=1)}
    assert checked.mrr == done.mrr == Money(18000, "BRL")
    assert checked.load_id == done.load_id


def test_the_same_changes_to_the_same_book_give_the_same_id(company: Company, tmp_path: Path) -> None:
    ids = []
    for name in ("one", "two"):
        url = f"sqlite:///{tmp_path / name}.sqlite"
        (tmp_path / name).mkdir()
        other = Company(tmp_path / name, url)
        first = other.load().load_id
        ids.append(only(other, tickets=TICKETS).load(changes=True).load_id)
        assert first != ids[-1]
    assert ids[0] == ids[1]


def test_who_reads_while_changes_are_written_sees_the_old_book(anywhere: Company) -> None:
    anywhere.load()
    seen = []

    def looks(connection: Connection) -> None:
        inside = connection.execute(select(subscriptions.c.subscription_id)).scalars().all()
        seen.append((sorted(inside), [row[0] for row in anywhere.rows(subscriptions, "subscription_id")]))
        refresh(connection)

    only(anywhere, subscriptions=HEAD + "\nS2,A1,BRL,80.00,month,2026-02-01\n").load(changes=True, ledger=looks)
    assert seen == [(["S1", "S2"], ["S1"])]


def test_changes_that_fail_while_writing_leave_the_book_as_it_was(anywhere: Company) -> None:
    anywhere.load()
    before = everything(anywhere.url, {})

    def fails(_: Connection) -> None:
        raise RuntimeError

    only(anywhere, subscriptions=HEAD + "\nS2,A1,BRL,80.00,month,2026-02-01\n")
    with pytest.raises(RuntimeError):
        anywhere.load(changes=True, ledger=fails)
    assert everything(anywhere.url, {}) == before


def test_changes_overtaken_by_another_load_are_checked_anew(anywhere: Company, tmp_path: Path) -> None:
    """The ticket names an account that the other load has just added."""
    anywhere.load()
    (tmp_path / "other").mkdir()
    other = Company(tmp_path / "other", anywhere.url)
    only(anywhere, tickets="ticket_id,account_id,opened_on\nT1,A2,2026-03-01\n")
    other.write(**files(accounts="account_id,name\nA1,Alfa\nA2,Beta\nA3,Gama\n"))
    anywhere.folder = Between(anywhere.folder, [other.load])  # type: ignore[assignment]
    report = anywhere.load(changes=True)
    assert report.written
    assert [row[0] for row in anywhere.rows(accounts, "account_id")] == ["A1", "A2", "A3"]
    assert [row[0] for row in anywhere.rows(tickets, "ticket_id")] == ["T1"]


def test_changes_that_are_always_overtaken_are_given_up(company: Company, tmp_path: Path) -> None:
    company.load()
    (tmp_path / "other").mkdir()
    other = Company(tmp_path / "other", company.url)

    def comes(name: str) -> Any:
        return lambda: other.write(**files(accounts=f"account_id,name\nA1,{name}\n")).load()

    company.folder = Between(company.folder, [comes(name) for name in ("one", "two", "three")])  # type: ignore[assignment]
    assert [fault.kind for fault in company.faults(changes=True)] == ["overtaken"]
    assert company.rows(accounts, "name") == [("three",)]


class Between(type(Path())):  # type: ignore[misc]
    """A folder; each time it is read, the next of some things happens first."""

    def __new__(cls, path: Path, happens: list[Any]) -> "Between":
        folder = super().__new__(cls, path)
        folder.happens = happens
        return folder

    def iterdir(self) -> Iterator[Path]:
        if self.happens:
            self.happens.pop(0)()
        return super().iterdir()


# --- what is refused -------------------------------------------------------------------------------------------------

USAGE = "account_id,date,feature,count\nA1,2026-02-01,login,5\n"
REFUSED = [
    ("tickets", "ticket_id,account_id,opened_on,priority\nT9,A9,2026-03-01,low\n", None, ("unknown_account", 2, "account_id", "A9", {})),
    ("discounts", "discount_id,subscription_id,percent,starts_on\nD1,S9,10,2026-01-01\n", None,
     ("unknown_subscription", 2, "subscription_id", "S9", {})),
    ("touches", "account_id,date,team\nA1,2026-03-01,cs\n", None, ("ids_missing", None, "touch_id", None, {})),
    ("tickets", "ticket_id,account_id,opened_on\nT1,A1,2026-03-01\n", None, ("columns_left_out", None, None, None, {"columns": "priority"})),
    ("tickets", "ticket_id,account_id,opened_on,priority,deleted\nT1,A1,2026-03-01,low,\nT1,,,,true\n", None,
     ("deleted_and_given", 3, "ticket_id", "T1", {})),
    ("tickets", "ticket_id,account_id,opened_on,priority,deleted\nT1,A1,2026-03-01,low,perhaps\n", None,
     ("not_a_flag", 2, "deleted", "perhaps", {})),
    ("tickets", "ticket_id,account_id,opened_on,priority,deleted\n,,,,true\n", None, ("value_missing", 2, "ticket_id", "", {})),
    ("subscriptions", HEAD + ",deleted\nS1,,,,,,true\n", None,
     ("still_named", None, "subscription_id", "S1", {"table": "pauses", "rows": 1})),
    ("accounts", "account_id,name,deleted\nA2,,true\n", None, ("still_named", None, "account_id", "A2", {"table": "tickets", "rows": 1})),
    ("subscriptions", HEAD + "\nS2,A1,USD,10.00,month,2026-01-01\n", None,
     ("rate_missing", None, "currency", "USD", {"reporting": "BRL", "rows": 1})),
    ("tickets", TICKETS, "USD", ("other_currency", None, None, "USD", {"reporting": "BRL"})),
    ("mrr_history", "account_id,currency,on_day,amount\nA1,BRL,2026-01-01,5.00\n", None, ("not_in_changes", None, None, None, {})),
    ("payroll", "a,b\n1,2\n", None, ("nothing_to_load", None, None, None, {"found": "payroll.csv"})),
]  # fmt: skip


@pytest.mark.parametrize(("table", "content", "currency", "wanted"), REFUSED, ids=[wanted[0] for *_, wanted in REFUSED])
def test_changes_that_cannot_be_are_told_with_their_place(
    company: Company, table: str, content: str, currency: str | None, wanted: tuple[Any, ...]
) -> None:
    company.write(**files(tickets=TICKETS, pauses="subscription_id,starts_on\nS1,2026-02-01\n")).load()
    before = everything(company.url, {})
    (fault,) = only(company, **{table: content}).faults(changes=True, currency=currency)
    assert (fault.kind, fault.row, fault.column, fault.value, dict(fault.detail)) == wanted
    after = everything(company.url, {})
    assert after.pop("load_errors") and not before.pop("load_errors")
    assert after == before


def test_lines_that_only_the_whole_file_tells_are_no_changes(company: Company) -> None:
    company.load()
    mapping = "tables: {subscriptions: {repeats: lines}}"
    assert [fault.kind for fault in company.faults(mapping, changes=True)] == ["not_in_changes"]


def test_every_fault_of_changes_is_met_here() -> None:
    assert {wanted[0] for *_, wanted in REFUSED} >= OF_CHANGES - {"no_book", "overtaken"}


def test_without_a_book_there_is_nothing_to_change(anywhere: Company) -> None:
    assert [fault.kind for fault in anywhere.faults(changes=True)] == ["no_book"]
    assert not (anywhere.folder.parent / "book.sqlite").exists()


def test_a_whole_load_leaves_rows_out_that_are_marked_as_deleted(company: Company) -> None:
    company.write(**files(accounts="account_id,name,Is deleted\nA1,Alfa,no\nA2,,yes\nA3,Gama,\n"))
    report = company.load()
    assert [row[0] for row in company.rows(accounts, "account_id")] == ["A1", "A3"]
    assert [(notice.kind, notice.count) for notice in report.notices] == [("deleted", 1)]


def test_changes_are_told_table_by_table(company: Company) -> None:
    bot, shown = assistant_at(company.folder.parent / "home"), StringIO()
    load(bot, company.folder, None, False, None, Console(file=StringIO()))
    only(company, subscriptions=HEAD + ",deleted\nS1,,,,,,true\nS2,A2,BRL,80.00,month,2026-02-01,\n")
    assert load(bot, company.folder, None, False, None, Console(file=shown, width=400), changes=True) == 0
    assert [line.rstrip() for line in shown.getvalue().splitlines()] == [
        "subscriptions ← subscriptions.csv, 1 row",
        "  added 1, changed 0, unchanged 0, removed 1",
        "  subscription_id, account_id, kind = recurring, currency, quantity = 1, unit_amount, interval_unit, interval_count = 1, started_on, deleted",
        "  left empty: product, plan, ended_on, trial_ends_on, renews_on, cancelled_on, cancel_reason, auto_renew, term_months, notice_days, is_trial",
        "Loaded. Data as of 1 Feb 2026, MRR on that day R$80.00.",
    ]


# --- as if all had been loaded anew ----------------------------------------------------------------------------------

FIRST = date(2026, 1, 1)
days = st.integers(0, 90).map(lambda n: (FIRST + timedelta(days=n)).isoformat())
ends = st.just("") | st.integers(91, 200).map(lambda n: (FIRST + timedelta(days=n)).isoformat())
prices = st.integers(0, 5000).map(lambda cents: f"{cents / 100:.2f}")
State = dict[str, dict[tuple[str, ...], tuple[str, ...]]]
"""Table → key of a row → its other cells."""
COLUMNS = {
    "accounts": ("account_id", "name", "segment"),
    "subscriptions": ("subscription_id", "account_id", "currency", "quantity", "unit_amount", "interval_unit", "started_on", "ended_on"),
    "subscription_changes": ("subscription_id", "effective_on", "quantity", "unit_amount"),
    "discounts": ("discount_id", "subscription_id", "percent", "starts_on", "ends_on"),
    "pauses": ("subscription_id", "starts_on", "ends_on"),
    "exchange_rates": ("currency", "on_day", "rate"),
    "tickets": ("ticket_id", "account_id", "opened_on", "csat"),
    "usage": ("account_id", "on_day", "feature", "events"),
}  # fmt: skip
KEYS = {name: len(BOOK.tables[name].primary_key.columns) for name in COLUMNS}


@st.composite
def states(draw: Any) -> State:
    """What a company's files hold on a day."""
    some = lambda *drawn: draw(st.lists(st.tuples(*drawn), max_size=5))
    there = draw(st.lists(st.sampled_from("ABCD"), min_size=1, unique=True))
    account = st.sampled_from(there)
    numbers = draw(st.lists(st.sampled_from(["S1", "S2", "S3", "S4", "S5"]), min_size=1, unique=True))
    line, flow = st.sampled_from(numbers), st.sampled_from(["month", "year"])
    of_line = [account, st.sampled_from(["BRL", "BRL", "USD"]), st.sampled_from("123"), prices, flow, days, ends]
    rows = {
        "accounts": [(name, name, draw(st.sampled_from(["", "smb", "enterprise"]))) for name in there],
        "subscriptions": [(number, *draw(st.tuples(*of_line))) for number in numbers],
        "subscription_changes": some(line, days, st.sampled_from("0234"), prices),
        "discounts": some(st.sampled_from(["D1", "D2"]), line, st.sampled_from(["5", "12.5", "100"]), days, ends),
        "pauses": some(line, days, ends),
        "exchange_rates": [("USD", "2026-01-01", draw(st.sampled_from(["5.1", "5.2"]))), *some(st.just("USD"), days, st.just("4.9"))],
        "tickets": some(st.sampled_from(["T1", "T2", "T3"]), account, days, st.sampled_from(["", "1", "4.5"])),
        "usage": some(account, days, st.sampled_from(["login", "export"]), st.sampled_from("0123")),
    }  # fmt: skip
    return {name: {row[: KEYS[name]]: row[KEYS[name] :] for row in found} for name, found in rows.items()}


def write_files(folder: Path, state: State, gone: Mapping[str, set[tuple[str, ...]]] | None = None) -> None:
    for name, rows in state.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*COLUMNS[name], *(["deleted"] if gone is not None else [])])
            writer.writerows([*key, *cells, *([""] if gone is not None else [])] for key, cells in rows.items())
            empty = [""] * (len(COLUMNS[name]) - KEYS[name])
            writer.writerows([*key, *empty, "true"] for key in sorted((gone or {}).get(name, ())))


def changes_between(before: State, after: State, repeated: bool) -> tuple[State, dict[str, set[tuple[str, ...]]]]:
    """New and changed rows, with some that stay as they are, and the keys of those that are no more."""
    rows = {
        name: {key: cells for key, cells in found.items() if before[name].get(key) != cells or repeated}
        for name, found in after.items()
    }
    return rows, {name: set(before[name]) - set(after[name]) for name in after}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(states(), states(), st.booleans())
def test_changes_make_the_book_that_a_whole_load_of_the_end_makes(before: State, after: State, repeated: bool) -> None:
    with TemporaryDirectory() as place:
        check_equal(
            Path(place), [f"sqlite:///{place}/{name}.sqlite" for name in ("one", "two")], before, after, repeated
        )


def check_equal(place: Path, urls: list[str], before: State, after: State, repeated: bool) -> None:
    company, whole = (Company(_made(place / name), url) for name, url in zip(("one", "two"), urls, strict=True))
    write_files(company.folder, before)
    old = company.load(currency="BRL")
    write_files(company.folder, *changes_between(before, after, repeated))
    changed = company.load(changes=True)
    write_files(whole.folder, after)
    anew = whole.load(currency="BRL")
    assert without_days(everything(company.url, HOW)) == without_days(everything(whole.url, HOW))
    assert changed.as_of == max(old.as_of, anew.as_of)
    again = everything(company.url, WHEN)
    assert all(effect.nothing for effect in effects(company.load(changes=True)).values())
    assert everything(company.url, WHEN) == again


def without_days(rows: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """The newest day never goes back, so it may be later than that of a whole load."""
    place = [column.name for column in loads.c if column.name not in HOW["loads"]].index("newest_on")
    return {**rows, "loads": [row[:place] + row[place + 1 :] for row in rows["loads"]]}


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


BEFORE: State = {
    "accounts": {("A",): ("A", "smb"), ("B",): ("B", ""), ("C",): ("C", "smb")},
    "subscriptions": {
        ("S1",): ("A", "BRL", "2", "10.00", "month", "2026-01-01", ""),
        ("S2",): ("B", "USD", "1", "99.90", "year", "2026-01-15", "2026-06-30"),
        ("S3",): ("C", "BRL", "1", "7.00", "month", "2026-02-01", ""),
    },
    "subscription_changes": {("S1", "2026-02-01"): ("3", "11.00")},
    "discounts": {("D1",): ("S2", "12.5", "2026-02-01", "")},
    "pauses": {("S3", "2026-03-01"): ("2026-03-15",)},
    "exchange_rates": {("USD", "2026-01-01"): ("5.1",)},
    "tickets": {("T1",): ("A", "2026-02-03", "4.5"), ("T2",): ("C", "2026-02-04", "")},
    "usage": {("A", "2026-02-01", "login"): ("3",), ("A", "2026-02-02", "login"): ("2",)},
}  # fmt: skip
AFTER: State = {
    "accounts": {("A",): ("A", "smb"), ("B",): ("Beta", ""), ("D",): ("D", "enterprise")},
    "subscriptions": {
        ("S1",): ("B", "BRL", "2", "10.00", "month", "2026-01-01", "2026-05-01"),
        ("S2",): ("B", "USD", "1", "99.90", "year", "2026-01-15", "2026-06-30"),
        ("S4",): ("D", "BRL", "1", "8.00", "month", "2026-02-10", ""),
    },
    "subscription_changes": {("S1", "2026-02-01"): ("3", "12.00"), ("S4", "2026-03-01"): ("2", "8.00")},
    "discounts": {("D1",): ("S1", "12.5", "2026-02-01", "")},
    "pauses": {},
    "exchange_rates": {("USD", "2026-01-01"): ("5.1",), ("USD", "2026-03-01"): ("5.3",)},
    "tickets": {("T1",): ("A", "2026-02-03", "4")},
    "usage": {("A", "2026-02-01", "login"): ("4",), ("D", "2026-02-02", "export"): ("2",)},
}  # fmt: skip


def test_changes_make_the_book_that_a_whole_load_makes_on_postgresql_too(tmp_path: Path, new_postgres: Any) -> None:
    check_equal(tmp_path, [new_postgres(), new_postgres()], BEFORE, AFTER, repeated=True)
