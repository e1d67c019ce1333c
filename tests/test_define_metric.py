"""Definitions of metrics, in both languages, with the latest figure beside them."""

from datetime import date

import pytest

from bot.blocks import message
from bot.locale import Speaker
from bot.question import Person, Place, Question
from bot.router import Call
from bot.terminal import plain
from tests.block_kit_check import check
from tests.books import contract, make_book
from tests.test_tools import run
from tools import Answer, Facts, Table
from tools.metrics import Figure, Period, all_metrics

METRICS = sorted(all_metrics())
LANGUAGES = ("en", "pt-BR")


def define(demo, metric=None, language="en"):
    arguments = {"metric": metric} if metric else {}
    return demo.conversation.answer(
        Question("k", "define", Person("terminal"), Place("terminal"), language=language),
        Call("define_metric", arguments),
    )


def rows(answer: Answer):
    return next(part.rows for part in answer.parts if isinstance(part, Table))


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_told_whole_with_each_variant_and_its_figure_of_the_month(demo, name):
    metric, october = all_metrics()[name], Period.parse("2026-10")
    reply = define(demo, name, "pt-BR")
    told = " ".join(plain(reply).split())
    assert reply.outcome == "answered"
    check(message(reply))
    assert f"{name}@{metric.version}" in told
    (now,) = (fact.value for fact in reply.answer.parts[0].items if isinstance(fact.value, Figure))
    assert now.id == metric(demo.book(), october).id and Speaker("pt-BR").say(now).replace("\xa0", " ") in told.replace(
        "\xa0", " "
    )
    if metric.variants:
        assert [row[0] for row in rows(reply.answer)] == [metric.standard, *metric.variants]
        assert [row[2].variant for row in rows(reply.answer)] == [metric.standard, *metric.variants]


@pytest.mark.parametrize(
    ("called", "meant"),
    [
        ("NRR", "net_revenue_retention"), ("net revenue retention", "net_revenue_retention"),
        ("retenção líquida de receita", "net_revenue_retention"), ("RETENCAO LIQUIDA", "net_revenue_retention"),
        ("ltv/cac", "ltv_to_cac"), ("churn de logo", "logo_churn_rate"), ("net_new_mrr", "net_new_mrr"),
    ],
)  # fmt: skip
def test_a_metric_is_known_by_whatever_people_call_it(demo, called, meant):
    version = define(demo, called).answer.parts[0].items[-1].value
    assert version.partition("@")[0] == meant


def test_definitions_are_in_the_readers_language(demo):
    english, portuguese = (plain(define(demo, "GRR", language)) for language in LANGUAGES)
    assert "Of the MRR with which the period opened" in " ".join(english.split())
    assert "Do MRR com que o período abriu" in " ".join(portuguese.split())
    assert "Por fluxos" in portuguese and "By flows" not in portuguese


def test_an_unknown_metric_is_refused_with_the_nearest(demo):
    reply = define(demo, "net revenue retantion")
    assert reply.outcome == "declined"
    assert Speaker().say(reply.suggestions[0]) == "What is Net revenue retention (NRR)?"


@pytest.mark.parametrize("name", [name for name in METRICS if all_metrics()[name].hides])
def test_a_rate_that_hides_is_not_defined_without_what_it_hides(demo, name):
    answer = define(demo, name).answer
    behind = [part.title.msgid for part in answer.parts if isinstance(part, Facts) and part.title]
    assert "What this figure hides" in behind and answer.accounts


def test_the_figure_is_of_the_last_month_that_is_over_and_in_the_data(tmp_path):
    lines = [contract("s", "A", 1_000, "2026-01-01")]
    book = make_book(f"sqlite:///{tmp_path / 'book.sqlite'}", as_of="2026-09-30", subscriptions=lines)
    for today, month in (("2026-11-20", "2026-09"), ("2026-09-30", "2026-08"), ("2026-10-01", "2026-09")):
        answer = run(book, "define_metric", date.fromisoformat(today), metric="mrr")
        assert str(answer.figures[0].period) == month


def test_asked_for_none_it_lists_them_all(demo):
    assert [row[0] for row in rows(define(demo).answer)] == list(all_metrics())
