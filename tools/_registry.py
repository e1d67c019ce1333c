"""Finding the tools: one per file, and a broken one stops the start."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from knowledge import Index
from tools._answer import Answer
from tools.metrics import Book


@dataclass(frozen=True)
class Deps:
    """What a tool may use: the book, the playbooks, the clock, and the language of the question."""

    book: Book
    knowledge: Index
    today: date
    language: str


@dataclass(frozen=True)
class Tool:
    """A tool as the router sees it."""

    name: str
    run: Callable[[Any, Deps], Answer]
    input: type[BaseModel]
    examples: Mapping[str, tuple[str, ...]]

    @cached_property
    def doc(self) -> str:
        return (self.run.__doc__ or "").strip()

    @property
    def help(self) -> str:
        return self.doc.splitlines()[0]


def load() -> Mapping[str, Tool]:
    """Every tool by name. Whatever keeps one from importing stops the start."""
    import tools

    names = sorted(m.name for m in pkgutil.iter_modules(tools.__path__) if not m.name.startswith("_") and not m.ispkg)
    return {name: _tool(name, importlib.import_module(f"tools.{name}")) for name in names}


def _tool(name: str, module: Any) -> Tool:
    return Tool(name, getattr(module, name), module.Input, module.EXAMPLES)
