"""Where the rows of each table come from: a file of the directory, or a query on another database."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection

from tools.metrics._cells import fold
from tools.metrics._faults import Fault, Findings
from tools.metrics._fetching import Fetched, fetch
from tools.metrics._fields import shapes
from tools.metrics._history import HISTORY
from tools.metrics._mapping import LoadMapping, TableMapping
from tools.metrics._plan import files_by_table
from tools.metrics._reading import Feed, TextFile
from tools.metrics._shaping import Months, Sifted, has_months, header_of
from tools.metrics._sources import NoSource, Secrets, connect

REQUIRED = ("accounts", "subscriptions")
Step = Literal["asking", "looking", "reading", "checking", "writing"]
Watch = Callable[[Step, str, int, int | None], None]
"""Is told how a load goes on: what is done with which table, how many rows so far, and of how many if known.

A query is asked for its rows; the cells of every feed are looked at for their styles; then its rows are read, and
checked against one another; then each table is written, and at last (no table) what follows from all of them.
"""


def unwatched(_step: Step, _table: str, _rows: int, _total: int | None) -> None:
    """Nobody watches."""


@dataclass
class Gathered:
    """The feed of each table, and the files that are of none."""

    feeds: dict[str, Feed] = field(default_factory=dict)
    unknown_files: tuple[str, ...] = ()

    @property
    def marks(self) -> dict[str, str]:
        """Table → the highest value of its `changed` column."""
        found = {name: feed.mark for name, feed in self.feeds.items() if isinstance(feed, Fetched)}
        return {name: mark for name, mark in found.items() if mark}


def gather(
    directory: Path | None,
    said: LoadMapping,
    secrets: Secrets,
    marks: Mapping[str, str],
    folder: Path,
    findings: Findings,
    watch: Watch,
    changes: bool = False,
) -> Gathered:
    """Find the files and ask the queries; what is missing or wrong becomes a fault.

    `marks`: table → from where on its changes are asked; `folder`: where the rows of queries wait; `changes`: no table
    is needed, as long as there is any.
    """
    gathered = Gathered()
    findings.add(*_unusable(directory, said))
    findings.refuse()
    found, unknown = files_by_table(directory, said) if directory else ({}, [])
    findings.tables |= {path.name: name for name, paths in found.items() for path in paths}
    findings.tables |= {name_of(query, name): name for name, query in said.queries.items()}
    findings.add(*_missing_files(said, found, unknown, changes))
    if said.queries:
        findings.refuse()
    gathered.unknown_files = tuple(unknown)
    gathered.feeds = {name: _feed(name, [TextFile(path) for path in paths]) for name, paths in found.items()}
    with ExitStack() as stack:
        asking = _Asking(said, secrets, marks, folder, findings, watch, stack)
        gathered.feeds |= {name: feed for name, feed in asking.all() if feed}
    gathered.feeds = {name: _sifted(feed, said.table(name), findings) for name, feed in gathered.feeds.items()}
    return gathered


def _feed(name: str, files: list[TextFile]) -> Feed:
    """The file of a table; files of an MRR history with a column per month are one feed of all their months."""
    return Months(files) if name == HISTORY.name and has_months(files[0]) else files[0]


def _sifted(feed: Feed, said: TableMapping, findings: Findings) -> Feed:
    """The feed without the rows that the mapping leaves out."""
    if not said.leave_out:
        return feed
    titles = [fold(title) for title in header_of(feed)]
    words = {}
    for title, left in said.leave_out.items():
        if fold(title) in titles:
            words[titles.index(fold(title))] = frozenset(fold(word) for word in left.words)
        elif not left.optional:
            detail = {"for": "leave_out", "unused": ", ".join(header_of(feed))}
            findings.add(Fault(feed.name, "missing_column", column=title, detail=detail))
    return Sifted(feed, words)


def _unusable(directory: Path | None, said: LoadMapping) -> Iterator[Fault]:
    if directory is None:
        if not said.queries:
            yield Fault("retention load", "no_input")
    elif not directory.is_dir():
        yield Fault(directory.name, "missing_directory")
    elif not os.access(directory, os.R_OK | os.X_OK):
        yield Fault(directory.name, "unreadable_file")


def _missing_files(
    said: LoadMapping, found: Mapping[str, list[Path]], unknown: list[str], changes: bool
) -> Iterator[Fault]:
    """Files that the mapping names or a load needs, and tables that have two origins."""
    seen = {"found": ", ".join([path.name for paths in found.values() for path in paths] + unknown)[:300] or "–"}
    for name, table in said.tables.items():
        if table.file and table.file not in [path.name for path in found.get(name, [])]:
            yield Fault(table.file, "missing_file", detail={"table": name, **seen})
    if changes and not (found or said.queries):
        yield Fault("--changes", "nothing_to_load", detail=seen)
    for name in () if changes else REQUIRED:
        if not {name, HISTORY.name} & (found.keys() | said.queries.keys()) and not said.table(name).file:
            yield Fault(f"{name}.csv", "missing_file", detail={"table": name, **seen})
    for name, origins in _origins(said, found).items():
        if len(origins) > 1:
            yield Fault(origins[1], "two_files", detail={"table": name, "files": ", ".join(origins)})


def _origins(said: LoadMapping, found: Mapping[str, list[Path]]) -> dict[str, list[str]]:
    """From where each table would come. Contract lines come from an MRR history too, of many files if by month."""
    origins: dict[str, list[str]] = {}
    for name, paths in found.items():
        by_month = name == HISTORY.name and has_months(TextFile(paths[0]))
        origins[name] = [path.name for path in (paths[:1] if by_month else paths)]
    for name, query in said.queries.items():
        origins.setdefault(name, []).append(name_of(query, name))
    if "subscriptions" in origins:
        origins["subscriptions"] += origins.get(HISTORY.name, [])
    return origins


def name_of(said: TableMapping, table: str) -> str:
    """What faults and reports call a query."""
    return f"{said.source or 'query'}: {table}"


@dataclass
class _Asking:
    """All queries of a load, over one connection for each source."""

    said: LoadMapping
    secrets: Secrets
    marks: Mapping[str, str]
    folder: Path
    findings: Findings
    watch: Watch
    stack: ExitStack
    open: dict[str, Connection | None] = field(default_factory=dict)

    def all(self) -> Iterator[tuple[str, Feed | None]]:
        for name in shapes():
            if name in self.said.queries:
                yield name, self._ask(name, self.said.queries[name])

    def _ask(self, name: str, said: TableMapping) -> Feed | None:
        if not (connection := self._connection(said)):
            return None
        told = partial(self.watch, "asking", name)
        path = self.folder / f"{name}.rows"
        try:
            file, mark = name_of(said, name), self.marks.get(name)
            return fetch(connection, file, said, mark, path, lambda rows: told(rows, None))
        except NoSource as missing:
            self.findings.add(missing.fault)
            connection.rollback()
            return None

    def _connection(self, said: TableMapping) -> Connection | None:
        """The connection to the table's source; None where there is none, which is told once."""
        name = said.source
        if name is None:
            known = ", ".join(self.said.sources) or "–"
            self.findings.add(Fault("mapping", "unknown_source", value="–", detail={"known": known}))
            return None
        if name not in self.open:
            self.open[name] = self._opened(name)
        return self.open[name]

    def _opened(self, name: str) -> Connection | None:
        try:
            connection = connect(name, self.said.sources[name], self.secrets)
        except NoSource as missing:
            self.findings.add(missing.fault)
            return None
        self.stack.callback(connection.close)
        return connection
