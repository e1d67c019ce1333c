"""Log a touch: whom, when, how, and what was said."""

from collections.abc import Iterator
from datetime import date

from bot import inputs
from bot.block_kit import Block
from bot.inputs import Filled, Wrong
from bot.locale import Speaker
from bot.lookups import Lookups
from bot.modals._modal import About, Asked, Modal
from tools import CHANNELS, DIRECTIONS, TEAMS, phrase


def fields(about: About, lookups: Lookups, speaker: Speaker) -> Iterator[Block]:
    """The account and today are filled in where they are known."""
    say = speaker.say
    yield inputs.account(speaker, lookups.named(about.person, about.account))
    yield inputs.day("day", say(phrase("Day")), lookups.today())
    channels = [(name, say(said)) for name, said in CHANNELS.items()]
    yield inputs.select("channel", say(phrase("Channel")), channels, "call")
    directions = [(name, say(said)) for name, said in DIRECTIONS.items()]
    yield inputs.select("direction", say(phrase("Who wrote or called")), directions, "outbound")
    yield inputs.select("category", say(phrase("Team")), [(name, say(said)) for name, said in TEAMS.items()], "cs")
    yield inputs.text("who", say(phrase("Person")), optional=True)
    yield inputs.text("said", say(phrase("What was said")), long=True, optional=True)


def read(filled: Filled, about: About, lookups: Lookups) -> Asked:
    """A call of the tool that logs; the person and the note come to it as words, the note after a colon."""
    if "day" in filled and date.fromisoformat(filled["day"]) > lookups.today():
        raise Wrong({"day": phrase("That day is still to come: log what has happened.")})
    account, name = lookups.chosen(about.person, filled)
    kept = {field: filled[field] for field in ("day", "channel", "direction", "category") if field in filled}
    said = f"{filled.get('who', '')}: {filled.get('said', '')}" if {"who", "said"} & filled.keys() else None
    tool = "log_touch"
    if kept.get("channel") == "meeting":
        tool, kept = "log_meeting", {field: kept[field] for field in ("day", "category") if field in kept}
    arguments = {"account": account, **kept, **({"said": said} if said else {})}
    return Asked({"tool": tool, "arguments": arguments}, phrase("Log a touch with {account}", account=name))


MODAL = Modal("log_touch", phrase("Log a touch"), phrase("Log"), fields, read)
