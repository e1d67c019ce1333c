"""Figures: numbers that know what they are and where they come from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Literal

from tools.metrics._period import Period

Unit = Literal["money", "percent", "ratio", "count", "score", "days", "months", "measure"]
"""`measure`: a number in whatever unit its row names."""
EMPTY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, order=True)
class Money:
    """An amount in integer minor units (cents, centavos) of one currency (ISO 4217)."""

    minor: int
    currency: str


@dataclass(frozen=True)
class Share:
    """A part of a whole, unrounded: `Share(Fraction(11, 12))` is shown as 91.67%. None: not defined."""

    value: Fraction | None


@dataclass(frozen=True)
class Parts:
    """What a ratio was made of: `part` over `whole`, counted or in minor units, and the `n` things that have a whole.

    Of a churn rate, 3 of 14 accounts (n = 14); of NRR, the MRR that is left of the MRR at the start (n accounts).
    """

    part: int
    whole: int
    n: int


@dataclass(frozen=True)
class Change:
    """How far one figure is above another, signed; between per cents, in points. None: not defined."""

    value: int | Fraction | None
    unit: Unit
    currency: str | None = None


@dataclass(frozen=True)
class Source:
    """Where a figure comes from: the statement that was run, what it was given and how much it read.

    `tables`: those of a company's own that it was counted from, also by way of the ledger, in order.
    """

    sql: str
    parameters: Mapping[str, Any]
    rows: int
    as_of: date
    tables: tuple[str, ...] = ()

    @property
    def statements(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Each statement with its parameters; of several, the parameters of the n-th are under the key `n`."""
        several = bool(self.parameters) and all(isinstance(value, Mapping) for value in self.parameters.values())
        if not several:
            return [(self.sql, self.parameters)]
        return [(sql, self.parameters[str(n)]) for n, sql in enumerate(self.sql.split(";\n\n"), start=1)]

    def of(self, rows: int) -> "Source":
        """The same statement, of which this figure is only so many rows."""
        return replace(self, rows=rows)


@dataclass(frozen=True)
class Figure:
    """One number of one metric: never without unit, period and source.

    `value` is integer minor units for money, an unrounded fraction of one for percent (11/12, not 91.67),
    a plain count, ratio or score otherwise; None means *not defined* (a zero denominator), never zero.
    """

    metric: str
    version: int
    variant: str
    value: int | Fraction | None
    unit: Unit
    period: Period
    source: Source
    currency: str | None = None
    segment: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    parts: Parts | None = field(default=None, compare=False)
    """Of a ratio that is counted from rows: what it was made of."""

    def __post_init__(self) -> None:
        if (self.unit == "money") != (self.currency is not None):
            raise ValueError(f"{self.metric}: money has a currency and nothing else does")

    @property
    def id(self) -> str:
        """The same number asked twice of the same data has the same id."""
        where = sorted(self.segment.items())
        said = (
            self.metric,
            self.version,
            self.variant,
            str(self.period),
            where,
            str(self.source.as_of),
            str(self.value),
        )
        return "f" + hashlib.sha256(repr(said).encode()).hexdigest()[:11]
