"""The four pillars of MRR on our own data, and the checklist of scaling with the customers one has."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

from pydantic import BaseModel

from tools import Answer, Column, Deps, NextSteps, Note, Part, Phrase, Table, phrase
from tools._goals import status_of
from tools.metrics import Figure, Ideal, Period, all_metrics, dimension_values, goals_set, ideal_customers, rank

Status = Literal["good", "fair", "weak", "unknown"]
STATUS: dict[Status, Phrase] = {
    "good": phrase("good"), "fair": phrase("fair"), "weak": phrase("weak"), "unknown": phrase("not known"),
}  # fmt: skip
HEALTHY, BREAK_EVEN = 3, 1
"""LTV ÷ CAC from which unit economics are good (a rule of thumb), and from which they are not weak."""
TOTALS = True


class Input(BaseModel):
    pass


@dataclass(frozen=True)
class Pillar:
    """A pillar's status with the figure that it rests on and the rule."""

    name: Phrase
    status: Status
    figure: Figure | None
    rule: Phrase
    ask: Phrase


def four_pillars(ask: Input, deps: Deps) -> Answer:
    """Tell where we stand on the four pillars of MRR: unit economics, value, revenue motions and ideal customer.

    Use when someone asks for the four pillars, elements or foundations of MRR or recurring revenue, their status, or
    the checklist for scaling with existing customers.
    """
    found = _Pillars(deps)
    good = sum(each.status == "good" for each in found.all)
    return Answer(
        phrase("Four pillars of MRR"),
        phrase("{good} of 4 pillars are good, and {done} of 4 items of the checklist are done.",
               good=good, done=sum(done for _, done, _, _ in found.checklist)),
        tuple(found.parts()),
    )  # fmt: skip


def _status(value: int | Fraction | None, good: int | Fraction, fair: int | Fraction) -> Status:
    if value is None:
        return "unknown"
    return "good" if value >= good else "fair" if value >= fair else "weak"


class _Pillars:
    def __init__(self, deps: Deps) -> None:
        self.deps = deps
        self.quarter = Period.containing(deps.today, "quarter").previous()
        self.year = Period.containing(deps.today, "month").previous().trailing_year()

    def parts(self) -> Iterator[Part]:
        columns = (
            Column(phrase("Pillar")), Column(phrase("Status")), Column(phrase("Rests on"), True),
            Column(phrase("Figure")), Column(phrase("Rule")),
        )  # fmt: skip
        rows = tuple(
            (each.name, STATUS[each.status], each.figure, each.figure.id if each.figure else None, each.rule)
            for each in self.all
        )
        yield Table(phrase("Pillars"), columns, rows)
        items = (
            Column(phrase("Item")), Column(phrase("State")), Column(phrase("Done when")), Column(phrase("Ask")),
        )  # fmt: skip
        checks = tuple(
            (what, phrase("done") if done else phrase("not done"), rule, how)
            for what, done, rule, how in self.checklist
        )
        yield Table(phrase("Checklist: scale with the customers you have"), items, checks)
        if "lifetime" in self.deps.book.sight.hidden:
            yield Note(
                phrase("Unit economics are left out: lifetime value and acquisition costs are not for everybody.")
            )
        yield NextSteps(tuple(how for _, _, _, how in self.checklist))

    @cached_property
    def all(self) -> tuple[Pillar, ...]:
        return self._economics(), self._value(), self._motions(), self._ideal()

    def _economics(self) -> Pillar:
        name, rule = phrase("1. Unit economics"), phrase("LTV ÷ CAC: good from {n}, weak under 1", n=HEALTHY)
        ask = phrase("LTV to CAC")
        if "lifetime" in self.deps.book.sight.hidden:
            return Pillar(name, "unknown", self._figure("average_revenue_per_account", self._today), rule, ask)
        ratio = self._figure("ltv_to_cac", self.year)
        return Pillar(name, _status(ratio.value, HEALTHY, BREAK_EVEN), ratio, rule, ask)

    def _value(self) -> Pillar:
        """By the goals that customers reach; their NPS stands beside it."""
        rows = [row for row in goals_set(self.deps.book, self.deps.today) if row.account_id in self._paying]
        judged = [status for status in (status_of(row, self.deps.today) for row in rows) if status != "unknown"]
        well = sum(status in ("on_track", "reached") for status in judged)
        share = Fraction(well, len(judged)) if judged else None
        status = _status(share, Fraction(2, 3), Fraction(1, 3))
        rule = phrase("goals on track or reached: {well} of {n}; good from two thirds, weak under one", well=well,
                      n=len(judged))  # fmt: skip
        nps = self._figure("net_promoter_score", self.year)
        return Pillar(phrase("2. Value proposition"), status, nps, rule, phrase("Which goals are behind?"))

    def _motions(self) -> Pillar:
        nrr = self._figure("net_revenue_retention", self.year)
        status = _status(nrr.value, 1, Fraction(9, 10))
        rule = phrase("net revenue retention of 12 months: good from 100%, weak under 90%")
        return Pillar(phrase("3. Revenue motions"), status, nrr, rule, phrase("Motion board"))

    def _ideal(self) -> Pillar:
        clear = [trait for trait in self._profile.traits if trait.is_clear and trait.lift > 1]
        new = self._figure("new_accounts", self.quarter)
        status = _status(len(clear), 3, 1)
        rule = phrase("traits that clearly set the best customers apart: {n}; good from 3, weak without any; beside it "
                      "the new accounts of the last full quarter", n=len(clear))  # fmt: skip
        return Pillar(phrase("4. Ideal customer"), status, new, rule, phrase("Who is our ideal customer?"))

    @cached_property
    def checklist(self) -> tuple[tuple[Phrase, bool, Phrase, Phrase], ...]:
        """What, whether it is done, by which rule, and what to ask."""
        grown = self._figure("expansion_mrr", self.quarter).value or 0
        shrunk = self._figure("contraction_mrr", self.quarter).value or 0
        plans = len(dimension_values(self.deps.book, "plan", self.deps.today))
        scheduled = len(self.deps.schedules.here())
        return (
            (
                phrase("Know the ideal base"), self.all[3].status in ("good", "fair"),
                phrase("a trait clearly sets the best customers apart"), phrase("Who is our ideal customer?"),
            ),
            (
                phrase("Scale with existing customers"), grown + shrunk > 0,
                phrase("expansion was more than contraction in the last full quarter"), phrase("Motion board"),
            ),
            (
                phrase("Processes driven by data"), scheduled > 0,
                phrase("a report or alert is scheduled here"), phrase("My schedules"),
            ),
            (
                phrase("Exclusive packages"), plans > 1,
                phrase("customers are on more than one plan"), phrase("MRR by plan"),
            ),
        )  # fmt: skip

    @cached_property
    def _profile(self) -> Ideal:
        return ideal_customers(self.deps.book, self.deps.today)

    @cached_property
    def _paying(self) -> frozenset[str]:
        return frozenset(risk.standing.account_id for risk in rank(self.deps.book, self.deps.today).risks)

    @property
    def _today(self) -> Period:
        return Period.containing(self.deps.today, "day")

    def _figure(self, metric: str, period: Period) -> Figure:
        return all_metrics()[metric](self.deps.book, period)
