"""The papers for a quarterly business review with one customer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools import (
    ACCOUNT,
    LANGUAGE,
    REVIEWED,
    Answer,
    Deps,
    Draft,
    DraftLine,
    NextSteps,
    Note,
    Part,
    Phrase,
    Section,
    ToolError,
    phrase,
)
from tools._account import leaving_on, plans, read_account
from tools._drafting import reader_language
from tools._for_customers import VERSION, VERSIONS, Version, blank, known_facts, paper, to_fill_in, who_may_read
from tools._goals import Goal, goals_of, goals_table, value_lines
from tools._internal import for_us_only
from tools._measures import SUPPORT, USAGE, VOICE, compared
from tools._next_actions import NextActions, in_order
from tools._reading import conversion, elapsed, written_period
from tools.metrics import Period, Profile, compared_period, next_renewal

SOON = timedelta(days=180)
"""How far ahead a renewal may lie to be spoken of."""
ROADMAP = (
    blank(phrase("what comes next quarter that serves their goals")),
    blank(phrase("what they asked for: when it comes, or that it will not")),
)
ASKED_OF_THEM = blank(phrase("a decision that you need from them"))


class Input(BaseModel):
    account: Annotated[str, ACCOUNT] = Field(description="Id of the account.")
    period: Annotated[str | None, REVIEWED] = Field(
        default=None, description="What is reviewed, for instance 2026-Q3; empty: the last full quarter."
    )
    version: Annotated[Version, VERSIONS] = Field(
        default="internal", description="internal: with MRR, risk and margin. customer: safe to hand over."
    )
    language: Annotated[Literal["en", "pt-BR"] | None, LANGUAGE] = Field(
        default=None, description="Language of the pack; empty: the asker's, of the customer's version the account's."
    )


def qbr_pack(ask: Input, deps: Deps) -> Answer:
    """Draft the pack for a quarterly business review (QBR): goals, usage, support, value, decisions and actions.

    Use when someone prepares a QBR, business review or quarterly review with one customer: agenda, deck, papers or
    numbers for it, for us or in a version that the customer may see.
    """
    account = read_account(ask.account, deps)
    pack = _Pack(account, _period(ask, account, deps), ask.version, deps)
    draft = pack.draft(ask.language)
    return Answer(
        subject=phrase("{title} · {version}", title=pack.title, version=VERSION[ask.version]),
        headline=pack.headline(),
        parts=(
            who_may_read(ask.version),
            *pack.gaps(),
            draft,
            *to_fill_in(draft),
            *pack.rates(),
            NextSteps(pack.next()),
        ),
        accounts=frozenset({ask.account}),
    )


def _period(ask: Input, account: Profile, deps: Deps) -> Period:
    """The period asked for, else the last full quarter. Raises ToolError where there is nothing to review."""
    name = account.account.name
    if account.customer_since is None:
        raise ToolError(phrase("{account} has never paid: there is no quarter to review.", account=name))
    if account.left_on:
        said = phrase("{account} left on {day}: there is no review to prepare.", account=name, day=account.left_on)
        raise ToolError(said, suggestions=(phrase("Win-loss interview script for {account}", account=name),))
    period = written_period(ask.period) if ask.period else Period.containing(deps.today, "quarter").previous()
    if account.customer_since > period.last_day:
        raise ToolError(
            phrase(
                "{account} became a customer on {day}, after that period.", account=name, day=account.customer_since
            ),
            suggestions=(phrase("QBR pack for {account} this quarter", account=name),),
        )
    return period


@dataclass(frozen=True)
class _Pack:
    """One review, in one version."""

    account: Profile
    asked: Period
    version: Version
    deps: Deps

    @cached_property
    def period(self) -> Period:
        """As much of it as has happened."""
        return elapsed(self.asked, self.deps.today)

    @cached_property
    def before(self) -> Period:
        return compared_period(self.asked, self.period, "previous")

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        return goals_of(self.account, self.deps)

    @property
    def account_id(self) -> str:
        return str(self.account.account.account_id)

    @property
    def title(self) -> Phrase:
        return phrase("Business review · {account} · {period}", account=self.account.account.name, period=self.asked)

    def headline(self) -> Phrase:
        said = {"account": self.account.account.name, "period": self.asked, "before": self.before}
        return phrase("A draft pack for the review with {account}: {period} beside {before}.", **said)

    def draft(self, wanted: str | None) -> Draft:
        for_them = self.version == "customer"
        language = reader_language(wanted, [self.account.account.language] if for_them else [], self.deps)
        ours = None if for_them else for_us_only(self.account, self.period, self.deps, self._actions)
        return paper("qbr_pack", self.title, language, self.account_id, tuple(self._shared()), ours)

    def gaps(self) -> Iterator[Part]:
        """What keeps the pack from being complete."""
        yield from map(Note, self._unfinished())
        if not self.goals:
            yield Note(phrase("No goal of this customer is recorded: the first meeting must agree one."))
        if not self.account.account.owner:
            yield Note(phrase("The account has no owner: name one, or the plan stays incomplete."))

    def rates(self) -> Iterator[Part]:
        if self.version == "internal":
            yield from conversion(self.deps.book, {line.currency for line in self.account.contracts})

    def _shared(self) -> Iterator[Section]:
        """What both of us look at."""
        yield Section(phrase("Agenda"), tuple(self._agenda()))
        yield Section(phrase("Where we stand"), (self._contract(),))
        yield Section(phrase("Goals"), tuple(self._goals()))
        yield Section(phrase("Usage and adoption"), tuple(self._usage()))
        yield Section(phrase("Support"), tuple(self._support()))
        yield Section(phrase("Feedback"), tuple(self._voice()))
        yield Section(phrase("Value delivered"), tuple(value_lines(self.goals)))
        yield Section(phrase("What comes next"), tuple(phrase("{text}", text=each) for each in ROADMAP))
        yield Section(phrase("Decisions to take"), tuple(self._decisions()))
        yield Section(phrase("Actions"), in_order(self._actions.shared()))

    def _agenda(self) -> Iterator[DraftLine]:
        yield phrase("1. Goals: what was agreed, and where it stands")
        yield phrase("2. {period}: usage, adoption and support", period=self.asked)
        yield phrase("3. What it brought, as far as it was measured")
        yield phrase("4. What comes next")
        yield phrase("5. Decisions, and who does what by when")

    def _contract(self) -> DraftLine:
        return known_facts({
            phrase("Contracts"): plans(self.account),
            phrase("Customer since"): self.account.customer_since,
            phrase("Ends on"): self._leaving_on,
            phrase("Renewal"): None if self._leaving_on else self._renews_on,
        })  # fmt: skip

    def _goals(self) -> Iterator[DraftLine]:
        if self.goals:
            yield goals_table(self.goals)
        else:
            yield phrase("No goal is recorded yet; nothing may be claimed before one is measured.")

    def _usage(self) -> Iterator[DraftLine]:
        table = compared(phrase("Usage"), USAGE, self.account_id, self.period, self.before, self.deps)
        yield table or phrase("No usage was reported for this period or the one before.")

        yield from self._unfinished()

    def _unfinished(self) -> Iterator[Phrase]:
        """Said to whoever reads the numbers, too."""
        if self.period != self.asked:
            yield phrase(
                "{period} is not over: compared with as many days of the one before; the last reports may be missing.",
                period=self.asked,
            )

    def _support(self) -> Iterator[DraftLine]:
        if self.account.tickets["open"] is None:
            yield phrase("The book holds no tickets.")
        elif table := compared(phrase("Tickets"), SUPPORT, self.account_id, self.period, self.before, self.deps):
            yield table

    def _voice(self) -> Iterator[DraftLine]:
        table = compared(phrase("Answers"), VOICE, self.account_id, self.period, self.before, self.deps)
        yield table or phrase("Nobody answered a survey in this period or the one before: ask in the meeting.")

    def _decisions(self) -> Iterator[DraftLine]:
        if self._leaving_on:
            yield phrase("The contract ends on {day}: what has to be handed over by then?", day=self._leaving_on)
        elif self._renews_on and self._renews_on - self.deps.today <= SOON:
            yield phrase(
                "The contract renews on {day}: go on as it is, or change it? Who decides?", day=self._renews_on
            )
        for goal in self.goals:
            if goal.status == "reached":
                yield phrase("“{goal}” is reached: what comes next?", goal=goal.name)
            if goal.status in ("behind", "overdue"):
                yield phrase("“{goal}”: another date, another way, or drop it?", goal=goal.name)
        if not self.goals:
            yield phrase("Which goal is the next quarter for, and how is it measured?")
        yield phrase("{text}", text=ASKED_OF_THEM)

    @cached_property
    def _leaving_on(self) -> date | None:
        return leaving_on(self.account_id, self.deps)

    @cached_property
    def _renews_on(self) -> date | None:
        return next_renewal(self.account.contracts, self.deps.today)

    @cached_property
    def _actions(self) -> NextActions:
        return NextActions(self.account, self.goals, self.deps, self._leaving_on)

    def next(self) -> tuple[Phrase, ...]:
        name = self.account.account.name
        other = phrase("QBR pack for {account}, for the customer", account=name)
        if self.version == "customer":
            other = phrase("Internal QBR pack for {account}", account=name)
        return other, phrase("Value case for {account}", account=name)
