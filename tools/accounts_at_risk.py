"""Which accounts may leave, why, and how much MRR goes with them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from tools import (
    COUNT,
    PERIOD,
    SINCE,
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
    Why,
    phrase,
    phrase_n,
)
from tools._limits import Limits, limited
from tools._next_best_of import is_message, step
from tools._reading import conversion
from tools._renewals import by_the_month, mrr_of, nobody_renews, others, renewing, told, window_of
from tools._resting import awake, looked_after, resting_apart
from tools._risk_doubts import doubts
from tools._risk_lines import Watched, change_of
from tools._risk_since import WEEK, day_meant, ranked_on, what_changed
from tools._signs import account_score, track_record, unknowns
from tools.metrics import Figure, Period, Ranking, Risk, Share, all_metrics, rank, ranked_then, risk_changes

MOST = 100
DEEDS = 3
"""Accounts whose next best action is offered at once; those of the others with their reasons."""
WHY: Why = ("account_risk", {})
ORDERS = Choice({
    "mrr": (
        "by mrr", "by revenue", "by money", "by size", "most mrr", "largest mrr", "biggest mrr", "most money",
        "most revenue", "largest first", "biggest first", "por mrr", "por receita", "por valor", "por tamanho",
        "maior mrr", "maiores mrr", "mais mrr", "mais receita", "maiores primeiro", "maior valor", "em ordem de mrr",
    ),
    "score": ("by score", "by probability", "by likelihood", "por pontuacao", "por probabilidade", "por score"),
})  # fmt: skip
CHANGES = Choice({
    "changes": (
        "changed", "changes", "change", "what's new", "whats new", "what is new", "since", "new on", "came onto",
        "got onto", "dropped off", "fell off", "left the list", "joined the list", "moved", "movement*", "difference*",
        "different from", "entered", "newly", "got worse", "got better", "worsened", "improved", "mudou", "mudaram",
        "mudanca*", "desde", "novidade*", "entrou", "entraram", "saiu da lista", "sairam", "piorou", "pioraram",
        "melhorou", "melhoraram", "diferenca*", "diferente de", "novas na lista", "novos na lista", "novo na lista",
        "nova na lista", "with last week", "com a da semana passada", "com a semana passada", "com a lista passada",
    ),
})  # fmt: skip


class Input(Limits):
    limit: Annotated[int, COUNT] = Field(default=10, ge=1, le=MOST, description="How many accounts to list.")
    order: Annotated[Literal["score", "mrr"], ORDERS] = Field(
        default="score", description="What comes first: the highest score, or the most MRR."
    )
    about: Annotated[Literal["changes"] | None, CHANGES] = Field(
        default=None, description="changes: who came onto the list, who went off it, and why, instead of the list."
    )
    since: Annotated[str | None, SINCE] = Field(
        default=None, description="With changes: since which day; empty: a week ago."
    )
    renewing: Annotated[str | None, PERIOD] = Field(
        default=None, description="Only accounts whose contract renews in this period, for instance 2026-12 or 2026-Q4."
    )


def accounts_at_risk(ask: Input, deps: Deps) -> Answer:
    """List the accounts most at risk of leaving, ranked, with the reasons; or what changed in that list since a day.

    Use when someone asks who may churn or cancel, which customers need attention, are unhealthy, in danger or
    likely not to renew, for everyone or for one manager, segment or renewal period; and who is new on that list, went
    off it or got worse since last week or another day.
    """
    window = window_of(ask.renewing, deps.today) if ask.renewing else None
    everyone = rank(deps.book, deps.today, ask.where)
    if not everyone.risks:
        raise ToolError(phrase("No paying account matches this. Leave out the manager or segment, or check its name."))
    ranking = _within(everyone, window)
    if window and not ranking.risks:
        raise ToolError(nobody_renews(everyone, window))
    since = day_meant(ask.since, deps.today)
    if ask.about == "changes":
        before = ranked_on(since, deps, ask.where)
        return what_changed(_subject(ask, window), _within(before, window), ranking, since, deps, ask.limit)
    return _listed(ask, deps, ranking, everyone, window)


def _within(ranking: Ranking, window: Period | None) -> Ranking:
    return renewing(ranking, window) if window else ranking


def _listed(ask: Input, deps: Deps, ranking: Ranking, everyone: Ranking, window: Period | None) -> Answer:
    listed, resting = awake(_in_order(ranking.at_risk, ask.order), deps.caseload, deps.today)
    first = listed[: ask.limit]
    before = ranked_then(deps.book, deps.today - WEEK, [risk.standing.account_id for risk in first])
    shown = Watched(first, risk_changes(before, replace(ranking, risks=tuple(first))), deps)
    apart = resting_apart(resting, deps.book.currency)
    return Answer(
        subject=_subject(ask, window),
        headline=_headline(ranking, window, deps.book.currency),
        parts=(
            *_ranked(ask, ranking, shown, len(listed)), *apart, *shown.opinions(),
            *_parts(ask, deps, ranking, shown, everyone),
        ),
        accounts=frozenset(
            risk.standing.account_id
            for risk in (ranking.risks if window else (*shown.risks, *(risk for risk, _ in resting), *ranking.leaving))
        ),
        listed=tuple(risk.standing.account_id for risk in shown.risks),
    )  # fmt: skip


def _in_order(risks: Sequence[Risk], order: str) -> list[Risk]:
    """As ranked, or the most MRR first."""
    return sorted(risks, key=lambda risk: -risk.standing.mrr_minor) if order == "mrr" else list(risks)


def _subject(ask: Input, window: Period | None) -> Phrase:
    subject = limited(phrase("Accounts at risk"), ask.where)
    if window is None:
        return subject
    return phrase("{subject} · {limit}", subject=subject, limit=phrase("renewing {period}", period=window))


def _headline(ranking: Ranking, window: Period | None, currency: str) -> Phrase:
    flagged = ranking.at_risk
    if window:
        return told(ranking, currency)
    if not flagged:
        return phrase("No account is at risk by the scorecard.")
    return phrase_n(
        "{n} account is at risk, with {mrr} of MRR.",
        "{n} accounts are at risk, with {mrr} of MRR.",
        len(flagged),
        mrr=mrr_of(flagged, currency),
    )


def _parts(ask: Input, deps: Deps, ranking: Ranking, shown: Watched, everyone: Ranking) -> list[Part]:
    parts: list[Part] = [_whole(ask, deps, ranking)]
    if ask.renewing:
        parts += [*others(ranking, deps.book.currency), *by_the_month(everyone)]
    if ranking.leaving:
        parts.append(_leaving(ranking, deps.book.currency))
    parts += unknowns(shown.risks)
    parts += [track_record(deps), *doubts(deps)]
    parts += conversion(deps.book)
    return [*parts, NextSteps(_next(shown))]


def _ranked(ask: Input, ranking: Ranking, shown: Watched, listed: int) -> Iterator[Part]:
    if not shown.risks:
        return
    day, assigned = shown.deps.today - WEEK, shown.deps.caseload.assigned()
    columns = (
        Column(phrase("Account")), Column(phrase("Score"), numeric=True),
        *((Column(phrase("Chance in 90 days"), numeric=True),) if ranking.card.hazard else ()),
        Column(phrase("Change"), numeric=True),
        Column(phrase("MRR"), numeric=True), Column(phrase("Renewal")), Column(phrase("Last touch")),
        *(() if ask.owner else (Column(phrase("Owner")),)),
    )  # fmt: skip
    rows = tuple(_row(shown, ranking, risk, assigned)[: len(columns)] for risk in shown.risks)
    first = phrase("Most MRR first") if ask.order == "mrr" else phrase("Most at risk first")
    title = phrase("{first}, with the change since {day}", first=first, day=day)
    accounts = tuple(risk.standing.account_id for risk in shown.risks)
    yield Table(title, columns, rows, _left_out(listed - len(shown.risks), len(shown.risks)), accounts)
    yield shown.lines(phrase("Why (points, change), and what to do next"))


def _left_out(n: int, shown: int) -> Phrase | None:
    if not n:
        return None
    if shown == MOST:
        return phrase_n(
            "{n} more account is at risk; ask for one manager or segment.",
            "{n} more accounts are at risk; ask for one manager or segment.",
            n,
        )
    return phrase_n("{n} more account is at risk; ask for more.", "{n} more accounts are at risk; ask for more.", n)


def _row(shown: Watched, ranking: Ranking, risk: Risk, assigned: Mapping[str, str]) -> tuple[Cell, ...]:
    """The owner last: it is left out where one was asked for."""
    standing = risk.standing
    return (
        standing.name,
        account_score(shown.deps, ranking, risk),
        *([Share(Fraction(risk.chances[90]).limit_denominator(1_000))] if risk.chances else []),
        change_of(shown.changes.each[standing.account_id]),
        _mrr(shown.deps, ranking, risk),
        standing.renews_on,
        shown.last_touch(risk),
        looked_after(standing.owner, risk, assigned),
    )


def _mrr(deps: Deps, ranking: Ranking, risk: Risk) -> Figure:
    day, account = Period.containing(deps.today, "day"), {"account_id": risk.standing.account_id}
    return all_metrics()["mrr"].figure(deps.book, day, account, risk.standing.mrr_minor, ranking.source)


def _whole(ask: Input, deps: Deps, ranking: Ranking) -> Facts:
    """How the list stands to everyone it was taken from."""
    day = Period.containing(deps.today, "day")
    total = sum(risk.standing.mrr_minor for risk in ranking.at_risk)
    where = {**ask.where} | ({"renewing": ask.renewing} if ask.renewing else {})
    at_risk = all_metrics()["mrr_at_risk"].figure(deps.book, day, where, total, ranking.source)
    return Facts((
        Fact(phrase("MRR at risk"), at_risk),
        Fact(phrase("Share of MRR"), Share(Fraction(total, ranking.mrr_minor))),
        Fact(phrase("Accounts at risk"), phrase("{n} of {all}", n=len(ranking.at_risk), all=len(ranking.risks))),
    ))  # fmt: skip


def _leaving(ranking: Ranking, currency: str) -> Part:
    """Not at risk any more: they have cancelled and pay until their day."""
    return Note(phrase_n(
        "Not in the list: {n} account that has already cancelled and still pays, {mrr} of MRR.",
        "Not in the list: {n} accounts that have already cancelled and still pay, {mrr} of MRR.",
        len(ranking.leaving), mrr=mrr_of(ranking.leaving, currency),
    ))  # fmt: skip


def _next(shown: Watched) -> tuple[Phrase, ...]:
    """First what to do about the first few; then what changed, and whether lists like this one are any good."""
    more = (
        phrase("What changed in the at-risk list since last week?"),
        phrase("How well did last quarter's at-risk list do?"),
    )
    if not shown.risks:
        return (phrase("Weekly MRR summary"), *more)
    deeds = dict.fromkeys(_deed(shown, risk) for risk in shown.risks[:DEEDS])
    return (*deeds, *_message(shown), *more)


def _message(shown: Watched) -> tuple[Phrase, ...]:
    """A message to the first, where none of the actions offered is one: the contact guard decides on it."""
    first = shown.risks[:DEEDS]
    if any(is_message(shown.bests[risk.standing.account_id]) for risk in first):
        return ()
    return (phrase("Re-engagement message to {account}", account=first[0].standing.name),)


def _deed(shown: Watched, risk: Risk) -> Phrase:
    standing = risk.standing
    return step(shown.bests[standing.account_id], standing.name, shown.deps.language)
