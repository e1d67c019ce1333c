"""The book within the warehouse: its tables are views over the mapping's queries, and only the ledger is written.

All of it is one transaction: the views are made, looked through as a load looks through rows (`_viewed`), and the
ledger is built from them, or everything is as it was. A view is made anew only where its query changed, so that who
reads meanwhile need not wait.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, delete, func, insert, inspect, make_url, select, union_all
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateView, DropTable, DropView

from tools.metrics._book import BOOK, SOURCE_TABLES, book_info, exchange_rates, load_marks, loads, subscriptions
from tools.metrics._cells import currencies
from tools.metrics._engines import writing_engine
from tools.metrics._faults import Fault, Findings
from tools.metrics._feeds import REQUIRED, Watch, name_of, unwatched
from tools.metrics._fields import PRICED, shapes
from tools.metrics._figure import Money
from tools.metrics._history import HISTORY
from tools.metrics._mapping import LoadMapping, TableMapping, read_mapping, rules_of
from tools.metrics._opening import refuse_strangers
from tools.metrics._plan import Plan, plan_columns
from tools.metrics._report import LoadReport, TableReport
from tools.metrics._sources import NoSource, Secrets, cause, no_secret, url_of
from tools.metrics._values import digits
from tools.metrics._viewed import look_through
from tools.metrics._views import Place, View, asked
from tools.metrics._writing import make_ledger, mrr_on, stated_rates

_VIEW = "view "
"""Before a table's name, the key in `book_info` of what its view was made from."""


class _Rehearsed(Exception):
    """It would be read in place; everything is taken back."""


def read_in_place(
    url: str,
    *,
    mapping: Path | None,
    check_only: bool = False,
    currency: str | None = None,
    timezone: str = "America/Sao_Paulo",
    today: date,
    secrets: Secrets = no_secret,
    watch: Watch = unwatched,
    ledger: Callable[[Connection], None] = make_ledger,
) -> LoadReport:
    """Make the book at `url` of views over the mapping's queries, or refresh its ledger. Raises LoadRefused.

    The arguments are those of `load_directory`; the queries are asked in the book's own database.
    """
    findings = Findings()
    said, faults = read_mapping(mapping)
    findings.add(*faults, *_impossible(said), *_elsewhere(said, make_url(url), secrets))
    if currency and currency not in currencies():
        findings.add(Fault("--currency", "not_a_currency", value=currency))
    findings.refuse()
    engine, done = writing_engine(url), []
    try:
        with suppress(_Rehearsed), engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            done.append(_InPlace(connection, said, findings, currency, timezone, today, watch).make(ledger))
            if check_only:
                raise _Rehearsed
    finally:
        engine.dispose()
    return replace(done[0], written=not check_only)


def _impossible(said: LoadMapping) -> Iterator[Fault]:
    """What only a load can do."""
    for name in REQUIRED:
        if name not in said.queries:
            yield Fault("mapping", "missing_query", detail={"table": name})
    if HISTORY.name in said.queries:
        yield Fault("mapping", "not_in_place", column="tables", value=HISTORY.name)
    for name, table in said.tables.items():
        rules = [rule for said_of_it in table.columns.values() for rule in rules_of(said_of_it)]
        wanted = {
            "file": bool(table.file), "ends": said.table(name).ends == "last_day",
            "is_trial": "is_trial" in table.columns, "leave_out": bool(table.leave_out), "repeats": bool(table.repeats),
            "via": any(rule.via for rule in rules), "when": any(rule.when for rule in rules),
        }  # fmt: skip
        for what in (what for what, is_so in wanted.items() if is_so):
            yield Fault("mapping", "not_in_place", column=f"tables.{name}", value=what)


def _elsewhere(said: LoadMapping, book: URL, secrets: Secrets) -> Iterator[Fault]:
    """Sources that are not the book's own database."""
    for name in {table.source: None for table in said.queries.values() if table.source in said.sources}:
        try:
            if _database(url_of(name, said.sources[name], secrets)) != _database(book):
                yield Fault(name, "elsewhere")
        except NoSource as missing:
            yield missing.fault


