"""What makes a function a metric, and where all metrics are listed."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from tools.metrics._figure import EMPTY, Figure, Source, Unit
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where

Measured = tuple[int | Fraction | None, Source]
Formula = Callable[[Book, Period, Where], Measured]


@dataclass(frozen=True)
class Metric:
    """One metric: called with a book and a period it gives a `Figure`."""

    name: str
    unit: Unit
    version: int
    variant: str
    formula: Formula

    @property
    def doc(self) -> str:
        return (self.formula.__doc__ or "").strip()

    @property
    def title(self) -> str:
        return self.doc.splitlines()[0].rstrip(".")

    def __call__(self, book: Book, period: Period, where: Where = EMPTY) -> Figure:
        return self.figure(book, period, where, *self.formula(book, period, where))

    def figure(self, book: Book, period: Period, where: Where, value: int | Fraction | None, source: Source) -> Figure:
        """The figure of a value that a wider query counted together with others."""
        currency = book.currency if self.unit == "money" else None
        return Figure(self.name, self.version, self.variant, value, self.unit, period, source, currency, where)


def metric(unit: Unit, version: int = 1, variant: str = "standard") -> Callable[[Formula], Metric]:
    """Make a function `(book, period, where) -> (value, source)` a metric; its docstring is the definition."""
    return lambda formula: Metric(formula.__name__, unit, version, variant, formula)


def ratio(part: int, whole: int) -> Fraction | None:
    """`part / whole`, unrounded; None, *not defined*, where there is no whole."""
    return Fraction(part, whole) if whole else None


@cache
def all_metrics() -> Mapping[str, Metric]:
    """Every metric by name: each public module of this folder holds the one it is named after."""
    import tools.metrics

    names = sorted(m.name for m in pkgutil.iter_modules(tools.metrics.__path__) if not m.name.startswith("_"))
    return {name: getattr(importlib.import_module(f"tools.metrics.{name}"), name) for name in names}
