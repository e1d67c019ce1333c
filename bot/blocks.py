"""Reply → text and Block Kit, within Slack's limits. Pure.

Buttons that ask have action ids `ask:<n>` and the value `{"q": <question>}`, or `{"tool": …, "arguments": …}`
for a choice of a question asked back. Feedback has the action id `feedback` (see `block_kit.feedback`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial, singledispatch

from bot import as_csv, charts, drafts, heatmaps, markdown, timelines
from bot import block_kit as kit
from bot.block_kit import Block
from bot.conversation import Reply
from bot.exporting.paper import write as docx
from bot.locale import Speaker
from bot.offers import CALLED, FIRST
from bot.wording import attached, data_as_of, more_rows, opening, understood
from knowledge import Passage
from tools import (
    Chart,
    Code,
    Download,
    Draft,
    Facts,
    Heatmap,
    KeptDraft,
    NextSteps,
    Note,
    Part,
    Table,
    Timeline,
    phrase,
    to_decide,
)

TEXT_ONLY = 2_500
"""Characters of a message's `text`: the notification, and all there is where blocks cannot be shown."""

NOTICE = 300
"""Characters kept free for the sentence that points to the attached file."""

TRACE = "trace_figure"
"""The tool behind the button of every answer with figures."""

DECIDED = 2
"""Drafts of one answer that have buttons; the others are shown by their ids."""

LETTER = 2
"""Sections of a letter, its subject and its text; what has more is a document."""

WIDTH = 72
"""Characters of a monospaced line that Slack does not break."""


@dataclass(frozen=True)
class Image:
    """A chart: `png` draws it when called. Until then, the block `block_id` says its numbers as text."""

    png: Callable[[], bytes]
    alt: str
    block_id: str

    def block(self, file_id: str) -> Block:
        """The block to put in place of `block_id` once the picture is a Slack file."""
        placed = {"block_id": self.block_id, "slack_file": {"id": file_id}}
        return {"type": "image", "alt_text": self.alt, **placed}


@dataclass(frozen=True)
class File:
    name: str
    content: str


@dataclass(frozen=True)
class Paper:
    """A document of several sections, to be worked on: a canvas where Slack takes one, else files.

    Until then, the block `block_id` says that it is attached.
    """

    title: str
    markdown: str
    name: str
    docx: Callable[[], bytes]
    block_id: str
    link: str
    """What the link to the canvas says."""

    def block(self, url: str) -> Block:
        """The block to put in place of `block_id` once it is a canvas."""
        return {
            **kit.rich_text([kit.section({"type": "link", "url": url, "text": self.link})]),
            "block_id": self.block_id,
        }


@dataclass(frozen=True)
class Message:
    """What to post: `text` alone is enough where blocks are refused; `files` hold whatever did not fit."""

    text: str
    blocks: tuple[Block, ...]
    images: tuple[Image, ...] = ()
    files: tuple[File, ...] = ()
    papers: tuple[Paper, ...] = ()


@dataclass
class Page:
    """A message being filled, with the room that is left on it."""

    speaker: Speaker
    characters: int
    slots: int
    blocks: list[Block] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    has_table: bool = False
    cut: bool = False

    def take(self, blocks: Iterable[Block]) -> None:
        """Take a part's blocks in order, up to the first that does not fit."""
        for block in blocks:
            size = kit.characters(block)
            if size > self.characters or not self.slots:
                self.cut = True
                return
            self.blocks.append(block)
            self.characters -= size
            self.slots -= 1


def message(reply: Reply, speaker: Speaker | None = None) -> Message:
    """A reply as one Slack message, in the reply's language unless another speaker is given."""
    speaker = speaker or Speaker(reply.language)
    ending = list(_ending(reply, speaker))
    page = Page(speaker, kit.CHARACTERS - kit.characters(ending) - NOTICE, kit.BLOCKS - len(ending) - 1)
    page.take(_opening(reply, speaker))
    for part in reply.answer.parts if reply.answer else ():
        page.take(render(part, page))
    whole = (_whole(reply),) if page.cut else ()
    blocks = [*page.blocks, *(_notice(file, speaker) for file in whole), *ending]
    return Message(
        _text(reply, blocks, speaker), tuple(blocks), tuple(page.images), (*whole, *page.files), tuple(page.papers)
    )


