"""The MRR bridge of a period: where MRR started, what moved it, where it ended; withheld where that does not add up."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

from tools._answer import Answer, Chart, Column, Fact, Facts, Note, Table, ToolError
from tools._hides import HAPPENED
from tools._phrase import Phrase, phrase
from tools._span import Course
from tools.metrics import (
    CATEGORIES,
    Book,
    Category,
    Figure,
    Flows,
    Money,
    Mover,
    Period,
    Where,
    all_metrics,
    ledger_level,
)

METRICS: dict[Category, str] = {
    "new": "new_mrr",
    "expansion": "expansion_mrr",
    "reactivation": "reactivation_mrr",
    "contraction": "contraction_mrr",
    "churn": "churned_mrr",
}


RATES = phrase("Exchange rates")


class Bridge:
    """The figures of one period, all from one statement. `foreign`: the book has contracts in other currencies."""

    def __init__(self, book: Book, period: Period, where: Where, found: Flows, foreign: bool) -> None:
        self.book, self.period, self.where, self.found, self.foreign = book, period, where, found, foreign
        self.start = self.figure("mrr", found.start, day_before(period))
        self.end = self.figure("mrr", found.end, Period.containing(period.last_day, "day"))
        self.net_new = self.figure("net_new_mrr", found.net_new, period)
        self.moves = {name: self.figure(METRICS[name], found.movements[name], period) for name in CATEGORIES}

    def figure(self, metric: str, value: int | Fraction | None, period: Period, variant: str | None = None) -> Figure:
        """A figure of which the bridge's own statement gives the value."""
        return all_metrics()[metric].figure(self.book, period, self.where, value, self.found.source, variant=variant)

    def money(self, minor: int) -> Money:
        return Money(minor, self.book.currency)

    @property
    def rates(self) -> list[tuple[Phrase, Money]]:
        """What exchange rates did, where there is a currency to be exchanged."""
        return [(RATES, self.money(self.found.fx))] if self.found.fx or self.foreign else []

    def table(self, changes: Sequence[Mover]) -> Table:
        """Start, the movements and end: the rows between add up to the last. One account may move several times."""
        accounts = {name: sum(name in mover.movements for mover in changes) for name in CATEGORIES}
        moves = [(HAPPENED[name], self.moves[name], accounts[name], self.found.accounts[name]) for name in CATEGORIES]
        labels = phrase("MRR"), phrase("Accounts"), phrase("Movements")
        return Table(
            phrase("From start to end"),
            (Column(phrase("Movement")), *(Column(label, numeric=True) for label in labels)),
            (
                (phrase("Start"), self.start, self.found.start_accounts, None),
                *moves,
                *((label, amount, None, None) for label, amount in self.rates),
                (phrase("End"), self.end, self.found.end_accounts, None),
            ),
        )

    def chart(self) -> Chart:
        moves = [(HAPPENED[name], self.money(self.found.movements[name])) for name in CATEGORIES]
        start, end = (phrase("Start"), self.money(self.found.start)), (phrase("End"), self.money(self.found.end))
        rates = self.rates if self.found.fx else []
        return Chart(phrase("MRR bridge"), "waterfall", (start, *moves, *rates, end))


def day_before(period: Period) -> Period:
    return Period.containing(period.start - timedelta(days=1), "day")


def difference(bridge: Bridge, ran: Course) -> int:
    """By how much the book contradicts itself; 0 where the bridge closes.

    Start and end are summed from the contract lines. The movements between them, the accounts' ledger up to the end
    and the course of MRR are summed apart: all must agree.
    """
    found, period = bridge.found, bridge.period
    return (
        found.end - (found.start + found.net_new + found.fx)
        or found.end - ledger_level(bridge.book, period.end, bridge.where)
        or found.end - ran.level(period.end)
        or found.start - ran.level(period.start)
    )


def withheld(bridge: Bridge, amount: int, subject: Phrase) -> ToolError:
    """Nobody is shown the figures; the owner of the book is told what does not add up."""
    return ToolError(
        phrase("The MRR bridge of this period does not close, so nothing of it is shown."),
        alert=Answer(subject, _what_fails(bridge, amount), (_sums(bridge, amount), _remedy())),
    )


def _what_fails(bridge: Bridge, amount: int) -> Phrase:
    found, money = bridge.found, bridge.money
    return phrase(
        "The MRR bridge does not close ({period}): {start} at the start, {moved} of movements, {end} at the end, "
        "but {difference} between contracts and movements. Load: {load}.",
        period=bridge.period,
        start=money(found.start),
        moved=money(found.net_new + found.fx),
        end=money(found.end),
        difference=money(amount),
        load=bridge.book.info["load_id"],
    )


def _sums(bridge: Bridge, amount: int) -> Facts:
    found, money = bridge.found, bridge.money
    moves = tuple(Fact(HAPPENED[name], money(found.movements[name])) for name in CATEGORIES)
    return Facts((
        Fact(phrase("Start"), money(found.start)),
        *moves,
        *(Fact(label, fx) for label, fx in bridge.rates),
        Fact(phrase("End"), money(found.end)),
        Fact(phrase("Difference"), money(amount)),
    ))  # fmt: skip


def _remedy() -> Note:
    return Note(
        phrase(
            "Nobody is shown a figure of this period until it closes. Load the data again with `retention load`; if it "
            "still does not close then, contracts and ledger of the book are damaged."
        )
    )
