"""Questions read with the glossary: which words carry meaning and what else those meanings are called."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml

from knowledge._words import stems, words

Term = tuple[str, ...]

# Nobody asks a question this long; what follows is not read.
_LONGEST = 80


@dataclass(frozen=True)
class Need:
    """Something a question asks for: its words, and the other terms of the same meaning.

    `elsewhere`: other departments or private life deal with it.
    """

    words: Term
    others: tuple[Term, ...] = ()
    elsewhere: bool = False


@dataclass(frozen=True)
class Glossary:
    """`starts` leads from the stem of a term's first word to terms, each with its meaning's number."""

    filler: frozenset[str]
    elsewhere: frozenset[str]
    meanings: tuple[tuple[Term, ...], ...]
    starts: Mapping[str, tuple[tuple[Term, int], ...]]

    def read(self, question: str) -> list[Need]:
        """What a question asks for, in order, each once, without words that only hold it together."""
        asked = words(question)[:_LONGEST]
        return list(dict.fromkeys(self._needs(asked)))

    def _needs(self, asked: list[str]) -> Iterator[Need]:
        """A need for every telling word, and one more for every longer term of the glossary."""
        for at, word in enumerate(asked):
            meant = self._meant(asked, at)
            if word not in self.filler:
                yield Need((word,), self._others(meant.pop(1, []), (word,)), self._is_elsewhere(word))
            for length, meanings in meant.items():
                said = tuple(asked[at : at + length])
                yield Need(self._telling(said), self._others(meanings, said))

    def _is_elsewhere(self, word: str) -> bool:
        """By the word itself or its plural: stems would take "car" for "caro", what is expensive."""
        return word in self.elsewhere or word.removesuffix("s") in self.elsewhere

    def _meant(self, asked: list[str], at: int) -> dict[int, list[int]]:
        """The meanings of the terms that begin here, by the terms' length."""
        meant: dict[int, list[int]] = defaultdict(list)
        starting = dict.fromkeys(entry for stem in stems(asked[at]) for entry in self.starts.get(stem, ()))
        for term, meaning in starting:
            if _same(term, asked[at : at + len(term)]):
                meant[len(term)].append(meaning)
        return meant

    def _others(self, meanings: list[int], said: Term) -> tuple[Term, ...]:
        others = (term for meaning in meanings for term in self.meanings[meaning] if not _same(term, said))
        return tuple(filter(None, map(self._telling, others)))

    def _telling(self, term: Term) -> Term:
        return tuple(word for word in term if word not in self.filler)


def synonyms() -> list[tuple[str, ...]]:
    """The single words, folded, of every meaning that has several."""
    lines = (tuple(term[0] for term in meaning if len(term) == 1) for meaning in glossary().meanings)
    return [line for line in lines if len(line) > 1]


def _same(term: Term, said: Term | list[str]) -> bool:
    return len(term) == len(said) and all(
        set(stems(one)) & set(stems(other)) for one, other in zip(term, said, strict=True)
    )


@lru_cache(maxsize=1)
def glossary() -> Glossary:
    """The glossary of glossary.yml."""
    entries = yaml.safe_load((files("knowledge") / "glossary.yml").read_text(encoding="utf-8"))
    meanings = tuple(tuple(tuple(words(str(term))) for term in meaning) for meaning in entries["meanings"])
    return Glossary(_listed(entries["filler"]), _listed(entries["elsewhere"]), meanings, _starts(meanings))


def _listed(texts: Mapping[str, str]) -> frozenset[str]:
    return frozenset(word for text in texts.values() for word in words(text))


def _starts(meanings: tuple[tuple[Term, ...], ...]) -> dict[str, tuple[tuple[Term, int], ...]]:
    starts = defaultdict(list)
    for number, meaning in enumerate(meanings):
        for term in meaning:
            for stem in stems(term[0]):
                starts[stem].append((term, number))
    return {stem: tuple(terms) for stem, terms in starts.items()}