@singledispatch
def render(part: Part, page: Page) -> Iterator[Block]:
    """A part as blocks; `page` tells how much room there is."""
    raise TypeError(f"no blocks for {type(part).__name__}")


@render.register
def _(part: Note, page: Page) -> Iterator[Block]:
    yield from kit.paragraphs(page.speaker.say(part.text))


@render.register
def _(part: Facts, page: Page) -> Iterator[Block]:
    say = page.speaker.say
    title = [kit.line(say(part.title), "bold")] if part.title else []
    facts = (line for fact in part.items for line in kit.labelled(say(fact.label), say(fact.value)))
    yield from _grouped([*title, *facts])


@render.register
def _(part: Table, page: Page) -> Iterator[Block]:
    yield from kit.paragraphs(page.speaker.say(part.title), "bold")
    rows, left_out = _fitting(part, page)
    page.cut = page.cut or len(part.columns) > kit.TABLE_COLUMNS
    if page.has_table:
        yield from _grouped(narrow(rows, [column.numeric for column in part.columns]))
    else:
        page.has_table = True
        yield kit.table(rows, [column.numeric for column in part.columns[: kit.TABLE_COLUMNS]])
    if left_out:
        page.cut = True
        yield kit.context(page.speaker.say(more_rows(left_out)))
    if part.footnote:
        yield kit.context(page.speaker.say(part.footnote))


@render.register
def _(part: Chart, page: Page) -> Iterator[Block]:
    yield _picture(partial(charts.png, part, page.speaker), charts.alt(part, page.speaker), page)


@render.register
def _(part: Heatmap, page: Page) -> Iterator[Block]:
    """The picture, and its numbers where they fit as a table; else they are in the attached file."""
    yield _picture(partial(heatmaps.png, part, page.speaker), heatmaps.alt(part, page.speaker), page)
    table = heatmaps.table(part, page.speaker)
    rows, left_out = _fitting(table, page)
    if left_out or len(table.columns) > kit.TABLE_COLUMNS or (page.has_table and not _is_narrow(rows)):
        page.cut = True
    else:
        yield from render(table, page)


@render.register
def _(part: Timeline, page: Page) -> Iterator[Block]:
    yield _picture(partial(timelines.png, part, page.speaker), timelines.alt(part, page.speaker), page)


@render.register
def _(part: Code, page: Page) -> Iterator[Block]:
    yield from (kit.rich_text([kit.monospaced(piece)]) for piece in kit.pieces(page.speaker.say(part.text)))


@render.register
def _(part: Download, page: Page) -> Iterator[Block]:
    page.files.append(File(part.name, as_csv.text(part, page.speaker)))
    yield kit.context(page.speaker.say(attached(part)))


@render.register
def _(part: Passage, page: Page) -> Iterator[Block]:
    yield from _grouped(drafts.passage(part, page.speaker))


@render.register
def _(part: Draft, page: Page) -> Iterator[Block]:
    yield kit.divider()  # from here on it is somebody else's text, often in another language
    yield kit.header(Speaker(part.language).say(part.title))
    if len(part.sections) > LETTER:
        yield _paper(part, page)
    for section in drafts.sections(part):
        yield from _grouped(section)


@render.register
def _(part: NextSteps, page: Page) -> Iterator[Block]:
    return iter(())  # its buttons end the message


def _picture(png: Callable[[], bytes], alt: str, page: Page) -> Block:
    """What stands for a picture until it is drawn: what it shows, in words."""
    image = Image(png, alt, f"chart-{len(page.images) + 1}")
    page.images.append(image)
    return kit.context(image.alt, image.block_id)


