"""`retention load`: a company's own exports and queries into the customer book, all of them or none.

Files are read twice, in batches: once to see how each column writes its dates and decimals, once for their
rows, which wait in a scratch database until they have been checked against one another; the rows of a query are
kept in a file first, so that its database is asked once. Only then is the book touched, in one transaction: who
reads meanwhile sees the old book, and whoever kills the load leaves it so.

Where only changes come, their rows may refer to those of the book; `_changes` puts them into it.

Where tables come from is told by `_feeds`, what a company can say about it in a mapping file by `_mapping`.
"""

import gc
import hashlib
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping

from tools.metrics._book import OF_MRR, SOURCE_TABLES
from tools.metrics._cells import currencies
from tools.metrics._changes import Overtaken, write_changes
from tools.metrics._earlier import Earlier, earlier_book, filled_by
from tools.metrics._failures import keep_failure
from tools.metrics._faults import EXAMPLES, Fault, FaultKind, Findings, LoadRefused, Notice, Unreadable
from tools.metrics._feeds import REQUIRED, Gathered, Step, Watch, gather, unwatched
from tools.metrics._fields import DELETED, PRICED, shapes
from tools.metrics._figure import Money
from tools.metrics._history import HISTORY
from tools.metrics._mapping import LoadMapping, TableMapping, read_mapping
from tools.metrics._marks import remembered
from tools.metrics._opening import IN_PLACE
from tools.metrics._plan import Plan, plan_columns
from tools.metrics._reading import Batch, Feed
from tools.metrics._report import LoadReport, TableReport
from tools.metrics._rows import RowReader
from tools.metrics._scratch import Scratch
from tools.metrics._shaping import AMOUNT, MONTH, Months, Sifted, last_day
from tools.metrics._sources import Secrets, no_secret
from tools.metrics._values import Setting, styles_of
from tools.metrics._writing import Ledger, make_ledger, write

__all__ = ["Fault", "LoadRefused", "LoadReport", "Notice", "TableReport", "load_directory"]


ATTEMPTS = 3
"""How often changes are checked anew because another load changed the book after they were read."""


def load_directory(
    directory: Path | None,
    url: str,
    *,
    mapping: Path | None = None,
    preset: str | None = None,
    changes: bool = False,
    check_only: bool = False,
    currency: str | None = None,
    timezone: str = "America/Sao_Paulo",
    today: date,
    secrets: Secrets = no_secret,
    watch: Watch = unwatched,
    ledger: Ledger | None = None,
) -> LoadReport:
    """Load the CSV files of a directory, and what the mapping's queries give, into the book at a SQLAlchemy URL.

    `preset`: whose exports the files are; `changes`: only new, changed and deleted rows come, all others are kept;
    `currency`: reporting currency, and that of rows that name none; `timezone`: where days begin and end; `today`:
    facts after it do not count for `as_of`; `secrets`: the URLs that the mapping names; `watch`: is told how it goes
    on; `ledger`: builds the ledger within the transaction.
    With `check_only` nothing is written. Raises LoadRefused: the book is then as it was, but for the note of it.
    """
    job = _Job(directory, url, mapping, preset, changes, check_only, currency, timezone, today, secrets, watch, ledger)
    try:
        return job.run()
    except LoadRefused as refused:
        if not check_only:
            keep_failure(url, refused)
        raise


