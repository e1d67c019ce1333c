"""A summary that does not add up: nobody sees a figure, and the owner of the book is told, once."""

import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, delete, func, select
from typer.testing import CliRunner

from block_kit_check import check
from bot import blocks
from bot.__main__ import app
from bot.app import Assistant
from bot.blocks import Message
from tests.conftest import DEMO_DAY, ask, assistant_at
from tests.slack_server import SlackServer
from tests.slack_world import bot
from tests.timed_world import world
from tools.metrics import Period
from tools.metrics._book import mrr_movements

OWNER = "U2"
WEEK = Period.parse("2026-W46")
FIGURE = re.compile(r"R\$|\d%|\d[.,]\d\d")


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


@pytest.fixture
def damaged(demo_home: Path, tmp_path: Path) -> Assistant:
    """The demo company's book, from which one movement of the last full week is gone."""
    shutil.copy(demo_home / "book.sqlite", tmp_path / "book.sqlite")
    engine = create_engine(f"sqlite:///{tmp_path / 'book.sqlite'}")
    m = mrr_movements.c
    with engine.begin() as connection:
        largest = (
            select(m.account_id)
            .where(m.on_day >= WEEK.start, m.on_day < WEEK.end)
            .order_by(func.abs(m.amount_minor).desc())
            .limit(1)
        )
        gone = delete(mrr_movements).where(m.account_id == largest.scalar_subquery(), m.on_day >= WEEK.start)
        assert connection.execute(gone).rowcount == 1
    engine.dispose()
    return assistant_at(tmp_path)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (
            "Weekly MRR summary",
            "The MRR bridge of this period does not close, so nothing of it is shown. "
            "The owner of the book has been told.",
        ),
        (
            "Resumo semanal do MRR",
            "A ponte do MRR deste período não fecha; por isso nada dela é mostrado. Quem cuida da base foi avisado.",
        ),
    ],
)
def test_who_asks_gets_a_sentence_and_the_owner_of_the_book_the_sums_once(
    damaged: Assistant, slack: SlackServer, tmp_path: Path, question: str, sentence: str
) -> None:
    with bot(slack.api_url, tmp_path, damaged.ask, speak=blocks.message, alert_to=OWNER) as running:
        body = slack.body(slack.mention(question))
        assert slack.deliver(running.url, body) == 200
        assert slack.deliver(running.url, body) == 200  # Slack sends it again
        (alert,) = slack.settled(1, f"D{OWNER}")
        (post,) = slack.posted()
    assert post["text"] == sentence
    assert not FIGURE.search(str(post["blocks"]))
    check(Message(alert["text"], tuple(alert["blocks"])))
    assert "week of 9 November 2026" in alert["text"]
    assert f"Load: {damaged.book().info['load_id']}." in alert["text"]
    told = ("at the start", "of movements", "at the end", "between contracts and movements", "Churn: ", "Difference: ")
    for line in told:
        assert line in alert["text"], line


def test_where_nobody_is_named_the_asker_is_asked_to_pass_it_on(
    damaged: Assistant, slack: SlackServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with bot(slack.api_url, tmp_path, damaged.ask, speak=blocks.message) as running:
        slack.deliver(running.url, slack.body(slack.mention("Weekly MRR summary")))
        (post,) = slack.settled(1)
    assert post["text"].endswith("so nothing of it is shown. Please tell the owner of the book.")
    assert slack.called("conversations.open") == []
    (logged,) = [record for record in caplog.records if record.name == "bot.replying"]
    assert logged.levelname == "ERROR" and "The MRR bridge does not close" in logged.getMessage()


def test_an_owner_who_cannot_be_reached_is_no_secret(damaged: Assistant, slack: SlackServer, tmp_path: Path) -> None:
    slack.fail("conversations.open", error="user_not_found")
    slack.fail("chat.postEphemeral", times=2, error="user_not_in_channel")
    with bot(slack.api_url, tmp_path, damaged.ask, speak=blocks.message, alert_to=OWNER) as running:
        slack.deliver(running.url, slack.body(slack.mention("Weekly MRR summary")))
        _, afterwards = slack.settled(2)
    assert afterwards["text"].startswith(
        "The owner of the book could not be told. Please tell an administrator: error "
    )


def test_an_answer_that_is_lost_keeps_no_alert_back(damaged: Assistant, slack: SlackServer, tmp_path: Path) -> None:
    slack.fail("chat.postMessage", error="is_archived")
    slack.fail("chat.postEphemeral", times=2, error="user_not_in_channel")
    with bot(slack.api_url, tmp_path, damaged.ask, speak=blocks.message, alert_to=OWNER) as running:
        slack.deliver(running.url, slack.body(slack.mention("Weekly MRR summary")))
        (alert,) = slack.settled(1, f"D{OWNER}")
    assert "The MRR bridge does not close" in alert["text"]


@pytest.mark.parametrize(
    ("question", "told", "alerted"),
    [
        ("Weekly MRR summary", "so nothing of it is shown", "The MRR bridge does not close"),
        ("Resumo semanal do MRR", "por isso nada dela é mostrado", "A ponte do MRR não fecha"),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_in_the_terminal_it_fails_and_says_why_where_errors_are_said(
    damaged: Assistant, question: str, told: str, alerted: str, form: list[str]
) -> None:
    where = ["--home", str(damaged.settings.retention_home), "--today", DEMO_DAY]
    done = CliRunner().invoke(app, ["ask", question, *form, *where], env={"COLUMNS": "400"})
    assert done.exit_code == 1
    assert told in done.stdout and not FIGURE.search(done.stdout)
    assert done.stderr.startswith(alerted) and len(done.stderr.strip().splitlines()) == 1


def test_what_was_withheld_leaves_no_figure_behind(damaged: Assistant) -> None:
    reply = ask(damaged, "Weekly MRR summary")
    assert (reply.outcome, reply.answer) == ("failed", None)
    from bot.tables import figures

    with damaged.store.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(figures)).scalar_one() == 0


def test_what_a_schedule_would_have_posted_is_withheld_too(
    damaged: Assistant, slack: SlackServer, tmp_path: Path
) -> None:
    friday = datetime(2026, 11, 13, 14, 0, tzinfo=ZoneInfo("America/Sao_Paulo"))
    with world(slack, tmp_path, damaged.settings.store, friday) as team:
        team.ask("every Monday 9h post the MRR summary for last week here")
        team.at("2026-11-16T09:00:10")
        posted, told = slack.settled(1)[0], slack.settled(1, "DU9")[0]
    assert posted["text"].startswith("The MRR bridge of this period does not close, so nothing of it is shown.")
    assert not FIGURE.search(posted["text"]) and FIGURE.search(told["text"])
