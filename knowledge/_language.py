"""The language of a document, told by the words that hold its sentences together."""

import re
from collections import Counter
from functools import lru_cache
from importlib.resources import files

import yaml

from knowledge._words import words

# So many words tell a language; a book's others would tell no more.
_ENOUGH = 5_000
_MARK = re.compile(r"(?:^|[./_ -])(?P<language>en|pt[-_]?br|pt)(?=[./])", re.IGNORECASE)


def language_of(text: str) -> str | None:
    """`en` or `pt-BR`; None when there are no such words, or as many of both."""
    said = Counter(words(text[: _ENOUGH * 10])[:_ENOUGH])
    weights = {language: sum(said[word] for word in telling) for language, telling in _telling().items()}
    english, portuguese = weights["en"], weights["pt-BR"]
    if english == portuguese:
        return None
    return "en" if english > portuguese else "pt-BR"


def marked_language(source: str) -> str | None:
    """The language that a file's name or folder gives: `refunds.en.md`, `pt-BR/refunds.md`."""
    found = _MARK.search(source)
    return found and ("en" if found["language"].lower() == "en" else "pt-BR")


def family(source: str) -> str:
    """What the languages of one document have in common: its name without the mark of a language."""
    return _MARK.sub("", source, count=1).lstrip("/")


@lru_cache(maxsize=1)
def _telling() -> dict[str, frozenset[str]]:
    """By language: the glossary's filler words that the other language does not have."""
    filler = yaml.safe_load((files("knowledge") / "glossary.yml").read_text(encoding="utf-8"))["filler"]
    english, portuguese = (frozenset(words(filler[language])) for language in ("en", "pt-BR"))
    return {"en": english - portuguese, "pt-BR": portuguese - english}
