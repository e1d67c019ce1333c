"""How a figure that was shown was counted."""

import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, Field

from tools import (
    ANSWER,
    FIGURE,
    Answer,
    Cell,
    Code,
    Column,
    Deps,
    Fact,
    Facts,
    NextSteps,
    Note,
    Part,
    Phrase,
    Table,
    ToolError,
    phrase,
    phrase_n,
)
from tools._listing import MOST, Listing, title
from tools.metrics import Figure, NoLongerDefined, Retraced, retrace, statements


class Input(BaseModel):
    figure: Annotated[str | None, FIGURE] = Field(
        default=None, description="Id of a figure that was shown, f and eleven more characters; empty: list them."
    )
    answer: Annotated[str | None, ANSWER] = Field(
        default=None, description="Key of the answer whose figures to list; only buttons know it. Empty: the last one."
    )


def trace_figure(ask: Input, deps: Deps) -> Answer:
    """Show how a figure was counted: its definition, its SQL, its rows, and whether it still comes out the same.

    Use for "trace f1a2b3c4d5e6", "how was this counted", "where does this number come from" and other doubts about a
    figure that was just shown: its definition, formula, query, parameters, source rows or data.
    """
    if ask.figure:
        found = deps.shown.figure(ask.figure.lower())
        if found is None:
            raise ToolError(phrase("No figure {id} was ever shown here.", id=ask.figure))
        return _trace(found, deps)
    figures = deps.shown.figures(ask.answer)
    if not figures:
        raise ToolError(phrase("Which figure? Write its id, as in “trace f1a2b3c4d5e6”."))
    return _trace(figures[0], deps) if len(figures) == 1 else _list(figures)


def _trace(shown: Figure, deps: Deps) -> Answer:
    try:
        return _counted_again(retrace(deps.book, shown, MOST), deps.book.currency)
    except NoLongerDefined:
        return _as_it_was(shown)


def _list(figures: Sequence[Figure]) -> Answer:
    """All figures of an answer, each to be traced."""
    headline = phrase_n("That answer shows {n} figure.", "That answer shows {n} figures.", len(figures))
    table = _table_of([(title(figure), figure) for figure in figures])
    return Answer(phrase("Trace"), headline, (table, _each_traced(figures)))


def _as_it_was(shown: Figure) -> Answer:
    """Of a metric or variant that is gone: what was written down when the figure was shown."""
    headline = phrase(
        "{metric} was shown as {shown}. It is not defined like that any more and cannot be counted again.",
        metric=shown.metric,
        shown=shown,
    )
    return Answer(_subject(shown), headline, (_facts(shown, None), *_statements(shown)))


def _counted_again(traced: Retraced, currency: str) -> Answer:
    accounts = frozenset(str(row["account_id"]) for row in traced.rows if row.get("account_id"))
    made_of = _terms(traced) if traced.terms else _rows(traced, currency)
    parts = (_definition(traced), _facts(traced.shown, traced.now), *made_of, *_proof(traced))
    return Answer(_subject(traced.shown), _verdict(traced), parts, accounts)


def _verdict(traced: Retraced) -> Phrase:
    """Whether the figure still comes out the same, and why not where it does not."""
    told: dict[str, Any] = {"metric": title(traced.shown), "shown": traced.shown, "now": traced.now}
    if traced.shown.version != traced.now.version:
        return phrase(
            "{metric} was {shown}, shown under version {old} of its definition; under version {new} it is {now}.",
            old=str(traced.shown.version),
            new=str(traced.now.version),
            **told,
        )
    if traced.is_same:
        return phrase("{metric} was shown as {shown}; counted again just now, it is the same.", **told)
    return phrase("{metric} was shown as {shown}. The data have changed since: it is {now} now.", **told)


