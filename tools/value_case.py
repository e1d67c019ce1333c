"""What a customer got out of it: measured, worked out from stated assumptions, or not to be shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools import (
    ACCOUNT,
    LANGUAGE,
    TOPIC,
    Answer,
    Deps,
    Draft,
    DraftLine,
    NextSteps,
    Part,
    Phrase,
    Section,
    ToolError,
    phrase,
    phrase_n,
)
from tools._account import leaving_on, mrr_of, plans, read_account
from tools._drafting import reader_language
from tools._for_customers import (
    VERSION,
    VERSIONS,
    Version,
    blank,
    known_facts,
    paper,
    to_fill_in,
    who_may_read,
)
from tools._goals import Goal, goals_of, goals_table, value_lines
from tools._internal import for_us_only
from tools._measures import SUPPORT, USAGE, VOICE, compared, measured
from tools._next_actions import NextActions, in_order
from tools._reading import conversion
from tools._worth import Worth, assumed, worths
from tools.metrics import Money, Period, Profile

STRETCH, YEAR = timedelta(weeks=13), timedelta(weeks=52)
"""Whole weeks, so that both stretches hold as many reports of each weekday."""
QUOTE = blank(phrase("a sentence of theirs on what it brought, with their consent"))


class Input(BaseModel):
    account: Annotated[str, ACCOUNT] = Field(description="Id of the account.")
    said: Annotated[str | None, TOPIC] = Field(
        default=None,
        description="Assumptions, in words: “200 approvals a month at R$ 60 an hour”. Without them no money is stated.",
    )
    version: Annotated[Version, VERSIONS] = Field(
        default="internal", description="internal: with MRR, risk and margin. customer: safe to hand over."
    )
    language: Annotated[Literal["en", "pt-BR"] | None, LANGUAGE] = Field(
        default=None, description="Language of the case; empty: the asker's, of the customer's version the account's."
    )


def value_case(ask: Input, deps: Deps) -> Answer:
    """Draft a value case for a customer: what was measured before and after, what it is worth, what cannot be shown.

    Use when someone asks what value, benefit, ROI or results a customer got from us, or wants it written down for a
    renewal or review. Hours and money only from goals in hours and assumptions that are stated.
    """
    account = read_account(ask.account, deps)
    _refuse(account)
    case = _Case(account, ask, deps)
    draft = case.draft()
    return Answer(
        subject=phrase("{title} · {version}", title=case.title, version=VERSION[ask.version]),
        headline=case.headline(),
        parts=(
            who_may_read(ask.version), draft, *to_fill_in(draft), *case.rates(), NextSteps(case.next()),
        ),
        accounts=frozenset({ask.account}),
    )  # fmt: skip


def _refuse(account: Profile) -> None:
    name = account.account.name
    if account.customer_since is None:
        raise ToolError(phrase("{account} has never paid: there is nothing to show yet.", account=name))
    if account.left_on:
        said = phrase("{account} left on {day}: ask them what it was worth.", account=name, day=account.left_on)
        raise ToolError(said, suggestions=(phrase("Win-loss interview script for {account}", account=name),))


@dataclass(frozen=True)
class _Case:
    """One value case, in one version."""

    account: Profile
    ask: Input
    deps: Deps

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        return goals_of(self.account, self.deps)

    @cached_property
    def worths(self) -> tuple[Worth, ...]:
        return worths(self.goals, assumed(self.ask.said, self.deps.book.currency))

    @property
    def now(self) -> Period:
        """The last thirteen weeks that are over."""
        monday = self.deps.today - timedelta(days=self.deps.today.weekday())
        return Period(monday - STRETCH, monday)

    @cached_property
    def before(self) -> Period | None:
        """The same weeks a year before, or their first ones; None where they have not been here for both."""
        since = self.account.customer_since
        assert since is not None
        first_monday = since + timedelta(days=-since.weekday() % 7)
        start = max(first_monday, self.now.start - YEAR)
        return Period(start, start + STRETCH) if start + STRETCH <= self.now.start else None

    @property
    def title(self) -> Phrase:
        return phrase("Value case · {account}", account=self.account.account.name)

    def headline(self) -> Phrase:
        moved = sum(goal.improved for goal in self.goals)
        if not moved:
            name = self.account.account.name
            return phrase(
                "Of {account} no measured result can be shown yet; the draft says what is missing.", account=name
            )
        return phrase_n(
            "{n} measured result can be shown of {account}; the draft says what cannot.",
            "{n} measured results can be shown of {account}; the draft says what cannot.",
            moved, account=self.account.account.name,
        )  # fmt: skip

    def draft(self) -> Draft:
        for_them = self.ask.version == "customer"
        known = [self.account.account.language] if for_them else []
        language = reader_language(self.ask.language, known, self.deps)
        ours = None if for_them else self._ours()
        return paper("value_case", self.title, language, self.ask.account, tuple(self._shared()), ours)

    def rates(self) -> Iterator[Part]:
        if self.ask.version == "internal":
            yield from conversion(self.deps.book, {line.currency for line in self.account.contracts})

    def _shared(self) -> Iterator[Section]:
        yield Section(phrase("Where we stand"), (known_facts({
            phrase("Contracts"): plans(self.account), phrase("Customer since"): self.account.customer_since,
        }),))  # fmt: skip
        yield Section(phrase("What was measured"), tuple(self._measured()))
        yield Section(phrase("Before and after"), tuple(self._compared()))
        yield Section(phrase("In hours and money"), tuple(self._worked_out()))
        yield Section(phrase("What cannot be shown"), tuple(self._unknown()))
        yield Section(phrase("In the customer's words"), (phrase("{text}", text=QUOTE),))
        yield Section(phrase("Actions"), in_order(self._actions.shared()))

    def _measured(self) -> Iterator[DraftLine]:
        if self.goals:
            yield goals_table(self.goals)
        yield from value_lines(self.goals)

    def _compared(self) -> Iterator[DraftLine]:
        if self.before is None:
            yield phrase("There is no stretch to compare with yet: that takes half a year.")
            return
        account_id = self.ask.account
        found = [
            compared(title, measures, account_id, self.now, self.before, self.deps)
            for title, measures in (
                (phrase("Usage"), USAGE),
                (phrase("Tickets"), SUPPORT if self.account.tickets["open"] is not None else ()),
                (phrase("Answers"), VOICE),
            )
        ]
        yield from filter(None, found) if any(found) else (phrase("Nothing was reported in either stretch."),)

    def _worked_out(self) -> Iterator[DraftLine]:
        for worth in self.worths:
            yield worth.table()
        if any(worth.hours for worth in self.worths):
            yield phrase("This assumes that these are hours of work, not of waiting: only then is anything saved.")
        if not self.worths:
            yield phrase("No goal is measured in hours saved, so no hours or money are stated.")
        elif missing := tuple(self.worths[0].missing()):
            yield phrase("For more than this it takes {missing}, which the book does not know.", missing=missing)

    def _unknown(self) -> Iterator[DraftLine]:
        """What an honest reader would ask, and we cannot answer."""
        if not self.goals:
            yield phrase("Whether the goals were reached: none is recorded.")
        for goal in self.goals:
            if goal.way is None:
                yield phrase("“{goal}”: it was not measured.", goal=goal.name)
            elif not goal.improved:
                yield phrase("“{goal}”: it has not moved towards its target.", goal=goal.name)
        if measured(USAGE[0], self.ask.account, self.now, self.deps) is None:
            yield phrase("How much it is used: nothing was reported in the last thirteen weeks.")
        yield phrase("What of this is due to us: other things changed in that time too.")

    def _ours(self) -> Iterator[DraftLine]:
        yield from self._against_price()
        yield from for_us_only(self.account, self.now, self.deps, self._actions)

    def _against_price(self) -> Iterator[DraftLine]:
        """What they pay beside what was worked out, where both are in one currency."""
        mrr = mrr_of(self.ask.account, self.deps.today, self.deps)
        found = [worth.money for worth in self.worths if worth.money and worth.money.currency == mrr.currency]
        if found and mrr.currency:
            total = Money(sum(money.minor for money in found), mrr.currency)
            yield phrase("Worked out: {total} a month, against {mrr} of MRR.", total=total, mrr=mrr)

    @cached_property
    def _actions(self) -> NextActions:
        return NextActions(self.account, self.goals, self.deps, leaving_on(self.ask.account, self.deps))

    def next(self) -> tuple[Phrase, ...]:
        name = self.account.account.name
        if self.ask.version == "customer":
            return phrase("Internal value case for {account}", account=name), phrase(
                "QBR pack for {account}", account=name
            )
        return (
            phrase("Value case for {account}, for the customer", account=name),
            phrase("Value case for {account}, 200 cases a month at 60 an hour", account=name),
        )
