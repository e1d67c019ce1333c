"""What a load did, or would do: said as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from tools.metrics._faults import Notice
from tools.metrics._figure import Money

Mode = Literal["whole", "changes", "in_place"]


@dataclass(frozen=True)
class TableReport:
    """One table of a load.

    `used`: the book's column, as a mapping names it → the file's column or, after `=`, what all rows got;
    `ignored`: columns of the file that fill nothing; `absent`: columns of the book that nothing fills.
    """

    table: str
    file: str
    rows: int
    used: Mapping[str, str]
    ignored: tuple[str, ...]
    absent: tuple[str, ...]
    merged: int


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
