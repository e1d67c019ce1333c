"""What a load did, or would do: said as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from tools.metrics._faults import Notice
from tools.metrics._figure import Money

Mode = Literal["whole", "changes", "in_place"]


@dataclass(frozen=True)
class Effect:
    """What changes did to the rows of one table, by key; a row that says what the book says is `unchanged`."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0

    @property
    def nothing(self) -> bool:
        return not (self.added or self.changed or self.removed)


@dataclass(frozen=True)
class TableReport:
    """One table of a load.

    `used`: the book's column, as a mapping names it → the file's column or, after `=`, what all rows got;
    `ignored`: columns of the file that fill nothing; `absent`: columns of the book that nothing fills;
    `filled`: those that columns of the file fill. `newest_on`: the last day, up to today, of what happened;
    `stale_after`: days after it until the table is stale, if the mapping says; `effect`: what changes did, where only
    these were loaded.
    """

    table: str
    file: str
    rows: int
    used: Mapping[str, str]
    ignored: tuple[str, ...]
    absent: tuple[str, ...]
    merged: int
    filled: frozenset[str] = frozenset()
    newest_on: date | None = None
    stale_after: int | None = None
    effect: Effect | None = None


@dataclass(frozen=True)
class LoadReport:
    """What a load did, or with `written` False would do. `load_id` is the same for the same content.

    `absent`: tables of the book that no file fills; `mrr`: on the day `as_of`, to compare with what is known;
    `mode`: whether the book was replaced as a whole, only changed, or is read in place; `marks`: table → the highest
    value of its `changed` column, from where on the next load asks for changes.
    """

    tables: tuple[TableReport, ...]
    absent: tuple[str, ...]
    unknown_files: tuple[str, ...]
    notices: tuple[Notice, ...]
    currency: str
    as_of: date
    load_id: str
    written: bool
    mrr: Money
    marks: Mapping[str, str] = field(default_factory=dict)
    mode: Mode = "whole"
