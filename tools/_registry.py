"""Finding the tools: one per file, and a broken one stops the start."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml
from pydantic import BaseModel

from knowledge import Reader
from tools._answer import Answer
from tools._caseload import Caseload, NoCaseload
from tools._schedules import NoSchedules, Schedules
from tools._segments import NoSegments, Segments
from tools._shown import NothingShown, Shown
from tools._touches import Contacting
from tools.metrics import Book, Thresholds

Why = tuple[str, Mapping[str, str]]
"""A tool's name, and arguments of its own."""
WHY: Why = ("trace_figure", {})
"""What answers “why?” where a tool says nothing else: how its figures were counted."""


@dataclass(frozen=True)
class Deps:
    """What a tool may use: the book, the playbooks and what whoever asks may read of the documents, the clock, the
    language of the question, earlier answers, what is written down of contacts with customers, who looks after which
    account, schedules, saved segments, from when on an account is profitable and loyal, and to which hosts links are
    shown."""

    book: Book
    knowledge: Reader
    today: date
    language: str
    shown: Shown = field(default_factory=NothingShown)
    contacting: Contacting = field(default_factory=Contacting)
    caseload: Caseload = field(default_factory=NoCaseload)
    schedules: Schedules = field(default_factory=NoSchedules)
    segments: Segments = field(default_factory=NoSegments)
    thresholds: Thresholds = field(default_factory=Thresholds)
    link_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Tool:
    """A tool as the router sees it."""

    name: str
    run: Callable[[Any, Deps], Answer]
    input: type[BaseModel]
    why: Why = WHY
    """What answers “why?” after this tool; itself: asked once more with what is added."""
    writes: bool = False
    """It changes something: no follow-up runs it again."""
    repeats: bool = False
    """It may be scheduled although it changes something: done twice in one period it is done once."""
    open: bool = False
    """It has something to say to whom no account may be shown."""
    measures: frozenset[str] = frozenset()
    """Metrics that it works out for one account; or, without an account, shows with all that belongs to them
    (`metric by dimension`: where it is asked for so)."""
    totals: bool = False
    """Without an account or owner it counts the company as a whole."""

    @cached_property
    def examples(self) -> Mapping[str, tuple[str, ...]]:
        """How people ask for it, by language; `{account}` and `{owner}` stand for any name."""
        written = (files("tools") / f"{self.name}.yml").read_text(encoding="utf-8")
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is ten times as fast
        return {language: tuple(questions) for language, questions in yaml.load(written, loader).items()}

    @cached_property
    def doc(self) -> str:
        return (self.run.__doc__ or "").strip()

    @property
    def help(self) -> str:
        return self.doc.splitlines()[0]


@cache
def load() -> Mapping[str, Tool]:
    """Every tool by name, found once. Whatever keeps one from importing stops the start."""
    import tools

    names = sorted(m.name for m in pkgutil.iter_modules(tools.__path__) if not m.name.startswith("_") and not m.ispkg)
    return MappingProxyType({name: _tool(name, importlib.import_module(f"tools.{name}")) for name in names})


def _tool(name: str, module: Any) -> Tool:
    tool = Tool(name, getattr(module, name), module.Input)
    flags: dict[str, Any] = {
        name: getattr(module, name.upper(), False) for name in ("writes", "repeats", "open", "totals")
    }
    return replace(tool, why=getattr(module, "WHY", WHY), measures=getattr(module, "WORKS_OUT", frozenset()), **flags)
