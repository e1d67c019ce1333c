"""Segments over time: MRR, paying accounts and those lost, a row for each month and a column for each segment."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from itertools import chain
from typing import Literal

from tools._answer import Answer, Cell, Chart, Column, NextSteps, Note, Part, Table, ToolError
from tools._limits import limited
from tools._naming import BY, named
from tools._phrase import Phrase, phrase, phrase_n
from tools._reading import conversion, elapsed, written_period
from tools._registry import Deps
from tools._segments import KeptSegment
from tools._values import value_called
from tools.metrics import (
    BANDS,
    Flows,
    Grain,
    Money,
    Period,
    Where,
    accounts_of,
    add_months,
    all_metrics,
    metric_named_in,
)
from tools.metrics import bridges as bridges_of

Which = Literal["focus", "saved"]
MOST = 6
"""Segments that stand beside each other; the smaller ones of a dimension are one column."""
MONTHS = 12
LONGEST = 37
"""Rows of a table that still can be read."""
SHOWN: tuple[str, ...] = ("mrr", "paying_accounts", "churned_accounts", "churned_mrr")


@dataclass(frozen=True)
class Series:
    """A segment's name, its conditions, and its bridges, one for each month."""

    name: Phrase | str
    where: Where | None
    flows: Sequence[Flows]

    @property
    def last(self) -> int:
        return self.flows[-1].end


