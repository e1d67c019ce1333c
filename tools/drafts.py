"""Drafts that wait, and what becomes of them."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools import (
    DRAFT,
    FORM,
    PERIOD,
    Answer,
    Blocked,
    Choice,
    Column,
    Deps,
    Fact,
    Facts,
    KeptDraft,
    NextSteps,
    Note,
    Part,
    Phrase,
    Table,
    ToolError,
    Wish,
    ledger,
    phrase,
    phrase_n,
)
from tools._account import read_account
from tools._contacting import people_of, to_decide, verdict
from tools._logging_touches import day_of
from tools._reviewing import refuse_win_back, review_facts
from tools._unmarked import unmarked
from tools._versions import history, moment, to_fill_in
from tools.metrics import account_names

_ACTS = {
    "versions": (
        "version*", "history of", "who changed", "who edited", "what changed", "versao", "versoes", "historico d*",
        "quem mudou", "quem mexeu", "quem editou", "quem alterou", "o que mudou",
    ),
    "approve": ("approve", "aprova", "aprove", "aprovar", "aprovo", "sign off"),
    "reject": ("reject*", "discard", "bin", "rejeit*", "recus*", "descart*", "reprov*"),
    # Who asks about it, or forbids it, does not do it: of two readings the longer counts.
    "show": (
        "do not approve", "don't approve", "dont approve", "not approve", "can i approve", "may i approve",
        "should i approve", "nao aprov*", "posso aprovar", "devo aprovar", "do not reject", "don't reject",
        "nao rejeit*", "can i reject", "should i reject", "posso rejeitar", "devo rejeitar",
    ),
}  # fmt: skip
STATES: dict[str, Phrase] = {
    "waiting": phrase("waiting"),
    "approved": phrase("approved"),
    "rejected": phrase("rejected"),
}
KINDS: dict[str, Phrase] = {
    "exit_survey": phrase("exit survey"),
    "interview_script": phrase("interview script"),
    "trust_plan": phrase("trust plan"),
    "renewal_notice": phrase("renewal notice"),
    "nps_request": phrase("NPS request"),
    "follow_up": phrase("follow-up"),
    "win_back": phrase("win-back message"),
    "re_engagement": phrase("re-engagement message"),
    "change_announcement": phrase("announcement of a change"),
    "trust_plan_customer": phrase("joint plan, for the customer"),
    "qbr_pack": phrase("QBR pack, internal"),
    "qbr_pack_customer": phrase("QBR pack, for the customer"),
    "value_case": phrase("value case, internal"),
    "value_case_customer": phrase("value case, for the customer"),
}
WRITES = True


class Input(BaseModel):
    draft: Annotated[str | None, DRAFT] = Field(
        default=None, description="Id of a draft, D- and eight digits; empty: all."
    )
    act: Annotated[Literal["show", "approve", "reject", "versions", "edit"], Choice(_ACTS)] = Field(
        default="show", description="What to do with the draft."
    )
    day: Annotated[str | None, PERIOD] = Field(
        default=None, description="The day on which an approved draft will be sent; empty: today."
    )
    text: Annotated[str | None, FORM] = Field(default=None, description="With edit: the whole new text, in Markdown.")
    version: Annotated[int | None, FORM] = Field(default=None, description="With edit: the version that was edited.")


def drafts(ask: Input, deps: Deps) -> Answer:
    """List the drafts that wait for approval; show, approve or reject one by its id, or say who changed what in it.

    Use when someone asks which drafts are waiting or pending, or wants to approve, reject or see a draft or its
    versions. Nothing is sent.
    """
    if ask.draft is None:
        return _waiting(deps)
    draft = deps.contacting.drafts.find(ask.draft)
    if draft is None:
        raise ToolError(
            phrase("There is no draft {id} here.", id=ask.draft), suggestions=(phrase("Which drafts are waiting?"),)
        )
    if ask.act in ("approve", "reject", "edit"):
        _refuse_strangers(draft, deps)
    if ask.act == "approve":
        return _approved(draft, ask, deps)
    if ask.act == "edit":
        return _edited(draft, ask, deps)
    if ask.act == "reject":
        return _rejected(draft, deps)
    if ask.act == "versions":
        return _history(draft, deps)
    return _about(draft, phrase("Draft {id} is {state}.", id=draft.id, state=STATES[draft.state]), deps)


def _refuse_strangers(draft: KeptDraft, deps: Deps) -> None:
    """Raises ToolError for whom neither owns the account nor leads."""
    owner = read_account(draft.account_id, deps).account.owner if draft.account_id else None
    if not deps.caseload.may_decide(draft, owner):
        raise ToolError(
            phrase("Draft {id} is decided on by who owns the account, or by who leads. You may read it.", id=draft.id),
            suggestions=(phrase("Show draft {id}", id=draft.id),),
        )


def _waiting(deps: Deps) -> Answer:
    found = deps.contacting.drafts.waiting()
    names = account_names(deps.book)
    columns = (
        Column(phrase("Draft")), Column(phrase("Title")), Column(phrase("Account")), Column(phrase("Language")),
        Column(phrase("Version")), Column(phrase("Made on")),
    )  # fmt: skip
    rows = tuple(
        (one.id, one.title, names.get(one.account_id or ""), one.language, one.version, one.created_on) for one in found
    )
    steps = tuple(phrase("Show draft {id}", id=one.id) for one in found[:3])
    headline = phrase_n("{n} draft waits for approval.", "{n} drafts wait for approval.", len(found))
    return Answer(
        phrase("Drafts"),
        headline if found else phrase("No draft waits for approval."),
        (Table(phrase("Waiting drafts"), columns, rows), NextSteps(steps)) if found else (),
        frozenset(one.account_id for one in found if one.account_id),
    )


def _approved(draft: KeptDraft, ask: Input, deps: Deps) -> Answer:
    if draft.state != "waiting":
        return _about(draft, _decided(draft), deps)
    on = day_of(ask.day, deps)
    if on < deps.today:
        raise ToolError(phrase("{day} is over: a draft can be approved for today or later.", day=on))
    refuse_win_back(draft.kind, draft.language, draft.body)
    wish = Wish(draft.account_id or "", draft.category or "", on, draft.contact_id, as_reserved=True)
    asked = ledger(deps, wish)
    decision = deps.contacting.drafts.approve(draft, on, asked.decide)
    after = deps.contacting.drafts.find(draft.id) or draft
    if isinstance(decision, Blocked):
        return _blocked(draft, decision, (*verdict(decision, people_of(asked.found)), *_text_of(draft)))
    if decision is None or not draft.category:
        return _about(after, _decided(after), deps)
    said = phrase("Draft {id} is approved for {day}. Send it yourself; the touch is booked.", id=draft.id, day=on)
    return _about(after, said, deps)


def _blocked(draft: KeptDraft, decision: Blocked, parts: tuple[Part, ...]) -> Answer:
    step = phrase("Show draft {id}", id=draft.id)
    if decision.first and not decision.opens:
        step = phrase("Approve draft {id} for {day}", id=draft.id, day=decision.first)
    return Answer(
        phrase("Draft {id}", id=draft.id),
        phrase("Draft {id} cannot be approved for {day}.", id=draft.id, day=decision.on),
        (*parts, NextSteps((step,))),
        frozenset({draft.account_id} if draft.account_id else ()),
        waiting=(draft.id,),
    )


def _edited(draft: KeptDraft, ask: Input, deps: Deps) -> Answer:
    """A new version of the one that was looked at, which waits for approval again."""
    text = (ask.text or "").strip()
    if not text:
        raise ToolError(phrase("There is nothing in the new text: the draft stays as it was."))
    edited = deps.contacting.drafts.edit(draft, text + "\n") if ask.version == draft.version else None
    if edited is None:
        after = deps.contacting.drafts.find(draft.id) or draft
        said = phrase("Draft {id} was approved or edited in the meantime, and stays as it is.", id=draft.id)
        return _about(after, said, deps)
    said = phrase(
        "Draft {id} has version {n} now, by {who}; it waits for approval.",
        id=draft.id, n=edited.version, who=deps.contacting.who,
    )  # fmt: skip
    return _about(edited, said, deps)


def _rejected(draft: KeptDraft, deps: Deps) -> Answer:
    deps.contacting.drafts.reject(draft)
    after = deps.contacting.drafts.find(draft.id) or draft
    return _about(after, _decided(after), deps)


def _text_of(draft: KeptDraft) -> Iterator[Part]:
    yield Note(phrase("{text}", text=unmarked(draft.body)))


def _history(draft: KeptDraft, deps: Deps) -> Answer:
    """Every version, and the last decision."""
    found = deps.contacting.drafts.versions(draft)
    headline = phrase_n("Draft {id} has {n} version.", "Draft {id} has {n} versions.", len(found), id=draft.id)
    decided = [] if draft.state == "waiting" else [Note(_decided(draft))]
    steps = (phrase("Show draft {id}", id=draft.id),)
    return Answer(
        phrase("Draft {id} · versions", id=draft.id), headline, (*decided, *history(found), NextSteps(steps)),
        frozenset({draft.account_id} if draft.account_id else ()),
    )  # fmt: skip


def _decided(draft: KeptDraft) -> Phrase:
    said = {"id": draft.id, "who": draft.decided_by, "day": draft.decided_at and moment(draft.decided_at)}
    if draft.state == "approved":
        return phrase("Draft {id} was approved by {who} on {day}.", **said)
    if draft.state == "rejected":
        return phrase("Draft {id} was rejected by {who} on {day}.", **said)
    return phrase("Draft {id} has changed in the meantime: look at it again.", id=draft.id)


def _about(draft: KeptDraft, headline: Phrase, deps: Deps) -> Answer:
    return Answer(
        phrase("Draft {id}", id=draft.id), headline, tuple(_parts(draft, deps)),
        frozenset({draft.account_id} if draft.account_id else ()),
        waiting=(draft.id,) if draft.state == "waiting" else (),
    )  # fmt: skip


def _parts(draft: KeptDraft, deps: Deps) -> Iterator[Part]:
    name = account_names(deps.book).get(draft.account_id or "")
    yield Facts((
        Fact(phrase("Title"), draft.title),
        Fact(phrase("What it is"), KINDS.get(draft.kind, draft.kind)),
        Fact(phrase("Account"), name),
        Fact(phrase("State"), STATES[draft.state]),
        Fact(phrase("Version"), draft.version),
        Fact(phrase("By"), draft.author),
    ))  # fmt: skip
    yield from _text_of(draft)
    yield from to_fill_in(draft.body)
    yield from review_facts(draft.kind, draft.language, draft.body)
    versions = (phrase("Versions of draft {id}", id=draft.id),) if draft.version > 1 else ()
    yield NextSteps((*(to_decide(draft.id) if draft.state == "waiting" else ()), *versions))
