"""The lint of questions to customers: which rule a question breaks, by which words, and how it might be put. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from tools._question_rules import RULES, Mend, patterns

LANGUAGES = ("en", "pt-BR")
_WORD = re.compile(r"\w+")
_ENGLISH = frozenset(
    _WORD.findall(
        "the of and to is are was were what which who whom how why when where for with from by about you your our we "
        "us it did do does have has had would could can will if not that this these they their i in on at any all or"
    )
)
_PORTUGUESE = frozenset(
    _WORD.findall(
        "o os as da das do dos de em na nas no nos um uma com sem que qual quais quem quando onde como quanto porque e "
        "ou se eu voce voces vc vcs nosso nossa nossos nossas seu sua seus suas foi foram esta estao ter fez fazer nao "
        "para pra por pela pelo mais ja quantos quantas"
    )
)
_ENDS_PORTUGUESE = re.compile(r"\w(?:cao|coes|oes|aram|eram|iram|ores|amos|mente|aria|ando)$")


@dataclass(frozen=True)
class Finding:
    """A rule that a question breaks (a key of `RULES`), and the words that break it."""

    rule: str
    words: tuple[str, ...]


def lint(question: str, language: str, *, followed: bool = False, closed: bool = False) -> tuple[Finding, ...]:
    """What is wrong with a question, the worst first; nothing: it can be asked.

    `followed`: other questions come after it and take it apart, so it may be open with two things, or begin with a yes
    or no. `closed`: it is answered by choosing, so a yes or no is what is wanted.
    """
    spared = {"yes_no"} if closed else {"yes_no", "double_barrelled"} if followed else set()
    asked = unicodedata.normalize("NFC", question)
    found = ((rule, tuple(_words(asked, rule, language))) for rule in RULES if rule not in spared)
    return tuple(Finding(rule, words) for rule, words in found if words)


def reworded(question: str, language: str) -> tuple[str, ...]:
    """How it might be put instead: only where a form fits and the lint has nothing to say about the result."""
    asked = unicodedata.normalize("NFC", question).strip()
    for proposal in _proposals(asked, language):
        if proposal != (asked,) and all(not lint(each, language) for each in proposal):
            return proposal
    return ()


def language_of(text: str, default: str) -> str:
    """`en` or `pt-BR`, by the small words that each has; `default` where they leave it open."""
    words = _WORD.findall(folded(text))
    leaning = sum((word in _ENGLISH) - (word in _PORTUGUESE or bool(_ENDS_PORTUGUESE.search(word))) for word in words)
    return default if leaning == 0 else "en" if leaning > 0 else "pt-BR"


def folded(text: str) -> str:
    """In lower case and without accents, letter for letter: every place in it is the same place in the text."""
    marks = {"’": "'", "‘": "'", "“": '"', "”": '"'}
    return "".join(marks.get(each) or unicodedata.normalize("NFD", each)[0].lower()[0] for each in text)


def _words(asked: str, rule: str, language: str) -> Iterator[str]:
    """The stretches that break the rule, as they were written, each once."""
    known, plain = patterns(rule, language), folded(asked)
    spared = [found.span() for each in known.but for found in each.finditer(plain)]
    seen: list[tuple[int, int]] = []
    for each in known.find:
        for found in each.finditer(plain):
            start, end = found.span("words") if "words" in each.groupindex else found.span()
            overlapping = (*spared, *seen)
            if start < end and not any(start < last and first < end for first, last in overlapping):
                seen.append((start, end))
    yield from dict.fromkeys(asked[start:end].strip(" ,;.:!?") for start, end in sorted(seen))


def _proposals(asked: str, language: str) -> Iterator[tuple[str, ...]]:
    """One after the other: the forms of the rules that are broken, then plain words for jargon, then both."""
    rules = [finding.rule for finding in lint(asked, language)]
    for rule in rules:
        for mend in patterns(rule, language).mend:
            if proposal := _mended(asked, mend):
                yield proposal
                yield tuple(part for each in proposal for part in (reworded(each, language) or (each,)))
    if "jargon" in rules:
        yield (_in_plain_words(asked, language),)


def _mended(asked: str, mend: Mend) -> tuple[str, ...]:
    found = mend.form.match(folded(asked))
    if not found:
        return ()
    parts = {name: asked[slice(*found.span(name))].strip() for name in mend.form.groupindex}
    filled = (said.format(**{name: _inside(part, said, name) for name, part in parts.items()}) for said in mend.said)
    return tuple(said[:1].upper() + said[1:] for said in filled)


def _inside(part: str, said: str, name: str) -> str:
    """A part of the question as it stands within the new one: its first word was perhaps the first of a sentence."""
    begins = part[:1].lower() + part[1:] if part[:2] not in ("I ", "I'") else part
    return part if said.startswith(f"{{{name}}}") else begins


def _in_plain_words(asked: str, language: str) -> str:
    for term, plain in sorted(patterns("jargon", language).plain.items(), key=lambda each: -len(each[0])):
        asked = re.sub(rf"(?<!\w){re.escape(term)}(?!\w)", plain, asked, flags=re.IGNORECASE)
    return asked
