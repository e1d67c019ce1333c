"""Owners, segments, languages and closed choices."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz, process

from bot.router.slots.accounts import parts_of
from bot.router.slots.text import fold

SEGMENTS: tuple[tuple[str, ...], ...] = (
    (
        "enterprise", "ent", "corporate", "corporativo", "corporativa", "corporativos", "corporativas",
        "grandes empresas", "grandes contas", "grandes clientes", "grande porte", "large companies",
        "large customers", "large accounts",
    ),
    (
        "mid-market", "midmarket", "mid market", "mid-size", "midsize", "mid-sized", "medium", "medium-sized",
        "medias", "medios", "medio porte", "medias empresas", "medias contas",
    ),
    (
        "smb", "smbs", "sme", "smes", "small business", "small businesses", "small companies",
        "small customers", "small accounts", "small and medium", "pme", "pmes", "pequenas", "pequenos",
        "pequenas empresas", "pequenas e medias", "pequenas e medias empresas", "pequeno porte",
        "micro e pequenas",
    ),
)  # fmt: skip
"""Words that mean the same segment, whichever of them the book uses."""

_INTO = r"\b(?:in|into|em|para o|no)"
_LANGUAGES = {
    "en": re.compile(
        rf"{_INTO} (?:english|ingles)\b|\b(?:english|ingles) (?:version|please)\b|\bversao (?:em )?inglesa?\b"
    ),
    "pt-BR": re.compile(
        rf"{_INTO} (?:brazilian )?(?:portuguese|portugues|pt-?br)\b"
        r"|\b(?:portuguese|portugues|pt-?br) (?:version|please|por favor)\b|\bversao (?:em )?portuguesa?\b"
    ),
}
_CARED_FOR_BY = re.compile(
    r"\b(?:csm|owner|manager|gerente|responsavel|carteira d[aeo]|contas d[aeo]|clientes d[aeo])\s+(\w{4,})"
)


@dataclass(frozen=True)
class Said:
    """A value (None: not in the book) and the stretch that says it. `others`: equally good readings."""

    value: str | None
    start: int
    end: int
    others: tuple[str, ...] = ()


def find_owner(folded: str, owners: Sequence[str]) -> Said | None:
    """The manager named in full or by the first name; two with that first name are both given."""
    parts = parts_of(folded)
    for owner in owners:
        if found := re.search(rf"\b{re.escape(fold(owner))}\b", folded):
            return Said(owner, found.start(), found.end())
    for word in parts:
        called = [owner for owner in owners if _first_name(owner) == word.text]
        if called:
            return Said(called[0], word.start, word.end, tuple(called[1:]))
    return _misspelt_owner(folded, owners)


def find_segment(folded: str, segments: Sequence[str]) -> Said | None:
    """A segment of the book, by its own words or a synonym; `value` None: one that the book has not."""
    own = {fold(segment): segment for segment in segments}
    best: Said | None = None
    for words in (*((name,) for name in own), *SEGMENTS):
        value = next((own[name] for name in own if name in words or name.replace(" ", "-") in words), None)
        found = _longest(folded, words)
        if found and (best is None or found.end() - found.start() > best.end - best.start):
            best = Said(value, found.start(), found.end())
    return best or _misspelt_segment(folded, own)


def find_language(folded: str) -> Said | None:
    """A language asked for ("in English", "em português")."""
    for language, form in _LANGUAGES.items():
        if found := form.search(folded):
            return Said(language, found.start(), found.end())
    return None


def find_choice(folded: str, choices: Mapping[str, tuple[str, ...]]) -> Said | None:
    """The value whose words are said; of several the one said at greatest length, then first."""
    found = [
        Said(value, match.start(), match.end())
        for value, words in choices.items()
        for match in (_longest(folded, tuple(map(fold, words))),)
        if match
    ]
    return max(found, key=lambda said: (said.end - said.start, -said.start), default=None)


def _first_name(owner: str) -> str:
    parts = parts_of(fold(owner))
    return parts[0].text if parts else ""


def _misspelt_owner(folded: str, owners: Sequence[str]) -> Said | None:
    for cue in _CARED_FOR_BY.finditer(folded):
        for owner in owners:
            if fuzz.ratio(cue[1], _first_name(owner)) >= 80:
                return Said(owner, cue.start(1), cue.end(1))
    return None


def _misspelt_segment(folded: str, own: Mapping[str, str]) -> Said | None:
    """A word that is nearly a segment of the book: a filter is never lost for a slip of the pen."""
    for word in parts_of(folded):
        if len(word.text) >= 6 and (
            found := process.extractOne(word.text, own.keys(), scorer=fuzz.ratio, score_cutoff=80)
        ):
            return Said(own[found[0]], word.start, word.end)
    return None


def _longest(folded: str, words: tuple[str, ...]) -> "re.Match[str] | None":
    return max(_pattern(words).finditer(folded), key=lambda match: match.end() - match.start(), default=None)


@cache
def _pattern(words: tuple[str, ...]) -> "re.Pattern[str]":
    """Any of the words: a final * is any ending, spaces match hyphens and slashes, `por que` also `pq`."""
    forms = (
        re.sub(r"por\\ que", "(?:por *que|pq)", re.escape(word.rstrip("*")))
        for word in sorted(words, key=len, reverse=True)
    )
    spaced = (re.sub(r"\\[ \-]|/", r"[\\s/\\-]+", form) for form in forms)
    endings = (
        form + (r"\w*" if word.endswith("*") else "")
        for form, word in zip(spaced, sorted(words, key=len, reverse=True), strict=True)
    )
    return re.compile(r"(?<!\w)(?:" + "|".join(endings) + r")(?!\w)")
