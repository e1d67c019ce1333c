"""Whom to interview: a sample of the accounts that decided something, of people who may be contacted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import Field

from tools import (
    COUNT,
    PERIOD,
    Answer,
    Column,
    Deps,
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
    read_rules,
)
from tools._account import role_name
from tools._contacting import reasons
from tools._drafting import ROLE_WORDS, Role, deciding_first
from tools._guard import Blocked, refuses
from tools._interviewing import (
    OUTCOME_WORDS,
    OUTCOMES,
    Strata,
    Stratum,
    allotted,
    interviewer,
    interviews,
    last_quarter,
    seed_of,
    shuffled,
    strata_of,
)
from tools._limits import Limits, limited
from tools._reading import elapsed, written_period
from tools.metrics import Concluded, Decided, concluded, contacted, dimension_values

SAMPLE = 12
"""Interviews after which, in studies of one kind of customer, little new was heard (Guest, Bunce and Johnson, 2006)."""
BUDGET = "survey"
"""Whose contact budget an invitation uses: like a survey it asks for their time and sells nothing."""


class Input(Limits):
    period: Annotated[str | None, PERIOD] = Field(
        default=None, description="When the accounts decided, for instance 2026-Q3; empty: the last full quarter."
    )
    outcome: Annotated[Decided | None, OUTCOME_WORDS] = Field(
        default=None, description="Only accounts with this outcome: won, lost, churned, renewed or contracted."
    )
    role: Annotated[Role | None, ROLE_WORDS] = Field(
        default=None, description="Whom to ask there; empty: who decides most."
    )
    limit: Annotated[int, COUNT] = Field(default=SAMPLE, ge=1, le=60, description="How many interviews.")


def interviewees(ask: Input, deps: Deps) -> Answer:
    """Draw whom to interview: a fair sample by segment and outcome, of people whom the contact guard allows.

    Use when someone asks which customers or people to interview, for a win-loss, churn or renewal interview round or
    sample, or to pick, draw or select customers to talk to.
    """
    asked = written_period(ask.period) if ask.period else last_quarter(deps.today)
    period = elapsed(asked, deps.today)
    found, _ = concluded(deps.book, period, ask.where)
    wanted = [each for each in found if ask.outcome in (None, each.outcome)]
    if not wanted:
        raise ToolError(phrase("No account that matches decided anything in this period: {period}.", period=period))
    strata = strata_of(wanted, period, {touch.account_id for touch in interviews(deps)})
    draw = _Draw(ask, deps, strata, seed_of(asked, deps))
    draw.run()
    subject = limited(phrase("Whom to interview"), ask.where, period)
    return Answer(
        phrase("{subject} · {limit}", subject=subject, limit=OUTCOMES[ask.outcome]) if ask.outcome else subject,
        phrase_n(
            "{n} person to interview, of {all} accounts with an outcome.",
            "{n} people to interview, of {all} accounts with an outcome.", len(draw.drawn), all=len(wanted),
        ),
        tuple(draw.parts()),
        frozenset(each.account_id for each in (*draw.accounts(), *draw.silent)),
        listed=tuple(each.account.account_id for each in draw.drawn),
    )  # fmt: skip


@dataclass(frozen=True)
class _Drawn:
    account: Concluded
    person: Any


@dataclass(frozen=True)
class _Held:
    """Drawn, but nobody there may be contacted now; `first`: from when on the first of them may."""

    account: Concluded
    person: Any
    decision: Blocked

    @property
    def first(self) -> date | None:
        return self.decision.first


@dataclass
class _Draw:
    """The sample: in each stratum the first accounts, in an order set by the seed, where somebody may be asked."""

    ask: Input
    deps: Deps
    strata: Strata
    seed: str
    drawn: list[_Drawn] = field(default_factory=list)
    held: list[_Held] = field(default_factory=list)
    silent: list[Concluded] = field(default_factory=list)
    """Accounts where the book knows nobody to ask."""

    def run(self) -> None:
        self.on = self._working_day()
        self.owners = dimension_values(self.deps.book, "owner")
        open_ = {key: self.strata.of(key, talked=False) for key in self.strata.accounts}
        self.given = allotted({key: len(accounts) for key, accounts in open_.items()}, self.ask.limit)
        self.got = {key: self._from(shuffled(open_[key], self.seed), n) for key, n in self.given.items()}

    def accounts(self) -> list[Concluded]:
        return [*(each.account for each in self.drawn), *(each.account for each in self.held)]

    def _working_day(self) -> date:
        """Today, or the next day on which anybody is contacted."""
        hours = (self.deps.contacting.rules or read_rules(None)).quiet_hours
        days = (self.deps.today + timedelta(days=ahead) for ahead in range(14))
        return next((day for day in days if not hours.rests_on(day)), self.deps.today)

    def _from(self, accounts: Sequence[Concluded], n: int) -> int:
        """Take up to `n`; how many there were."""
        taken = 0
        for account in accounts:
            if taken == n:
                break
            taken += self._take(account)
        return taken

    def _take(self, account: Concluded) -> bool:
        """The first person there who may be asked; who may not, and where there is nobody, is remembered."""
        found = contacted(self.deps.book, account.account_id, self.deps.today)
        logged = self.deps.contacting.counted(account.account_id)
        blocked: list[_Held] = []
        for person in deciding_first(found.contacts, self.deps.today, self.ask.role):
            wish = Wish(account.account_id, BUDGET, self.on, person.contact_id)
            decision = ledger(self.deps, wish, found).decide(logged)
            if not refuses(decision):
                self.drawn.append(_Drawn(account, person))
                return True
            blocked.append(_Held(account, person, decision))
        if blocked:
            self.held.append(min(blocked, key=lambda each: each.first or date.max))
        else:
            self.silent.append(account)
        return False

    def parts(self) -> Iterator[Part]:
        if self.drawn:
            yield self._sample()
        yield self._strata()
        if self.held:
            yield self._blocked()
        yield from self._notes()
        yield NextSteps(tuple(self._next()))

    def _sample(self) -> Table:
        columns = (
            Column(phrase("Account")), Column(phrase("Segment")), Column(phrase("Outcome")), Column(phrase("Person")),
            Column(phrase("Role")), Column(phrase("Interviewer")),
        )  # fmt: skip
        rows = tuple(
            (
                each.account.name, each.account.segment, OUTCOMES[each.account.outcome], each.person.name,
                role_name(each.person.role), next(iter(self._interviewers(each.account)), None),
            )
            for each in self.drawn
        )  # fmt: skip
        note = phrase("The interviewer is never who looks after the account; it is drawn by the account's id.")
        return Table(phrase("Whom to interview"), columns, rows, note)

    def _interviewers(self, account: Concluded) -> tuple[str, ...]:
        return interviewer(account.account_id, account.owner, self.owners)

    def _strata(self) -> Table:
        columns = (
            Column(phrase("Segment")), Column(phrase("Outcome")), Column(phrase("Accounts"), numeric=True),
            Column(phrase("Interviewed before"), numeric=True), Column(phrase("Allotted"), numeric=True),
            Column(phrase("Drawn"), numeric=True),
        )  # fmt: skip
        counts = [self._counts(key) for key in self.strata.accounts]
        rows = [(key[0], OUTCOMES[key[1]], *each) for key, each in zip(self.strata.accounts, counts, strict=True)]
        total = (phrase("Total"), None, *map(sum, zip(*counts, strict=True)))
        note = phrase("Allotted in proportion to the accounts not interviewed before, by largest remainder.")
        return Table(phrase("By segment and outcome"), columns, (*rows, total), note)

    def _counts(self, key: Stratum) -> tuple[int, int, int, int]:
        talked = len(self.strata.of(key, talked=True))
        return len(self.strata.accounts[key]), talked, self.given[key], self.got[key]

    def _blocked(self) -> Table:
        columns = (
            Column(phrase("Account")), Column(phrase("Person")), Column(phrase("Why not")),
            Column(phrase("First allowed day")),
        )  # fmt: skip
        rows = tuple((each.account.name, each.person.name, reasons(each.decision), each.first) for each in self.held)
        return Table(phrase("Not to be contacted now"), columns, rows)

    def _notes(self) -> Iterator[Note]:
        yield Note(phrase("Drawn with the seed “{seed}”: who draws again with it gets the same order.", seed=self.seed))
        if self.silent:
            names = tuple(phrase("{name}", name=each.name) for each in self.silent[:SAMPLE])
            yield Note(phrase("Passed over, as the book knows nobody to ask there: {accounts}.", accounts=names))
        if missing := sum(self.given.values()) - len(self.drawn):
            said = phrase_n(
                "{n} interview is missing: nobody else in its group may be asked now.",
                "{n} interviews are missing: nobody else in their groups may be asked now.",
                missing,
            )
            yield Note(said)
        yield Note(phrase("An invitation counts as a survey in the contact budget. Checked for {day}.", day=self.on))

    def _next(self) -> Iterator[Phrase]:
        for each in self.drawn[:2]:
            yield phrase("Win-loss interview script for {account}", account=each.account.name)
        yield phrase("Interview coverage")
