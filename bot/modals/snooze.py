"""Snooze an account: until when, and why."""

from collections.abc import Iterator
from datetime import date, timedelta

from bot import inputs
from bot.block_kit import Block
from bot.inputs import Filled, Wrong
from bot.locale import Speaker
from bot.lookups import Lookups
from bot.modals._modal import About, Asked, Modal
from tools import phrase

LONG, LONGEST = timedelta(days=14), timedelta(days=366)


def fields(about: About, lookups: Lookups, speaker: Speaker) -> Iterator[Block]:
    """Two weeks are proposed."""
    say = speaker.say
    yield inputs.account(speaker, lookups.named(about.person, about.account))
    yield inputs.day(
        "day", say(phrase("Until")), lookups.today() + LONG, hint=say(phrase("From that day on it is listed again."))
    )
    yield inputs.text("reason", say(phrase("Because")), long=True)


def read(filled: Filled, about: About, lookups: Lookups) -> Asked:
    """A reason and a day within a year are needed; the reason comes to the tool as what stands after a colon."""
    today = lookups.today()
    until = date.fromisoformat(filled["day"]) if "day" in filled else today + LONG
    if not today < until <= today + LONGEST:
        raise Wrong({"day": phrase("Choose a day within a year, from tomorrow on.")})
    if "reason" not in filled:
        raise Wrong({"reason": phrase("Say why: whoever misses the account will want to know.")})
    account, name = lookups.chosen(about.person, filled)
    arguments = {"account": account, "day": until.isoformat(), "reason": f": {filled['reason']}"}
    return Asked({"tool": "snooze", "arguments": arguments}, phrase("Snooze {account}", account=name))


MODAL = Modal("snooze", phrase("Snooze"), phrase("Snooze"), fields, read)
