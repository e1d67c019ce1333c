"""Trace: any figure that was ever shown comes out the same again, from rows that add up to it."""

import csv
import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from block_kit_check import check
from bot import as_csv, blocks
from bot.app import Assistant
from bot.conversation import Reply
from bot.listeners import Desk, Identity
from bot.listeners.actions import question_from_click
from bot.listeners.doing import Click
from bot.locale import Speaker
from bot.lookups import Lookups
from bot.question import Person, Place, Question
from bot.router import Call
from bot.store import exact
from tests.books import contract, make_book
from tests.conftest import DEMO_DAY, ask
from tests.test_tools import run
from tools import Code, Deps, Download, Facts, NextSteps, NothingShown, Table, ToolError
from tools.metrics import Book, Figure, Money, Period, Retraced, all_metrics, dimension_values, retrace, statements
from tools.trace_figure import Input, trace_figure

QUESTIONS = (
    "Weekly MRR summary", "MRR summary for October 2026", "resumo de MRR de setembro de 2026",
    "MRR summary for Q3 2026", "MRR summary for 2025", "MRR last 90 days", "MRR summary for enterprise in Q2 2026",
    "MRR summary for smb last month",
    "MRR mid-market em agosto de 2026", "resumo de MRR da Luana Prado no trimestre passado",
    "MRR summary for Hannah Whitlock in Q1 2026", "Which accounts are at risk?", "contas em risco enterprise",
    "top 30 accounts at risk", "Summary of Clariluar Sistemas", "resumo da conta Palamar Idiomas",
    "MRR summary from 2026-01-15 to 2026-03-31", "mrr ontem", "MRR summary for Q4 2024",
)  # fmt: skip


def ids(reply: Reply) -> list[str]:
    """The figures of an answer, in reading order."""
    assert reply.answer is not None
    return [figure.id for figure in reply.answer.figures]


ASKED: Mapping[str, list[dict[str, Any]]] = {
    "cohort_retention": [{}, {"grain": "month"}],
    "contracted_mrr": [{}],
    "renewals": [{}, {"about": "rate"}],
    "mrr_summary": [{"period": "2026-Q2"}],
    "query_metric": [
        {"metric": "mrr", "by": "month", "period": "2026"},
        {"metric": "churned_accounts", "period": "2026-Q3", "by": "reason", "compare": "previous"},
    ],
}  # fmt: skip
SPREAD = 7
"""Figures that are counted again of each answer, spread over it."""


