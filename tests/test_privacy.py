"""What is kept of a person can be shown and deleted, and what is old goes: none of it is left, and the log is whole."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, MetaData, select
from typer.testing import CliRunner

from bot.__main__ import app
from bot.audit import Audit
from bot.chain import Event
from bot.contacting import DraftsAt, TouchesHere
from bot.conversation import Reply
from bot.privacy import OTHERWISE, RULES, erase, kept
from bot.question import Person, Place, Question
from bot.router import Call
from bot.store import Store, open_store
from bot.sweeping import Ages, sweep
from bot.tables import STORE, draft_versions, drafts, questions, touches
from bot.verifying import verify
from tests.slack_server import SlackServer
from tests.slack_world import bot as serving
from tests.test_store import NRR
from tools import Allowed, Answer, Draft, Fact, Facts, Touch, phrase

ANA, BRUNO = Person("U0ANA77", "Ana Quintanilha"), Person("U0BRUNO8", "Bruno")
WORD = "zanzibarita"
"""Stands in every text of Ana's, and in nobody else's."""
ACTOR = Person("terminal")


def remember(store: Store, who: Person, key: str, text: str, at: datetime | None = None) -> Question:
    """A question of somebody's with an answer, a figure and a draft."""
    question = Question(f"T1/D{who.id}/{key}", text, who, Place("dm", "T1", f"D{who.id}", key))
    parts = (Facts((Fact(phrase("NRR"), NRR),)),)
    answer = Answer(phrase("NRR"), phrase("NRR is {nrr}", nrr=NRR), parts)
    call = Call("find_playbook", {"topic": text})
    store.remember(Reply(question, "en", "answered", phrase("ok"), call, answer), f"You asked: {text}", at)
    store.keep_draft(question, Draft("trust_plan", phrase("Plan"), "en", (), "A1"), "Plan", "# Plan of ours", at)
    return question


def a_life(store: Store) -> None:
    """What Ana leaves in a store in which Bruno works too."""
    asked = remember(store, ANA, "1.1", f"how do I calm a {WORD}?")
    store.judge(asked.key, ANA.id, False, f"not about a {WORD}")
    store.judge(asked.key, BRUNO.id, True)
    TouchesHere(store.engine, asked).log(Touch("", "A1", date(2026, 11, 2), "health", note=f"met the {WORD}"))
    shelf = DraftsAt(store.engine, replace(asked, key="T1/D/2.2"))
    (draft,) = shelf.waiting()
    edited = shelf.edit(draft, "# Plan of ours, better")
    assert edited is not None
    shelf.approve(edited, date(2026, 11, 3), lambda _: Allowed(date(2026, 11, 3)))
    shelf.reject(replace(edited, state="approved"), f"a {WORD} would not sign")
    remember(store, BRUNO, "3.3", "weekly summary")


def words(engine: Engine) -> str:
    """Everything that stands in the database, in whatever table of whatever schema."""
    found = []
    for schema in [None] if engine.dialect.name == "sqlite" else ["public", "dbos"]:
        there = MetaData(schema=schema)
        there.reflect(engine)
        with engine.connect() as connection:
            for table in there.tables.values():
                found += [str(tuple(row)) for row in connection.execute(select(table))]
    return "\n".join(found)


def files_of(engine: Engine) -> bytes:
    """The bytes of a SQLite database and of its write-ahead log."""
    file = engine.url.database or ""
    return b"".join(path.read_bytes() for path in Path(file).parent.glob(f"{Path(file).name}*"))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    yield opened
    opened.close()


def test_nothing_of_a_person_is_left_and_the_log_is_still_whole(store: Store) -> None:
    a_life(store)
    head = Audit(store.engine).head()
    erase(store.engine, ANA.id, ACTOR)
    left = words(store.engine)
    assert [each for each in (WORD, ANA.id, ANA.name) if each in left] == []
    assert (verify(store.engine, head).fault, "weekly summary" in left) == (None, True)
    assert erase(store.engine, ANA.id, ACTOR) == {}
    if store.engine.dialect.name == "sqlite":
        assert [each for each in (WORD, ANA.id, ANA.name) if each.encode() in files_of(store.engine)] == []


def test_what_is_the_company_s_stays_under_a_pseudonym(store: Store) -> None:
    a_life(store)
    erase(store.engine, ANA.id, ACTOR)
    with store.engine.connect() as connection:
        (touch,) = connection.execute(select(touches))
        kept_drafts = connection.execute(select(drafts).order_by(drafts.c.version.desc())).all()
        bodies = connection.execute(select(draft_versions.c.body, draft_versions.c.author)).all()
        asked = connection.execute(select(questions.c.asker, questions.c.text)).all()
    pseudonym = touch.author
    assert pseudonym.startswith("person-") and touch.note is None and touch.account_id == "A1"
    assert (kept_drafts[0].created_by, kept_drafts[0].decided_by, kept_drafts[0].reason) == (pseudonym, pseudonym, None)
    assert (kept_drafts[1].created_by, kept_drafts[1].state) == ("Bruno", "waiting")
    assert ("# Plan of ours, better", pseudonym) in bodies
    assert sorted(asked) == sorted([(pseudonym, ""), (BRUNO.id, "weekly summary")])
    shelf = DraftsAt(store.engine, Question("k", "", BRUNO, Place("dm", "T1", "D9")))
    assert len(shelf.all()) == 2, "the team still finds it"


