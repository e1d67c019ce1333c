"""`retention metric`, `movements` and `trace`: figures without a question, and the defence of one that was shown."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import uuid4

from rapidfuzz import process
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.app import Assistant
from bot.as_json import document, figure_document
from bot.conversation import Reply
from bot.question import Person, Place, Question
from bot.router import Call
from bot.terminal import show
from tools import Answer, Fact, Facts, Phrase, phrase
from tools.metrics import (
    DIMENSIONS,
    Figure,
    Metric,
    NoBook,
    NoLongerDefined,
    Period,
    Retraced,
    UnknownVariant,
    all_metrics,
    dimension_values,
    ledger_rows,
    retrace,
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
    compare: bool = False


def measure(bot: Assistant, wanted: Wanted, form: str, console: Console) -> int:
    """Print a metric's figures as a table, `json` or `csv`. Returns the exit status."""

    def show() -> None:
        figures = _figures(bot, wanted)
        _remember(bot, wanted, figures)
        _show(bot, figures, form, console)

    return _told(bot, console, show)


def movements(bot: Assistant, first: date, last: date, form: str, console: Console) -> int:
    """Print the ledger's rows from the first to the last day."""
    return _told(bot, console, lambda: _print_rows(bot, ledger_rows(bot.book(), first, last), form, console))


def compare(bot: Assistant, wanted: Wanted, form: str, console: Console) -> int:
    """Print a metric by each of its published definitions, with what makes the difference; as text or `json`."""
    return _told(bot, console, lambda: _compare(bot, wanted, form, console))


def trace(bot: Assistant, figure_id: str, form: str, console: Console) -> int:
    """Print how a figure that was once shown was computed, what it is now, and the rows it is the sum of."""
    return _told(bot, console, lambda: _trace(bot, figure_id.lower(), form, console))


def _told(bot: Assistant, console: Console, do: Any) -> int:
    try:
        do()
    except Mistaken as mistake:
        Console(stderr=True).print(Text(bot.speaker.say(mistake.message)))
        return 1
    except NoBook:
        Console(stderr=True).print(Text(bot.speaker.say(phrase("There is no customer book here yet."))))
        return 1
    return 0


def _figures(bot: Assistant, wanted: Wanted) -> list[Figure]:
    metric, where, period = _metric(wanted.name), _where(bot, wanted.where), _period(wanted.period)
    periods = [period, period.previous()] if wanted.compare else [period]
    try:
        if wanted.by is None:
            return [metric(bot.book(), each, where, wanted.variant) for each in periods]
        by = _attribute(wanted.by)
        groups = [metric.by(bot.book(), each, by, where, wanted.variant) for each in periods]
    except UnknownVariant:
        raise _no_such_variant(metric) from None
    return [figure for group in groups for figure in group.values()]


def _metric(name: str) -> Metric:
    metrics = all_metrics()
    if name in metrics:
        return metrics[name]
    near = ", ".join(found[0] for found in process.extract(name, metrics.keys(), limit=3))
    raise Mistaken(phrase("There is no metric “{name}”; the nearest are {near}.", name=name, near=near))


def _no_such_variant(metric: Metric) -> Mistaken:
    known = ", ".join((metric.standard, *metric.variants))
    return Mistaken(phrase("{metric} has these variants: {variants}.", metric=metric.name, variants=known))


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError as unreadable:
        raise Mistaken(phrase("{problem}.", problem=str(unreadable))) from unreadable


def _attribute(name: str) -> str:
    if name in DIMENSIONS:
        return name
    raise Mistaken(phrase("Accounts can be told apart by {attributes}.", attributes=", ".join(DIMENSIONS)))


def _where(bot: Assistant, conditions: Sequence[str]) -> dict[str, str]:
    """`segment=enterprise` … Values that do not occur are refused with those that do: nobody is told a silent zero."""
    where = {}
    for condition in conditions:
        name, _, value = condition.partition("=")
        known = dimension_values(bot.book(), _attribute(name))
        if value not in known:
            told = {"name": name, "value": value, "some": ", ".join(known[:20])}
            raise Mistaken(phrase("No account has {name} “{value}”; there are: {some}.", **told))
        where[name] = value
    return where


def _remember(bot: Assistant, wanted: Wanted, figures: Sequence[Figure]) -> None:
    """Keep what was shown, so that its ids can be traced like those of any answer."""
    key = uuid4().hex
    place = Place("terminal", thread=key)
    question = Question(f"terminal/{key}", f"metric {wanted.name} {wanted.period}", Person("terminal"), place)
    said = phrase("{metric}", metric=wanted.name)
    answer = Answer(said, said, (Facts(tuple(Fact(said, figure) for figure in figures)),))
    bot.remember(Reply(question, bot.settings.retention_language, "answered", said, answer=answer))


def _show(bot: Assistant, figures: Sequence[Figure], form: str, console: Console) -> None:
    documents = [figure_document(figure, bot.speaker) for figure in figures]
    if form == "json":
        sys.stdout.write(json.dumps(documents, ensure_ascii=False, indent=2) + "\n")
        return
    if form == "csv":
        told = ("metric", "version", "variant", "value", "unit", "rows", "id")
        rows = [
            {**{name: document[name] for name in told}, "period": str(figure.period), **figure.segment}
            for document, figure in zip(documents, figures, strict=True)
        ]
    else:
        rows = [
            {"period": str(figure.period), **figure.segment, figure.metric: document["shown"], "id": figure.id}
            for document, figure in zip(documents, figures, strict=True)
        ]
    _print_rows(bot, rows, form, console)


def _print_rows(bot: Assistant, rows: Sequence[Mapping[str, Any]], form: str, console: Console) -> None:
    if form == "json":
        sys.stdout.write(json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=2, default=str) + "\n")
    elif form == "csv":
        import pandas as pd

        pd.DataFrame([dict(row) for row in rows]).to_csv(sys.stdout, index=False)
    elif rows:
        table = Table(*rows[0])
        for row in rows:
            table.add_row(*(Text(bot.speaker.cell(_cell(value))) for value in row.values()))
        console.print(table)


def _cell(value: Any) -> Any:
    return str(value) if isinstance(value, float) else value


def _compare(bot: Assistant, wanted: Wanted, form: str, console: Console) -> None:
    metric = _metric(wanted.name)
    if wanted.variant and not metric.defines(wanted.variant):
        raise _no_such_variant(metric)
    where = _where(bot, wanted.where)
    given_as = {name: "speaking" if name == "language" else name for name in where}
    if unknown := set(given_as.values()) - bot.tools["compare_definitions"].input.model_fields.keys():
        raise Mistaken(phrase("Definitions are not compared by {attributes}.", attributes=", ".join(sorted(unknown))))
    given = {"metric": metric.name, "variant": wanted.variant, "period": wanted.period}
    given |= {given_as[name]: value for name, value in where.items()}
    place = Place("terminal", thread=uuid4().hex)
    asked = Question(f"terminal/{place.thread}", f"compare definitions of {metric.name}", Person("terminal"), place)
    call = Call("compare_definitions", {name: value for name, value in given.items() if value})
    reply = bot.ask(replace(asked, language=bot.speaker.language), call)
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
        return retrace(bot.book(), shown)
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
