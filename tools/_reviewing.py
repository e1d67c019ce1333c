"""What the lint says of a draft as people have edited it: notes on its questions, and what no exit survey may hold."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from knowledge import preamble
from tools._answer import Fact, Facts, ToolError
from tools._linting import Finding, folded, lint
from tools._phrase import Phrase, phrase
from tools._question_rules import RULES

ASKING = ("interview_script", "exit_survey")
"""Kinds of draft that hold questions to customers."""
PROMISES = "exit_survey"
"""The kind of draft that promises not to win anybody back."""
_NUMBERED = re.compile(r"^\s*\d+[.)]\s+(.*)$")
_OPTION = re.compile(r"^\s*[-*]\s+\[[ xX]\]\s+")
_INSTRUCTION = re.compile(r"^\s*[-*]\s+\*[^*].*\*\s*$")
_BULLET = re.compile(r"^\s*[-*]\s+(.*)$")
_QUOTED = re.compile(r"→\s*“([^”]+)”")
_MARKS = re.compile(r"\\([^a-zA-Z0-9\s])|\*\*|__|`")


@dataclass(frozen=True)
class Reviewed:
    """A question of a draft, and what is wrong with it."""

    question: str
    findings: tuple[Finding, ...]


@dataclass
class _Asked:
    """A question with what stands below it."""

    text: str
    probes: list[str]
    closed: bool = False
    conditional: bool = False


def reviewed(kind: str, language: str, body: str) -> tuple[Reviewed, ...]:
    """The questions of a draft (its Markdown) that break a rule; of a draft that asks customers nothing, none."""
    if kind not in ASKING:
        return ()
    found = (Reviewed(text, findings) for text, findings in _linted(kind, language, body))
    return tuple(each for each in found if each.findings)


def review_facts(kind: str, language: str, body: str) -> tuple[Facts, ...]:
    """The same as a part of an answer; nothing where nothing is wrong."""
    found = reviewed(kind, language, body)
    if not found:
        return ()
    items = (Fact(phrase("“{text}”", text=each.question), tuple(map(told, each.findings))) for each in found)
    return (Facts(tuple(items), phrase("What the question check says")),)


def told(finding: Finding) -> Phrase:
    """A rule with the words that break it."""
    words = tuple(phrase("“{text}”", text=each) for each in finding.words)
    return phrase("{rule}: {words}", rule=RULES[finding.rule].name, words=words)


def refuse_win_back(kind: str, language: str, body: str) -> None:
    """Raises ToolError where an exit survey tries to win the customer back: anywhere in it, not only in questions."""
    if kind != PROMISES:
        return
    words = tuple(dict.fromkeys(_win_back(language, body)))
    if words:
        raise ToolError(
            phrase(
                "An exit survey must not try to win anybody back, and this one does: {words}. "
                "The rule “{rule}”: {why}.",
                words=tuple(phrase("“{text}”", text=each) for each in words),
                rule=RULES["win_back"].name,
                why=RULES["win_back"].why,
            )
        )


def _win_back(language: str, body: str) -> Iterator[str]:
    """Words of either language: a survey in Portuguese may hold an offer in English."""
    promises = {folded(text) for text in preamble("why_leave").values()}
    for line in _plain(body).splitlines():
        said = line
        for promise in promises:
            at = folded(said).find(promise)
            said = said if at < 0 else said[:at] + said[at + len(promise) :]
        for each in ("en", "pt-BR"):
            yield from (word for found in lint(said, each) if found.rule == "win_back" for word in found.words)


def _linted(kind: str, language: str, body: str) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    asked = list(_questions(_plain(body)))
    for each, after in zip_longest(asked, asked[1:]):
        followed = kind == "interview_script" and bool(each.probes or (after and after.conditional))
        yield each.text, lint(each.text, language, followed=followed, closed=each.closed)
        yield from ((probe, lint(probe, language, closed=True)) for probe in each.probes)


def _questions(body: str) -> Iterator[_Asked]:
    """Numbered questions with the bullets below them, and what a script turns to (“→ …”)."""
    current: _Asked | None = None
    for line in body.splitlines():
        if numbered := _NUMBERED.match(line):
            if current:
                yield current
            current = _Asked(numbered[1].strip(" *"), [])
        elif line.startswith("#"):
            if current:
                yield current
            current = None
        elif current:
            _below(line, current)
        else:
            yield from (_Asked(text, [], closed=True) for text in _QUOTED.findall(line))
    if current:
        yield current


def _below(line: str, asked: _Asked) -> None:
    if _OPTION.match(line):
        asked.closed = True
    elif _INSTRUCTION.match(line):
        asked.conditional = True
    elif bullet := _BULLET.match(line):
        asked.probes.append(bullet[1].strip())


def _plain(body: str) -> str:
    """Markdown without its marks, but for those that make lists and instructions."""
    return _MARKS.sub(lambda found: found[1] or "", body)
