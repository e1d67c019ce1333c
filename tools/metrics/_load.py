"""`retention load`: a company's own exports into the customer book, all of them or none.

Files are read twice, in batches: once to see how each column writes its dates and decimals, once for their
rows, which wait in a scratch database until they have been checked against one another. Only then is the book
touched, in one transaction: who reads meanwhile sees the old book, and whoever kills the load leaves it so.

What a directory holds is told by `_plan`, what a company can say about it in a mapping file by `_mapping`.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping

from tools.metrics._cells import currencies
from tools.metrics._faults import Fault, FaultKind, Findings, LoadRefused, Notice, Unreadable
from tools.metrics._fields import shapes
from tools.metrics._figure import Money
from tools.metrics._mapping import LoadMapping, read_mapping
from tools.metrics._plan import Plan, files_by_table, plan_columns
from tools.metrics._reading import header_and_batches, layout_of
from tools.metrics._report import LoadReport, TableReport
from tools.metrics._rows import RowReader
from tools.metrics._scratch import Scratch
from tools.metrics._values import Setting, styles_of
from tools.metrics._writing import OF_MRR, make_ledger, write

__all__ = ["Fault", "LoadRefused", "LoadReport", "Notice", "TableReport", "load_directory"]

REQUIRED = ("accounts", "subscriptions")
PRICED = ("subscriptions", "invoices", "costs")


def load_directory(
    directory: Path,
    url: str,
    *,
    mapping: Path | None = None,
    check_only: bool = False,
    currency: str | None = None,
    timezone: str = "America/Sao_Paulo",
    today: date,
    ledger: Callable[[Connection], None] | None = None,
) -> LoadReport:
    """Load the CSV files of a directory into the book at a SQLAlchemy URL.

    `currency`: reporting currency, and that of rows that name none; `timezone`: where days begin and end;
    `today`: facts after it do not count for `as_of`; `ledger`: builds the ledger within the transaction.
    With `check_only` nothing is written. Raises LoadRefused: the book is then as it was.
    """
    findings = Findings()
    said, faults = read_mapping(mapping)
    findings.add(*faults, *_unusable(directory, currency))
    findings.refuse()
    with tempfile.TemporaryDirectory(prefix="retention-load-") as folder:
        scratch = Scratch(Path(folder))
        try:
            load = _Load(scratch, findings, said, Setting(ZoneInfo(timezone), currency or said.currency))
            report = load.read(directory, currency, today)
            if check_only:
                rehearsal = f"sqlite:///{Path(folder) / 'rehearsal.sqlite'}"
                return replace(write(report, scratch, said, rehearsal, timezone, make_ledger, OF_MRR), written=False)
            return write(report, scratch, said, url, timezone, ledger or make_ledger)
        finally:
            scratch.close()


def _unusable(directory: Path, currency: str | None) -> Iterator[Fault]:
    if not directory.is_dir():
        yield Fault(directory.name, "missing_directory")
    elif not os.access(directory, os.R_OK | os.X_OK):
        yield Fault(directory.name, "unreadable_file")
    if currency and currency not in currencies():
        yield Fault(directory.name, "not_a_currency", value=currency)


class _Load:
    """The reading half of a load: from files to checked rows."""

    def __init__(self, scratch: Scratch, findings: Findings, said: LoadMapping, setting: Setting) -> None:
        self.scratch = scratch
        self.said = said
        self._findings = findings
        self._setting = setting
        self._plans: dict[str, Plan] = {}
        self._whole: set[str] = set()

    def read(self, directory: Path, currency: str | None, today: date) -> LoadReport:
        """Read and check everything. Raises LoadRefused."""
        found, unknown = files_by_table(directory, self.said)
        self._missing_files(found, unknown)
        for name in shapes():
            for path in found.get(name, [])[:1]:
                self._take(name, path)
        self._check_references()
        reporting = self._reporting_currency(currency)
        self._check_rates(reporting)
        self._findings.refuse()
        self._doubt()
        tables = tuple(self._report(name, plan) for name, plan in self._plans.items())
        as_of = self._as_of(today)
        said = f"{self.scratch.content_id} {sorted(self.said.rates.items())} {reporting} {as_of}"
        load_id = hashlib.sha256(said.encode()).hexdigest()[:16]
        absent = tuple(name for name in shapes() if name not in self._plans)
        notices = self._findings.notices
        mrr = Money(0, reporting)
        return LoadReport(tables, absent, tuple(unknown), notices, reporting, as_of, load_id, False, mrr)

    def _missing_files(self, found: Mapping[str, list[Path]], unknown: list[str]) -> None:
        seen = {"found": ", ".join([path.name for paths in found.values() for path in paths] + unknown)[:300] or "–"}
        for name, said in self.said.tables.items():
            if said.file and said.file not in [path.name for path in found.get(name, [])]:
                self._findings.add(Fault(said.file, "missing_file", detail={"table": name, **seen}))
        for name in REQUIRED:
            if name not in found and not self.said.table(name).file:
                self._findings.add(Fault(f"{name}.csv", "missing_file", detail={"table": name, **seen}))
        for name, paths in found.items():
            if len(paths) > 1:
                files = ", ".join(path.name for path in paths)
                self._findings.add(Fault(paths[1].name, "two_files", detail={"table": name, "files": files}))

    def _take(self, name: str, path: Path) -> None:
        """Read one file into the scratch database."""
        try:
            plan = self._plan(name, path)
            if plan is None:
                return
            self._plans[name] = plan
            styles = styles_of(plan, header_and_batches(path, plan.layout)[1], self._setting, self._findings)
            lines = (
                self.scratch.currency_of_line()
                if "subscription_id" in plan.shape.fields and name != "subscriptions"
                else {}
            )
            reader = RowReader(plan, self._setting, styles, self._findings, lines)
            rows = 0
            for batch in header_and_batches(path, plan.layout)[1]:
                if batch.rows:
                    self.scratch.add(name, reader.typed(batch))
                    rows += len(batch.rows)
            self._notice_empty(name, path, rows)
            self._whole.add(name)
        except Unreadable as problem:
            self._findings.add(Fault(path.name, problem.kind, problem.row))
        except OSError:
            self._findings.add(Fault(path.name, "unreadable_file"))

    def _plan(self, name: str, path: Path) -> Plan | None:
        """How to read the file; None where it lacks columns, which is reported."""
        layout = layout_of(path)
        header, _ = header_and_batches(path, layout)
        if not header:
            self._findings.add(Fault(path.name, "empty_file", detail={"table": name}))
            return None
        plan, faults = plan_columns(shapes()[name], path, layout, header, self.said.table(name))
        self._findings.add(*faults)
        return None if faults else plan

    def _notice_empty(self, name: str, path: Path, rows: int) -> None:
        if rows:
            return
        if name in REQUIRED:
            self._findings.add(Fault(path.name, "empty_file", detail={"table": name}))
        else:
            self._findings.notice(path.name, "empty", name, 1)

    def _check_references(self) -> None:
        """Rows that name what does not exist, and ids that mean two things."""
        for name, plan in self._plans.items():
            if plan.via and plan.via.via and plan.via.via[0] in self._whole:
                kind: FaultKind = "unknown_subscription" if plan.via.via[0] == "subscriptions" else "unknown_account"
                self._strangers(plan, kind, plan.via.header, *self.scratch.resolve(name, plan.via.via))
            self.scratch.index(name)
            for column, home, kind in _REFERENCES:
                origin = plan.origin(column)
                if origin and name != home and home in self._whole:
                    self._strangers(plan, kind, origin.header, *self.scratch.strangers(name, column, home))
            self._clashes(name, plan)

    def _strangers(self, plan: Plan, kind: FaultKind, header: str, rows: list[tuple[int, str]], total: int) -> None:
        self._findings.add_counted([Fault(plan.file, kind, row, header, value) for row, value in rows], total)

    def _clashes(self, name: str, plan: Plan) -> None:
        key = next(iter(plan.shape.fields))
        origin = plan.origin(key)
        pairs, total = self.scratch.clashes(name)
        header = origin.header if origin else key
        faults = [
            Fault(plan.file, "duplicate_key", row["row_number"], header, row[key], _difference(plan, row, first))
            for row, first in pairs
        ]
        self._findings.add_counted(faults, total)

    def _reporting_currency(self, currency: str | None) -> str:
        used = self.scratch.currencies("subscriptions")
        return currency or next(iter(used), None) or self._setting.currency or ""

    def _check_rates(self, reporting: str) -> None:
        """Every foreign currency needs a rate."""
        covered = {reporting, *self.said.rates, *self.scratch.currencies("exchange_rates")}
        if "exchange_rates" in self._plans and "exchange_rates" not in self._whole:
            return
        for code, rows in self.scratch.currencies(*PRICED).items():
            if code not in covered:
                users = [
                    plan.file
                    for name, plan in self._plans.items()
                    if name in PRICED and code in self.scratch.currencies(name)
                ]
                detail: dict[str, str | int] = {"reporting": reporting, "rows": rows}
                self._findings.add(Fault(users[0], "rate_missing", column="currency", value=code, detail=detail))

    def _doubt(self) -> None:
        """Notices of what loads without a fault but may mean something else than the book takes it for."""
        for name, plan in self._plans.items():
            for column in {"ended_on", "ends_on"} & plan.shape.fields.keys():
                origin, (ends, lasts) = plan.origin(column), self.scratch.ends(name, column)
                if origin and plan.said.ends is None and lasts >= max(3, ends / 2):
                    self._findings.notice(plan.file, "last_days", origin.header, lasts)
        lines, invoices = self._plans["subscriptions"], self._plans.get("invoices")
        cancelled = lines.origin("cancelled_on")
        if cancelled and not lines.origin("ended_on"):
            self._findings.notice(
                lines.file, "cancelled_open", cancelled.header, self.scratch.filled(lines.shape.name, "cancelled_on")
            )
        if invoices and invoices.origin("due_on") and not invoices.origin("paid_on"):
            self._findings.notice(invoices.file, "unpaid", "paid_on", self.scratch.filled("invoices", "due_on"))

    def _as_of(self, today: date) -> date:
        days = [
            self.scratch.latest(name, column, today)
            for name, plan in self._plans.items()
            for column in plan.shape.facts
        ]
        return max((day for day in days if day), default=today)

    def _report(self, name: str, plan: Plan) -> TableReport:
        places = list(plan.shape.fields)
        origins = sorted(plan.origins, key=lambda one: places.index(one.field.name))
        used = {one.field.name: one.header if one.index is not None else f"= {one.const}" for one in origins}
        if "currency" in plan.absent and (codes := self.scratch.currencies(name) if name in PRICED else {}):
            used["currency"] = f"= {', '.join(codes)}"
        rows, wholes, keys = self.scratch.counts(name)
        absent = tuple(column for column in plan.absent if column not in used)
        self._findings.notice(plan.file, "summed", name, wholes - keys)
        return TableReport(name, plan.file, keys, used, plan.ignored, absent, rows - wholes)


def _difference(plan: Plan, row: RowMapping, first: RowMapping) -> dict[str, str | int]:
    """In which columns a row says another thing than the first with its key."""
    names = [
        field.name
        for field in plan.shape.fields.values()
        if field.column in first and row[field.column] != first[field.column]
    ]
    return {"first_row": int(first["row_number"]), "differs": ", ".join(names)}


_REFERENCES: tuple[tuple[str, str, FaultKind], ...] = (
    ("account_id", "accounts", "unknown_account"),
    ("subscription_id", "subscriptions", "unknown_subscription"),
)
