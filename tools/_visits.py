"""A visit plan: who was not visited for too long, by value and risk."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property

from tools._answer import Cell, Column, Download, Note, Part, Table, ToolError
from tools._phrase import Phrase, phrase, phrase_n
from tools._registry import Deps
from tools._whom import next_worked_day, who, whom_to_contact
from tools.metrics import Money, Risk, Where, last_visits, rank

RHYTHM: Mapping[str, int] = {"enterprise": 90, "mid-market": 120, "smb": 180}
USUAL = 120
"""Days between two visits, by segment; of another segment."""
VISITS = ("meeting", "visit", "onsite", "reunião", "visita")


@dataclass(frozen=True)
class Visit:
    """A paying account as the plan sees it. `overdue`: days beyond the rhythm; None: never visited, so far overdue."""

    risk: Risk
    last: date | None
    overdue: int | None

    @property
    def is_overdue(self) -> bool:
        return self.overdue is None or self.overdue > 0

    @property
    def weight(self) -> Fraction:
        """MRR × (1 + risk ÷ 100)."""
        return self.risk.standing.mrr_minor * (1 + Fraction(self.risk.score, 100))


class VisitPlan:
    """All paying accounts that match, in the order in which to visit them."""

    def __init__(self, where: Where, limit: int, deps: Deps) -> None:
        self.deps, self.limit = deps, limit
        ranking = rank(deps.book, deps.today, where)
        self.visits = sorted((self._visit(risk) for risk in ranking.risks if not risk.standing.leaving_on), key=_order)
        if not self.visits:
            raise ToolError(phrase("No paying account matches, so there is nobody to visit."))
        self.shown = self.visits[:limit]

    @property
    def listed(self) -> tuple[str, ...]:
        return tuple(each.risk.standing.account_id for each in self.shown)

    def headline(self) -> Phrase:
        overdue = [each for each in self.visits if each.is_overdue]
        mrr = Money(sum(each.risk.standing.mrr_minor for each in overdue), self.deps.book.currency)
        return phrase_n(
            "{n} account is overdue for a visit, with {mrr} of MRR.",
            "{n} accounts are overdue for a visit, with {mrr} of MRR.", len(overdue), mrr=mrr,
        )  # fmt: skip

    def parts(self) -> Iterator[Part]:
        on = next_worked_day(self.deps)
        columns = (
            Column(phrase("Account")), Column(phrase("Last visit")), Column(phrase("Days overdue"), True),
            Column(phrase("MRR"), True), Column(phrase("Risk score"), True), Column(phrase("Owner")),
            Column(phrase("Whom to ask on {day}", day=on)),
        )  # fmt: skip
        whom = whom_to_contact(self.listed, "cs", on, self.deps)
        rows = tuple((*self._row(each), who(whom[each.risk.standing.account_id])) for each in self.shown)
        yield Table(phrase("Whom to visit, in this order"), columns, rows, accounts=self.listed)
        yield Note(phrase(
            "Overdue first, then by MRR × (1 + risk ÷ 100), the larger first. Due every {enterprise} days for "
            "enterprise, {medium} for mid-market, {smb} for smb, {usual} for others. A visit is a touch whose channel "
            "is a meeting or visit.", usual=USUAL,
            enterprise=RHYTHM["enterprise"], medium=RHYTHM["mid-market"], smb=RHYTHM["smb"],
        ))  # fmt: skip
        rest = tuple(self._row(each) for each in self.visits)
        yield Download("visits.csv", phrase("The whole plan"), columns[:-1], rest)

    def _row(self, each: Visit) -> tuple[Cell, ...]:
        standing, currency = each.risk.standing, self.deps.book.currency
        late: Cell = phrase("never visited") if each.overdue is None else max(each.overdue, 0)
        return (
            standing.name, each.last, late, Money(standing.mrr_minor, currency), each.risk.score, standing.owner
        )  # fmt: skip

    def _visit(self, risk: Risk) -> Visit:
        last = self._visited.get(risk.standing.account_id)
        due = timedelta(days=RHYTHM.get(risk.standing.segment or "", USUAL))
        return Visit(risk, last, (self.deps.today - last - due).days if last else None)

    @cached_property
    def _visited(self) -> Mapping[str, date]:
        """By the book, and by what was logged here."""
        found = dict(last_visits(self.deps.book, self.deps.today))
        for touch in self.deps.contacting.touches.all():
            if touch.on <= self.deps.today and any(word in (touch.channel or "").lower() for word in VISITS):
                found[touch.account_id] = max(touch.on, found.get(touch.account_id, touch.on))
        return found


def _order(each: Visit) -> tuple[bool, Fraction, str]:
    return not each.is_overdue, -each.weight, each.risk.standing.account_id
