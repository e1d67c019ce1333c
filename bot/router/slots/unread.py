"""What a question limits its answer to and nobody understood: a filter must never be ignored in silence."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.router.slots.accounts import parts_of
from bot.router.slots.text import Word, fold, word_set
from bot.router.slots.vocabulary import TRADES

_PLACES = word_set("brasil brazil brasileira brasileiras brasileiro brasileiros")
_NUMBER = re.compile(r"\d+(?:k|mil|mi|m)?")
_MAGNITUDES = word_set("mil thousand million milhao milhoes reais dolares")
_JOINED = re.compile(r"[\s\-&,.$%]{1,3}(?:(?:d[aeo]s?|of|the)\s+)?")
_OF_SOMEONE = re.compile(
    r"\b(?:of|for|by|from|d[aeo]s?|pr[ao]|para|csm|manager|gerente|responsavel|owner|segmento?|tier)\s{1,2}(?:the\s|[ao]\s)?$"
)
"""A gap of several blanks is what was recognised: "of mid-market develop" speaks of nobody called Develop."""
_SOMEONES = re.compile(r"^(?:'s?\b|\s{1,2}(?:segment|tier)\b)")
_WHERE = re.compile(
    r"\b(?:in|on|at|n[ao]s?|em|com|with|contas?|clientes?|accounts?|customers?)\s{1,2}(?:the\s|[ao]\s)?$"
)
_WHOSE = re.compile(r"^\s{1,2}(?:accounts?|customers?|clients?)\b")
_GIVEN = r"(?:[\"“«][^\"”»]*|\b(?:as|como|called|named|chamad[oa]|nome|name it)\s+(?:segmento?\s+)?)"
_SEGMENT_CALLED = re.compile(
    r"\b[Ss]egmento?\s+(?:(?:called|named|salvo|chamado|em foco)\s+)*"
    r"(?:[\"“](?P<quoted>[^\"“”]{2,60})[\"”]|(?P<written>[^\W\d_a-zà-ÿ]\w+(?:\s+[^\W\d_a-zà-ÿ]\w+)*))"
)
_ALIKE = 70.0


@dataclass(frozen=True)
class Leftover:
    """Words that no slot took. `named`: they stand, or are written, like the name of a manager or segment."""

    text: str
    named: bool


def leftovers(rest: str, original: str, familiar: Collection[str]) -> tuple[Leftover, ...]:
    """What seems to limit the answer in `rest`, the folded question with all that was recognised blanked.

    `familiar`: words that people use to ask for this tool, and everyday ones. A misspelt familiar word is none, and
    an unknown one counts only where a filter stands or is written like a name: verbs there are many.
    """
    found = (_leftover(first, last, rest, original) for first, last in _runs(rest, original, familiar))
    return tuple(each for each in found if each)


def is_given_as_name(text: str, original: str) -> bool:
    """What something is to be called from now on limits nothing: 'save these as "Base"', "salva como Base"."""
    return bool(re.search(rf"{_GIVEN}{re.escape(text)}", original, re.IGNORECASE))


def unknown_segment(rest: str, original: str) -> str | None:
    """What is called a segment in so many words, in quotes or as a name is written, and nothing else was found in."""
    for found in _SEGMENT_CALLED.finditer(original):
        said = found["quoted"] or found["written"]
        start = found.start("quoted" if found["quoted"] else "written")
        if rest[start : start + len(said)] == fold(said):
            return said
    return None


def nearest(name: str, names: Sequence[str], limit: int = 2) -> list[str]:
    """Of `names` those most like `name`, whole or in any of their words."""
    wanted = fold(name)
    scored = [(max(fuzz.ratio(wanted, fold(part)) for part in (each, *each.split())), each) for each in names]
    return [each for score, each in sorted(scored, key=lambda one: -one[0]) if score >= _ALIKE][:limit]


def _leftover(first: Word, last: Word, rest: str, original: str) -> Leftover | None:
    text, before, after = original[first.start : last.end], rest[: first.start], rest[last.end :]
    if _NUMBER.match(first.text):
        return Leftover(text, named=False)
    plain = first.text in TRADES or first.text in _PLACES
    written = original[first.start].isupper() and first.start > 0 and not original.isupper()
    if not plain and (written or _OF_SOMEONE.search(before) or _SOMEONES.match(after)):
        return Leftover(text, named=True)
    if plain or _WHERE.search(before) or _WHOSE.match(after):
        return Leftover(text, named=False)
    return None


def _runs(rest: str, original: str, familiar: Collection[str]) -> Iterator[tuple[Word, Word]]:
    """Stretches of strange words; what stands between their words belongs to them."""
    run: tuple[Word, Word] | None = None
    for word in parts_of(rest):
        if not _strange(word, original, familiar):
            continue
        if run and _JOINED.fullmatch(rest[run[1].end : word.start]) and _together(run[1], word):
            run = (run[0], word)
            continue
        if run:
            yield run
        run = (word, word)
    if run:
        yield run


def _together(one: Word, other: Word) -> bool:
    """A number goes with its magnitude, and words with words."""
    return bool(_NUMBER.match(one.text)) == bool(_NUMBER.match(other.text)) or other.text in _MAGNITUDES


def _strange(word: Word, original: str, familiar: Collection[str]) -> bool:
    if _NUMBER.fullmatch(word.text) or word.text in _PLACES:
        return True
    if word.text in familiar or len(word.text) < 3:
        return False
    return original[word.start].isupper() or not is_misspelt(word.text, familiar)


def is_misspelt(text: str, familiar: Collection[str]) -> bool:
    """One slip of the pen away from a familiar word, two in a long one; four letters may only be swapped."""
    if len(text) <= 4:
        return any(len(word) == 4 and sorted(word) == sorted(text) for word in familiar)
    slips = 1 if len(text) < 8 else 2
    return process.extractOne(text, familiar, scorer=OSA.distance, score_cutoff=slips) is not None
