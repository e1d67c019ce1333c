"""Timelines: as a picture, as lines of characters, as words. matplotlib is imported when one is drawn."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot import charts
from bot.locale import Speaker
from tools import Mark, Timeline, phrase, phrase_n

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHADES = ("#dbe7f3", "#b9cfe6", "#93b4d6", "#6d98c4")
"""Neighbouring phases are told apart by their lightness, and by their names."""
TONES = {"good": (charts.UP, "^"), "bad": (charts.DOWN, "v"), "plain": ("#66707c", "o")}
"""Good and bad are told apart by shape as well as by colour."""
HEIGHTS = {"plain": 2, "good": 3, "bad": 4}
"""Of marks in one place the bad one is seen, then the good one."""
SIGNS = {"good": "▲", "bad": "▼", "plain": "•"}
NAME = 24
"""Characters of a lane's name."""
NARROW = 0.055
"""Share of the width under which a phase has no room for its name."""


def alt(part: Timeline, speaker: Speaker) -> str:
    """The timeline in words: each phase with its days, and how much is in each lane."""
    phases = (f"{speaker.cell(name)}: {_days(since, until, speaker)}" for name, since, until in part.phases)
    lanes = (f"{speaker.cell(name)}: {len(marks)}" for name, marks in part.lanes)
    return charts.shortened(f"{speaker.cell(part.title)}. {'; '.join(phases)}. {'; '.join(lanes)}.")


def _days(since: date, until: date, speaker: Speaker) -> str:
    return f"{speaker.cell(since)} – {speaker.cell(until - timedelta(days=1))}"


def in_words(part: Timeline, speaker: Speaker) -> Iterator[str]:
    """Phase by phase, then lane by lane."""
    for name, since, until in part.phases:
        yield f"{speaker.cell(name)}: {_days(since, until, speaker)}"
    for name, marks in part.lanes:
        days = ", ".join(f"{SIGNS[mark.tone]} {speaker.cell(mark.on)}" for mark in marks[-12:])
        counted = phrase_n("{n} event", "{n} events", len(marks))
        yield f"{speaker.cell(name)}: {speaker.say(counted)}" + (f" ({days})" if days else "")


def lines(part: Timeline, width: int, speaker: Speaker) -> Iterator[str]:
    """One line of characters for the phases and one for each lane, so many wide."""
    names = [charts.shortened(speaker.cell(name), NAME) for name, _ in part.lanes]
    beside = max(map(len, ("", *names))) + 2
    room = max(width - beside, 20)
    yield " " * beside + _phase_line(part, room, speaker)
    for name, (_, marks) in zip(names, part.lanes, strict=True):
        yield f"{name:<{beside}}" + _mark_line(part, marks, room)
    first, last = speaker.cell(part.first), speaker.cell(part.last)
    yield " " * beside + first + last.rjust(room - len(first))


def _phase_line(part: Timeline, room: int, speaker: Speaker) -> str:
    """Each phase from `|` to the next, with as much of its name as has room."""
    line = [" "] * room
    for name, since, until in part.phases:
        start, end = (_place(part, day, room) for day in (since, until))
        said = f"|{speaker.cell(name)}"[: max(end - start, 1)]
        line[start : start + len(said)] = said
    return "".join(line[:room]).rstrip()


def _mark_line(part: Timeline, marks: Sequence[Mark], room: int) -> str:
    line = ["·"] * room
    for tone in HEIGHTS:
        for mark in marks:
            if mark.tone == tone:
                line[_place(part, mark.on, room)] = SIGNS[tone]
    return "".join(line)


def _place(part: Timeline, day: date, room: int) -> int:
    whole = max((part.last - part.first).days, 1)
    return min(max((day - part.first).days, 0) * (room - 1) // whole, room - 1)


def png(part: Timeline, speaker: Speaker) -> bytes:
    """The timeline as a PNG 1200 pixels wide, as high as its lanes want, labelled in the speaker's language."""

    def draw(axes: "Axes") -> None:
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        axes.set_yticks([])
        if part.last > part.first:
            _draw(axes, part, speaker)
        charts.entitle(axes, speaker.cell(part.title))

    return charts.picture((charts.SIZE[0], 2.3 + 0.52 * len(part.lanes)), draw)


def _draw(axes: "Axes", part: Timeline, speaker: Speaker) -> None:
    rows = len(part.lanes)
    axes.set_xlim(*(_number(day) for day in (part.first, part.last + timedelta(days=1))))
    axes.set_ylim(-0.6, rows + 0.6)
    _draw_phases(axes, part, speaker)
    for n, (_, marks) in enumerate(part.lanes):
        level = rows - 1 - n
        axes.axhline(level, color="#e3e7eb", linewidth=1, zorder=1)
        for tone, (color, shape) in TONES.items():
            days = [_number(mark.on) for mark in marks if mark.tone == tone]
            axes.scatter(days, [level] * len(days), s=70, color=color, marker=shape, alpha=0.8, linewidths=0,
                         zorder=HEIGHTS[tone])  # fmt: skip
    names = [charts.shortened(speaker.cell(name), NAME) for name, _ in part.lanes]
    axes.set_yticks(range(rows), reversed(names), fontsize=13, color=charts.INK, parse_math=False)
    _draw_days(axes, part, speaker)


def _draw_phases(axes: "Axes", part: Timeline, speaker: Speaker) -> None:
    """Bands over the whole height, named above the lanes where there is room."""
    whole = (part.last - part.first).days
    for n, (name, since, until) in enumerate(part.phases):
        start, end = _number(since), _number(until)
        axes.axvspan(start, end, color=SHADES[n % len(SHADES)], alpha=0.55, linewidth=0, zorder=0)
        if (until - since).days / whole >= NARROW:
            size = 13 if (until - since).days / whole > 0.12 else 10
            text = charts.shortened(speaker.cell(name), max(3, round(66 * (until - since).days / whole)))
            axes.text((start + end) / 2, len(part.lanes) + 0.1, text, ha="center", va="center", fontsize=size,
                      color=charts.INK, parse_math=False, clip_on=True)  # fmt: skip


def _draw_days(axes: "Axes", part: Timeline, speaker: Speaker) -> None:
    """Some six dates, from the first to the last day."""
    step = max((part.last - part.first).days // 5, 1)
    days = [part.first + timedelta(days=step * n) for n in range(6) if step * n <= (part.last - part.first).days]
    said = [speaker.month(day) if step > 31 else speaker.cell(day) for day in days]
    axes.set_xticks([_number(day) for day in days], said, fontsize=12, color=charts.INK, parse_math=False)
    legend = phrase("▲ good for us   ▼ bad for us")
    axes.set_xlabel(speaker.say(legend), fontsize=12, color="#66707c", loc="left")


def _number(day: date) -> int:
    return day.toordinal()
