"""What makes a function a metric, and where all metrics are listed."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

from tools.metrics._figure import EMPTY, Figure, Source, Unit
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where

Measured = tuple[int | Fraction | None, Source]
Formula = Callable[[Book, Period, Where], Measured]


class UnknownVariant(LookupError):
    """The metric has no variant of this name."""


@dataclass(frozen=True)
class Metric:
    """One metric: called with a book and a period it gives a `Figure`.

    `formula` is the canonical definition, `variants` are the published ones that differ, each a formula whose
    docstring says whose rule it is. `version` goes up when a rule changes, so that old figures keep theirs.
    """

    name: str
    unit: Unit
    version: int
    formula: Formula
    standard: str = "standard"
    variants: dict[str, Formula] = field(default_factory=dict, hash=False, compare=False)

    @property
    def doc(self) -> str:
        return (self.formula.__doc__ or "").strip()

    @property
    def title(self) -> str:
        return self.doc.splitlines()[0].rstrip(".")

    def variant(self, name: str) -> Callable[[Formula], Formula]:
        """Register another published definition of the metric: `@net_revenue_retention.variant("…")`."""

        def register(formula: Formula) -> Formula:
            self.variants[name] = formula
            return formula

        return register

    def __call__(self, book: Book, period: Period, where: Where = EMPTY, variant: str | None = None) -> Figure:
        """The figure of a period, for all accounts or those with the given attributes. Raises UnknownVariant."""
        if variant is None or variant == self.standard:
            return self.figure(book, period, where, *self.formula(book, period, where))
        if variant not in self.variants:
            raise UnknownVariant(f"{self.name} has no variant {variant!r}")
        return self.figure(book, period, where, *self.variants[variant](book, period, where), variant=variant)

    def figure(
        self,
        book: Book,
        period: Period,
        where: Where,
        value: int | Fraction | None,
        source: Source,
        *,
        variant: str | None = None,
    ) -> Figure:
        """The figure of a value that a wider query counted together with others."""
        currency = book.currency if self.unit == "money" else None
        return Figure(
            self.name, self.version, variant or self.standard, value, self.unit, period, source, currency, where
        )


def metric(unit: Unit, version: int = 1, standard: str = "standard") -> Callable[[Formula], Metric]:
    """Make a function `(book, period, where) -> (value, source)` a metric; its docstring is the definition.

    `standard` names the canonical variant, where the definition has an author.
    """
    return lambda formula: Metric(formula.__name__, unit, version, formula, standard)


def ratio(part: int | Fraction, whole: int | Fraction) -> Fraction | None:
    """`part / whole`, unrounded; None, *not defined*, where there is no whole."""
    return Fraction(part) / Fraction(whole) if whole else None


@cache
def all_metrics() -> Mapping[str, Metric]:
    """Every metric by name: each public module of this folder holds the one it is named after."""
    import tools.metrics

    names = sorted(m.name for m in pkgutil.iter_modules(tools.metrics.__path__) if not m.name.startswith("_"))
    return {name: getattr(importlib.import_module(f"tools.metrics.{name}"), name) for name in names}
