"""Have something drafted: what, for whom, in which language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot import inputs
from bot.block_kit import Block
from bot.inputs import Filled, Wrong
from bot.locale import Speaker
from bot.lookups import Lookups
from bot.modals._modal import About, Asked, Modal
from tools import Phrase, phrase


@dataclass(frozen=True)
class Paper:
    """What can be drafted: by which tool, with which arguments of its own, and whether it needs an account."""

    called: Phrase
    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    for_any: bool = False


def _letter(called: Phrase, kind: str) -> Paper:
    return Paper(called, "outreach_draft", {"kind": kind})


PAPERS: Mapping[str, Paper] = {
    "trust_plan": Paper(phrase("Trust plan"), "trust_plan"),
    "joint_plan": Paper(phrase("Joint plan, for the customer"), "trust_plan", {"version": "customer"}),
    "renewal_notice": _letter(phrase("Renewal notice"), "renewal_notice"),
    "follow_up": _letter(phrase("Follow-up"), "follow_up"),
    "nps_request": _letter(phrase("NPS request"), "nps_request"),
    "re_engagement": _letter(phrase("Re-engagement message"), "re_engagement"),
    "win_back": _letter(phrase("Win-back message"), "win_back"),
    "qbr_pack": Paper(phrase("QBR pack"), "qbr_pack"),
    "value_case": Paper(phrase("Value case"), "value_case"),
    "exit_survey": Paper(phrase("Exit survey"), "exit_survey", for_any=True),
    "interview_script": Paper(phrase("Interview script"), "interview_script", for_any=True),
}
PURPOSES: Mapping[str, Phrase] = {
    "win_loss": phrase("Why they chose us, or did not (win-loss)"),
    "why_buy": phrase("Why customers buy"),
    "why_stay": phrase("Why customers stay"),
    "why_leave": phrase("Why customers leave"),
    "icp": phrase("Who the ideal customer is"),
}
LANGUAGES: Mapping[str, Phrase] = {"en": phrase("English"), "pt-BR": phrase("Portuguese")}


def fields(about: About, lookups: Lookups, speaker: Speaker) -> Iterator[Block]:
    """What is to be drafted is asked only where the shortcut has not said it."""
    say, paper = speaker.say, PAPERS.get(about.kind)
    if paper is None:
        kinds = [(kind, say(each.called)) for kind, each in PAPERS.items()]
        yield inputs.select("kind", say(phrase("What to draft")), kinds, "trust_plan")
    chosen = lookups.named(about.person, about.account)
    yield inputs.account(speaker, chosen, optional=paper is None or paper.for_any)
    if about.kind == "interview_script":
        purposes = [(purpose, say(said)) for purpose, said in PURPOSES.items()]
        yield inputs.select("purpose", say(phrase("What to find out")), purposes, "win_loss")
    languages = [(code, say(said)) for code, said in LANGUAGES.items()]
    yield inputs.select("language", say(phrase("Language of the draft")), languages, optional=True)


def read(filled: Filled, about: About, lookups: Lookups) -> Asked:
    paper = PAPERS[about.kind or filled.get("kind", "trust_plan")]
    arguments = {name: filled[name] for name in ("purpose", "language") if name in filled}
    if "account" not in filled:
        if not paper.for_any:
            raise Wrong({"account": phrase("This is always for one account: choose it.")})
        return Asked({"tool": paper.tool, "arguments": {**paper.arguments, **arguments}}, paper.called)
    account, name = lookups.chosen(about.person, filled)
    arguments = {"account": account, **paper.arguments, **arguments}
    words = phrase("{paper} for {account}", paper=paper.called, account=name)
    return Asked({"tool": paper.tool, "arguments": arguments}, words)


MODAL = Modal("draft", phrase("Draft"), phrase("Draft it"), fields, read)
