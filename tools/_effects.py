"""What went with an action: accounts where it was done beside those where it was not. It shows no cause."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from fractions import Fraction
from functools import cached_property
from typing import Literal

from tools._answer import Answer, Cell, Column, NextSteps, Note, Part, Table, ToolError
from tools._limits import limited
from tools._phrase import Phrase, phrase, phrase_n
from tools._reading import written_period
from tools._registry import Deps
from tools.metrics import (
    Change,
    Group,
    Money,
    Period,
    Share,
    Where,
    acted_and_not,
    difference,
    touch_kind,
    touches_that_say,
)

Deed = Literal["review", "conversation", "message"]
DEEDS: Mapping[Deed, Phrase] = {
    "review": phrase("a business review"),
    "conversation": phrase("a conversation with customer success"),
    "message": phrase("a message from customer success"),
}
LATER = timedelta(days=90)
"""How long after the period it is looked what became of them."""
FEW = 20


class Effect:
    """Two groups of accounts that paid at the start of a period, and what they pay 90 days after it."""

    def __init__(self, deed: Deed, period: str | None, where: Where, deps: Deps) -> None:
        self.deed, self.where, self.deps = deed, where, deps
        self.period = written_period(period) if period else self._latest()
        self.until = self.period.last_day + LATER
        if self.until > deps.today:
            raise ToolError(
                phrase("What became of it shows 90 days later, on {day}: ask about an earlier period.", day=self.until),
                suggestions=(phrase("What effect did our calls have in {period}?", period=self._latest()),),
            )
        self.did, self.did_not = acted_and_not(deps.book, self._acted, self.period.start, self.until, where)
        if not self.did.accounts or not self.did_not.accounts:
            raise ToolError(phrase(
                "There is nothing to compare with: {n} accounts had {deed} in {period}, and {others} had none.",
                n=self.did.accounts, others=self.did_not.accounts, deed=DEEDS[deed], period=self.period,
            ))  # fmt: skip

    def _latest(self) -> Period:
        """The last quarter that is over for 90 days."""
        return Period.containing(self.deps.today - LATER, "quarter").previous()

    @cached_property
    def _acted(self) -> frozenset[str]:
        """Accounts where it was done in the period, by the book and by what was logged here."""
        rows = touches_that_say(self.deps.book, ("cs",), (), self.period.last_day)
        known = [(row.account_id, row.on_day, touch_kind(row.direction, row.channel, row.note)) for row in rows]
        known += [
            (touch.account_id, touch.on, touch_kind(touch.direction, touch.channel, touch.note))
            for touch in self.deps.contacting.touches.all()
        ]
        wanted = {self.deed, "review"} if self.deed == "conversation" else {self.deed}
        within = ((account, kind) for account, on, kind in known if self.period.start <= on < self.period.end)
        return frozenset(account for account, kind in within if kind in wanted)

    def answer(self) -> Answer:
        subject = phrase("What went with {deed}", deed=DEEDS[self.deed])
        return Answer(limited(subject, self.where, self.period), self._headline(), tuple(self._parts()))

    def _headline(self) -> Phrase:
        return phrase(
            "MRR moved by {did} where there was {deed}, and by {did_not} where there was none; not causal.",
            did=_moved(self.did), did_not=_moved(self.did_not), deed=DEEDS[self.deed],
        )  # fmt: skip

    def _parts(self) -> Iterator[Part]:
        yield self._table()
        found = difference(self.did.left, self.did.accounts, self.did_not.left, self.did_not.accounts)
        if found:
            said = {"low": Change(found.low, "percent"), "high": Change(found.high, "percent")}
            shown = phrase("Accounts that left: the difference lies between {low} and {high} (95%).", **said)
            none = phrase("{shown} No difference is shown.", shown=shown)
            yield Note(none if found.holds_zero else shown)
        if min(self.did.accounts, self.did_not.accounts) < FEW:
            yield Note(phrase("A group of fewer than {few} accounts says little.", few=FEW))
        yield Note(phrase(
            "Not causal: nobody drew by lot where it was done. Whom we speak with may be well, or in trouble, already."
        ))  # fmt: skip
        yield NextSteps((phrase("What effect did our QBRs have?"), phrase("Which accounts are at risk?")))

    def _table(self) -> Table:
        columns = (
            Column(phrase("Group")), Column(phrase("Accounts"), True),
            Column(phrase("MRR on {day}", day=self.period.start - timedelta(days=1)), True),
            Column(phrase("MRR on {day}", day=self.until), True), Column(phrase("Change"), True),
            Column(phrase("Left"), True), Column(phrase("Share that left"), True),
        )  # fmt: skip
        rows = ((phrase("with {deed}", deed=DEEDS[self.deed]), *self._cells(self.did)),
                (phrase("without"), *self._cells(self.did_not)))  # fmt: skip
        note = phrase_n(
            "Accounts that paid before {period} began, and what they pay {n} day after it.",
            "Accounts that paid before {period} began, and what they pay {n} days after it.",
            LATER.days, period=self.period,
        )  # fmt: skip
        return Table(phrase("Before and after, with a comparison group"), columns, rows, note)

    def _cells(self, group: Group) -> tuple[Cell, ...]:
        currency = self.deps.book.currency
        share = Share(Fraction(group.left, group.accounts))
        before, after = Money(group.before, currency), Money(group.after, currency)
        return group.accounts, before, after, _moved(group), group.left, share


def _moved(group: Group) -> Share:
    return Share(Fraction(group.after - group.before, group.before) if group.before else None)
