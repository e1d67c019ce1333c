"""What a question limits its accounts to, of the values that the book has: Brazil, healthcare, the Pro plan, MG."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml
from rapidfuzz import fuzz, process

from bot.router.slots.accounts import parts_of
from bot.router.slots.calendar import Calendar
from bot.router.slots.groups import NOUNS
from bot.router.slots.periods import find_period
from bot.router.slots.text import Word, fold
from tools._slots import slot_of

LANGUAGES = ("en", "pt_BR")
LIMITS: Mapping[str, str] = {
    "industry": "industry", "country": "country", "region": "region", "speaking": "language", "source": "source",
    "size": "size", "mrr_band": "mrr_band", "renewal": "renewal", "cohort": "cohort", "plan": "plan",
    "product": "product", "reason": "reason",
}  # fmt: skip
"""Kinds of slots that limit to a value, and the dimensions it is of; managers and segments are found by themselves."""
_ALIKE = 82.0
"""Likeness in per cent from which a misspelt value is taken."""

_PLACE = r"(?:in|from|for|of|across|n[ao]s?|em|d[aoe]s?|para)"
_CROWD = r"(?:accounts?|customers?|clients?|companies|segment|sector|industry|space|contas?|clientes?|empresas?|setor)"
_MENDED = (
    r"(?:fix(?:ed)?|mend(?:ed)?|solved?|resolved?|unfix|resolv(?:emos|id[oa]s?)|corrig(?:imos|id[oa]s?)"
    r"|consert(?:amos|ad[oa]s?))"
)
_BEFORE: Mapping[str, "re.Pattern[str]"] = {
    "country": re.compile(rf"\b{_PLACE}\s+(?:the\s+|[oa]s?\s+)?$"),
    "region": re.compile(rf"\b{_PLACE}\s+(?:the\s+|[oa]s?\s+|estado d[eoa]\s+)?$"),
    "industry": re.compile(
        rf"\b{_PLACE}\s+(?:the\s+|[oa]s?\s+)?$|\b(?:segmento|setor|contas|clientes|empresas)\s+(?:d[eoa]\s+)?$"
    ),
    "source": re.compile(r"\b(?:from|via|through|by|won (?:by|through)|por|vi[an]d[oa]s? (?:de|por)|d[eao]s?)\s+$"),
    "reason": re.compile(
        rf"\b(?:because of|due to|citing|over|por|por causa d[eoa]s?|pel[oa]|devido ao?s?|alegando|{_MENDED})"
        r"\s+(?:the\s+|[oa]\s+)?$"
    ),
}
"""Where a value of the dimension stands though the dimension is not named."""
_AFTER: Mapping[str, "re.Pattern[str]"] = {
    "industry": re.compile(rf"^\s+{_CROWD}\b"),
    "country": re.compile(rf"^\s+{_CROWD}\b|^(?:'s)?\b"),
    "reason": re.compile(rf"^\s+(?:\w+\s+){{0,4}}?{_MENDED}\b"),
}
_SCORE = re.compile(r"\s+(?:scores?|checks?|increases?|d[aeo]s? (?:clientes?|contas?|carteira))\b")
"""What a value's word is no value before: health scores, price increases, saúde das contas."""
_PEOPLE = r"(?:employees|people|staff|funcionarios|pessoas|colaboradores)"
_SIZE = re.compile(
    rf"(?:with |com |de )?(?P<low>\d+)\s*(?:-|a|to|ate)\s*(?P<high>\d+)\s*{_PEOPLE}"
    rf"|(?:over|more than|above|mais de|acima de)\s+(?P<over>\d+)\s*{_PEOPLE}|(?P<plus>\d+)\+(?:\s*{_PEOPLE})?"
)
_COHORT = re.compile(r"\b(?P<noun>cohorts?|coortes?|safras?)\s+(?:(?:of|d[aeo]|from)\s+)?(?P<after>.{4,24})")
_A_VERB = "usa"
"""Who uses something, in Portuguese: a country where it stands as one, or is written as one."""
_LONG = 6
"""Letters of the shortest value that may be misspelt."""


@dataclass(frozen=True)
class Limit:
    """A value of a dimension as the book has it, and the stretch that says it.

    `sure`: nothing else can be meant; what merely has the name of a value is taken only by tools that can limit to it.
    """

    dimension: str
    value: str
    start: int
    end: int
    sure: bool

    @property
    def slot(self) -> str:
        return slot_of(self.dimension)


