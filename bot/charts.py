"""Charts as pictures and as sentences. matplotlib is imported when a picture is drawn, and not before."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import lru_cache
from io import BytesIO
from itertools import cycle
from typing import TYPE_CHECKING, Any

from bot.locale import Speaker, amount
from tools import Chart, Points, phrase
from tools.metrics import Money, Share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, TOTAL, UP, DOWN = "#1f2933", "#4d5b6a", "#0072b2", "#d55e00"
"""Greys, and the blue and vermilion that every kind of colour vision tells apart."""
OTHERS = (("#9aa5b1", "--"), (DOWN, ":"), ("#009e73", "-."))
"""Further lines, told apart by their strokes too."""

SIZE, DPI = (9.6, 4.8), 125
"""Slack shows a picture about 500 pixels wide, less than half of its size: what it says must be large in it."""
ALT_TEXT = 2_000
MOST_LABELS, MOST_LONG_LABELS = 12, 6
DRAWN = 64
"""Pictures remembered (about 60 KB each): what one colleague asks on a Monday the next one asks too."""
LINE = 86
"""Characters that fit side by side under a chart of many points."""


def alt(chart: Chart, speaker: Speaker) -> str:
    """The chart in words: its title and every point."""
    said = (
        (f"{name}: " if name else "")
        + "; ".join(f"{label}: {speaker.cell(value)}" for label, value in labelled(points, speaker))
        for name, points in series(chart, speaker)
    )
    return shortened(f"{speaker.cell(chart.title)}. {'. '.join(said)}")


def shortened(text: str, most: int = ALT_TEXT) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


@lru_cache(maxsize=DRAWN)
def png(chart: Chart, speaker: Speaker) -> bytes:
    """The chart as a PNG of 1200 × 600 pixels, labelled in the speaker's language."""

    def draw(axes: "Axes") -> None:
        if chart.points:
            _DRAW[chart.kind](axes, chart, speaker)
        _dress(axes, speaker.cell(chart.title))

    return picture(SIZE, draw)


def picture(size: tuple[float, float], draw: Callable[["Axes"], None]) -> bytes:
    """What `draw` draws, as a PNG of so many inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, dpi=DPI, facecolor="white")
    figure.set_layout_engine("constrained", w_pad=0.25, h_pad=0.2)
    draw(figure.add_subplot())
    written = BytesIO()
    quickly = {"compress_level": 1}  # a third larger, and a quarter of the time goes into squeezing it
    FigureCanvasAgg(figure).print_png(written, pil_kwargs=quickly)  # type: ignore[no-untyped-call]
    return written.getvalue()


def series(chart: Chart, speaker: Speaker) -> list[tuple[str, Points]]:
    """The chart's points and those beside them, each with what they are called (nothing where there is one line)."""
    first = speaker.cell(chart.name) if chart.name else ""
    return [(first, chart.points), *((speaker.cell(name), points) for name, points in chart.beside)]


def labelled(points: Points, speaker: Speaker) -> Iterator[tuple[str, Money | Share | int | Fraction]]:
    """Each point's label and value; days of which each has a month to itself are called by their months."""
    days = [label for label, _ in points if isinstance(label, date)]
    monthly = len(days) > 2 and len({(day.year, day.month) for day in days}) == len(days)
    return ((_label(label, monthly, speaker), value) for label, value in points)


def size(value: Money | Share | int | Fraction) -> float:
    """A point's height: money in its currency's own units, a share in percent."""
    match value:
        case Money():
            return float(amount(value))
        case Share():
            return float(value.value * 100) if value.value is not None else 0.0
    return float(value)


def change(value: Money | Share | int | Fraction, speaker: Speaker) -> str:
    """A signed change, its plus written out."""
    return ("+" if size(value) > 0 else "") + speaker.short(value)


def _waterfall(axes: "Axes", chart: Chart, speaker: Speaker) -> None:
    heights = [size(value) for _, value in chart.points]
    last = len(heights) - 1
    level, tops = 0.0, []
    for n, height in enumerate(heights):
        total = n in (0, last)
        bottom, level = (0.0, height) if total else (level, level + height)
        axes.bar(n, height, 0.62, bottom, color=TOTAL if total else UP if height >= 0 else DOWN)
        tops.append((max(bottom, level), level))
        if n < last:
            axes.plot([n + 0.31, n + 0.69], [level, level], color="#9aa5b1", linewidth=1)
    _zoom(axes, [level for _, level in tops] + [top for top, _ in tops], speaker)
    for n, ((top, _), (_, value)) in enumerate(zip(tops, chart.points, strict=True)):
        _value_label(axes, n, top, speaker.whole(value) if n in (0, last) else change(value, speaker))
    _point_labels(axes, chart, speaker)


def _bar(axes: "Axes", chart: Chart, speaker: Speaker) -> None:
    heights = [size(value) for _, value in chart.points]
    axes.bar(range(len(heights)), heights, 0.62, color=[UP if height >= 0 else DOWN for height in heights])
    axes.axhline(0, color="#9aa5b1", linewidth=1)
    axes.margins(y=0.12)
    if len(heights) <= MOST_LABELS:
        for n, (_, value) in enumerate(chart.points):
            _value_label(axes, n, max(heights[n], 0), speaker.short(value))
    _point_labels(axes, chart, speaker)


