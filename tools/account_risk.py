"""Why one account is at risk, or is not on the list: its score taken apart down to the rows behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Annotated

from pydantic import BaseModel, Field

from tools import ACCOUNT, PERIOD, Answer, Cell, Deps, Fact, Facts, NextSteps, Note, Part, Phrase, phrase
from tools._account import mrr_of
from tools._contacting import contacts_with
from tools._evidence_lines import evidence_table
from tools._next_best import NextBest
from tools._next_best_of import facts as action_facts
from tools._next_best_of import next_bests, step
from tools._plans import live_plans
from tools._reading import conversion
from tools._risk_cases import case_said
from tools._risk_lines import Watched, moved_since, points, shift_said, sign_said
from tools._risk_since import day_meant
from tools._signs import DRIVERS, account_score
from tools.metrics import (
    Contacted,
    Ranking,
    Risk,
    RiskChange,
    RiskChanges,
    Share,
    evidence_of,
    flagged,
    rank,
    ranked_then,
    risk_changes,
)


class Input(BaseModel):
    account: Annotated[str, ACCOUNT] = Field(description="Id of the account.")
    since: Annotated[str | None, PERIOD] = Field(
        default=None, description="The day with which its score is compared; empty: a week ago."
    )


def account_risk(ask: Input, deps: Deps) -> Answer:
    """Explain one account's risk: why it is on the at-risk list or is not, with the rows behind it and what to do next.

    Use when someone asks why one customer is at risk, why it is not on the list, what changed in its score, what the
    evidence is, or what the next best action for it is.
    """
    found, name = contacts_with(ask.account, deps)
    since = day_meant(ask.since, deps.today)
    ranking = rank(deps.book, deps.today)
    changes = risk_changes(ranked_then(deps.book, since, [ask.account]), ranking)
    one = _One(name, found, ranking, changes, since, deps)
    return Answer(
        subject=phrase("Risk · {account}", account=name),
        headline=one.headline(),
        parts=(*one.parts(), NextSteps(one.next())),
        accounts=frozenset({ask.account}),
    )


@dataclass(frozen=True)
class _One:
    """One account, as it stands among all that are scored."""

    name: str
    found: Contacted
    ranking: Ranking
    changes: RiskChanges
    since: date
    deps: Deps

    @property
    def change(self) -> RiskChange:
        return self.changes.each.get(self.found.account_id, RiskChange(None, None))

    @property
    def risk(self) -> Risk | None:
        return self.change.after

    @property
    def best(self) -> NextBest:
        risks = {self.found.account_id: self.risk} if self.risk else {}
        return next_bests({self.found.account_id: self.found}, risks, self.deps)[self.found.account_id]

    def headline(self) -> Phrase:
        """Whether it is on the list, and why or why not."""
        risk, said = self.risk, {"account": self.name}
        if self.found.customer_since is None:
            return phrase("{account} is not on the list: it has never paid.", **said)
        if risk is None:
            return phrase("{account} is not on the list: it left on {day}.", day=self.found.left_on, **said)
        score = account_score(self.deps, self.ranking, risk)
        if leaves := risk.standing.leaving_on:
            return phrase(
                "{account} is not on the list: it has cancelled and pays until {day}. Its score is {score}.",
                day=leaves - timedelta(days=1), score=score, **said,
            )  # fmt: skip
        if not flagged(risk):
            return phrase(
                "{account} is not on the list: its score is {score}, {missing} short of the {threshold} "
                "from which on an account is at risk.",
                score=score, missing=risk.card.at_risk - risk.score, threshold=risk.card.at_risk, **said,
            )  # fmt: skip
        return self._on_the_list(risk, score)

    def _on_the_list(self, risk: Risk, score: Cell) -> Phrase:
        at_risk = self.ranking.at_risk
        said = {
            "account": self.name, "score": score, "place": at_risk.index(risk) + 1, "all": len(at_risk),
            "threshold": risk.card.at_risk,
        }  # fmt: skip
        if snooze := self.deps.caseload.snoozed(self.deps.today).get(self.found.account_id):
            return phrase(
                "{account} is at risk with a score of {score}, and is listed apart: snoozed until {day} by {who}.",
                day=snooze.until, who=snooze.who, **said,
            )  # fmt: skip
        return phrase(
            "{account} is at risk: its score is {score}, and from {threshold} on an account is on the list; "
            "it is number {place} of {all}.", **said,
        )  # fmt: skip

    def parts(self) -> Iterator[Part]:
        yield from self._signs()
        yield self._standing()
        if self.risk:
            counting = [each.driver for each in self.risk.contributions if each.points]
            day = self.deps.today
            yield from evidence_table(self.deps.book, evidence_of(self.deps.book, self.found.account_id, day, counting))
            yield from self._unknown(self.risk)
        yield from self._opinions()
        yield from conversion(self.deps.book)

    def _signs(self) -> Iterator[Part]:
        """Every sign that counts or counted, with its points: they add up to the score, their changes to its change."""
        risk, moved = self.risk, moved_since(self.change)
        if risk is None:
            return
        counting = [each for each in risk.contributions if each.points or each.driver in moved]
        known = {each.driver for each in risk.contributions}
        facts = [Fact(DRIVERS[each.driver], sign_said(each, moved.get(each.driver))) for each in counting]
        facts += [Fact(DRIVERS[name], shift_said(shift)) for name, shift in moved.items() if name not in known]
        score = account_score(self.deps, self.ranking, risk)
        told = phrase("{score} ({change} since {day})", score=score, change=points(self.change.points), day=self.since)
        total = Fact(phrase("Risk score"), told if self.change.before else score)
        yield Facts((*facts, total), phrase("Signs of risk, with their points of the score"))
        if quiet := tuple(DRIVERS[each.driver] for each in risk.contributions if each not in counting):
            yield Note(phrase("Judged, and without points: {drivers}.", drivers=quiet))

    def _standing(self) -> Facts:
        account_id, risk = self.found.account_id, self.risk
        plan = live_plans(self.deps).get(account_id)
        known: list[Fact] = []
        if risk:
            standing = risk.standing
            known = [
                Fact(phrase("MRR"), mrr_of(account_id, self.deps.today, self.deps)),
                Fact(phrase("Renewal"), None if standing.leaving_on else standing.renews_on),
                Fact(phrase("Owner"), standing.owner),
                Fact(phrase("Last touch"), Watched((risk,), self.changes, self.deps).last_touch(risk)),
                Fact(phrase("Trust plan"), plan.id if plan else phrase("no trust plan")),
                Fact(phrase("Points that could be judged"), phrase("{n} of {all}", n=risk.coverage, all=100)),
                *_chances(risk),
            ]
        return Facts((*action_facts(self.best, self.deps.today, self.deps.language), *known))

    def _unknown(self, risk: Risk) -> Iterator[Note]:
        """What is not known, and whether it could put the account on the list."""
        if not risk.unknown:
            return
        most = {driver.name: driver.most for driver in risk.card.drivers}
        named = tuple(phrase("{driver} (up to {n})", driver=DRIVERS[each], n=most[each]) for each in risk.unknown)
        yield Note(phrase("Not known, and so not counted: {drivers}.", drivers=named))
        reachable = risk.score + sum(most[each] for each in risk.unknown)
        if not risk.at_risk and reachable >= risk.card.at_risk:
            yield Note(phrase("With what is not known it could be on the list: absence here is no good news."))

    def _opinions(self) -> Iterator[Facts]:
        said = [case for case in self.deps.caseload.cases() if case.account_id == self.found.account_id]
        if said:
            facts = tuple(Fact(phrase("{account}", account=self.name), case_said(case)) for case in reversed(said))
            yield Facts(facts, phrase("What we say of them ourselves"))

    def next(self) -> tuple[Phrase, ...]:
        """What to do, first of all the next best action; a message can always be drafted, and the guard decides."""
        steps = [step(self.best, self.name, self.deps.language)]
        if self.risk and not self.risk.standing.leaving_on:
            steps.append(phrase("Re-engagement message to {account}", account=self.name))
        if self.risk:
            steps.append(phrase("Trust plan for {account}", account=self.name))
        return (*dict.fromkeys((*steps, phrase("Summary of {account}", account=self.name))),)


def _chances(risk: Risk) -> Iterator[Fact]:
    """How likely it is to be lost, where history tells that."""
    if risk.chances:
        told = tuple(
            phrase("{chance} within {n} days", chance=Share(Fraction(chance).limit_denominator(1_000)), n=days)
            for days, chance in risk.chances.items()
        )
        yield Fact(phrase("Chance of leaving"), told)
