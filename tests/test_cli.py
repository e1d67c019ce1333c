"""The `retention` command, as scripts and people use it."""

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from bot.__main__ import app
from bot.chatting import chat
from tests.conftest import DEMO_DAY, assistant_at

COMMANDS = (
    "ask",
    "chat",
    "load",
    "ledger",
    "demo",
    "define",
    "metric",
    "movements",
    "trace",
    "index",
    "serve",
    "doctor",
)


def run(*arguments: str, home: Path | None = None) -> Result:
    where = ["--home", str(home), "--today", DEMO_DAY] if home else []
    return CliRunner().invoke(app, [*where, *arguments], catch_exceptions=False, env={"COLUMNS": "120"})


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    shown = run(command, "--help")
    assert shown.exit_code == 0
    assert f"Example: retention {command}" in " ".join(shown.stdout.split())


def test_ask_as_json_has_everything_a_script_needs(demo_home: Path) -> None:
    shown = run("ask", "--json", "MRR summary for October 2026", home=demo_home)
    answer = json.loads(shown.stdout)
    assert shown.exit_code == 0
    assert (answer["language"], answer["tool"], answer["arguments"]) == ("en", "mrr_summary", {"period": "2026-10"})
    figure = next(each for each in answer["figures"] if each["metric"] == "net_new_mrr")
    assert set(figure) >= {"id", "metric", "version", "variant", "value", "unit", "period", "segment"}
    assert figure["unit"] == "BRL" and round(figure["value"] * 100) == figure["minor_units"]
    start, *moves, end = (row[1]["amount"] for row in answer["tables"][0]["rows"])
    assert round(start + sum(moves), 2) == end
    assert answer["headline"] in answer["text"].replace("\n", " ")


def test_files_that_an_answer_offers_are_saved_where_told(demo_home: Path, tmp_path: Path) -> None:
    asked = [
        "--home",
        str(demo_home),
        "ask",
        "renewals next quarter as csv",
        "--today",
        DEMO_DAY,
        "--files",
        str(tmp_path),
    ]
    for _ in range(2):
        assert CliRunner().invoke(app, asked).exit_code == 0
    assert len(list(tmp_path.glob("*.csv"))) == 4  # two tables, twice: nothing is written over
    text = next(tmp_path.glob("*-1.csv")).read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == "Account,Renewal,Days left,MRR (BRL),Auto-renews,Notice by,Owner"


def test_options_may_stand_before_or_after_the_command(demo_home: Path) -> None:
    before = run("ask", "--json", "Weekly MRR summary", home=demo_home)
    after = run("ask", "--json", "Weekly MRR summary", "--home", str(demo_home), "--today", DEMO_DAY)
    assert json.loads(before.stdout)["figures"] == json.loads(after.stdout)["figures"]


@pytest.mark.parametrize(
    ("question", "status", "outcome"),
    [
        ("Which accounts are at risk?", 0, "answered"),
        ("Account summary", 3, "clarify"),
        ("Summary of Auriluz", 3, "clarify"),
        ("What is the weather in Lisbon tomorrow?", 4, "declined"),
        ("", 4, "declined"),
    ],
)
def test_the_exit_status_says_what_became_of_the_question(
    demo_home: Path, question: str, status: int, outcome: str
) -> None:
    shown = run("ask", "--json", question, home=demo_home)
    assert (shown.exit_code, json.loads(shown.stdout)["outcome"]) == (status, outcome)


def test_without_a_book_the_answer_says_how_to_get_one_and_fails(tmp_path: Path) -> None:
    shown = run("ask", "Which accounts are at risk?", home=tmp_path)
    assert shown.exit_code == 1
    assert "retention load" in shown.stdout and "retention demo" in shown.stdout


def test_the_same_question_a_hundred_times_gives_the_same_figures(demo) -> None:
    from tests.conftest import ask

    first = ask(demo, "Which accounts are at risk?").answer
    assert all(ask(demo, "Which accounts are at risk?").answer == first for _ in range(99))


def test_a_metric_by_segment_adds_up_to_the_whole(demo_home: Path) -> None:
    whole = json.loads(run("metric", "churned_mrr", "--period", "2026-Q3", "--json", home=demo_home).stdout)
    parts = run("metric", "churned_mrr", "--period", "2026-Q3", "--by", "segment", "--json", home=demo_home)
    assert sum(part["minor_units"] for part in json.loads(parts.stdout)) == whole[0]["minor_units"] < 0


def test_a_figure_of_a_group_can_be_traced_too(demo_home: Path) -> None:
    shown = run("metric", "net_revenue_retention", "--period", "2026-Q3", "--by", "owner", "--json", home=demo_home)
    told = run("trace", json.loads(shown.stdout)[2]["id"], home=demo_home)
    assert told.exit_code == 0 and "the same" in told.stdout


def test_a_filter_that_matches_nothing_says_what_there_is(demo_home: Path) -> None:
    refused = run("metric", "mrr", "--period", "2026-Q3", "--where", "segment=gold", home=demo_home)
    assert refused.exit_code == 1
    assert "enterprise" in refused.stderr and "smb" in refused.stderr


