"""What changed in the list of accounts at risk since a day: who came, who went and why, and whose score moved."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

from tools._answer import Answer, Cell, Column, Fact, Facts, NextSteps, Note, Part, Table, ToolError
from tools._phrase import Phrase, phrase, phrase_n
from tools._reading import written_period
from tools._registry import Deps
from tools._renewals import mrr_of
from tools._risk_lines import change_of, points, shifts_said
from tools.metrics import Change, Money, Ranking, RiskChange, RiskChanges, Where, flagged, rank, risk_changes

WEEK = timedelta(days=7)
What = Literal["came", "left", "cancelled", "better", "rose", "fell"]
CALLED: dict[What, Phrase] = {
    "came": phrase("new on the list"),
    "left": phrase("off the list: left"),
    "cancelled": phrase("off the list: cancelled"),
    "better": phrase("off the list: better"),
    "rose": phrase("score rose"),
    "fell": phrase("score fell"),
}


def day_meant(since: str | None, today: date) -> date:
    """The day to compare with; nothing said: a week ago. Raises ToolError where it is not over."""
    day = written_period(since).start if since else today - WEEK
    if day >= today:
        raise ToolError(
            phrase("{day} is not over yet: there is nothing to compare with.", day=day),
            suggestions=(phrase("What changed in the at-risk list since last week?"),),
        )
    return day


def ranked_on(day: date, deps: Deps, where: Where) -> Ranking:
    """The accounts as they stood then. Raises ToolError where the book knows none that paid."""
    before = rank(deps.book, day, where)
    if not before.risks:
        raise ToolError(phrase("The book knows no account that paid on {day}.", day=day))
    return before


def what_changed(subject: Phrase, before: Ranking, after: Ranking, day: date, deps: Deps, limit: int) -> Answer:
    """The answer: in sums, account by account, and sign by sign."""
    changes = risk_changes(before, after)
    listed = _in_order(changes)
    shown = listed[:limit]
    parts: list[Part] = [_sums(before, after, changes, day, deps)]
    if shown:
        parts += [_table(shown, deps, len(listed) - len(shown), day), _signs(shown)]
    parts += _notes(changes)
    accounts = [change.latest.standing.account_id for change in shown]
    return Answer(
        phrase("{subject} · changes since {day}", subject=subject, day=day), _headline(changes, before, after, day),
        (*parts, NextSteps(_next(shown))), frozenset(accounts), listed=tuple(accounts),
    )  # fmt: skip


def _in_order(changes: RiskChanges) -> list[RiskChange]:
    return [*changes.came, *changes.went, *changes.moved]


def _headline(changes: RiskChanges, before: Ranking, after: Ranking, day: date) -> Phrase:
    if not _in_order(changes):
        return phrase_n(
            "Nothing has changed since {day}: {n} account is on the list, with the same score.",
            "Nothing has changed since {day}: {n} accounts are on the list, with the same scores.",
            len(after.at_risk), day=day,
        )  # fmt: skip
    return phrase(
        "Since {day}: {came} new on the list, {went} off it, {moved} with another score; "
        "it went from {before} to {now}.",
        day=day, came=len(changes.came), went=len(changes.went), moved=len(changes.moved), before=len(before.at_risk),
        now=phrase_n("{n} account", "{n} accounts", len(after.at_risk)),
    )  # fmt: skip


def _sums(before: Ranking, after: Ranking, changes: RiskChanges, day: date, deps: Deps) -> Facts:
    """MRR at risk then, what came and went, and now: they add up."""
    currency = deps.book.currency
    came = sum(change.after.standing.mrr_minor for change in changes.came if change.after)
    went = sum(change.before.standing.mrr_minor for change in changes.went if change.before)
    then, now = mrr_of(before.at_risk, currency), mrr_of(after.at_risk, currency)
    other = now.minor - then.minor - came + went

    def signed(minor: int) -> Change:
        return Change(minor, "money", currency)

    stayed = [Fact(phrase("Changed MRR of those that stayed"), signed(other))] if other else []
    return Facts((
        Fact(phrase("MRR at risk on {day}", day=day), then),
        Fact(phrase("New on the list"), signed(came)),
        Fact(phrase("Off the list"), signed(-went)),
        *stayed,
        Fact(phrase("MRR at risk now"), now),
    ))  # fmt: skip


def _table(shown: Sequence[RiskChange], deps: Deps, left: int, day: date) -> Table:
    columns = (
        Column(phrase("Account")), Column(phrase("What happened")),
        Column(phrase("Score on {day}", day=day), numeric=True), Column(phrase("Score"), numeric=True),
        Column(phrase("Change"), numeric=True), Column(phrase("MRR"), numeric=True), Column(phrase("Owner")),
    )  # fmt: skip
    return Table(
        phrase("Account by account"), columns, tuple(_row(change, deps) for change in shown),
        phrase_n("{n} more account has changed; ask for more.", "{n} more accounts have changed; ask for more.", left)
        if left else None,
        tuple(change.latest.standing.account_id for change in shown),
    )  # fmt: skip


def _row(change: RiskChange, deps: Deps) -> tuple[Cell, ...]:
    standing, before, after = change.latest.standing, change.before, change.after
    return (
        standing.name, CALLED[_what(change)], before.score if before else None, after.score if after else None,
        change_of(change), Money(standing.mrr_minor, deps.book.currency), standing.owner,
    )  # fmt: skip


def _what(change: RiskChange) -> What:
    """Why it came onto the list, went off it, or moved on it."""
    if change.after is None:
        return "left"
    if flagged(change.after):
        return "came" if not flagged(change.before) else "rose" if change.points > 0 else "fell"
    return "cancelled" if change.after.standing.leaving_on else "better"


def _signs(shown: Sequence[RiskChange]) -> Facts:
    """What moved each score; of who left there is nothing to be told any more."""
    told = (change for change in shown if change.after and change.shifts)
    facts = tuple(
        Fact(
            phrase("{account}, {points}", account=each.latest.standing.name, points=points(each.points)),
            shifts_said(each),
        )
        for each in told
    )
    return Facts(facts, phrase("What moved each score: the points add up to the change"))


def _notes(changes: RiskChanges) -> Iterator[Note]:
    if changes.unmoved:
        yield Note(phrase_n(
            "{n} account stayed on the list with the same score.",
            "{n} accounts stayed on the list with the same scores.", changes.unmoved,
        ))  # fmt: skip
    if changes.came_by_being_known:
        yield Note(phrase_n(
            "{n} of those that are new is on the list only because a sign could not be judged then.",
            "{n} of those that are new are on the list only because a sign could not be judged then.",
            changes.came_by_being_known,
        ))  # fmt: skip
    yield Note(phrase(
        "Both lists are made of the book as it is now, each with what had happened by its day: "
        "what was loaded late counts on the day on which it happened."
    ))  # fmt: skip


def _next(shown: Sequence[RiskChange]) -> tuple[Phrase, ...]:
    first = next((change for change in shown if change.after), None)
    why = (phrase("Why is {account} at risk?", account=first.latest.standing.name),) if first else ()
    return (*why, phrase("Which accounts are at risk?"), phrase("How well did last quarter's at-risk list do?"))