@dataclass(frozen=True)
class _Job:
    """One load as it was asked for: see `load_directory`."""

    directory: Path | None
    url: str
    mapping: Path | None
    preset: str | None
    changes: bool
    check_only: bool
    currency: str | None
    timezone: str
    today: date
    secrets: Secrets
    watch: Watch
    ledger: Ledger | None

    def run(self) -> LoadReport:
        """Raises LoadRefused."""
        findings = Findings()
        said, faults = read_mapping(self.mapping, self.preset)
        findings.add(*faults)
        if self.currency and self.currency not in currencies():
            findings.add(Fault("--currency", "not_a_currency", value=self.currency))
        findings.refuse()
        for _ in range(ATTEMPTS):
            with suppress(Overtaken):
                return self._attempt(said)
        raise _no_changes("overtaken")

    def _attempt(self, said: LoadMapping) -> LoadReport:
        with tempfile.TemporaryDirectory(prefix="retention-load-") as folder, _little_to_collect():
            scratch = Scratch(Path(folder))
            try:
                return self._change(scratch, said, folder) if self.changes else self._replace(scratch, said, folder)
            finally:
                scratch.close()

    def _replace(self, scratch: Scratch, said: LoadMapping, folder: str) -> LoadReport:
        report = self._read(scratch, said, folder, self.timezone)
        if self.check_only:
            rehearsal = f"sqlite:///{Path(folder) / 'rehearsal.sqlite'}"
            done = write(report, scratch, said, rehearsal, self.timezone, make_ledger, OF_MRR, self.watch)
            return replace(done, written=False)
        ledger = self.ledger or make_ledger
        return write(report, scratch, said, self.url, self.timezone, ledger, SOURCE_TABLES, self.watch)

    def _change(self, scratch: Scratch, said: LoadMapping, folder: str) -> LoadReport:
        """Raises Overtaken where another load came between reading and writing."""
        earlier = earlier_book(self.url)
        if earlier is None:
            raise _no_changes("no_book")
        if IN_PLACE in earlier.book.info:
            raise _no_changes("read_in_place")
        try:
            report = self._read(scratch, said, folder, earlier.timezone, earlier)
        finally:
            earlier.book.engine.dispose()
        return write_changes(report, scratch, said, self.url, earlier.load_id, self.ledger, self.check_only)

    def _read(
        self, scratch: Scratch, said: LoadMapping, folder: str, timezone: str, earlier: Earlier | None = None
    ) -> LoadReport:
        """Find, read and check everything."""
        findings, marks = Findings(), remembered(self.url, said) if earlier else {}
        gathered = gather(self.directory, said, self.secrets, marks, Path(folder), findings, self.watch, self.changes)
        setting = Setting(ZoneInfo(timezone), self.currency or said.currency)
        load = _Load(scratch, findings, said, setting, self.watch, earlier)
        return load.read(gathered, self.currency, self.today)