@pytest.mark.parametrize("wrong", [("mrrr", "2026-Q3"), ("mrr", "last tuesday")])
def test_a_metric_or_period_that_does_not_exist_is_one_sentence(demo_home: Path, wrong: tuple[str, str]) -> None:
    refused = run("metric", wrong[0], "--period", wrong[1], home=demo_home)
    assert refused.exit_code == 1 and refused.stdout == "" and wrong[wrong[0] == "mrr"] in refused.stderr


def test_movements_as_csv_add_up_to_the_net_new_mrr(demo_home: Path) -> None:
    listed = run("movements", "--from", "2026-10-01", "--to", "2026-10-31", "--csv", home=demo_home)
    frame = pd.read_csv(io.StringIO(listed.stdout))
    net = json.loads(run("metric", "net_new_mrr", "--period", "2026-10", "--json", home=demo_home).stdout)
    assert frame["amount_minor"].sum() == net[0]["minor_units"]


def test_every_figure_shown_can_be_traced_to_rows_that_add_up_to_it(demo_home: Path) -> None:
    answer = json.loads(run("ask", "--json", "MRR summary for Q3 2026", home=demo_home).stdout)
    for figure in answer["figures"]:
        told = run("trace", figure["id"], home=demo_home)
        assert told.exit_code == 0 and "the same" in told.stdout and "SELECT" in told.stdout
        rows = pd.read_csv(io.StringIO(run("trace", figure["id"], "--csv", home=demo_home).stdout))
        whole = rows["whole"].sum() if "whole" in rows else None
        worked = rows["part"].sum() if whole is None else 100 * rows["part"].sum() / whole
        shown = figure["minor_units"] if figure["unit"] == "BRL" else figure["value"]
        assert worked / (100 if figure["unit"] == "ratio" else 1) == pytest.approx(shown)


def test_an_id_that_was_never_shown_is_one_sentence(demo_home: Path) -> None:
    refused = run("trace", "f00000000000", home=demo_home)
    assert refused.exit_code == 1 and "f00000000000" in refused.stderr


def test_a_demo_never_overwrites_a_companys_own_book(demo_home: Path, tmp_path: Path) -> None:
    own = tmp_path / "home"
    assert run("load", str(demo_home / "exports"), home=own).exit_code == 0
    book = (own / "book.sqlite").read_bytes()
    refused = run("demo", home=own)
    assert refused.exit_code == 1 and "company's own book" in " ".join(refused.stdout.split())
    assert (own / "book.sqlite").read_bytes() == book


def test_load_check_only_reports(demo_home: Path, tmp_path: Path) -> None:
    shown = run("load", str(demo_home / "exports"), "--check", home=tmp_path)
    assert shown.exit_code == 0 and "Only checked" in shown.stdout
    assert not (tmp_path / "book.sqlite").exists()


def test_a_refused_load_says_which_row_and_keeps_the_book(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "accounts.csv").write_text("account_id,name\nA,Acme\n")
    subscriptions = "subscription_id,account_id,amount,currency,interval,started_on\n"
    (exports / "subscriptions.csv").write_text(f"{subscriptions}S1,A,100.00,BRL,monthly,2026-01-01\n")
    assert run("load", str(exports), home=tmp_path).exit_code == 0
    (exports / "subscriptions.csv").write_text(f"{subscriptions}S1,B,100.00,BRL,monthly,2026-13-01\n")
    refused = run("load", str(exports), home=tmp_path)
    assert refused.exit_code == 1
    said = " ".join(refused.stdout.split())
    assert "subscriptions.csv" in said and "row 2" in said and "2026-13-01" in said and "Nothing was loaded" in said
    answer = json.loads(run("ask", "--json", "MRR summary for January 2026", home=tmp_path).stdout)
    assert answer["figures"][0]["value"] == 100.0


def test_chat_answers_until_an_empty_line_and_a_number_picks_a_choice(demo_home: Path, tmp_path: Path) -> None:
    lines = iter(["Summary of Auriluz", "1", ""])
    console = Console(record=True, width=120)
    chat(assistant_at(demo_home, store_url=f"sqlite:///{tmp_path / 's.sqlite'}"), console, lambda _: next(lines))
    shown = console.export_text()
    assert "1. Auriluz" in shown and "Account summary · Auriluz" in shown


def test_a_picked_choice_is_answered_in_the_language_of_the_question(demo_home: Path, tmp_path: Path) -> None:
    lines = iter(["resumo da conta auriluz", "2", ""])
    console = Console(record=True, width=120)
    chat(assistant_at(demo_home, store_url=f"sqlite:///{tmp_path / 's.sqlite'}"), console, lambda _: next(lines))
    assert "Resumo da conta · Auriluz" in console.export_text()


def test_chat_ends_when_the_input_ends(demo_home: Path, tmp_path: Path) -> None:
    def end(_: str) -> str:
        raise EOFError

    chat(assistant_at(demo_home, store_url=f"sqlite:///{tmp_path / 's.sqlite'}"), Console(record=True), end)
