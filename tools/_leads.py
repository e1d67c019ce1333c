"""An imported list of companies against the profile of the best customers."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import prod

from tools._answer import Answer, Cell, Column, Download, NextSteps, Note, Part, Table, ToolError
from tools._naming import DIMENSIONS
from tools._phrase import Phrase, phrase, phrase_n
from tools._registry import Deps
from tools._values import value_called
from tools.metrics import OF_PROSPECTS, Ideal, Prospect, Trait, matched_prospects

CALLED: Mapping[str, Phrase] = {
    "customer": phrase("customer already"),
    "former": phrase("former customer: for the win-back list"),
    "twin": phrase("twice in the list"),
}


class Leads:
    """The companies of the list that are no customers, those that meet most criteria first."""

    def __init__(self, found: Ideal, limit: int, deps: Deps) -> None:
        self.deps, self.limit = deps, limit
        self.list = matched_prospects(deps.book, deps.today)
        if not self.list:
            raise ToolError(phrase(
                "No list of prospects is loaded, and I name no company that is not in one. Load the table prospects."
            ))  # fmt: skip
        self.criteria = [t for t in found.traits if t.dimension in OF_PROSPECTS and t.lift > 1 and t.is_clear]
        self.new = sorted((each for each in self.list if each.known == "new"), key=self._place)

    def answer(self) -> Answer:
        return Answer(
            phrase("Leads that fit our best customers"), self._headline(), (*self._parts(), NextSteps(_NEXT)),
            frozenset(each.account[0] for each in self.list if each.account),
        )  # fmt: skip

    def _headline(self) -> Phrase:
        fitting = sum(bool(self._met(each)) for each in self.new)
        return phrase(
            "Of {all} companies on the list {new} are new to us, and {fitting} of these meet a criterion.",
            all=len(self.list), new=len(self.new), fitting=fitting,
        )  # fmt: skip

    def _parts(self) -> Iterator[Part]:
        columns = (
            Column(phrase("Company")), Column(phrase("Criteria met"), True), Column(phrase("Lift"), True),
            Column(phrase("Which")), Column(phrase("Web domain")),
        )  # fmt: skip
        rows = tuple(self._row(each) for each in self.new)
        left = len(rows) - self.limit
        more = phrase_n("{n} more is in the file.", "{n} more are in the file.", left) if left > 0 else None
        if rows:
            yield Table(phrase("New to us, by criteria met"), columns, rows[: self.limit], more)
        yield from self._known()
        yield Note(phrase(
            "Criteria: traits that our best customers have more often than all, told by your own data. Lift: those "
            "met, multiplied; it orders the list and is no probability. Only companies of the imported list are named."
        ))  # fmt: skip
        if not self.deps.book.sight.is_whole:
            yield Note(phrase("Matched with the accounts you may see: some may be customers of colleagues."))
        if rows:
            yield Download("leads.csv", phrase("All new companies"), columns, rows)

    def _known(self) -> Iterator[Part]:
        known = [each for each in self.list if each.known != "new"]
        if known:
            columns = Column(phrase("Company")), Column(phrase("What it is")), Column(phrase("Account"))
            rows = tuple((each.name, CALLED[each.known], each.account and each.account[1]) for each in known)
            yield Table(phrase("Left out: known already, by domain or name"), columns, rows)

    def _row(self, each: Prospect) -> tuple[Cell, ...]:
        met = self._met(each)
        said = tuple(trait_called(trait) for trait in met) or None
        return each.name, len(met), self._lift(each), said, each.domain

    def _met(self, each: Prospect) -> list[Trait]:
        return [trait for trait in self.criteria if each.values.get(trait.dimension) == trait.value]

    def _lift(self, each: Prospect) -> Fraction:
        return prod((trait.lift for trait in self._met(each)), start=Fraction(1))

    def _place(self, each: Prospect) -> tuple[int, Fraction, str]:
        return -len(self._met(each)), -self._lift(each), each.id


_NEXT = (phrase("Who is our ideal customer?"), phrase("Win-back list"), phrase("Criteria for prospecting"))


def trait_called(trait: Trait) -> Phrase:
    value = value_called(trait.dimension, trait.value)
    return phrase("{dimension}: {value}", dimension=DIMENSIONS[trait.dimension], value=value)
