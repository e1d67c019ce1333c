"""What is wrong with the files of a load, said as data: `bot/load_messages.py` has the sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

FaultKind = Literal[
    "missing_directory", "missing_file", "two_files", "empty_file", "bad_mapping", "unknown_name",
    "bad_encoding", "nul_byte", "broken_row", "too_many_cells", "too_few_cells", "missing_column",
    "two_columns",
    "value_missing", "too_long", "not_a_date", "ambiguous_date", "excel_serial", "implausible_date",
    "not_a_number", "ambiguous_number", "not_whole", "negative", "out_of_range", "not_a_flag",
    "not_a_currency", "currency_missing", "currency_conflict", "rate_missing", "unknown_interval",
    "unknown_value",
    "duplicate_key", "unknown_account", "unknown_subscription", "ended_before_started",
]  # fmt: skip
FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)

NoticeKind = Literal[
    "rounded",
    "shortened",
    "unnamed",
    "unnumbered",
    "trials_at_zero",
    "summed",
    "unlisted_value",
    "unlisted_country",
    "empty",
]
NOTICE_KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)

SHOWN = 20
NOTHING: Mapping[str, str | int] = MappingProxyType({})


@dataclass(frozen=True)
class Fault:
    """One thing that stops a load.

    `row` is the line as a spreadsheet numbers it (the header is 1), None where it is about the whole file;
    `column` is the header as the file writes it; `detail` is what the remedy needs: allowed values, a count.
    """

    file: str
    kind: FaultKind
    row: int | None = None
    column: str | None = None
    value: str | None = None
    detail: Mapping[str, str | int] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True)
class Notice:
    """One thing a load did that its owner should know: `count` rows or cells of a column."""

    file: str
    kind: NoticeKind
    column: str
    count: int


class LoadRefused(Exception):
    """The files have faults; the book is as it was. `faults` are the first of `total`, by file and row."""

    def __init__(self, faults: tuple[Fault, ...], total: int) -> None:
        super().__init__(f"{total} faults: {', '.join(sorted({fault.kind for fault in faults}))}")
        self.faults = faults
        self.total = total


class Unreadable(Exception):
    """A file cannot be read on: everything after `row` is unknown."""

    def __init__(self, kind: FaultKind, row: int | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.row = row


class Findings:
    """Faults and notices of one load: counts all, keeps the first few of each batch."""

    def __init__(self) -> None:
        self.total = 0
        self._faults: list[Fault] = []
        self._notices: dict[tuple[str, NoticeKind, str], int] = {}

    def add(self, *faults: Fault) -> None:
        self.add_counted(faults, len(faults))

    def add_counted(self, faults: Iterable[Fault], total: int) -> None:
        """Add faults of which only the first may be given; `total` says how many there are."""
        self.total += total
        self._faults += sorted(faults, key=_row)[:SHOWN]

    def notice(self, file: str, kind: NoticeKind, column: str, count: int) -> None:
        if count:
            self._notices[file, kind, column] = self._notices.get((file, kind, column), 0) + count

    @property
    def notices(self) -> tuple[Notice, ...]:
        return tuple(Notice(*where, count) for where, count in self._notices.items())

    def refuse(self) -> None:
        """Raise LoadRefused if anything is wrong."""
        if self.total:
            files = list(dict.fromkeys(fault.file for fault in self._faults))
            ordered = sorted(self._faults, key=lambda fault: (files.index(fault.file), _row(fault)))
            raise LoadRefused(tuple(ordered[:SHOWN]), self.total)


def _row(fault: Fault) -> int:
    return fault.row or 0