def _paper(draft: Draft, page: Page) -> Block:
    """What stands for a document until it is a canvas: that it is attached."""
    title, number = Speaker(draft.language).say(draft.title), len(page.papers) + 1
    said = phrase("As a document: {title}", title=title)
    kept = KeptDraft("", draft.kind, title, draft.language, markdown.draft(draft), 1, "", date.min)
    page.papers.append(Paper(
        title, kept.body, f"{draft.kind}-{number}", partial(docx, kept), f"paper-{number}", page.speaker.say(said),
    ))  # fmt: skip
    return kit.context(page.speaker.say(phrase("The whole document is attached.")), f"paper-{number}")


def _opening(reply: Reply, speaker: Speaker) -> Iterator[Block]:
    said = speaker.say(opening(reply))
    if not reply.answer:
        yield from kit.paragraphs(said)
        return
    yield kit.context(speaker.say(understood(reply.answer)))
    if len(said) <= kit.HEADER:
        yield kit.header(said)
    else:
        yield from kit.paragraphs(said, "bold")


def _ending(reply: Reply, speaker: Speaker) -> Iterator[Block]:
    if reply.answer and (as_of := data_as_of(reply.answer)):
        yield kit.context(speaker.say(as_of))
    asks = [kit.button(label, f"ask:{n}", value) for n, (label, value) in enumerate(_asks(reply, speaker))]
    verbs = [*_decisions(reply, speaker), *_verbs(reply, speaker)]
    if buttons := [*asks[: kit.BUTTONS - len(verbs)], *verbs]:
        yield kit.actions(buttons, f"of:{reply.question.key}" if reply.offers else None)
    if reply.outcome == "answered":
        good, bad = speaker.say(phrase("Helpful")), speaker.say(phrase("Not helpful"))
        yield kit.feedback(good, bad, reply.question.key)


def _decisions(reply: Reply, speaker: Speaker) -> Iterator[Block]:
    """What can be decided on the drafts that the answer shows, where they wait; the answer takes its place."""
    waiting = reply.answer.waiting if reply.answer else ()
    for draft in waiting[:DECIDED]:
        of = f" {draft}" if len(waiting) > 1 else ""
        for act, said in (("approve", phrase("Approve")), ("reject", phrase("Reject"))):
            call = {"tool": "drafts", "arguments": {"draft": draft, "act": act}}
            value = kit.compact({**call, "language": reply.language, "in_place": True})
            yield kit.button(speaker.say(said) + of, f"ask:{act}:{draft}", value)
        yield kit.button(speaker.say(phrase("Edit")) + of, f"edit:{draft}", draft)


def _verbs(reply: Reply, speaker: Speaker) -> Iterator[Block]:
    """How it was counted, what else has a button of its own, and the menu of the rest."""
    if _has_figures_to_trace(reply):
        yield _trace(reply, speaker)
    for verb in FIRST:
        if verb in reply.offers:
            said = speaker.say(CALLED[verb])
            if verb == "why_of":
                yield from _accounts(reply, said, verb, speaker)
            else:
                yield kit.button(said, f"do:{verb}", verb)
    if rest := [verb for verb in reply.offers if verb not in FIRST]:
        yield kit.menu([(verb, speaker.say(CALLED[verb])) for verb in rest])


def _accounts(reply: Reply, said: str, verb: str, speaker: Speaker) -> Iterator[Block]:
    """The accounts of the first table that has a row for each, to choose one; where there is such a table."""
    parts = reply.answer.parts if reply.answer else ()
    for table in [part for part in parts if isinstance(part, Table) and part.accounts][:1]:
        rows = zip(table.accounts, table.rows, strict=True)
        yield kit.choose(said, f"of:{verb}", [(account, speaker.cell(row[0])) for account, row in rows])


def _has_figures_to_trace(reply: Reply) -> bool:
    """An answer that is a trace already is not traced once more."""
    return bool(reply.answer and reply.answer.figures) and not (reply.call and reply.call.tool == TRACE)