def _database(url: URL) -> tuple[object, ...]:
    backend = url.get_backend_name()
    if backend == "sqlite":
        return backend, Path(url.database or "").absolute()
    return backend, url.host, url.port, url.database


@dataclass(frozen=True)
class _InPlace:
    """One reading in place, within its transaction."""

    connection: Connection
    said: LoadMapping
    findings: Findings
    asked_currency: str | None
    timezone: str
    today: date
    watch: Watch

    def make(self, ledger: Callable[[Connection], None]) -> LoadReport:
        """Make the views, look through them, build the ledger. Raises LoadRefused."""
        refuse_strangers(self.connection)
        views = self._views()
        made = self._replace(views)
        self._own_tables(views)
        for name, view in views.items():
            self.watch("looking", name, 0, None)
            self.findings.add_all(look_through(self.connection, view, views))
        reporting = self._reporting()
        self._check_rates(views, reporting)
        self.findings.refuse()
        self.watch("writing", "", 0, None)
        report = self._report(views, reporting)
        self._describe(report, made)
        ledger(self.connection)
        return replace(report, mrr=Money(mrr_on(self.connection, report.as_of), reporting))

    def _views(self) -> dict[str, View]:
        """A view for each table with a query. Raises LoadRefused."""
        plans = {name: self._plan(name, table) for name, table in self.said.queries.items() if name in shapes()}
        self.findings.refuse()
        place = Place(self.connection.dialect.name, self.timezone, self.asked_currency or self.said.currency, {})
        draft = {name: View(plan, place) for name, plan in plans.items() if plan}
        place = replace(place, digits=self._digits([view for name, view in draft.items() if name in PRICED]))
        return {name: View(plans[name], place) for name in shapes() if plans.get(name)}  # type: ignore[arg-type]

    def _plan(self, name: str, table: TableMapping) -> Plan | None:
        file = name_of(table, name)
        try:
            with self.connection.begin_nested():
                feed = asked(self.connection, file, table.query or "")
        except DBAPIError as problem:
            told = cause(problem, self.connection.engine.url)
            self.findings.add(Fault(file, "query_failed", detail={"cause": told}))
            return None
        plan, faults = plan_columns(shapes()[name], feed, feed.header(), self.said.table(name))
        self.findings.add(*faults)
        kept = tuple(one for one in plan.origins if one.field.column in plan.shape.table.c)
        return None if faults else replace(plan, origins=kept)

    def _digits(self, priced: list[View]) -> dict[str, int]:
        """The decimals of the currencies in use, where they are not two."""
        used = union_all(*(select(view.select.subquery().c.currency).distinct() for view in priced))
        known = {code for (code,) in self.connection.execute(used) if code in currencies()}
        return {code: digits(code) for code in sorted(known) if digits(code) != 2}

    def _replace(self, views: Mapping[str, View]) -> dict[str, str]:
        """Make the views whose definition changed, in place of what we had there; table → hash of its definition."""
        there = inspect(self.connection)
        ours = {table.name for table in SOURCE_TABLES if there.has_table(table.name)}
        old = set(there.get_view_names())
        before = self._remembered()
        made = {}
        for table in SOURCE_TABLES:
            create = CreateView(views[table.name].select, table.name) if table.name in views else None
            written = str(create.compile(dialect=self.connection.dialect)) if create is not None else ""
            made[table.name] = hashlib.sha256(written.encode()).hexdigest()[:16] if written else ""
            if table.name in old and create is not None and made[table.name] == before.get(table.name):
                continue
            if table.name in old:
                self.connection.execute(DropView(table))
            elif table.name in ours and create is not None:
                self.connection.execute(DropTable(table))
            if create is not None:
                self.connection.execute(create)
        return {name: said for name, said in made.items() if said}

    def _remembered(self) -> dict[str, str]:
        if not inspect(self.connection).has_table(book_info.name):
            return {}
        known = select(book_info.c.key, book_info.c.value).where(book_info.c.key.startswith(_VIEW))
        return {row.key.removeprefix(_VIEW): row.value for row in self.connection.execute(known)}

    def _own_tables(self, views: Mapping[str, View]) -> None:
        """The ledger's tables, and empty ones for what has no query."""
        BOOK.create_all(self.connection)
        for table in (*SOURCE_TABLES, book_info, loads, load_marks):
            if table.name not in views:
                self.connection.execute(delete(table))
        if self.said.rates and exchange_rates.name in views:
            self.findings.add(Fault("mapping", "not_in_place", column="rates", value="rates"))
        elif self.said.rates:
            self.connection.execute(insert(exchange_rates), stated_rates(self.said))

    def _reporting(self) -> str:
        code, rows = subscriptions.c.currency, func.count()
        most = select(code).where(code.is_not(None)).group_by(code).order_by(rows.desc(), code).limit(1)
        return self.asked_currency or self.connection.execute(most).scalar() or self.said.currency or ""

    def _check_rates(self, views: Mapping[str, View], reporting: str) -> None:
        """Every foreign currency needs a rate."""
        known = {reporting, *self.connection.execute(select(exchange_rates.c.currency).distinct()).scalars()}
        for name in (name for name in PRICED if name in views):
            code = views[name].plan.shape.table.c.currency
            used = select(code, func.count()).where(code.is_not(None), code.not_in(known)).group_by(code)
            for currency, rows in self.connection.execute(used.order_by(code)).all():
                detail = {"reporting": reporting, "rows": rows}
                if currency in currencies():
                    place = views[name].plan.file, "currency", currency
                    self.findings.add(Fault(place[0], "rate_missing", None, place[1], place[2], detail))

    def _report(self, views: Mapping[str, View], reporting: str) -> LoadReport:
        tables = tuple(self._table(view) for view in views.values())
        as_of = max((day for view in views.values() for day in self._facts(view)), default=self.today)
        absent = tuple(table.name for table in SOURCE_TABLES if table.name not in views)
        said = f"{[(one.table, one.rows) for one in tables]} {reporting} {as_of} {datetime.now(UTC).isoformat()}"
        load_id = hashlib.sha256(said.encode()).hexdigest()[:16]
        mrr = Money(0, reporting)
        return LoadReport(tables, absent, (), (), reporting, as_of, load_id, False, mrr, mode="in_place")

    def _table(self, view: View) -> TableReport:
        plan = view.plan
        rows = int(self.connection.execute(select(func.count()).select_from(plan.shape.table)).scalar_one())
        return TableReport(plan.shape.name, plan.file, rows, plan.used, plan.ignored, plan.absent, 0)

    def _facts(self, view: View) -> Iterator[date]:
        """The last day up to today of each column of facts."""
        for name in view.plan.shape.facts:
            day = view.plan.shape.table.c[name]
            if last := self.connection.execute(select(func.max(day)).where(day <= self.today)).scalar():
                yield last

    def _describe(self, report: LoadReport, made: Mapping[str, str]) -> None:
        now = datetime.now(UTC).replace(microsecond=0)
        info = {
            "reporting_currency": report.currency, "timezone": self.timezone, "as_of": report.as_of.isoformat(),
            "loaded_at": now.isoformat(), "load_id": report.load_id, "in_place": "yes",
            **{_VIEW + name: written for name, written in made.items()},
        }  # fmt: skip
        self.connection.execute(insert(book_info), [{"key": key, "value": value} for key, value in info.items()])
        sources = [
            {"table_name": one.table, "source": one.file, "row_count": one.rows, "loaded_at": now.replace(tzinfo=None)}
            for one in report.tables
        ]
        self.connection.execute(insert(loads), sources)
