"""What an answer about risk says of accounts that somebody left in peace, or took on."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from tools._answer import Cell, Fact, Facts
from tools._caseload import Caseload, Snooze
from tools._phrase import Phrase, phrase, phrase_n
from tools._renewals import mrr_of
from tools.metrics import Risk


def awake(risks: Sequence[Risk], caseload: Caseload, on: date) -> tuple[list[Risk], list[tuple[Risk, Snooze]]]:
    """Those to be listed, and those that are snoozed on that day, in the same order."""
    snoozed = caseload.snoozed(on)
    listed = [risk for risk in risks if risk.standing.account_id not in snoozed]
    resting = [risk for risk in risks if risk.standing.account_id in snoozed]
    return listed, [(risk, snoozed[risk.standing.account_id]) for risk in resting]


def resting_apart(resting: Sequence[tuple[Risk, Snooze]], currency: str) -> Iterator[Facts]:
    """They count as at risk, and are listed apart: until when, by whom and why."""
    if resting:
        yield Facts(tuple(_fact(risk, snooze) for risk, snooze in resting), _title(resting, currency))


def looked_after(owner: str | None, risk: Risk, assigned: Mapping[str, str]) -> Cell:
    """By its owner in the book, and by who took it on here."""
    who = assigned.get(risk.standing.account_id)
    if not who or who == owner:
        return owner
    return phrase("{who}, for {owner}", who=who, owner=owner) if owner else who


def _title(resting: Sequence[tuple[Risk, Snooze]], currency: str) -> Phrase:
    return phrase_n(
        "Snoozed: {n} account, {mrr} of MRR; at risk, and listed apart",
        "Snoozed: {n} accounts, {mrr} of MRR; at risk, and listed apart",
        len(resting), mrr=mrr_of([risk for risk, _ in resting], currency),
    )  # fmt: skip


def _fact(risk: Risk, snooze: Snooze) -> Fact:
    said = phrase("until {day}, by {who}", day=snooze.until, who=snooze.who)
    if snooze.reason:
        said = phrase("{said}, because: {reason}", said=said, reason=snooze.reason)
    return Fact(phrase("{account}, {score}", account=risk.standing.name, score=risk.score), said)
