"""Heat maps: as a picture, as a table, as words. matplotlib is imported when a picture is drawn, and not before."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from bot import charts
from bot.locale import UNKNOWN, Speaker
from tools import Column, Heatmap, Shaded, Table, phrase
from tools.metrics import Figure, Money, Period, Share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Color = tuple[int, int, int]

RAMP: tuple[Color, ...] = (
    (239, 246, 252), (198, 219, 239), (133, 188, 220), (66, 146, 198), (20, 92, 164), (8, 48, 107),
)  # fmt: skip
"""One hue from light to dark: it is read by its lightness, which every kind of colour vision sees."""
NOT_YET: Color = (225, 225, 225)
INK: Color = (31, 41, 51)
PAPER: Color = (255, 255, 255)

DECIMALS, DIGITS, ROOM = 10, 20, 70
"""Columns up to which a cell of the picture has room for a decimal, and for a number at all; characters above them."""
FEW = 14
"""Rows up to which each gets its full height."""


def said(value: Shaded, speaker: Speaker, places: int = 1) -> str:
    """A cell with few characters; nothing where it is not yet."""
    match plain(value):
        case None:
            return ""
        case Share() as share:
            return UNKNOWN if share.value is None else speaker.percent(share.value, places)
        case other:
            return speaker.short(other)


def plain(value: Shaded) -> Money | Share | int | None:
    """What a cell shows, without where it comes from."""
    match value:
        case Figure(unit="money", value=int() as minor, currency=str() as currency):
            return Money(minor, currency)
        case Figure(unit="percent"):
            return Share(None if value.value is None else Fraction(value.value))
        case Figure():
            return Share(None) if value.value is None else round(value.value)
    return value


def shades(part: Heatmap) -> list[list[Color]]:
    """The colour of every cell: the darker the larger, between the smallest and the largest there are."""
    sizes = [charts.size(value) for value in _defined(part)]
    low, high = min(sizes, default=0.0), max(sizes, default=0.0)
    kind = _kind(part)
    return [[_shade(plain(value), low, high, kind) for value in row] for row in part.cells]


def ink_on(color: Color) -> Color:
    """What can be read on a colour."""
    red, green, blue = color
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else PAPER


def table(part: Heatmap, speaker: Speaker, columns: range | None = None) -> Table:
    """The same as a table, of all columns or of some."""
    shown = columns or range(len(part.column_labels))
    head = (Column(part.head_title, numeric=True),) if part.head_title and part.row_heads else ()
    labels = (Column(part.column_labels[n], numeric=True) for n in shown)
    rows = (
        (label, *part.row_heads[n : n + 1], *(said(part.cells[n][at], speaker) for at in shown))
        for n, label in enumerate(row_labels(part, speaker))
    )
    return Table(part.title, (Column(part.row_title), *head, *labels), tuple(rows), part.footnote)


def alt(part: Heatmap, speaker: Speaker) -> str:
    """The heat map in words, row by row."""
    columns = [speaker.cell(label) for label in part.column_labels]
    rows = zip(row_labels(part, speaker), part.cells, strict=True)
    told = "; ".join(f"{label}: {', '.join(_in_words(columns, cells, speaker))}" for label, cells in rows)
    return charts.shortened(f"{speaker.cell(part.title)}. {told}")


def row_labels(part: Heatmap, speaker: Speaker) -> list[str]:
    """What the rows are called, months and quarters with few characters."""
    return [_row_label(label, speaker) for label in part.row_labels]


def png(part: Heatmap, speaker: Speaker) -> bytes:
    """The heat map as a PNG, 1200 pixels wide and as high as its rows want, labelled in the speaker's language."""
    cells = tuple(tuple[Shaded, ...](plain(value) for value in row) for row in part.cells)
    heads = tuple(plain(head) if isinstance(head, Figure) else head for head in part.row_heads)
    return _png(replace(part, cells=cells, row_heads=heads), speaker)


@lru_cache(maxsize=charts.DRAWN)
def _png(part: Heatmap, speaker: Speaker) -> bytes:
    def draw(axes: "Axes") -> None:
        axes.set_axis_off()
        if part.row_labels and part.column_labels:
            _draw(axes, part, speaker)
        charts.entitle(axes, speaker.cell(part.title))

    rows = len(part.row_labels)
    return charts.picture((charts.SIZE[0], 2.2 + 0.36 * min(rows, FEW) + 0.25 * max(rows - FEW, 0)), draw)


def _draw(axes: "Axes", part: Heatmap, speaker: Speaker) -> None:
    colors = shades(part)
    axes.set_axis_on()
    axes.spines[:].set_visible(False)
    axes.imshow(colors, aspect="auto")
    _grid(axes, len(part.row_labels), len(part.column_labels))
    _label(axes, part, speaker)
    if any(value is None for row in part.cells for value in row):
        axes.set_xlabel(speaker.say(phrase("Grey: not yet.")), fontsize=12, color="#66707c", loc="left")
    places = 1 if len(part.column_labels) <= DECIMALS else 0
    if len(part.column_labels) <= DIGITS:
        kind, size = _kind(part), 11 if len(part.column_labels) <= 10 else 10
        for row, (cells, shaded) in enumerate(zip(part.cells, colors, strict=True)):
            for column, (value, color) in enumerate(zip(cells, shaded, strict=True)):
                _write(axes, (column, row), _brief(value, speaker, places, kind), color, size)
    else:
        _scale(axes, part, speaker)


