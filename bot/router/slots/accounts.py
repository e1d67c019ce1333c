"""Which account is meant: exact names and ids, parts of names, and near misses, among up to 100,000 names."""

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, takewhile

from rapidfuzz import fuzz, process

from bot.router.slots.text import Word, fold, word_set

_PART = re.compile(r"[^\W_]+(?:'s\b)?")
_ID = re.compile(r"[\w.\-]*\d[\w.\-]*\w|[\w.\-]*\w")
_LEGAL = word_set(
    """
    ltda me epp eireli mei sa s a cia inc incorporated llc ltd limited co corp corporation company gmbh ag plc
    bv nv srl sl pty pte oy ab as
    """
)
_LINKING = word_set("de da do das dos e and of the & y di")
_CLOSE, _SUGGESTED = 83.0, 62.0
"""Likeness in per cent (100: the same) from which a misspelt name is taken, and from which it is offered."""
_DOMAIN = re.compile(r"\.(?:com|net|org|io|co|app|dev|ai|tech|me|ind)(?:\.[a-z]{2})?\b|\.br\b")


@dataclass(frozen=True)
class Mention:
    """Accounts that a stretch of the text may mean: one id, or several that are alike."""

    ids: tuple[str, ...]
    start: int
    end: int
    exact: bool = False
    """The whole name or id was written."""


class AccountNames:
    """The accounts' names, prepared once for finding them in questions."""

    def __init__(self, accounts: Mapping[str, str]) -> None:
        self.accounts = accounts
        self._ids = {_bare(fold(id_)): id_ for id_ in accounts if not _bare(id_).isdigit()}
        self._ids |= {fold(id_): id_ for id_ in accounts}
        self._whole: dict[str, list[str]] = {}
        self._joined: dict[str, list[str]] = {}
        self._with: dict[str, list[str]] = {}
        self._core: dict[str, str] = {}
        for id_, name in accounts.items():
            self._add(id_, name)
        self._parts = sorted(part for part in self._with if len(part) >= 4)
        self._longest = max((len(whole.split()) for whole in self._whole), default=0)

    def _add(self, id_: str, name: str) -> None:
        parts = [word.text for word in parts_of(fold(name))]
        core = _without_legal(parts)
        for whole in {" ".join(parts), " ".join(core)}:
            self._whole.setdefault(whole, []).append(id_)
        self._joined.setdefault("".join(core), []).append(id_)
        for part in dict.fromkeys(core):
            if part not in _LINKING:
                self._with.setdefault(part, []).append(id_)
        self._core[id_] = " ".join(core)

    def label(self, id_: str, among: Iterable[str] = ()) -> str:
        """The account's name; with its id where another of the same name stands beside it."""
        name = self.accounts[id_]
        return f"{name} ({id_})" if any(self.accounts[o] == name and o != id_ for o in among) else name

    def is_whole(self, folded: str) -> bool:
        """Whether an account is called so."""
        return bool(self._named(parts_of(folded)))

    def exact(self, folded: str, common: Container[str]) -> list[Mention]:
        """Accounts written by whole name or id. A name that is a common word ("Bridge") must stand alone."""
        named = self._whole_names(folded, common)
        return named + [m for m in self._by_id(folded) if not any(_overlap(m, other) for other in named)]

    def partial(self, folded: str, original: str, common: Container[str]) -> list[Mention]:
        """Accounts named in part or misspelt, in what exact mentions left."""
        words, found, at = parts_of(folded), list[Mention](), 0
        while at < len(words):
            mention, upto = self._from(words, at, original, common)
            if mention:
                found.append(mention)
            at = max(upto, at + 1)
        return found

    def nearest(self, name: str, limit: int = 3) -> list[str]:
        """Ids of the accounts whose names are most like `name`, the most alike first."""
        wanted = " ".join(_without_legal([word.text for word in parts_of(fold(name))]))
        whole = process.extract(wanted, self._core, scorer=fuzz.ratio, score_cutoff=_SUGGESTED, limit=limit)
        ranked = {id_: score for _, score, id_ in whole}
        for part in wanted.split():
            for close, score in self._close(part, _SUGGESTED + 8):
                for id_ in self._with[close][:limit]:
                    ranked[id_] = max(ranked.get(id_, 0.0), score * 0.9)
        return sorted(ranked, key=lambda id_: (-ranked[id_], id_))[:limit]

    def _whole_names(self, folded: str, common: Container[str]) -> list[Mention]:
        words, found, at = parts_of(_DOMAIN.sub(lambda m: " " * len(m.group()), folded)), list[Mention](), 0
        while at < len(words):
            for length in range(min(self._longest, len(words) - at), 0, -1):
                run = words[at : at + length]
                ids = self._named(run)
                if ids and (length > 1 or run[0].text not in common or len(words) == 1):
                    found.append(Mention(tuple(ids), run[0].start, run[-1].end, exact=True))
                    at += length - 1
                    break
            at += 1
        return found

    def _named(self, run: Sequence[Word]) -> list[str]:
        joined = "".join(word.text for word in run)
        whole = self._whole.get(" ".join(word.text for word in run))
        return whole or (self._joined.get(joined, []) if len(joined) >= 6 and len(run) <= 3 else [])

    def _by_id(self, folded: str) -> list[Mention]:
        return [
            Mention((self._ids[match.group()],), match.start(), match.end(), exact=True)
            for match in _ID.finditer(folded)
            if match.group() in self._ids and _looks_like_an_id(match.group())
        ]

    def _from(
        self, words: Sequence[Word], at: int, original: str, common: Container[str]
    ) -> tuple[Mention | None, int]:
        """The mention whose first telling word stands at `at`, and where to go on reading."""
        word = words[at]
        if word.text in common or len(word.text) < 3 or word.text.isdigit():
            return None, at
        parts = [word.text] if word.text in self._with else self._beginning(word.text)
        parts = parts or [part for part, _ in self._close(word.text, _CLOSE)]
        ids = {id_ for part in parts for id_ in self._with[part]}
        if not ids:
            return None, at
        first, last = at, at
        first, ids = self._grow(words, first, -1, ids)
        last, ids = self._grow(words, last, 1, ids)
        if _contradicted(words, first, last, original, common):
            return None, at
        return Mention(self._best(words[first : last + 1], ids), words[first].start, words[last].end), last + 1

    def _grow(self, words: Sequence[Word], at: int, step: int, ids: set[str]) -> tuple[int, set[str]]:
        """Take in neighbours as long as some account has them all, stepping over "de", "da", "and"."""
        ahead = at + step
        while 0 <= ahead < len(words):
            text = words[ahead].text
            if text not in _LINKING:
                shared = {id_ for id_ in ids if self._has(id_, text)}
                if not shared:
                    break
                at, ids = ahead, shared
            ahead += step
        return at, ids

    def _has(self, id_: str, text: str) -> bool:
        parts = self._core[id_].split()
        begun = len(text) >= 3 and any(part.startswith(text) for part in parts)
        return text in parts or begun or (len(text) >= 5 and any(fuzz.ratio(text, p) >= _CLOSE - 4 for p in parts))

    def _best(self, run: Sequence[Word], ids: set[str]) -> tuple[str, ...]:
        said = " ".join(word.text for word in run)
        return tuple(sorted(ids, key=lambda id_: (-fuzz.ratio(said, self._core[id_]), self.accounts[id_], id_)))

    def _beginning(self, text: str) -> list[str]:
        """The parts of names that begin with `text`: people stop typing when a name is clear to them."""
        if len(text) < 4:
            return []
        first = bisect_left(self._parts, text)
        return list(takewhile(lambda part: part.startswith(text), islice(self._parts, first, None)))

    def _close(self, text: str, cutoff: float) -> list[tuple[str, float]]:
        if len(text) < 5:
            return []
        found = process.extract(text, self._parts, scorer=fuzz.ratio, score_cutoff=cutoff, limit=4)
        best = found[0][1] if found else 0.0
        return [(part, score) for part, score, _ in found if score >= best - 3]


