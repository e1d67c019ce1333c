"""How many of the accounts that began together still pay, and how much."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from tools import (
    PERIOD,
    Answer,
    Choice,
    Deps,
    Fact,
    Facts,
    Heatmap,
    NextSteps,
    Note,
    Part,
    Phrase,
    Shaded,
    ToolError,
    phrase,
    phrase_n,
)
from tools._following import EMPTY, MEASURES, SMALL, Followed, Measure
from tools._limits import Limits, limited
from tools._reading import conversion, written_period
from tools.metrics import (
    COHORTS,
    Cohort,
    CohortGrain,
    Figure,
    Money,
    Period,
    all_metrics,
    cohorts,
    ratio,
)

MONTHS, QUARTERS = 18, 20
"""Cohorts that are read at a glance: of more months, quarters are shown; of more quarters, the latest."""
TOLD: Mapping[CohortGrain, tuple[int, ...]] = {"month": (12, 6, 3, 1), "quarter": (4, 2, 1)}
"""Ages of which the headline speaks, the first one that enough cohorts have reached."""
ENOUGH = 3


TOTALS = True


class Input(Limits):
    period: Annotated[str | None, PERIOD] = Field(
        default=None, description="Only cohorts that began in it, for instance 2025 or 2026-01..2026-06; empty: all."
    )
    measure: Annotated[
        Measure | None,
        Choice({
            "logo": ("logo", "logos", "customer retention", "account retention", "retencao de clientes",
                     "retencao de contas", "retencao de logos"),
            "revenue": ("revenue", "mrr", "nrr", "dollar*", "receita", "em valor", "em reais"),
        }),
    ] = Field(default=None, description="Accounts that still pay, or what they pay; empty: both.")  # fmt: skip
    grain: Annotated[
        CohortGrain | None,
        Choice({
            "month": ("monthly", "by month", "per month", "mensal", "mensais", "por mes", "mes a mes"),
            "quarter": ("quarterly", "by quarter", "per quarter", "trimestral", "trimestrais", "por trimestre"),
        }),
    ] = Field(default=None, description="How long a cohort is; empty: months, of a longer time quarters.")  # fmt: skip


def cohort_retention(ask: Input, deps: Deps) -> Answer:
    """Show how cohorts hold: accounts and MRR retained by the month or quarter in which accounts first paid.

    Use for cohort analysis, cohort tables and heat maps, retention by start or sign-up month, whether newer customers
    stay longer than older ones, survival curves and vintages.
    """
    grid = _Grid(ask, deps)
    if not grid.cohorts:
        raise ToolError(
            phrase("No account began to pay then, or no month since is over ({subject}).", subject=grid.subject)
        )
    measures = [ask.measure] if ask.measure else list(MEASURES)
    parts: list[Part] = [part for measure in measures for part in grid.told(measure)]
    said = [Note(each) for each in (grid.left_out, grid.rates if "revenue" in measures else None) if each]
    rates = conversion(deps.book) if "revenue" in measures else []
    return Answer(grid.subject, grid.headline(), (*parts, *said, *rates, NextSteps(_NEXT)))


_NEXT = (phrase("Which accounts are at risk?"), phrase("Renewals next quarter"), phrase("MRR summary for last month"))


class _Grid:
    """Cohorts, oldest first, and what is said of them."""

    def __init__(self, ask: Input, deps: Deps) -> None:
        self.book, self.began = deps.book, _began(ask)
        self.where = ask.where
        self.grain: CohortGrain = ask.grain or "month"
        found = self._found(deps.today)
        if ask.grain is None and found and len(found[0].paying) > MONTHS:
            self.grain = "quarter"
            found = self._found(deps.today)
        most = MONTHS if self.grain == "month" else QUARTERS
        self.cohorts, self.earlier = found[-most:], found[:-most]

    def _found(self, today: date) -> list[Cohort]:
        first = self.began.start if self.began else date.min
        found = cohorts(self.book, self.grain, first, today, self.where)
        return [cohort for cohort in found if self.began is None or cohort.start.start < self.began.end]

    @property
    def subject(self) -> Phrase:
        return limited(phrase("Cohort retention"), self.where, self.began)

    @property
    def ages(self) -> range:
        return range(len(self.cohorts[0].paying))

    def old_enough(self, age: int) -> list[Cohort]:
        """The cohorts of which it is known what they paid at that age."""
        return [cohort for cohort in self.cohorts if len(cohort.paying) > age]

    def told_age(self) -> int:
        enough = (age for age in TOLD[self.grain] if len(self.old_enough(age)) >= ENOUGH)
        return next(enough, self.ages[-1])

    def headline(self) -> Phrase:
        age, of_money = self.told_age(), MEASURES["revenue"]
        if not age:
            return phrase(
                "{cohort} is the first cohort; how it holds shows once it is older.", cohort=self.cohorts[0].start
            )
        said = {"logo": self.total(MEASURES["logo"], age), "revenue": self.total(of_money, age)}
        if self.grain == "month":
            return phrase_n(
                "{n} month after they began, {logo} of accounts pay, with {revenue} of the MRR they began with.",
                "{n} months after they began, {logo} of accounts pay, with {revenue} of the MRR they began with.",
                age, **said,
            )  # fmt: skip
        return phrase_n(
            "{n} quarter after they began, {logo} of accounts pay, with {revenue} of the MRR they began with.",
            "{n} quarters after they began, {logo} of accounts pay, with {revenue} of the MRR they began with.",
            age, **said,
        )  # fmt: skip

    def told(self, measure: Measure) -> Iterator[Part]:
        by = MEASURES[measure]
        yield self.heatmap(by)
        yield from self.extremes(by)

    def heatmap(self, by: Followed) -> Heatmap:
        rows = [tuple(self.cell(by, cohort, age) for age in self.ages) for cohort in self.cohorts]
        heads = [by.head(cohort, self.book.currency) for cohort in self.cohorts]
        everyone = tuple(self.total(by, age) for age in self.ages)
        return Heatmap(
            by.titles[self.grain],
            phrase("Began in"),
            (*(cohort.start for cohort in self.cohorts), phrase("All cohorts")),
            tuple(self.ages),
            (*rows, everyone),
            by.head_title,
            (*heads, by.sum(self.cohorts, self.book.currency)),
            self.footnote(by),
        )

    def cell(self, by: Followed, cohort: Cohort, age: int) -> Shaded:
        """What is known of a cohort at an age; nothing of what is not over."""
        if age >= len(cohort.paying):
            return None
        small = cohort.accounts < SMALL
        metric, value = (by.counted, by.counts(cohort)[age]) if small else (by.metric, by.share(cohort, age))
        return self.figure(metric, cohort, age, value)

    def figure(self, metric: str, cohort: Cohort, age: int, value: int | Fraction | None) -> Figure:
        where = {**self.where, COHORTS[self.grain]: str(cohort.start)}
        return all_metrics()[metric].figure(self.book, cohort.at(age), where, value, cohort.source)

    def total(self, by: Followed, age: int) -> Figure:
        """Of all cohorts that are so old, each by its weight."""
        old = self.old_enough(age)
        value = ratio(sum(by.counts(cohort)[age] for cohort in old), sum(by.whole(cohort) for cohort in old))
        began = Period(old[0].start.start, old[-1].start.end)
        source = old[0].source.of(sum(cohort.accounts for cohort in old))
        variant = f"after_{self.grain}s:{age}"
        return all_metrics()[by.metric].figure(self.book, began, self.where, value, source, variant=variant)

    def extremes(self, by: Followed) -> Iterator[Facts]:
        """The cohorts that hold best and worst at the age of the headline."""
        age = self.told_age()
        large = [cohort for cohort in self.old_enough(age) if cohort.accounts >= SMALL and by.whole(cohort)]
        if not age or len(large) < ENOUGH:
            return
        ranked = sorted(large, key=lambda cohort: by.share(cohort, age) or 0)
        said = ((phrase("Holds best"), ranked[-1]), (phrase("Holds worst"), ranked[0]))
        yield Facts(tuple(
            Fact(label, phrase("{cohort}: {share}", cohort=cohort.start,
                               share=self.figure(by.metric, cohort, age, by.share(cohort, age))))
            for label, cohort in said
        ), by.extremes[self.grain](age))  # fmt: skip

    def footnote(self, by: Followed) -> Phrase:
        said = [by.base[self.grain], EMPTY[self.grain]]
        if any(cohort.accounts < SMALL for cohort in self.cohorts):
            said.append(by.small)
        note = phrase("All cohorts: each by its weight, as far as they are so old.")
        for sentence in said[::-1]:
            note = phrase("{one} {other}", one=sentence, other=note)
        return note

    @property
    def left_out(self) -> Phrase | None:
        if not self.earlier:
            return None
        first, last = self.earlier[0].start, self.earlier[-1].start
        return phrase(
            "Cohorts of {first} to {last} are left out; name a time, such as {year}, to see them.",
            first=first, last=last, year=str(first.start.year),
        )  # fmt: skip

    @property
    def rates(self) -> Phrase | None:
        """What exchange rates did is part of MRR, and said, as customers did not do it."""
        fx = sum(cohort.fx for cohort in self.cohorts)
        if not fx:
            return None
        return phrase(
            "Exchange rates alone made {fx} of what these cohorts pay now, since their first MRR was counted.",
            fx=Money(fx, self.book.currency),
        )  # fmt: skip


def _began(ask: Input) -> Period | None:
    """When the cohorts began. "Monthly cohorts" are no cohorts of last month: one month makes no grid."""
    began = written_period(ask.period) if ask.period else None
    return None if began and began.grain == ask.grain else began
