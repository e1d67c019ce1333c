"""The one door: what every router takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from tools import Phrase


@dataclass(frozen=True)
class Names:
    """What the book calls things: account id → name, and the values of each dimension."""

    accounts: Mapping[str, str]
    owners: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of the other dimensions that accounts are told apart by: country, industry, plan …"""


@dataclass(frozen=True)
class Call:
    """Run this tool with these arguments (as the tool's `Input` takes them)."""

    tool: str
    arguments: Mapping[str, Any] = field(hash=False)
    unread: tuple[str, ...] = field(default=(), compare=False)
    """What the question says and the tool cannot take: the person is told that it was left out."""


@dataclass(frozen=True)
class Choice:
    """One button of a question asked back."""

    label: Phrase | str
    call: Call


@dataclass(frozen=True)
class Clarify:
    """Ask back, with up to three choices."""

    question: Phrase
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Decline:
    """Not something the tools can do. `help`: the person asked what the assistant can do."""

    help: bool = False


Decision = Call | Clarify | Decline


class Router(Protocol):
    def choose(self, text: str, language: str, today: date, names: Names) -> Decision: ...
