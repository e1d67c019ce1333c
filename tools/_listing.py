"""The rows behind a figure: a table to read and a file to keep."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tools._answer import Cell, Column, Download, Table
from tools._phrase import Phrase, phrase, phrase_n
from tools._signs import DRIVERS
from tools.metrics import Figure, Money, Retraced, Share, all_metrics

LISTED = 20
"""Rows that are read; the file has them all, up to so many that a spreadsheet opens it at once."""
MOST = 20_000
NUMBERS = ("part", "whole", "score", "margin", "kept", "discount", "months")
SHARES = ("kept", "discount")
LABELS: dict[str, Phrase] = {
    "account_id": phrase("Account id"),
    "name": phrase("Account"),
    "part": phrase("Numerator"),
    "whole": phrase("Denominator"),
    "on_day": phrase("Day"),
    "category": phrase("What happened"),
    "driver": phrase("Sign of risk"),
    "score": phrase("Score"),
    "signed_up_on": phrase("Signed up"),
    "margin": phrase("Margin of a year"),
    "kept": phrase("Chance to stay a year"),
    "discount": phrase("Discount rate"),
    "months": phrase("Months of paying"),
}
"""What the columns of metrics are called; one that is not here is called as in the book."""
WORDS: dict[str, dict[str, Phrase]] = {
    "category": {
        "new": phrase("New"),
        "expansion": phrase("Expansion"),
        "reactivation": phrase("Reactivation"),
        "contraction": phrase("Contraction"),
        "churn": phrase("Churn"),
    },
    "driver": DRIVERS,
}
"""What the book's own words in these columns are called."""


def title(figure: Figure) -> Phrase:
    """What people call the figure's metric."""
    found = all_metrics().get(figure.metric)
    return phrase(found.title) if found else phrase("{metric}", metric=figure.metric)


class Listing:
    """The rows that a figure is counted from."""

    def __init__(self, traced: Retraced, currency: str) -> None:
        self.traced, self.currency = traced, currency
        found = list(traced.rows[0]) if traced.rows else ["account_id", "name"]
        sums = [name for name in ("part", "whole") if name in traced.sums]
        self.names = ["name", *(name for name in found if name not in ("account_id", "name", "part", "whole")), *sums]

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows than are read."""
        return self.traced.sums["row_count"] > LISTED

    def table(self) -> Table:
        """The largest rows, all others as one, and what they add up to: the figure."""
        rows = (*self._said(self.names, LISTED), self._total(self.traced.sums, self._all()))
        what = phrase("Rows that it is counted from, the largest first")
        return Table(what, self._columns(self.names), rows, self._quotient())

    def download(self) -> Download:
        names = ["account_id", *self.names]
        now = self.traced.now
        what = phrase("All rows of {metric}", metric=title(now))
        return Download(f"{now.metric}-{now.id}.csv", what, self._columns(names), self._said(names, MOST))

    def _said(self, names: Sequence[str], most: int) -> tuple[tuple[Cell, ...], ...]:
        """So many rows at most, and the others as one."""
        rows = self.traced.rows[:most]
        said = [tuple(self._cell(name, row.get(name)) for name in names) for row in rows]
        left = self.traced.sums["row_count"] - len(rows)
        if left > 0:
            listed = {name: sum(int(row[name]) for row in rows) for name in ("part", "whole") if name in names}
            rest = {name: self.traced.sums[name] - value for name, value in listed.items()}
            others = self._total(rest, phrase_n("{n} other row", "{n} other rows", left))
            said.append((*(None,) * (len(names) - len(others)), *others))
        return tuple(said)

    def _total(self, sums: Mapping[str, int], label: Phrase) -> tuple[Cell, ...]:
        return label, *(self._cell(name, sums[name]) if name in sums else None for name in self.names[1:])

    def _all(self) -> Phrase:
        return phrase_n("Total of {n} row", "Total of {n} rows", self.traced.sums["row_count"])

    def _columns(self, names: Sequence[str]) -> tuple[Column, ...]:
        alone = "whole" not in self.names
        return tuple(
            Column(title(self.traced.now) if name == "part" and alone else LABELS.get(name, name), name in NUMBERS)
            for name in names
        )

    def _cell(self, name: str, value: Any) -> Cell:
        of_money = self.traced.metric.of_money and (name == "part" or self.traced.metric.unit != "money")
        match value:
            case int() if (name in ("part", "whole") and of_money) or name == "margin":
                return Money(value, self.currency)
            case float() if name in SHARES:
                return Share(Fraction(str(value)))
            case str():
                return WORDS.get(name, {}).get(value, value)
            case float() | Decimal():
                return Fraction(str(value))
        return value  # type: ignore[no-any-return]

    def _quotient(self) -> Phrase | None:
        """How the sums of a ratio make the figure."""
        if "whole" not in self.traced.sums:
            return None
        part, whole = (self._cell(name, self.traced.sums[name]) for name in ("part", "whole"))
        told = {"part": part, "whole": whole, "figure": self.traced.now}
        if self.traced.metric.scale == 1:
            return phrase("{part} ÷ {whole} = {figure}", **told)
        return phrase("{scale} × {part} ÷ {whole} = {figure}", scale=self.traced.metric.scale, **told)
