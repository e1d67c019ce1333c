"""`retention metric`, `movements` and `trace`: figures without a question, and the defence of one that was shown."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import uuid4

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from bot.app import Assistant
from bot.as_json import document, figure_document, number
from bot.conversation import Reply
from bot.question import Person, Place, Question
from bot.router import Call
from bot.terminal import answer_parts, show
from bot.wording import out_of_date
from tools import Answer, Fact, Facts, MetricQuery, Phrase, ToolError, metric_query, phrase, what_it_hides
from tools._slots import slot_of
from tools.metrics import (
    DIMENSIONS,
    Breakdown,
    Figure,
    Freshness,
    Line,
    NoBook,
    NoLongerDefined,
    Retraced,
    freshness,
    ledger_rows,
    ledger_sums,
    retrace,
    stale_sources,
    statements,
)


class Mistaken(Exception):
    """A sentence for whoever typed the command."""

    def __init__(self, message: Phrase) -> None:
        super().__init__(message.msgid)
        self.message = message


@dataclass(frozen=True)
class Wanted:
    """What `retention metric` was asked for."""

    name: str
    period: str
    by: str | None = None
    where: Sequence[str] = ()
    variant: str | None = None
    compare: str | None = None


def measure(bot: Assistant, wanted: Wanted, form: str, console: Console) -> int:
    """Print a metric's figures as a table, `json` or `csv`. Returns the exit status."""

    def show() -> None:
        found = _query(bot, wanted).count(bot.book_heard())
        lines = found.lines if wanted.by else (found.whole,)
        figures = [figure for line in lines for figure in (line.now, line.before) if figure]
        _remember(bot, wanted, figures)
        _warn(bot, figures)
        if form == "table":
            _print_rows(bot, [_readable(found, line, wanted.by) for line in lines], form, console)
            _print_hidden(bot, found, console)
            return
        documents = [_document(bot, found, line) for line in lines]
        flat = [_flat(found, line, document) for line, document in zip(lines, documents, strict=True)]
        _print_rows(bot, documents if form == "json" else flat, form, console)

    return _told(bot, console, show)


def movements(bot: Assistant, first: date, last: date, by: str | None, form: str, console: Console) -> int:
    """Print the ledger's rows from the first to the last day, or their sums by a dimension and category."""

    def show() -> None:
        if by and by not in DIMENSIONS:
            raise Mistaken(phrase("Accounts can be told apart by {attributes}.", attributes=", ".join(DIMENSIONS)))
        rows = ledger_sums(bot.book(), first, last, by) if by else ledger_rows(bot.book(), first, last)
        _print_rows(bot, rows, form, console)

    return _told(bot, console, show)


def compare(bot: Assistant, wanted: Wanted, form: str, console: Console) -> int:
    """Print a metric by each of its published definitions, with what makes the difference; as text or `json`."""
    return _told(bot, console, lambda: _compare(bot, wanted, form, console))


def trace(bot: Assistant, figure_id: str, form: str, console: Console) -> int:
    """Print how a figure that was once shown was computed, what it is now, and the rows it is the sum of."""
    return _told(bot, console, lambda: _trace(bot, figure_id.lower(), form, console))


def sources(bot: Assistant, form: str, console: Console) -> int:
    """Print where each table came from and how fresh it is, also of tables that never were loaded."""
    return _told(bot, console, lambda: _print_rows(bot, _sources(freshness(bot.book(), bot.today())), form, console))


def _sources(found: Freshness) -> list[Mapping[str, Any]]:
    """One row per table. A failed load is told with the table it was for, else in a row of its own."""
    rows: dict[str, dict[str, Any]] = {
        one.table: {
            "table": one.table, "state": "stale" if one.is_stale else "fresh", "source": one.source, "rows": one.rows,
            "newest_on": one.newest_on, "loaded_on": one.loaded_on, "mode": one.mode, "age": one.age,
            "stale_after": one.stale_after,
        }
        for one in found.supplies
    }  # fmt: skip
    for name in found.absent:
        rows[name] = {"table": name, "state": "absent"}
    for one in found.failures:
        rows.setdefault(one.table or "", {"table": one.table}).update(
            failed_on=one.failed_on, failed_source=one.source, fault=one.fault.kind, faults=one.faults
        )
    columns = list(dict.fromkeys(name for row in rows.values() for name in row))
    return [{name: row.get(name) for name in columns} for row in rows.values()]


