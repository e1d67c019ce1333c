"""The doctor says what does not work and how to mend it."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from bot import doctor
from bot.doctor import Check
from bot.settings import Settings
from tests.slack_server import APP_TOKEN, BOT_TOKEN, MINIMAL, SECRET, SlackServer
from tools.metrics._book import accounts, book_info, subscriptions
from tools.metrics._opening import book_engine

TODAY = date(2026, 11, 22)


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


def settings(slack: SlackServer, home: Path, **more: Any) -> Settings:
    tokens = {"slack_bot_token": BOT_TOKEN, "slack_app_token": APP_TOKEN, "slack_signing_secret": SECRET}
    given = {**tokens, "retention_home": home, "slack_api_url": slack.api_url, **more}
    return Settings(**given, _env_file=None)  # type: ignore[call-arg]


def found(checks: Iterator[Check]) -> dict[str, bool]:
    return {check.name: check.ok for check in checks}


def book(home: Path, as_of: str, rows: bool = True) -> str:
    url = f"sqlite:///{home / 'book.sqlite'}"
    engine = book_engine(url)
    with engine.begin() as connection:
        connection.execute(insert(book_info), {"key": "as_of", "value": as_of})
        if rows:
            connection.execute(insert(accounts), {"account_id": "A1", "name": "Acme"})
            connection.execute(insert(subscriptions), SUBSCRIPTION)
    engine.dispose()
    return url


SUBSCRIPTION = {
    "subscription_id": "S1", "account_id": "A1", "kind": "recurring", "currency": "BRL", "quantity": 1,
    "unit_amount_minor": 100, "interval_unit": "month", "interval_count": 1, "started_on": date(2026, 1, 1),
}  # fmt: skip


def test_a_good_installation_is_well(slack: SlackServer, tmp_path: Path) -> None:
    book(tmp_path, "2026-11-21")
    checks = list(doctor.examine(settings(slack, tmp_path), TODAY))
    assert {check.name: check.ok for check in checks if check.name != "index"} == {
        "bot token": True, "scopes": True, "app token": True, "book": True, "store": True,
        "answers": True, "questions": True, "schedules": True, "rights": True, "risk": True,
    }  # fmt: skip
    (data,) = [check for check in checks if check.name == "book"]
    assert data.message.values == {"accounts": 1, "day": date(2026, 11, 21)}


def test_a_missing_token_is_named_and_slack_is_not_asked(slack: SlackServer, tmp_path: Path) -> None:
    (check,) = doctor.slack(settings(slack, tmp_path, slack_app_token=None))
    assert not check.ok
    assert check.mend is not None and check.mend.msgid.startswith("SLACK_APP_TOKEN")
    assert slack.calls == []


def test_http_needs_no_app_token(slack: SlackServer, tmp_path: Path) -> None:
    without = settings(slack, tmp_path, slack_app_token=None)
    assert found(doctor.slack(without, http=True)) == {"bot token": True, "scopes": True}


def test_a_revoked_token_is_told_in_slacks_word(slack: SlackServer, tmp_path: Path) -> None:
    (check,) = doctor.slack(settings(slack, tmp_path, slack_bot_token="xoxb-revoked"))
    assert check.message.values == {"method": "auth.test", "error": "invalid_auth"}


def test_missing_scopes_are_listed(tmp_path: Path) -> None:
    with SlackServer(scopes=",".join(doctor.SCOPES - {"users:read", "im:write"})) as slack:
        scopes = [check for check in doctor.slack(settings(slack, tmp_path)) if check.name == "scopes"]
    assert [(check.ok, check.message.values["scopes"]) for check in scopes] == [(False, "im:write, users:read")]


def test_a_server_that_opens_no_socket_is_found_out(tmp_path: Path) -> None:
    with SlackServer(methods=MINIMAL) as slack:
        assert found(doctor.slack(settings(slack, tmp_path)))["apps.connections.open"] is False


def test_no_network_is_no_exception(tmp_path: Path) -> None:
    with SlackServer() as slack:
        gone = settings(slack, tmp_path, slack_api_url="http://127.0.0.1:9/api/")
    assert found(doctor.slack(gone)) == {"auth.test": False}


def test_a_book_is_missing_empty_old_or_well(tmp_path: Path) -> None:
    def said(url: str) -> tuple[bool, str]:
        check = doctor.book(url, TODAY)
        return check.ok, (check.mend or check.message).msgid

    assert said(f"sqlite:///{tmp_path / 'none.sqlite'}")[1].startswith("Load your data with")
    for name, as_of, rows in (
        ("empty", "2026-11-21", False),
        ("old", "2026-11-14", True),
        ("new", "2026-11-15", True),
    ):
        (tmp_path / name).mkdir()
        book(tmp_path / name, as_of, rows)
    assert said(f"sqlite:///{tmp_path / 'empty' / 'book.sqlite'}")[0] is False
    assert said(f"sqlite:///{tmp_path / 'old' / 'book.sqlite'}")[1].startswith("The data is old")
    assert said(f"sqlite:///{tmp_path / 'new' / 'book.sqlite'}")[0] is True


def test_a_store_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert doctor.store(f"sqlite:///{tmp_path / 'file' / 'store.sqlite'}").ok is False
    assert doctor.store("postgresql+psycopg://nobody@127.0.0.1:9/none").ok is False
    assert doctor.store(f"sqlite:///{tmp_path / 'store.sqlite'}").ok is True


def test_an_index_is_current_or_not(tmp_path: Path) -> None:
    assert doctor.index(tmp_path, lambda _: True).ok is True
    stale = doctor.index(tmp_path, lambda _: False)
    assert stale.mend is not None and stale.mend.msgid == "Run `retention index`."


def test_answers_that_were_lost_and_questions_left_lying_are_counted(tmp_path: Path) -> None:
    from bot.failures import Failures
    from bot.parcels import Parcel, Refused
    from bot.question import Person, Place, Question
    from bot.queued import trouble
    from bot.store import open_store
    from bot.work import Work

    def refuse(_: Parcel) -> None:
        raise Refused("cannot_dm_bot")

    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    opened = open_store(url)
    work = Work(
        opened.engine, lambda q: [Parcel(q.key, "post", "C1", "hi")], lambda *_: [], lambda *_: [], refuse, every=0.05
    )
    work.start()
    work.accept(Question("T1/C1/1.1", "hello?", Person("U1"), Place("channel", "T1", "C1", "1.1")))
    now = datetime.now(UTC)
    deadline = time.time() + 10
    while not trouble(opened.engine, now).lost and time.time() < deadline:
        time.sleep(0.05)
    work.stop(0)
    opened.close()
    assert found(doctor.questions(url, now)) == {"answers": False, "questions": True}
    reopened = open_store(url)
    Failures(reopened.engine).drop("T1/C1/1.1")
    reopened.close()
    assert found(doctor.questions(url, now)) == {"answers": True, "questions": True}
    assert list(doctor.questions("nonsense", now)) == []


@pytest.mark.parametrize(("user", "known"), [("U2", True), ("U404", False), ("UGONE", False)])
def test_who_is_to_be_alerted_must_be_somebody(slack: SlackServer, tmp_path: Path, user: str, known: bool) -> None:
    slack.users["UGONE"] = {"deleted": True}
    assert found(doctor.slack(settings(slack, tmp_path, alert_to=user)))["alerts"] is known


def test_an_engine_that_nobody_tried_is_named() -> None:
    (check,) = doctor.engine("trino://presto:8080/hive")
    assert check.ok and check.message.values == {"engine": "trino"}
    assert not [*doctor.engine("hive://spark:10000/crm"), *doctor.engine("duckdb:////x"), *doctor.engine("nonsense")]
