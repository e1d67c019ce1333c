"""Phrases: what people read, before it has a language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Phrase:
    """A catalogue entry with its values. `bot/locale` turns it into a sentence of a language.

    Among the values: `str` is data (a customer's name, a note), which renderers escape and never translate; `Figure`,
    `Money`, `Share`, `Period`, `Territory`, dates, numbers and other phrases are shown in the reader's language.
    """

    msgid: str
    values: Mapping[str, Any]
    plural: str | None = None
    n: int = 1

    def __hash__(self) -> int:
        return hash((self.msgid, self.n))


@dataclass(frozen=True)
class Territory:
    """A country by its ISO 3166 code, among the values of a phrase; shown by its name in the reader's language."""

    code: str


def phrase(msgid: str, /, **values: Any) -> Phrase:
    """Say something: `phrase("{account} renews on {day}", account=name, day=renews_on)`."""
    return Phrase(msgid, values)


def phrase_n(one: str, many: str, n: int, /, **values: Any) -> Phrase:
    """Say something that counts: `phrase_n("{n} account", "{n} accounts", 3)`; `n` is among the values."""
    return Phrase(one, {"n": n, **values}, many, n)
