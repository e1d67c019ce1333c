"""Contracts that come up for renewal, and how many of those before were renewed."""

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from tools import (
    COUNT,
    PERIOD,
    Answer,
    Cell,
    Choice,
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
from tools._reading import conversion, elapsed, written_period
from tools._renewals import by_the_month, mrr_of, renewing
from tools._unplanned import without_a_plan
from tools.metrics import (
    Figure,
    Money,
    Outcome,
    Period,
    Ranking,
    Renewals,
    Source,
    add_months,
    all_metrics,
    changes_ahead,
    coming_renewals,
    rank,
    ratio,
    renewal_outcome,
)

AHEAD = timedelta(days=90)
LISTED, LOST = 15, 10
FEW = 5
"""Contracts below which no rate is given: one more or less would be many points."""


class Input(Limits):
    renewing: Annotated[str | None, PERIOD] = Field(
        default=None, description="When contracts come up, for instance 2026-12 or 2027-Q1; empty: the next 90 days."
    )
    period: Annotated[str | None, PERIOD] = Field(
        default=None, description="With rate: the time whose renewals are judged; empty: the last 12 months."
    )
    about: Annotated[
        Literal["rate"] | None,
        Choice({"rate": (
            "rate", "rates", "renewed", "did renew", "did not renew", "didn't renew", "lost at renewal", "taxa",
            "indice", "renovaram", "renovou", "renovados", "renovadas", "perdemos na renovacao", "percentual",
        )}),
    ] = Field(default=None, description="The renewal rate of the past instead of what is to come.")  # fmt: skip
    plans: Annotated[
        Literal["without"] | None,
        Choice({"without": (
            "without a plan", "without plan", "without plans", "without a trust plan", "without trust plan*", "no plan",
            "no plans", "no trust plan", "lack a plan", "lacks a plan", "unplanned", "plan coverage", "with a plan",
            "with a trust plan", "with a live plan", "with a live trust plan", "have a plan", "has a plan",
            "covered by a plan", "trust plan*", "success plan*", "sem plano", "sem planos", "sem um plano",
            "nao tem plano", "nao tem planos",
            "sem plano de confianca", "cobertura de plano*", "com plano", "tem plano", "plano* de confianca",
            "plano* de sucesso",
        )}),
    ] = Field(
        default=None, description="without: only those without a live trust plan, and the share that has one."
    )  # fmt: skip
    limit: Annotated[int, COUNT] = Field(default=LISTED, ge=1, le=100, description="How many renewals to list.")


def renewals(ask: Input, deps: Deps) -> Answer:
    """List contracts up for renewal with MRR, days left, auto-renewal and notice, or tell the renewal rate of the past.

    Use for upcoming renewals of a month, quarter or the next days, contracts that expire, notice deadlines, who renews
    without a trust plan, and for the renewal rate by number and by value, with what was not renewed.
    """
    asked = _Asked(ask, deps)
    if ask.plans and asked.ahead:
        return without_a_plan(asked.subject(asked.ahead), asked.ahead, asked.where, deps, ask.limit)
    if asked.ahead is None:
        return _past(asked, asked.past)
    return _coming(asked, asked.ahead)


class _Asked:
    """What was asked: a time to come, or one that is over."""

    def __init__(self, ask: Input, deps: Deps) -> None:
        self.book, self.today, self.limit = deps.book, deps.today, ask.limit
        self.where = ask.where
        self.past = Period(add_months(self.today, -12), self.today + timedelta(days=1))
        self.ahead: Period | None = None
        if ask.about == "rate":
            self.past = elapsed(written_period(ask.period), self.today) if ask.period else self.past
            return
        window = written_period(ask.renewing) if ask.renewing else Period(self.today, self.today + AHEAD)
        if window.last_day < self.today:
            self.past = window
        else:
            self.ahead = Period(max(window.start, self.today), window.end)

    def subject(self, period: Period) -> Phrase:
        return limited(phrase("Renewals"), self.where, period)

    def figure(
        self, metric: str, value: int | Fraction | None, period: Period, source: Source, variant: str = ""
    ) -> Figure:
        return all_metrics()[metric].figure(self.book, period, self.where, value, source, variant=variant or None)

    def money(self, minor: int) -> Money:
        return Money(minor, self.book.currency)


def _coming(asked: _Asked, window: Period) -> Answer:
    found = coming_renewals(asked.book, window, asked.where, asked.limit)
    outcome = renewal_outcome(asked.book, asked.past, asked.where, LOST)
    ranking = rank(asked.book, asked.today, asked.where)
    mrr = asked.figure("mrr_up_for_renewal", found.mrr, window, found.source)
    parts: list[Part] = [*_listed(asked, found, mrr), *_in_danger(ranking, window, asked.book.currency)]
    parts += [*_ending(asked, window), *by_the_month(ranking), *_rates(asked, asked.past, outcome)]
    return Answer(
        asked.subject(window),
        _how_many(found, window, mrr),
        (*parts, *conversion(asked.book), NextSteps(_next(found))),
        frozenset(renewal.account_id for renewal in found.soonest),
        listed=tuple(renewal.account_id for renewal in found.soonest),
    )


def _how_many(found: Renewals, window: Period, mrr: Figure) -> Phrase:
    if not found.contracts:
        return phrase("No contract comes up for renewal then ({period}).", period=window)
    return phrase_n(
        "{n} contract comes up for renewal by {day}, with {mrr} of MRR; renewing by themselves: {auto}.",
        "{n} contracts come up for renewal by {day}, with {mrr} of MRR; renewing by themselves: {auto}.",
        found.contracts, day=window.last_day, mrr=mrr, auto=found.by_themselves,
    )  # fmt: skip


def _listed(asked: _Asked, found: Renewals, mrr: Figure) -> Iterator[Part]:
    """The soonest, all others in one line, and what they add up to."""
    if not found.contracts:
        return
    columns = (
        Column(phrase("Account")), Column(phrase("Renewal")), Column(phrase("Days left"), numeric=True),
        Column(phrase("MRR"), numeric=True), Column(phrase("Auto-renews")), Column(phrase("Notice by")),
        Column(phrase("Owner")),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (each.name, each.on_day, (each.on_day - asked.today).days, asked.money(each.mrr), _whether(each.auto_renew),
         each.notice_by, each.owner)
        for each in found.soonest
    ]  # fmt: skip
    nothing: tuple[Cell, ...] = (None,) * 3
    if later := found.contracts - sum(each.contracts for each in found.soonest):
        label = phrase_n("{n} later contract", "{n} later contracts", later)
        rows.append((label, None, None, asked.money(found.mrr - sum(each.mrr for each in found.soonest)), *nothing))
    rows.append((phrase("Total"), None, None, mrr, *nothing))
    notice = phrase("Notice by: the last day on which a cancellation can be given; a dash where it is not known.")
    yield Table(phrase("Up for renewal, soonest first"), columns, tuple(rows), notice)


def _whether(auto_renew: bool | None) -> Phrase | None:
    return None if auto_renew is None else phrase("yes") if auto_renew else phrase("no")


def _in_danger(ranking: Ranking, window: Period, currency: str) -> Iterator[Part]:
    at_risk = renewing(ranking, window).at_risk
    if at_risk:
        yield Note(phrase_n(
            "{n} account of these is at risk, with {mrr} of MRR.",
            "{n} accounts of these are at risk, with {mrr} of MRR.", len(at_risk), mrr=mrr_of(at_risk, currency),
        ))  # fmt: skip


def _ending(asked: _Asked, window: Period) -> Iterator[Part]:
    """What will not come up any more."""
    if ends := changes_ahead(asked.book, window, asked.where, "ends"):
        yield Note(phrase_n(
            "Not in the list: {n} contract that is known to end by then, {mrr} of MRR.",
            "Not in the list: {n} contracts that are known to end by then, {mrr} of MRR.",
            len(ends), mrr=asked.money(-sum(change.amount for change in ends)),
        ))  # fmt: skip


def _past(asked: _Asked, period: Period) -> Answer:
    found = renewal_outcome(asked.book, period, asked.where, LOST)
    if not found.contracts:
        raise ToolError(
            phrase(
                "No contract came up for renewal then ({period}), or it is not known yet what came of it.",
                period=period,
            ),
            suggestions=(phrase("Renewals next quarter"), phrase("Renewal rate of the last 12 months")),
        )
    said = {"renewed": found.renewed, "all": found.contracts}
    headline = phrase("{renewed} of {all} contracts were renewed.", **said)
    if found.contracts >= FEW:
        rate = asked.figure("renewal_rate", Fraction(found.renewed, found.contracts), period, found.source)
        headline = phrase("{renewed} of {all} contracts were renewed: {rate}.", rate=rate, **said)
    parts = (*_rates(asked, period, found), *_lost(asked, found), *conversion(asked.book))
    return Answer(
        asked.subject(period), headline, (*parts, NextSteps(_AFTER)), frozenset(account for account, *_ in found.lost)
    )


def _rates(asked: _Asked, period: Period, found: Outcome) -> Iterator[Part]:
    """Renewed over expiring, by number and by value, with both numbers."""
    if not found.contracts:
        return
    columns = (
        Column(phrase("Renewal rate")), Column(phrase("Renewed"), numeric=True), Column(phrase("Of"), numeric=True),
        Column(phrase("Rate"), numeric=True),
    )  # fmt: skip
    by_number = asked.figure("renewal_rate", Fraction(found.renewed, found.contracts), period, found.source)
    by_value = asked.figure("renewal_rate", ratio(found.kept, found.expiring), period, found.source, "value")
    enough = found.contracts >= FEW
    rows: tuple[tuple[Cell, ...], ...] = (
        (phrase("Contracts"), found.renewed, found.contracts, by_number if enough else None),
        (phrase("MRR"), asked.money(found.kept), asked.money(found.expiring), by_value if enough else None),
    )
    yield Table(phrase("What was renewed, {period}", period=period), columns, rows, _RULE if enough else _TOO_FEW)


_RULE = phrase(
    "Of contracts whose term ended, those still paid 30 days later, as they were or by a contract of the same product "
    "that took their place; by value, what those bring in then."
)
_TOO_FEW = phrase("Of fewer than {n} contracts no rate is given.", n=FEW)


def _lost(asked: _Asked, found: Outcome) -> Iterator[Part]:
    if not found.lost:
        return
    columns = (Column(phrase("Account")), Column(phrase("Term ended")), Column(phrase("MRR"), numeric=True))
    rows = tuple((name, ended_on, asked.money(mrr)) for _, name, ended_on, mrr in found.lost)
    more = found.contracts - found.renewed - len(rows)
    footnote = phrase_n("and {n} more", "and {n} more", more) if more else None
    yield Table(phrase("Not renewed, largest first"), columns, rows, footnote)


_AFTER = (phrase("Renewals next quarter"), phrase("Which accounts are at risk?"), phrase("MRR next 3 months"))


def _next(found: Renewals) -> tuple[Phrase, ...]:
    soonest = [phrase("Trust plan for {account}", account=found.soonest[0].name)] if found.soonest else []
    return (*soonest, phrase("Which accounts are at risk?"), phrase("MRR next 3 months"))
