"""Accounts at risk in words: what moved a score, who spoke with them last, what to do next, and what reps say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from tools._answer import Cell, Fact, Facts
from tools._next_best import NextBest
from tools._next_best_of import next_bests, said
from tools._phrase import Phrase, phrase, phrase_n
from tools._registry import Deps
from tools._risk_cases import RiskCase, case_said, latest
from tools._signs import DRIVERS, evidence
from tools.metrics import START, Change, Contacted, Contribution, Risk, RiskChange, RiskChanges, Shift, contacted_each

FIRST = 3
"""Signs of an account that a list tells one by one; its own answer tells them all."""


def points(n: int) -> Change:
    """A change of the score, signed."""
    return Change(n, "score")


def change_of(change: RiskChange | None) -> Cell:
    """By how much a score changed; None: it did not pay then."""
    return points(change.points) if change and change.before and change.after else None


def shift_said(shift: Shift) -> Phrase:
    """What a sign says now, and by how many points that moved the score."""
    if shift.after is None:
        said = {"sign": DRIVERS[shift.driver], "points": points(shift.points)}
        return phrase("{sign}: not known any more ({points})", **said)
    words = {"evidence": evidence(shift.after), "points": points(shift.points)}
    if shift.before is None:
        return phrase("{evidence}, not known before ({points})", **words)
    return phrase("{evidence} ({points})", **words)


def shifts_said(change: RiskChange) -> tuple[Phrase, ...]:
    """Every sign that moved the score: the points in brackets add up to its change."""
    return tuple(map(shift_said, change.shifts))


def reasons_since(change: RiskChange) -> tuple[Phrase, ...]:
    """The signs that count most, with their points of the score and by how much these changed, then those that
    vanished, then all smaller ones in one, and last what every account starts with, which sets nobody apart: the points
    add up to the score, their changes to its change."""
    moved = moved_since(change)
    counting = _counting(change)
    signs = [each for each in counting if each.driver != START]
    start = [sign_said(each, moved.get(START)) for each in counting if each.driver == START]
    gone = [shift_said(each) for each in moved.values() if not (each.after and each.after.points)]
    smaller = [_smaller(rest, moved)] if (rest := signs[FIRST:]) else []
    return (*(sign_said(each, moved.get(each.driver)) for each in signs[:FIRST]), *gone, *smaller, *start)


def moved_since(change: RiskChange) -> Mapping[str, Shift]:
    """Driver → what moved it, where the account was scored on both days."""
    return {shift.driver: shift for shift in change.shifts} if change.before and change.after else {}


def sign_said(sign: Contribution, shift: Shift | None) -> Phrase:
    """What a sign says, with its points and by how much they changed."""
    said = {"evidence": evidence(sign), "points": sign.points}
    if shift is None:
        return phrase("{evidence} ({points})", **said)
    if shift.before is None:
        return phrase("{evidence} ({points}; {change}, not known before)", change=points(shift.points), **said)
    return phrase("{evidence} ({points}, {change})", change=points(shift.points), **said)


def _counting(change: RiskChange) -> list[Contribution]:
    return [each for each in change.after.contributions if each.points] if change.after else []


def _smaller(rest: Sequence[Contribution], moved: Mapping[str, Shift]) -> Phrase:
    worth = sum(each.points for each in rest)
    by = sum(moved[each.driver].points for each in rest if each.driver in moved)
    if not by:
        return phrase_n("{n} smaller sign ({points})", "{n} smaller signs ({points})", len(rest), points=worth)
    return phrase_n(
        "{n} smaller sign ({points}, {change})", "{n} smaller signs ({points}, {change})", len(rest), points=worth,
        change=points(by),
    )  # fmt: skip


@dataclass(frozen=True)
class Watched:
    """Some accounts at risk with all that is said beside their scores. `changes`: since which day is the asker's."""

    risks: Sequence[Risk]
    changes: RiskChanges
    deps: Deps

    @cached_property
    def contacted(self) -> Mapping[str, Contacted]:
        return contacted_each(self.deps.book, [risk.standing.account_id for risk in self.risks], self.deps.today)

    @cached_property
    def bests(self) -> Mapping[str, NextBest]:
        return next_bests(self.contacted, {risk.standing.account_id: risk for risk in self.risks}, self.deps)

    @cached_property
    def cases(self) -> Mapping[str, RiskCase]:
        return latest(self.deps.caseload.cases())

    def last_touch(self, risk: Risk) -> date | None:
        """When somebody of us was in touch with them, by the book and by what was logged here."""
        account_id, today = risk.standing.account_id, self.deps.today
        imported = (row.on_day for row in self.contacted[account_id].touches)
        logged = (touch.on for touch in self.deps.contacting.touches.of(account_id))
        return max((day for day in (*imported, *logged) if day <= today), default=None)

    def lines(self, title: Phrase) -> Facts:
        """Of each account why it has its score, and what to do next."""
        return Facts(tuple(self._line(risk) for risk in self.risks), title)

    def _line(self, risk: Risk) -> Fact:
        account_id = risk.standing.account_id
        because = reasons_since(self.changes.each[account_id])
        told = phrase(
            "{reasons}. Next: {action}.", reasons=because, action=said(self.bests[account_id], self.deps.today)
        )
        return Fact(phrase("{account}, {score}", account=risk.standing.name, score=risk.score), told)

    def opinions(self) -> Iterator[Facts]:
        """What reps said last of these accounts: shown beside the score, which it does not change."""
        held = [(risk, self.cases[each]) for risk in self.risks if (each := risk.standing.account_id) in self.cases]
        if held:
            facts = tuple(Fact(phrase("{account}", account=risk.standing.name), case_said(case)) for risk, case in held)
            yield Facts(facts, phrase("What we say of them ourselves"))
