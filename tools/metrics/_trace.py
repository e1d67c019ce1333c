"""A figure that was shown, counted again: the rows behind it, and statements that anybody can run."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tools.metrics._counting import Sums, ratio
from tools.metrics._figure import Figure
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Metric, all_metrics

_TOKEN = re.compile(r"(?P<subquery>\((?=SELECT\b))|'[^']*'|\"[^\"]*\"|[(),\n]|[^'\"(),\n]+")
_PARAMETER = re.compile(r"(?<![:\w]):(\w+)")
_WORDS = re.compile(r"[A-Za-z][\w -]*")
_CLAUSE = re.compile(r" (?=(?:GROUP BY|UNION ALL) )")
_INDENT = "  "


class NoLongerDefined(LookupError):
    """The figure's metric, or its variant, is not among the metrics any more."""


@dataclass(frozen=True)
class Statement:
    """One statement as text: what the asker chose is in `parameters`, named in it as `:name`."""

    sql: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Retraced:
    """A figure as it was `shown` and as it is `now`.

    `rows` are the largest ones it is counted from, `sums` what all of them add up to and how many there are. A figure
    composed of others has `terms` instead: what each is called in the formula, and the figure.
    """

    shown: Figure
    now: Figure
    metric: Metric
    rows: list[Mapping[str, Any]]
    sums: Sums
    terms: Mapping[str, Figure]

    @property
    def is_same(self) -> bool:
        return (self.shown.value, self.shown.version) == (self.now.value, self.now.version)

    @property
    def adds_up(self) -> bool:
        """Whether the rows make the figure. Only a damaged ledger keeps them from it."""
        return bool(self.terms) or self.now.value is None or self._worked_out == self.now.value

    @property
    def _worked_out(self) -> int | Fraction | None:
        """The figure, made of its rows."""
        if "whole" not in self.sums:
            return self.sums["part"]
        share = ratio(self.sums["part"], self.sums["whole"])
        return None if share is None else share * self.metric.scale


def retrace(book: Book, shown: Figure, most: int | None = None) -> Retraced:
    """Count a figure again, with `most` of its rows at most. Raises NoLongerDefined."""
    metric = all_metrics().get(shown.metric)
    if metric is None or not metric.defines(shown.variant):
        raise NoLongerDefined(f"{shown.metric}, {shown.variant}")
    asked = (book, shown.period, shown.segment, shown.variant)
    rows = metric.rows(*asked, most)
    terms = {str(row["term"]): _term(book, shown, row) for row in rows if "term" in row}
    return Retraced(shown, metric(*asked), metric, rows, metric.sums(*asked), terms)


def _term(book: Book, shown: Figure, row: Mapping[str, Any]) -> Figure:
    return all_metrics()[row["metric"]](book, Period.parse(row["period"]), shown.segment, row["variant"])


def statements(figure: Figure) -> Iterator[Statement]:
    """The statements behind a figure, each to be run by itself, laid out to be read.

    What belongs to the definition (numbers, names of categories) is spelt out; days and what the figure is limited to
    stay parameters.
    """
    for sql, parameters in figure.source.statements:
        yield _spelt_out(sql, parameters, set(figure.segment.values()))


def _spelt_out(sql: str, parameters: Mapping[str, Any], chosen: set[str]) -> Statement:
    literals = {name: _literal(value) for name, value in parameters.items() if value not in chosen and _is_plain(value)}
    text = _PARAMETER.sub(lambda found: literals.get(found[1], found[0]), sql)
    return Statement(_laid_out(text), {name: value for name, value in parameters.items() if name not in literals})


def _is_plain(value: Any) -> bool:
    """Whether a value is a whole number, or words without a sign that SQL could take for its own."""
    return type(value) is int or (isinstance(value, str) and bool(_WORDS.fullmatch(value)))


def _literal(value: int | str) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value) if value >= 0 else f"({value})"


def _laid_out(sql: str) -> str:
    """A line for each clause and column, subqueries indented. Only blanks are added."""
    lines, subqueries = [""], [True]
    for token in _TOKEN.finditer(_CLAUSE.sub("\n", sql)):
        text, indent = token[0], _INDENT * (sum(subqueries) - 1)
        match text:
            case "(":
                subqueries.append(token.lastgroup == "subquery")
                lines[-1] += text
                if subqueries[-1]:
                    lines.append(indent + _INDENT)
            case ")":
                if subqueries.pop():
                    lines.append(indent.removesuffix(_INDENT))
                lines[-1] += text
            case "," if subqueries[-1]:
                lines[-1] += text
                lines.append(indent + _INDENT)
            case "\n":
                lines.append(indent)
            case _:
                lines[-1] += text if lines[-1].strip() else text.lstrip()
    return "\n".join(line.rstrip() for line in lines if line.strip())
