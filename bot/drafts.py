"""Drafts and passages as Slack rich text."""

from collections.abc import Iterator, Mapping

from bot import block_kit as kit
from bot.block_kit import Block
from bot.locale import Speaker
from bot.wording import cited, instructions, numbered
from knowledge import Passage
from tools import Action, Ask, Draft, Facts, Phrase, Section, Table, phrase
from tools._unmarked import unmarked


def sections(draft: Draft) -> Iterator[list[Block]]:
    """Each section as rich-text elements, in the language of the draft's reader; its title is the renderer's."""
    speaker, numbers = Speaker(draft.language), numbered(draft)
    for section in draft.sections:
        yield list(_section(section, speaker, numbers))


def passage(quoted: Passage, speaker: Speaker) -> Iterator[Block]:
    """A quote and where it stands."""
    yield from map(kit.quote, kit.pieces(unmarked(speaker.say(quoted.text))))
    yield kit.line(speaker.say(cited(quoted)), "italic")


def _section(section: Section, speaker: Speaker, numbers: Mapping[str, int]) -> Iterator[Block]:
    yield kit.line(speaker.say(section.heading), "bold")
    for line in section.lines:
        match line:
            case Phrase():
                yield from kit.lines(speaker.say(line))
            case Ask():
                yield from _ask(line, speaker, numbers)
            case Action():
                yield kit.bullets([_action(line, speaker)])
            case Passage():
                yield from passage(line, speaker)
            case Facts():
                for fact in line.items:
                    yield kit.bullets(kit.labelled(speaker.say(fact.label), speaker.say(fact.value), "plain"))
            case Table():
                yield from _table(line, speaker)


def _ask(ask: Ask, speaker: Speaker, numbers: Mapping[str, int]) -> Iterator[Block]:
    yield from kit.lines(f"{numbers[ask.id]}. {speaker.cell(ask.text)}")
    for each in instructions(ask, numbers):
        yield kit.line(speaker.say(each), "italic")
    if points := [line for each in (*ask.options, *ask.probes) for line in kit.lines(speaker.cell(each))]:
        yield kit.bullets(points, indent=1)


def _action(action: Action, speaker: Speaker) -> Block:
    who_when = phrase(" ({owner}, by {day})", owner=action.owner, day=action.due)
    return kit.section(kit.run(speaker.cell(action.what)), kit.run(speaker.cell(who_when), "italic"))


def _table(table: Table, speaker: Speaker) -> Iterator[Block]:
    yield kit.line(speaker.say(table.title), "bold")
    labels = [speaker.say(column.label) for column in table.columns]
    for first, *others in ([speaker.cell(cell) for cell in row] for row in table.rows):
        rest = (f"{label}: {cell}" for label, cell in zip(labels[1:], others, strict=True))
        yield kit.bullets(kit.lines(f"{first} ({' · '.join(rest)})"))
    if table.footnote:
        yield kit.line(speaker.say(table.footnote), "italic")
