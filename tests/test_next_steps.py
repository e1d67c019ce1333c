"""What the assistant proposes to ask next works when asked word for word, in both languages."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from bot.app import Assistant
from bot.conversation import SUGGESTIONS, Reply
from bot.locale import Speaker
from bot.question import Person, Place, Question
from bot.router import Call
from tests.conftest import DEMO_DAY, assistant_at
from tools import NextSteps, Note, Part, Phrase
from tools.metrics import rank

TODAY = date.fromisoformat(DEMO_DAY)
LANGUAGES = ("en", "pt-BR")

LEADS_TO = {
    "What changed in the at-risk list since last week?": "accounts_at_risk",
    "How well did last quarter's at-risk list do?": "risk_track_record",
    "Why is {account} at risk?": "account_risk",
    "Renewal notice to {account}": "outreach_draft",
    "Win-back message to {account}": "outreach_draft",
    "Which accounts are at risk?": "accounts_at_risk",
    "Renewals next quarter": "renewals",
    "Renewal rate of the last 12 months": "renewals",
    "MRR next 3 months": "contracted_mrr",
    "Compare definitions of NRR": "compare_definitions",
    "Compare definitions of logo churn": "compare_definitions",
    "Weekly MRR summary": "mrr_summary",
    "MRR summary for last month": "mrr_summary",
    "Approve draft {id}": "drafts",
    "Reject draft {id}": "drafts",
    "Summary of {account}": "account_summary",
    "Trust plan for {account}": "trust_plan",
    "Show the survey round: {period}": "survey_round",
    "Discard the survey round: {period}": "survey_round",
    "Trust plan for {account}, for the customer": "trust_plan",
    "Internal trust plan for {account}": "trust_plan",
    "QBR pack for {account}": "qbr_pack",
    "QBR pack for {account} this quarter": "qbr_pack",
    "QBR pack for {account}, for the customer": "qbr_pack",
    "Internal QBR pack for {account}": "qbr_pack",
    "Value case for {account}": "value_case",
    "Value case for {account}, for the customer": "value_case",
    "Value case for {account}, 200 cases a month at 60 an hour": "value_case",
    "Internal value case for {account}": "value_case",
    "May I contact {account}?": "contact_guard",
    "Follow-up to {account}": "outreach_draft",
    "Re-engagement message to {account}": "outreach_draft",
    "Show draft {id}": "drafts",
    "Versions of draft {id}": "drafts",
    "Exit survey for {account}": "exit_survey",
    "Exit survey": "exit_survey",
    "Whom should we interview?": "interviewees",
    "Interview coverage": "interview_coverage",
    "Win-loss interview script": "interview_script",
    "Win-loss interview script for {account}": "interview_script",
    "Why-stay interview script for {account}": "interview_script",
}
ARGUMENTS = {
    "What changed in the at-risk list since last week?": {"about": "changes"},
    "How well did last quarter's at-risk list do?": {"period": "2026-Q3"},
    "Renewal notice to {account}": {"kind": "renewal_notice"},
    "Win-back message to {account}": {"kind": "win_back"},
    "Trust plan for {account}, for the customer": {"version": "customer"},
    "Internal trust plan for {account}": {"version": "internal"},
    "QBR pack for {account} this quarter": {"period": "2026-Q4"},
    "QBR pack for {account}, for the customer": {"version": "customer"},
    "Internal QBR pack for {account}": {"version": "internal"},
    "Value case for {account}, for the customer": {"version": "customer"},
    "Internal value case for {account}": {"version": "internal"},
    "Follow-up to {account}": {"kind": "follow_up"},
    "Re-engagement message to {account}": {"kind": "re_engagement"},
}
"""What a proposal says beyond its tool."""
PURPOSES = {
    "Win-loss interview script": "win_loss",
    "Win-loss interview script for {account}": "win_loss",
    "Why-stay interview script for {account}": "why_stay",
}


def leads_to(step: Phrase) -> str:
    """Whatever is said of playbooks leads to them."""
    return "find_playbook" if "the playbooks say" in step.msgid else LEADS_TO[step.msgid]


def proposals(reply: Reply) -> Iterator[Phrase]:
    yield from reply.suggestions
    for part in reply.answer.parts if reply.answer else ():
        if isinstance(part, NextSteps):
            yield from part.questions


def answer(bot: Assistant, text: str, call: Call | None = None) -> Reply:
    return bot.ask(Question(f"k/{text}", text, Person("terminal"), Place("terminal")), call)


@pytest.fixture(scope="module")
def bot(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """One assistant for all, with a store in which drafts are kept."""
    return assistant_at(demo_home, store_url=f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.sqlite'}")


@pytest.fixture(scope="module")
def kinds(bot: Assistant) -> dict[str, str]:
    """One account of each kind by id: at risk, healthy, with a cancellation known, and gone."""
    ranking = rank(bot.book(), TODAY)
    paying = {risk.standing.account_id for risk in ranking.risks}
    return {
        "risky": ranking.at_risk[0].standing.account_id,
        "healthy": ranking.risks[-1].standing.account_id,
        "cancelled": ranking.leaving[0].standing.account_id,
        "gone": min(set(bot.conversation.names(bot.book()).accounts) - paying),
    }


CALLS = [
    Call("accounts_at_risk", {}),
    Call("accounts_at_risk", {"renewing": "2027-Q1"}),
    Call("accounts_at_risk", {"renewing": "2026-09"}),
    Call("accounts_at_risk", {"owner": "Hannah Whitlock", "segment": "enterprise", "renewing": "2026-11-20"}),
    Call("accounts_at_risk", {"about": "changes", "since": "2026-11-02"}),
    Call("risk_track_record", {}),
    Call("renewals", {"plans": "without"}),
    Call("risk_feedback", {"account": "risky"}),
    *(Call("account_risk", {"account": kind}) for kind in ("risky", "healthy", "cancelled", "gone")),
    Call("mrr_summary", {}),
    Call("mrr_summary", {"period": "2026-11-20"}),
    Call("mrr_summary", {"period": "2019"}),
    Call("cohort_retention", {}),
    Call("contracted_mrr", {}),
    Call("contracted_mrr", {"until": "2026-09"}),
    Call("renewals", {}),
    Call("renewals", {"about": "rate"}),
    Call("renewals", {"about": "rate", "period": "2019"}),
    Call("compare_definitions", {"metric": "net_revenue_retention"}),
    Call("compare_definitions", {"metric": "net_new_mrr"}),
    Call("find_playbook", {"topic": "usage drops"}),
    Call("find_playbook", {"topic": "zzyzx"}),
    Call("exit_survey", {}),
    Call("interview_script", {}),
    Call("interview_script", {"purpose": "nonsense"}),
    Call("interview_script", {"purpose": "icp"}),
    Call("interviewees", {"period": "2026-Q3", "limit": 3}),
    Call("interview_coverage", {}),
    Call("survey_round", {}),
    Call("question_lint", {"text": "Don't you love it? Who decided?"}),
    Call("question_lint", {"text": "nothing to look at"}),
    *(
        Call(tool, {"account": kind, "version": version})
        for tool, version in (("qbr_pack", "internal"), ("value_case", "customer"), ("trust_plan", "customer"))
        for kind in ("healthy", "gone")
    ),
    Call("value_case", {"account": "risky"}),
    Call("qbr_pack", {"account": "risky", "version": "customer"}),
    *(
        Call("outreach_draft", {"account": account, "kind": kind})
        for account, kind in (
            ("healthy", "win_back"),
            ("gone", "win_back"),
            ("cancelled", "nps_request"),
            ("gone", "re_engagement"),
            ("risky", "follow_up"),
        )
    ),
    *(
        Call(tool, {"account": kind})
        for tool in ("account_summary", "trust_plan", "exit_survey", "interview_script")
        for kind in ("risky", "healthy", "cancelled", "gone")
    ),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.tool}-{'-'.join(map(str, call.arguments.values()))}")
def test_every_proposal_of_every_answer_works_when_asked(
    bot: Assistant, kinds: dict[str, str], call: Call, language: str
) -> None:
    arguments = {name: kinds.get(value, value) for name, value in call.arguments.items()}
    text = {"en": "show it to me, please", "pt-BR": "mostre isso para mim, por favor"}[language]
    reply = answer(bot, text, Call(call.tool, arguments))
    assert reply.language == language and reply.outcome != "failed"
    for step in proposals(reply):
        answered = answer(bot, Speaker(language).say(step))
        assert (answered.outcome, answered.language) == ("answered", language), Speaker(language).say(step)
        assert answered.call is not None and answered.call.tool == leads_to(step)
        assert [part for part in answered.answer.parts if is_a_reserve(part)] == []  # type: ignore[union-attr]
        if "account" in step.values:
            about = answered.call.arguments["account"]
            assert bot.conversation.names(bot.book()).accounts[about] == step.values["account"]
        if "id" in step.values:
            assert answered.call.arguments["draft"] == step.values["id"]
        assert ARGUMENTS.get(step.msgid, {}).items() <= answered.call.arguments.items()
        if step.msgid in PURPOSES:
            assert answered.call.arguments["purpose"] == PURPOSES[step.msgid]


def is_a_reserve(part: Part) -> bool:
    return isinstance(part, Note) and part.text.msgid.startswith("Not taken into account")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("step", SUGGESTIONS, ids=lambda step: step.msgid)
def test_what_is_proposed_instead_of_an_answer_works(bot: Assistant, step: Phrase, language: str) -> None:
    reply = answer(bot, Speaker(language).say(step))
    assert (reply.outcome, reply.language) == ("answered", language)
    assert reply.call is not None and reply.call.tool == leads_to(step)


@pytest.mark.parametrize(
    "template", ["Summary of {}", "Resumo de {}", "Plano de confiança para {}", "Trust plan for {}"]
)
def test_every_account_is_found_by_its_whole_name(bot: Assistant, template: str) -> None:
    """Whatever the name holds: ampersands, apostrophes, accents, common words, another account's beginning."""
    names = bot.conversation.names(bot.book())
    decisions = {
        account: bot.router.choose(template.format(name), "en", TODAY, names)
        for account, name in names.accounts.items()
    }
    assert {
        names.accounts[account]: decision
        for account, decision in decisions.items()
        if not isinstance(decision, Call) or decision.arguments.get("account") != account
    } == {}