@lru_cache(maxsize=64)
def parts_of(folded: str) -> Sequence[Word]:
    """The letters-and-digits words of a folded text; the English possessive is dropped."""
    found = []
    for match in _PART.finditer(folded):
        text = match.group().removesuffix("'s")
        found.append(Word(text, match.start(), match.start() + len(text)))
    return tuple(found)


def _without_legal(parts: list[str]) -> list[str]:
    """A name's parts without the legal form at its end ("Ltda", "S.A.", "& Co.")."""
    end = len(parts)
    while end > 1 and parts[end - 1] in _LEGAL:
        end -= 1
    return parts[:end]


def _bare(id_: str) -> str:
    """An id as people type it, without hyphens: A0269."""
    return re.sub(r"[\W_]", "", id_)


def _looks_like_an_id(text: str) -> bool:
    return any(character.isdigit() for character in text) and (not text.isdigit() or len(text) >= 3)


def _overlap(one: Mention, other: Mention) -> bool:
    return one.start < other.end and other.start < one.end


def _contradicted(words: Sequence[Word], first: int, last: int, original: str, common: Container[str]) -> bool:
    """A capitalised stranger follows: "Aurora Pharma" is not Aurora Alimentos."""
    if last + 1 >= len(words) or not original[words[first].start].isupper():
        return False
    following = words[last + 1]
    adjacent = original[words[last].end : following.start] == " "
    known = following.text in common or following.text in _LEGAL
    return adjacent and original[following.start].isupper() and not known