class BookValues:
    """The values of the book's dimensions, prepared once for finding them in questions."""

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        self._values = values
        self._called: dict[str, list[tuple[str, str]]] = {}
        for dimension, value, name in _names(values):
            self._called.setdefault(_key(name), []).append((dimension, value))
        self._longest = max((len(name.split()) for name in self._called), default=0)
        self._long = [name for name in self._called if len(name) >= _LONG]

    def find(self, folded: str, original: str, common: Container[str]) -> list[Limit]:
        """Every value that is said, longest names first where they overlap, in the order of the text."""
        words, found, at = parts_of(folded), list(self._sizes(folded)), 0
        while at < len(words):
            for length in range(min(self._longest, len(words) - at), 0, -1):
                run = words[at : at + length]
                if limit := self._limit(run, folded, original, common):
                    found.append(limit)
                    at += length - 1
                    break
            at += 1
        return sorted(found, key=lambda limit: limit.start)

    def called(self, dimension: str, text: str) -> str | None:
        """The value that someone surely means by this."""
        known = self._called.get(_key(text), ()) or [
            (dimension, v) for v in self._values.get(dimension, ()) if v == text
        ]
        return next((value for of, value in known if of == dimension), None)

    def named(self, text: str) -> tuple[str, str] | None:
        """The dimension and the value that are called so."""
        return next(iter(self._called.get(_key(text), ())), None)

    def all(self) -> Iterator[tuple[str, str]]:
        """Every dimension with each of its values."""
        yield from ((dimension, value) for dimension, values in self._values.items() for value in values)

    def cohort(self, folded: str, calendar: Calendar) -> Limit | None:
        """The month of "cohort of March 2026"."""
        for match in _COHORT.finditer(folded):
            month = find_period(match["after"], calendar)
            if month and month.start == 0 and month.period.grain == "month":
                return Limit("cohort", str(month.period), match.start(), match.start("after") + month.end, sure=True)
        return None

    def _limit(self, run: Sequence[Word], folded: str, original: str, common: Container[str]) -> Limit | None:
        """What a run of words is called after; a misspelt word counts where a value stands."""
        first, last = run[0].start, run[-1].end
        said, near = " ".join(word.text for word in run), False
        if said not in self._called and len(run) == 1 and len(said) >= _LONG and said not in common:
            close = process.extractOne(said, self._long, scorer=fuzz.ratio, score_cutoff=_ALIKE)
            said, near = (close[0], True) if close else (said, False)
        if _SCORE.match(folded, last):
            return None
        for dimension, value in self._called.get(said, ()):
            if _is_code(said) and (not original[first:last].isupper() or original.isupper()):
                continue
            stands = _stands(dimension, folded[:first], folded[last:])
            country = dimension == "country" and not _is_code(said) and said != _A_VERB
            if stands or country or (not near and _is_a_name(run, original, common)):
                return Limit(dimension, value, first, last, sure=(stands or country) and not near)
        return None

    def _sizes(self, folded: str) -> Iterator[Limit]:
        """A band of employees, by its bounds."""
        bands = {fold(value).replace(" ", ""): value for value in self._values.get("size", ())}
        for match in _SIZE.finditer(folded):
            low = (
                f"{match['low']}-{match['high']}"
                if match["low"]
                else f"{int(match['over'] or match['plus']) // 10 * 10 + 1}+"
            )
            if low in bands:
                yield Limit("size", bands[low], match.start(), match.end(), sure=True)


def _stands(dimension: str, before: str, after: str) -> bool:
    """A value of the dimension is meant: the dimension is named beside it, or it stands where such values stand."""
    ahead, behind = _beside(dimension)
    if ahead.search(before) or behind.match(after):
        return True
    stands = dimension in _BEFORE and _BEFORE[dimension].search(before)
    return bool(stands or (dimension in _AFTER and _AFTER[dimension].match(after)))


@cache
def _beside(dimension: str) -> "tuple[re.Pattern[str], re.Pattern[str]]":
    """The dimension's own name before a value ("plan Pro", "setor de energia") and after it ("Pro plan")."""
    named = NOUNS.get(dimension, r"\0")
    ahead = rf"\b(?:{named})\s*[:=]?\s*(?:(?:of|is|d[eoa]s?)\s+)?$"
    return re.compile(ahead), re.compile(rf"\s+(?:{named})\b")


def _is_code(said: str) -> bool:
    """BR, SP: two letters, which are also words of either language."""
    return len(said) == 2


def _is_a_name(run: Sequence[Word], original: str, common: Container[str]) -> bool:
    """It is no everyday word, or written as a name is within a sentence."""
    if any(word.text not in common for word in run):
        return True
    return run[0].start > 0 and original[run[0].start].isupper() and not original.isupper()


def _names(values: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, str]]:
    """Every name of every value: dimension, value, name. Sizes and cohorts are found by their numbers."""
    for dimension, known in values.items():
        if dimension in ("size", "cohort"):
            continue
        for value in known:
            said = {_key(value), *_synonyms(dimension).get(_key(value), ())}
            said |= set(_country_names(value)) if dimension == "country" else set()
            said -= {_key(value)} if dimension == "language" else set()
            yield from ((dimension, value, name) for name in said)


def _key(name: str) -> str:
    return " ".join(word.text for word in parts_of(fold(name.replace("_", " "))))


@cache
def _synonyms(dimension: str) -> Mapping[str, tuple[str, ...]]:
    """Each word of a line of the glossary → the others."""
    lines = [tuple(_key(word) for word in line) for line in _glossary().get(dimension, ())]
    return {word: line for line in lines for word in line}


@cache
def _glossary() -> Mapping[str, Sequence[Sequence[str]]]:
    text = files("bot.router").joinpath("glossary.yml").read_text(encoding="utf-8")
    written: Mapping[str, Sequence[Sequence[str]]] = yaml.load(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    return written


def _country_names(code: str) -> Iterator[str]:
    """What a country is called in the languages of the questions."""
    from babel import Locale

    for language in LANGUAGES:
        if name := Locale.parse(language).territories.get(code.upper()):
            yield _key(name)


def any_values() -> dict[str, tuple[str, ...]]:
    """Values as any book may have them, to learn from examples by."""
    values = {dimension: tuple(line[0] for line in lines) for dimension, lines in _glossary().items()}
    return {**values, "plan": ("Pro", "Starter", "Business", "Basic", "Premium"), "product": ("Platform", "Consulting")}
