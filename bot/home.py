"""The Home tab: what waits for somebody, as Block Kit. Pure.

It is the answer of one tool, with a menu beside each account; a Home tab takes no tables, so these are lines.
"""

from collections.abc import Iterator

from bot import block_kit as kit
from bot.block_kit import Block
from bot.blocks import narrow
from bot.conversation import Reply
from bot.locale import Speaker
from bot.offers import ACCOUNT, CALLED
from tools import Facts, NextSteps, Note, Part, Phrase, Table, phrase

BLOCKS = 100
ANSWER = 80
"""Blocks of the answer; what does not fit is asked for."""
MENU = ("summary", *(verb for verb in ACCOUNT if verb != "assign"))
"""What can be done about an account; most of those here are one's own."""


def prompts() -> tuple[tuple[Phrase, Phrase], ...]:
    """Title and message of the four questions for newcomers; manifest.json has them in English."""
    return (
        (phrase("Accounts at risk"), phrase("Which accounts are at risk?")),
        (phrase("MRR this week"), phrase("Weekly MRR summary")),
        (phrase("Find a playbook"), phrase("What does the playbook say about a renewal in 90 days?")),
        (phrase("Interview script"), phrase("Draft a win-loss interview script")),
    )


def home(reply: Reply | None, speaker: Speaker) -> list[Block]:
    """The whole tab; without a reply it says how to ask."""
    blocks = list(_day(reply, speaker)) if reply else []
    return [*blocks[:ANSWER], *_invitation(speaker)][:BLOCKS]


def _day(reply: Reply, speaker: Speaker) -> Iterator[Block]:
    if reply.answer is None:
        yield from kit.paragraphs(speaker.say(reply.message))
        yield kit.divider()
        return
    yield kit.header(speaker.say(reply.answer.subject))
    yield from kit.paragraphs(speaker.say(reply.answer.headline), "bold")
    for number, part in enumerate(reply.answer.parts):
        yield from _part(part, number, speaker)
    yield kit.divider()


def _part(part: Part, number: int, speaker: Speaker) -> Iterator[Block]:
    match part:
        case Note():
            yield from kit.paragraphs(speaker.say(part.text))
        case Facts():
            title = [kit.line(speaker.say(part.title), "bold")] if part.title else []
            facts = [line for f in part.items for line in kit.labelled(speaker.say(f.label), speaker.say(f.value))]
            yield kit.rich_text([*title, *facts])
        case Table():
            yield from _lines(part, number, speaker)
        case NextSteps():
            yield kit.actions([_ask(speaker.cell(each), n, speaker) for n, each in enumerate(part.questions)])


def _lines(table: Table, number: int, speaker: Speaker) -> Iterator[Block]:
    """A table's rows, each with a menu where it is about an account."""
    yield kit.rich_text([kit.line(speaker.say(table.title), "bold")])
    rows = [[speaker.cell(cell) for cell in row] for row in table.rows]
    labels = [speaker.cell(column.label) for column in table.columns]
    if table.accounts:
        for row, account in zip(rows, table.accounts, strict=True):
            yield kit.item(_said(labels, row), f"on:{number}:{account}", _menu(speaker))
    else:
        yield kit.rich_text(list(narrow([labels, *rows], [column.numeric for column in table.columns])))
    if table.footnote:
        yield kit.context(speaker.say(table.footnote))


def _said(labels: list[str], row: list[str]) -> str:
    first, *others = row
    rest = " · ".join(f"{label}: {cell}" for label, cell in zip(labels[1:], others, strict=True))
    return f"{first}\n{rest}"


def _menu(speaker: Speaker) -> Block:
    return kit.menu([(verb, speaker.say(CALLED[verb])) for verb in MENU])


def _invitation(speaker: Speaker) -> Iterator[Block]:
    """What can be asked, and how."""
    yield kit.header(speaker.say(phrase("Ask about your customers")))
    yield from kit.paragraphs(
        speaker.say(phrase("Write to me here, mention me in a channel, or type /retention and a question."))
    )
    yield kit.actions([_ask(speaker.say(message), n, speaker) for n, (_, message) in enumerate(prompts())])


def _ask(text: str, number: int, speaker: Speaker) -> Block:
    return kit.button(text, f"ask:{number}", kit.compact({"q": text, "language": speaker.language}))
