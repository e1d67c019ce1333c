"""Concepts: what a word of a question means whichever language it is in and however it ends.

"Quais clientes vão embora", "which customers leave": the words differ, the concepts are the same.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

import yaml

from bot.router.slots.text import fold
from knowledge import synonyms


@lru_cache(maxsize=20_000)
def concept(word: str) -> str:
    """The concept of a folded word: that of concepts.yml or the glossary, else its English stem. Signs (`@a`) are their
    own."""
    if word.startswith("@"):
        return word
    known = _concepts()
    return known.get(word) or known.get(word.removesuffix("s")) or _stem(word)


def _stem(word: str) -> str:
    import snowballstemmer

    # A new stemmer each time: it carries the word it works on, and several threads ask at once.
    return str(snowballstemmer.stemmer("english").stemWord(word))


@cache
def _concepts() -> Mapping[str, str]:
    """Word → a name that its line shares; what this file says goes before the glossary."""
    text = files("bot.router").joinpath("concepts.yml").read_text(encoding="utf-8")
    lines = yaml.load(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # libyaml's is ten times as fast
    found: dict[str, str] = {}
    for line in (*lines, *synonyms()):
        for word in line:
            found.setdefault(fold(word), f"={fold(line[0])}")
    return found
