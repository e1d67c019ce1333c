"""A script for a win-loss, why-buy, why-stay, why-leave or ideal-customer interview."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from knowledge import Turn, question_set, turns
from tools import (
    ACCOUNT,
    LANGUAGE,
    Answer,
    Ask,
    Choice,
    Deps,
    Draft,
    Fact,
    Facts,
    NextSteps,
    Note,
    Part,
    Phrase,
    Section,
    phrase,
    phrase_n,
)
from tools._account import leaving_on, person, plans, read_account
from tools._drafting import DECIDERS, ROLE_WORDS, Role, minutes_to_talk, opening, reader_language, spoken
from tools._interviewing import interviewer
from tools._values import value_called
from tools.metrics import Profile, dimension_values

Purpose = Literal["win_loss", "why_buy", "why_stay", "why_leave", "icp"]

PURPOSES = Choice({
    "win_loss": (
        "win-loss", "win loss", "win/loss", "winloss", "win-loss interview*", "win loss interview*",
        "win/loss interview*", "win-loss script*", "win loss script*", "entrevista* win-loss", "entrevista* win loss",
        "entrevista* win/loss", "entrevista* de win*loss",
        "ganho e perda", "ganhos e perdas", "ganhas e perdidas",
    ),
    "why_buy": (
        "why-buy", "why buy", "why they bought", "why customers b*", "why do customers buy", "why did they buy",
        "who bought", "that bought", "new customers", "just signed", "who signed",
        "por que compra*", "por que compr*", "motivo da compra", "quem comprou", "que compr*", "clientes novos",
        "novos clientes", "cliente novo", "por que fech*", "acabou de fechar", "acabaram de fechar",
    ),
    "why_stay": (
        "why-stay", "why stay", "why they stay*", "why customers stay*", "why customers renew*", "why they renewed",
        "who stayed", "that stayed", "who renewed", "that renewed", "loyal customers", "long-time customers",
        "por que fic*", "por que renov*", "motivo da renovação", "quem fic*", "que fic*", "quem renov*",
        "que renov*", "clientes fiéis", "cliente fiel", "clientes antigos", "por que continu*", "quem continu*",
    ),
    "why_leave": (
        "why-leave", "why leave", "why they left", "why customers le*", "why did they leave", "churn interview",
        "exit interview", "who left", "that left", "who churned", "that churned", "churned customer*", "who cancelled",
        "that cancelled", "we lost", "lost customer*", "lost account*", "former customer*", "why they cancel*",
        "por que sa*", "por que cancel*", "entrevista de saída", "quem sai*", "que saiu", "que saíram", "quem cancel*",
        "que cancel*", "ex-cliente*", "cliente perdido", "clientes perdidos", "que perdemos", "por que foi embora",
        "por que foram embora", "que deu churn", "que deram churn", "quem deu churn",
    ),
    "icp": (
        "icp", "ideal customer*", "ideal client*", "ideal profile", "cliente ideal", "clientes ideais",
        "perfil ideal", "perfil do cliente", "perfil de cliente",
    ),
})  # fmt: skip


OPEN = True


class Input(BaseModel):
    account: Annotated[str | None, ACCOUNT] = Field(
        default=None, description="Id of the account to interview; empty: a general script."
    )
    purpose: Annotated[Purpose, PURPOSES] = Field(default="win_loss", description="What the interview is to find out.")
    role: Annotated[Role | None, ROLE_WORDS] = Field(default=None, description="Role of the person interviewed.")
    language: Annotated[Literal["en", "pt-BR"] | None, LANGUAGE] = Field(
        default=None, description="Language of the script; empty: the contact's, else the asker's."
    )


def interview_script(ask: Input, deps: Deps) -> Answer:
    """Draft an interview script: win-loss, why customers buy, stay or leave, or who the ideal customer is.

    Use when someone wants questions, a script or a guide for talking to a customer about a decision they took.
    """
    account = read_account(ask.account, deps) if ask.account else None
    script = _Script(ask, deps, account)
    draft = script.draft()
    return Answer(
        subject=script.subject(),
        headline=phrase_n(
            "A draft with {n} question, about {minutes} minutes.",
            "A draft with {n} questions, about {minutes} minutes.",
            len(script.asks),
            minutes=minutes_to_talk(script.asks),
        ),
        parts=(*script.cautions(), draft, NextSteps(script.next())),
        accounts=frozenset({ask.account} if ask.account else ()),
    )


TITLES: dict[str, Phrase] = {
    "win_loss": phrase("Win-loss interview"),
    "why_buy": phrase("Why-buy interview"),
    "why_stay": phrase("Why-stay interview"),
    "why_leave": phrase("Why-leave interview"),
    "icp": phrase("Ideal-customer interview"),
}
HEADINGS: dict[str, Phrase] = {
    "why_buy": phrase("Why they bought"),
    "why_stay": phrase("Why they stay"),
    "why_leave": phrase("Why they left"),
    "icp": phrase("Who we serve well"),
}
OTHERS = 4
"""Further interviewers that are named."""


@dataclass
class _Script:
    """One interview: for whom, by whom, with which questions."""

    ask: Input
    deps: Deps
    account: Profile | None

    def __post_init__(self) -> None:
        self.stays = self.account is not None and _stays(self.account, self.deps)
        self.sets = _sets(self.ask.purpose, self.stays)
        self.contact = _contact(self.account, self.ask.role)
        known = [self.contact.language] if self.contact else []
        known += [self.account.account.language] if self.account else []
        self.language = reader_language(self.ask.language, known, self.deps)
        role = self.ask.role or (self.contact.role if self.contact else None)
        self.by_set = {name: _asks(name, role, self.language) for name in self.sets}

    @property
    def asks(self) -> list[Ask]:
        return [question for asks in self.by_set.values() for question in asks]

    def subject(self) -> Phrase:
        title = TITLES[self.ask.purpose]
        if self.account is None:
            return phrase("{title} · any account", title=title)
        return phrase("{title} · {account}", title=title, account=self.account.account.name)

    def cautions(self) -> Iterator[Part]:
        """What the person should know before using the draft."""
        if self.account and self.ask.purpose == "why_leave" and self.stays:
            yield Note(
                phrase("{account} still pays; why-stay questions may fit better.", account=self.account.account.name)
            )
        if self.account and self.ask.purpose == "icp" and not self.stays:
            yield Note(
                phrase(
                    "{account} does not stay with us; ask customers who do well about the ideal customer.",
                    account=self.account.account.name,
                )
            )
        if self.account and self.ask.role and self.contact is None:
            yield Note(phrase("The book has no contact of that role at this account."))

    def draft(self) -> Draft:
        sections = [self._before(), *self._known()]
        sections += [Section(HEADINGS[name], tuple(asks)) for name, asks in self.by_set.items()]
        account_id = self.account.account.account_id if self.account else None
        return Draft(
            "interview_script", self.subject(), self.language, (*sections, *self._flow(), _closing()), account_id
        )

    def _before(self) -> Section:
        """Who speaks with whom, and how it begins."""
        lines = [
            *self._interviewer(),
            *([phrase("Interview {person}.", person=person(self.contact))] if self.contact else []),
            phrase("Listen. Offer nothing, defend nothing, correct nothing; silence is a good question."),
            opening(self.sets[-1], self.language),
        ]
        return Section(phrase("Before you start"), tuple(lines))

    def _interviewer(self) -> Iterator[Phrase]:
        """Someone impartial: never the account's own manager."""
        owner = self.account.account.owner if self.account else None
        if owner is None:
            return
        account_id = self.account.account.account_id if self.account else ""
        others = interviewer(account_id, owner, dimension_values(self.deps.book, "owner"))
        if not others:
            yield phrase("Have someone other than {owner} ask: people are franker with a stranger.", owner=owner)
            return
        yield phrase("Interviewer: {chosen}, because {owner} looks after the account.", chosen=others[0], owner=owner)
        if rest := tuple(phrase("{name}", name=name) for name in others[1 : OTHERS + 1]):
            yield phrase(
                "Drawn by the account's id, so it is the same each time. It could also be {others}.", others=rest
            )

    def _known(self) -> Iterator[Section]:
        if self.account is None:
            return
        gone = self.account.exits[0] if self.account.exits else None
        facts = [
            Fact(phrase("Outcome"), _outcome(self.account, self.deps)),
            Fact(phrase("Customer since"), self.account.customer_since),
            Fact(phrase("Customer for"), _tenure(self.account, self.deps)),
            Fact(phrase("Left on"), self.account.left_on),
            Fact(phrase("Contracts"), plans(self.account)),
            Fact(phrase("Reason recorded"), value_called("reason", gone.reason) if gone and gone.reason else None),
            Fact(phrase("Competitor named"), gone.competitor if gone else None),
        ]
        shown = tuple(fact for fact in facts if fact.value is not None)
        yield Section(phrase("What we know (do not read out)"), (Facts(shown),))

    def _flow(self) -> Iterator[Section]:
        """What to ask where they name something; what is recorded as their reason comes first."""
        reason = self.account.exits[0].reason if self.account and self.account.exits else None
        each = {turn.topic: turn for name in self.sets for turn in turns(name)}
        first = sorted(each.values(), key=lambda turn: reason not in turn.reasons)
        yield Section(
            phrase("If they name it (never name it first)"),
            tuple(_turn(turn, self.language, reason) for turn in first),
        )

    def next(self) -> tuple[Phrase, ...]:
        if self.account is None:
            return (phrase("What do the playbooks say about win-loss analysis?"),)
        name = self.account.account.name
        return (
            phrase("Summary of {account}", account=name),
            phrase("Exit survey for {account}", account=name)
            if self.account.left_on
            else phrase("Trust plan for {account}", account=name),
        )