def _definition(traced: Retraced) -> Facts:
    metric, rule = traced.metric, traced.metric.rule(traced.now.variant)
    items = [
        Fact(phrase("What it is"), phrase(metric.definition_text)),
        Fact(phrase("Formula"), phrase(metric.formula)),
        Fact(phrase("Reference"), metric.reference),
    ]
    if rule:
        items.insert(2, Fact(phrase("Variant {name}", name=traced.now.variant), phrase(rule)))
    return Facts(tuple(items), phrase(metric.title))


def _facts(shown: Figure, now: Figure | None) -> Facts:
    """What was asked for, and what was read: when it was shown, and now."""
    items: list[tuple[Phrase, Cell]] = [
        (phrase("Definition"), _rule(shown)),
        (phrase("Period"), shown.period),
        (phrase("Limited to"), _limits(shown) or phrase("nothing: all accounts")),
        (phrase("As shown"), phrase("{value}, data as of {day}", value=shown, day=shown.source.as_of)),
    ]
    if now:
        items.append((phrase("Counted again"), _state(now)))
    return Facts(tuple(Fact(label, said) for label, said in items), phrase("This figure, {id}", id=shown.id))


def _state(figure: Figure) -> Phrase:
    return phrase_n(
        "{value}, from {n} row, data as of {day}",
        "{value}, from {n} rows, data as of {day}",
        figure.source.rows,
        value=figure,
        day=figure.source.as_of,
    )


def _rows(traced: Retraced, currency: str) -> Iterator[Part]:
    if not traced.adds_up:
        yield Note(
            phrase(
                "The rows do not add up to the figure: the ledger is damaged. "
                "Load the data again, or tell the owner of the book."
            )
        )
    listing = Listing(traced, currency)
    yield listing.table()
    if listing.is_cut:
        yield listing.download()


def _terms(traced: Retraced) -> Iterator[Part]:
    """The figures that a composed one is made of; each can be traced itself."""
    yield _table_of(list(traced.terms.items()))
    yield _each_traced(tuple(traced.terms.values()))


def _table_of(figures: Sequence[tuple[Phrase | str, Figure]]) -> Table:
    columns = (
        Column(phrase("Figure")), Column(phrase("Value"), numeric=True), Column(phrase("Period")),
        Column(phrase("Definition")), Column(phrase("Limited to")), Column(phrase("Id")),
    )  # fmt: skip
    rows = ((name, f, f.period, _rule(f), _limits(f), f.id) for name, f in figures)
    return Table(phrase("Each with its definition"), columns, tuple(rows))


def _each_traced(figures: Sequence[Figure]) -> NextSteps:
    said = (phrase("Trace {id}: {metric}, {value}", id=f.id, metric=title(f), value=f) for f in figures)
    return NextSteps(tuple(said))


def _proof(traced: Retraced) -> Iterator[Part]:
    """What can be run to see the same. A figure whose definition has changed shows how it was counted then."""
    if traced.shown.version != traced.now.version:
        yield Note(phrase("As it was counted when it was shown:"))
        yield from _statements(traced.shown)
    if not traced.terms:
        yield from _statements(traced.now)


def _statements(figure: Figure) -> Iterator[Part]:
    found = list(statements(figure))
    if len(found) > 1:
        yield Note(phrase("What was read. The figure is worked out from it by the program: no one statement gives it."))
    for each in found:
        yield Code(each.sql)
        yield Code(json.dumps(each.parameters, default=str, ensure_ascii=False, indent=1), "json")


def _subject(figure: Figure) -> Phrase:
    return phrase("Trace · {metric} · {period}", metric=title(figure), period=figure.period)


def _rule(figure: Figure) -> str:
    """By which definition: `logo_churn_rate@1, stripe`."""
    return f"{figure.metric}@{figure.version}, {figure.variant}"


def _limits(figure: Figure) -> str | None:
    """What it is limited to, as `--where` takes it: `segment=enterprise, country=BR`."""
    return ", ".join(f"{name}={value or '—'}" for name, value in sorted(figure.segment.items())) or None
