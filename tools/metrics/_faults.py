"""What is wrong with the files of a load, said as data: `bot/load_messages.py` has the sentences."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal, get_args

FaultKind = Literal[
    "missing_directory", "missing_file", "two_files", "empty_file", "unreadable_file", "workbook", "not_a_table",
    "bad_mapping", "unknown_name", "bad_encoding", "nul_byte", "broken_row", "too_many_cells", "too_few_cells",
    "missing_column", "two_columns",
    "two_urls", "two_origins", "not_select", "unknown_source", "url_missing", "bad_url", "secret_in_mapping",
    "driver_missing", "unreachable", "query_failed", "changed_missing", "no_rows",
    "no_input", "name_taken", "not_in_place", "elsewhere", "missing_query",
    "value_missing", "too_long", "not_a_date", "ambiguous_date", "excel_serial", "implausible_date",
    "not_a_number", "ambiguous_number", "not_whole", "negative", "out_of_range", "not_a_flag",
    "not_a_currency", "currency_missing", "currency_conflict", "rate_missing", "unknown_interval",
    "unknown_value",
    "duplicate_key", "repeated_key", "history_incomplete",
    "unknown_account", "unknown_subscription", "ended_before_started",
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
    "last_days",
    "cancelled_open",
    "unpaid",
    "left_out",
    "further_lines",
]
NOTICE_KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)

SHOWN = 20
EXAMPLES = 3
Group = tuple[str, FaultKind, str | None]
"""Faults that most likely have one cause: those of one kind in one column of a file."""
NOTHING: Mapping[str, str | int] = MappingProxyType({})


@dataclass(frozen=True)
class Fault:
    """One thing that stops a load.

    `row` is the line as a spreadsheet numbers it (the header is 1) or the row of a query's result, None where it is
    about the whole file; `column` is the header as the file writes it; `detail` is what the remedy needs: allowed
    values, a count; `key`: the id of the row, where its number says nothing to a person.
    """

    file: str
    kind: FaultKind
    row: int | None = None
    column: str | None = None
    value: str | None = None
    detail: Mapping[str, str | int] = field(default_factory=lambda: NOTHING)
    key: str | None = None

    @property
    def group(self) -> Group:
        return self.file, self.kind, self.column


@dataclass(frozen=True)
class Notice:
    """One thing a load did that its owner should know: `count` rows or cells of a column."""

    file: str
    kind: NoticeKind
    column: str
    count: int


class LoadRefused(Exception):
    """The files have faults; the book is as it was.

    `faults`: the first few of each group, by file and row; `counts`: how many each group has; `total`: all.
    """

    def __init__(self, faults: tuple[Fault, ...], counts: Mapping[Group, int]) -> None:
        self.faults = faults
        self.counts = counts
        self.total = sum(counts.values())
        super().__init__(f"{self.total} faults: {', '.join(sorted({fault.kind for fault in faults}))}")


class Unreadable(Exception):
    """A file cannot be read on: everything after `row` is unknown."""

    def __init__(self, kind: FaultKind, row: int | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.row = row


def _no_key(_: Fault) -> None:
    """A file's rows are known by their number."""


class Findings:
    """Faults and notices of one load: counts all, keeps the first few of each group."""

    def __init__(self) -> None:
        self._groups: dict[Group, list[Fault]] = {}
        self._counts: Counter[Group] = Counter()
        self._notices: dict[tuple[str, NoticeKind, str], int] = {}

    def add(self, *faults: Fault) -> None:
        self.add_counted(faults, len(faults))

    def add_counted(self, faults: Sequence[Fault], total: int) -> None:
        """Add faults; where only the first of a group are given, `total` says how many there are."""
        for fault in sorted(faults, key=_row):
            self._counts[fault.group] += 1
            kept = self._groups.setdefault(fault.group, [])
            if len(kept) < EXAMPLES:
                kept.append(fault)
        if faults:
            self._counts[faults[0].group] += total - len(faults)

    @property
    def any(self) -> bool:
        return bool(self._counts)

    def add_all(self, found: Iterable[tuple[Sequence[Fault], int]]) -> None:
        for faults, total in found:
            self.add_counted(faults, total)

    def notice(self, file: str, kind: NoticeKind, column: str, count: int) -> None:
        if count:
            self._notices[file, kind, column] = self._notices.get((file, kind, column), 0) + count

    @property
    def notices(self) -> tuple[Notice, ...]:
        return tuple(Notice(*where, count) for where, count in self._notices.items())

    def refuse(self, key_of: Callable[[Fault], str | None] = _no_key) -> None:
        """Raise LoadRefused if anything is wrong. `key_of`: the id of a fault's row, where there is a better name."""
        if self._counts:
            shown = tuple(replace(fault, key=fault.key or key_of(fault)) for fault in self._shown())
            raise LoadRefused(shown, self._counts)

    def _shown(self) -> list[Fault]:
        """One of each group before any group's second, and in the end by file and row."""
        files = list(dict.fromkeys(file for file, _, _ in self._groups))
        turns = [(turn, fault) for kept in self._groups.values() for turn, fault in enumerate(kept)]
        shown = [fault for _, fault in sorted(turns, key=lambda one: one[0])[:SHOWN]]
        return sorted(shown, key=lambda fault: (files.index(fault.file), _row(fault)))


def _row(fault: Fault) -> int:
    return fault.row or 0
