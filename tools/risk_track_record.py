"""How well an earlier list of accounts at risk did."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from tools import (
    PERIOD,
    Answer,
    Cell,
    Choice,
    Column,
    Deps,
    Fact,
    Facts,
    NextSteps,
    Note,
    Part,
    Phrase,
    Table,
    ToolError,
    phrase,
    phrase_n,
)
from tools._backtested import measures_of, segments_of
from tools._limits import Limits, limited
from tools._reading import elapsed, written_period
from tools._risk_cases import disagreements
from tools._signs import track_record
from tools.metrics import (
    Became,
    Followed,
    Money,
    Period,
    RiskRecord,
    Share,
    backtest,
    interval,
    lost,
    lost_mrr,
    risk_record,
)

LISTED = 20
HORIZON = timedelta(days=90)
SURE = 0.05
"""How often a list drawn by lot may do as well before ours counts as better than chance."""
BY_SEGMENT = (
    "by segment", "per segment", "each segment", "every segment", "which segment", "which segments", "por segmento",
    "cada segmento", "qual segmento", "quais segmentos",
)  # fmt: skip
BECAME: dict[Became, Phrase] = {
    "left": phrase("left"),
    "contracted": phrase("pays less"),
    "stayed": phrase("stayed"),
    "grew": phrase("pays more"),
}


class Input(Limits):
    period: Annotated[str | None, PERIOD] = Field(
        default=None,
        description="The time to be judged, for instance 2026-Q3: the list is that of the evening before it; of a day, "
        "the list of that day and the 90 days after it. Empty: the last quarter.",
    )
    by: Annotated[Literal["segment"] | None, Choice({"segment": BY_SEGMENT})] = Field(
        default=None, description="Whether the scorer's past is also told by segment."
    )


def risk_track_record(ask: Input, deps: Deps) -> Answer:
    """Tell how well an earlier at-risk list did: who on it left, stayed or paid less, against everybody else.

    Use when someone asks whether the risk list was right, how good the score is, how last quarter's list did, how many
    of the flagged accounts churned, or whether it is better than chance.
    """
    where = ask.where
    period, is_over = _judged(ask.period, deps.today)
    record = risk_record(deps.book, period, where)
    if not record.followed:
        raise ToolError(
            phrase("The book knows no account that paid on {day} and matches this.", day=record.day),
            suggestions=(phrase("Which accounts are at risk?"),),
        )
    return Answer(
        limited(phrase("How the at-risk list did"), where, period), _headline(record),
        (*_parts(record, ask, deps), *_notes(record, is_over), NextSteps(_NEXT)),
        frozenset(each.risk.standing.account_id for each in record.followed),
        listed=tuple(each.risk.standing.account_id for each in _first(record)),
    )  # fmt: skip


_NEXT = (phrase("Which accounts are at risk?"), phrase("What changed in the at-risk list since last week?"))


def _judged(written: str | None, today: date) -> tuple[Period, bool]:
    """The time to be judged as far as it has passed, and whether all of it has."""
    quarter = Period.containing(Period.containing(today, "quarter").start - timedelta(days=1), "quarter")
    asked = written_period(written) if written else quarter
    if asked.grain == "day":
        asked = Period(asked.end, asked.end + HORIZON)
    return elapsed(asked, today), asked.last_day <= today


def _headline(record: RiskRecord) -> Phrase:
    listed = record.listed
    base = {"all": len(record.followed), "base": Share(Fraction(record.lost, len(record.followed)))}
    if not listed:
        return phrase("Nobody was on the list of {day}; of all {all} accounts, {base} left.", day=record.day, **base)
    return phrase_n(
        "Of {n} account on the list of {day}, {left} left by {until} ({share}); of all {all}, {base} did.",
        "Of {n} accounts on the list of {day}, {left} left by {until} ({share}); of all {all}, {base} did.",
        len(listed), day=record.day, until=record.period.last_day, left=record.caught,
        share=Share(Fraction(record.caught, len(listed))), **base,
    )  # fmt: skip


def _parts(record: RiskRecord, ask: Input, deps: Deps) -> Iterator[Part]:
    scorer = backtest(deps.book, deps.today)
    yield Note(_verdict(record))
    if ask.by and scorer.segments:
        yield segments_of(scorer)
    yield _groups(record, deps.book.currency)
    yield _measures(record)
    if record.listed:
        yield _each(record, deps.book.currency)
    yield from _cases(record, deps)
    yield track_record(deps)
    yield measures_of(scorer)


def _notes(record: RiskRecord, is_over: bool) -> Iterator[Note]:
    if not is_over:
        yield Note(phrase("That time is not over: who may still leave in it counts as staying."))
    yield Note(phrase(
        "The list is made as of {day}, from what had happened by then, by a scorer that learnt nothing of what came "
        "after ({scorer}); accounts that had cancelled already are not in it.", day=record.day, scorer=_scorer(record),
    ))  # fmt: skip


def _scorer(record: RiskRecord) -> Phrase:
    if record.card.kind == "model":
        return phrase("fitted model {version}", version=record.card.version)
    return phrase("scorecard, version {version}", version=record.card.version)


def _verdict(record: RiskRecord) -> Phrase:
    """Whether the list was any good, said just as plainly where it was not."""
    lift, chance = record.lift, record.chance
    if lift is None or chance is None:
        return phrase("Nobody left, or nobody was on the list: nothing can be said of how good it was.")
    said = {"lift": lift, "odds": Share(Fraction(chance).limit_denominator(10_000))}
    if lift <= 1:
        return phrase("No better than chance: an account on the list was not likelier to leave than any other.")
    if chance > SURE:
        return phrase(
            "An account on the list was {lift} times as likely to leave as any, but that may be chance: "
            "a list drawn by lot does as well {odds} of the time.", **said,
        )  # fmt: skip
    return phrase(
        "Better than chance: an account on the list was {lift} times as likely to leave as any; "
        "a list drawn by lot does as well {odds} of the time.", **said,
    )  # fmt: skip


def _groups(record: RiskRecord, currency: str) -> Table:
    """Who was on the list beside who was not: the rows add up to everybody."""
    labels = (
        phrase("Accounts"), phrase("Left"), phrase("Share"), phrase("Pay less"), phrase("Stayed or grew"),
        phrase("MRR then"), phrase("of it lost"),
    )  # fmt: skip
    groups = (
        (phrase("On the list"), record.listed),
        (phrase("Not on it"), record.others),
        (phrase("All"), record.followed),
    )
    rows = tuple((name, *_counts(group, currency)) for name, group in groups)
    columns = (Column(phrase("Group")), *(Column(label, numeric=True) for label in labels))
    return Table(phrase("What became of them by {day}", day=record.period.last_day), columns, rows)


def _counts(group: Sequence[Followed], currency: str) -> tuple[Cell, ...]:
    less = sum(each.became == "contracted" for each in group)
    gone = lost(group)
    mrr = sum(each.risk.standing.mrr_minor for each in group)
    return (
        len(group), gone, Share(Fraction(gone, len(group)) if group else None), less, len(group) - gone - less,
        Money(mrr, currency), Money(lost_mrr(group), currency),
    )  # fmt: skip


def _measures(record: RiskRecord) -> Facts:
    """How sure the share is, and how much of what was lost the list had in it."""
    facts = []
    if record.listed:
        low, high = interval(record.caught, len(record.listed))
        sure = phrase("{low} to {high}", low=Share(low), high=Share(high))
        facts.append(Fact(phrase("Share that left, 95% interval"), sure))
    if record.lost:
        of = phrase("{n} of {all}", n=record.caught, all=record.lost)
        facts.append(Fact(phrase("Of those that left, on the list"), of))
        whole = lost_mrr(record.followed)
        caught = Share(Fraction(lost_mrr(record.listed), whole) if whole else None)
        facts.append(Fact(phrase("Of the MRR that left, on the list"), caught))
    return Facts(tuple(facts))


def _first(record: RiskRecord) -> list[Followed]:
    """Those on the list, the ones that left first."""
    return sorted(record.listed, key=lambda each: not each.left)[:LISTED]


def _each(record: RiskRecord, currency: str) -> Table:
    columns = (
        Column(phrase("Account")), Column(phrase("Score then"), numeric=True), Column(phrase("What happened")),
        Column(phrase("MRR then"), numeric=True),
    )  # fmt: skip
    first = _first(record)
    rows = tuple(
        (
            each.risk.standing.name, each.risk.score, BECAME[each.became],
            Money(each.risk.standing.mrr_minor, currency),
        )
        for each in first
    )  # fmt: skip
    more = len(record.listed) - len(first)
    footnote = phrase_n("and {n} more", "and {n} more", more) if more else None
    accounts = tuple(each.risk.standing.account_id for each in first)
    return Table(phrase("The list of {day}, those that left first", day=record.day), columns, rows, footnote, accounts)


def _cases(record: RiskRecord, deps: Deps) -> Iterator[Note]:
    """What reps said of accounts on that list, beside what became of them."""
    listed = {each.risk.standing.account_id: each for each in record.listed}
    said = [
        case
        for case in deps.caseload.cases()
        if case.account_id in listed and record.day <= case.on < record.period.end
    ]
    if doubted := disagreements(said):
        left = sum(listed[case.account_id].left for case in doubted)
        yield Note(phrase_n(
            "We disagreed with {n} of these {all} flags; of these accounts, {left} left.",
            "We disagreed with {n} of these {all} flags; of these accounts, {left} left.",
            len(doubted), all=len(listed), left=left,
        ))  # fmt: skip
    saved, gone = (len({case.account_id for case in said if case.verdict == verdict}) for verdict in ("saved", "lost"))
    if saved or gone:
        yield Note(phrase("We wrote down {saved} as saved and {lost} as lost anyway.", saved=saved, lost=gone))
