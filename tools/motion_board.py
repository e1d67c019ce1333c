"""The motion board: new business, expansion, renewal and win-back, each with its conversion and its MRR."""

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from tools import (
    PERIOD,
    Answer,
    Cell,
    Column,
    Deps,
    NextSteps,
    Note,
    Part,
    Phrase,
    Table,
    ToolError,
    phrase,
)
from tools._limits import Limits, limited
from tools._reading import conversion, elapsed, written_period
from tools.metrics import Figure, Money, Period, Share, all_metrics, motions, renewal_outcome

FEW = 10
"""Things counted under which no rate is shown."""
TOTALS = True


class Input(Limits):
    period: Annotated[str | None, PERIOD] = Field(
        default=None, description="For instance 2026-10 or 2026-Q3; empty: the last full quarter."
    )


def motion_board(ask: Input, deps: Deps) -> Answer:
    """Show the motion board: new, expansion, renewal and win-back with counts, conversion and MRR of a period.

    Use when someone asks for revenue motions, the motion board, or how new business, expansion, renewals and win-backs
    convert side by side. One motion alone, or MRR as a whole, is another question.
    """
    period = elapsed(written_period(ask.period) if ask.period else _last_quarter(deps), deps.today)
    board = _Board(period, ask, deps)
    return Answer(
        limited(phrase("Motion board"), ask.where, period), board.headline(), (*board.parts(), NextSteps(_NEXT))
    )


_NEXT = (phrase("MRR summary for last quarter"), phrase("Renewals next quarter"), phrase("Win-back list"))


def _last_quarter(deps: Deps) -> Period:
    return Period.containing(deps.today, "quarter").previous()


class _Board:
    def __init__(self, period: Period, ask: Input, deps: Deps) -> None:
        self.period, self.where, self.deps = period, ask.where, deps
        self.found = motions(deps.book, period, ask.where, deps.today)
        if not (self.found.paying or self.found.joined):
            raise ToolError(phrase("Nobody paid anything in this period: {period}.", period=period))
        self.renewals = renewal_outcome(deps.book, period, ask.where, 1)
        self.before = Period(period.start - timedelta(days=period.days), period.start)

    def headline(self) -> Phrase:
        return phrase(
            "New brought {new}, expansion {expansion} and win-back {back}; renewals kept {kept}.",
            new=self._figure("new_mrr"), expansion=self._figure("expansion_mrr"), back=self._figure("reactivation_mrr"),
            kept=self._money(self.renewals.kept),
        )  # fmt: skip

    def parts(self) -> Iterator[Part]:
        columns = (
            Column(phrase("Motion")), Column(phrase("Won"), True), Column(phrase("Could have been"), True),
            Column(phrase("Conversion"), True), Column(phrase("MRR"), True), Column(phrase("As long before"), True),
        )  # fmt: skip
        yield Table(phrase("Motions"), columns, tuple(self._rows()))
        yield Note(phrase(
            "New: accounts that signed up in the period, and those of them that pay by now; {joined} paid for the "
            "first time in it, whenever they signed up. Expansion: of accounts paying at the start. Renewal: of "
            "contracts whose term ended, with the MRR kept. Win-back: of accounts that were gone before or left in "
            "the period.",
            joined=self.found.joined,
        ))  # fmt: skip
        yield Note(phrase(
            "MRR of new, expansion and win-back is that of the movements new, expansion and reactivation of the MRR "
            "bridge; a renewal is no movement. Under {few} no conversion is shown.", few=FEW,
        ))  # fmt: skip
        yield from conversion(self.deps.book)

    def _rows(self) -> Iterator[tuple[Cell, ...]]:
        found, due = self.found, self.renewals
        yield self._row(phrase("New"), found.converted, found.signed_up, "new_mrr")
        yield self._row(phrase("Expansion"), found.expanded, found.paying, "expansion_mrr")
        earlier = renewal_outcome(self.deps.book, self.before, self.where, 1).kept
        kept = self._money(due.kept), self._money(earlier)
        yield phrase("Renewal"), due.renewed, due.contracts, _share(due.renewed, due.contracts), *kept
        yield self._row(phrase("Win-back"), found.back, found.away, "reactivation_mrr")

    def _row(self, motion: Phrase, won: int, whole: int, metric: str) -> tuple[Cell, ...]:
        before = all_metrics()[metric](self.deps.book, self.before, self.where)
        return motion, won, whole, _share(won, whole), self._figure(metric), before

    def _figure(self, metric: str) -> Figure:
        return all_metrics()[metric](self.deps.book, self.period, self.where)

    def _money(self, minor: int) -> Money:
        return Money(minor, self.deps.book.currency)


def _share(part: int, whole: int) -> Share | None:
    return Share(Fraction(part, whole)) if whole >= FEW else None
