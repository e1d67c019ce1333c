"""The same answer for another period, segment or owner."""

from collections.abc import Iterator, Mapping

from bot import inputs
from bot.block_kit import Block
from bot.inputs import Filled, Wrong
from bot.locale import Speaker
from bot.lookups import Lookups
from bot.modals._modal import About, Asked, Modal
from bot.offers import CHANGEABLE
from bot.router.slots.filling import fields_by_slot
from tools import Phrase, phrase
from tools.metrics import Period

EVERYONE = "*"
"""The value of a list that limits nothing."""
LABELS: Mapping[str, Phrase] = {"segment": phrase("Segment"), "owner": phrase("Owner")}


def fields(about: About, lookups: Lookups, speaker: Speaker) -> Iterator[Block]:
    """Those that the answer's tool takes, with what it took."""
    answered = lookups.answered(about.answer)
    taken = answered.call.arguments if answered else {}
    for slot, name in _fields(about, lookups).items():
        if slot == "period":
            written = str(taken.get(name) or "")
            yield inputs.text(
                name, speaker.say(phrase("Period")), written, optional=True,
                hint=speaker.say(phrase("As you would say it: last month, Q3 2026, since January.")),
            )  # fmt: skip
        else:
            yield _list(name, slot, str(taken.get(name) or EVERYONE), about, lookups, speaker)


def _list(name: str, slot: str, taken: str, about: About, lookups: Lookups, speaker: Speaker) -> Block:
    names = lookups.names(about.person)
    values = names.segments if slot == "segment" else names.owners
    everyone = (EVERYONE, speaker.say(phrase("All")))
    choices = [everyone, *((value, value) for value in values if len(value) <= inputs.OPTION_VALUE)]
    return inputs.select(name, speaker.say(LABELS[slot]), choices, taken, optional=True)


def _fields(about: About, lookups: Lookups) -> Mapping[str, str]:
    """Slot → the field of the answer's tool that takes it."""
    answered = lookups.answered(about.answer)
    tool = lookups.tool(answered.call.tool) if answered else None
    ours = fields_by_slot(tool) if tool else {}
    return {slot: ours[slot] for slot in CHANGEABLE if slot in ours}


def read(filled: Filled, about: About, lookups: Lookups) -> Asked:
    """The same call with what was changed; who asked for the answer gets the new one in its place."""
    answered = lookups.answered(about.answer)
    if answered is None:
        raise Wrong({next(iter(filled), "period"): phrase("That answer is not kept any more. Please ask again.")})
    arguments = dict(answered.call.arguments)
    for slot, name in _fields(about, lookups).items():
        value = _read(name, filled.get(name, ""), lookups) if slot == "period" else filled.get(name, EVERYONE)
        arguments.pop(name, None)
        if value not in ("", EVERYONE):
            arguments[name] = value
    choice = {"tool": answered.call.tool, "arguments": arguments}
    return Asked(choice, phrase("{question}", question=answered.text), in_place=about.who == answered.asker)


def _read(name: str, said: str, lookups: Lookups) -> str:
    """A period in words or as it is written in calls. Raises Wrong for what is none."""
    if not said.strip():
        return ""
    try:
        return str(Period.parse(said.strip()))
    except ValueError:
        found = lookups.period(said)
    if found is None:
        raise Wrong({name: phrase("I cannot read a period in that. Write for instance: last month, Q3 2026.")})
    return found


MODAL = Modal("change", phrase("Change the answer"), phrase("Show"), fields, read)
