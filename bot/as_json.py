"""Reply → JSON, for scripts: `retention ask --json`.

Numbers are numbers, days are ISO 8601, and what is unknown or not defined is null. Money is always
`{"amount": 1234.56, "currency": "BRL"}`, as one column may hold several currencies; shares are percentages.
"""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from bot import markdown, terminal
from bot.conversation import Reply
from bot.locale import Speaker, amount
from bot.router import Choice
from bot.wording import opening
from knowledge import Passage
from tools import Chart, Code, Download, Draft, Fact, Facts, Heatmap, Part, Points, Table, Timeline
from tools.metrics import Change, Figure, Money, Period, Share, Supply


def document(reply: Reply) -> dict[str, Any]:
    """The whole reply; every key is always there.

    `figures`: each with the number a person would say in its `unit` (`BRL`, `percent`, `count` …); for money,
    `minor_units` is the exact integer. `stale`: the sources used that are out of date, with the day until which they
    can be relied on. `text` is the reply as a terminal shows it.
    """
    speaker, answer = Speaker(reply.language), reply.answer
    parts: tuple[Part, ...] = answer.parts if answer else ()
    return {
        "question": reply.question.text,
        "language": reply.language,
        "outcome": reply.outcome,
        "tool": reply.call.tool if reply.call else None,
        "arguments": dict(reply.call.arguments) if reply.call else {},
        "subject": speaker.say(answer.subject) if answer else None,
        "headline": speaker.say(opening(reply)),
        "figures": [figure_document(figure, speaker) for figure in answer.figures] if answer else [],
        "facts": [_fact(fact, speaker) for part in parts if isinstance(part, Facts) for fact in part.items],
        "tables": [_table(part, speaker) for part in parts if isinstance(part, Table)],
        "charts": [_chart(part, speaker) for part in parts if isinstance(part, Chart)],
        "heatmaps": [_heatmap(part, speaker) for part in parts if isinstance(part, Heatmap)],
        "timelines": [_timeline(part, speaker) for part in parts if isinstance(part, Timeline)],
        "code": [{"language": part.language, "text": part.text} for part in parts if isinstance(part, Code)],
        "downloads": [_download(part, speaker) for part in parts if isinstance(part, Download)],
        "passages": [_passage(passage) for passage in _passages(parts)],
        "drafts": [_draft(part) for part in parts if isinstance(part, Draft)],
        "stale": [_stale(supply) for supply in answer.stale] if answer else [],
        "choices": [_choice(choice, speaker) for choice in reply.choices],
        "suggestions": [speaker.say(question) for question in reply.suggestions],
        "text": terminal.plain(reply),
    }


def _stale(supply: Supply) -> dict[str, Any]:
    return {"table": supply.table, "day": supply.day.isoformat(), "age": supply.age}


def typed(value: Any, speaker: Speaker) -> Any:
    """A cell as JSON."""
    match value:
        case None | str():
            return value
        case Figure(unit="money", value=int() as minor, currency=str() as currency):
            return typed(Money(minor, currency), speaker)
        case Change(unit="money", value=int() as minor, currency=str() as currency):
            return typed(Money(minor, currency), speaker)
        case Figure() | Change():
            return number(value)
        case Money():
            return {"amount": float(amount(value)), "currency": value.currency}
        case Share():
            return None if value.value is None else float(value.value * 100)
        case Period():
            return str(value)
        case date():
            return value.isoformat()
        case int():
            return value
        case Fraction():
            return float(value)
    return speaker.say(value)


def figure_document(figure: Figure, speaker: Speaker) -> dict[str, Any]:
    money = figure.unit == "money"
    return {
        "id": figure.id,
        "metric": figure.metric,
        "version": figure.version,
        "variant": figure.variant,
        "value": number(figure),
        "unit": figure.currency if money else figure.unit,
        "minor_units": round(figure.value) if money and figure.value is not None else None,
        "shown": speaker.say(figure),
        "period": _period(figure.period, speaker),
        "segment": dict(figure.segment),
        "rows": figure.source.rows,
        "as_of": figure.source.as_of.isoformat(),
        "tables": list(figure.source.tables),
    }


