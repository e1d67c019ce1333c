"""The MRR bridge of a period: where MRR started, what moved it, where it ended; withheld where that does not add up."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

from tools._answer import Answer, Chart, Column, Fact, Facts, Note, Table, ToolError
from tools._phrase import Phrase, phrase
from tools.metrics import (
    CATEGORIES,
    Book,
    Category,
    Course,
    Figure,
    Flows,
    Money,
    Mover,
    Period,
    Where,
    all_metrics,
)

NAMES: dict[Category, Phrase] = {
    "new": phrase("New"),
    "expansion": phrase("Expansion"),
    "reactivation": phrase("Reactivation"),
    "contraction": phrase("Contraction"),
    "churn": phrase("Churn"),
}
METRICS: dict[Category, str] = {
    "new": "new_mrr",
    "expansion": "expansion_mrr",
    "reactivation": "reactivation_mrr",
    "contraction": "contraction_mrr",
    "churn": "churned_mrr",
}


class Bridge:
    """The figures of one period, all from one statement."""

    def __init__(self, book: Book, period: Period, where: Where, found: Flows) -> None:
        self.book, self.period, self.where, self.found = book, period, where, found
        self.start = self.figure("mrr", found.start, day_before(period))
        self.end = self.figure("mrr", found.end, Period.containing(period.last_day, "day"))
        self.net_new = self.figure("net_new_mrr", found.net_new, period)
        self.moves = {name: self.figure(METRICS[name], found.movements[name], period) for name in CATEGORIES}

    def figure(self, metric: str, value: int | Fraction | None, period: Period, variant: str | None = None) -> Figure:
        """A figure of which the bridge's own statement gives the value."""
        return all_metrics()[metric].figure(self.book, period, self.where, value, self.found.source, variant=variant)

    def money(self, minor: int) -> Money:
        return Money(minor, self.book.currency)

    def table(self, changes: Sequence[Mover]) -> Table:
        """Start, the movements and end: the rows between add up to the last. One account may move several times."""
        accounts = {name: sum(name in mover.movements for mover in changes) for name in CATEGORIES}
        moves = [(NAMES[name], self.moves[name], accounts[name], self.found.accounts[name]) for name in CATEGORIES]
        labels = phrase("MRR"), phrase("Accounts"), phrase("Movements")
        return Table(
            phrase("From start to end"),
            (Column(phrase("Movement")), *(Column(label, numeric=True) for label in labels)),
            (
                (phrase("Start"), self.start, self.found.start_accounts, None),
                *moves,
                (phrase("End"), self.end, self.found.end_accounts, None),
            ),
        )

    def chart(self) -> Chart:
        moves = [(NAMES[name], self.money(self.found.movements[name])) for name in CATEGORIES]
        ends = (phrase("Start"), self.money(self.found.start)), (phrase("End"), self.money(self.found.end))
        return Chart(phrase("MRR bridge"), "waterfall", (ends[0], *moves, ends[1]))


def day_before(period: Period) -> Period:
    return Period.containing(period.start - timedelta(days=1), "day")


def closes(found: Flows, course: Course, period: Period) -> bool:
    """Whether the contract lines and the ledger of the accounts, which are summed apart, say the same of both ends."""
    return found.closes and (found.start, found.end) == (course.level(period.start), course.level(period.end))


def withheld(bridge: Bridge, course: Course, subject: Phrase) -> ToolError:
    """Nobody is shown the figures; the owner of the book is told what does not add up."""
    return ToolError(
        phrase("The MRR bridge of this period does not close, so nothing of it is shown."),
        alert=Answer(subject, _what_fails(bridge, course), (_sums(bridge, course), _remedy())),
    )


def _what_fails(bridge: Bridge, course: Course) -> Phrase:
    found, money = bridge.found, bridge.money
    return phrase(
        "The MRR bridge does not close ({period}): {start} at the start, {net_new} of movements, {end} at the end, "
        "a difference of {difference}. Load: {load}.",
        period=bridge.period,
        start=money(found.start),
        net_new=money(found.net_new),
        end=money(found.end),
        difference=money(_difference(bridge, course)),
        load=bridge.book.info["load_id"],
    )


def _difference(bridge: Bridge, course: Course) -> int:
    """What the contract lines have more than the ledger of the accounts, at the end or else at the start."""
    found, period = bridge.found, bridge.period
    return (
        found.end - course.level(period.end)
        or found.start - course.level(period.start)
        or (found.end - found.start - found.net_new)
    )


def _sums(bridge: Bridge, course: Course) -> Facts:
    found, money = bridge.found, bridge.money
    return Facts((
        Fact(phrase("Start, by the contracts"), money(found.start)),
        Fact(phrase("Start, by the movements"), money(course.level(bridge.period.start))),
        *(Fact(NAMES[name], money(found.movements[name])) for name in CATEGORIES),
        Fact(phrase("End, by the contracts"), money(found.end)),
        Fact(phrase("End, by the movements"), money(course.level(bridge.period.end))),
    ))  # fmt: skip


def _remedy() -> Note:
    return Note(
        phrase(
            "Nobody is shown a figure of this period until it closes. Load the data again with `retention load`; if it "
            "still does not close then, contracts and ledger of the book are damaged."
        )
    )
