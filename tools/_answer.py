"""Answers: a headline and parts. The parts are a closed vocabulary that every renderer knows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from knowledge import Passage
from tools._guard import Category
from tools._phrase import Phrase
from tools.metrics import Change, Figure, Money, Period, Share, Supply

Cell = Phrase | tuple[Phrase, ...] | str | int | Fraction | date | Period | Money | Share | Change | Figure | None
"""What can stand in a table or fact. `str` is data, None is *unknown* (shown as a dash), a tuple is a list."""


@dataclass(frozen=True)
class Note:
    """A paragraph."""

    text: Phrase


@dataclass(frozen=True)
class Fact:
    label: Phrase
    value: Cell


@dataclass(frozen=True)
class Facts:
    """Labelled values, a few side by side."""

    items: tuple[Fact, ...]
    title: Phrase | None = None


@dataclass(frozen=True)
class Column:
    label: Phrase | str | int | date
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    title: Phrase
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    footnote: Phrase | None = None
    accounts: tuple[str, ...] = ()
    """The account of each row, where each is about one: something can be done with it then."""


Points = tuple[tuple[Phrase | str | date, Money | Share | int | Fraction], ...]


@dataclass(frozen=True)
class Chart:
    """A picture of figures that the answer also shows as numbers.

    `waterfall`: the first and last points are totals, those between are signed changes. `line`, `bar`: plain.
    `beside`: further lines of a `line`, each with its name and drawn point by point along the first, whose name is
    `name`: a period and the one before it.
    """

    title: Phrase
    kind: Literal["waterfall", "line", "bar"]
    points: Points
    name: Phrase | str | None = None
    beside: tuple[tuple[Phrase | str, Points], ...] = ()


Shaded = Money | Share | Figure | int | None
"""A cell of a heat map. None is *not yet*; `Share(None)` is *not defined*. Where there are shares, amounts and counts
among them are not shaded."""


@dataclass(frozen=True)
class Heatmap:
    """Values by row (a cohort) and column (its age), shaded by size: `cells[row][column]`.

    `row_title` says what the rows are. `row_heads` is a plain column in front of the shaded ones, such as how many
    accounts a cohort began with, and `head_title` says what it is.
    """

    title: Phrase
    row_title: Phrase
    row_labels: tuple[Phrase | str | date | Period, ...]
    column_labels: tuple[Phrase | str | int | date, ...]
    cells: tuple[tuple[Shaded, ...], ...]
    head_title: Phrase | None = None
    row_heads: tuple[Cell, ...] = ()
    footnote: Phrase | None = None

    def __post_init__(self) -> None:
        if len(self.cells) != len(self.row_labels) or {len(row) for row in self.cells} - {len(self.column_labels)}:
            raise ValueError("a heat map has a cell for every row and column")
        if self.row_heads and (self.head_title is None or len(self.row_heads) != len(self.row_labels)):
            raise ValueError("a heat map's heads have a title, and every row has one")


@dataclass(frozen=True)
class Mark:
    """Something that happened on a day, and whether that was good for us, bad, or neither."""

    on: date
    tone: Literal["good", "bad", "plain"] = "plain"


@dataclass(frozen=True)
class Timeline:
    """What happened when, from the first to the last day: phases that follow one another, above lanes of marks.

    `phases`: name, first day and the day after the last. `lanes`: what the marks of each are.
    """

    title: Phrase
    first: date
    last: date
    phases: tuple[tuple[Phrase, date, date], ...]
    lanes: tuple[tuple[Phrase, tuple[Mark, ...]], ...]


@dataclass(frozen=True)
class Code:
    """What a machine is told, word for word: a statement, or (as JSON) what it is given."""

    text: str
    language: Literal["sql", "json"] = "sql"


@dataclass(frozen=True)
class Download:
    """A table that is too long to read, as a CSV file `name` that the reader gets with the answer."""

    name: str
    title: Phrase
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Ask:
    """One question of a script or survey, with the logic that shows or hides it.

    `only_if`: (id of an earlier question, its answer that shows this one); None: always shown.
    """

    id: str
    text: str
    source: str
    answer: Literal["open", "yes_no", "choice", "scale"] = "open"
    options: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    only_if: tuple[str, str] | None = None


@dataclass(frozen=True)
class Action:
    """One thing to do in a plan: never without an owner and a day."""

    what: Phrase | str
    owner: Phrase | str
    due: date


DraftLine = Phrase | Passage | Ask | Action | Facts | Table


@dataclass(frozen=True)
class Section:
    heading: Phrase
    lines: tuple[DraftLine, ...]


@dataclass(frozen=True)
class Draft:
    """A document for a person to edit and approve; `language` is its reader's, not the asker's.

    `category`: whose budget it uses where it is sent to a customer (marketing, sales, cs, support, survey); None: it is
    a paper of ours. `contact_id`: the person it is for, where it is for one.
    """

    kind: str
    title: Phrase
    language: str
    sections: tuple[Section, ...]
    account_id: str | None = None
    category: Category | None = None
    contact_id: str | None = None


@dataclass(frozen=True)
class NextSteps:
    """Questions worth asking next; pressing one asks it."""

    questions: tuple[Phrase, ...]


Part = Note | Facts | Table | Chart | Heatmap | Timeline | Code | Download | Passage | Draft | NextSteps


@dataclass(frozen=True)
class Answer:
    """What a tool gives back.

    `subject` says what was understood ("MRR summary · week of 9 Nov 2026"); `accounts` are the ids of the
    accounts it speaks of, for the audience check, `listed` those of them that can be pointed at ("the second one"), in
    reading order; figures are found in the parts; `stale` are the sources it used
    that are out of date, which whoever asked is told with it.
    """

    subject: Phrase
    headline: Phrase
    parts: tuple[Part, ...] = ()
    accounts: frozenset[str] = field(default_factory=frozenset)
    stale: tuple[Supply, ...] = ()
    listed: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    """Ids of the drafts it shows that wait for approval."""

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure shown, in reading order, each once."""
        found = {figure.id: figure for part in (self.headline, *self.parts) for figure in figures_in(part)}
        return tuple(found.values())


def figures_in(thing: Any) -> Iterator[Figure]:
    """Every figure in a part of an answer, in reading order."""
    if isinstance(thing, Figure):
        yield thing
    elif isinstance(thing, Mapping):
        for value in thing.values():
            yield from figures_in(value)
    elif isinstance(thing, tuple):
        for value in thing:
            yield from figures_in(value)
    elif is_dataclass(thing):
        for each in fields(thing):
            yield from figures_in(getattr(thing, each.name))


class ToolError(Exception):
    """A sentence for the person who asked: what is missing or wrong and what to do.

    `alert`: where figures are withheld because the book is damaged, what its owner is told and the asker is not.
    """

    def __init__(self, message: Phrase, *, suggestions: tuple[Phrase, ...] = (), alert: Answer | None = None) -> None:
        super().__init__(message.msgid)
        self.message = message
        self.suggestions = suggestions
        self.alert = alert
