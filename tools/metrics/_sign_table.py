"""What is known of many accounts at once: a table with a row for each and a column for each sign.

A hundred thousand accounts are so a few megabytes and scored in one go; the signs of one are looked up in its row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RENEWS, LEAVES = DATES = ("renews_on", "leaving_on")
"""The columns that are no signs but days, as ordinals."""


@dataclass(frozen=True, eq=False)
class SignTable:
    """`values[n, m]` is what sign `names[m]` is of account `ids[n]`; NaN: it is not known."""

    ids: Sequence[str]
    names: Sequence[str]
    values: "Floats"

    @cached_property
    def signs(self) -> Mapping[str, int]:
        """Sign → its column; the days are none."""
        return {name: n for n, name in enumerate(self.names) if name not in DATES}

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """Account id → its row."""
        return {account: n for n, account in enumerate(self.ids)}

    def of(self, ids: Sequence[str]) -> "SignTable":
        """The rows of these accounts, in their order. Raises KeyError where one is not in the table."""
        return SignTable(ids, self.names, self.values[[self.rows[account] for account in ids]])

    def with_rows(self, others: "SignTable") -> "SignTable":
        """This table with the rows of another: they take the place of those of the same accounts."""
        import numpy as np

        left = [account for account in self.ids if account not in others.rows]
        names = sorted({*self.names, *others.names})
        values = np.vstack([self.of(left)._columns(names), others._columns(names)])
        return SignTable([*left, *others.ids], names, values)

    def _columns(self, names: Sequence[str]) -> "Floats":
        import numpy as np

        values = np.full((len(self.ids), len(names)), np.nan)
        values[:, [names.index(name) for name in self.names]] = self.values
        return values

    def signals(self) -> "list[Signals]":
        """The known signs of each account."""
        return [Signals(self, n) for n in range(len(self.ids))]

    def days(self, name: str) -> list[date | None]:
        """One of `DATES`, of each account."""
        if name not in self.names:
            return [None] * len(self.ids)
        ordinals = self.values[:, self.names.index(name)].tolist()
        return [date.fromordinal(int(on)) if on == on else None for on in ordinals]


class Signals(Mapping[str, float]):
    """The known signs of one account, read from its row when they are asked for."""

    __slots__ = ("_row", "_table")

    def __init__(self, table: SignTable, row: int) -> None:
        self._table, self._row = table, row

    def __getitem__(self, name: str) -> float:
        value = float(self._table.values[self._row, self._table.signs[name]])
        if value != value:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        values = self._table.values[self._row].tolist()
        return (name for name, n in self._table.signs.items() if values[n] == values[n])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return repr(dict(self))


def table_of(known: Mapping[str, Mapping[str, float]]) -> SignTable:
    """The table of what is known by account: sign → value."""
    import numpy as np

    names = sorted({name for signs in known.values() for name in signs})
    values = [[signs.get(name, np.nan) for name in names] for signs in known.values()]
    return SignTable(list(known), names, np.array(values, float).reshape(len(known), len(names)))
