"""The rules of a question to a customer: what each is for and how to mend what breaks it, and how they are read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from tools._phrase import Phrase, phrase


@dataclass(frozen=True)
class Rule:
    """What a rule is called, why it is one, and how a question that breaks it is mended."""

    name: Phrase
    why: Phrase
    mend: Phrase


RULES: Mapping[str, Rule] = {
    "leading": Rule(
        phrase("Leading"),
        phrase("it holds the answer we would like, and people are polite"),
        phrase("ask openly, without praise, blame or “isn't it”"),
    ),
    "win_back": Rule(
        phrase("Win-back wording"),
        phrase("it turns listening into selling, and we promised not to"),
        phrase("ask what happened; offers are for another day"),
    ),
    "double_barrelled": Rule(
        phrase("Double-barrelled"),
        phrase("it asks two things, and one answer does not say which"),
        phrase("ask one thing at a time"),
    ),
    "loaded": Rule(
        phrase("Loaded assumption"),
        phrase("it takes for granted what the person may never have said"),
        phrase("ask first whether it was so, or how it went"),
    ),
    "absolute": Rule(
        phrase("Absolute"),
        phrase("“always”, “never” and “everybody” are seldom true, so people say no"),
        phrase("ask how often, how many or how far"),
    ),
    "jargon": Rule(
        phrase("Jargon"),
        phrase("it is our language and not theirs"),
        phrase("say it in words the customer uses"),
    ),
    "yes_no": Rule(
        phrase("Yes or no only"),
        phrase("it can be answered with one word and teaches nothing"),
        phrase("begin with what, how, who, when or why, or follow it up"),
    ),
}
"""In the order in which they are told: what spoils an answer most comes first."""


@dataclass(frozen=True)
class Mend:
    """How a question of one form is put instead; several where it is taken apart."""

    form: "re.Pattern[str]"
    said: tuple[str, ...]


@dataclass(frozen=True)
class Patterns:
    """What breaks a rule in one language, where it does not after all, and how it is mended."""

    find: tuple["re.Pattern[str]", ...]
    but: tuple["re.Pattern[str]", ...]
    mend: tuple[Mend, ...]
    plain: Mapping[str, str]
    """Jargon → plain words."""


@cache
def patterns(rule: str, language: str) -> Patterns:
    """The patterns of a rule (a key of `RULES`), for `en` or `pt-BR`."""
    written = _written()[rule][language]
    return Patterns(
        tuple(map(_compiled, written["find"])),
        tuple(map(_compiled, written.get("but", ()))),
        tuple(Mend(re.compile(each["if"]), tuple(each["say"])) for each in written.get("mend", ())),
        written.get("plain", {}),
    )


@cache
def _written() -> Mapping[str, Any]:
    read: Mapping[str, Any] = yaml.safe_load((files("tools") / "_question_rules.yml").read_text(encoding="utf-8"))
    return read


def _compiled(pattern: str) -> "re.Pattern[str]":
    """At the beginnings and ends of words only."""
    return re.compile(rf"(?:(?<!\w)|(?=\W))(?:{pattern})(?!\w)")
