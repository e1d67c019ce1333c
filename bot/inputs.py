"""The fields of a modal. A field's block id is the name of what it holds: the argument of a tool, mostly."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from bot import block_kit as kit
from bot.block_kit import Block
from bot.locale import Speaker
from tools import Phrase, phrase

OPTION_VALUE = 150
INPUT_TEXT = 3_000
LABEL = 2_000
HINT = 2_000
PLACEHOLDER = 150
ACCOUNTS = "accounts"
"""The action id of every account picker: what is typed there is looked up."""

Filled = Mapping[str, str]
"""What somebody filled in: field → value; what they left empty is not there."""


def field(name: str, label: str, element: Block, *, optional: bool = False, hint: str = "") -> Block:
    said = {"hint": kit.plain(hint, HINT)} if hint else {}
    held = {"action_id": name, **element}
    return {"type": "input", "block_id": name, "label": kit.plain(label, LABEL), "element": held,
            "optional": optional, **said}  # fmt: skip


def account(speaker: Speaker, chosen: tuple[str, str] | None = None, *, optional: bool = False) -> Block:
    """A picker over all accounts that the person may see; `chosen`: id and name."""
    element: Block = {
        "type": "external_select", "action_id": ACCOUNTS, "min_query_length": 1,
        "placeholder": kit.plain(speaker.say(phrase("Type a name …")), PLACEHOLDER),
    }  # fmt: skip
    if chosen:
        element["initial_option"] = option(*chosen)
    return field("account", speaker.say(phrase("Account")), element, optional=optional)


def option(value: str, text: str) -> Block:
    return {"text": kit.plain(text, kit.OPTION_TEXT), "value": value}


def account_options(found: Sequence[tuple[str, str]]) -> list[Block]:
    """Accounts (id, name) as options; those of one name are told apart by their ids."""
    names = [name for _, name in found]
    return [
        option(account_id, name if names.count(name) == 1 else f"{kit.cut(name, 40)} · {account_id}")
        for account_id, name in found
        if len(account_id) <= OPTION_VALUE
    ]


def select(
    name: str, label: str, choices: Sequence[tuple[str, str]], chosen: str | None = None, *, optional: bool = False
) -> Block:
    """A closed list of (value, text), up to 100; a chosen value that is not among them is left out."""
    options = [option(*choice) for choice in choices[:100]]
    initial = [each for each in options if each["value"] == chosen]
    element: Block = {"type": "static_select", "options": options}
    if initial:
        element["initial_option"] = initial[0]
    return field(name, label, element, optional=optional)


def day(name: str, label: str, chosen: date | None = None, *, optional: bool = False, hint: str = "") -> Block:
    element: Block = {"type": "datepicker", **({"initial_date": chosen.isoformat()} if chosen else {})}
    return field(name, label, element, optional=optional, hint=hint)


def text(
    name: str, label: str, written: str = "", *, long: bool = False, optional: bool = False, hint: str = ""
) -> Block:
    element: Block = {"type": "plain_text_input", "multiline": long, "max_length": INPUT_TEXT}
    if written:
        element["initial_value"] = written[:INPUT_TEXT]
    return field(name, label, element, optional=optional, hint=hint)


def filled(view: Mapping[str, Any]) -> Filled:
    """What a submitted view holds."""
    states = (view.get("state") or {}).get("values") or {}
    return {name: value for name, state in states.items() for value in _values(state) if value.strip()}


def _values(state: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The value of a field's one element, whichever kind it is."""
    for element in state.values():
        chosen = element.get("selected_option") or {}
        yield str(element.get("value") or element.get("selected_date") or chosen.get("value") or "")


class Wrong(Exception):
    """What was filled in cannot be: field → why, said beside it."""

    def __init__(self, faults: Mapping[str, Phrase]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults
