"""A message to a customer, for a person to fill in, approve and send."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools import (
    ACCOUNT,
    LANGUAGE,
    PERIOD,
    TOPIC,
    Answer,
    Blocked,
    Choice,
    Deps,
    Draft,
    NextSteps,
    Note,
    Part,
    Phrase,
    Section,
    ToolError,
    Wish,
    may_contact,
    phrase,
    phrase_n,
)
from tools._account import leaving_on, read_account, risk_of
from tools._contacting import contacts_with
from tools._conversations import last_talk, touches_so_far
from tools._drafting import reader_language
from tools._for_customers import blanks_in, to_fill_in
from tools._letters import CATEGORIES, RIGHT, Kind, Letter, Touchpoint
from tools._logging_touches import person_meant
from tools._reading import written_period
from tools._recipient import ROLES, Recipient, recipient
from tools._renewals import pays_by_the_month
from tools.metrics import Contacted, Profile, next_renewal

Role = Literal["buyer", "champion", "user", "finance", "sponsor"]
KINDS = Choice({
    "renewal_notice": (
        "renewal notice", "renewal notification", "renewal e-mail", "renewal email", "renewal mail", "renewal message",
        "renewal letter", "renewal reminder", "renewal heads-up", "notice of renewal", "notice of the renewal",
        "about the renewal", "about their renewal", "renewal is coming", "contract renews",
        "aviso de renovacao", "aviso da renovacao", "notificacao de renovacao", "e-mail de renovacao",
        "email de renovacao", "mensagem de renovacao", "carta de renovacao", "lembrete de renovacao",
        "sobre a renovacao", "avisa da renovacao", "avisar da renovacao", "avisando da renovacao",
        "avisa que o contrato", "contrato renova*", "contrato vai renovar", "email renovacao",
        "renewal coming", "renewal is near", "renewal ahead", "contract ends", "contract is ending", "contract expires",
        "renovacao chegando", "renovacao esta chegando", "renovacao vem ai", "contrato vence", "contrato termina",
        "contrato acaba", "vencimento do contrato", "contrato ta acabando", "contrato esta acabando",
    ),
    "nps_request": (
        "nps", "nps request", "nps survey", "nps e-mail", "nps email", "recommend us", "nps question",
        "pedido de nps", "pesquisa de nps", "pergunta de nps", "pergunta do nps", "nps depois d*", "recomendaria*",
    ),
    "follow_up": (
        "follow-up", "follow up", "followup", "recap", "thank-you note", "thank you note", "after the meeting",
        "after our call", "after the call", "acompanhamento", "follow-up d*", "resumo da reuniao", "depois da reuniao",
        "depois da call", "retorno da reuniao", "agradec*",
    ),
    "win_back": (
        "win-back", "win back", "winback", "win them back", "won back", "come back", "former customer",
        "reconquist*", "trazer de volta", "trazer eles de volta",
        "voltar a ser cliente", "voltem a ser cliente*", "ex-cliente", "resgat*",
        "them back as a customer", "return to us", "cancelled on us", "after they cancelled", "de volta pra nos",
        "chamando de volta", "chamar de volta", "de volta como cliente", "de volta", "voltarem", "ja cancelou",
    ),
    "re_engagement": (
        "re-engage*", "reengage*", "re engage*", "went quiet", "gone quiet", "gone silent", "went silent", "inactive",
        "haven't heard from", "not heard from", "reengaj*", "re-engaj*", "sumiu", "sumid*", "inativ*",
        "parou de usar", "pararam de usar", "nao usa mais", "nao usam mais", "sem contato",
        "stopped using", "stopped logging in", "barely use*", "hardly use*", "back in the product", "dead quiet",
        "wake them up", "quase nao usa*", "usa pouco", "usando pouco", "nao entra mais", "nao acessa*", "voltar a usar",
    ),
    "change_announcement": (
        "announce*", "announcing", "announcement", "price increase", "price change", "new price*", "new terms",
        "change notice", "notice of change", "change of terms", "comunicado", "comunicar a mudanca", "anunci*",
        "aviso de mudanca", "avisar da mudanca", "avisa da mudanca", "reajuste", "mudanca de preco*", "novo preco",
        "novos precos", "novos termos", "novas condicoes",
        "mudanca de contrato", "mudanca nas condicoes", "mudanca d* horario", "will change", "is changing",
        "are changing", "going to change", "moving everyone", "moving them to", "moving customers to", "migrat*",
        "retiring", "sunset*", "discontinu*", "shutting down", "vai mudar", "vao mudar", "muda a partir", "mudando d*",
        "migrac*", "migrar", "descontinu*", "desativ*", "vai sair do ar", "sobre a mudanca",
    ),
})  # fmt: skip
TOUCHPOINTS = Choice({
    "onboarding": ("onboarding", "implantacao", "go-live", "go live"),
    "qbr": ("qbr", "business review", "quarterly review", "revisao trimestral", "revisao de negocio*"),
    "support": ("support", "ticket", "suporte", "chamado", "atendimento"),
    "renewal": ("renewal", "renewed", "renewing", "renovacao", "renovou", "renovar"),
}, only=("kind", "nps_request"))  # fmt: skip
ASKED: Mapping[Touchpoint, Sequence[str]] = {
    "onboarding": ("champion", "user", "sponsor"),
    "qbr": ("sponsor", "champion", "buyer"),
    "support": ("user", "champion"),
    "renewal": ("buyer", "sponsor", "champion"),
}
"""Who can answer about a touchpoint."""
CALLED: Mapping[Kind, Phrase] = {
    "renewal_notice": phrase("Renewal notice"),
    "nps_request": phrase("NPS request"),
    "follow_up": phrase("Follow-up"),
    "win_back": phrase("Win-back message"),
    "re_engagement": phrase("Re-engagement message"),
    "change_announcement": phrase("Announcement of a change"),
}
LANGUAGES = {"en": phrase("English"), "pt-BR": phrase("Portuguese")}


class Input(BaseModel):
    account: Annotated[str, ACCOUNT] = Field(description="Id of the account.")
    kind: Annotated[Kind, KINDS] = Field(default="follow_up", description="What the message is for.")
    said: Annotated[str | None, TOPIC] = Field(
        default=None, description="The asker's words; a person of the account named in them is written to."
    )
    role: Annotated[Role | None, ROLES] = Field(default=None, description="Role of the person to write to.")
    touchpoint: Annotated[Touchpoint | None, TOUCHPOINTS] = Field(
        default=None, description="Of an NPS request: what it follows; empty: the relationship as a whole."
    )
    day: Annotated[str | None, PERIOD] = Field(default=None, description="Of a change: the day from which it holds.")
    language: Annotated[Literal["en", "pt-BR"] | None, LANGUAGE] = Field(
        default=None, description="Language of the message; empty: the contact's, else the account's."
    )


def outreach_draft(ask: Input, deps: Deps) -> Answer:
    """Draft a message to a customer: renewal notice, NPS request, follow-up, win-back, re-engagement, or a change.

    Use when someone wants an e-mail or message to a customer written: about a renewal, asking for an NPS score, after
    a meeting, to a customer who left or went quiet, or announcing new prices or terms. It is never sent.
    """
    account = read_account(ask.account, deps)
    if refusal := _refused(ask, account, deps):
        raise refusal
    found, name = contacts_with(ask.account, deps)
    to = _recipient(ask, account, found, deps)
    letter = _letter(ask, account, found, deps)
    draft = _draft(ask, letter, to)
    return Answer(
        subject=phrase("{kind} · {account}", kind=CALLED[ask.kind], account=name),
        headline=_headline(draft, to, name),
        parts=(to.told(), *_missing_role(ask, account), *letter.cautions(ask.kind), draft, *to_fill_in(draft),
               NextSteps(_next(name, account))),
        accounts=frozenset({ask.account}),
    )  # fmt: skip


def _letter(ask: Input, account: Profile, found: Contacted, deps: Deps) -> Letter:
    holds_from = written_period(ask.day).start if ask.day and ask.kind == "change_announcement" else None
    touches = touches_so_far(ask.account, deps, found)
    return Letter(account, touches, deps, ask.touchpoint if ask.kind == "nps_request" else None, holds_from)


def _recipient(ask: Input, account: Profile, found: Contacted, deps: Deps) -> Recipient:
    roles = ASKED[ask.touchpoint] if ask.kind == "nps_request" and ask.touchpoint else RIGHT[ask.kind]
    if ask.role and account.people(ask.role):
        roles = (ask.role,)
    named, why = person_meant(ask.said, found), phrase("named in the question")
    if ask.kind == "follow_up" and named is None and (talk := last_talk(touches_so_far(ask.account, deps, found))):
        named, why = talk.contact_id, phrase("spoke with us last")
    return recipient(found, CATEGORIES[ask.kind], roles, deps, named, why)


def _draft(ask: Input, letter: Letter, to: Recipient) -> Draft:
    contact = to.contact
    known = [contact.language if contact else None, letter.account.account.language]
    language = reader_language(ask.language, known, letter.deps)
    first_name = contact.name.split()[0] if contact and contact.name.strip() else None
    sections = (
        Section(phrase("Subject"), (letter.subject(ask.kind),)),
        Section(phrase("Message"), letter.body(ask.kind, first_name)),
    )
    title = phrase("{kind} · {account}", kind=CALLED[ask.kind], account=letter.account.account.name)
    contact_id = str(contact.contact_id) if contact else None
    return Draft(ask.kind, title, language, sections, ask.account, CATEGORIES[ask.kind], contact_id)


def _headline(draft: Draft, to: Recipient, name: str) -> Phrase:
    whom = phrase("{person} of {account}", person=to.contact.name, account=name) if to.contact else name
    said = {"whom": whom, "language": LANGUAGES[draft.language]}
    left = len(blanks_in(draft))
    if not left:
        return phrase("A message to {whom}, in {language}. Nothing is sent from here.", **said)
    return phrase_n(
        "A message to {whom}, in {language}, with {n} blank to fill in. Nothing is sent from here.",
        "A message to {whom}, in {language}, with {n} blanks to fill in. Nothing is sent from here.",
        left, **said,
    )  # fmt: skip


def _missing_role(ask: Input, account: Profile) -> Iterator[Part]:
    if ask.role and not account.people(ask.role):
        yield Note(phrase("The book has no contact of that role at this account."))


def _refused(ask: Input, account: Profile, deps: Deps) -> ToolError | None:
    """Why a message of this kind would be wrong today, and what would be right."""
    name, leaves = account.account.name, leaving_on(ask.account, deps)
    if account.customer_since is None:
        return ToolError(phrase("{account} has never paid: these messages are for customers.", account=name))
    if ask.kind == "win_back":
        return _too_early(account, deps)
    if account.left_on and ask.kind != "follow_up":
        said = phrase("{account} left on {day}: this message is for customers.", account=name, day=account.left_on)
        return ToolError(said, suggestions=_of_leavers(name))
    if leaves and ask.kind in ("renewal_notice", "nps_request", "re_engagement"):
        said = phrase(
            "{account} has cancelled and leaves on {day}: such a message would pass over what they told us.",
            account=name, day=leaves,
        )  # fmt: skip
        return ToolError(said, suggestions=_of_leavers(name))
    return _no_renewal(account, deps) if ask.kind == "renewal_notice" else None


def _of_leavers(name: str) -> tuple[Phrase, ...]:
    return phrase("Exit survey for {account}", account=name), phrase("Follow-up to {account}", account=name)


def _too_early(account: Profile, deps: Deps) -> ToolError | None:
    """Who left is given some rest: a win-back waits until the guard's quiet period is over."""
    name, left_on = account.account.name, account.left_on
    if left_on is None:
        step = phrase("Re-engagement message to {account}", account=name)
        stays = phrase("{account} has not left: there is nobody to win back.", account=name)
        return ToolError(stays, suggestions=(step,))
    decision = may_contact(deps, Wish(account.account.account_id, CATEGORIES["win_back"], deps.today))
    if not isinstance(decision, Blocked) or not any(rule.after == "loss" for rule in decision.quiet):
        return None
    said = phrase(
        "{account} left on {day} and is left in peace for now: a win-back message may go out from {first} on.",
        account=name, day=left_on, first=decision.first,
    )  # fmt: skip
    interview = phrase("Win-loss interview script for {account}", account=name)
    return ToolError(said, suggestions=(phrase("Exit survey for {account}", account=name), interview))


def _no_renewal(account: Profile, deps: Deps) -> ToolError | None:
    """Where nobody decides on a renewal, there is none to give notice of."""
    name = account.account.name
    found = risk_of(account.account.account_id, deps)
    if next_renewal(account.contracts, deps.today) is None:
        return ToolError(phrase("No renewal of {account} is known to the book.", account=name))
    if found and pays_by_the_month(found[0]):
        return ToolError(phrase("{account} pays by the month: there is no renewal to give notice of.", account=name))
    return None


def _next(name: str, account: Profile) -> tuple[Phrase, ...]:
    if account.left_on:
        return (phrase("Summary of {account}", account=name),)
    return phrase("May I contact {account}?", account=name), phrase("Summary of {account}", account=name)
