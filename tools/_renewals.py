"""Contracts that renew in a period: those at risk and those that are well."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from math import inf

from tools._answer import Column, Note, Table, ToolError
from tools._phrase import Phrase, phrase, phrase_n
from tools._reading import written_period
from tools.metrics import Money, Period, Ranking, Risk

SHOWN = 15
"""Rows of those that renew and are not at risk."""


def window_of(text: str, today: date) -> Period:
    """The period of renewals as written. Raises ToolError where it is over."""
    window = written_period(text)
    if window.end <= today:
        raise ToolError(
            phrase("{period} is over: I list renewals that are still to come.", period=window),
            suggestions=(phrase("Renewals next quarter"), phrase("Which accounts are at risk?")),
        )
    return window


def renewing(ranking: Ranking, window: Period) -> Ranking:
    """Those whose renewal lies in the period; who pays by the month renews all the time and is none of them."""
    return replace(ranking, risks=tuple(risk for risk in ranking.risks if _renews_in(window, risk)))


def nobody_renews(ranking: Ranking, window: Period) -> Phrase:
    """Of `ranking` nobody renews in the period: say so, and who was not looked at."""
    nobody = phrase("No paying account that matches renews in this period: {period}.", period=window)
    for note in by_the_month(ranking):
        return phrase("{nobody} {monthly}", nobody=nobody, monthly=note.text)
    return nobody


def told(ranking: Ranking, currency: str) -> Phrase:
    """How many renew: who asks for renewals must not take those at risk for all of them."""
    staying = _staying(ranking)
    return phrase_n(
        "{n} account renews, with {mrr} of MRR; at risk of these: {risky}, with {at_risk} of MRR.",
        "{n} accounts renew, with {mrr} of MRR; at risk of these: {risky}, with {at_risk} of MRR.",
        len(staying),
        mrr=mrr_of(staying, currency),
        risky=len(ranking.at_risk),
        at_risk=mrr_of(ranking.at_risk, currency),
    )


def others(ranking: Ranking, currency: str) -> list[Table]:
    """Those that renew and are not at risk, the soonest first."""
    safe = [risk.standing for risk in _staying(ranking) if not risk.at_risk]
    first = sorted(safe, key=lambda each: (each.renews_on or date.max, -each.mrr_minor, each.name))[:SHOWN]
    if not first:
        return []
    labels = phrase("Account"), phrase("MRR"), phrase("Renewal"), phrase("Owner")
    columns = tuple(Column(label, numeric=label.msgid == "MRR") for label in labels)
    rows = tuple((each.name, Money(each.mrr_minor, currency), each.renews_on, each.owner) for each in first)
    left = len(safe) - len(first)
    footnote = phrase_n("{n} more account renews later.", "{n} more accounts renew later.", left) if left else None
    return [Table(phrase("Other renewals, soonest first"), columns, rows, footnote)]


def by_the_month(ranking: Ranking) -> list[Note]:
    """How many are in no list of renewals, as nobody decides on theirs."""
    count = sum(pays_by_the_month(risk) for risk in _staying(ranking))
    if not count:
        return []
    return [Note(phrase_n(
        "{n} account pays by the month: it renews all the time and is in no list of renewals.",
        "{n} accounts pay by the month: they renew all the time and are in no list of renewals.", count,
    ))]  # fmt: skip


def pays_by_the_month(risk: Risk) -> bool:
    """Its renewal is no moment at which somebody decides."""
    return risk.standing.signals.get("renewal_days") == inf


def mrr_of(risks: Sequence[Risk], currency: str) -> Money:
    return Money(sum(risk.standing.mrr_minor for risk in risks), currency)


def _renews_in(window: Period, risk: Risk) -> bool:
    renews_on = risk.standing.renews_on
    return renews_on is not None and window.start <= renews_on < window.end and not pays_by_the_month(risk)


def _staying(ranking: Ranking) -> list[Risk]:
    return [risk for risk in ranking.risks if not risk.standing.leaving_on]