class OverTime:
    """`across`: the dimension whose values are compared; `which`: saved segments instead. `saved`: only that one.
    `said`: the words, in which another metric may be named."""

    def __init__(
        self, deps: Deps, where: Where, period: str | None, grain: Grain | None, across: str, which: Which | None,
        saved: str | None, said: str,
    ) -> None:  # fmt: skip
        self.deps, self.where, self.across, self.which, self.saved = deps, where, across, which, saved
        asked = metric_named_in(said)
        self._first = (asked,) if asked and asked not in SHOWN else ()
        self.periods = _periods(period, grain, deps)
        if not any(each.start_accounts or each.end_accounts for each in self.whole.flows):
            raise ToolError(phrase("No paying account matches, so there is nothing to compare."))

    def answer(self) -> Answer:
        span = Period(self.periods[0].start, self.periods[-1].end)
        return Answer(limited(self._subject(), self.where, span), self._headline(), tuple(self._parts()))

    def _subject(self) -> Phrase:
        if self.saved:
            return phrase("Over time")
        if self.which:
            return phrase("Focus segments over time") if self.which == "focus" else phrase("Saved segments over time")
        return phrase("MRR over time {by}", by=BY[self.across])

    def _headline(self) -> Phrase:
        told = max(
            (each for each in self.series if each.where is not None),
            key=lambda each: abs(each.last - each.flows[0].start), default=self.whole,
        )  # fmt: skip
        said = {
            "name": told.name, "before": Money(told.flows[0].start, self._currency), "first": self.periods[0].start,
            "now": self._figure("mrr", told, -1), "last": self.periods[-1].last_day,
        }  # fmt: skip
        if not self.series:
            return phrase("MRR went from {before} before {first} to {now} on {last}.", **said)
        return phrase("{name} changed most: MRR from {before} before {first} to {now} on {last}.", **said)

    def _parts(self) -> Iterator[Part]:
        yield from (self._tables() if self.series else (self._alone(),))
        yield self._chart()
        if self.which:
            yield from self._overlap()
        yield Note(self._as_of())
        yield from conversion(self.deps.book)
        yield NextSteps((phrase("Saved segments"), phrase("Compare regions"), phrase("Which accounts are at risk?")))

    def _tables(self) -> Iterator[Table]:
        """One for each metric. Values of a dimension add up to the total; saved segments may overlap."""
        whole = phrase("All accounts") if self.which else phrase("Total")
        for metric in (*self._first, *SHOWN[:3]):
            columns = (_PERIOD, *(Column(each.name, True) for each in self.series), Column(whole, True))
            each = (*self.series, self.whole)
            rows = tuple(
                (period, *(self._figure(metric, one, n) for one in each)) for n, period in enumerate(self.periods)
            )
            yield Table(named(all_metrics()[metric]), columns, rows)

    def _alone(self) -> Table:
        shown = (*self._first, *SHOWN)
        columns = (_PERIOD, *(Column(named(all_metrics()[metric]), True) for metric in shown))
        rows = tuple(
            (period, *(self._figure(metric, self.whole, n) for metric in shown))
            for n, period in enumerate(self.periods)
        )
        return Table(phrase("By period"), columns, rows)

    def _chart(self) -> Chart:
        lines = [
            (each.name, tuple(
                (period.last_day, Money(flow.end, self._currency))
                for period, flow in zip(self.periods, each.flows, strict=True)
            ))
            for each in (self.series or (self.whole,))
        ]  # fmt: skip
        (name, points), *beside = lines
        return Chart(phrase("MRR at the end of each period"), "line", points, name if beside else None, tuple(beside))

    def _figure(self, metric: str, one: Series, n: int) -> Cell:
        """What a bridge holds of a metric, as its figure; an amount where many values are one column. Another metric is
        counted by itself."""
        flow, period, found = one.flows[n], self.periods[n], all_metrics()[metric]
        when = Period.containing(period.last_day, "day") if found.stands else period
        if metric not in SHOWN:
            return None if one.where is None else found(self.deps.book, when, one.where)
        value = {
            "mrr": flow.end, "paying_accounts": flow.end_accounts,
            "churned_accounts": flow.accounts["churn"], "churned_mrr": flow.movements["churn"],
        }[metric]  # fmt: skip
        if one.where is None:
            return Money(value, self._currency) if metric in ("mrr", "churned_mrr") else value
        return found.figure(self.deps.book, when, one.where, value, flow.source)

    @cached_property
    def series(self) -> Sequence[Series]:
        if self.saved:
            return ()
        return self._of_saved() if self.which else self._of_values()

    @cached_property
    def whole(self) -> Series:
        where = {} if self.which else self.where
        return Series(phrase("Total"), where, self._bridged(where))

    def _of_saved(self) -> Sequence[Series]:
        return tuple(Series(each.name, each.conditions, self._bridged(each.conditions)) for each in self._kept)

    @cached_property
    def _kept(self) -> Sequence[KeptSegment]:
        """Those in focus, or the first few. Raises ToolError where there are none."""
        kept = [each for each in self.deps.segments.all() if self.which == "saved" or each.pinned_by]
        if not kept:
            said = phrase("No segment is in focus.") if self.which == "focus" else phrase("No segment is saved yet.")
            raise ToolError(said, suggestions=(phrase("Save enterprise accounts in SP as “Large in SP”"),))
        return kept[:MOST]

    def _of_values(self) -> Sequence[Series]:
        """The largest values of the dimension, and the others in one."""
        found = self._by(self.across, self.where)
        each = [
            Series(self._called(value), {**self.where, self.across: value}, flows) for value, flows in found.items()
        ]
        first = sorted(each, key=lambda one: (-one.last, str(one.where)))
        if len(first) <= MOST:
            return first
        others = [reduce(_added, flows) for flows in zip(*(one.flows for one in first[MOST - 1 :]), strict=True)]
        return (*first[: MOST - 1], Series(phrase("Others"), None, others))

    def _called(self, value: str) -> Phrase | str:
        return value_called(self.across, value) if value else phrase("none recorded")

    def _bridged(self, where: Where) -> Sequence[Flows]:
        return self._by("", where)[""]

    def _by(self, dimension: str, where: Where) -> Mapping[str, Sequence[Flows]]:
        """The bridges by value; who is in a band is told anew for each period."""
        book = self.deps.book
        if not where.keys() & BANDS.keys():
            return bridges_of(book, self.periods, dimension, where)
        each = [bridges_of(book, [period], dimension, where) for period in self.periods]
        empty = bridges_of(book, self.periods[:1], where={**where, "account_id": ""})[""]
        return {value: [found.get(value, empty)[0] for found in each] for value in dict.fromkeys(chain(*each))}

    def _overlap(self) -> Iterator[Note]:
        """An account in several saved segments stands in several columns: then they do not add up to anything."""
        each = [accounts_of(self.deps.book, kept.conditions, self.deps.today)[0] for kept in self._kept]
        several = sum(n > 1 for n in Counter(chain.from_iterable(each)).values())
        if several:
            yield Note(phrase_n(
                "{n} account is in several of these segments, so their columns do not add up.",
                "{n} accounts are in several of these segments, so their columns do not add up.", several,
            ))  # fmt: skip
        else:
            yield Note(phrase("No account is in several of these segments; “All accounts” also holds those in none."))

    def _as_of(self) -> Phrase:
        conditions = [self.where, *(each.conditions for each in (self._kept if self.which else ()))]
        if any(each.keys() & BANDS.keys() for each in conditions):
            return phrase("Which accounts are in a band is told anew for each period; attributes are as they are now.")
        return phrase("Accounts are in the segment in which they are now, over the whole time.")

    @property
    def _currency(self) -> str:
        return self.deps.book.currency


_PERIOD = Column(phrase("Period"))


def _periods(written: str | None, grain: Grain | None, deps: Deps) -> Sequence[Period]:
    """The months (or weeks, quarters, years) of the time asked for; empty: the last twelve full months."""
    month = Period.containing(deps.today, "month").start
    asked = elapsed(written_period(written), deps.today) if written else Period(add_months(month, -MONTHS), month)
    return asked.split(grain or "month")[-LONGEST:]


def _added(one: Flows, other: Flows) -> Flows:
    """Two bridges of the same period as one."""
    return replace(
        one, start=one.start + other.start, end=one.end + other.end, fx=one.fx + other.fx,
        movements={name: amount + other.movements[name] for name, amount in one.movements.items()},
        accounts={name: amount + other.accounts[name] for name, amount in one.accounts.items()},
        start_accounts=one.start_accounts + other.start_accounts, end_accounts=one.end_accounts + other.end_accounts,
    )  # fmt: skip
