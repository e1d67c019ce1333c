"""Reply → terminal, with Rich. The same content as in Slack; nothing from the data is read as mark-up."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import singledispatch
from io import StringIO
from itertools import zip_longest
from pathlib import Path

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import Markdown
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table as Grid
from rich.text import Text

from bot import charts, heatmaps, markdown, timelines
from bot.conversation import Reply
from bot.locale import UNKNOWN, Speaker
from bot.page import PLAIN_WIDTH
from bot.wording import cited, data_as_of, opening, understood
from knowledge import Passage
from tools import (
    Answer,
    Chart,
    Code,
    Download,
    Draft,
    Facts,
    Heatmap,
    NextSteps,
    Note,
    Part,
    Phrase,
    Points,
    Table,
    Timeline,
    phrase,
    phrase_n,
)

BAR = 40
"""Characters of the longest bar where there is room."""
SHORT = 40
"""Characters of a fact that leave room for another beside it."""
UNBROKEN = 20
"""Characters up to which a table's cell is not broken into lines."""
GAP = 3
"""Characters between two columns of a table."""
QUOTE = box.Box("│   \n" * 8)

Row = tuple[str, str, float, str]
"""Of a chart: label, value, how long the bar is as a share of the longest, and its style."""


def show(reply: Reply, console: Console) -> None:
    """Print a reply, in its language."""
    for block in _blocks(reply, Speaker(reply.language)):
        console.print(block)


def alert(reply: Reply) -> None:
    """Print, where errors are printed, what the owner of the book has to know."""
    if reply.alert:
        Console(stderr=True).print(Text(Speaker(reply.language).say(reply.alert.headline), "red"))


def told_of(files: Iterable[Path], speaker: Speaker, console: Console) -> None:
    """Say where files are."""
    for file in files:
        console.print(Text(speaker.say(phrase("Saved: {file}", file=str(file)))), soft_wrap=True)


def plain(reply: Reply) -> str:
    """A reply as plain text, a hundred characters wide: for the store and for JSON."""
    page = StringIO()
    show(
        reply,
        Console(file=page, width=PLAIN_WIDTH, color_system=None, force_terminal=False, legacy_windows=False),
    )
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines()).strip() + "\n"


def _blocks(reply: Reply, speaker: Speaker) -> Iterator[RenderableType]:
    if reply.answer:
        yield Text(speaker.say(understood(reply.answer)), style="dim")
    yield Padding(Text(speaker.say(opening(reply)), style="bold" if reply.answer else ""), (0, 0, 1, 0))
    if reply.answer:
        yield from _answer(reply.answer, speaker)
    for number, choice in enumerate(reply.choices, start=1):
        yield Text(f"  {number}. {speaker.cell(choice.label)}")
    yield from _questions(reply.suggestions, speaker)


def answer_parts(parts: Iterable[Part], speaker: Speaker) -> Iterator[RenderableType]:
    """Parts one below the other, a blank line after each."""
    for part in parts:
        yield from (Padding(each, (0, 0, 1, 0)) for each in _render(part, speaker))


def _answer(answer: Answer, speaker: Speaker) -> Iterator[RenderableType]:
    yield from answer_parts(answer.parts, speaker)
    if as_of := data_as_of(answer):
        yield Text(speaker.say(as_of), style="dim")


@singledispatch
def _render(part: Part, speaker: Speaker) -> Iterator[RenderableType]:
    raise TypeError(f"no terminal text for {type(part).__name__}")


@_render.register
def _(part: Note, speaker: Speaker) -> Iterator[RenderableType]:
    yield Text(speaker.say(part.text))


@_render.register
def _(part: Facts, speaker: Speaker) -> Iterator[RenderableType]:
    pairs = [(speaker.say(fact.label), speaker.say(fact.value)) for fact in part.items]
    facts = _Fitted(lambda width: _pairs(_side_by_side(pairs, width)))
    yield Group(Text(speaker.say(part.title), "bold"), facts) if part.title else facts


def _pairs(rows: Iterable[tuple[str, ...]]) -> Grid:
    """Labels and what they say, in turn."""
    told = list(rows)
    grid = Grid.grid(padding=(0, 3, 0, 0))
    for _ in range(max(map(len, told), default=0)):
        grid.add_column(overflow="fold")
    for row in told:
        grid.add_row(*(Text(said, "" if n % 2 else "dim") for n, said in enumerate(row)))
    return grid


@_render.register
def _(part: Table, speaker: Speaker) -> Iterator[RenderableType]:
    rows = [[speaker.cell(value) for value in row] for row in part.rows]
    footnote = [Text(speaker.say(part.footnote), "dim")] if part.footnote else []
    yield Group(
        Text(speaker.say(part.title), "bold"), _Fitted(lambda width: _rows(part, rows, width, speaker)), *footnote
    )


@dataclass(frozen=True)
class _Fitted:
    """What is laid out by the room that there is."""

    lay_out: Callable[[int], RenderableType]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self.lay_out(options.max_width)


