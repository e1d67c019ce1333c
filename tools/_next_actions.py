"""What to do next for an account: each thing with an owner and a day, from what the book shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from tools._answer import Action, Column, Table
from tools._drafting import working_day
from tools._goals import Goal
from tools._phrase import Phrase, phrase
from tools._registry import Deps
from tools.metrics import Profile, next_renewal

AHEAD = 120
"""Days before a renewal from which on it has to be prepared."""
DETRACTOR = 6
QUARTER = 90


@dataclass(frozen=True)
class Team:
    """Who of ours does what for the account; a role that nobody has is the owner's, who may have to be named."""

    account: Profile

    @property
    def owner(self) -> Phrase | str:
        return self.account.account.owner or phrase("to be named")

    @property
    def sales(self) -> Phrase | str:
        return self.account.colleagues.get("sales", self.owner)

    @property
    def support(self) -> Phrase | str:
        return self.account.colleagues.get("support", self.owner)


@dataclass(frozen=True)
class NextActions:
    """The actions that an account's state calls for today; `leaving_on`: where its cancellation is known."""

    account: Profile
    goals: Sequence[Goal]
    deps: Deps
    leaving_on: date | None = None

    def shared(self) -> tuple[Action, ...]:
        """What the customer may read too."""
        return (*self._of_goals(), *self._of_tickets(), *self._of_renewal(), *self._of_review())

    def ours(self) -> tuple[Action, ...]:
        """What is for us alone."""
        return tuple(self._of_relations())

    @cached_property
    def team(self) -> Team:
        return Team(self.account)

    def _of_goals(self) -> Iterator[Action]:
        if not self.goals:
            yield Action(phrase("Agree one goal and how it is measured"), self.team.owner, self._in(14))
        for goal in self.goals:
            if goal.status in ("behind", "overdue"):
                what = phrase("Agree what brings “{goal}” back on track, or drop it", goal=goal.name)
                yield Action(what, self.team.owner, self._in(14))
            if goal.status == "unknown":
                yield Action(phrase("Measure “{goal}”", goal=goal.name), self.team.owner, self._in(14))

    def _of_tickets(self) -> Iterator[Action]:
        if self.account.tickets["urgent"]:
            yield Action(phrase("Close every urgent ticket and report on it"), self.team.support, self._in(5))

    def _of_renewal(self) -> Iterator[Action]:
        renews_on = next_renewal(self.account.contracts, self.deps.today)
        if self.leaving_on is None and renews_on and (renews_on - self.deps.today).days <= AHEAD:
            day = working_day(max(self.deps.today, renews_on - timedelta(days=45)), self.deps.today, renews_on)
            yield Action(phrase("Confirm terms, notice period and who signs"), self.team.sales, day)

    def _of_review(self) -> Iterator[Action]:
        if self.leaving_on is None:
            yield Action(phrase("Hold the next business review"), self.team.owner, self._in(QUARTER))

    def _of_relations(self) -> Iterator[Action]:
        if not self.account.people("sponsor") and not self.account.people("champion"):
            yield Action(phrase("Find a sponsor at the customer"), self.team.owner, self._in(21))
        last = next((answer for answer in self.account.answers if answer.kind == "nps"), None)
        if last and last.score <= DETRACTOR and last.answered_on > self.deps.today - timedelta(days=365):
            yield Action(phrase("Ask whoever rated us low what would have to change"), self.team.owner, self._in(7))
        if any(self.account.overdue.values()):
            yield Action(phrase("Settle the overdue invoices"), self.team.owner, self._in(7))

    def _in(self, days: int) -> date:
        """The working day so many days from now or just before."""
        today = self.deps.today
        return working_day(today + timedelta(days=days), today, today + timedelta(days=days + 7))


def actions_table(actions: Sequence[Action]) -> Table:
    """Who does what by when, the first due first."""
    columns = (Column(phrase("Action")), Column(phrase("Owner")), Column(phrase("Due")))
    rows = tuple((each.what, each.owner, each.due) for each in in_order(actions))
    return Table(phrase("What to do next"), columns, rows)


def in_order(actions: Sequence[Action]) -> tuple[Action, ...]:
    """The first due first."""
    return tuple(sorted(actions, key=lambda action: action.due))
