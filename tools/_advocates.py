"""Who may speak for us: promoters that have been customers for long and are well."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tools._answer import Cell, Column, Download, Fact, Facts, Note, Part, Table
from tools._phrase import Phrase, phrase, phrase_n
from tools._registry import Deps
from tools._whom import next_worked_day, who, whom_to_contact
from tools.metrics import Money, Risk, Where, paying_since, promoters, rank, referred

FRESH, TENURE = timedelta(days=365), timedelta(days=365)
"""How old an NPS answer may be, and how long an account must have paid without a break."""


@dataclass(frozen=True)
class Candidate:
    """A paying account: its NPS answer where it is a promoter's, since when it pays, and its risk."""

    risk: Risk
    answer: tuple[float, date] | None
    since: date
    today: date

    @property
    def met(self) -> tuple[bool, bool, bool]:
        """Promoter, long enough, well."""
        well = not self.risk.at_risk and not self.risk.standing.leaving_on
        return self.answer is not None, self.today - self.since >= TENURE, well


class Advocates:
    """Accounts that meet all three criteria, those with most MRR first."""

    def __init__(self, where: Where, limit: int, deps: Deps) -> None:
        self.where, self.deps = where, deps
        said = promoters(deps.book, deps.today - FRESH, deps.today)
        since = paying_since(deps.book, deps.today, where)
        self.candidates = [
            Candidate(risk, said.get(risk.standing.account_id), since[risk.standing.account_id], deps.today)
            for risk in rank(deps.book, deps.today, where).risks
            if risk.standing.account_id in since
        ]
        self.all = sorted((each for each in self.candidates if all(each.met)), key=_order)
        self.shown = self.all[:limit]

    @property
    def listed(self) -> tuple[str, ...]:
        return tuple(each.risk.standing.account_id for each in self.shown)

    def headline(self) -> Phrase:
        if not self.all:
            return phrase("No paying account meets all three criteria of an advocate.")
        return phrase_n(
            "{n} account may speak for us: a promoter, a customer for a year, and well.",
            "{n} accounts may speak for us: promoters, customers for a year, and well.", len(self.all),
        )  # fmt: skip

    def parts(self) -> Iterator[Part]:
        on = next_worked_day(self.deps)
        columns = (
            Column(phrase("Account")), Column(phrase("NPS answer"), True), Column(phrase("Answered on")),
            Column(phrase("Pays since")), Column(phrase("Risk score"), True), Column(phrase("MRR"), True),
            Column(phrase("Owner")), Column(phrase("Whom to ask on {day}", day=on)),
        )  # fmt: skip
        if self.shown:
            whom = whom_to_contact(self.listed, "cs", on, self.deps)
            rows = tuple((*self._row(each), who(whom[each.risk.standing.account_id])) for each in self.shown)
            yield Table(phrase("Advocates, by MRR"), columns, rows, accounts=self.listed)
        yield self._criteria()
        yield self._referrals()
        if self.all:
            everyone = tuple(self._row(each) for each in self.all)
            yield Download("advocates.csv", phrase("All of them"), columns[:-1], everyone)

    def _criteria(self) -> Facts:
        counts = [sum(each.met[n] for each in self.candidates) for n in range(3)]
        nearly = sum(sum(each.met) == 2 for each in self.candidates)
        return Facts((
            Fact(phrase("NPS answer of 9 or 10 in the last 365 days"), counts[0]),
            Fact(phrase("Has paid for 365 days without a break"), counts[1]),
            Fact(phrase("Not at risk by the scorecard, and not leaving"), counts[2]),
            Fact(phrase("Two of the three"), nearly),
            Fact(phrase("Paying accounts looked at"), len(self.candidates)),
        ), phrase("The criteria, and how many accounts meet each"))  # fmt: skip

    def _referrals(self) -> Note:
        n, mrr, known = referred(self.deps.book, self.deps.today, self.where)
        if not known:
            return Note(phrase("Referrals cannot be counted: accounts.source is empty."))
        return Note(phrase_n(
            "{n} paying account came by referral, with {mrr} of MRR. Who recommended it is not in the book.",
            "{n} paying accounts came by referral, with {mrr} of MRR. Who recommended them is not in the book.",
            n, mrr=Money(mrr, self.deps.book.currency),
        ))  # fmt: skip

    def _row(self, each: Candidate) -> tuple[Cell, ...]:
        score, answered_on = each.answer or (0.0, each.since)
        standing = each.risk.standing
        mrr = Money(standing.mrr_minor, self.deps.book.currency)
        return standing.name, round(score), answered_on, each.since, each.risk.score, mrr, standing.owner


def _order(each: Candidate) -> tuple[int, str]:
    return -each.risk.standing.mrr_minor, each.risk.standing.account_id