def _rows(part: Table, rows: list[list[str]], width: int, speaker: Speaker) -> RenderableType:
    """A table as it is, else with names and headings in several lines, else each row by itself. Nothing is cut."""
    heads = [speaker.cell(column.label) for column in part.columns]
    cells = [[row[n] for row in rows] for n in range(len(heads))]
    long = [max(map(len, column), default=0) > UNBROKEN for column in cells]
    for heads_break, may_break in ((False, long), (True, [True] * len(heads))):
        least = [
            max(_least(head, heads_break), *(_least(cell, may and not column.numeric) for cell in said), 0)
            for column, head, said, may in zip(part.columns, heads, cells, may_break, strict=True)
        ]
        spare = width - sum(least) - GAP * (len(heads) - 1)
        if spare >= 0:
            whole = [max(len(head), *map(len, said), 0) for head, said in zip(heads, cells, strict=True)]
            return _grid(part, heads, rows, _widened(least, whole, spare))
    return _one_by_one(heads, rows)


def _widened(least: list[int], whole: list[int], spare: int) -> list[int]:
    """What is to spare goes to the columns that lack least, so that a date or a short name stays in one line.

    Told to the library as they are: left to shrink columns itself, it may cut the last one.
    """
    widths = list(least)
    for n in sorted(range(len(least)), key=lambda n: whole[n] - least[n]):
        more = min(whole[n] - widths[n], spare)
        widths[n] += more
        spare -= more
    return widths


def _least(text: str, may_break: bool) -> int:
    return _longest_word(text) if may_break else len(text)


def _grid(part: Table, heads: list[str], rows: list[list[str]], widths: list[int]) -> Grid:
    grid = Grid(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column, head, width in zip(part.columns, heads, widths, strict=True):
        grid.add_column(Text(head), justify="right" if column.numeric else "left", width=width)
    for row in rows:
        grid.add_row(*map(Text, row))
    return grid


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)


def _one_by_one(heads: list[str], rows: list[list[str]]) -> RenderableType:
    """Each row under its first cell, what is known of it a line each."""
    return Group(*(each for row in rows for each in (Text(row[0], "bold"), _known(heads[1:], row[1:]))))


def _known(heads: list[str], cells: list[str]) -> Grid:
    grid = Grid.grid(padding=(0, 3, 0, 0))
    for head, said in zip(heads, cells, strict=True):
        if said and said != UNKNOWN:
            grid.add_row(Text(f"  {head}", "dim"), Text(said))
    return grid


@_render.register
def _(part: Chart, speaker: Speaker) -> Iterator[RenderableType]:
    shown: list[RenderableType] = [Text(speaker.say(part.title), "bold")]
    if part.kind == "waterfall":
        shown.append(_bar_grid(_waterfall(part, speaker)))
    else:
        levels = [charts.size(value) for _, points in charts.series(part, speaker) for _, value in points] or [0.0]
        floor = max(charts.floor_of(levels), 0.0) if part.kind == "line" else 0.0
        scale = max(abs(level - floor) for level in levels)
        for name, points in charts.series(part, speaker):
            shown += [Text(name)] if name else []
            shown.append(_bar_grid(_bars(points, floor, scale, speaker)))
        if floor:
            shown.append(Text(speaker.say(phrase("The bars do not start at zero.")), "dim"))
    yield Group(*shown)


@_render.register
def _(part: Heatmap, speaker: Speaker) -> Iterator[RenderableType]:
    """As many columns side by side as fit, the others below; the darker a cell's ground, the larger it is."""
    shades = heatmaps.shades(part)

    def grids(width: int) -> RenderableType:
        spans = _spans(part, width, speaker)
        return Group(*(_shaded(heatmaps.table(part, speaker, span), shades, span, speaker) for span in spans))

    footnote = [Text(speaker.say(part.footnote), "dim")] if part.footnote else []
    yield Group(Text(speaker.say(part.title), "bold"), _Fitted(grids), *footnote)


@_render.register
def _(part: Timeline, speaker: Speaker) -> Iterator[RenderableType]:
    """A line for the phases, and one of marks for each lane."""

    def drawn(width: int) -> RenderableType:
        return Text("\n".join(timelines.lines(part, width, speaker)), no_wrap=True)

    yield Group(Text(speaker.say(part.title), "bold"), _Fitted(drawn))


@_render.register
def _(part: Code, speaker: Speaker) -> Iterator[RenderableType]:
    yield Syntax(speaker.say(part.text), part.language, theme="ansi_dark", background_color="default", word_wrap=True)


@_render.register
def _(part: Download, speaker: Speaker) -> Iterator[RenderableType]:
    said = phrase_n("{title}: {n} row, as a file.", "{title}: {n} rows, as a file.", len(part.rows), title=part.title)
    yield Text(speaker.say(said), "dim")


@_render.register
def _(part: Passage, speaker: Speaker) -> Iterator[RenderableType]:
    quoted = Grid(box=QUOTE, show_header=False, pad_edge=True, show_edge=True)
    quoted.add_row(Markdown(speaker.say(part.text), hyperlinks=False))
    yield Group(quoted, Text(speaker.say(cited(part)), "dim italic"))


