"""From what was recognised to a tool's arguments, by the markers of its Input's fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo

from bot.router._door import Call, Choice, Clarify
from bot.router.slots.accounts import AccountNames
from bot.router.slots.reading import Reading
from bot.router.slots.words import find_choice
from bot.router.slots.wrapping import topic
from tools import Choice as Words
from tools import Slot, Tool, phrase


@dataclass(frozen=True)
class Filled:
    """A tool's call as far as the words say; `ask` is what must be asked back before it can run."""

    call: Call
    ask: Clarify | None = None


def fill(tool: Tool, reading: Reading, accounts: AccountNames) -> Filled:
    """Fill the fields of `tool.input` that the question speaks of; defaults are left to the tool."""
    arguments = {
        name: value
        for name, field in tool.input.model_fields.items()
        if (value := _value(name, field, reading)) is not None
    }
    for name, field in tool.input.model_fields.items():
        if _slot(field) == "account":
            return _with_account(tool, name, field.is_required(), arguments, reading, accounts)
        if _slot(field) == "owner" and reading.owner and reading.owner.others:
            return Filled(
                Call(tool.name, arguments),
                _which_owner(tool, name, arguments, reading.owner.value, reading.owner.others),
            )
    return Filled(Call(tool.name, arguments))


def settle(tool: Tool, said: Mapping[str, Any], in_words: Callable[[str], Reading], accounts: AccountNames) -> Filled:
    """Arguments as someone worded them (an account by name, an owner by the first) in the book's own terms.

    `in_words` reads a value as if it were a question. What the book does not know is left out; an account
    that it does not know is asked back.
    """
    arguments, asked = dict[str, Any](), None
    for name, field in tool.input.model_fields.items():
        if _slot(field) == "account":
            asked = (name, field.is_required(), said.get(name))
        elif name in said and (value := _in_terms_of_the_book(name, field, said[name], in_words)) is not None:
            arguments[name] = value
    if asked is None or (asked[2] is None and not asked[1]):
        return Filled(Call(tool.name, arguments))
    name, _, wanted = asked
    if wanted in accounts.accounts:
        return Filled(Call(tool.name, {**arguments, name: wanted}))
    return _with_account(tool, name, True, arguments, in_words(str(wanted or "")), accounts, called=wanted)


def _in_terms_of_the_book(name: str, field: FieldInfo, value: Any, in_words: Callable[[str], Reading]) -> Any:
    match _slot(field):
        case "period" | "owner" | "segment":
            return _value(name, field, in_words(str(value)))
        case "count":
            return _within(field, value)
    return value


def _slot(field: FieldInfo) -> str | None:
    return next((marker.kind for marker in field.metadata if isinstance(marker, Slot)), None)


def _value(name: str, field: FieldInfo, reading: Reading) -> Any:
    for marker in field.metadata:
        if isinstance(marker, Words):
            said = find_choice(reading.without_names, marker.words)
            return said.value if said else None
    match _slot(field):
        case "period":
            return _period(reading, ahead=name == "renewing")
        case "count":
            return _within(field, reading.count)
        case "owner":
            return reading.owner and reading.owner.value
        case "segment":
            return reading.segment and reading.segment.value
        case "language":
            return reading.language and reading.language.value
        case "topic":
            return topic(reading.text)
    return None


def _period(reading: Reading, ahead: bool) -> str | None:
    """The written period.

    Who asks for risk "this week" does not mean renewals of this week: the question must speak of them, or the
    period lie ahead.
    """
    if not ahead:
        return str(reading.period.period) if reading.period else None
    if reading.ahead is None:
        return None
    period = reading.ahead.period
    to_come = period.start >= reading.today and period.grain != "day"
    return str(period) if reading.of_renewals or to_come else None


def _within(field: FieldInfo, count: int | None) -> int | None:
    """A count kept within the field's bounds: "top 500" of a list of 100 at most is 100."""
    if count is None:
        return None
    for bound in field.metadata:
        count = max(count, getattr(bound, "ge", count))
        count = min(count, getattr(bound, "le", count))
    return count


def _with_account(
    tool: Tool,
    name: str,
    required: bool,
    arguments: Mapping[str, Any],
    reading: Reading,
    accounts: AccountNames,
    called: str | None = None,
) -> Filled:
    """`called`: what an account was called by someone who surely meant one."""
    bare = Call(tool.name, dict(arguments))
    meant = _meant(reading)
    if len(meant) == 1:
        return Filled(Call(tool.name, {**arguments, name: meant[0]}))
    if meant:
        return Filled(bare, Clarify(phrase("Which account do you mean?"), _choices(bare, name, meant, accounts)))
    if stranger := called or _stranger(reading, required):
        near = _choices(bare, name, accounts.nearest(stranger), accounts)
        general = () if required else (Choice(phrase(tool.help), bare),)
        unknown = phrase("I know no account called {name}.", name=stranger)
        return Filled(bare, Clarify(unknown, (*near[: 3 - len(general)], *general)))
    return Filled(bare, Clarify(phrase("Which account?")) if required else None)


def _meant(reading: Reading) -> list[str]:
    """The accounts that may be meant; one written in full outdoes those named in part."""
    exact = [mention for mention in reading.accounts if mention.exact]
    return list(dict.fromkeys(id_ for mention in exact or reading.accounts for id_ in mention.ids))


def _stranger(reading: Reading, required: bool) -> str | None:
    """An unknown name. Where an account is optional, only one that is written like a name counts."""
    written = [name for name in reading.strangers if required or name[0].isupper()]
    return written[0] if written else None


def _choices(bare: Call, name: str, ids: list[str], accounts: AccountNames) -> tuple[Choice, ...]:
    shown = ids[:3]
    return tuple(Choice(accounts.label(id_, shown), Call(bare.tool, {**bare.arguments, name: id_})) for id_ in shown)


def _which_owner(
    tool: Tool, name: str, arguments: Mapping[str, Any], first: str | None, others: tuple[str, ...]
) -> Clarify:
    owners = [first, *others][:3]
    return Clarify(
        phrase("Whose accounts do you mean?"),
        tuple(Choice(owner or "", Call(tool.name, {**arguments, name: owner})) for owner in owners),
    )
