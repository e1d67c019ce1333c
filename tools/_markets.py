"""Regions or products side by side: MRR, usage and churn of each, and what to do next in each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import cached_property
from typing import Literal

from tools._answer import Answer, Cell, Chart, Column, NextSteps, Note, Part, Table, ToolError
from tools._limits import limited
from tools._naming import BY
from tools._phrase import Phrase, phrase
from tools._reading import conversion
from tools._registry import Deps
from tools.metrics import Figure, Money, Period, Share, Where, all_metrics, products

Market = Literal["region", "product"]
SHOWN = 12
FEW = 5
"""Accounts at the start under which no churn rate is shown, but how many left."""
Step = Literal["stop_losses", "teach", "sell", "keep"]
STEPS: Mapping[Step, tuple[Phrase, str]] = {
    "stop_losses": (phrase("more leave than elsewhere: find out why"), "customers leave, find out why: what to do now"),
    "teach": (phrase("used less than elsewhere: teach features"), "feature education, unused features: what to do now"),
    "sell": (phrase("used more, and stays: offer more"), "upsell and cross-sell: what to do now"),
    "keep": (phrase("as elsewhere: keep the rhythm"), "touchpoint cadence: what to do now"),
}
"""What to do, and what to look up in the playbooks."""


@dataclass(frozen=True)
class Line:
    """One region or product; figures of what is not known are None."""

    value: str
    mrr: Figure | Money
    accounts: int
    usage: Fraction | None
    """Events per paying account in the last four full weeks."""
    left: int
    start: int
    """Accounts a year ago, and how many of these have left since."""

    @property
    def minor(self) -> int:
        return int(self.mrr.value or 0) if isinstance(self.mrr, Figure) else self.mrr.minor

    @property
    def churn(self) -> Fraction | None:
        return Fraction(self.left, self.start) if self.start else None


class Markets:
    """All values of one dimension, as of today and over the year before."""

    def __init__(self, by: Market, where: Where, deps: Deps) -> None:
        self.by, self.where, self.deps = by, where, deps
        self.today = Period.containing(deps.today, "day")
        if not self.lines:
            raise ToolError(phrase("No paying account matches, so there is nothing to compare."))

    def answer(self) -> Answer:
        subject = phrase("Regions side by side") if self.by == "region" else phrase("Products side by side")
        return Answer(
            limited(subject, self.where, self.today), self._headline(), (*self._parts(), NextSteps(self._next()))
        )

    def _headline(self) -> Phrase:
        most, judged = self.lines[0], [line for line in self.lines if line.start >= FEW]
        worst = max(judged, key=lambda line: line.churn or 0, default=None)
        said = {"most": _called(most), "mrr": most.mrr}
        if worst is None or not worst.left or worst is most:
            return phrase("{most} brings most MRR, {mrr}.", **said)
        return phrase(
            "{most} brings most MRR, {mrr}; {worst} has the highest churn: {left} of {start} accounts in 12 months.",
            worst=_called(worst), left=worst.left, start=worst.start, **said,
        )  # fmt: skip

    def _parts(self) -> Iterator[Part]:
        yield self._table()
        shown = self.lines[:SHOWN]
        points = tuple((_called(line), Money(line.minor, self.deps.book.currency)) for line in shown)
        yield Chart(phrase("MRR {by}", by=BY[self.by]), "bar", points)
        if self.by == "product":
            yield Note(
                phrase("An account counts with each product it pays for, so accounts add up to more than there are.")
            )
        yield Note(phrase("Use: per paying account, last 4 full weeks. Left: of the accounts of 12 months ago."))
        yield from self._from_the_playbooks()
        yield from conversion(self.deps.book)

    def _table(self) -> Table:
        columns = (
            Column(phrase("Region") if self.by == "region" else phrase("Product")), Column(phrase("MRR"), True),
            Column(phrase("Share"), True), Column(phrase("Accounts"), True), Column(phrase("Use"), True),
            Column(phrase("Left"), True), Column(phrase("Churn"), True), Column(phrase("Next step")),
        )  # fmt: skip
        total = (phrase("Total"), *self._cells(self.whole), None)
        rows = [(_called(line), *self._cells(line), STEPS[self.step(line)][0]) for line in self.lines]
        return Table(phrase("{by}", by=BY[self.by]), columns, (*rows, total))

    def _cells(self, line: Line) -> tuple[Cell, ...]:
        share = Share(Fraction(line.minor, self.whole.minor)) if self.whole.minor else None
        churn = Share(line.churn) if line.start >= FEW else None
        usage = None if line.usage is None else round(line.usage)
        left = phrase("{left} of {start}", left=line.left, start=line.start)
        return line.mrr, share, line.accounts, usage, left, churn

    def step(self, line: Line) -> Step:
        """The first that holds: churn is half again as high as over all; use is a quarter lower; or a
        quarter higher, with no more churn."""
        churn, usual = line.churn, self.whole.churn
        if line.start >= FEW and churn is not None and usual and churn > usual * Fraction(3, 2):
            return "stop_losses"
        if line.usage is None or not self.whole.usage:
            return "keep"
        if line.usage < self.whole.usage * Fraction(3, 4):
            return "teach"
        stays = line.start >= FEW and churn is not None and churn <= (usual or 0)
        return "sell" if stays and line.usage > self.whole.usage * Fraction(5, 4) else "keep"

    def _from_the_playbooks(self) -> Iterator[Part]:
        """The passage for the step that the largest of them calls for."""
        for step in STEPS:
            if any(self.step(line) == step for line in self.lines):
                yield from self.deps.knowledge.search(STEPS[step][1], self.deps.language, 1, own=False)
                return

    @cached_property
    def lines(self) -> list[Line]:
        return self._regions() if self.by == "region" else self._products()

    def _regions(self) -> list[Line]:
        mrr, accounts, usage, churn = (
            self._by(*each) for each in (
                ("mrr", self.today), ("paying_accounts", self.today), ("usage_events", self._weeks),
                ("logo_churn_rate", self._year),
            )
        )  # fmt: skip
        values = [value for value in {**mrr, **churn} if (mrr.get(value) and mrr[value].value) or value in churn]
        zero = Money(0, self.deps.book.currency)
        found = [
            _line_of(value, mrr.get(value, zero), accounts.get(value), usage.get(value), churn.get(value))
            for value in values
        ]
        return sorted(found, key=lambda line: (-line.minor, line.value))

    def _products(self) -> list[Line]:
        found, _ = products(self.deps.book, self.deps.today, self._weeks, self.where)
        return [
            Line(
                each.name, Money(each.mrr, self.deps.book.currency), each.accounts,
                Fraction(each.usage, each.accounts) if each.usage is not None and each.accounts else None,
                each.left, each.start,
            )
            for each in found
        ]  # fmt: skip

    @cached_property
    def whole(self) -> Line:
        book, where, metric = self.deps.book, self.where, all_metrics()
        return _line_of(
            "", metric["mrr"](book, self.today, where), metric["paying_accounts"](book, self.today, where),
            metric["usage_events"](book, self._weeks, where), metric["logo_churn_rate"](book, self._year, where),
        )  # fmt: skip

    def _by(self, metric: str, period: Period) -> Mapping[str, Figure]:
        return all_metrics()[metric].by(self.deps.book, period, self.by, self.where)

    @property
    def _year(self) -> Period:
        return self.today.trailing_year()

    @property
    def _weeks(self) -> Period:
        monday = self.deps.today - timedelta(days=self.deps.today.weekday())
        return Period(monday - timedelta(weeks=4), monday)

    def _next(self) -> tuple[Phrase, ...]:
        return (
            phrase("MRR by segment against last year"), phrase("Churned accounts by reason, last 12 months"),
            phrase("Compare products") if self.by == "region" else phrase("Compare regions"),
        )  # fmt: skip


def _line_of(
    value: str, mrr: Figure | Money, accounts: Figure | None, usage: Figure | None, churn: Figure | None
) -> Line:
    paying = int(accounts.value or 0) if accounts else 0
    events = Fraction(usage.value) if usage and usage.source.rows and usage.value is not None else None
    parts = churn.parts if churn else None
    per_account = events / paying if events is not None and paying else None
    return Line(value, mrr, paying, per_account, parts.part if parts else 0, parts.whole if parts else 0)


def _called(line: Line) -> Phrase | str:
    return line.value or phrase("none recorded")
