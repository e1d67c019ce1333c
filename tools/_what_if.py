"""What a lifetime value would be if its inputs were others: exact, each with its formula."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from tools._answer import Cell, Column, Table
from tools._phrase import Phrase, phrase
from tools._stated import Stated
from tools.metrics import Money, Share, discounted_margins


@dataclass(frozen=True)
class Inputs:
    """m: a year's margin, minor units; r: chance to stay a year; d: discount rate of a year."""

    m: Fraction
    r: Fraction
    d: Fraction

    @property
    def value(self) -> Fraction:
        """CLV, first margin in a year."""
        return discounted_margins(self.m, self.r, self.d)


def what_ifs(now: Inputs, stated: Stated) -> Iterator[tuple[Phrase, Inputs]]:
    """Each change that is stated by itself, and where there are several all together."""
    changes = list(_changes(now, stated))
    yield from ((said, replace(now, **change)) for said, change in changes)
    if len(changes) > 1:
        together = {name: value for _, change in changes for name, value in change.items()}
        yield phrase("all of it"), replace(now, **together)


def _changes(now: Inputs, stated: Stated) -> Iterator[tuple[Phrase, dict[str, Fraction]]]:
    if stated.expansion is not None:
        grown = now.m * (1 + stated.expansion)
        yield (
            phrase("expansion {share}: m × (1 + {share}), serving costs in step", share=Share(stated.expansion)),
            {"m": grown},
        )
    if stated.points is not None:
        kept = min(Fraction(1), max(Fraction(0), now.r + stated.points))
        yield (
            phrase("retention changed by {share}: r = {kept}", share=Share(stated.points), kept=Share(kept)),
            {"r": kept},
        )
    if stated.retention is not None:
        yield phrase("retention of {share}", share=Share(stated.retention)), {"r": min(Fraction(1), stated.retention)}
    if stated.discount is not None:
        yield phrase("discount rate of {share}", share=Share(stated.discount)), {"d": stated.discount}


def what_if_table(now: Inputs, stated: Stated, currency: str) -> Table:
    """The inputs as they are, then each change with what it makes of the value."""

    def money(minor: Fraction) -> Money:
        return Money(round(minor), currency)

    def cells(said: Phrase, each: Inputs) -> tuple[Cell, ...]:
        return (said, money(each.m), Share(each.r), Share(each.d), money(each.value), money(each.value - now.value))

    columns = (
        Column(phrase("If")), Column(phrase("m"), numeric=True), Column(phrase("r"), numeric=True),
        Column(phrase("d"), numeric=True), Column(phrase("CLV"), numeric=True), Column(phrase("Change"), numeric=True),
    )  # fmt: skip
    rows = (cells(phrase("as it is"), now), *(cells(said, each) for said, each in what_ifs(now, stated)))
    return Table(phrase("What if"), columns, rows, phrase("CLV = m × r ÷ (1 + d − r), first margin in a year."))
