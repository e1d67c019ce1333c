"""What MRR will be by the contracts that are signed today."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from tools import (
    PERIOD,
    Answer,
    Cell,
    Chart,
    Column,
    Deps,
    NextSteps,
    Note,
    Part,
    Phrase,
    Table,
    ToolError,
    phrase,
    phrase_n,
)
from tools._limits import Limits, limited
from tools._reading import conversion, written_period
from tools.metrics import (
    REASONS,
    ContractChange,
    ContractedMonth,
    Figure,
    Money,
    Period,
    Reason,
    add_months,
    all_metrics,
    changes_ahead,
    roll_forward,
)

USUAL, MOST = 3, 24
"""Whole months ahead: where none are named, and at most."""
LISTED = 10
NAMES: Mapping[Reason, Phrase] = {
    "starts": phrase("New service"),
    "terms": phrase("Seats, prices"),
    "discounts": phrase("Discounts"),
    "pauses": phrase("Pauses"),
    "ends": phrase("Known ends"),
    "rates": phrase("Exchange rates"),
}
ALWAYS: tuple[Reason, ...] = ("starts", "terms", "discounts", "ends")
"""Reasons that are shown even where there are none: that nothing ends is worth knowing."""


TOTALS = True


class Input(Limits):
    until: Annotated[str | None, PERIOD] = Field(
        default=None,
        description="How far ahead, by its last day: 2027-Q1, 2027-06, 2026-11-20..2027-02-19; empty: 3 months.",
    )


def contracted_mrr(ask: Input, deps: Deps) -> Answer:
    """Show contracted MRR month by month: known starts, price rises, ending discounts, pauses, ends and renewals.

    Use for MRR of the next months, contracted or committed revenue, a roll-forward for financial planning, scheduled
    churn, coming price rises, discounts that expire, and what happens if nothing renews. It is no forecast.
    """
    ahead = _Ahead(ask, deps)
    parts = (ahead.month_by_month(), ahead.chart(), ahead.by_reason(), *ahead.surprises(), *conversion(deps.book))
    return Answer(ahead.subject, ahead.headline(), (*parts, NextSteps(_NEXT)), ahead.accounts)


_NEXT = (phrase("Renewals next quarter"), phrase("Which accounts are at risk?"), phrase("MRR summary for last month"))


class _Ahead:
    """The months to come, and what is said of them."""

    def __init__(self, ask: Input, deps: Deps) -> None:
        self.book, self.today = deps.book, deps.today
        self.where = ask.where
        self.periods = list(_months(ask, deps))
        self.rolled = roll_forward(deps.book, self.periods, self.where)
        self.months = self.rolled.months
        self.span = Period(self.periods[0].start, self.periods[-1].end)
        self.rises = [c for c in self._changes("terms", "discounts") if c.amount > 0 and (c.price or c.discount)]
        self.ends = self._changes("ends")
        if not self.rolled.opening and not any(month.everything for month in self.months):
            raise ToolError(phrase("Nothing is contracted for that time ({subject}).", subject=self.subject))

    def _changes(self, *reasons: Reason) -> list[ContractChange]:
        return changes_ahead(self.book, self.span, self.where, *reasons)

    @property
    def subject(self) -> Phrase:
        return limited(phrase("Contracted MRR"), self.where, self.span)

    @property
    def accounts(self) -> frozenset[str]:
        """Whom the lists name."""
        return frozenset(change.account_id for changes in (self.rises, self.ends) for change in changes[:LISTED])

    def headline(self) -> Phrase:
        last = self.months[-1]
        return phrase(
            "By contract, MRR goes from {now} to {then} by {day} if everything renews, and to {less} if nothing does.",
            now=self.opening, then=self.standing(last), less=self.standing(last, "nothing_renews"),
            day=last.period.last_day,
        )  # fmt: skip

    @property
    def opening(self) -> Figure:
        return self._figure("mrr", self.rolled.opening, Period.containing(self.today, "day"))

    def standing(self, month: ContractedMonth, scenario: str = "everything_renews") -> Figure:
        """MRR at the end of a month."""
        value = month.everything if scenario == "everything_renews" else month.nothing
        so_far = Period(self.span.start, month.period.end)
        return self._figure("contracted_mrr", value, so_far, scenario)

    def _figure(self, metric: str, value: int, period: Period, variant: str | None = None) -> Figure:
        found = all_metrics()[metric]
        return found.figure(self.book, period, self.where, value, self.rolled.source, variant=variant)

    def _money(self, minor: int) -> Money:
        return Money(minor, self.book.currency)

    def by_reason(self) -> Table:
        """Why MRR changes in each month."""
        shown = [r for r in REASONS if r in ALWAYS or any(month.changes[r] for month in self.months)]
        rows = [(_called(each.period), *(self._because(r, [each]) for r in shown)) for each in self.months]
        sums = (self._because(reason, self.months) for reason in shown)
        columns = (Column(phrase("Month")), *(Column(NAMES[reason], numeric=True) for reason in shown))
        return Table(phrase("What contracts already say"), columns, (*rows, (phrase("Total"), *sums)))

    def _because(self, reason: Reason, months: Sequence[ContractedMonth]) -> Figure:
        """What changes for one reason in months that follow one another."""
        changed = sum(month.changes[reason] for month in months)
        span = Period(months[0].period.start, months[-1].period.end)
        return self._figure("scheduled_mrr_change", changed, span, f"reason:{reason}")

    def month_by_month(self) -> Table:
        """Each month's change, what stands after it, and what depends on renewals."""
        columns = (
            Column(phrase("Month")), Column(phrase("Change"), numeric=True),
            Column(phrase("All renews"), numeric=True), Column(phrase("None renews"), numeric=True),
            Column(phrase("Renewals"), numeric=True), Column(phrase("Their MRR"), numeric=True),
        )  # fmt: skip
        today = (phrase("Today"), None, self.opening, self.opening, None, None)
        return Table(
            phrase("Month by month"), columns, (today, *map(self._row, self.months)),
            phrase(
                "Nothing is guessed. Renewals: contracts whose term ends in the month and that are not known to "
                "end, with their MRR on the day before; contracts by the month go on in both cases."
            ),
        )  # fmt: skip

    def _row(self, month: ContractedMonth) -> tuple[Cell, ...]:
        return (
            _called(month.period),
            self._figure("scheduled_mrr_change", sum(month.changes.values()), month.period),
            self.standing(month),
            self.standing(month, "nothing_renews"),
            month.renewing,
            self._figure("mrr_up_for_renewal", month.renewing_mrr, month.period),
        )

    def chart(self) -> Chart:
        """Both scenarios, from today."""
        today = (self.today, self._money(self.rolled.opening))
        everything = tuple((month.period.last_day, self._money(month.everything)) for month in self.months)
        nothing = tuple((month.period.last_day, self._money(month.nothing)) for month in self.months)
        return Chart(
            phrase("Contracted MRR"), "line", (today, *everything), phrase("everything renews"),
            ((phrase("nothing renews"), (today, *nothing)),),
        )  # fmt: skip

    def surprises(self) -> Iterator[Part]:
        """What may come as one: prices that rise, discounts that end, contracts that end."""
        if self.rises:
            columns = self._columns(phrase("What changes"))
            rows = ((c.name, c.on_day, _what(c), self._money(c.amount)) for c in self.rises[:LISTED])
            yield self._listed(phrase("Price rises and discounts that end, soonest first"), columns, rows, self.rises)
        else:
            yield Note(phrase("No price rise and no end of a discount is known for that time."))
        if self.ends:
            ends = ((c.name, c.on_day, self._money(c.amount)) for c in self.ends[:LISTED])
            yield self._listed(phrase("Contracts known to end, soonest first"), self._columns(), ends, self.ends)

    def _columns(self, *more: Phrase) -> tuple[Column, ...]:
        named = (phrase("Account"), phrase("Day"), *more)
        return *(Column(label) for label in named), Column(phrase("Change of MRR"), numeric=True)

    def _listed(
        self, title: Phrase, columns: tuple[Column, ...], rows: Iterable[tuple[Cell, ...]], all_: list[ContractChange]
    ) -> Table:
        """The first ones, the others in one line, and their sum."""
        nothing: tuple[Cell, ...] = (None,) * (len(columns) - 2)
        shown, others = list(rows), all_[LISTED:]
        if others:
            label = phrase_n("{n} later change", "{n} later changes", len(others))
            shown.append((label, *nothing, self._money(sum(change.amount for change in others))))
        shown.append((phrase("Total"), *nothing, self._money(sum(change.amount for change in all_))))
        return Table(title, columns, tuple(shown))


