"""The audit log: one chain over all processes, in which nothing can be changed unseen."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from datetime import time as clock
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine, delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError
from typer.testing import CliRunner

from bot.__main__ import app
from bot.app import Assistant
from bot.audit import Audit, answered, shown
from bot.caseload import CaseloadAt
from bot.chain import Event, Head
from bot.contacting import DraftsAt
from bot.conversation import Reply
from bot.parcels import Parcel
from bot.question import Person, Place, Question
from bot.router import Call
from bot.schedules import SchedulesAt
from bot.store import open_store
from bot.tables import audit_entries, audit_people, audit_texts
from bot.verifying import verify
from tests.conftest import assistant_at
from tests.slack_server import SlackServer
from tests.slack_world import bot as serving
from tools import Allowed, Plan, Recurrence
from tools.metrics import account_names

ANA, BRUNO = Person("U1", "Ana"), Person("U2", "Bruno")
ENTRIES = 8


def rows(engine: Engine) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        found = connection.execute(select(audit_entries).order_by(audit_entries.c.n))
        return [{**row._asdict(), "facts": json.loads(row.facts)} for row in found]


def told(engine: Engine, n: int) -> dict[str, Any]:
    with engine.connect() as connection:
        found = connection.execute(select(audit_texts.c.text).where(audit_texts.c.n == n)).scalar_one()
        return dict(json.loads(found))


def said(engine: Engine, anchor: Head | None = None) -> str:
    """What `verify` says is wrong; empty where nothing is."""
    fault = verify(engine, anchor).fault
    return fault.msgid.format(**fault.values) if fault else ""


# -- the chain


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Head]:
    """A store with a chain of some entries, every second one with a text, and its head."""
    file = tmp_path_factory.mktemp("chain") / "store.sqlite"
    store = open_store(f"sqlite:///{file}")
    audit = Audit(store.engine)
    for n in range(ENTRIES):
        audit.note(Event("logged", (ANA, BRUNO)[n % 3 % 2], {"n": n}, {"note": f"n{n}"} if n % 2 else {}))
    head = audit.head()
    with store.engine.begin() as connection:
        for trigger in ("audit_unchanged", "audit_undeleted"):  # whoever tampers would begin with that
            connection.execute(text(f"DROP TRIGGER {trigger}"))
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    store.close()
    return file, head


def change(connection: Connection, row: int, column: str) -> None:
    c = audit_entries.c
    was = connection.execute(select(c[column]).where(c.n == row)).scalar_one()
    other = {"n": row + 100, "kind": "pruned", "sealed": "0" * 64 if was == "" else ""}.get(column, f"{was}0")
    connection.execute(update(audit_entries).where(c.n == row).values({column: other}))


def take_out(connection: Connection, row: int, _: str) -> None:
    connection.execute(delete(audit_entries).where(audit_entries.c.n == row))


def close_up(connection: Connection, row: int, _: str) -> None:
    """Take one out and let the others move up."""
    take_out(connection, row, _)
    connection.execute(text(f"UPDATE audit_entries SET n = -n WHERE n > {row}"))
    connection.execute(text("UPDATE audit_entries SET n = -n - 1 WHERE n < 0"))


def put_in(connection: Connection, row: int, _: str) -> None:
    """A copy of an entry before it."""
    copy = connection.execute(select(audit_entries).where(audit_entries.c.n == row)).one()._asdict()
    connection.execute(text(f"UPDATE audit_entries SET n = -n WHERE n >= {row}"))
    connection.execute(text("UPDATE audit_entries SET n = -n + 1 WHERE n < 0"))
    connection.execute(insert(audit_entries), copy)


def exchange(connection: Connection, row: int, _: str) -> None:
    other = row % ENTRIES + 1
    for was, becomes in ((row, -1), (other, row), (-1, other)):
        connection.execute(text(f"UPDATE audit_entries SET n = {becomes} WHERE n = {was}"))


def change_text(connection: Connection, row: int, _: str) -> None:
    even = (row + 1) // 2 * 2
    connection.execute(update(audit_texts).where(audit_texts.c.n == even).values(text='{"note": "other"}'))


def take_text(connection: Connection, row: int, _: str) -> None:
    connection.execute(delete(audit_texts).where(audit_texts.c.n == (row + 1) // 2 * 2))


def put_text(connection: Connection, row: int, _: str) -> None:
    connection.execute(insert(audit_texts), {"n": (row + 1) // 2 * 2 - 1, "salt": "s", "text": "{}"})


def change_person(connection: Connection, row: int, _: str) -> None:
    person = ("U1", "U2")[row % 2]
    connection.execute(update(audit_people).where(audit_people.c.person == person).values(person="U9"))


def take_person(connection: Connection, row: int, _: str) -> None:
    connection.execute(delete(audit_people).where(audit_people.c.person == ("U1", "U2")[row % 2]))


TAMPERING = (change,) * 4 + (
    take_out, close_up, put_in, exchange, change_text, take_text, put_text, change_person, take_person,
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(TAMPERING), st.integers(1, ENTRIES), st.sampled_from([c.name for c in audit_entries.c]))
def test_any_change_deletion_insertion_or_exchange_is_found(
    written: tuple[Path, Head], tmp_path: Path, tamper: Callable[..., None], row: int, column: str
) -> None:
    file, head = written
    copy = shutil.copy(file, tmp_path / "copy.sqlite")
    engine = create_engine(f"sqlite:///{copy}")
    assert said(engine, head) == ""
    with engine.begin() as connection:
        tamper(connection, row, column)
    assert said(engine, head) != ""
    engine.dispose()


def test_the_first_broken_entry_is_named(written: tuple[Path, Head], tmp_path: Path) -> None:
    file, head = written
    faults = {
        "Entry 5 was changed.": lambda c: change(c, 5, "facts"),
        "Entry 4 is missing.": lambda c: take_out(c, 4, ""),
        "Entry 4 does not follow the one before: one of them was exchanged.": lambda c: close_up(c, 4, ""),
        "The end is missing, from entry 8 on.": lambda c: take_out(c, 8, "") or take_text(c, 8, ""),
        "The text of entry 6 was changed.": lambda c: change_text(c, 6, ""),
        "The text of entry 6 is missing, and no deletion explains it.": lambda c: take_text(c, 6, ""),
        "There is a text of entry 5, which has none.": lambda c: put_text(c, 5, ""),
    }
    for sentence, tamper in faults.items():
        engine = create_engine(f"sqlite:///{shutil.copy(file, tmp_path / 'copy.sqlite')}")
        with engine.begin() as connection:
            tamper(connection)
        assert said(engine, head) == sentence
        engine.dispose()


def test_a_log_that_was_written_anew_is_not_the_one_the_head_was_taken_of(
    written: tuple[Path, Head], tmp_path: Path
) -> None:
    _, head = written
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    for n in range(ENTRIES):
        Audit(store.engine).note(Event("logged", ANA, {"n": n}))
    assert said(store.engine) == ""
    assert said(store.engine, head) == "Entry 8 is not the one that the head was taken of: the log was rewritten."
    store.close()


def test_the_database_itself_takes_no_change(url: str) -> None:
    engine = open_store(url).engine
    Audit(engine).note(Event("logged", ANA))
    for statement in (update(audit_entries).values(kind="shown"), delete(audit_entries)):
        with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
            connection.execute(statement)
    engine.dispose()


def test_two_processes_that_append_at_once_keep_one_chain(url: str) -> None:
    engine = open_store(url).engine
    command = [sys.executable, "-m", "tests.audit_appender", url]
    both = [
        subprocess.Popen([*command, who, "60"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for who in ("U1", "U2")
    ]
    for process in both:
        assert process.stdout and process.stdout.readline() == "ready\n"
    for process in both:
        print("go", file=process.stdin, flush=True)
    assert [process.wait(60) for process in both] == [0, 0]
    found = rows(engine)
    assert [row["n"] for row in found] == list(range(1, 121))
    assert len({row["who"] for row in found}) == 2
    changes = sum(one["who"] != other["who"] for one, other in pairwise(found))
    assert changes > 2, "they were at it at the same time"
    assert (verify(engine).entries, said(engine)) == (120, "")
    engine.dispose()


# -- what is written down


def october(bot: Assistant) -> Reply:
    """A question whose tool is chosen already: the router need not learn for it."""
    question = Question("terminal/1", "MRR summary for October 2026", Person("terminal"), Place("terminal"))
    return bot.ask(question, Call("mrr_summary", {"period": "2026-10"}))


def test_an_answer_is_in_the_log_with_its_tool_arguments_and_figures(demo: Assistant) -> None:
    reply = october(demo)
    (entry,) = rows(demo.store.engine)
    figures = reply.answer.figures
    assert (entry["kind"], entry["facts"]["tool"], entry["facts"]["place"]) == ("answered", "mrr_summary", "terminal")
    assert [each["id"] for each in entry["facts"]["figures"]] == [figure.id for figure in figures]
    assert entry["facts"]["figures"][0]["value"] == str(figures[0].value)
    kept = told(demo.store.engine, 1)
    assert (kept["text"], kept["arguments"]) == ("MRR summary for October 2026", {"period": "2026-10"})
    assert "October" not in json.dumps(entry), "the words are not in the chain"


def test_what_becomes_of_a_draft_is_in_the_log_with_who_did_it(demo: Assistant) -> None:
    place = Place("dm", "T1", "D1", "1.1")
    asked = Question("T1/D1/1.1", "Exit survey for Caldwick Health", ANA, place)
    account = next(iter(account_names(demo.book())))
    assert demo.ask(asked, Call("exit_survey", {"account": account})).outcome == "answered"
    drafts = DraftsAt(demo.store.engine, replace(asked, key="T1/D1/2.2", asker=BRUNO))
    (draft,) = drafts.waiting()
    edited = drafts.edit(draft, draft.body + "\nOne more line.")
    assert edited is not None
    drafts.approve(edited, date(2026, 11, 23), lambda touches: Allowed(date(2026, 11, 23)))
    drafts.reject(replace(edited, state="approved"), "not now")
    demo.store.judge(asked.key, "U1", True)
    found = rows(demo.store.engine)
    assert [row["kind"] for row in found] == ["answered", "drafted", "edited", "approved", "rejected", "judged"]
    ana, bruno = found[0]["who"], found[2]["who"]
    assert [row["who"] for row in found] == [ana, ana, bruno, bruno, bruno, ana]
    assert found[3]["facts"] == {
        "account": draft.account_id, "day": "2026-11-23", "draft": draft.id, "version": 2, "what": "exit_survey",
        "question": found[3]["facts"]["question"],
    }  # fmt: skip


def test_who_snoozed_assigned_or_scheduled_what_is_in_the_log(demo: Assistant) -> None:
    asked = Question("T1/D1/1.1", "snooze it", ANA, Place("dm", "T1", "D1", "1.1"))
    caseload = CaseloadAt(demo.store.engine, asked)
    caseload.snooze("A1", date(2026, 12, 1), "on holiday")
    caseload.wake("A1")
    caseload.assign("A1")
    schedules = SchedulesAt(demo.timetable, asked, demo.now)
    kept = schedules.add(Plan(recurrence=Recurrence("day", clock(9)), to="me", tool="mrr_summary"), "en")
    schedules.pause(kept)
    schedules.delete(kept)
    found = rows(demo.store.engine)
    assert {row["kind"] for row in found} == {"changed"} and len({row["who"] for row in found}) == 1
    assert [(row["facts"]["what"], row["facts"].get("act")) for row in found] == [
        ("snoozes", None), ("snoozes", "wake"), ("assignments", None),
        ("schedules", "add"), ("schedules", "pause"), ("schedules", "delete"),
    ]  # fmt: skip
    assert "holiday" not in json.dumps(found), "a reason is somebody's words"


def test_answering_that_cannot_be_audited_shows_nothing(demo: Assistant) -> None:
    with demo.store.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_texts RENAME TO gone"))
    reply = october(demo)
    assert (reply.outcome, reply.answer) == ("failed", None)
    assert reply.message.msgid.startswith("I have an answer, but could not write down that you got it")
    assert rows(demo.store.engine) == []


def test_who_sees_an_answer_is_written_down_before_it_goes_out(tmp_path: Path) -> None:
    with SlackServer() as slack, serving(slack.api_url, tmp_path) as running:
        slack.deliver(running.url, slack.body(slack.mention("hello?")))
        slack.wait_for_posts(1)
        (shown,) = rows(running.store.engine)
        assert (shown["facts"]["audience"], shown["facts"]["channel"]) == ("channel", "C1")
        slack.users["U9"] = {"is_restricted": True}
        slack.channels["C2"] = {"members": ["U1", "U9", "U0BOT"]}
        slack.deliver(running.url, slack.body(slack.mention("and here?", channel="C2")))
        slack.wait_for_posts(1, "C2")
        answer, note = rows(running.store.engine)[1:]
        assert (answer["facts"]["audience"], answer["facts"]["to"]) == ("private", shown["who"])
        assert (note["facts"]["audience"], note["facts"]["channel"]) == ("channel", "C2")
        assert said(running.store.engine) == ""


def test_a_question_takes_five_milliseconds_of_the_processor_more_at_most(demo: Assistant) -> None:
    reply = october(demo)
    events = (answered(reply), shown(reply.question, Parcel("k", "post", "C1", "text")))
    times = []
    for _ in range(30):
        started = time.thread_time()
        for event in events:
            demo.audit.note(event)
        times.append(time.thread_time() - started)
    print(f"audit of one question: {sorted(times)[15] * 1000:.2f} ms")
    assert sorted(times)[15] < 0.005


# -- the command


def run(home: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["audit", *arguments, "--home", str(home)])
    return done.exit_code, done.stdout


def test_the_command_lists_exports_and_verifies(demo_home: Path, tmp_path: Path) -> None:
    bot = assistant_at(tmp_path, book_url=f"sqlite:///{demo_home / 'book.sqlite'}")
    october(bot)
    assert "“MRR summary for October 2026”" in run(tmp_path, "list")[1]
    status, lines = run(tmp_path, "export", "--jsonl")
    (entry,) = map(json.loads, lines.splitlines())
    assert (status, entry["n"], entry["person"], entry["facts"]["tool"]) == (0, 1, "terminal", "mrr_summary")
    table = run(tmp_path, "export", "--csv", "--kind", "exported")[1]
    assert table.splitlines()[0].endswith("n,at,kind,who,person,name,facts,text,sealed,salt,previous,hash")
    assert len(table.splitlines()) == 2, "that it was exported is in the log"
    status, whole = run(tmp_path, "verify")
    head = whole.split()[-1]
    assert (status, head) == (0, str(bot.audit.head()))
    assert run(tmp_path, "verify", "--head", head)[0] == 0
    assert run(tmp_path, "verify", "--head", f"9:{'0' * 64}") == (1, "The end is missing, from entry 4 on.\n")
    assert run(tmp_path, "verify", "--head", "nonsense")[0] == 2
