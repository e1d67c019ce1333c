"""Which saved segment is meant: only one that is named as it was saved, and so that it can be nothing else."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from bot.router.slots.accounts import AccountNames, parts_of
from bot.router.slots.limits import BookValues
from bot.router.slots.text import fold, word_set
from bot.router.slots.words import SEGMENTS

_QUOTE = "[\"“”'‘’«»]"
_CALLED = r"\s+(?:(?:called|named|chamad[oa]|de nome)\s+)?"
_SURELY = re.compile(rf"\b(?:(?:saved|focus|pinned) segment|segmento (?:salvo|fixado|em foco)){_CALLED}$")
_NAMED = re.compile(rf"\bsegmento?{_CALLED}$")
_AFTER = re.compile(r"^\s+segment\b")
_OF = re.compile(r"\b(?:for|of|from|in|within|with|para|pra|d[aeo]s?|em|n[ao]s?|com)\s+(?:(?:the|[ao]s?)\s+)?$")
_LINKING = word_set("a and as at com d da das de do dos e em for from in na nas no nos o of os the with")


@dataclass(frozen=True)
class Named:
    """A saved segment, and the stretch that says its name, with the quotes around it.

    `instead`: the dimension and the value that are called the same, and may be meant as well.
    """

    name: str
    start: int
    end: int
    instead: tuple[str, str] | None = None


@dataclass(frozen=True)
class SavedNames:
    """The names of saved segments with their conditions, and what else in the book may be called so."""

    saved: Mapping[str, Mapping[str, str]]
    values: BookValues
    owners: Sequence[str]
    segments: Sequence[str]
    accounts: AccountNames

    def find(self, folded: str, original: str, common: Container[str]) -> Named | None:
        """The longest that is named: in quotes, beside “segment”, or, of several words, as a name is written."""
        named = (each for name in self.saved for each in self._named(name, folded, original, common))
        return max(named, key=lambda each: each.end - each.start, default=None)

    def _named(self, name: str, folded: str, original: str, common: Container[str]) -> Iterator[Named]:
        for found in _pattern(name).finditer(folded) if parts_of(fold(name)) else ():
            quoted = found["open"] and found["close"]
            start, end = found.span() if quoted else found.span("name")
            before, after = folded[:start], folded[end:]
            if _SURELY.search(before):
                yield Named(name, start, end)
            elif _NAMED.search(before) or _AFTER.match(after) or (quoted and not self.accounts.is_whole(found["name"])):
                yield Named(name, start, end, self._instead(name))
            elif self._is_written_as_a_name(name, before, original[start:end], common):
                yield Named(name, start, end)

    def _instead(self, name: str) -> tuple[str, str] | None:
        """What else is called so, unless it is the very same accounts."""
        other = self._meaning(fold(name))
        return None if other is None or dict(self.saved[name]) == dict([other]) else other

    def _meaning(self, folded: str) -> tuple[str, str] | None:
        known = (("segment", self.segments), ("owner", self.owners))
        own = {fold(each): (dimension, each) for dimension, names in known for each in names}
        alike = next((words for words in SEGMENTS if folded in words), ())
        return own.get(folded) or next((own[each] for each in alike if each in own), None) or self.values.named(folded)

    def _is_written_as_a_name(self, name: str, before: str, written: str, common: Container[str]) -> bool:
        """It is several words that do not all say a condition themselves, and stands there letter for letter, or where
        a name stands and not of everyday words alone: a segment “At risk” is not in every question of risk."""
        words = [word.text for word in parts_of(fold(name))]
        if len(words) < 2 or all(word in _LINKING or self._meaning(word) for word in words):
            return False
        if written == name and any(part[0].isupper() for part in name.split()[1:]):
            return True
        telling = any(word not in common and not word.isdigit() for word in words)
        coded = any(len(word) == 2 and word not in _LINKING and self._meaning(word) for word in words)
        return bool(_OF.search(before)) and (telling or coded)


@cache
def _pattern(name: str) -> "re.Pattern[str]":
    words = r"[\W_]+".join(re.escape(word.text) for word in parts_of(fold(name)))
    return re.compile(rf"(?P<open>{_QUOTE}\s*)?(?<!\w)(?P<name>{words})(?!\w)(?P<close>\s*{_QUOTE})?")