def _called(period: Period) -> Cell:
    """A whole month by its name; the rest of this one by its last day."""
    return period if period.grain == "month" else phrase("to {day}", day=period.last_day)


def _what(change: ContractChange) -> tuple[Phrase, ...]:
    said = (
        (change.price, phrase("new price")),
        (change.seats, phrase("seats")),
        (change.discount, phrase("discount ends")),
    )  # fmt: skip
    return tuple(name for is_so, name in said if is_so)


def _months(ask: Input, deps: Deps) -> Iterator[Period]:
    """The rest of this month where there is any, and whole ones up to the last day asked for."""
    first = deps.today + timedelta(days=1)
    this = Period.containing(first, "month")
    if first > this.start:
        yield Period(first, this.end)
        this = Period.containing(this.end, "month")
    last = _last(ask.until, deps.today, this.start)
    while this.start <= last:
        yield this
        this = Period.containing(this.end, "month")


def _last(until: str | None, today: date, first: date) -> date:
    """The last day asked for, where `first` begins the first whole month. Raises ToolError where it is over."""
    if until is None:
        return add_months(first, USUAL - 1)
    asked = written_period(until)
    if asked.last_day <= today:
        raise ToolError(
            phrase("{period} is over: this tells what contracts say of days to come.", period=asked),
            suggestions=(phrase("MRR next 3 months"), phrase("MRR summary for last month")),
        )
    return min(asked.last_day, add_months(first, MOST - 1))
