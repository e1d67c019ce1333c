"""Plain text without Slack mark-up, and its folded form of the same length: places in both agree."""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 1200
"""Characters read of a question; what people paste below that is not what they ask."""

_LINK = re.compile(r"<(?:(?:https?://|mailto:|tel:)[^|<>]*|#\w+|![^|<>]*)\|([^<>]*)>")
_BARE_LINK = re.compile(r"<((?:https?://|mailto:)[^|<>]*)>")
_MENTION = re.compile(r"<[@!#][^<>]*>")
_EMOJI = re.compile(r":[a-z0-9_+\-]*[a-z][a-z0-9_+\-]*:(?::skin-tone-\d:)?")
_DECORATION = re.compile(r"```|[`*~]|(?<!\w)_|_(?!\w)|^\s*(?:>|&gt;)+", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufe0f]+")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_WORD = re.compile(r"\w+(?:[&'’.\-]\w+)*")


@dataclass(frozen=True)
class Word:
    """A word of a folded text and where it stands."""

    text: str
    start: int
    end: int


def clean(text: str) -> str:
    """What a person wrote, without Slack's mark-up, in one line of at most LONGEST. Never fails."""
    text = unicodedata.normalize("NFKC", text[: 4 * LONGEST])
    text = _BARE_LINK.sub(r"\1", _LINK.sub(r"\1", text))
    text = _EMOJI.sub(" ", _MENTION.sub(" ", text))
    text = _CONTROL.sub(" ", _DECORATION.sub("", text))
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return " ".join(text.split())[:LONGEST]


def fold(text: str) -> str:
    """Lower case without accents, character by character: the result is exactly as long as `text`."""
    return text.lower() if text.isascii() else "".join(map(_fold_character, text))


def words(folded: str) -> list[Word]:
    """The words of a folded text; `co.`, `d'avila` and `mid-market` are each one word."""
    return [Word(found.group(), found.start(), found.end()) for found in _WORD.finditer(folded)]


def word_set(text: str) -> frozenset[str]:
    """The words of a list written as running text."""
    return frozenset(text.split())


def blank(text: str, start: int, end: int, filler: str = " ") -> str:
    """`text` with a stretch overwritten, at the same length."""
    return text[:start] + filler * (end - start) + text[end:]


def _fold_character(character: str) -> str:
    if character.isascii():
        return character.lower()
    if character in "’‘´`":
        return "'"
    if character in "–—‑−":
        return "-"
    plain = unicodedata.normalize("NFKD", character)[0].lower()
    return plain[0] if plain else character