def _told(bot: Assistant, console: Console, do: Any) -> int:
    try:
        do()
    except (Mistaken, ToolError) as mistake:
        Console(stderr=True).print(Text(bot.speaker.say(mistake.message)))
        return 1
    except NoBook:
        Console(stderr=True).print(Text(bot.speaker.say(phrase("There is no customer book here yet."))))
        return 1
    return 0


def _query(bot: Assistant, wanted: Wanted) -> MetricQuery:
    limits = dict(_condition(each) for each in wanted.where)
    return metric_query(
        bot.book(), bot.today(), wanted.name,
        variant=wanted.variant, period=wanted.period, by=wanted.by, compare=wanted.compare, limits=limits,
    )  # fmt: skip


def _condition(text: str) -> tuple[str, str]:
    """`segment=enterprise`: one dimension and its value."""
    name, equals, value = text.partition("=")
    if not equals:
        raise Mistaken(phrase("“{text}” is no condition; write for instance segment=smb.", text=text))
    return name, value


def _remember(bot: Assistant, wanted: Wanted, figures: Sequence[Figure]) -> None:
    """Keep what was shown, so that its ids can be traced like those of any answer."""
    key = uuid4().hex
    place = Place("terminal", thread=key)
    question = Question(f"terminal/{key}", f"metric {wanted.name} {wanted.period}", Person("terminal"), place)
    said = phrase("{metric}", metric=wanted.name)
    answer = Answer(said, said, (Facts(tuple(Fact(said, figure) for figure in figures)),))
    bot.remember(Reply(question, bot.settings.retention_language, "answered", said, answer=answer))


def _warn(bot: Assistant, figures: Sequence[Figure]) -> None:
    """Say beside the figures which of their sources are out of date: scripts read only the figures."""
    used = {table for figure in figures for table in figure.source.tables}
    for sentence in out_of_date(stale_sources(bot.book(), used, bot.today())):
        Console(stderr=True).print(Text(bot.speaker.say(sentence)))


def _document(bot: Assistant, found: Breakdown, line: Line) -> dict[str, Any]:
    """A figure; where two periods are compared, with the other's, the change, and what that adds to the whole's."""
    document = {**figure_document(line.now, bot.speaker), **_counts(line.now)}
    if line.before is None:
        return document
    before = {**figure_document(line.before, bot.speaker), **_counts(line.before)}
    added = found.contribution(line)
    return {**document, "before": before, "change": number(line.change), "contribution": number(added)}


def _counts(figure: Figure) -> dict[str, int]:
    """Of a ratio, what it was made of: counted, or in minor units."""
    parts = figure.parts
    return {"numerator": parts.part, "denominator": parts.whole, "n": parts.n} if parts else {}


def _flat(found: Breakdown, line: Line, document: Mapping[str, Any]) -> dict[str, Any]:
    """A document as a row of a spreadsheet."""
    told = ("metric", "version", "variant", "value", "unit", "numerator", "denominator", "n", "rows", "id")
    row = {**{name: document.get(name) for name in told}, "period": str(line.now.period), **line.now.segment}
    if not found.of_ratio:
        row = {name: value for name, value in row.items() if name not in ("numerator", "denominator", "n")}
    if line.before is None:
        return row
    before = {name: document["before"][name] for name in ("value", "rows", "id")}
    changes = {name: document[name] for name in ("change", "contribution")}
    return {**row, **{f"before_{name}": each for name, each in before.items()},
            "before_period": str(line.before.period), **changes}  # fmt: skip


def _readable(found: Breakdown, line: Line, by: str | None) -> dict[str, Any]:
    """The same to be read: the group, the figure under its period, the other's, and the change."""
    now, before = line.now, line.before
    group = (
        {"metric": now.metric}
        if by is None
        else {"period": str(now.period)}
        if found.along_time
        else {by: now.segment[by]}
    )
    row = {**group, "value" if found.along_time else str(now.period): now}
    if before is None:
        return {**row, "id": now.id}
    contribution = {"contribution": found.contribution(line)} if found.of_ratio and not found.along_time else {}
    other = "before" if found.along_time else str(before.period)
    return {**row, other: before, "change": line.change, **contribution, "id": now.id}


