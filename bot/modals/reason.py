"""What was wrong with an answer."""

from collections.abc import Iterator, Mapping

from bot import inputs
from bot.block_kit import Block
from bot.inputs import Filled
from bot.locale import Speaker
from bot.lookups import Lookups
from bot.modals._modal import About, Modal, Opinion
from tools import Phrase, phrase

FAULTS: Mapping[str, Phrase] = {
    "figure": phrase("A figure is wrong"),
    "understood": phrase("It is not what I asked for"),
    "missing": phrase("Something is missing"),
    "unclear": phrase("It is unclear"),
    "other": phrase("Something else"),
}


def fields(about: About, lookups: Lookups, speaker: Speaker) -> Iterator[Block]:
    faults = [(name, speaker.say(said)) for name, said in FAULTS.items()]
    yield inputs.select("fault", speaker.say(phrase("What was wrong?")), faults, "understood")
    yield inputs.text("said", speaker.say(phrase("In your words")), long=True, optional=True)


def read(filled: Filled, about: About, lookups: Lookups) -> Opinion:
    """Kept as the kind of fault, and the words after a colon."""
    said = (filled.get("fault", "other"), filled.get("said", ""))
    return Opinion(about.answer, False, ": ".join(filter(None, said)))


MODAL = Modal("reason", phrase("Not helpful"), phrase("Send"), fields, read)
