"""Two definitions of one metric over the same period, and what makes the difference, line by line.

Accounts are told apart by what happened to them in the period (`_fates.py`). Let the standard be p0 ÷ w0 and the
variant p1 ÷ w1, each summed over the fates c. Then

    p1 ÷ w1 − p0 ÷ w0  =  Σ_c (p1_c − p0_c) ÷ w1  −  Σ_c (w1_c − w0_c) × (p0 ÷ w0) ÷ w1

as p0 ÷ w0 × w0 = p0: one line for each fate whose accounts are counted otherwise above the line, and one for each that
is counted otherwise below it. A metric that is a plain sum has lines p1_c − p0_c only. Where the standard counts
accounts and the variant money, parts cannot be set against parts; then a fate's line says how much its own rate, by its
weight in the variant, is away from the standard's:

    p1 ÷ w1 − v0  =  Σ_c (p1_c ÷ w1_c − v0) × w1_c ÷ w1        with v0 = p0 ÷ w0

What is composed of other figures changes one figure after the other from the standard's to the variant's, and then the
formula. All in exact fractions: the lines add up to the difference, or `residual` says by how much they do not.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from sqlalchemy import select

from tools.metrics._counting import Basis, Composed, Counted, Listed, Rows, Term, Value
from tools.metrics._fates import FATES, NOBODY, by_fate, counted_otherwise, fates_of
from tools.metrics._figure import EMPTY, Figure
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where, read
from tools.metrics._registry import Metric

Side = Literal["part", "whole", "weight", "term", "formula"]


@dataclass(frozen=True)
class Explained:
    """One line: what one fate's accounts, or one figure that others are composed of, make of the difference.

    `side`: above or below the line of a ratio (`part`, `whole`; a sum has only parts), or both, by `weight`; `term` and
    `formula` are of composed figures. `effect` is in the metric's own unit. `accounts` are those that the definitions
    count otherwise, `standard` and `variant` what each counts of the fate; of a weight the variant's part and whole.
    `figures`: of a term the standard's and the variant's, of a formula those that only the variant's has; `without`:
    those that only the standard's has.
    """

    side: Side
    effect: Fraction
    fate: str = ""
    accounts: int = 0
    standard: int = 0
    variant: int = 0
    figures: tuple[Figure, ...] = ()
    without: tuple[Figure, ...] = ()


@dataclass(frozen=True)
class Differing:
    """An account that two definitions count otherwise, and what that makes of the difference."""

    account_id: str | None
    name: str | None
    fate: str
    effect: Fraction


@dataclass(frozen=True)
class Comparison:
    """A variant against the standard; no lines where one of the two is not defined."""

    standard: Figure
    variant: Figure
    lines: tuple[Explained, ...] = ()
    whole: Fraction = Fraction(1)
    """What the variant's parts are divided by, w1; of a sum 1."""
    is_ratio: bool = False

    @property
    def difference(self) -> Fraction | None:
        if self.standard.value is None or self.variant.value is None:
            return None
        return Fraction(self.variant.value) - self.standard.value

    @property
    def residual(self) -> Fraction:
        """What no line explains: nothing, or it has to be shown."""
        return (self.difference or Fraction(0)) - sum(line.effect for line in self.lines)

    @property
    def other_days(self) -> list[date]:
        """Days that the variant names and that lie outside of all that the standard does: it looks at another time."""
        ours, others = (_days_named(figure.source.parameters) for figure in (self.standard, self.variant))
        return sorted(day for day in others if ours and not min(ours) <= day <= max(ours))


def compare(
    metric: Metric, book: Book, period: Period, variants: Sequence[str], where: Where = EMPTY
) -> list[Comparison]:
    """Variants of a metric, each against its standard. Raises UnknownVariant."""
    counting = _Counting(metric, book, period, where)
    return [counting.compared(variant) for variant in variants]


def differing_accounts(metric: Metric, book: Book, found: Comparison, most: int) -> tuple[list[Differing], int]:
    """The accounts that the two definitions count otherwise, the largest first, and how many there are.

    Only of what one statement counts. Effects are as in the lines: those of all accounts add up to the difference.
    """
    period, where = found.standard.period, found.standard.segment
    one, two = metric.basis(book, period), metric.basis(book, period, found.variant.variant)
    if not (found.lines and isinstance(one, Counted) and isinstance(two, Counted)):
        return [], 0
    rows, _ = read(book, counted_otherwise(period, where, one.statement, two.statement).limit(most))
    told = [Differing(row.account_id, row.name, row.fate, _effect(row, found, metric.scale)) for row in rows]
    return told, int(rows[0].all_rows) if rows else 0


