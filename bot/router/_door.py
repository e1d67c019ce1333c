"""The one door: what every router takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Protocol

from tools import Phrase


@dataclass(frozen=True)
class Names:
    """What the book calls things: account id → name, and the values of each dimension."""

    accounts: Mapping[str, str]
    owners: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of the other dimensions that accounts are told apart by: country, industry, plan …"""
    fiscal_start: int = 1
    """The month in which the company's fiscal year begins."""
    saved: Mapping[str, Mapping[str, str]] = field(default_factory=dict, compare=False)
    """The names of saved segments, and the conditions of each by dimension."""


@dataclass(frozen=True)
class Call:
    """Run this tool with these arguments (as the tool's `Input` takes them)."""

    tool: str
    arguments: Mapping[str, Any] = field(hash=False)
    unread: tuple[str, ...] = field(default=(), compare=False)
    """What the question says and the tool cannot take: the person is told that it was left out."""
    language: str = ""
    """The language in which the answer is wanted; empty: that of the question."""
    form: Literal["", "csv"] = ""
    """csv: the answer's tables as files."""


@dataclass(frozen=True)
class Context:
    """What was answered last where a question is asked, in which language, and the accounts of the last list there.

    `earlier`: what was answered before it, where the last answer only explained that one's figures. `about`: the
    account last spoken of, some answers ago perhaps; empty where several were.
    """

    call: Call
    listed: tuple[str, ...] = ()
    language: str = ""
    earlier: "Context | None" = None
    about: str = ""


@dataclass(frozen=True)
class Choice:
    """One button of a question asked back."""

    label: Phrase | str
    call: Call


@dataclass(frozen=True)
class Clarify:
    """Ask back, with up to three choices; `call` is what lacks the thing that is asked for."""

    question: Phrase
    choices: tuple[Choice, ...] = ()
    call: Call | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Decline:
    """Not something the tools can do. `help`: the person asked what the assistant can do. `outside`: it is known to be
    something else, and not only like nothing that is known."""

    help: bool = False
    outside: bool = field(default=False, compare=False)


Decision = Call | Clarify | Decline


class Router(Protocol):
    def choose(self, text: str, language: str, today: date, names: Names, context: Context | None = None) -> Decision:
        """`context`: what the question may leave unsaid because it was answered just before."""
        ...