def _trace(reply: Reply, speaker: Speaker) -> Block:
    call = {"tool": TRACE, "arguments": {"answer": reply.question.key}, "language": reply.language}
    return kit.button(speaker.say(phrase("How was this counted?")), "ask:trace", kit.compact(call))


def _asks(reply: Reply, speaker: Speaker) -> Iterator[tuple[str, str]]:
    """What each button says and holds."""
    for choice in reply.choices:
        label = speaker.cell(choice.label)
        call = kit.compact(
            {
                "tool": choice.call.tool,
                "arguments": dict(choice.call.arguments),
                "unread": choice.call.unread,
                "language": reply.language,
            }
        )
        yield label, call if len(call) <= kit.BUTTON_VALUE else _question(label, reply.language)
    parts = reply.answer.parts if reply.answer else ()
    decided = {step for draft in (reply.answer.waiting if reply.answer else ()) for step in to_decide(draft)}
    next_steps = (
        question for part in parts if isinstance(part, NextSteps) for question in part.questions
        if question not in decided
    )  # fmt: skip
    for question in (*reply.suggestions, *next_steps):
        label = speaker.cell(question)
        yield label, _question(label, reply.language)


def _question(text: str, language: str) -> str:
    return kit.compact({"q": kit.cut(text, kit.BUTTON_VALUE // 2 - 40), "language": language})


def _grouped(elements: Iterable[Block]) -> Iterator[Block]:
    """Rich text in as few blocks as its length allows."""
    group: list[Block] = []
    for element in elements:
        if group and kit.characters([*group, element]) > kit.TEXT:
            yield kit.rich_text(group)
            group = []
        group.append(element)
    if group:
        yield kit.rich_text(group)


def _fitting(part: Table, page: Page) -> tuple[list[list[str]], int]:
    """Header and as many rows as the page has room for, and how many are left out."""
    cell, width = page.speaker.cell, kit.TABLE_COLUMNS
    room = min(page.characters - NOTICE, kit.TABLE_CHARACTERS)
    rows: list[list[str]] = []
    for row in ([column.label for column in part.columns], *part.rows):
        said = [cell(value) for value in row[:width]]
        room -= sum(map(len, said))
        if rows and (room < 0 or len(rows) == kit.TABLE_ROWS):
            break
        rows.append(said)
    return rows, len(part.rows) - len(rows) + 1


def narrow(rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> Iterator[Block]:
    """A further table, as a message may hold only one: monospaced if it is narrow enough, else row by row."""
    if _is_narrow(rows):
        widths = _widths(rows)
        padded = (list(map(_padded, row, widths, numeric)) for row in rows)
        yield from map(kit.monospaced, kit.pieces("\n".join("  ".join(row).rstrip() for row in padded)))
        return
    for first, *others in rows[1:]:
        rest = " · ".join(f"{label}: {cell}" for label, cell in zip(rows[0][1:], others, strict=True))
        yield from kit.labelled(first, rest)


def _is_narrow(rows: Sequence[Sequence[str]]) -> bool:
    widths = _widths(rows)
    return sum(widths) + 2 * len(widths) <= WIDTH


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def _padded(cell: str, width: int, number: bool) -> str:
    return cell.rjust(width) if number else cell.ljust(width)


def _whole(reply: Reply) -> File:
    return File(f"{reply.call.tool if reply.call else 'answer'}.md", markdown.document(reply))


def _notice(file: File, speaker: Speaker) -> Block:
    where = phrase("Not everything fits here: the whole answer is in the attached file {name}.", name=file.name)
    return kit.context(speaker.say(where))


def _text(reply: Reply, blocks: Sequence[Block], speaker: Speaker) -> str:
    first = speaker.say(opening(reply))
    lines = [first, *(line for block in blocks for line in kit.said(block) if line != first)]
    return kit.mrkdwn(kit.cut("\n".join(lines), TEXT_ONLY))
