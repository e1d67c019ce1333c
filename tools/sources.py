"""Where the data comes from, and how fresh it is."""

from collections.abc import Iterator

from pydantic import BaseModel

from tools import Answer, Cell, Column, Deps, NextSteps, Note, Part, Phrase, Table, phrase, phrase_n
from tools._load_messages import explain
from tools._tables import TABLES
from tools.metrics import Failure, Freshness, Supply, freshness


class Input(BaseModel):
    pass


def sources(ask: Input, deps: Deps) -> Answer:
    """Say where the data comes from and how fresh it is: source, rows, newest day and last error of each table.

    Use when someone asks for the sources or the origin of the data, how fresh, old or up to date they are, when they
    were loaded or updated last, what is missing, or whether a load failed. Not for figures themselves.
    """
    found = freshness(deps.book, deps.today)
    return Answer(phrase("Data sources"), _headline(found, deps), tuple(_parts(found)))


def _headline(found: Freshness, deps: Deps) -> Phrase:
    fresh, stale, failed = len(found.supplies) - len(found.stale), len(found.stale), len(found.failures)
    states = (
        phrase_n("{n} table is fresh", "{n} tables are fresh", fresh),
        *([phrase_n("{n} is stale", "{n} are stale", stale)] if stale else []),
        *([phrase_n("{n} load failed", "{n} loads failed", failed)] if failed else []),
    )
    return phrase("The data reach up to {day}: {states}.", day=deps.book.as_of, states=states)


def _parts(found: Freshness) -> Iterator[Part]:
    yield _table(found)
    if found.absent:
        yield Note(phrase("Absent, never loaded: {tables}.", tables=tuple(TABLES[name] for name in found.absent)))
    yield from (Note(_error(failure)) for failure in found.failures)
    if found.stale or found.failures:
        yield Note(phrase("`retention load DIR --check` says what a load would find wrong, without changing anything."))
    yield NextSteps((phrase("Which accounts are at risk?"), phrase("Weekly MRR summary")))


def _table(found: Freshness) -> Table:
    columns = (
        Column(phrase("Table")), Column(phrase("State")), Column(phrase("Newest day")), Column(phrase("Loaded on")),
        Column(phrase("Rows"), numeric=True), Column(phrase("Source")),
    )  # fmt: skip
    rows = tuple(
        (TABLES[one.table], _state(one), one.newest_on, _loaded(one), one.rows, one.source) for one in found.supplies
    )
    footnote = phrase(
        "Stale: the newest day is longer ago than the limit of the table. Where rows have no day or seldom change, the "
        "day of the load counts."
    )
    return Table(phrase("Where the data come from"), columns, rows, footnote)


def _loaded(supply: Supply) -> Cell:
    return phrase("{day}, only changes", day=supply.loaded_on) if supply.mode == "changes" else supply.loaded_on


def _state(supply: Supply) -> Phrase:
    return phrase_n("stale, {n} day", "stale, {n} days", supply.age) if supply.is_stale else phrase("fresh")


def _error(failure: Failure) -> Phrase:
    """What kept the last load from happening, and how much else."""
    told = {"day": failure.failed_on, "fault": explain(failure.fault)}
    others = failure.faults - 1
    if not others:
        return phrase("A load failed on {day} and changed nothing. {fault}", **told)
    return phrase_n(
        "A load failed on {day} and changed nothing. {fault} And {n} more fault in this source.",
        "A load failed on {day} and changed nothing. {fault} And {n} more faults in this source.",
        others,
        **told,
    )