def number(of: Figure | Change | None) -> int | float | None:
    """The number a person would say in the unit; of per cents, their points."""
    value = of.value if of else None
    if of is None or value is None:
        return None
    if of.unit == "money":
        return float(amount(Money(round(value), of.currency or "")))
    if of.unit == "percent":
        return float(value * 100)
    return value if isinstance(value, int) else float(value)


def _period(period: Period, speaker: Speaker) -> dict[str, str]:
    """`from` and `to` are the first and last day; `written` is how the period is given to a tool."""
    return {
        "from": period.start.isoformat(),
        "to": period.last_day.isoformat(),
        "written": str(period),
        "text": speaker.say(period),
    }


def _fact(fact: Fact, speaker: Speaker) -> dict[str, Any]:
    label, shown = speaker.say(fact.label), speaker.say(fact.value)
    return {"label": label, "value": typed(fact.value, speaker), "shown": shown}


def _table(table: Table | Download, speaker: Speaker) -> dict[str, Any]:
    return {
        "title": speaker.say(table.title),
        "columns": [speaker.say(column.label) for column in table.columns],
        "rows": [[typed(value, speaker) for value in row] for row in table.rows],
    }


def _chart(chart: Chart, speaker: Speaker) -> dict[str, Any]:
    """`name` and `beside`: what the points are called, and those of further lines; null and none where it is one."""
    return {
        "title": speaker.say(chart.title),
        "kind": chart.kind,
        "points": _points(chart.points, speaker),
        "name": typed(chart.name, speaker),
        "beside": [{"name": typed(name, speaker), "points": _points(more, speaker)} for name, more in chart.beside],
    }


def _points(points: Points, speaker: Speaker) -> list[dict[str, Any]]:
    return [{"label": typed(label, speaker), "value": typed(value, speaker)} for label, value in points]


def _heatmap(part: Heatmap, speaker: Speaker) -> dict[str, Any]:
    """A cell that is not yet, or not defined, is null."""
    heads = part.row_heads or (None,) * len(part.row_labels)
    return {
        "title": speaker.say(part.title),
        "row_title": speaker.say(part.row_title),
        "head_title": typed(part.head_title, speaker),
        "columns": [typed(label, speaker) for label in part.column_labels],
        "rows": [
            {
                "label": typed(label, speaker),
                "head": typed(head, speaker),
                "cells": [typed(value, speaker) for value in cells],
            }
            for label, head, cells in zip(part.row_labels, heads, part.cells, strict=True)
        ],
    }


def _timeline(part: Timeline, speaker: Speaker) -> dict[str, Any]:
    """`until` is the first day that is not in the phase any more."""
    return {
        "title": speaker.say(part.title),
        "first": part.first.isoformat(),
        "last": part.last.isoformat(),
        "phases": [
            {"name": speaker.say(name), "since": since.isoformat(), "until": until.isoformat()}
            for name, since, until in part.phases
        ],
        "lanes": [
            {"name": speaker.say(name), "marks": [{"on": mark.on.isoformat(), "tone": mark.tone} for mark in marks]}
            for name, marks in part.lanes
        ],
    }


def _download(part: Download, speaker: Speaker) -> dict[str, Any]:
    return {"name": part.name, **_table(part, speaker)}


def _passages(parts: tuple[Part, ...]) -> Iterator[Passage]:
    for part in parts:
        if isinstance(part, Passage):
            yield part
        elif isinstance(part, Draft):
            lines = (line for section in part.sections for line in section.lines)
            yield from (line for line in lines if isinstance(line, Passage))


def _passage(passage: Passage) -> dict[str, Any]:
    file, _, section = passage.source.partition("#")
    return {
        "source": passage.source,
        "file": file,
        "section": section,
        "title": passage.title,
        "heading": passage.heading,
        "text": passage.text,
        "language": passage.language,
    }


def _draft(draft: Draft) -> dict[str, Any]:
    reader = Speaker(draft.language)
    return {
        "kind": draft.kind,
        "title": reader.say(draft.title),
        "language": draft.language,
        "account": draft.account_id,
        "markdown": markdown.draft(draft),
    }


def _choice(choice: Choice, speaker: Speaker) -> dict[str, Any]:
    call = choice.call
    return {"label": speaker.say(choice.label), "tool": call.tool, "arguments": dict(call.arguments)}
