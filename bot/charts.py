"""Charts as pictures and as sentences. matplotlib is imported when a picture is drawn, and not before."""

from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

from bot.locale import Speaker, amount
from tools import Chart, phrase
from tools.metrics import Money, Share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, TOTAL, UP, DOWN = "#1f2933", "#4d5b6a", "#0072b2", "#d55e00"
"""Greys, and the blue and vermilion that every kind of colour vision tells apart."""

SIZE, DPI = (9.6, 4.8), 125
"""Slack shows a picture about 500 pixels wide, less than half of its size: what it says must be large in it."""
ALT_TEXT = 2_000
MOST_LABELS = 12


def alt(chart: Chart, speaker: Speaker) -> str:
    """The chart in words: its title and every point."""
    points = zip(labels(chart, speaker), chart.points, strict=True)
    said = (f"{label}: {speaker.cell(value)}" for label, (_, value) in points)
    text = f"{speaker.cell(chart.title)}. {'; '.join(said)}"
    return text if len(text) <= ALT_TEXT else text[: ALT_TEXT - 1] + "…"


def png(chart: Chart, speaker: Speaker) -> bytes:
    """The chart as a PNG of 1200 × 600 pixels, labelled in the speaker's language."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    figure.set_layout_engine("constrained", w_pad=0.25, h_pad=0.2)
    axes = figure.add_subplot()
    if chart.points:
        _DRAW[chart.kind](axes, chart, speaker)
    _dress(axes, speaker.cell(chart.title))
    picture = BytesIO()
    FigureCanvasAgg(figure).print_png(picture)  # type: ignore[no-untyped-call]
    return picture.getvalue()


def labels(chart: Chart, speaker: Speaker) -> list[str]:
    """What the points are called; days of which each has a month to itself are called by their months."""
    days = [label for label, _ in chart.points if isinstance(label, date)]
    monthly = len(days) > 2 and len({(day.year, day.month) for day in days}) == len(days)
    return [_label(label, monthly, speaker) for label, _ in chart.points]


def size(value: Money | Share | int) -> float:
    """A point's height: money in its currency's own units, a share in percent."""
    match value:
        case Money():
            return float(amount(value))
        case Share():
            return float(value.value * 100) if value.value is not None else 0.0
    return float(value)


def change(value: Money | Share | int, speaker: Speaker) -> str:
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
    axes.plot(heights, color=UP, linewidth=2.5, marker="o", markersize=5)
    axes.margins(y=0.15)
    for n in _worth_naming(heights):
        _value_label(axes, n, heights[n], speaker.short(chart.points[n][1]), below=_valley(heights, n))
    _point_labels(axes, chart, speaker)


_DRAW = {"waterfall": _waterfall, "bar": _bar, "line": _line}


def _zoom(axes: "Axes", levels: list[float], speaker: Speaker) -> None:
    """Cut the axis where the changes would be too small to see beside the totals, and say so."""
    low, high = min(levels), max(levels)
    spread = high - low
    cut = low > 0 and spread < 0.4 * high
    floor = low - max(spread, 0.02 * high) * 0.5 if cut else min(low, 0.0)
    axes.set_ylim(floor, high + (high - floor) * 0.12)
    if cut:
        warning = speaker.say(phrase("The bars do not start at zero."))
        axes.set_xlabel(warning, fontsize=12, color="#66707c", loc="left")


def _value_label(axes: "Axes", x: int, y: float, text: str, below: bool = False) -> None:
    axes.annotate(
        text, (x, y), xytext=(0, -7 if below else 6), textcoords="offset points", ha="center",
        va="top" if below else "bottom", fontsize=14, color=INK, parse_math=False,
        bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1},
    )  # fmt: skip


def _point_labels(axes: "Axes", chart: Chart, speaker: Speaker) -> None:
    width = 14 if len(chart.points) <= 8 else 8
    said = [_wrapped(label, width) for label in labels(chart, speaker)]
    shown = range(0, len(said), -(-len(said) // MOST_LABELS))
    axes.set_xticks(list(shown), [said[n] for n in shown], fontsize=13, color=INK, parse_math=False)


def _label(label: Any, monthly: bool, speaker: Speaker) -> str:
    if not isinstance(label, date):
        return speaker.cell(label)
    return speaker.month(label) if monthly else speaker.short(label)


def _wrapped(text: str, width: int) -> str:
    from textwrap import wrap

    lines = wrap(text, width)
    return "\n".join(lines if len(lines) <= 2 else [lines[0], lines[1][: width - 1] + "…"])


def _dress(axes: "Axes", title: str) -> None:
    axes.set_title(title, loc="left", fontsize=17, fontweight="bold", color=INK, pad=14, parse_math=False)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)
    axes.set_yticks([])


def _worth_naming(heights: list[float]) -> list[int]:
    """All points of a short line; of a long one its ends, lowest and highest, unless they would touch."""
    if len(heights) <= MOST_LABELS:
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
