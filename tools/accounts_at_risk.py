"""Which accounts may leave, why, and how much MRR goes with them."""

from collections.abc import Iterator, Mapping, Sequence
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
    Why,
    phrase,
    phrase_n,
)
from tools._reading import conversion
from tools._renewals import by_the_month, mrr_of, nobody_renews, others, renewing, told, window_of
from tools._resting import awake, looked_after, resting_apart
from tools._signs import account_score, all_reasons, track_record, unknowns
from tools.metrics import Figure, Period, Ranking, Risk, Share, all_metrics, rank

MOST = 100
WHY: Why = ("account_summary", {})


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
    window = window_of(ask.renewing, deps.today) if ask.renewing else None
    everyone = rank(deps.book, deps.today, _where(ask))
    if not everyone.risks:
        raise ToolError(phrase("No paying account matches this. Leave out the manager or segment, or check its name."))
    ranking = renewing(everyone, window) if window else everyone
    if window and not ranking.risks:
        raise ToolError(nobody_renews(everyone, window))
    listed, resting = awake(ranking.at_risk, deps.caseload, deps.today)
    shown = listed[: ask.limit]
    apart = resting_apart(resting, deps.book.currency)
    return Answer(
        subject=_subject(ask, window),
        headline=_headline(ranking, window, deps.book.currency),
        parts=(*_ranked(deps, ranking, shown, len(listed)), *apart, *_parts(ask, deps, ranking, shown, everyone)),
        accounts=frozenset(
            risk.standing.account_id
            for risk in (ranking.risks if window else (*shown, *(risk for risk, _ in resting), *ranking.leaving))
        ),
        listed=tuple(risk.standing.account_id for risk in shown),
    )


def _where(ask: Input) -> dict[str, str]:
    return {name: value for name, value in (("owner", ask.owner), ("segment", ask.segment)) if value}


def _subject(ask: Input, window: Period | None) -> Phrase:
    limits: list[Cell] = [limit for limit in (ask.segment, ask.owner) if limit]
    if window:
        limits.append(phrase("renewing {period}", period=window))
    subject = phrase("Accounts at risk")
    for limit in limits:
        subject = phrase("{subject} · {limit}", subject=subject, limit=limit)
    return subject


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


def _parts(ask: Input, deps: Deps, ranking: Ranking, shown: Sequence[Risk], everyone: Ranking) -> list[Part]:
    parts: list[Part] = [_whole(ask, deps, ranking)]
    if ask.renewing:
        parts += [*others(ranking, deps.book.currency), *by_the_month(everyone)]
    if ranking.leaving:
        parts.append(_leaving(ranking, deps.book.currency))
    parts += unknowns(shown)
    parts.append(track_record(deps))
    parts += conversion(deps.book)
    return [*parts, NextSteps(_next(shown))]


def _ranked(deps: Deps, ranking: Ranking, shown: Sequence[Risk], listed: int) -> Iterator[Part]:
    if not shown:
        return
    assigned = deps.caseload.assigned()
    yield Table(
        phrase("Most at risk first"),
        (
            Column(phrase("Account")), Column(phrase("Score"), numeric=True), Column(phrase("MRR"), numeric=True),
            Column(phrase("Renewal")), Column(phrase("Owner")),
        ),
        tuple(_row(deps, ranking, risk, assigned) for risk in shown),
        _left_out(listed - len(shown), len(shown)),
    )  # fmt: skip
    yield _reasons(shown)


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


def _row(deps: Deps, ranking: Ranking, risk: Risk, assigned: Mapping[str, str]) -> tuple[Cell, ...]:
    standing = risk.standing
    return (
        standing.name,
        account_score(deps, ranking, risk),
        _mrr(deps, ranking, risk),
        standing.renews_on,
        looked_after(standing.owner, risk, assigned),
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
    where = _where(ask) | ({"renewing": ask.renewing} if ask.renewing else {})
    at_risk = all_metrics()["mrr_at_risk"].figure(deps.book, day, where, total, ranking.source)
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
        len(ranking.leaving), mrr=mrr_of(ranking.leaving, currency),
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