@_render.register
def _(part: Draft, speaker: Speaker) -> Iterator[RenderableType]:
    yield Markdown(markdown.draft(part), hyperlinks=False)


@_render.register
def _(part: NextSteps, speaker: Speaker) -> Iterator[RenderableType]:
    yield from _questions(part.questions, speaker)


def _questions(questions: Iterable[Phrase], speaker: Speaker) -> Iterator[RenderableType]:
    lines = [Text(f"  › {speaker.cell(question)}") for question in questions]
    if lines:
        yield Group(Text(speaker.say(phrase("You could ask next:")), "dim"), *lines)


def _side_by_side(pairs: list[tuple[str, str]], width: int) -> Iterator[tuple[str, ...]]:
    """Labels and values in two columns where there are several and they fit, else in one."""
    half = -(-len(pairs) // 2)
    widths = [max(map(len, column)) + 3 for side in (pairs[:half], pairs[half:]) for column in zip(*side, strict=True)]
    if len(pairs) <= 3 or sum(widths) > width:
        yield from pairs
        return
    for left, right in zip_longest(pairs[:half], pairs[half:], fillvalue=()):
        yield (*left, *right)


def _bar_grid(rows: Iterable[Row]) -> RenderableType:
    """Labels and values in full, and bars as long as there is room."""
    told = list(rows)
    before = max((len(label) for label, *_ in told), default=0) + max((len(value) for _, value, *_ in told), default=0)

    def grid(width: int) -> Grid:
        laid = Grid(show_header=False, box=None, pad_edge=False)
        for justify in ("left", "right", "left"):
            laid.add_column(justify=justify, no_wrap=True)
        longest = min(BAR, max(width - before - 4, 0))
        for label, value, share, style in told:
            laid.add_row(Text(label), Text(value), Text(_bar(share, longest), style))
        return laid

    return _Fitted(grid)


def _spans(part: Heatmap, width: int, speaker: Speaker) -> Iterator[range]:
    """The columns of a heat map in stretches that fit beside its rows' labels."""
    table = heatmaps.table(part, speaker)
    needed = [
        max(len(speaker.cell(said)) for said in column) + 2
        for column in zip([column.label for column in table.columns], *table.rows, strict=True)
    ]
    before = len(needed) - len(part.column_labels)
    start, room = 0, width - sum(needed[:before])
    for n, wide in enumerate(needed[before:]):
        if wide > room and n > start:
            yield range(start, n)
            start, room = n, width - sum(needed[:before])
        room -= wide
    yield range(start, len(part.column_labels))


def _shaded(table: Table, shades: list[list[heatmaps.Color]], columns: range, speaker: Speaker) -> Grid:
    grid = Grid(box=None, pad_edge=False, padding=(0, 1))
    for column in table.columns:
        grid.add_column(Text(speaker.cell(column.label)), justify="right" if column.numeric else "left", no_wrap=True)
    before = len(table.columns) - len(columns)
    for row, colors in zip(table.rows, shades, strict=True):
        if columns.start and not any(row[before:]):
            continue  # further to the right the younger cohorts have nothing yet
        plain = [Text(speaker.cell(value)) for value in row[:before]]
        grid.add_row(*plain, *(_on(colors[at], speaker.cell(row[before + n])) for n, at in enumerate(columns)))
    return grid


def _on(color: heatmaps.Color, said: str) -> Text:
    """A text on a coloured ground; none where there is nothing to say yet."""
    ground = "#{:02x}{:02x}{:02x} on #{:02x}{:02x}{:02x}".format(*heatmaps.ink_on(color), *color)
    return Text(said, ground if said else "")


def _waterfall(part: Chart, speaker: Speaker) -> Iterator[Row]:
    """Totals as numbers, changes as bars on their own scale: beside the totals they would be too small."""
    sizes = [charts.size(value) for _, value in part.points]
    scale = max(map(abs, sizes[1:-1]), default=0)
    for n, (label, value) in enumerate(charts.labelled(part.points, speaker)):
        if n in (0, len(sizes) - 1):
            yield label, speaker.say(value), 0.0, ""
        else:
            mark, style = ("▲", "blue") if sizes[n] > 0 else ("▼", "red") if sizes[n] < 0 else ("", "")
            yield label, f"{mark} {speaker.say(value)}", _share(sizes[n], scale), style


def _bars(points: Points, floor: float, scale: float, speaker: Speaker) -> Iterator[Row]:
    for label, value in charts.labelled(points, speaker):
        size = charts.size(value)
        yield label, speaker.say(value), _share(size - floor, scale), "red" if size < 0 else "blue"


def _share(size: float, scale: float) -> float:
    return abs(size) / scale if scale else 0.0


def _bar(share: float, room: int) -> str:
    """A bar of eighths of a character; what is not nothing shows at least one."""
    eighths = max(round(share * room * 8), 1 if share and room else 0)
    full, part = divmod(eighths, 8)
    return "█" * full + " ▏▎▍▌▋▊▉"[part].strip()
