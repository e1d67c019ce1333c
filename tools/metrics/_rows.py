"""Rows of cells into typed columns, batch by batch; what cannot be read becomes a fault, never a guess."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import NoneType
from typing import Any

from tools.metrics._cells import Style, Wrong, clean, currency_of, printable, text_of
from tools.metrics._faults import Fault, FaultKind, Findings
from tools.metrics._fields import DELETED, Field
from tools.metrics._plan import Origin, Plan
from tools.metrics._reading import Batch, Cell
from tools.metrics._values import Meanings, Noted, Setting

Columns = dict[str, list[Any]]
ORDERED = {
    "subscriptions": ("started_on", "ended_on"), "pauses": ("starts_on", "ends_on"),
    "discounts": ("starts_on", "ends_on"), "tickets": ("opened_on", "solved_on"),
}  # fmt: skip
_REMEMBERED = 200_000
"""Different cells of a column whose meaning is kept; a large company has that many accounts, and each comes often."""


class RowReader:
    """Reads the batches of one feed. `currencies_of`: subscriptions → the currency of each, for bare amounts."""

    def __init__(
        self,
        plan: Plan,
        setting: Setting,
        styles: Mapping[str, Style],
        findings: Findings,
        currencies_of: Callable[[Collection[str]], Mapping[str, str]],
    ) -> None:
        self._plan = plan
        self._setting = setting
        self._meanings = Meanings(plan, setting, styles)
        self._findings = findings
        self._currencies_of = currencies_of
        self._known: dict[str, dict[Cell, Any]] = {}
        self._broken: set[int] = set()
        self._faulty: set[int] = set()
        self._asked_currency = False

    def parted(self, batch: Batch) -> tuple[Batch, Batch]:
        """The rows that are there, and those that a column marks as deleted."""
        origin = self._plan.origin(DELETED)
        if origin is None or origin.index is None:
            return batch, Batch([], [])
        self._broken, self._faulty = set(), set()
        marks = self._values(origin, batch)
        return _those(batch, [not mark for mark in marks]), _those(batch, marks)

    def keys(self, batch: Batch) -> Columns:
        """The keys of deleted rows, of which nothing else need be right."""
        batch = self._even(batch)
        columns: Columns = {"row_number": batch.numbers}
        keys = [key.name for key in self._plan.shape.table.primary_key.columns]
        for origin in self._plan.origins:
            if origin.field.column in keys:
                columns["via" if origin.via else origin.field.column] = self._values(origin, batch)
        return columns

    def typed(self, batch: Batch) -> Columns:
        """The book's columns of these rows, `row_number`, `twin` (same for rows that say the same), `via`."""
        batch = self._even(batch)
        columns: Columns = {"row_number": batch.numbers}
        for origin in self._plan.origins:
            if origin.field.kind != "money" and origin.field.name != DELETED:
                columns["via" if origin.via else origin.field.column] = self._values(origin, batch)
        for origin in self._plan.origins:
            if origin.field.kind == "money":
                columns[origin.field.column] = self._money(origin, batch, columns)
        self._finish(columns, batch)
        columns["twin"] = self._twins(columns, batch)
        return columns

    def _even(self, batch: Batch) -> Batch:
        """Rows as wide as the header; of others only ids are kept, so what refers to them is no fault."""
        width = len(self._plan.header)
        self._broken, self._faulty = set(), set()
        if {*map(len, batch.rows)} <= {width}:
            return batch
        return Batch(
            batch.numbers,
            [self._fitted(number, row, width) for number, row in zip(batch.numbers, batch.rows, strict=True)],
        )

    def _fitted(self, number: int, row: Sequence[Cell], width: int) -> Sequence[Cell]:
        if len(row) == width or (len(row) > width and not any(row[width:])):
            return row[:width]
        kind: FaultKind = "too_many_cells" if len(row) > width else "too_few_cells"
        self._broken.add(number)
        self._faulty.add(number)
        self._findings.add(Fault(self._plan.file, kind, number, detail={"cells": len(row), "columns": width}))
        kept = {origin.index for origin in self._plan.origins if origin.field.key}
        return [row[index] if index in kept and index < len(row) else "" for index in range(width)]

    def _values(self, origin: Origin, batch: Batch) -> list[Any]:
        cells = origin.cells(batch.rows)
        distinct = set(cells)
        known = self._known.setdefault(origin.field.name, {})
        if len(known) > _REMEMBERED:
            known.clear()
        known.update((cell, self._meanings.of(origin, cell)) for cell in distinct - known.keys())
        values = [*map(known.__getitem__, cells)]
        return self._checked(origin, batch, cells, values, map(known.__getitem__, distinct))

    def _checked(
        self, origin: Origin, batch: Batch, cells: list[Cell], values: list[Any], distinct: Iterable[Any]
    ) -> list[Any]:
        """The values without faults and notes, which are reported; missing required ones are faults."""
        needed = origin.field.required and not self._given_elsewhere(origin.field)
        distinct = [*distinct]
        odd = {Wrong, Noted, NoneType} if needed else {Wrong, Noted}
        if odd.isdisjoint(map(type, distinct)):
            return values
        faults = []
        for place, value in enumerate(values):
            wrong = Wrong("value_missing") if value is None and needed else value
            if isinstance(wrong, Wrong) and batch.numbers[place] not in self._broken:
                faults.append(self._fault(origin, wrong, batch.numbers[place], cells[place]))
        for kind in {one.kind for one in distinct if isinstance(one, Noted)}:
            count = sum(isinstance(one, Noted) and one.kind == kind for one in values)
            self._findings.notice(self._plan.file, kind, origin.header, count)
        self._faulty |= {fault.row for fault in faults if fault.row}
        self._findings.add(*faults)
        return [one.value if isinstance(one, Noted) else None if isinstance(one, Wrong) else one for one in values]

    def _fault(self, origin: Origin, wrong: Wrong, row: int, cell: Cell) -> Fault:
        column = origin.header if origin.index is not None else origin.field.name
        return Fault(self._plan.file, wrong.kind, row, column, _shown(cell)[:80], wrong.detail)

    def _given_elsewhere(self, field: Field) -> bool:
        """An empty name becomes the id; an empty currency is taken from the amount or the load."""
        return (self._plan.shape.name, field.name) == ("accounts", "name") or (
            field.name == "currency" and self._plan.shape.name != "exchange_rates"
        )

    def _money(self, origin: Origin, batch: Batch, columns: Columns) -> list[Any]:
        """Amounts in minor units of each row's currency, which is noted where the table keeps it."""
        cells = origin.cells(batch.rows)
        stated = self._stated(columns, len(cells))
        default = origin.currency or self._setting.currency
        own = {cell: currency_of(cell) if isinstance(cell, str) else None for cell in set(cells)}
        codes = [said or own[cell] or default for said, cell in zip(stated, cells, strict=True)]
        pairs = list(zip(cells, codes, strict=True))
        meaning = {pair: self._meanings.of_amount(origin, *pair, own[pair[0]]) for pair in set(pairs)}
        if "currency" in self._plan.shape.fields:
            self._ask_currency(batch, codes)
            columns["currency"] = codes
        return self._checked(origin, batch, cells, [meaning[pair] for pair in pairs], meaning.values())

    def _stated(self, columns: Columns, n: int) -> list[str | None]:
        if "currency" in self._plan.shape.fields:
            return columns.get("currency") or [None] * n
        lines = columns.get("subscription_id", [None] * n)
        known = self._currencies_of({line for line in lines if line})
        return [known.get(line) for line in lines]

    def _ask_currency(self, batch: Batch, codes: list[str | None]) -> None:
        """Rows without currency are faults; where no column says it, the file is, once."""
        origin = self._plan.origin("currency")
        if origin is None:
            if None in codes and not self._asked_currency:
                self._asked_currency = True
                self._findings.add(Fault(self._plan.file, "currency_missing"))
            return
        rows = [
            number
            for number, code in zip(batch.numbers, codes, strict=True)
            if code is None and number not in self._faulty
        ]
        self._findings.add(*(Fault(self._plan.file, "currency_missing", row, origin.header) for row in rows))

    def _finish(self, columns: Columns, batch: Batch) -> None:
        """What follows from several columns of a row."""
        name = self._plan.shape.name
        if name == "accounts":
            self._name_accounts(columns)
        if name == "subscriptions":
            self._price(columns)
        if name == "discounts":
            self._reductions(columns, batch)
        if name in ORDERED:
            self._in_order(columns, batch, *ORDERED[name])
        key = next(iter(self._plan.shape.table.columns)).name
        if self._plan.shape.numbered and key not in columns:
            columns[key] = [f"row {number}" for number in batch.numbers]
            self._findings.notice(self._plan.file, "unnumbered", key, len(batch.rows))

    def _name_accounts(self, columns: Columns) -> None:
        ids = columns.get("account_id", [])
        names = columns.get("name") or [None] * len(ids)
        self._findings.notice(self._plan.file, "unnamed", "name", names.count(None))
        columns["name"] = [name or id_ for name, id_ in zip(names, ids, strict=True)]

    def _price(self, columns: Columns) -> None:
        """`quarterly` × 2 is every 6 months; a line marked as a trial without an end costs nothing."""
        if "interval_unit" in columns and "interval_count" in columns:
            both = list(zip(columns["interval_unit"], columns["interval_count"], strict=True))
            columns["interval_unit"] = [said and said[0] for said, _ in both]
            columns["interval_count"] = [said and count and said[1] * count for said, count in both]
        trials = columns.pop("is_trial", None)
        if trials and "unit_amount_minor" in columns:
            ends = columns.get("trial_ends_on") or [None] * len(trials)
            open_trials = [bool(trial) and end is None for trial, end in zip(trials, ends, strict=True)]
            amounts = columns["unit_amount_minor"]
            columns["unit_amount_minor"] = [
                0 if trial else amount for trial, amount in zip(open_trials, amounts, strict=True)
            ]
            self._findings.notice(self._plan.file, "trials_at_zero", "is_trial", sum(open_trials))

    def _reductions(self, columns: Columns, batch: Batch) -> None:
        """A discount without percentage or amount reduces nothing."""
        none = [None] * len(batch.rows)
        said = zip(batch.numbers, columns.get("percent_bp", none), columns.get("amount_minor", none), strict=True)
        rows = [number for number, percent, amount in said if percent is amount is None and number not in self._faulty]
        self._findings.add(*(Fault(self._plan.file, "value_missing", row, "percent") for row in rows))

    def _in_order(self, columns: Columns, batch: Batch, first: str, last: str) -> None:
        origin = self._plan.origin(last)
        if origin is None or first not in columns:
            return
        both = zip(batch.numbers, columns[first], columns[last], origin.cells(batch.rows), strict=True)
        wrong = [(number, start, cell) for number, start, end, cell in both if start and end and end < start]
        self._findings.add(
            *(
                Fault(
                    self._plan.file,
                    "ended_before_started",
                    number,
                    origin.header,
                    _shown(cell),
                    {"started": str(start)},
                )
                for number, start, cell in wrong
            )
        )

    def _twins(self, columns: Columns, batch: Batch) -> list[int]:
        """Rows that say the same get the same number.

        Usage is summed, so there a twin is the same in every cell of the file; where rows are single events
        (no column says how many), each counts.
        """
        if self._plan.shape.name == "usage":
            counted = self._plan.origin("events")
            whole = counted is not None and counted.index is not None
            return [*map(hash, map(tuple, batch.rows))] if whole else batch.numbers
        said = [values for name, values in columns.items() if name != "row_number"]
        return [*map(hash, map(repr, zip(*said, strict=True)))]


def _shown(cell: Cell) -> str:
    return printable(clean(text_of(cell)))


def _those(batch: Batch, marks: list[Any]) -> Batch:
    numbers = [number for number, mark in zip(batch.numbers, marks, strict=True) if mark]
    return Batch(numbers, [row for row, mark in zip(batch.rows, marks, strict=True) if mark])
