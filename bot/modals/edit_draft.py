"""Edit a draft: its Markdown, in as many fields as its length takes."""

from collections.abc import Iterator

from bot import block_kit as kit
from bot import inputs
from bot.block_kit import Block
from bot.inputs import Filled, Wrong
from bot.locale import Speaker
from bot.lookups import Lookups
from bot.modals._modal import About, Asked, Modal
from tools import phrase

MOST = 60
"""Fields of one modal: with more, Slack would not take what they hold."""
LINE, CUT = "line", "cut"
"""How a field goes on in the next: after a line, or within one that is too long."""


def fields(about: About, lookups: Lookups, speaker: Speaker) -> Iterator[Block]:
    draft = lookups.draft(about.person, about.draft)
    pieces = list(pieces_of(draft.body)) if draft else []
    if draft is None or len(pieces) > MOST:
        why = phrase("This draft cannot be edited here: use `retention drafts edit {id}`.", id=about.draft)
        yield from kit.paragraphs(speaker.say(why))
        return
    yield kit.context(speaker.say(phrase("{title}, version {n}", title=draft.title, n=draft.version)))
    for number, (ending, text) in enumerate(pieces, start=1):
        label = phrase("Text, part {n} of {all}", n=number, all=len(pieces)) if len(pieces) > 1 else phrase("Text")
        name = f"text:{number}:{ending}"
        yield inputs.text(name, speaker.say(label), text, long=True, optional=True)


def pieces_of(body: str) -> Iterator[tuple[str, str]]:
    """The text in pieces that fit a field, each with how it goes on."""
    while len(body) > inputs.INPUT_TEXT:
        end = body.rfind("\n", 0, inputs.INPUT_TEXT + 1)
        if end > 0:
            yield LINE, body[:end]
            body = body[end + 1 :]
        else:
            yield CUT, body[: inputs.INPUT_TEXT]
            body = body[inputs.INPUT_TEXT :]
    yield LINE, body


def read(filled: Filled, about: About, lookups: Lookups) -> Asked:
    """The whole text again, of the version that was shown."""
    texts = sorted((int(name.split(":")[1]), name) for name in filled)
    if not texts:
        draft = lookups.draft(about.person, about.draft)
        first = next(pieces_of(draft.body))[0] if draft else LINE
        raise Wrong({f"text:1:{first}": phrase("There is nothing left: reject the draft instead.")})
    body = "".join(filled[name] + ("\n" if name.endswith(LINE) else "") for _, name in texts).rstrip("\n")
    arguments = {"draft": about.draft, "act": "edit", "version": about.version, "text": body}
    return Asked({"tool": "drafts", "arguments": arguments}, phrase("Edit draft {id}", id=about.draft), in_place=True)


MODAL = Modal("edit_draft", phrase("Edit the draft"), phrase("Save"), fields, read)
