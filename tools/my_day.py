"""What waits for whoever asks: their accounts at risk, renewals, customers nobody spoke with, drafts, schedules."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from pydantic import BaseModel

from tools import Answer, Cell, Column, Deps, KeptDraft, NextSteps, Note, Part, Phrase, Table, Why, phrase, phrase_n
from tools._bridge import Bridge
from tools._reading import conversion, elapsed
from tools._renewals import mrr_of, renewing
from tools._resting import awake, resting_apart
from tools._timing import rhythm
from tools._unplanned import planned
from tools._watching import what
from tools.metrics import Money, Period, Risk, flows, last_touches, rank

AHEAD, SILENCE = timedelta(days=90), timedelta(days=30)
SHOWN = 5
"""Lines of each list; the whole lists are asked for."""
WHY: Why = ("accounts_at_risk", {})


Said = Callable[[Risk], Cell]


class Input(BaseModel):
    pass


def my_day(ask: Input, deps: Deps) -> Answer:
    """Show what waits for me: my accounts at risk, renewals in 90 days, overdue touches, and drafts to approve.

    Use when someone asks for their own accounts, day, to-dos, agenda or priorities, without naming anything else.
    """
    day = _Day(deps)
    return Answer(
        subject=phrase("My accounts") if day.own else phrase("Everybody's accounts"),
        headline=day.headline(),
        parts=(*day.parts(), NextSteps(day.steps())),
        accounts=frozenset(risk.standing.account_id for risk in day.ranking.risks) if day.own else frozenset(),
        listed=tuple(risk.standing.account_id for risk in day.at_risk[:SHOWN]),
    )


class _Day:
    """The accounts of whoever asks; of those who lead and own none, everybody's."""

    def __init__(self, deps: Deps) -> None:
        self.deps, self.asker, mine = deps, deps.caseload.asker, deps.caseload.mine()
        everyone = rank(deps.book, deps.today)
        own = tuple(
            risk for risk in everyone.risks
            if risk.standing.account_id in mine or (self.asker.owner and risk.standing.owner == self.asker.owner)
        )  # fmt: skip
        self.own = bool(own) or not self.asker.leads
        self.ranking = replace(everyone, risks=own) if self.own else everyone
        self.at_risk, self.resting = awake(self.ranking.at_risk, deps.caseload, deps.today)
        self.renewals = sorted(renewing(self.ranking, Period(deps.today, deps.today + AHEAD)).risks, key=_when)
        self.touched = _touched(deps)
        self.silent = sorted(filter(self._is_silent, self.ranking.risks), key=lambda risk: -risk.standing.mrr_minor)
        self.drafts = [draft for draft in deps.contacting.drafts.waiting() if self._is_ours(draft)]

    def headline(self) -> Phrase:
        if not self.ranking.risks:
            return phrase("The book names no paying account as yours.")
        return phrase(
            "{at_risk}, {renewing}, {silent}.",
            at_risk=phrase_n("{n} account at risk", "{n} accounts at risk", len(self.at_risk) + len(self.resting)),
            renewing=phrase_n("{n} renewal in 90 days", "{n} renewals in 90 days", len(self.renewals)),
            silent=phrase_n("{n} overdue touch", "{n} overdue touches", len(self.silent)),
        )

    def parts(self) -> Iterator[Part]:
        currency = self.deps.book.currency
        yield from self._list(phrase("At risk"), self.at_risk, Column(phrase("Score"), numeric=True), lambda r: r.score)
        yield from resting_apart(self.resting, currency)
        renewal = Column(phrase("Renewal"))
        yield from self._list(
            phrase("Renewals in 90 days"), self.renewals, renewal, lambda risk: risk.standing.renews_on
        )
        if told := planned([risk.standing.account_id for risk in self.renewals], self.deps):
            yield Note(told)
        yield from self._list(
            phrase("Overdue touches: nobody of us was in touch for 30 days"), self.silent, Column(phrase("Last touch")),
            lambda risk: self.touched.get(risk.standing.account_id),
        )  # fmt: skip
        yield from self._waiting()
        yield from self._again_and_again()
        if self.asker.leads:
            yield from self._bridge()
        yield from conversion(self.deps.book)

    def steps(self) -> tuple[Phrase, ...]:
        drafts = tuple(phrase("Show draft {id}", id=draft.id) for draft in self.drafts[:SHOWN])
        return (phrase("Which accounts are at risk?"), phrase("Renewals in the next 90 days"), *drafts)

    def _list(self, title: Phrase, risks: Sequence[Risk], column: Column, cell: Said) -> Iterator[Table]:
        if not risks:
            return
        currency, more = self.deps.book.currency, len(risks) - SHOWN
        yield Table(
            phrase("{title}: {n}, {mrr} of MRR", title=title, n=len(risks), mrr=mrr_of(risks, currency)),
            (Column(phrase("Account")), column, Column(phrase("MRR"), numeric=True)),
            tuple((risk.standing.name, cell(risk), Money(risk.standing.mrr_minor, currency)) for risk in risks[:SHOWN]),
            phrase_n("and {n} more", "and {n} more", more) if more > 0 else None,
            tuple(risk.standing.account_id for risk in risks[:SHOWN]),
        )

    def _waiting(self) -> Iterator[Table]:
        if not self.drafts:
            return
        more = len(self.drafts) - SHOWN
        yield Table(
            phrase("Drafts waiting for approval: {n}", n=len(self.drafts)),
            (Column(phrase("Draft")), Column(phrase("Title")), Column(phrase("By"))),
            tuple((draft.id, draft.title, draft.author) for draft in self.drafts[:SHOWN]),
            phrase_n("and {n} more", "and {n} more", more) if more > 0 else None,
        )

    def _again_and_again(self) -> Iterator[Table]:
        kept = self.deps.schedules.here()
        if not kept:
            return
        more = len(kept) - SHOWN
        yield Table(
            phrase("My schedules and alerts: {n}", n=len(kept)),
            (Column(phrase("Schedule")), Column(phrase("What")), Column(phrase("When"))),
            tuple((one.id, what(one, self.deps), rhythm(one.recurrence)) for one in kept[:SHOWN]),
            phrase_n("and {n} more", "and {n} more", more) if more > 0 else None,
        )

    def _bridge(self) -> Iterator[Part]:
        month = elapsed(Period.containing(self.deps.today, "month"), self.deps.today)
        found = flows(self.deps.book, month, {})
        if found.start_accounts or any(found.accounts.values()):
            yield Note(phrase("MRR bridge, {period}", period=month))
            yield Bridge(self.deps.book, month, {}, found, foreign=bool(found.fx)).table(())

    def _is_silent(self, risk: Risk) -> bool:
        last = self.touched.get(risk.standing.account_id)
        return last is None or last <= self.deps.today - SILENCE

    def _is_ours(self, draft: KeptDraft) -> bool:
        return self.deps.caseload.may_decide(draft, self._owner(draft))

    def _owner(self, draft: KeptDraft) -> str | None:
        standing = (risk.standing for risk in self.ranking.risks)
        return next((each.owner for each in standing if each.account_id == draft.account_id), None)


def _when(risk: Risk) -> tuple[date, int]:
    return risk.standing.renews_on or date.max, -risk.standing.mrr_minor


def _touched(deps: Deps) -> dict[str, date]:
    """When each account was last in touch with us, by the book and by what was logged here."""
    found = dict(last_touches(deps.book, deps.today))
    for touch in deps.contacting.touches.all():
        if touch.on <= deps.today:
            found[touch.account_id] = max(touch.on, found.get(touch.account_id, touch.on))
    return found