def _print_hidden(bot: Assistant, found: Breakdown, console: Console) -> None:
    """A retention rate is not shown without what it hides, here neither."""
    if not found.metric.hides:
        return
    now = found.whole.now
    parts, _ = what_it_hides(bot.book(), now.period, now.segment)
    for block in answer_parts(parts, bot.speaker):
        console.print(block)


def _print_rows(bot: Assistant, rows: Sequence[Mapping[str, Any]], form: str, console: Console) -> None:
    if form == "json":
        sys.stdout.write(json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=2, default=str) + "\n")
    elif form == "csv":
        import pandas as pd

        pd.DataFrame([dict(row) for row in rows]).to_csv(sys.stdout, index=False)
    elif rows:
        table = Table(*(Column(name, overflow="fold") for name in rows[0]))
        for row in rows:
            table.add_row(*(Text(bot.speaker.cell(_cell(value))) for value in row.values()))
        console.print(table)


def _cell(value: Any) -> Any:
    return str(value) if isinstance(value, float) else value


def _compare(bot: Assistant, wanted: Wanted, form: str, console: Console) -> None:
    query = _query(bot, wanted)
    given_as = {name: slot_of(name) for name in query.where}
    if unknown := set(given_as.values()) - bot.tools["compare_definitions"].input.model_fields.keys():
        raise Mistaken(phrase("Definitions are not compared by {attributes}.", attributes=", ".join(sorted(unknown))))
    given = {"metric": query.metric.name, "variant": query.variant, "period": wanted.period}
    given |= {given_as[name]: value for name, value in query.where.items()}
    place = Place("terminal", thread=uuid4().hex)
    text = f"compare definitions of {query.metric.name}"
    asked = Question(f"terminal/{place.thread}", text, Person("terminal"), place, language=bot.speaker.language)
    reply = bot.ask(asked, Call("compare_definitions", {name: value for name, value in given.items() if value}))
    if reply.answer is None:
        raise Mistaken(reply.message)
    if form == "json":
        sys.stdout.write(json.dumps(document(reply), ensure_ascii=False, indent=2) + "\n")
    else:
        show(reply, console)


def _trace(bot: Assistant, figure_id: str, form: str, console: Console) -> None:
    place = Place("terminal", thread=uuid4().hex)
    if form == "table":
        asked = Question(f"terminal/{place.thread}", f"trace {figure_id}", Person("terminal"), place)
        reply = bot.ask(replace(asked, language=bot.speaker.language), Call("trace_figure", {"figure": figure_id}))
        if reply.answer is None:
            raise Mistaken(reply.message)
        show(reply, console)
        return
    traced = _retraced(bot, figure_id, place)
    if form == "csv":
        _print_rows(bot, traced.rows, form, console)
    else:
        sys.stdout.write(json.dumps(_account_of(bot, traced), ensure_ascii=False, indent=2, default=str) + "\n")


def _retraced(bot: Assistant, figure_id: str, place: Place) -> Retraced:
    shown = bot.shown(place).figure(figure_id)
    if shown is None:
        raise Mistaken(phrase("No figure {id} was ever shown here.", id=figure_id))
    try:
        return retrace(bot.book_heard(), shown)
    except NoLongerDefined:
        raise Mistaken(
            phrase("{metric} is not defined like that any more and cannot be counted again.", metric=shown.metric)
        ) from None


def _account_of(bot: Assistant, traced: Retraced) -> dict[str, Any]:
    """Everything about a figure: as it was shown, as it is now, and how it is counted. Sums and rows hold integers."""
    return {
        "shown": figure_document(traced.shown, bot.speaker),
        "now": figure_document(traced.now, bot.speaker),
        "same": traced.is_same,
        "definition": traced.metric.definition_text,
        "formula": traced.metric.formula,
        "reference": traced.metric.reference,
        "rule": traced.metric.rule(traced.now.variant),
        "statements": [{"sql": each.sql, "parameters": dict(each.parameters)} for each in statements(traced.now)],
        "sums": dict(traced.sums),
        "terms": {name: figure_document(term, bot.speaker) for name, term in traced.terms.items()},
        "rows": [dict(row) for row in traced.rows],
    }
