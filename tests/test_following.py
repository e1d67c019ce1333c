"""Follow-ups: what a question leaves unsaid because it was answered just before."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from bot.conversation import Reply
from bot.question import Person, Place, Question
from bot.router import Call, Clarify, Context, Names
from bot.router.embedded import EmbeddedRouter
from tests.conftest import assistant_at
from tools import Download, load

TODAY = date(2026, 11, 22)
NAMES = Names(
    {"A1": "Bravo Logística", "A2": "Café Serrano", "A3": "Banco Mirante"}, ("Ana Souza",), ("enterprise", "smb")
)
RISK = Context(Call("accounts_at_risk", {"segment": "enterprise"}), ("A2", "A3"))
NRR = Context(Call("query_metric", {"metric": "net_revenue_retention", "period": "2026-Q3", "segment": "enterprise"}))
WEEK = Context(Call("mrr_summary", {"period": "2026-W46"}))
BRAVO = Context(Call("account_summary", {"account": "A1"}))


@pytest.fixture(scope="module")
def router() -> EmbeddedRouter:
    return EmbeddedRouter(load())


def nrr(**more: str) -> Call:
    return Call("query_metric", {**NRR.call.arguments, **more})


@pytest.mark.parametrize(
    ("context", "said", "meant"),
    [
        (NRR, "and in Q2?", nrr(period="2026-Q2")),
        (NRR, "contra o 2º", nrr(compare="2026-Q2")),
        (NRR, "against the first", nrr(compare="2026-Q1")),
        (Context(Call("define_metric", {"metric": "net_revenue_retention"})), "qual foi no 3º trimestre?",
         Call("query_metric", {"metric": "net_revenue_retention", "period": "2026-Q3"})),
        (Context(Call("find_playbook", {"topic": "usage"}), about="A3"), "trust plan for them",
         Call("trust_plan", {"account": "A3"})),
        (NRR, "e no Q2?", nrr(period="2026-Q2")),
        (NRR, "só smb", nrr(segment="smb")),
        (NRR, "e da carteira da Ana?", nrr(owner="Ana Souza")),
        (NRR, "by country please", nrr(by="country")),
        (NRR, "and GRR?", nrr(metric="gross_revenue_retention")),
        (NRR, "compared with last year", nrr(compare="year")),
        (NRR, "and the quarter before?", nrr(period="2026-Q2")),
        (NRR, "por quê?", nrr(compare="previous", by="segment")),
        (NRR, "in Portuguese please", Call("query_metric", NRR.call.arguments, language="pt-BR")),
        (RISK, "can I get that as CSV?", Call("accounts_at_risk", {"segment": "enterprise"}, form="csv")),
        (RISK, "e todas?", Call("accounts_at_risk", {})),
        (RISK, "and all of them", Call("accounts_at_risk", {})),
        (Context(Call("trace_figure", {}), earlier=WEEK), "e em outubro?", Call("mrr_summary", {"period": "2026-10"})),
        (RISK, "top 3", Call("accounts_at_risk", {"segment": "enterprise", "limit": 3})),
        (RISK, "draft the exit survey for the second one", Call("exit_survey", {"account": "A3"})),
        (RISK, "e a primeira?", Call("account_summary", {"account": "A2"})),
        (RISK, "trust plan for #2", Call("trust_plan", {"account": "A3"})),
        (RISK, "why?", Call("account_risk", {"account": "A2"})),
        (WEEK, "e a semana anterior?", Call("mrr_summary", {"period": "2026-W45"})),
        (WEEK, "what about NRR?", Call("query_metric", {"metric": "net_revenue_retention", "period": "2026-W46"})),
        (BRAVO, "trust plan", Call("trust_plan", {"account": "A1"})),
        (BRAVO, "e o Café Serrano?", Call("account_summary", {"account": "A2"})),
        (Context(Call("find_playbook", {"topic": "renewals"})), "e sobre desconto?",
         Call("find_playbook", {"topic": "desconto"})),
    ],
)  # fmt: skip
def test_what_is_left_unsaid_is_taken_from_before(
    router: EmbeddedRouter, context: Context, said: str, meant: Call
) -> None:
    assert router.choose(said, "en", TODAY, NAMES, context) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("weekly MRR summary", Call("mrr_summary", {"period": "2026-W46"})),
        ("GRR in Q1", Call("query_metric", {"metric": "gross_revenue_retention", "period": "2026-Q1"})),
        ("summary of Banco Mirante", Call("account_summary", {"account": "A3"})),
    ],
)
def test_a_new_question_takes_over_nothing(router: EmbeddedRouter, said: str, meant: Call) -> None:
    assert router.choose(said, "en", TODAY, NAMES, NRR) == meant


def test_what_stands_in_no_list_is_asked_for(router: EmbeddedRouter) -> None:
    asked = router.choose("trust plan for the fifth one", "en", TODAY, NAMES, RISK)
    assert isinstance(asked, Clarify)


def test_a_name_given_when_asked_which_account_completes_the_question(router: EmbeddedRouter) -> None:
    asked = router.choose("trust plan", "en", TODAY, NAMES)
    assert isinstance(asked, Clarify) and asked.call == Call("trust_plan", {})
    answered = router.choose("Bravo Logística", "en", TODAY, NAMES, Context(asked.call))
    assert answered == Call("trust_plan", {"account": "A1"})


class Thread:
    """A conversation with the assistant over a book, as in one thread of Slack."""

    def __init__(self, home: Path) -> None:
        self.home, self.place = home, Place("channel", "T1", "C1", uuid4().hex)

    def ask(self, text: str) -> Reply:
        bot = assistant_at(self.home)  # a new one each time: the context survives restarts
        return bot.ask(Question(f"T1/C1/{uuid4().hex}", text, Person("U1"), self.place))


def arguments(reply: Reply) -> Mapping[str, Any]:
    assert reply.call is not None, reply.message
    return reply.call.arguments


def test_a_thread_goes_on_after_a_restart(demo_home: Path) -> None:
    thread = Thread(demo_home)
    listed = thread.ask("quais as 3 contas em maior risco?")
    assert listed.answer is not None and len(listed.answer.listed) == 3
    plan = thread.ask("faz o plano de confiança da segunda")
    assert plan.call is not None and plan.call.tool == "trust_plan"
    assert arguments(plan)["account"] == listed.answer.listed[1]
    assert plan.language == "pt-BR"


def test_as_csv_gives_the_same_rows_as_a_file_and_in_english_the_same_figures(demo_home: Path) -> None:
    thread = Thread(demo_home)
    before = thread.ask("contas em risco")
    english = thread.ask("in English please")
    assert before.answer and english.answer and english.language == "en"
    assert [each.id for each in english.answer.figures] == [each.id for each in before.answer.figures]
    files = thread.ask("as csv")
    assert files.answer is not None
    assert {type(part) for part in files.answer.parts} == {Download}


def test_what_no_word_tells_is_answered_in_the_language_of_the_thread(demo_home: Path) -> None:
    thread = Thread(demo_home)
    assert thread.ask("quais contas estão em risco?").language == "pt-BR"
    assert thread.ask("NRR Q3").language == "pt-BR"
    assert Thread(demo_home).ask("NRR Q3").language == "en"


def test_another_thread_knows_nothing_of_it(demo_home: Path) -> None:
    Thread(demo_home).ask("contas em risco")
    assert Thread(demo_home).ask("só enterprise").call is None


def test_how_it_was_counted_is_no_new_subject(demo_home: Path) -> None:
    thread = Thread(demo_home)
    thread.ask("Weekly MRR summary")
    assert thread.ask("how was this counted?").call == Call("trace_figure", {})
    assert thread.ask("and in October?").call == Call("mrr_summary", {"period": "2026-10"})
