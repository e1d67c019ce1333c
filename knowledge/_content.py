"""The content as files: playbooks with front matter, question sets in YAML."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from knowledge._access import Access

LANGUAGES = ("en", "pt-BR")


@dataclass(frozen=True)
class Passage:
    """A piece of a playbook, quoted with where it stands.

    `source` is `<file>#<section>`, for instance `renewal-90-days.md#what-to-do`; `title` is the playbook's,
    `heading` the section's. `own`: of a team's own document (`refunds.pdf#page 3`), which only readers of the label
    `access` are shown. `score` compares passages of one search only.
    """

    text: str
    source: str
    title: str
    heading: str
    language: str
    score: float = field(default=0.0, compare=False)
    access: Access = "everyone"
    own: bool = False


@dataclass(frozen=True)
class Playbook:
    """One playbook file: `meta` is its front matter (title, when, triggers, owner, reviewed_on, sources)."""

    slug: str
    language: str
    meta: Mapping[str, Any]
    body: str

    @property
    def title(self) -> str:
        return str(self.meta["title"])


@dataclass(frozen=True)
class Question:
    """One question of a set, in every language: `text["pt-BR"]`.

    `answer`, `options` and `only_if` are for surveys (see questions/*.yml), and `survey` is how it is put in writing
    where it differs: one thing only. `roles` limits it to some contacts' roles (empty: everyone), `by_role` holds
    further probes for a role: `by_role["finance"]["en"]`. `source` says where it comes from.
    """

    id: str
    text: Mapping[str, str]
    source: str
    answer: str = "open"
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    probes: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    roles: tuple[str, ...] = ()
    only_if: tuple[str, str] | None = None
    survey: Mapping[str, str] = field(default_factory=dict, hash=False)
    by_role: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Turn:
    """What an interview turns to where the person names something: `cue["en"]` says what, `ask["en"]` is the question.

    `reasons`: the codes under which the same is recorded of accounts that left.
    """

    topic: str
    cue: Mapping[str, str]
    ask: Mapping[str, str]
    reasons: frozenset[str] = frozenset()


def playbooks(folder: Traversable | None = None) -> Iterator[Playbook]:
    """Every playbook, by language and slug. `folder` holds one folder per language; it is ours by default."""
    for language in LANGUAGES:
        shelf = (folder or files("knowledge") / "playbooks") / language
        for file in sorted(shelf.iterdir(), key=lambda f: f.name) if shelf.is_dir() else ():
            if file.name.endswith(".md"):
                yield _playbook(file.name.removesuffix(".md"), language, file.read_text(encoding="utf-8"))


@cache
def playbook_title(slug: str, language: str) -> str:
    """What a playbook of ours is called in a language."""
    text = (files("knowledge") / "playbooks" / language / f"{slug}.md").read_text(encoding="utf-8")
    return _playbook(slug, language, text).title


def question_set(name: str) -> tuple[Question, ...]:
    """The questions of `why_buy`, `why_stay`, `why_leave` or `icp`, in order."""
    return tuple(_question(entry) for entry in _set(name)["questions"])


def turns(name: str) -> tuple[Turn, ...]:
    """Where an interview with the questions of a set may turn to."""
    return tuple(
        Turn(entry["topic"], entry["if"], entry["ask"], frozenset(entry.get("reasons", ())))
        for entry in _set(name).get("flow", ())
    )


def preamble(name: str) -> Mapping[str, str]:
    """What the interviewer says before the questions of a set, by language: we listen, we do not sell."""
    return dict(_set(name)["preamble"])


@cache
def _set(name: str) -> Mapping[str, Any]:
    text = (files("knowledge") / "questions" / f"{name}.yml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def _playbook(slug: str, language: str, text: str) -> Playbook:
    _, front, body = text.split("---\n", 2)
    return Playbook(slug, language, yaml.safe_load(front), body.strip())


def _question(entry: Mapping[str, Any]) -> Question:
    condition = entry.get("only_if")
    return Question(
        id=entry["id"],
        text=entry["text"],
        source=entry["source"],
        answer=entry.get("answer", "open"),
        options={language: tuple(options) for language, options in entry.get("options", {}).items()},
        probes={language: tuple(probes) for language, probes in entry.get("probes", {}).items()},
        roles=tuple(entry.get("roles", ())),
        only_if=(condition["question"], condition["is"]) if condition else None,
        survey=entry.get("survey", {}),
        by_role={
            role: {language: tuple(probes) for language, probes in by_language.items()}
            for role, by_language in entry.get("by_role", {}).items()
        },
    )
