"""What a retention rate hides: how many were lost and won behind it, and what became of the money.

Every answer with such a rate carries it, whatever was asked and by whom: a rate of 99% may be one account lost, or 21
lost and 20 won.
"""

from collections.abc import Mapping, Sequence

from tools._answer import Cell, Column, Fact, Facts, Part, Table
from tools._phrase import Phrase, phrase, phrase_n
from tools.metrics import Book, Category, Figure, Flows, Money, Mover, Period, Where, all_metrics, flows, movers

LARGEST = 3
"""Movers named in each direction."""

HAPPENED: Mapping[Category, Phrase] = {
    "new": phrase("New"),
    "expansion": phrase("Expansion"),
    "reactivation": phrase("Reactivation"),
    "contraction": phrase("Contraction"),
    "churn": phrase("Churn"),
}
BEHIND: Mapping[Category, tuple[str, str]] = {
    "churn": ("churned_accounts", "churned_mrr"),
    "new": ("new_accounts", "new_mrr"),
    "reactivation": ("reactivated_accounts", "reactivation_mrr"),
}
DEFINITIONS: tuple[tuple[str, str | None, Phrase], ...] = (
    ("retention_rate", "simple", phrase("Simple: accounts at end ÷ at start, new ones included")),
    ("retention_rate", "cohort", phrase("Cohort: of the accounts at start, those that stayed")),
    ("net_revenue_retention", None, phrase("NRR: of the MRR at start, what those accounts pay now")),
    ("gross_revenue_retention", None, phrase("GRR: the same without what they pay more")),
    ("renewal_rate", None, phrase("Renewal rate: of the contracts that came up, those renewed")),
)
"""The ways in which retention is calculated."""


def what_it_hides(book: Book, period: Period, where: Where) -> tuple[list[Part], frozenset[str]]:
    """The parts that belong to every retention rate of these accounts and period, and the accounts they name."""
    found, moved = flows(book, period, where), movers(book, period, where)
    named = [*_up(moved), *_down(moved)]
    parts: list[Part] = [_behind(book, period, where, found), _side_by_side(book, period, where)]
    if named:
        parts.append(_largest(named, len(moved) - len(named), sum(m.amount for m in moved), book.currency))
    return parts, frozenset(mover.account_id for mover in named)


def _behind(book: Book, period: Period, where: Where, found: Flows) -> Facts:
    def figure(metric: str, value: int) -> Figure:
        return all_metrics()[metric].figure(book, period, where, value, found.source)

    def moved(category: Category) -> Phrase:
        number, amount = BEHIND[category]
        n, mrr = figure(number, found.accounts[category]), figure(amount, found.movements[category])
        return phrase_n(
            "{accounts} account, {mrr}", "{accounts} accounts, {mrr}", found.accounts[category], accounts=n, mrr=mrr
        )

    paying = _from_to(found.start_accounts, found.end_accounts)
    mrr = _from_to(Money(found.start, book.currency), Money(found.end, book.currency))
    rates = [Fact(phrase("Exchange rates"), Money(found.fx, book.currency))] if found.fx else []
    facts = (
        Fact(phrase("Lost"), moved("churn")),
        Fact(phrase("Won, new"), moved("new")),
        Fact(phrase("Won back"), moved("reactivation")),
        Fact(phrase("Paying accounts"), paying),
        Fact(phrase("MRR"), mrr),
        Fact(phrase("Net new MRR"), figure("net_new_mrr", found.net_new)),
    )
    return Facts((*facts, *rates), phrase("What this figure hides"))


def _from_to(start: int | Money, end: int | Money) -> Phrase:
    return phrase("{start} at the start, {end} at the end", start=start, end=end)


def _side_by_side(book: Book, period: Period, where: Where) -> Facts:
    """The same period by every definition of retention."""
    facts = (Fact(label, all_metrics()[metric](book, period, where, variant)) for metric, variant, label in DEFINITIONS)
    return Facts(tuple(facts), phrase("The same period by every definition of retention"))


def _up(moved: Sequence[Mover]) -> list[Mover]:
    return [mover for mover in moved if mover.amount > 0][:LARGEST]


def _down(moved: Sequence[Mover]) -> list[Mover]:
    return [mover for mover in moved if mover.amount < 0][:LARGEST]


def _largest(named: Sequence[Mover], others: int, total: int, currency: str) -> Table:
    """The largest gains and losses and all others in a line: together the change of MRR."""
    rows: list[tuple[Cell, ...]] = [(m.name, happened(m), Money(m.amount, currency)) for m in named]
    if others:
        rest = total - sum(mover.amount for mover in named)
        rows.append((phrase_n("{n} other account", "{n} other accounts", others), None, Money(rest, currency)))
    rows.append((phrase("Net new MRR"), None, Money(total, currency)))
    columns = (Column(phrase("Account")), Column(phrase("What happened")), Column(phrase("Change"), numeric=True))
    return Table(phrase("Largest movers"), columns, tuple(rows))


def happened(mover: Mover) -> Phrase:
    """What moved an account's MRR, in the order in which it did."""
    first, *more = (HAPPENED[movement] for movement in mover.movements)
    for following in more:
        first = phrase("{first}, then {following}", first=first, following=following)
    return first
