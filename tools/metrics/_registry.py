"""What makes a function a metric, and where all metrics are listed.

A metric is written as the rows it is counted from: a SELECT that gives, for each, `account_id` and `part`, and for a
ratio also `whole`. Its value is the sum of the parts, or the sum of the parts over that of the wholes. So the rows
behind a figure always add up to it, and every metric can be limited to some accounts, or grouped by what is known of
them, without a word of its own about it. A few are composed of other metrics' figures instead.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any, Literal

from tools.metrics._counting import Basis, Composed, Counted, Listed, Read, Rows, Sums, Term, Unknown, Value, ratio
from tools.metrics._figure import EMPTY, Figure, Parts, Source, Unit
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where
from tools.metrics._sight import Secret

__all__ = [
    "Composed", "Definition", "Listed", "Metric", "Rows", "Term", "Unknown", "UnknownVariant", "all_metrics", "metric",
    "ratio",
]  # fmt: skip

Definition = Callable[[Book, Period], Rows | Listed | Composed | Unknown]
Cut = Callable[[str], Definition]
Usual = Literal["day", "month", "year"]


class UnknownVariant(LookupError):
    """The metric has no variant of this name."""


@dataclass(frozen=True)
class Metric:
    """One metric: called with a book and a period it gives a `Figure`.

    `definition` is the canonical one, `variants` are the published ones that differ, each with a docstring that says
    whose rule it is. `version` goes up when a rule changes: old figures keep theirs. `scale` multiplies a ratio.
    `hides`: a rate that says little without what moved behind it; it is never shown alone. `of_money`: its parts (and
    the wholes of a ratio that is not money itself) are minor units. `usual`: the period that is meant where none is
    named: a day for what *stands* at the end of a period, the last full month or twelve of them for what *happens*.
    `secret`: what it gives away that not everybody may see.
    """

    name: str
    unit: Unit
    version: int
    definition: Definition
    standard: str = "standard"
    scale: int = 1
    hides: bool = False
    of_money: bool = False
    usual: Usual = "month"
    secret: Secret | None = None
    variants: dict[str, Definition] = field(default_factory=dict, hash=False, compare=False)
    by_value: set[str] = field(default_factory=set, hash=False, compare=False)
    """Variants of money where the canonical definition is of numbers."""
    cuts: dict[str, Cut] = field(default_factory=dict, hash=False, compare=False)
    """Narrower figures of the metric that take an argument, `after_months:12`; no published definitions."""

    @property
    def doc(self) -> str:
        return (self.definition.__doc__ or "").strip()

    @property
    def title(self) -> str:
        return self.doc.splitlines()[0].rstrip(".")

    @property
    def definition_text(self) -> str:
        """What it is, in a sentence or two."""
        return self._paragraph(1)

    @property
    def formula(self) -> str:
        return self._paragraph(2)

    @property
    def reference(self) -> str:
        """Whose definition it is."""
        return self._paragraph(3).removeprefix("Reference: ").rstrip(".")

    @property
    def stands(self) -> bool:
        """It holds at the end of a period (MRR, paying accounts), so several periods never add up."""
        return self.usual == "day"

    def rule(self, variant: str) -> str | None:
        """Whose rule a published variant is, or what a cut is of, and how it differs; None: it is the canonical one."""
        said = self.variants.get(variant) or self.cuts.get(_stem(variant))
        return " ".join((said.__doc__ or "").split()) if said else None

    @property
    def rules(self) -> tuple[str, ...]:
        """Those of all published variants and cuts."""
        return tuple(rule for variant in (*self.variants, *self.cuts) if (rule := self.rule(variant)))

    def defines(self, variant: str) -> bool:
        return variant == self.standard or variant in self.variants or _stem(variant) in self.cuts

    def counts_money(self, variant: str | None) -> bool:
        """Whether parts are minor units; a variant may be by value where the canonical definition is by number."""
        return self.of_money or variant in self.by_value

    def _paragraph(self, n: int) -> str:
        return " ".join(self.doc.split("\n\n")[n].split())

    def variant(self, name: str, of_money: bool = False) -> Callable[[Definition], Definition]:
        """Register another published definition of the metric: `@net_revenue_retention.variant("…")`."""

        def register(definition: Definition) -> Definition:
            self.variants[name] = definition
            if of_money:
                self.by_value.add(name)
            return definition

        return register

    def cut(self, name: str) -> Callable[[Cut], Cut]:
        """Register a function from an argument to a definition: `after_months:12` is asked for as a variant is."""

        def register(made: Cut) -> Cut:
            self.cuts[name] = made
            return made

        return register

    def __call__(self, book: Book, period: Period, where: Where = EMPTY, variant: str | None = None) -> Figure:
        """The figure of a period, for all accounts or those that are so. Raises UnknownVariant."""
        read = self.basis(book, period, variant).value(book, where, period.last_day)
        return self._read(book, period, where, read, variant)

    def by(
        self, book: Book, period: Period, dimension: str, where: Where = EMPTY, variant: str | None = None
    ) -> dict[str, Figure]:
        """A figure for each value of a dimension, in order; accounts without one are under the empty string.

        Sums over the groups are the figure of all; rows that belong to no account are under the empty string too.
        """
        groups = self.basis(book, period, variant).groups(book, dimension, where, period.last_day).items()
        return {value: self._read(book, period, {**where, dimension: value}, read, variant) for value, read in groups}

    def rows(
        self, book: Book, period: Period, where: Where = EMPTY, variant: str | None = None, most: int | None = None
    ) -> list[Mapping[str, Any]]:
        """The rows that the figure is the sum of, each with its account's name; the largest first, `most` of them.

        Of a figure composed of others: its terms, each with `term`, `metric`, `variant`, `period`, `value` and `id`.
        """
        return self.basis(book, period, variant).rows(book, where, period.last_day, most)

    def sums(self, book: Book, period: Period, where: Where = EMPTY, variant: str | None = None) -> Sums:
        """What all rows add up to, and how many there are; nothing of a figure composed of others."""
        return self.basis(book, period, variant).sums(book, where, period.last_day)

    def figure(
        self,
        book: Book,
        period: Period,
        where: Where,
        value: int | Fraction | None,
        source: Source,
        *,
        variant: str | None = None,
        parts: Parts | None = None,
    ) -> Figure:
        """The figure of a value that a wider query counted together with others; what it counted of a limited book is
        limited like that. Raises Hidden."""
        self._refuse_hidden(book)
        if not where.keys() & _OF_SOME:
            where = {**book.sight.limits, **where}
        currency = book.currency if self.unit == "money" else None
        name = variant or self.standard
        return Figure(self.name, self.version, name, value, self.unit, period, source, currency, where, parts)

    def basis(self, book: Book, period: Period, variant: str | None = None) -> Basis:
        """What the figure of a period is counted from. Raises UnknownVariant, and Hidden where it may not be seen."""
        self._refuse_hidden(book)
        if variant is not None and not self.defines(variant):
            raise UnknownVariant(f"{self.name} has no variant {variant!r}")
        found = self._definition(variant or self.standard)(book, period)
        return found if isinstance(found, Listed | Composed | Unknown) else Counted(found)

    def _refuse_hidden(self, book: Book) -> None:
        if self.secret:
            book.disclose(self.name, self.secret)

    def _definition(self, variant: str) -> Definition:
        stem, _, argument = variant.partition(_ARGUMENT)
        return self.cuts[stem](argument) if stem in self.cuts else self.variants.get(variant, self.definition)

    def _read(self, book: Book, period: Period, where: Where, read: Read, variant: str | None) -> Figure:
        value = self._scaled(read.value)
        return self.figure(book, period, where, value, read.source, variant=variant, parts=read.parts)

    def _scaled(self, value: Value) -> Value:
        return value if value is None or self.scale == 1 else value * self.scale


_ARGUMENT = ":"
_OF_SOME = frozenset({"owner", "account_id"})
"""Who limits a figure to these says as much as the limits of the book do."""


def _stem(variant: str) -> str:
    return variant.partition(_ARGUMENT)[0]


def metric(
    unit: Unit,
    version: int = 1,
    standard: str = "standard",
    scale: int = 1,
    hides: bool = False,
    of_money: bool = False,
    usual: Usual = "month",
    secret: Secret | None = None,
) -> Callable[[Definition], Metric]:
    """Make a function `(book, period) -> rows` a metric; its docstring is the definition.

    `standard` names the canonical variant, where the definition has an author.
    """
    money = of_money or unit == "money"
    return lambda made: Metric(made.__name__, unit, version, made, standard, scale, hides, money, usual, secret)


@cache
def all_metrics() -> Mapping[str, Metric]:
    """Every metric by name: each public module of this folder holds the one it is named after."""
    import tools.metrics

    names = sorted(m.name for m in pkgutil.iter_modules(tools.metrics.__path__) if not m.name.startswith("_"))
    return {name: getattr(importlib.import_module(f"tools.metrics.{name}"), name) for name in names}