def _line(axes: "Axes", chart: Chart, speaker: Speaker) -> None:
    heights = [size(value) for _, value in chart.points]
    _, *others = named = series(chart, speaker)
    strokes = [
        axes.plot([size(value) for _, value in points], color=color, linewidth=2, linestyle=style)[0]
        for (_, points), (color, style) in zip(others, cycle(OTHERS))
    ]
    strokes = [*axes.plot(heights, color=UP, linewidth=2.5, marker="o", markersize=5), *strokes]
    axes.margins(y=0.15)
    _point_labels(axes, chart, speaker)
    if others:
        _name_ends(axes, [points for _, points in named[:2] if points], speaker)
        _legend(axes, strokes, [shortened(name, 30) for name, _ in named])
        return
    said, most = telling_apart([value for _, value in chart.points], speaker)
    for n in _worth_naming(heights, most):
        _value_label(axes, n, heights[n], said[n], below=_valley(heights, n))


def telling_apart(values: Sequence[Money | Share | int | Fraction], speaker: Speaker) -> tuple[list[str], int]:
    """The values with as few characters as tell different ones apart, and how many such labels have room."""
    short = [speaker.short(value) for value in values]
    if len(set(short)) == len(set(map(size, values))):
        return short, MOST_LABELS
    return [speaker.whole(value) for value in values], MOST_LONG_LABELS


def _name_ends(axes: "Axes", several: list[Points], speaker: Speaker) -> None:
    """Where each line ends, the higher one above and the other below."""
    top = max(size(points[-1][1]) for points in several)
    for points in several:
        end = size(points[-1][1])
        _value_label(axes, len(points) - 1, end, speaker.short(points[-1][1]), below=end < top)


def _legend(axes: "Axes", strokes: list[Any], names: list[str]) -> None:
    """What the lines are called, under them."""
    legend = axes.legend(strokes, names, loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=3, fontsize=13,
                         labelcolor=INK, frameon=False)  # fmt: skip
    for text in legend.get_texts():
        text.set_parse_math(False)


_DRAW = {"waterfall": _waterfall, "bar": _bar, "line": _line}


def floor_of(levels: Sequence[float]) -> float:
    """Where a scale begins: at zero, or above it where the changes would be too small to see beside the levels."""
    low, high = min(levels), max(levels)
    cut = low > 0 and high - low < 0.4 * high
    return low - max(high - low, 0.02 * high) * 0.5 if cut else min(low, 0.0)


def _zoom(axes: "Axes", levels: list[float], speaker: Speaker) -> None:
    """Cut the axis where the changes would be too small to see beside the totals, and say so."""
    high, floor = max(levels), floor_of(levels)
    axes.set_ylim(floor, high + (high - floor) * 0.12)
    if floor > 0:
        warning = speaker.say(phrase("The bars do not start at zero."))
        axes.set_xlabel(warning, fontsize=12, color="#66707c", loc="left")


def _value_label(axes: "Axes", x: int, y: float, text: str, below: bool = False) -> None:
    axes.annotate(
        text, (x, y), xytext=(0, -7 if below else 6), textcoords="offset points", ha="center",
        va="top" if below else "bottom", fontsize=14, color=INK, parse_math=False,
        bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1},
    )  # fmt: skip


def _point_labels(axes: "Axes", chart: Chart, speaker: Speaker) -> None:
    shown = range(0, len(chart.points), -(-len(chart.points) // MOST_LABELS))
    many = len(shown) > 7
    width, font = (LINE // len(shown), 12) if many else (14, 13)
    said = [wrapped(label, width) for label, _ in labelled(chart.points, speaker)]
    axes.set_xticks(list(shown), [said[n] for n in shown], fontsize=font, color=INK, parse_math=False)


def _label(label: Any, monthly: bool, speaker: Speaker) -> str:
    if not isinstance(label, date):
        return speaker.cell(label)
    return speaker.month(label) if monthly else speaker.short(label)


def wrapped(text: str, width: int, most: int = 3) -> str:
    """In lines of so many characters; what does not fit is cut with a sign, never a word broken in two."""
    from textwrap import wrap

    lines = [shortened(line, width + 1) for line in wrap(text, width, break_long_words=False)]
    return "\n".join(lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1][: width - 1]}…"])


def entitle(axes: "Axes", title: str) -> None:
    """Above the whole picture, from its left edge: over the axes alone a title may have no room."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.suptitle(title, x=0.03, ha="left", fontsize=17, fontweight="bold", color=INK, parse_math=False)


def _dress(axes: "Axes", title: str) -> None:
    entitle(axes, title)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)
    axes.set_yticks([])


def _worth_naming(heights: list[float], most: int) -> list[int]:
    """All points of a short line; of a long one its ends, lowest and highest, unless they would touch."""
    if len(heights) <= most:
        return list(range(len(heights)))
    named: list[int] = []
    for n in (0, len(heights) - 1, heights.index(max(heights)), heights.index(min(heights))):
        if all(abs(n - other) > len(heights) / MOST_LABELS * 1.5 for other in named):
            named.append(n)
    return named


def _valley(heights: list[float], n: int) -> bool:
    """Does the line run above this point, so that its label belongs below?"""
    around = heights[max(n - 1, 0) : n] + heights[n + 1 : n + 2]
    return bool(around) and heights[n] < sum(around) / len(around)
