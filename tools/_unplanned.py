"""Renewals to come and the trust plans that are there for them: the share that has one, and who renews without."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from tools._answer import Answer, Cell, Column, Fact, Facts, NextSteps, Note, Part, Table
from tools._phrase import Phrase, phrase, phrase_n
from tools._plans import growth_plans, live_plans, waiting_plans
from tools._registry import Deps
from tools._touches import KeptDraft
from tools.metrics import Money, Period, Renewal, Risk, Share, Where, coming_renewals, prospects, rank

EVERY = 1_000_000
"""More renewals than any book has in a period: all of them are judged."""


def without_a_plan(subject: Phrase, window: Period, where: Where, deps: Deps, limit: int) -> Answer:
    """Which accounts renew in the period without a live trust plan, the soonest first, and how many have one."""
    coming = _by_account(coming_renewals(deps.book, window, where, EVERY).soonest)
    plans, waiting = live_plans(deps), waiting_plans(deps)
    missing = [renewal for account, renewal in coming.items() if account not in plans]
    shown = missing[:limit]
    grows = [Fact(phrase("Accounts with an upsell path that have a plan to grow"), growing(deps, where))]
    parts: list[Part] = [Facts((*(_shares(coming, plans, deps.book.currency) if coming else ()), *grows))]
    if shown:
        risks = {risk.standing.account_id: risk for risk in rank(deps.book, deps.today, where).risks}
        parts.append(_table(shown, len(missing) - len(shown), risks, waiting, deps))
    parts.append(Note(_LIVE))
    accounts = tuple(renewal.account_id for renewal in shown)
    steps = tuple(phrase("Trust plan for {account}", account=renewal.name) for renewal in shown[:3])
    return Answer(
        phrase("{subject} · without a plan", subject=subject), _headline(coming, missing, window, deps.book.currency),
        (*parts, NextSteps((*steps, phrase("Which accounts are at risk?")))), frozenset(accounts), listed=accounts,
    )  # fmt: skip


_LIVE = phrase(
    "A trust plan is live for a year from the day on which it was approved here; a draft that waits is none. A plan to "
    "grow is a live trust plan or a value case approved within a year."
)


def planned(renewing: Sequence[str], deps: Deps) -> Phrase | None:
    """How many of these accounts, which renew, have a live trust plan."""
    if not renewing:
        return None
    having = len(set(renewing) & live_plans(deps).keys())
    return phrase(
        "Renewals in 90 days with a live trust plan: {n} of {all} ({share}).",
        n=having, all=len(set(renewing)), share=Share(Fraction(having, len(set(renewing)))),
    )  # fmt: skip


def growing(deps: Deps, where: Where) -> Phrase:
    """How many of the accounts that outgrow their plan have one to grow by."""
    found = prospects(deps.book, deps.today, where)
    with_path = {each.account.account_id for each in found.upsells}
    if not found.catalogue.packages:
        return phrase("not known: no price list is loaded (table “packages”)")
    if not with_path:
        return phrase("no account has an upsell path")
    having = len(with_path & growth_plans(deps).keys())
    share = Share(Fraction(having, len(with_path)))
    return phrase("{n} of {all} ({share})", n=having, all=len(with_path), share=share)


def _by_account(renewals: Sequence[Renewal]) -> dict[str, Renewal]:
    """The first renewal of each account, with the MRR of all of its in the period."""
    found: dict[str, Renewal] = {}
    for each in sorted(renewals, key=lambda each: (each.on_day, each.name)):
        first = found.get(each.account_id)
        found[each.account_id] = replace(first, mrr=first.mrr + each.mrr) if first else each
    return found


def _headline(coming: Mapping[str, Renewal], missing: Sequence[Renewal], window: Period, currency: str) -> Phrase:
    if not coming:
        return phrase("No contract comes up for renewal then ({period}).", period=window)
    return phrase_n(
        "{missing} of {n} account that renews by {day} has no live trust plan; {mrr} of MRR is up for renewal there.",
        "{missing} of {n} accounts that renew by {day} have no live trust plan; {mrr} of MRR is up for renewal there.",
        len(coming), missing=len(missing), day=window.last_day,
        mrr=Money(sum(renewal.mrr for renewal in missing), currency),
    )  # fmt: skip


def _shares(coming: Mapping[str, Renewal], plans: Mapping[str, KeptDraft], currency: str) -> tuple[Fact, ...]:
    """The share of renewals with a plan, by number and by what comes up."""
    planned = [renewal for account, renewal in coming.items() if account in plans]
    mrr, whole = sum(each.mrr for each in planned), sum(each.mrr for each in coming.values())
    by_number = phrase(
        "{n} of {all} ({share})", n=len(planned), all=len(coming), share=Share(Fraction(len(planned), len(coming)))
    )
    by_mrr = phrase(
        "{n} of {all} ({share})", n=Money(mrr, currency), all=Money(whole, currency),
        share=Share(Fraction(mrr, whole) if whole else None),
    )  # fmt: skip
    return Fact(phrase("With a live trust plan"), by_number), Fact(phrase("By MRR"), by_mrr)


def _table(
    shown: Sequence[Renewal], left: int, risks: Mapping[str, Risk], waiting: Mapping[str, KeptDraft], deps: Deps
) -> Table:
    columns = (
        Column(phrase("Account")), Column(phrase("Renewal")), Column(phrase("Days left"), numeric=True),
        Column(phrase("MRR"), numeric=True), Column(phrase("Score"), numeric=True), Column(phrase("Draft that waits")),
        Column(phrase("Owner")),
    )  # fmt: skip
    return Table(
        phrase("Renews without a plan, soonest first"), columns,
        tuple(_row(each, risks.get(each.account_id), waiting, deps.book.currency, deps.today) for each in shown),
        phrase_n("{n} more account renews later.", "{n} more accounts renew later.", left) if left else None,
        tuple(each.account_id for each in shown),
    )  # fmt: skip


def _row(
    renewal: Renewal, risk: Risk | None, waiting: Mapping[str, KeptDraft], currency: str, today: date
) -> tuple[Cell, ...]:
    draft = waiting.get(renewal.account_id)
    return (
        renewal.name, renewal.on_day, (renewal.on_day - today).days, Money(renewal.mrr, currency),
        risk.score if risk else None, draft.id if draft else None, renewal.owner,
    )  # fmt: skip
