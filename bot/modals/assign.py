"""Take one of several accounts on."""

from collections.abc import Iterator

from bot import inputs
from bot.block_kit import Block
from bot.inputs import Filled
from bot.locale import Speaker
from bot.lookups import Lookups
from bot.modals._modal import About, Asked, Modal
from tools import phrase


def fields(about: About, lookups: Lookups, speaker: Speaker) -> Iterator[Block]:
    yield inputs.account(speaker, lookups.named(about.person, about.account))


def read(filled: Filled, about: About, lookups: Lookups) -> Asked:
    account, name = lookups.chosen(about.person, filled)
    choice = {"tool": "assign", "arguments": {"account": account, "who": "me"}}
    return Asked(choice, phrase("Assign {account} to me", account=name))


MODAL = Modal("assign", phrase("Assign to me"), phrase("Assign"), fields, read)
