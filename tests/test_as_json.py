"""JSON for scripts: numbers a person would say, typed cells, and everything serialisable."""

import json

import pytest

import samples
from bot import as_json
from bot.conversation import Reply
from bot.locale import LANGUAGES
from samples import CODE, DOWNLOAD, FACTS, HEATMAP, PASSAGE, SURVEY, TABLE, TWO_LINES, reply

EVERY = [
    pytest.param(each, id=f"{language}: {name}")
    for language in LANGUAGES
    for name, each in samples.replies(language)
    if not name.startswith("enormous")
]


@pytest.mark.parametrize("sample", EVERY)
def test_every_reply_is_json(sample: Reply) -> None:
    written = as_json.document(sample)
    assert json.loads(json.dumps(written, allow_nan=False)) == written


def test_the_question_and_what_was_understood_come_first() -> None:
    written = as_json.document(reply())
    assert {
        key: written[key] for key in ("question", "language", "outcome", "tool", "arguments", "subject", "headline")
    } == {
        "question": "Weekly MRR summary",
        "language": "en",
        "outcome": "answered",
        "tool": "mrr_summary",
        "arguments": {"period": "2026-W46"},
        "subject": "MRR summary · week of 9 November 2026",
        "headline": "MRR ended the week at R$114,000.00.",
    }


def test_figures_hold_the_number_a_person_would_say() -> None:
    money, percent, undefined = as_json.document(reply(FACTS))["figures"]
    assert money.pop("id").startswith("f")
    assert money == {
        "metric": "mrr", "version": 1, "variant": "default", "value": 114_000.0, "unit": "BRL",
        "minor_units": 11_400_000, "shown": "R$114,000.00",
        "period": {
            "from": "2026-11-09", "to": "2026-11-15",
            "written": "2026-W46", "text": "week of 9 November 2026",
        },
        "segment": {}, "rows": 4, "as_of": "2026-11-22", "tables": [],
    }  # fmt: skip
    assert (percent["value"], percent["unit"], percent["shown"]) == (
        pytest.approx(91.6666667),
        "percent",
        "91.67%",
    )
    assert (undefined["value"], undefined["minor_units"], undefined["shown"]) == (None, None, "not defined")


def test_cells_are_typed() -> None:
    (table,) = as_json.document(reply(TABLE))["tables"]
    assert table == {
        "title": "Top movers",
        "columns": ["Account", "Change", "Share"],
        "rows": [
            ["Padaria São João", {"amount": -1234.56, "currency": "BRL"}, pytest.approx(33.3333333)],
            ["ACME, Inc.", {"amount": 500.0, "currency": "USD"}, None],
            ["others (2)", {"amount": 0.0, "currency": "BRL"}, None],
        ],
    }
    assert as_json.document(reply(FACTS))["facts"][3] == {
        "label": "Renews on", "value": "2026-12-01", "shown": "1 Dec 2026"
    }  # fmt: skip


def test_heat_maps_code_downloads_and_further_lines_are_data() -> None:
    written = as_json.document(reply(HEATMAP, CODE, DOWNLOAD, TWO_LINES))
    (heatmap,) = written["heatmaps"]
    assert (heatmap["row_title"], heatmap["head_title"], heatmap["columns"]) == ("Cohort", "Accounts", [0, 1, 2, 3])
    assert heatmap["rows"][1] == {
        "label": "2026-09", "head": 19, "cells": [pytest.approx(101.3), pytest.approx(97.6), None, None],
    }  # fmt: skip
    assert written["code"] == [{"language": "sql", "text": CODE.text}]
    (download,) = written["downloads"]
    assert (download["name"], download["columns"]) == ("mrr.csv", ["Account", "MRR", "on_day"])
    assert download["rows"][0] == ["ACME, Inc.", {"amount": 1234.56, "currency": "BRL"}, "2026-10-01"]
    (chart,) = written["charts"]
    assert (chart["name"], [line["name"] for line in chart["beside"]]) == ("2026", ["the year before"])
    assert chart["beside"][0]["points"][0] == {
        "label": "2025-01-01", "value": {"amount": 80_900.0, "currency": "BRL"},
    }  # fmt: skip


def test_passages_and_drafts_name_their_source_and_language() -> None:
    written = as_json.document(reply(PASSAGE, SURVEY))
    assert written["passages"][0]["source"] == "renewal-90-days.md#what-to-do"
    assert (written["passages"][0]["file"], written["passages"][0]["section"]) == (
        "renewal-90-days.md",
        "what-to-do",
    )
    assert (written["drafts"][0]["kind"], written["drafts"][0]["language"]) == ("exit_survey", "pt-BR")
    assert written["drafts"][0]["markdown"].startswith("# A survey for ACME, Inc.")


def test_choices_can_be_run_as_they_are() -> None:
    choices = as_json.document(dict(samples.replies("en"))["clarify"])["choices"]
    assert choices[0] == {"label": "ACME, Inc.", "tool": "account_summary", "arguments": {"account": "a1"}}