class _Counting:
    """One metric over one period: what several definitions have in common is counted once."""

    def __init__(self, metric: Metric, book: Book, period: Period, where: Where) -> None:
        self.metric, self.book, self.period, self.where = metric, book, period, where
        self.terms: dict[tuple[str, Period, str | None], Figure] = {}
        self.basis = metric.basis(book, period)
        self.standard = self._figure(self.basis, None)

    def compared(self, variant: str) -> Comparison:
        basis = self.metric.basis(self.book, self.period, variant)
        found = Comparison(self.standard, self._figure(basis, variant))
        if found.difference is None:
            return found
        match self.basis, basis:
            case Counted() as one, Counted() as two:
                return self._by_fate(found, one.statement, two.statement)
            case Composed() as one, Composed() as two:
                return replace(found, lines=tuple(self._by_term(one, two)))
            case Listed() as one, Listed() as two:
                return replace(found, lines=tuple(self._listed_by_fate(one, two)))
        return found

    def _figure(self, basis: Basis, variant: str | None) -> Figure:
        if not isinstance(basis, Composed):
            return self.metric(self.book, self.period, self.where, variant)
        read_ = basis.made_of(self._figures(basis), self.book)
        scaled = None if read_.value is None else read_.value * self.metric.scale
        return self.metric.figure(self.book, self.period, self.where, scaled, read_.source, variant=variant)

    def _figures(self, composed: Composed) -> dict[str, Figure]:
        return {name: self._term(term) for name, term in composed.terms.items()}

    def _term(self, term: Term) -> Figure:
        key = (term.metric.name, term.period, term.variant)
        if key not in self.terms:
            self.terms[key] = term.metric(self.book, term.period, self.where, term.variant)
        return self.terms[key]

    def _by_fate(self, found: Comparison, standard: Rows, variant: Rows) -> Comparison:
        ratios = {"whole" in rows.selected_columns for rows in (standard, variant)}
        if len(ratios) > 1:
            return found
        rows, _ = read(self.book, by_fate(self.period, self.where, standard, variant))
        told, ratio = sorted(rows, key=lambda row: FATES.index(row.fate)), True in ratios
        whole = Fraction(sum(int(row.whole_1) for row in rows)) if ratio else Fraction(1)
        value = Fraction(self.standard.value or 0) if ratio else Fraction(0)
        if ratio and self.metric.counts_money(found.variant.variant) != self.metric.counts_money(None):
            weights = tuple(line for row in told for line in _weight(row, value, whole, self.metric.scale))
            return replace(found, lines=weights, whole=whole, is_ratio=ratio)
        parts = (line for row in told for line in _line("part", row, self.metric.scale / whole))
        wholes = (line for row in told for line in _line("whole", row, -value / whole))
        return replace(found, lines=(*parts, *wholes), whole=whole, is_ratio=ratio)

    def _listed_by_fate(self, standard: Listed, variant: Listed) -> Iterator[Explained]:
        """The same of rows that code found, which are sums."""
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for n, listed in enumerate((standard, variant)):
            for row in listed.rows(self.book, self.where, self.period.last_day, None):
                sums[row["account_id"]][n] += int(row["part"])
        of = {row.account_id: row.fate for row in read(self.book, select(fates_of(self.period)))[0]}
        for fate in FATES:
            mine = [both for account, both in sums.items() if of.get(account, NOBODY) == fate]
            one, two = (sum(both[n] for both in mine) for n in (0, 1))
            if one != two:
                changed = sum(both[0] != both[1] for both in mine)
                yield Explained("part", Fraction((two - one) * self.metric.scale), fate, changed, one, two)

    def _by_term(self, standard: Composed, variant: Composed) -> Iterator[Explained]:
        """One figure after the other becomes the variant's, then the formula does."""
        one, two, scale = self._figures(standard), self._figures(variant), self.metric.scale
        values = {name: figure.value for name, figure in one.items()}
        before = _made(standard, values)
        for name in (name for name in one if name in two and one[name].value != two[name].value):
            values[name] = two[name].value
            after = _made(standard, values)
            if before is None or after is None:
                return
            yield Explained("term", (after - before) * scale, figures=(one[name], two[name]))
            before = after
        after = _made(variant, {name: figure.value for name, figure in two.items()})
        if before is not None and after is not None and after != before:
            more, less = (tuple(a[name] for name in a if name not in b) for a, b in ((two, one), (one, two)))
            yield Explained("formula", (after - before) * scale, figures=more, without=less)


def _effect(row: Any, found: Comparison, scale: int) -> Fraction:
    """What an account makes of the difference; by weight, the standard's own parts and wholes are not set against."""
    value = Fraction(found.standard.value or 0) if found.is_ratio else Fraction(0)
    ours = 0 if found.lines[0].side == "weight" else 1
    part, whole = int(row.part_1) - ours * int(row.part_0), int(row.whole_1) - ours * int(row.whole_0)
    return (scale * part - value * whole) / found.whole


def _line(side: Side, row: Any, weight: Fraction) -> Iterator[Explained]:
    one, two = (int(getattr(row, f"{side}_{n}")) for n in (0, 1))
    if one != two and weight:
        yield Explained(side, (two - one) * weight, row.fate, int(getattr(row, f"{side}_accounts")), one, two)


def _weight(row: Any, value: Fraction, whole: Fraction, scale: int) -> Iterator[Explained]:
    if effect := (scale * int(row.part_1) - value * int(row.whole_1)) / whole:
        yield Explained("weight", effect, row.fate, int(row.whole_accounts), int(row.part_1), int(row.whole_1))


def _made(composed: Composed, values: Mapping[str, Value]) -> Fraction | None:
    made = None if None in values.values() else composed.formula(**values)
    return None if made is None else Fraction(made)


def _days_named(parameters: Mapping[str, Any]) -> set[date]:
    """The days among what statements were given."""
    found: set[date] = set()
    for value in parameters.values():
        if isinstance(value, Mapping):
            found |= _days_named(value)
        elif isinstance(value, date):
            found.add(value)
    return found