def test_a_dry_run_counts_and_changes_nothing(store: Store) -> None:
    a_life(store)
    before = words(store.engine)
    counted = erase(store.engine, ANA.id, ACTOR, dry=True)
    assert words(store.engine) == before
    assert counted == erase(store.engine, ANA.id, ACTOR)
    assert counted == {
        "answers": 1, "audit_people": 1, "audit_texts": 2, "draft_versions": 2, "drafts": 2, "feedback": 2,
        "figures": 1, "questions": 1, "touches": 1,
    }  # fmt: skip


def test_a_namesake_loses_nothing(store: Store) -> None:
    other = Person("U0OTHER9", ANA.name)
    question = remember(store, other, "1.1", "mine")
    TouchesHere(store.engine, question).log(Touch("", "A1", date(2026, 11, 2), "health", note="my own note"))
    remember(store, ANA, "2.2", WORD)
    erase(store.engine, ANA.id, ACTOR)
    assert "my own note" in words(store.engine)


def test_what_is_kept_of_a_person_is_shown_by_table(store: Store) -> None:
    a_life(store)
    found = kept(store.engine, ANA.id)
    assert {table: len(rows) for table, rows in found.items()} == {
        "answers": 1, "audit_entries": 7, "audit_people": 1, "audit_texts": 2, "draft_versions": 2, "drafts": 1,
        "feedback": 2, "figures": 1, "questions": 1, "touches": 1,
    }  # fmt: skip
    assert found["questions"][0]["text"] == f"how do I calm a {WORD}?"
    assert kept(store.engine, "U0NOBODY") == {}


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_the_queue_forgets_too(where: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Asked in Slack, answered by the durable queue: then nothing of it is in the database any more."""
    url = f"sqlite:///{tmp_path / 'store.sqlite'}" if where == "sqlite" else request.getfixturevalue("new_postgres")()
    with SlackServer() as slack, serving(slack.api_url, tmp_path, store_url=url) as running:
        slack.deliver(running.url, slack.body(slack.mention(f"hello {WORD}?")))
        slack.wait_for_posts(1)
    store = open_store(url)
    assert WORD in words(store.engine)
    assert [each["text"] for each in kept(store.engine, "U1")["queue"]] == [f"hello {WORD}?"]
    assert erase(store.engine, "U1", ACTOR)["queue"] == 1
    left = words(store.engine)
    assert (WORD in left, "'U1'" in left, verify(store.engine).fault) == (False, False, None)
    store.close()


def test_what_is_old_goes_and_what_is_newer_stays(store: Store) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=400)
    remember(store, ANA, "1.1", f"an old {WORD}", long_ago)
    remember(store, BRUNO, "2.2", "a new question")
    before = datetime.now(UTC) - timedelta(days=365)
    assert sweep(store.engine, Ages(before), dry=True) == {"answers": 1, "figures": 1, "questions": 1}
    sweep(store.engine, Ages(before))
    assert "a new question" in words(store.engine)
    assert sweep(store.engine, Ages(before)) == {}
    assert verify(store.engine).fault is None
    with store.engine.connect() as connection:
        assert connection.execute(select(questions.c.text)).scalars().all().count("") == 1, "its draft is still here"


def test_entries_of_the_log_go_by_their_own_age(store: Store) -> None:
    a_life(store)
    head = Audit(store.engine).head()
    soon = datetime.now(UTC) + timedelta(minutes=1)
    sweep(store.engine, Ages(questions=soon))
    assert verify(store.engine, head).fault is None
    swept = Audit(store.engine).head()
    assert sweep(store.engine, Ages(audit=soon)) == {"audit_entries": swept.n}
    found = verify(store.engine, swept)
    assert (found.entries, found.head.n, found.fault) == (1, swept.n + 1, None)
    Audit(store.engine).note(Event("logged", BRUNO))
    assert verify(store.engine).entries == 2


def test_every_table_of_the_store_has_a_rule() -> None:
    """Who adds a table says here what of it is somebody's."""
    assert set(STORE.tables) <= {rule.table for rule in RULES} | OTHERWISE


def test_the_command_shows_counts_and_deletes(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    a_life(store)

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["privacy", *arguments, "--home", str(tmp_path)])
        return done.exit_code, done.stdout

    status, shown = run("export", ANA.id)
    assert (status, json.loads(shown)["person"], WORD in shown) == (0, ANA.id, True)
    status, counted = run("delete", ANA.id, "--dry-run")
    assert (status, counted.splitlines()[0]) == (0, f"Of {ANA.id} this would be deleted:")
    assert run("delete", ANA.id)[1].split()[:4] == ["Deleted", "of", f"{ANA.id}:", "answers"]
    assert run("delete", ANA.id) == (1, f"Nothing is kept of {ANA.id}.\n")
    assert run("sweep") == (1, "Everything is kept: set RETENTION_PERIOD_DAYS or AUDIT_PERIOD_DAYS.\n")
    assert CliRunner().invoke(app, ["audit", "verify", "--home", str(tmp_path)]).exit_code == 0
    store.close()