@pytest.mark.parametrize("tool", ASKED)
def test_figures_limited_by_any_dimension_come_out_the_same(demo, tool):
    """Of each answer, limited by every dimension in turn."""
    book, seen = demo.book(), 0
    limits = [{}, *({name: dimension_values(book, name)[0]} for name in LIMITED)]
    for asked, where in product(ASKED[tool], limits):
        try:
            figures = list(run(book, tool, today=date.fromisoformat(DEMO_DAY), **asked, **where).figures)
        except ToolError:
            continue  # nothing is so
        for figure in figures[:: max(1, len(figures) // SPREAD)]:
            found = retrace(book, figure, most=1)
            assert found.is_same, (asked, where, figure)
            assert found.adds_up, (asked, where, figure)
            seen += 1
    assert seen > len(limits)


LIMITED = ("segment", "country", "region", "owner", "industry", "size", "source")


def lines_of(answer: Any, kind: type) -> list[Any]:
    return [part for part in answer.parts if isinstance(part, kind)]


def as_number(cell: Any) -> int:
    return int(cell.minor) if isinstance(cell, Money) else int(cell)


def test_two_hundred_figures_of_answers_come_out_the_same_from_rows_that_add_up(demo: Assistant) -> None:
    shown = {
        figure.id: figure for text in QUESTIONS for figure in (ask(demo, text).answer or pytest.fail(text)).figures
    }
    assert len(shown) >= 200
    assert len({figure.metric for figure in shown.values()}) >= 13
    terminal = demo.shown(Place("terminal"))
    for figure_id, figure in list(shown.items()):
        kept = terminal.figure(figure_id)
        assert kept is not None and replace(kept, source=figure.source) == figure
        traced = retrace(demo.book(), kept)
        assert traced.is_same and traced.now.id == figure_id, figure
        part = sum(row["part"] for row in traced.rows)
        whole = sum(row["whole"] for row in traced.rows) if traced.rows and "whole" in traced.rows[0] else None
        exactly = part if whole is None else Fraction(part, whole) * traced.metric.scale if whole else None
        assert exactly == figure.value, figure


def deps_of(book: Book, figure: Figure | None = None, language: str = "en") -> Deps:
    class One(NothingShown):
        def figure(self, figure_id: str) -> Figure | None:
            return figure if figure and figure.id == figure_id else None

        def figures(self, answer: str | None = None) -> tuple[Figure, ...]:
            return (figure,) if figure and answer == "key" else ()

    return Deps(book, knowledge=None, today=date(2026, 10, 31), language=language, shown=One())  # type: ignore[arg-type]


def book_of_two(url: str, **more: Any) -> Book:
    """A pays 100.00 from January on, B 250.00 from February until September."""
    lines = [contract("a", "A", 10_000, "2026-01-01"), contract("b", "B", 25_000, "2026-02-01", "2026-09-01")]
    lines += more.pop("subscriptions", [])
    return make_book(url, subscriptions=lines, **more)


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_the_answer_lists_the_rows_and_what_they_add_up_to(url: str, language: str) -> None:
    book = book_of_two(url)
    figure = all_metrics()["net_revenue_retention"](book, Period.parse("2026-Q3"))
    answer = trace_figure(Input(figure=figure.id), deps_of(book, figure, language))
    (table,) = lines_of(answer, Table)
    speaker = Speaker()
    assert [[speaker.cell(cell) for cell in row] for row in table.rows] == [
        ["A", "R$100.00", "R$100.00"],
        ["B", "R$0.00", "R$250.00"],
        ["Total of 2 rows", "R$100.00", "R$350.00"],
    ]
    assert [speaker.say(column.label) for column in table.columns] == ["Account", "Numerator", "Denominator"]
    assert speaker.say(table.footnote) == "R$100.00 ÷ R$350.00 = 28.57%"
    assert speaker.say(answer.headline) == (
        "Net revenue retention (NRR) was shown as 28.57%; counted again just now, it is the same."
    )
    assert answer.figures == (figure,)
    assert answer.accounts == {"A", "B"}


def test_it_says_by_which_definition_and_what_was_asked(url: str) -> None:
    book = book_of_two(url, accounts=[{"account_id": "A", "name": "Aurora", "segment": "smb"}])
    figure = all_metrics()["logo_churn_rate"](book, Period.parse("2026-Q3"), {"segment": "smb"}, "stripe")
    definition, this = lines_of(trace_figure(Input(figure=figure.id.upper()), deps_of(book, figure)), Facts)
    said = {Speaker().say(fact.label): Speaker().say(fact.value) for fact in (*definition.items, *this.items)}
    assert said["Formula"] == "Logo churn = accounts lost in the period ÷ accounts paying at its start"
    assert said["Reference"].startswith("SaaS Metrics Standards Board")
    assert said["Variant stripe"].startswith("Stripe (Billing analytics glossary")
    assert said["Definition"] == "logo_churn_rate@1, stripe"
    assert (said["Period"], said["Limited to"]) == ("3rd quarter of 2026", "segment=smb")
    assert said["As shown"] == "0.00%, data as of 31 Oct 2026"
    assert said["Counted again"] == "0.00%, from 1 row, data as of 31 Oct 2026"


def many(url: str, n: int = 30) -> Book:
    lines = [contract(f"s{i:02}", f"A{i:02}", 1_000 + i, "2026-01-01") for i in range(n)]
    return make_book(url, subscriptions=lines)


def test_more_rows_than_are_read_are_one_row_and_a_file_that_has_them_all(url: str) -> None:
    book = many(url)
    figure = all_metrics()["mrr"](book, Period.parse("2026-10"))
    answer = trace_figure(Input(figure=figure.id), deps_of(book, figure))
    (table,), (file,) = lines_of(answer, Table), lines_of(answer, Download)
    others, total = ([Speaker().cell(cell) for cell in row] for row in table.rows[-2:])
    assert len(table.rows) == 22
    assert others == ["10 other rows", "R$100.45"]  # 10.00 … 10.09
    assert total == ["Total of 30 rows", "R$304.35"]
    assert sum(as_number(row[-1]) for row in table.rows[:-1]) == as_number(table.rows[-1][-1]) == figure.value
    written = list(csv.reader(StringIO(as_csv.text(file, Speaker()).removeprefix("\ufeff"))))
    assert written[0] == ["Account id", "Account", "Monthly recurring revenue (BRL)"]
    assert written[1] == ["A29", "A29", "10.29"]
    assert len(written) == 31 and sum(Fraction(row[-1]) * 100 for row in written[1:]) == figure.value
    assert file.name == f"mrr-{figure.id}.csv"


def test_a_file_that_cannot_have_them_all_has_the_others_as_one_row(url: str) -> None:
    from tools._listing import Listing

    book = many(url)
    figure = all_metrics()["average_revenue_per_account"](book, Period.parse("2026-10"))
    file = Listing(retrace(book, figure, most=3), "BRL").download()
    assert [[Speaker().cell(cell) for cell in row] for row in file.rows] == [
        ["A29", "A29", "R$10.29", "1"],
        ["A28", "A28", "R$10.28", "1"],
        ["A27", "A27", "R$10.27", "1"],
        ["—", "27 other rows", "R$273.51", "27"],
    ]


def test_data_that_changed_are_said_to_have(url: str) -> None:
    book = book_of_two(url)
    was = all_metrics()["mrr"](book, Period.parse("2026-10"))
    shown = replace(was, value=9_900, source=replace(was.source, as_of=date(2026, 10, 30)))
    answer = trace_figure(Input(figure=shown.id), deps_of(book, shown))
    assert Speaker().say(answer.headline) == (
        "Monthly recurring revenue was shown as R$99.00. The data have changed since: it is R$100.00 now."
    )
    assert answer.figures == (shown, was)


def test_a_figure_of_an_earlier_version_shows_how_it_was_counted_then(url: str) -> None:
    book = book_of_two(url)
    now = all_metrics()["mrr"](book, Period.parse("2026-10"))
    shown = replace(
        now, version=0, value=9_000, source=replace(now.source, sql="SELECT :x AS part", parameters={"x": "y z'"})
    )
    answer = trace_figure(Input(figure=shown.id), deps_of(book, shown))
    assert Speaker().say(answer.headline) == (
        "Monthly recurring revenue was R$90.00, shown under version 0 of its definition; "
        "under version 1 it is R$100.00."
    )
    then, given, *after = lines_of(answer, Code)
    assert (then.text, json.loads(given.text)) == ("SELECT :x AS part", {"x": "y z'"})
    assert len(after) == 2 and "mrr_movements" in after[0].text


@pytest.mark.parametrize("gone", [{"metric": "golden_ratio"}, {"variant": "of old"}])
def test_what_is_not_defined_any_more_is_shown_as_it_was_written_down(url: str, gone: dict[str, str]) -> None:
    book = book_of_two(url)
    shown = replace(all_metrics()["mrr"](book, Period.parse("2026-10")), **gone)  # type: ignore[arg-type]
    answer = trace_figure(Input(figure=shown.id), deps_of(book, shown))
    assert "R$100.00. It is not defined like that any more" in Speaker().say(answer.headline)
    assert "mrr_movements" in lines_of(answer, Code)[0].text


def test_a_composed_figure_shows_the_figures_it_is_made_of(url: str) -> None:
    from tools.trace_figure import _counted_again

    book, october = book_of_two(url), Period.parse("2026-10")
    arpa, churn = (all_metrics()[name](book, october) for name in ("average_revenue_per_account", "logo_churn_rate"))
    value = replace(arpa, metric="mrr", value=20_000)
    traced = Retraced(value, value, all_metrics()["mrr"], [], {}, {"arpa": arpa, "churn": churn})
    answer = _counted_again(traced, "BRL")
    (table,), (steps,) = lines_of(answer, Table), lines_of(answer, NextSteps)
    assert [[Speaker().cell(cell) for cell in (row[0], row[1], row[3], row[5])] for row in table.rows] == [
        ["arpa", "R$100.00", "average_revenue_per_account@1, standard", arpa.id],
        ["churn", "0.00%", "logo_churn_rate@1, standard", churn.id],
    ]
    assert [Speaker().say(step)[:18] for step in steps.questions] == [f"Trace {arpa.id}", f"Trace {churn.id}"]
    assert lines_of(answer, Code) == [] and traced.adds_up
    assert answer.figures == (value, arpa, churn)


def test_rows_that_do_not_make_the_figure_are_not_passed_over_in_silence(url: str) -> None:
    from tools.trace_figure import _counted_again

    book = book_of_two(url)
    traced = retrace(book, all_metrics()["mrr"](book, Period.parse("2026-10")))
    damaged = replace(traced, now=replace(traced.now, value=1), shown=replace(traced.now, value=1))
    said = [
        Speaker().say(part.text)
        for part in _counted_again(damaged, "BRL").parts
        if hasattr(part, "text") and not isinstance(part, Code)
    ]
    assert said[0].startswith("The rows do not add up to the figure: the ledger is damaged.")


def test_only_what_was_shown_can_be_traced(url: str) -> None:
    deps = deps_of(book_of_two(url))
    with pytest.raises(ToolError, match="ever shown"):
        trace_figure(Input(figure="f00000000000"), deps)
    with pytest.raises(ToolError, match="Which figure"):
        trace_figure(Input(), deps)


def busy(url: str) -> Book:
    """A little of everything that a metric reads."""
    when = date(2026, 8, 10)
    return book_of_two(
        url,
        accounts=[{"account_id": "A", "name": "Aurora", "segment": "smb", "signed_up_on": when}],
        subscriptions=[contract("c", "C", 5_000, "2026-08-01", "2026-08-20"), contract("d", "C", 900, "2026-09-02")],
        costs=[{"cost_id": "1", "on_day": when, "kind": "acquisition", "amount_minor": 7_000, "currency": "BRL"}],
        usage=[{"account_id": "A", "on_day": when, "feature": "", "events": 3}],
    )


def test_the_statements_that_are_shown_give_the_figures_in_any_client(url: str) -> None:
    book, checked = busy(url), 0
    for metric in all_metrics().values():
        for variant, where in product((metric.standard, *metric.variants), ({}, {"segment": "smb"})):
            figure = metric(book, Period.parse("2026-Q3"), where, variant)
            found = [(each.sql, json.loads(exact(dict(each.parameters)))) for each in statements(figure)]
            rows = [run_plainly(url, sql, parameters) for sql, parameters in found]
            if len(rows) == 1 and len(rows[0][0]) > 1:  # else it is worked out by the program, or not known at all
                ((part, *whole, _n),) = rows[0]
                worked_out = part if not whole else Fraction(part, whole[0]) * metric.scale if whole[0] else None
                assert worked_out == figure.value, figure
                checked += 1
    assert checked >= 50


def run_plainly(url: str, sql: str, parameters: Mapping[str, Any]) -> list[Any]:
    """As people do: the driver alone, parameters as text."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        with sqlite3.connect(str(parsed.database)) as connection:
            return connection.execute(sql, parameters).fetchall()
    named = re.sub(r":(\w+)", r"%(\1)s", sql.replace("%", "%%"))
    with psycopg.connect(parsed.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        return connection.execute(named, parameters).fetchall()  # type: ignore[call-overload]


def test_a_statement_is_laid_out_and_keeps_as_parameters_what_was_chosen(tmp_path: Path) -> None:
    book = book_of_two(f"sqlite:///{tmp_path / 'book.sqlite'}")
    figure = all_metrics()["churned_mrr"](book, Period.parse("2026-Q3"), {"segment": "smb"})
    (statement,) = statements(figure)
    assert (
        statement.sql
        == """\
SELECT CAST(coalesce(sum(rows.part), 0) AS BIGINT) AS part,
  count(*) AS row_count
FROM (
  SELECT mrr_movements.account_id AS account_id,
    mrr_movements.on_day AS on_day,
    mrr_movements.category AS category,
    mrr_movements.amount_minor AS part
  FROM mrr_movements
  WHERE mrr_movements.on_day >= :on_day_1 AND mrr_movements.on_day < :on_day_2 AND mrr_movements.category IN ('churn')
) AS rows
WHERE rows.account_id IN (
  SELECT accounts.account_id
  FROM accounts
  WHERE accounts.segment = :segment_1
)"""
    )
    assert statement.parameters == {"on_day_1": date(2026, 7, 1), "on_day_2": date(2026, 10, 1), "segment_1": "smb"}


# -- in Slack

PLACE = Place("channel", "T1", "C1", "1.0")


def post(bot: Assistant, text: str, call: Call | None = None, language: str = "") -> Reply:
    return bot.ask(Question(f"T1/C1/{text}", text, Person("U1"), PLACE, language), call)


def buttons_of(reply: Reply) -> list[dict[str, Any]]:
    """Those that ask, without the menu of what can be done besides."""
    found = [block["elements"] for block in blocks.message(reply).blocks if block["type"] == "actions"]
    return [each for row in found for each in row if each["action_id"].startswith("ask")]


def press(bot: Assistant, reply: Reply, action: str) -> Reply:
    """Press a button of an answer, by the way that a real click takes."""
    check(blocks.message(reply))
    pressed_one = next(each for each in buttons_of(reply) if each["action_id"] == action)
    body = {
        "user": {"id": "U2", "team_id": "T1"}, "channel": {"id": "C1"}, "message": {"ts": "1.0"},
        "container": {"type": "message", "message_ts": "1.0", "channel_id": "C1"},
    }  # fmt: skip
    desk = Desk(Identity("T1", "UB", "B"), lambda _: None, lambda *_: None, Lookups(date.today))
    action_of = {**pressed_one, "action_ts": f"{len(action)}.{len(reply.question.key)}"}
    asked = question_from_click(Click(action_of, body, desk))
    assert asked.place == PLACE
    asked = replace(asked, asker=replace(asked.asker, outsider=False))  # as Slack says
    if not asked.choice:
        return bot.ask(asked)
    pressed = json.loads(asked.choice)
    return bot.ask(asked, Call(pressed["tool"], pressed["arguments"]))


@pytest.mark.parametrize(
    ("text", "button", "verdict"),
    [
        (
            "Weekly MRR summary",
            "How was this counted?",
            "counted again just now, it is the same.",
        ),
        (
            "Resumo semanal de MRR",
            "Como isso foi contado?",
            "contando de novo agora, dá o mesmo.",
        ),
    ],
)
def test_two_clicks_lead_from_an_answer_to_the_rows_of_one_figure(
    demo: Assistant, text: str, button: str, verdict: str
) -> None:
    answer = post(demo, text)
    (trace,) = [each for each in buttons_of(answer) if each["action_id"] == "ask:trace"]
    assert trace["text"]["text"] == button
    listed = press(demo, answer, "ask:trace")
    assert answer.answer is not None
    assert ids(listed) == ids(answer)
    assert listed.language == answer.language
    traced = press(demo, listed, buttons_of(listed)[0]["action_id"])
    assert traced.call == Call("trace_figure", {"figure": ids(answer)[0]})
    speaker = Speaker(traced.language)
    assert speaker.say(traced.message).endswith(verdict)
    assert speaker.say(answer.answer.figures[0]) in speaker.say(traced.message)
    message = blocks.message(traced)
    check(message)
    assert [file.name for file in message.files] == [f"mrr-{ids(answer)[0]}.csv"]


def test_a_trace_has_no_button_to_trace_it_and_an_answer_without_figures_neither(demo: Assistant) -> None:
    answer = post(demo, "Weekly MRR summary")
    for reply in (press(demo, answer, "ask:trace"), post(demo, "What do the playbooks say about renewals?")):
        assert reply.answer is not None
        assert "ask:trace" not in json.dumps(blocks.message(reply).blocks)


@pytest.mark.parametrize("words", ["how was this counted?", "de onde vem esse número"])
def test_asked_in_words_it_means_the_last_answer_of_the_thread(demo: Assistant, words: str) -> None:
    answer = post(demo, "Weekly MRR summary")
    assert ids(post(demo, words)) == ids(answer)


@pytest.mark.parametrize(
    "words", ["trace {id}", "how was {id} counted", "de onde vem o {id}?", "{ID}", "is {id} right"]
)
def test_a_typed_id_is_traced_in_both_languages(demo: Assistant, words: str) -> None:
    figure_id = ids(post(demo, "Which accounts are at risk?"))[-1]
    traced = post(demo, words.format(id=figure_id, ID=figure_id.upper()))
    assert traced.call == Call("trace_figure", {"figure": figure_id})


def test_a_figure_of_another_workspace_is_not_there(demo: Assistant) -> None:
    figure_id = ids(post(demo, "Weekly MRR summary"))[0]
    elsewhere = Question("T2/C9/1", f"trace {figure_id}", Person("U9"), Place("channel", "T2", "C9", "1"))
    refused = demo.ask(elsewhere)
    assert (refused.outcome, refused.message.msgid) == ("declined", "No figure {id} was ever shown here.")
