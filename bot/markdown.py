"""Answers and drafts as Markdown, for files that people edit."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import singledispatch
from typing import Any

from bot import charts, heatmaps, timelines
from bot.conversation import Reply
from bot.locale import Speaker
from bot.wording import attached, cited, data_as_of, instructions, numbered, opening, understood
from knowledge import Passage
from tools import (
    Action,
    Answer,
    Ask,
    Chart,
    Code,
    Column,
    Download,
    Draft,
    Facts,
    Heatmap,
    NextSteps,
    Note,
    Part,
    Phrase,
    Section,
    Table,
    Timeline,
    phrase,
)
from tools._unmarked import LINK

_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~])")
_BLOCK_START = re.compile(r"^(\s*\d*)([-+=.)])", re.MULTILINE)


def document(reply: Reply) -> str:
    """A whole reply as a Markdown document."""
    speaker = Speaker(reply.language)
    blocks = [f"# {_say(speaker, opening(reply))}"]
    if reply.answer:
        blocks += _answer(reply.answer, speaker)
    return _joined(blocks)


def draft(document: Draft) -> str:
    """A draft as a Markdown document, in the language of its reader."""
    speaker = Speaker(document.language)
    blocks = [f"# {_say(speaker, document.title)}"]
    for section in document.sections:
        blocks += _section(section, speaker, numbered(document))
    return _joined(blocks)


def escaped(text: str) -> str:
    """Data as Markdown that shows it unchanged: no mark-up, links or HTML."""
    return _MARKS.sub(r"\\\1", text).replace("://", ":\\//")


def _paragraph(speaker: Speaker, value: Any) -> str:
    return _BLOCK_START.sub(r"\1\\\2", _say(speaker, value))


def _say(speaker: Speaker, value: Any) -> str:
    return escaped(speaker.say(value))


def _cell(speaker: Speaker, value: Any) -> str:
    return escaped(speaker.cell(value))


def _joined(blocks: Sequence[str]) -> str:
    return "\n\n".join(block for block in blocks if block) + "\n"


def _answer(answer: Answer, speaker: Speaker) -> Iterator[str]:
    yield f"*{_say(speaker, understood(answer))}*"
    for part in answer.parts:
        yield from _render(part, speaker)
    if as_of := data_as_of(answer):
        yield f"*{_say(speaker, as_of)}*"


@singledispatch
def _render(part: Part, speaker: Speaker) -> Iterator[str]:
    raise TypeError(f"no Markdown for {type(part).__name__}")


@_render.register
def _(part: Note, speaker: Speaker) -> Iterator[str]:
    yield _paragraph(speaker, part.text)


@_render.register
def _(part: Facts, speaker: Speaker) -> Iterator[str]:
    if part.title:
        yield f"**{_say(speaker, part.title)}**"
    yield "\n".join(f"- **{_say(speaker, fact.label)}:** {_say(speaker, fact.value)}" for fact in part.items)


@_render.register
def _(part: Table, speaker: Speaker) -> Iterator[str]:
    yield f"**{_say(speaker, part.title)}**"
    yield _table(part.columns, part.rows, speaker)
    if part.footnote:
        yield f"*{_say(speaker, part.footnote)}*"


@_render.register
def _(part: Chart, speaker: Speaker) -> Iterator[str]:
    yield f"**{_say(speaker, part.title)}**"
    for name, points in charts.series(part, speaker):
        if name:
            yield escaped(name)
        labelled = charts.labelled(points, speaker)
        yield "\n".join(f"- {escaped(label)}: {_cell(speaker, value)}" for label, value in labelled)


@_render.register
def _(part: Heatmap, speaker: Speaker) -> Iterator[str]:
    yield from _render(heatmaps.table(part, speaker), speaker)


@_render.register
def _(part: Timeline, speaker: Speaker) -> Iterator[str]:
    yield f"**{_say(speaker, part.title)}**"
    yield "\n".join(f"- {escaped(line)}" for line in timelines.in_words(part, speaker))


@_render.register
def _(part: Code, speaker: Speaker) -> Iterator[str]:
    text = speaker.say(part.text)
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    yield f"{fence}{part.language}\n{text}\n{fence}"


@_render.register
def _(part: Download, speaker: Speaker) -> Iterator[str]:
    yield f"*{_say(speaker, attached(part))}*"


@_render.register
def _(part: Passage, speaker: Speaker) -> Iterator[str]:
    quoted = LINK.sub(r"\1", speaker.say(part.text)).replace("<", "\\<").splitlines()
    yield "\n".join(f"> {line}".rstrip() for line in [*quoted, "", f"— {_say(speaker, cited(part))}"])


@_render.register
def _(part: Draft, speaker: Speaker) -> Iterator[str]:
    yield re.sub(r"^#", "##", draft(part).strip(), flags=re.MULTILINE)


@_render.register
def _(part: NextSteps, speaker: Speaker) -> Iterator[str]:
    return iter(())


def _section(section: Section, speaker: Speaker, numbers: Mapping[str, int]) -> Iterator[str]:
    yield f"## {_say(speaker, section.heading)}"
    actions = [line for line in section.lines if isinstance(line, Action)]
    for line in section.lines:
        match line:
            case Action():
                if line is actions[0]:
                    yield _plan(actions, speaker)
            case Ask():
                yield _ask(line, speaker, numbers)
            case Phrase():
                yield _paragraph(speaker, line)
            case _:
                yield from _render(line, speaker)


def _plan(actions: Sequence[Action], speaker: Speaker) -> str:
    columns = tuple(Column(label) for label in (phrase("Action"), phrase("Owner"), phrase("Due")))
    return _table(columns, [(action.what, action.owner, action.due) for action in actions], speaker)


def _ask(ask: Ask, speaker: Speaker, numbers: Mapping[str, int]) -> str:
    lines = [f"{numbers[ask.id]}. **{_cell(speaker, ask.text)}**"]
    lines += [f"   - *{_say(speaker, each)}*" for each in instructions(ask, numbers)]
    lines += [f"   - [ ] {_cell(speaker, option)}" for option in ask.options]
    lines += [f"   - {_cell(speaker, probe)}" for probe in ask.probes]
    return "\n".join(lines)


def _table(columns: Sequence[Column], rows: Sequence[Sequence[Any]], speaker: Speaker) -> str:
    lines = [[_cell(speaker, column.label) for column in columns]]
    lines += [["---:" if column.numeric else "---" for column in columns]]
    lines += [[_cell(speaker, value) for value in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
