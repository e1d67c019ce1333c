"""Where revenue comes from: recurring and one-off by month, and by account with the share of expansion."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from tools._answer import Answer, Cell, Chart, Column, NextSteps, Note, Part, Table
from tools._phrase import phrase, phrase_n
from tools._reading import conversion
from tools._registry import Deps
from tools.metrics import (
    Grown,
    Money,
    Month,
    Period,
    Share,
    all_metrics,
    grown,
    invoiced_by_month,
)


def revenue(limit: int, deps: Deps, period: Period) -> Answer:
    currency = deps.book.currency
    months, _ = invoiced_by_month(deps.book, period)
    accounts, _ = grown(deps.book, period)
    share = all_metrics()["recurring_share"](deps.book, period)
    now, expansion = sum(each.now for each in accounts), sum(each.expansion for each in accounts)
    return Answer(
        phrase("Revenue · {period}", period=period),
        phrase(
            "{share} of what was invoiced recurs; expansions of the period made {expansion} of its revenue.",
            share=share, expansion=Share(Fraction(expansion, now) if now else None),
        ),
        (
            *_months(months, currency), _grown(accounts, limit, period, currency), *conversion(deps.book),
            NextSteps((phrase("Expansion MRR by segment"), phrase("Which customers should we upsell?"))),
        ),
        accounts=frozenset(each.account_id for each in accounts[: limit]),
        listed=tuple(each.account_id for each in accounts[: limit]),
    )  # fmt: skip


def _months(months: Sequence[Month], currency: str) -> Iterator[Part]:
    """What was invoiced by kind: the kinds are the total of every month."""
    if not any(month.total for month in months):
        yield Note(phrase("No invoices are loaded for this time, so one-off revenue is not known."))
        return
    kinds = (phrase("Recurring"), phrase("One-off"), phrase("Metered"), phrase("Total"))
    columns = (Column(phrase("Month")), *(Column(kind, numeric=True) for kind in kinds))
    rows: list[tuple[Cell, ...]] = [(month.period, *_amounts(month, currency)) for month in months]
    whole = Month(Period(months[0].period.start, months[-1].period.end), {
        kind: sum(month.by_kind[kind] for month in months) for kind in months[0].by_kind
    })  # fmt: skip
    yield Table(phrase("Invoiced by month"), columns, (*rows, (phrase("All"), *_amounts(whole, currency))))
    if len(months) > 2:
        points = tuple((month.period.start, Money(month.total, currency)) for month in months)
        recurring = tuple((month.period.start, Money(month.by_kind["recurring"], currency)) for month in months)
        yield Chart(phrase("Invoiced by month"), "line", points, phrase("Total"), ((phrase("Recurring"), recurring),))


def _amounts(month: Month, currency: str) -> Iterator[Money]:
    yield from (Money(amount, currency) for amount in (*month.by_kind.values(), month.total))


def _grown(accounts: Sequence[Grown], most: int, period: Period, currency: str) -> Table:
    columns = (
        Column(phrase("Account")), Column(phrase("Revenue"), numeric=True),
        Column(phrase("The time before"), numeric=True),
        Column(phrase("Change"), numeric=True), Column(phrase("From expansion"), numeric=True),
        Column(phrase("Share of expansion"), numeric=True),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (each.name, *(Money(amount, currency) for amount in (each.now, each.before, each.change, each.expansion)),
         Share(Fraction(each.expansion, each.now) if each.now else None))
        for each in accounts[:most]
    ]  # fmt: skip
    left = len(accounts) - most
    return Table(
        phrase("Revenue by account, the largest change first"), columns, tuple(rows),
        phrase_n("{n} more; ask for more.", "{n} more; ask for more.", left) if left > 0 else None,
        accounts=tuple(each.account_id for each in accounts[:most]),
    )  # fmt: skip
