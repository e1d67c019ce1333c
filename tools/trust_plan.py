"""A customer trust-enablement plan for one account."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools import (
    ACCOUNT,
    LANGUAGE,
    Action,
    Answer,
    Deps,
    Draft,
    DraftLine,
    Fact,
    Facts,
    NextSteps,
    Note,
    Part,
    Phrase,
    Section,
    ToolError,
    phrase,
    phrase_n,
)
from tools._account import goals_table, mrr_of, person, plans, read_account, risk_of
from tools._drafting import reader_language, working_day
from tools._renewals import pays_by_the_month
from tools._signs import evidence
from tools.metrics import Profile, Risk, next_renewal

LENGTH = 120
"""Days before the renewal at which a plan begins, where there is time."""
SHORT = 30
"""Days below which a plan says that time is short."""
UNDATED = timedelta(days=90)
"""How far a plan reaches that no renewal ends."""


class Input(BaseModel):
    account: Annotated[str, ACCOUNT] = Field(description="Id of the account.")
    language: Annotated[Literal["en", "pt-BR"] | None, LANGUAGE] = Field(
        default=None, description="Language of the plan; empty: the asker's."
    )


def trust_plan(ask: Input, deps: Deps) -> Answer:
    """Draft a trust-enablement plan for an account: secure the renewal and support the upsell, who does what by when.

    Use when someone wants a trust plan, success plan, renewal plan or joint plan for one customer.
    """
    account = read_account(ask.account, deps)
    if account.left_on:
        raise _too_late(account)
    plan = _Plan(account, deps)
    language = reader_language(ask.language, [], deps)
    subject = phrase("Trust plan · {account}", account=plan.account.account.name)
    draft = Draft("trust_plan", subject, language, plan.sections(language), ask.account)
    return Answer(
        subject=subject,
        headline=plan.headline(),
        parts=(*plan.gaps(), draft, NextSteps(plan.next())),
        accounts=frozenset({ask.account}),
    )


def _too_late(account: Profile) -> ToolError:
    name = account.account.name
    return ToolError(
        phrase(
            "{account} left on {day}, so there is no renewal to secure. Find out why they left first.",
            account=name,
            day=account.left_on,
        ),
        suggestions=(
            phrase("Win-loss interview script for {account}", account=name),
            phrase("Exit survey for {account}", account=name),
            phrase("What do the playbooks say about winning customers back?"),
        ),
    )


@dataclass
class _Plan:
    """Both purposes of the plan, counted back from the renewal."""

    account: Profile
    deps: Deps

    def __post_init__(self) -> None:
        found = risk_of(self.account.account.account_id, self.deps)
        self.risk: Risk | None = found[0] if found else None
        self.leaving_on = self.risk.standing.leaving_on if self.risk else None
        self.by_the_month = self.risk is not None and pays_by_the_month(self.risk)
        self.renews_on = next_renewal(self.account.contracts, self.deps.today)
        decided_on = self.leaving_on or (None if self.by_the_month else self.renews_on)
        self.horizon = decided_on or self.deps.today + UNDATED
        self.owner: Phrase | str = self.account.account.owner or phrase("to be named")
        self.sales: Phrase | str = self.account.colleagues.get("sales", self.owner)
        self.support: Phrase | str = self.account.colleagues.get("support", self.owner)

    def headline(self) -> Phrase:
        said = {"account": self.account.account.name, "day": self.horizon}
        if self.leaving_on:
            return phrase("A draft plan to win {account} over before it leaves on {day}.", **said)
        if self.by_the_month:
            return phrase("A draft plan for {account}, which pays by the month: it runs to {day}.", **said)
        if self.renews_on is None:
            return phrase("A draft plan for {account}; no renewal date is known, so it runs to {day}.", **said)
        return phrase("A draft plan for {account}, counted back from the renewal on {day}.", **said)

    def gaps(self) -> Iterator[Part]:
        """What keeps the plan from being complete."""
        left = (self.horizon - self.deps.today).days
        if self.leaving_on:
            yield Note(phrase("It has already cancelled: speak with who decided before anything else."))
        if left < SHORT:
            yield Note(
                phrase_n(
                    "Only {n} day is left: do first what only you can do.",
                    "Only {n} days are left: do first what only you can do.",
                    left,
                )
            )
        if not self.account.account.owner:
            yield Note(phrase("The account has no owner: name one, or the plan stays incomplete."))
        if not self.account.goals:
            yield Note(phrase("No goal of this customer is recorded: the first meeting must agree one."))
        if not self.account.people("sponsor") and not self.account.people("champion"):
            yield Note(phrase("No champion or sponsor is known at the customer."))

    def sections(self, language: str) -> tuple[Section, ...]:
        return (
            Section(phrase("Team"), tuple(self._team())),
            Section(phrase("Where we stand"), (self._standing(),)),
            Section(phrase("Risks to the renewal"), tuple(self._risks())),
            Section(phrase("Goals and proof of value"), tuple(self._goals())),
            Section(phrase("Purpose 1: secure the renewal"), tuple(self._renewal())),
            Section(phrase("Purpose 2: support the upsell"), tuple(self._upsell())),
            Section(phrase("From the playbook"), tuple(self._playbook(language))),
        )

    def _team(self) -> Iterator[DraftLine]:
        yield phrase("Customer success: {owner}", owner=self.owner)
        yield phrase("Sales: {owner}", owner=self.sales)
        yield phrase("Support: {owner}", owner=self.support)
        for role in ("sponsor", "champion", "buyer"):
            for contact in self.account.people(role):
                yield phrase("Customer: {person}", person=person(contact))

    def _standing(self) -> Facts:
        account_id = self.account.account.account_id
        return Facts((
            Fact(phrase("MRR"), mrr_of(account_id, self.deps.today, self.deps)),
            Fact(phrase("Contracts"), plans(self.account)),
            Fact(phrase("Customer since"), self.account.customer_since),
            Fact(phrase("Renewal"), phrase("none, cancelled") if self.leaving_on else self.renews_on),
        ))  # fmt: skip

    def _risks(self) -> Iterator[DraftLine]:
        if self.leaving_on:
            yield phrase("It has cancelled and pays until {day}.", day=self.leaving_on - timedelta(days=1))
        found = self.risk.contributions if self.risk else ()
        signs = [evidence(c) for c in found if c.points and not (self.leaving_on and c.driver == "renewal_days")]
        yield from signs or [phrase("No sign of risk is known today.")]

    def _goals(self) -> Iterator[DraftLine]:
        """Only what was measured counts as proof."""
        if not self.account.goals:
            yield phrase("No goal is recorded yet; nothing may be claimed before one is measured.")
            return
        yield goals_table(self.account)

    def _renewal(self) -> Iterator[DraftLine]:
        yield Action(phrase("Agree goals, measures and this plan with the sponsor"), self.owner, self._day(120))
        yield Action(phrase("Close every urgent ticket and report on it"), self.support, self._day(90))
        yield Action(phrase("Show the measured value so far in a business review"), self.owner, self._day(60))
        yield Action(phrase("Confirm terms, notice period and who signs"), self.sales, self._day(45))
        yield Action(phrase("Have the renewal signed"), self.sales, self._day(15))

    def _upsell(self) -> Iterator[DraftLine]:
        if self.leaving_on:
            yield phrase("Offer nothing more while the cancellation stands.")
            return
        yield Action(phrase("Find out which of their goals the present package leaves open"), self.owner, self._day(75))
        yield Action(phrase("Try the next package or add-on with one team and measure it"), self.owner, self._day(50))
        yield Action(phrase("Propose it only if the measure moved"), self.sales, self._day(30))

    def _day(self, before: int) -> date:
        """So many days before the end of the plan; a plan that starts late is squeezed into the time that is left."""
        today = self.deps.today
        squeeze = max(0.0, min(1.0, ((self.horizon - today).days - 2) / LENGTH))
        return working_day(self.horizon - timedelta(days=round(before * squeeze)), today, self.horizon)

    def _playbook(self, language: str) -> Iterator[DraftLine]:
        # A draft is read by others than who asked for it: none of the team's own documents is quoted in it.
        yield from self.deps.knowledge.search("trust enablement plan", language, limit=1, own=False)

    def next(self) -> tuple[Phrase, ...]:
        name = self.account.account.name
        return (phrase("Summary of {account}", account=name), phrase("What do the playbooks say about trust plans?"))
