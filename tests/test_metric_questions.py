"""Questions for one figure, as people put them, and the arguments that they mean."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.router import Call, Clarify, Decision, Names
from bot.router.embedded import EmbeddedRouter
from tools import load

FILE = yaml.safe_load((Path(__file__).parent / "questions" / "metrics.yml").read_text(encoding="utf-8"))
TODAY = date.fromisoformat(FILE["today"])
NAMES = Names(
    FILE["names"]["accounts"], tuple(FILE["names"]["owners"]), tuple(FILE["names"]["segments"]),
    {dimension: tuple(values) for dimension, values in FILE["names"]["values"].items()},
)  # fmt: skip


@pytest.fixture(scope="module")
def router() -> EmbeddedRouter:
    return EmbeddedRouter(load())


def as_meant(decision: Decision, item: Mapping[str, Any]) -> bool:
    if "asks" in item:
        offered = [choice.call.arguments.get("metric") for choice in getattr(decision, "choices", ())]
        return isinstance(decision, Clarify) and offered == item["asks"]
    wanted = Call(item.get("tool", "query_metric"), item["arguments"])
    return decision == wanted and decision.unread == tuple(item.get("unread", ()))


@pytest.mark.parametrize("set_", ["questions", "fresh"])
@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_a_question_becomes_exactly_what_it_means(router: EmbeddedRouter, set_: str, language: str) -> None:
    asked = [item for item in FILE[set_] if item["lang"] == language]
    wrong = {}
    for item in asked:
        decision = router.choose(item["q"], language, TODAY, NAMES)
        if not as_meant(decision, item):
            wrong[item["q"]] = decision
    assert len(wrong) <= 0.1 * len(asked), wrong
    silently = {q: each for q, each in wrong.items() if isinstance(each, Call) and not each.unread}
    assert len(silently) <= 0.05 * len(asked), silently


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How many enterprise accounts in Brazil churned in Q3, by reason, against Q2?", "en"),
        ("Quantas contas enterprise do Brasil cancelaram no 3º trimestre, por motivo, contra o 2º?", "pt-BR"),
    ],
)
def test_the_sentence_of_the_requirement_means_the_same_in_both_languages(
    router: EmbeddedRouter, text: str, language: str
) -> None:
    assert router.choose(text, language, TODAY, NAMES) == Call(
        "query_metric",
        {
            "metric": "churned_accounts", "period": "2026-Q3", "compare": "2026-Q2", "by": "reason",
            "segment": "enterprise", "country": "BR",
        },
    )  # fmt: skip


def test_a_models_query_is_put_in_the_books_terms(router: EmbeddedRouter) -> None:
    said = {
        "metric": "NRR", "period": "Q3", "by": "csm", "compare": "the previous quarter", "segment": "SMB",
        "country": "Brazil", "industry": "healthcare", "limit": 500,
    }  # fmt: skip
    assert router.settle(Call("query_metric", said), TODAY, NAMES) == Call(
        "query_metric",
        {
            "metric": "net_revenue_retention", "period": "2026-Q3", "by": "owner", "compare": "previous",
            "segment": "smb", "country": "BR", "industry": "health", "limit": 25,
        },
    )  # fmt: skip


def test_a_models_query_of_a_metric_that_does_not_exist_is_asked_back(router: EmbeddedRouter) -> None:
    asked = router.settle(Call("query_metric", {"metric": "churn", "by": "segment"}), TODAY, NAMES)
    assert isinstance(asked, Clarify)
    assert [choice.call.arguments for choice in asked.choices] == [
        {"metric": metric, "by": "segment"}
        for metric in ("logo_churn_rate", "gross_mrr_churn_rate", "churned_accounts")
    ]


def test_what_names_nothing_in_the_book_is_asked_about(router: EmbeddedRouter) -> None:
    asked = router.choose("NRR of Goldtier accounts in Q3", "en", TODAY, NAMES)
    assert isinstance(asked, Clarify) and asked.question.values == {"name": "Goldtier"}


def test_the_schema_that_a_chat_model_sees_names_the_metrics() -> None:
    schema = load()["query_metric"].input.model_json_schema()
    assert {"logo_churn_rate", "churned_accounts"} <= set(schema["properties"]["metric"]["enum"])
    assert all(field.get("description") for field in schema["properties"].values())