def _brief(value: Shaded, speaker: Speaker, places: int, kind: type[Money] | type[Share]) -> str:
    """A cell with as few characters as can be: amounts among shares have no room for their currency."""
    amount = plain(value)
    return speaker.brief(amount) if isinstance(amount, Money) and kind is Share else said(value, speaker, places)


def _grid(axes: "Axes", rows: int, columns: int) -> None:
    """White lines between the cells."""
    axes.set_xticks([n - 0.5 for n in range(1, columns)], minor=True)
    axes.set_yticks([n - 0.5 for n in range(1, rows)], minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="both", length=0)


def _label(axes: "Axes", part: Heatmap, speaker: Speaker) -> None:
    """Column labels above, as many as fit; row labels, with their heads, to the left."""
    columns = [charts.shortened(speaker.cell(label), 12) for label in part.column_labels]
    rows = _row_ticks(part, speaker)
    shown = range(0, len(columns), -(-len(columns) * max(map(len, columns)) // ROOM))
    axes.xaxis.tick_top()
    axes.set_xticks(list(shown), [columns[n] for n in shown], fontsize=12, parse_math=False)
    axes.set_yticks(range(len(rows)), rows, fontsize=12, parse_math=False)
    titles = (part.row_title, *([part.head_title] if part.row_heads else []))
    axes.set_ylabel("   ".join(map(speaker.cell, titles)), fontsize=12, color="#66707c", parse_math=False)
    for text in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        text.set_color(charts.INK)


def _row_ticks(part: Heatmap, speaker: Speaker) -> list[str]:
    """Row labels and their heads in two columns."""
    labels = [charts.shortened(label, 24) for label in row_labels(part, speaker)]
    heads = [speaker.cell(head) for head in part.row_heads]
    return [f"{label}   {head}" for label, head in zip(labels, heads, strict=True)] if heads else labels


def _write(axes: "Axes", at: tuple[int, int], text: str, color: Color, size: int) -> None:
    red, green, blue = ink_on(color)
    ink = (red / 255, green / 255, blue / 255)
    axes.text(*at, text, ha="center", va="center", fontsize=size, color=ink, parse_math=False)


def _scale(axes: "Axes", part: Heatmap, speaker: Speaker) -> None:
    """What the colours mean, under a heat map whose cells are too small for numbers."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    defined = sorted(_defined(part), key=charts.size)
    ramp = LinearSegmentedColormap.from_list("ramp", [[each / 255 for each in color] for color in RAMP])
    bar = axes.figure.colorbar(
        ScalarMappable(Normalize(0, 1), ramp), ax=axes, location="bottom", shrink=0.5, aspect=40, pad=0.03
    )
    bar.set_ticks([0, 1], labels=[said(defined[n], speaker) for n in (0, -1)] if defined else ["", ""])
    bar.ax.tick_params(length=0, labelsize=12)
    bar.outline.set_visible(False)


def _defined(part: Heatmap) -> list[Money | Share]:
    """The values that are shaded."""
    kind, values = _kind(part), (plain(value) for row in part.cells for value in row)
    return [value for value in values if isinstance(value, kind) and value != Share(None)]


def _kind(part: Heatmap) -> type[Money] | type[Share]:
    """Of which kind the values are that are shaded: shares, or where there are none amounts."""
    return Share if any(isinstance(plain(value), Share) for row in part.cells for value in row) else Money


def _shade(value: Money | Share | int | None, low: float, high: float, kind: type[Money] | type[Share]) -> Color:
    if value is None:
        return NOT_YET
    if not isinstance(value, kind) or value == Share(None):
        return PAPER
    place = (charts.size(value) - low) / (high - low) if high > low else 0.5
    at = min(int(place * (len(RAMP) - 1)), len(RAMP) - 2)
    between = place * (len(RAMP) - 1) - at
    red, green, blue = (round(a + (b - a) * between) for a, b in zip(RAMP[at], RAMP[at + 1], strict=True))
    return red, green, blue


def _in_words(columns: Sequence[str], cells: Sequence[Shaded], speaker: Speaker) -> Iterator[str]:
    for label, value in zip(columns, cells, strict=True):
        if value is not None:
            yield f"{label} {said(value, speaker)}"


def _row_label(label: object, speaker: Speaker) -> str:
    match label:
        case Period(grain="month"):
            return speaker.month(label.start)
        case Period(grain="quarter"):
            return speaker.quarter(label.start)
    return speaker.cell(label)
