"""Which accounts may leave, why, and how much MRR goes with them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Annotated

from pydantic import BaseModel, Field

from tools import (
    COUNT,
    OWNER,
    PERIOD,
    SEGMENT,
    Answer,
    Cell,
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
from tools._reading import conversion, written_period
from tools._signs import account_score, all_reasons, track_record, unknowns
from tools.metrics import Figure, Money, Period, Ranking, Risk, Share, all_metrics, rank


MOST = 100
RENEWALS = 15
"""Rows of those that renew and are not at risk."""


class Input(BaseModel):
    limit: Annotated[int, COUNT] = Field(default=10, ge=1, le=MOST, description="How many accounts to list.")
    owner: Annotated[str | None, OWNER] = Field(
        default=None, description="Only accounts of this customer-success manager."
    )
    segment: Annotated[str | None, SEGMENT] = Field(default=None, description="Only accounts of this segment.")
    renewing: Annotated[str | None, PERIOD] = Field(
        default=None, description="Only accounts whose contract renews in this period, for instance 2026-12 or 2026-Q4."
    )


def accounts_at_risk(ask: Input, deps: Deps) -> Answer:
    """List the accounts most at risk of leaving, ranked, with the reasons.

    Use when someone asks who may churn or cancel, which customers need attention, are unhealthy, in danger or
    likely not to renew, for everyone or for one manager, segment or renewal period.
    """
    window = _window(ask, deps)
    ranking = _within(rank(deps.book, deps.today, _where(ask)), window)
    if not ranking.risks:
        raise ToolError(_nobody(window))
    flagged = ranking.at_risk
    shown = flagged[: ask.limit]
    return Answer(
        subject=_subject(ask, window),
        headline=_headline(ranking, window, deps.book.currency),
        parts=tuple(_parts(ask, deps, ranking, shown)),
        accounts=frozenset(risk.standing.account_id for risk in (*shown, *ranking.leaving)),
    )


def _where(ask: Input) -> dict[str, str]:
    return {name: value for name, value in (("owner", ask.owner), ("segment", ask.segment)) if value}


def _window(ask: Input, deps: Deps) -> Period | None:
    """The days of the renewals asked for, from today on. Raises ToolError where they all are in the past."""
    if not ask.renewing:
        return None
    window = written_period(ask.renewing)
    if window.end <= deps.today:
        raise ToolError(
            phrase("{period} is over: I list renewals that are still to come.", period=window),
            suggestions=(phrase("Renewals next quarter"), phrase("Which accounts are at risk?")),
        )
    return window


def _within(ranking: Ranking, window: Period | None) -> Ranking:
    if window is None:
        return ranking
    return replace(ranking, risks=tuple(risk for risk in ranking.risks if _renews_in(window, risk.standing.renews_on)))


def _renews_in(window: Period, renews_on: date | None) -> bool:
    return renews_on is not None and window.start <= renews_on < window.end


def _nobody(window: Period | None) -> Phrase:
    if window:
        return phrase("No paying account that matches renews in this period: {period}.", period=window)
    return phrase("No paying account matches this. Leave out the manager or segment, or check its name.")


def _subject(ask: Input, window: Period | None) -> Phrase:
    limits: list[Cell] = [limit for limit in (ask.segment, ask.owner) if limit]
    if window:
        limits.append(phrase("renewing {period}", period=window))
    subject = phrase("Accounts at risk")
    for limit in limits:
        subject = phrase("{subject} · {limit}", subject=subject, limit=limit)
    return subject


def _headline(ranking: Ranking, window: Period | None, currency: str) -> Phrase:
    flagged, said = ranking.at_risk, _of_all(ranking, window, currency)
    if not flagged:
        return phrase("{renewing}No account is at risk by the scorecard.", renewing=said)
    return phrase_n(
        "{renewing}{n} account is at risk, with {mrr} of MRR.",
        "{renewing}{n} accounts are at risk, with {mrr} of MRR.",
        len(flagged),
        mrr=_mrr_of(flagged, currency),
        renewing=said,
    )


def _of_all(ranking: Ranking, window: Period | None, currency: str) -> Phrase | str:
    """How many renew at all: who asks for renewals must not take those at risk for all of them."""
    if window is None:
        return ""
    return phrase_n(
        "{n} account renews, with {mrr} of MRR. Of these: ",
        "{n} accounts renew, with {mrr} of MRR. Of these: ",
        len(ranking.risks),
        mrr=_mrr_of(ranking.risks, currency),
    )


def _mrr_of(risks: Sequence[Risk], currency: str) -> Money:
    return Money(sum(risk.standing.mrr_minor for risk in risks), currency)


def _parts(ask: Input, deps: Deps, ranking: Ranking, shown: Sequence[Risk]) -> list[Part]:
    parts: list[Part] = [_ranked(deps, ranking, shown), _reasons(shown)] if shown else []
    parts.append(_whole(ask, deps, ranking))
    if ask.renewing:
        parts += _other_renewals(ranking, deps.book.currency)
    if ranking.leaving:
        parts.append(_leaving(ranking, deps.book.currency))
    parts += unknowns(shown)
    parts.append(track_record(deps))
    parts += conversion(deps.book)
    return [*parts, NextSteps(_next(shown))]


def _other_renewals(ranking: Ranking, currency: str) -> list[Part]:
    """Those that renew and are not at risk, the soonest first."""
    others = [risk.standing for risk in ranking.risks if risk not in (*ranking.at_risk, *ranking.leaving)]
    if not others:
        return []
    first = sorted(others, key=lambda standing: (standing.renews_on or date.max, -standing.mrr_minor))[:RENEWALS]
    rows = tuple((each.name, Money(each.mrr_minor, currency), each.renews_on, each.owner) for each in first)
    columns = (Column(phrase("Account")), Column(phrase("MRR"), numeric=True), Column(phrase("Renewal")), Column(phrase("Owner")))
    left = len(others) - len(first)
    footnote = phrase_n("{n} more account renews later.", "{n} more accounts renew later.", left) if left else None
    return [Table(phrase("Other renewals, soonest first"), columns, rows, footnote)]


def _ranked(deps: Deps, ranking: Ranking, shown: Sequence[Risk]) -> Table:
    return Table(
        phrase("Most at risk first"),
        (
            Column(phrase("Account")), Column(phrase("Score"), numeric=True), Column(phrase("MRR"), numeric=True),
            Column(phrase("Renewal")), Column(phrase("Owner")),
        ),
        tuple(_row(deps, ranking, risk) for risk in shown),
        _left_out(len(ranking.at_risk) - len(shown), len(shown)),
    )  # fmt: skip


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


def _row(deps: Deps, ranking: Ranking, risk: Risk) -> tuple[Cell, ...]:
    standing = risk.standing
    return (
        standing.name,
        account_score(deps, ranking, risk),
        _mrr(deps, ranking, risk),
        standing.renews_on,
        standing.owner,
    )


def _reasons(shown: Sequence[Risk]) -> Facts:
    """Why each account has its score: the points in brackets add up to it."""
    items = (
        Fact(phrase("{account}, {score}", account=risk.standing.name, score=risk.score), all_reasons(risk))
        for risk in shown
    )
    return Facts(tuple(items), phrase("Reasons, with their points of the score"))


def _mrr(deps: Deps, ranking: Ranking, risk: Risk) -> Figure:
    day, account = Period.containing(deps.today, "day"), {"account_id": risk.standing.account_id}
    return all_metrics()["mrr"].figure(deps.book, day, account, risk.standing.mrr_minor, ranking.source)


def _whole(ask: Input, deps: Deps, ranking: Ranking) -> Facts:
    """How the list stands to everyone it was taken from."""
    day = Period.containing(deps.today, "day")
    total = sum(risk.standing.mrr_minor for risk in ranking.at_risk)
    at_risk = all_metrics()["mrr_at_risk"].figure(deps.book, day, _where(ask), total, ranking.source)
    everyone = sum(risk.standing.mrr_minor for risk in ranking.risks)
    return Facts((
        Fact(phrase("MRR at risk"), at_risk),
        Fact(phrase("Share of MRR"), Share(Fraction(total, everyone))),
        Fact(phrase("Accounts at risk"), phrase("{n} of {all}", n=len(ranking.at_risk), all=len(ranking.risks))),
    ))  # fmt: skip


def _leaving(ranking: Ranking, currency: str) -> Part:
    """Not at risk any more: they have cancelled and pay until their day."""
    return Note(phrase_n(
        "Not in the list: {n} account that has already cancelled and still pays, {mrr} of MRR.",
        "Not in the list: {n} accounts that have already cancelled and still pay, {mrr} of MRR.",
        len(ranking.leaving), mrr=_mrr_of(ranking.leaving, currency),
    ))  # fmt: skip


def _next(shown: Sequence[Risk]) -> tuple[Phrase, ...]:
    if not shown:
        return (phrase("Weekly MRR summary"), phrase("What do the playbooks say about renewals?"))
    first = shown[0].standing.name
    return (
        phrase("Summary of {account}", account=first),
        phrase("Trust plan for {account}", account=first),
        phrase("What do the playbooks say about a drop in usage?"),
    )