def _stays(account: Profile, deps: Deps) -> bool:
    """It pays, and no cancellation of it is known."""
    return account.mrr_minor > 0 and leaving_on(account.account.account_id, deps) is None


def _outcome(account: Profile, deps: Deps) -> Phrase:
    if account.customer_since is None:
        return phrase("not won")
    if account.left_on:
        return phrase("lost")
    leaving = leaving_on(account.account.account_id, deps)
    return phrase("has cancelled, leaves on {day}", day=leaving) if leaving else phrase("stays")


def _tenure(account: Profile, deps: Deps) -> Phrase | None:
    """Whole months from the first paid day to the last, or to today."""
    if account.customer_since is None:
        return None
    since, until = account.customer_since, account.left_on or deps.today
    months = 12 * (until.year - since.year) + until.month - since.month - (until.day < since.day)
    return phrase_n("{n} month", "{n} months", months)


def _turn(turn: Turn, language: str, reason: str | None) -> Phrase:
    said = {"cue": turn.cue[language], "ask": turn.ask[language]}
    if reason in turn.reasons:
        return phrase("If they name {cue} (recorded: {reason}) → “{ask}”", reason=reason, **said)
    return phrase("If they name {cue} → “{ask}”", **said)


def _sets(purpose: Purpose, stays: bool) -> tuple[str, ...]:
    """Win-loss asks why they bought, and why they left or, of those who pay, why they stay."""
    if purpose != "win_loss":
        return (purpose,)
    return ("why_buy", "why_stay" if stays else "why_leave")


def _asks(name: str, role: str | None, language: str) -> list[Ask]:
    """The set's questions for that role; a role that is not known is asked everything."""
    return [
        spoken(question, language, role)
        for question in question_set(name)
        if not question.roles or role is None or role in question.roles
    ]


def _contact(account: Profile | None, role: str | None) -> Any:
    """Whom to interview: of the role asked for, else whoever decides most; only people who are still there."""
    if account is None:
        return None
    roles = (role,) if role else DECIDERS
    return next((contact for wanted in roles for contact in account.people(wanted)), None)


def _closing() -> Section:
    return Section(phrase("To close"), (
        phrase("Ask what you should have asked and did not."),
        phrase(
            "Thank them, say what happens with what they told you, "
            "and ask whether you may come back with one question."
        ),
        phrase("Write the answers down in their own words the same day."),
    ))  # fmt: skip
