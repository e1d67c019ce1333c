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
    NextSteps,
    Note,
    Part,
    Phrase,
    Section,
    ToolError,
    phrase,
    phrase_n,
)
from tools._account import mrr_of, person, plans, read_account, risk_of
from tools._answer import figures_in
from tools._drafting import reader_language, working_day
from tools._for_customers import (
    VERSION,
    VERSIONS,
    Version,
    blank,
    known_facts,
    numbers_in,
    to_fill_in,
    who_may_read,
)
from tools._goals import Goal, goals_of, goals_table, value_lines
from tools._internal import risk_lines
from tools._next_actions import Team
from tools._renewals import pays_by_the_month
from tools.metrics import Profile, Risk, next_renewal

LENGTH = 120
"""Days before the renewal at which a plan begins, where there is time."""
SHORT = 30
"""Days below which a plan says that time is short."""
UNDATED = timedelta(days=90)
"""How far a plan reaches that no renewal ends."""
THEIR_PART = blank(phrase("what they take on, who, by which day"))


class Input(BaseModel):
    account: Annotated[str, ACCOUNT] = Field(description="Id of the account.")
    version: Annotated[Version, VERSIONS] = Field(
        default="internal",
        description="internal: with MRR, risk and upsell. customer: a joint plan, safe to hand over.",
    )
    language: Annotated[Literal["en", "pt-BR"] | None, LANGUAGE] = Field(
        default=None, description="Language of the plan; empty: the asker's, of the customer's version the account's."
    )


def trust_plan(ask: Input, deps: Deps) -> Answer:
    """Draft a trust-enablement plan for an account: secure the renewal and support the upsell, who does what by when.

    Use when someone wants a trust plan, success plan, renewal plan or joint plan for one customer, for us or in a
    version that the customer may see.
    """
    account = read_account(ask.account, deps)
    if account.left_on:
        raise _too_late(account)
    plan = _Plan(account, deps)
    if ask.version == "customer" and plan.leaving_on:
        raise _first_speak(account)
    draft = plan.for_them(ask.language) if ask.version == "customer" else plan.for_us(ask.language)
    return Answer(
        subject=phrase("{title} · {version}", title=draft.title, version=VERSION[ask.version]),
        headline=plan.headline(),
        parts=(
            who_may_read(ask.version), *plan.gaps(), draft, *to_fill_in(draft), NextSteps(plan.next(ask.version)),
        ),
        accounts=frozenset({ask.account}),
    )  # fmt: skip


def _first_speak(account: Profile) -> ToolError:
    name = account.account.name
    said = phrase("{account} has cancelled: speak with them before you hand them a joint plan.", account=name)
    return ToolError(said, suggestions=(phrase("Trust plan for {account}", account=name),))


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
        team = Team(self.account)
        self.owner, self.sales, self.support = team.owner, team.sales, team.support
        self.goals: tuple[Goal, ...] = goals_of(self.account, self.deps)

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
        if not self.goals:
            yield Note(phrase("No goal of this customer is recorded: the first meeting must agree one."))
        if not self.account.people("sponsor") and not self.account.people("champion"):
            yield Note(phrase("No champion or sponsor is known at the customer."))

    def for_us(self, wanted: str | None) -> Draft:
        """The whole plan, with both of its purposes."""
        name, language = self.account.account.name, reader_language(wanted, [], self.deps)
        sections = (
            Section(phrase("Team"), tuple(self._team())),
            Section(phrase("Where we stand"), (self._mrr(), self._standing())),
            Section(phrase("Risks to the renewal"), tuple(self._risks())),
            Section(phrase("Goals and proof of value"), tuple(self._goals())),
            Section(phrase("Purpose 1: secure the renewal"), tuple(self._renewal())),
            Section(phrase("Purpose 2: support the upsell"), tuple(self._upsell())),
            Section(phrase("From the playbook"), tuple(self._playbook(language))),
        )
        numbers = Section(phrase("Sources"), (numbers_in(figures_in(sections)),))
        title = phrase("Trust plan · {account}", account=name)
        return Draft("trust_plan", title, language, (*sections, numbers), self._account_id)

    def for_them(self, wanted: str | None) -> Draft:
        """What both sides agree on: no risk, no MRR, nothing to be sold."""
        account = self.account.account
        sections = (
            Section(phrase("Team"), tuple(self._team(roles=False))),
            Section(phrase("Where we stand"), (self._standing(),)),
            Section(phrase("Goals and proof of value"), tuple(self._goals())),
            Section(phrase("What we do"), tuple(self._joint())),
            Section(phrase("What {account} does", account=account.name), (phrase("{text}", text=THEIR_PART),)),
        )
        title = phrase("Joint plan · {account}", account=account.name)
        language = reader_language(wanted, [account.language], self.deps)
        return Draft("trust_plan_customer", title, language, sections, self._account_id, "cs")

    @property
    def _account_id(self) -> str:
        return str(self.account.account.account_id)

    def _team(self, roles: bool = True) -> Iterator[DraftLine]:
        """Who works on it; what we call a person's role is nothing for the customer's eyes."""
        yield phrase("Customer success: {owner}", owner=self.owner)
        yield phrase("Sales: {owner}", owner=self.sales)
        yield phrase("Support: {owner}", owner=self.support)
        for role in ("sponsor", "champion", "buyer"):
            for contact in self.account.people(role):
                yield phrase("Customer: {person}", person=person(contact) if roles else contact.name)

    def _mrr(self) -> DraftLine:
        return known_facts({phrase("MRR"): mrr_of(self._account_id, self.deps.today, self.deps)})

    def _standing(self) -> DraftLine:
        return known_facts({
            phrase("Contracts"): plans(self.account),
            phrase("Customer since"): self.account.customer_since,
            phrase("Renewal"): phrase("none, cancelled") if self.leaving_on else self.renews_on,
        })  # fmt: skip

    def _risks(self) -> Iterator[DraftLine]:
        if self.leaving_on:
            yield phrase("It has cancelled and pays until {day}.", day=self.leaving_on - timedelta(days=1))
        yield from risk_lines(self._account_id, self.deps)

    def _goals(self) -> Iterator[DraftLine]:
        """Only what was measured counts as proof."""
        if not self.goals:
            yield phrase("No goal is recorded yet; nothing may be claimed before one is measured.")
            return
        yield goals_table(self.goals)
        yield from value_lines(self.goals)

    def _joint(self) -> Iterator[DraftLine]:
        """What we do whatever they decide; to propose more is no part of it."""
        yield Action(phrase("Agree goals, measures and this plan"), self.owner, self._day(120))
        yield Action(phrase("Close every urgent ticket and report on it"), self.support, self._day(90))
        yield Action(phrase("Find out which goals the present package leaves open"), self.owner, self._day(75))
        yield Action(phrase("Show what was measured so far in a business review"), self.owner, self._day(60))
        yield Action(phrase("Go through terms and notice period together"), self.sales, self._day(45))

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

    def next(self, version: Version) -> tuple[Phrase, ...]:
        name = self.account.account.name
        other = phrase("Trust plan for {account}, for the customer", account=name)
        if version == "customer":
            other = phrase("Internal trust plan for {account}", account=name)
        steps = (phrase("Summary of {account}", account=name), phrase("What do the playbooks say about trust plans?"))
        return steps if self.leaving_on else (other, *steps)