@contextmanager
def _little_to_collect() -> Iterator[None]:
    """Millions of rows come and go, and none of them in a circle: do not search all that was there before for each."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _no_changes(why: FaultKind) -> LoadRefused:
    """Changes cannot be put into this book."""
    findings = Findings()
    findings.add(Fault("--changes", why))
    return findings.refusal()


class _Load:
    """The reading half of a load: from feeds to checked rows."""

    def __init__(
        self,
        scratch: Scratch,
        findings: Findings,
        said: LoadMapping,
        setting: Setting,
        watch: Watch,
        earlier: Earlier | None = None,
    ) -> None:
        self.scratch = scratch
        self.earlier = earlier
        self._watch = watch
        self.said = said
        self._findings = findings
        self._setting = setting
        self._plans: dict[str, Plan] = {}
        self._rows: dict[str, int] = {}
        self._filled: tuple[str, ...] = ()
        self._whole: set[str] = set()

    def read(self, gathered: Gathered, currency: str | None, today: date) -> LoadReport:
        """Read and check everything. Raises LoadRefused."""
        for name in shapes():
            if name in gathered.feeds:
                self._take(name, gathered.feeds[name])
        self._unfold_history()
        self._check_references()
        self._history_as_lines()
        reporting = self._reporting_currency(currency)
        self._check_rates(reporting)
        self._findings.refuse(self._key_of)
        self._doubt()
        tables = tuple(self._report(name, plan, today) for name, plan in self._plans.items())
        as_of = self._as_of(today)
        said = f"{self.scratch.content_id} {sorted(self.said.rates.items())} {reporting} {as_of}"
        if self.earlier:
            said = f"{self.earlier.load_id} {said}"
        load_id = hashlib.sha256(said.encode()).hexdigest()[:16]
        absent = tuple(table.name for table in SOURCE_TABLES if table.name not in self._plans)
        notices = self._findings.notices
        mrr = Money(0, reporting)
        return LoadReport(
            tables, absent, gathered.unknown_files, notices, reporting, as_of, load_id, False, mrr, gathered.marks,
            "changes" if self.earlier else "whole",
        )  # fmt: skip

    def _take(self, name: str, feed: Feed) -> None:
        """Read one feed into the scratch database."""
        try:
            plan = self._plan(name, feed)
            if plan is None:
                return
            self._plans[name] = plan
            styles = styles_of(plan, self._told("looking", name, feed), self._setting, self._findings)
            reader = RowReader(plan, self._setting, styles, self._findings, self._currencies_of)
            for batch in self._told("reading", name, feed):
                self._keep(name, reader, batch)
            self._notice_empty(name, feed)
            self._notice_left_out(feed, plan)
            self._whole.add(name)
            if name == "subscriptions":
                self.scratch.index(name)
        except Unreadable as problem:
            self._findings.add(Fault(feed.name, problem.kind, problem.row))
        except OSError:
            self._findings.add(Fault(feed.name, "unreadable_file"))

    def _keep(self, name: str, reader: RowReader, batch: Batch) -> None:
        """Put rows into the scratch database; of those that are deleted, a load of changes keeps the keys."""
        there, gone = reader.parted(batch)
        if there.rows:
            self.scratch.add(name, reader.typed(there))
        if gone.rows and self.earlier:
            self.scratch.add_gone(name, reader.keys(gone))
        elif gone.rows:
            self._findings.notice(self._plans[name].file, "deleted", DELETED, len(gone.rows))

    def _currencies_of(self, lines: Collection[str]) -> dict[str, str]:
        """Subscription → currency, by the load itself, else by the book that is changed."""
        found = self.scratch.currencies_of(lines)
        left = [line for line in lines if line not in found]
        return {**self.earlier.currencies_of(left), **found} if self.earlier and left else found

    def _unfold_history(self) -> None:
        """Contract lines, and accounts where nothing else says them, of an MRR history."""
        plan = self._plans.get(HISTORY.name)
        if plan is None or HISTORY.name not in self._whole or self._findings.any:
            return
        with_accounts = "accounts" not in self._plans
        months = isinstance(plan.feed, Months)
        lost = self.scratch.unfold_history(months, with_accounts)
        origin = plan.origin("account_id")
        header = origin.header if origin else "account_id"
        faults = [Fault(plan.file, "history_incomplete", None, header, account) for account in lost[:EXAMPLES]]
        self._findings.add_counted(faults, len(lost))
        self._filled = ("accounts", *_OF_HISTORY) if with_accounts else _OF_HISTORY
        for name in () if lost else self._filled:
            self.scratch.index(name)
            self._whole.add(name)

    def _history_as_lines(self) -> None:
        """From here on the history is the contract lines that it filled."""
        if plan := self._plans.pop(HISTORY.name, None):
            self._plans |= dict.fromkeys(self._filled, plan)

    def _told(self, step: Step, name: str, feed: Feed) -> Iterator[Batch]:
        """The feed's batches, while `watch` is told of their rows, and once they have been counted, of how many."""
        total, rows = self._rows.get(name), 0
        for batch in feed.batches():
            rows += len(batch.rows)
            self._watch(step, name, rows, total)
            yield batch
        self._rows[name] = rows

    def _plan(self, name: str, feed: Feed) -> Plan | None:
        """How to read the feed; None where it lacks columns, which is reported."""
        header = feed.header()
        if not header:
            self._findings.add(Fault(feed.name, "empty_file", detail={"table": name}))
            return None
        plan, faults = plan_columns(shapes()[name], feed, header, self._said_of(name, feed))
        if self.earlier and not faults:
            faults = [*self.earlier.unfit(plan)]
        self._findings.add(*faults)
        return None if faults else plan

    def _said_of(self, name: str, feed: Feed) -> TableMapping:
        """What the mapping says of a table; of a history by month, the month and its MRR are known."""
        said = self.said.table(name)
        known = {"on_day": MONTH, "amount": AMOUNT, "kind": None} if isinstance(feed, Months) else {}
        return said.model_copy(update={"columns": {**said.columns, **known}})

    def _notice_empty(self, name: str, feed: Feed) -> None:
        if self._rows[name]:
            return
        if name in REQUIRED and not self.earlier:
            kind: FaultKind = "no_rows" if feed.is_query else "empty_file"
            self._findings.add(Fault(feed.name, kind, detail={"table": name}))
        elif not (feed.is_query and self.earlier):
            self._findings.notice(feed.name, "empty", name, 1)

    def _notice_left_out(self, feed: Feed, plan: Plan) -> None:
        if isinstance(feed, Sifted):
            self._findings.notice(feed.name, "left_out", ", ".join(plan.said.leave_out), feed.left_out)

    def _check_references(self) -> None:
        """Rows that name what does not exist, and ids that mean two things."""
        for name, plan in self._plans.items():
            self._watch("checking", name, 0, None)
            if plan.via and plan.via.via and self._is_whole(plan.via.via[0]):
                kind: FaultKind = "unknown_subscription" if plan.via.via[0] == "subscriptions" else "unknown_account"
                self._borrow(name, "via", *plan.via.via)
                self._strangers(plan, kind, plan.via.header, *self.scratch.resolve(name, plan.via.via))
            self.scratch.index(name)
            if plan.said.repeats == "lines":
                self._findings.notice(plan.file, "further_lines", plan.header[0], self.scratch.number_repeats(name))
            for column, home, kind in _REFERENCES:
                origin = plan.origin(column)
                if origin and name != home and self._is_whole(home):
                    self._borrow(name, column, home, column)
                    self._strangers(plan, kind, origin.header, *self.scratch.strangers(name, column, home))
            self._clashes(name, plan)

    def _is_whole(self, home: str) -> bool:
        """Whether all rows that others may refer to are known: a file that broke off has more."""
        return home in self._whole or (self.earlier is not None and home not in self._plans)

    def _borrow(self, name: str, column: str, home: str, home_column: str) -> None:
        """Let the rows of a table name those of the book in a column."""
        if self.earlier:
            asked = self.scratch.named(name, column, home, home_column)
            self.scratch.lend(home, [*self.earlier.rows(home, home_column, asked)])

    def _strangers(self, plan: Plan, kind: FaultKind, header: str, rows: list[tuple[int, str]], total: int) -> None:
        self._findings.add_counted([Fault(plan.file, kind, row, header, value) for row, value in rows], total)

    def _key_of(self, fault: Fault) -> str | None:
        """The id of a query's row: the number under which it came says nothing to a person."""
        plans = self._plans.values()
        plan = next((plan for plan in plans if plan.file == fault.file and plan.feed.is_query), None)
        return self.scratch.key_of(plan.shape.name, fault.row) if plan and fault.row else None

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
        if self.earlier:
            self._strangers(plan, "deleted_and_given", header, *self.scratch.contradicted(name))

    def _reporting_currency(self, currency: str | None) -> str:
        if self.earlier:
            kept = self.earlier.currency
            if currency not in (None, kept):
                self._findings.add(Fault("--currency", "other_currency", value=currency, detail={"reporting": kept}))
            return kept
        used = self.scratch.currencies("subscriptions")
        return currency or next(iter(used), None) or self._setting.currency or ""

    def _check_rates(self, reporting: str) -> None:
        """Every foreign currency needs a rate."""
        covered = {reporting, *self.said.rates, *self.scratch.currencies("exchange_rates")}
        covered |= self.earlier.rated if self.earlier else set()
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
        lines, invoices = self._plans.get("subscriptions"), self._plans.get("invoices")
        cancelled = lines and lines.origin("cancelled_on")
        if lines and cancelled and not lines.origin("ended_on"):
            self._findings.notice(
                lines.file, "cancelled_open", cancelled.header, self.scratch.filled(lines.shape.name, "cancelled_on")
            )
        if invoices and invoices.origin("due_on") and not invoices.origin("paid_on"):
            self._findings.notice(invoices.file, "unpaid", "paid_on", self.scratch.filled("invoices", "due_on"))

    def _as_of(self, today: date) -> date:
        """The last day that the data speak of; changes never take it back."""
        days = [self._latest(plan.shape.name, plan.shape.facts, today) for plan in self._plans.values()]
        last = max((day for day in days if day), default=today)
        if any(isinstance(plan.feed, Months) for plan in self._plans.values()):
            return min(today, last_day(last))
        return last if self.earlier is None else max([self.earlier.as_of, *(day for day in days if day)])

    def _latest(self, name: str, columns: Iterable[str], today: date) -> date | None:
        days = [self.scratch.latest(name, column, today) for column in columns]
        return max((day for day in days if day), default=None)

    def _report(self, name: str, plan: Plan, today: date) -> TableReport:
        used = plan.used
        if "currency" in plan.absent and (codes := self.scratch.currencies(name) if name in PRICED else {}):
            used["currency"] = f"= {', '.join(codes)}"
        rows, wholes, keys = self.scratch.counts(name)
        absent = tuple(column for column in plan.absent if column not in (*used, DELETED) and plan.shape.name == name)
        self._findings.notice(plan.file, "summed", name, wholes - keys)
        return TableReport(
            name, plan.file, keys, used, plan.ignored, absent, rows - wholes, filled_by(plan),
            self._latest(plan.shape.name, plan.shape.newest, today), plan.said.stale_after,
        )  # fmt: skip


def _difference(plan: Plan, row: RowMapping, first: RowMapping) -> dict[str, str | int]:
    """In which columns a row says another thing than the first with its key."""
    names = [
        field.name
        for field in plan.shape.fields.values()
        if field.column in first and row[field.column] != first[field.column]
    ]
    return {"first_row": int(first["row_number"]), "differs": ", ".join(names)}


_OF_HISTORY = ("subscriptions", "subscription_changes")
_REFERENCES: tuple[tuple[str, str, FaultKind], ...] = (
    ("account_id", "accounts", "unknown_account"),
    ("subscription_id", "subscriptions", "unknown_subscription"),
)
