"""What is for us alone: MRR, margin, risk, overdue invoices, notes. No version for a customer holds any of it."""

from collections.abc import Iterator
from math import inf

from tools._account import TEAMS, mrr_of, risk_of
from tools._answer import Cell, Column, DraftLine, Fact, Facts, Table
from tools._conversations import touches_so_far
from tools._guard import Touch
from tools._next_actions import NextActions, in_order
from tools._phrase import Phrase, phrase, phrase_n
from tools._registry import Deps
from tools._signs import evidence
from tools.metrics import Contribution, Figure, Hidden, Period, Profile, Risk, add_months, all_metrics

LAST_TOUCHES = 5


def for_us_only(account: Profile, period: Period, deps: Deps, actions: NextActions) -> Iterator[DraftLine]:
    """The section of a pack that the customer's version lacks; risk and invoices as they stand today."""
    account_id = str(account.account.account_id)
    yield Facts(tuple(_money(account_id, period, deps)))
    yield from risk_lines(account_id, deps)
    if nps := figure_of("latest_nps", account_id, Period.containing(deps.today, "day"), deps):
        yield Facts((Fact(phrase("Last NPS answer"), nps),))
    if touches := touches_so_far(account_id, deps)[:LAST_TOUCHES]:
        yield notes_table(touches)
    yield from in_order(actions.ours())


def risk_lines(account_id: str, deps: Deps) -> Iterator[Phrase]:
    """The score, and what it was counted from: each sign with its points."""
    found = risk_of(account_id, deps)
    if found is None:
        return
    risk, score = found
    said = [(_said(risk, c), c.points) for c in risk.contributions if c.points]
    signs = tuple(phrase("{evidence} ({points})", evidence=what, points=points) for what, points in said)
    if signs:
        yield phrase("Risk score {score} of 100: {signs}.", score=score, signs=signs)
    else:
        yield phrase("Risk score {score} of 100: no sign of risk is known today.", score=score)


def _said(risk: Risk, sign: Contribution) -> Phrase:
    """What was found; of a contract that was cancelled it is the end that is near, and no renewal."""
    if risk.standing.leaving_on and sign.driver == "renewal_days" and sign.value != inf:
        return phrase_n("the term ends in {n} day", "the term ends in {n} days", int(sign.value))
    return evidence(sign)


def figure_of(metric: str, account_id: str, period: Period, deps: Deps, variant: str | None = None) -> Figure | None:
    """An account's figure; None where it is not defined, or whoever asks may not see it."""
    try:
        figure = all_metrics()[metric](deps.book, period, {"account_id": account_id}, variant)
    except Hidden:
        return None
    return figure if figure.value is not None else None


def notes_table(touches: tuple[Touch, ...]) -> Table:
    """The last touches with what was noted."""
    columns = (Column(phrase("Day")), Column(phrase("Team")), Column(phrase("By")), Column(phrase("Note")))
    rows: list[tuple[Cell, ...]] = [(t.on, TEAMS.get(t.category, t.category), t.author, t.note) for t in touches]
    return Table(phrase("Last touches"), columns, tuple(rows))


def _money(account_id: str, period: Period, deps: Deps) -> Iterator[Fact]:
    last, today = period.last_day, Period.containing(deps.today, "day")
    yield Fact(phrase("MRR"), mrr_of(account_id, last, deps))
    yield Fact(phrase("MRR a year before"), mrr_of(account_id, add_months(last, -12), deps))
    if margin := figure_of("gross_margin", account_id, period.trailing_year(), deps):
        yield Fact(phrase("Gross margin, 12 months"), margin)
    overdue = figure_of("overdue_invoices", account_id, today, deps)
    if overdue and overdue.value:
        yield Fact(phrase("Overdue"), overdue)
