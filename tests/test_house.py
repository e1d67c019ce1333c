"""The laws of the house that no linter knows."""

import ast
import importlib
import inspect
import subprocess
import sys
from collections.abc import Collection
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tools import Tool, load
from tools._slots import Choice, Slot
from tools.metrics import all_metrics, metric_names
from tools.metrics._cells import fold

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "tools", "knowledge")
FILES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
TOOLS = sorted(load().values(), key=lambda tool: tool.name)
METRICS = sorted(all_metrics().values(), key=lambda metric: metric.name)


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_tool_says_when_to_use_it_and_how_people_ask(tool: Tool) -> None:
    first, blank, rest = tool.doc.partition("\n\n")
    assert first.endswith(".") and "\n" not in first, "the first line is the help text"
    assert blank and "Use " in rest, "the rest says when to use it"
    assert set(tool.examples) == {"en", "pt-BR"}
    assert all(len(set(examples)) >= 20 for examples in tool.examples.values())


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_input_is_described_and_says_what_it_takes_from_a_question(tool: Tool) -> None:
    for field, about in tool.input.model_fields.items():
        assert about.description, f"{tool.name}.{field} has no description"
        assert any(isinstance(marker, Slot | Choice) for marker in about.metadata), f"{tool.name}.{field} has no marker"


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_metric_holds_definition_formula_and_reference(metric) -> None:
    title, definition, formula, reference = metric.doc.split("\n\n")
    assert title.endswith(".") and len(definition) > 60
    assert formula.startswith("        ") and " = " in formula
    assert reference.strip().startswith("Reference: ")
    assert all(len(metric.rule(name)) > 30 for name in metric.variants), "whose rule it is, and how it differs"
    assert not any("{" in text for text in (metric.title, metric.definition_text, metric.formula, *metric.rules))


def test_every_metric_is_called_something_in_both_languages_and_no_name_means_two() -> None:
    names = metric_names()
    assert set(names) == {metric.name for metric in METRICS}
    assert all(set(by_language) == {"en", "pt-BR"} and all(by_language.values()) for by_language in names.values())
    meant = [(fold(said), metric) for metric, called in names.items() for some in called.values() for said in some]
    assert len(set(meant)) == len({said for said, _ in meant})
    assert not {"churn", "churn rate", "taxa de churn"} & {said for said, _ in meant}, "that may be any of four"


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_every_public_module_of_the_metrics_is_one_metric(metric) -> None:
    assert metric.name == metric.definition.__module__.rpartition(".")[2]


def test_only_settings_reads_the_environment() -> None:
    readers = {
        name(file) for file in FILES if "os.environ" in (text := file.read_text(encoding="utf-8")) or "getenv" in text
    }
    assert readers <= {"bot/settings.py"}


def test_whatever_goes_wrong_unforeseen_ends_in_one_place() -> None:
    broad = [
        name(file)
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
    ]
    assert broad == ["bot/unforeseen.py"]


@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_module_does_nothing_when_imported(file: Path) -> None:
    """Only definitions, constants and calls that make plain values: no engine, client, model or logging set-up."""
    forbidden = {
        "create_engine",
        "basicConfig",
        "App",
        "WebClient",
        "PersistentClient",
        "init_chat_model",
        "load_dotenv",
        "Settings",
        "open",
    }
    called = {
        ast.unparse(node.func).rpartition(".")[2]
        for statement in tree(file).body
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.If)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
    }
    assert not called & forbidden


@pytest.mark.parametrize("file", FILES, ids=name)
def test_every_module_says_what_it_is(file: Path) -> None:
    assert file.stat().st_size == 0 or ast.get_docstring(tree(file)), "a module begins with its law or purpose"


@pytest.mark.parametrize("file", FILES, ids=name)
def test_no_function_is_longer_than_a_screen(file: Path) -> None:
    functions = [node for node in ast.walk(tree(file)) if isinstance(node, ast.FunctionDef)]
    assert [f.name for f in functions if (f.end_lineno or 0) - f.lineno >= 50] == []


@pytest.mark.parametrize("file", FILES, ids=name)
def test_names_say_what_a_module_holds(file: Path) -> None:
    assert not set(file.stem.strip("_").split("_")) & {
        "utils",
        "helpers",
        "common",
        "manager",
        "service",
        "base",
        "misc",
    }


@pytest.mark.parametrize("heavy", ["pandas", "chromadb", "langchain", "matplotlib", "dbos", "sklearn", "slack_bolt"])
def test_nothing_heavy_is_imported_before_it_is_needed(heavy: str) -> None:
    """What a question needs to be acknowledged and routed imports in a moment."""
    program = f"import sys, tools, bot.app, bot.conversation; tools.load(); sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_no_import_goes_round_in_a_circle() -> None:
    """So every module can be the first to be imported."""
    modules = {module(file): file for file in FILES if "migrations" not in name(file)}
    assert tuple(TopologicalSorter({each: needed(file, modules) for each, file in modules.items()}).static_order())


def module(file: Path) -> str:
    return name(file).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def needed(file: Path, modules: Collection[str]) -> set[str]:
    """The modules of ours that this one imports as it is imported itself, not later by a function or for types only."""
    found: set[str] = set()
    for statement in tree(file).body:
        if isinstance(statement, ast.Import):
            found.update(alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            whole = [f"{statement.module}.{alias.name}" for alias in statement.names]
            found.update(each if each in modules else statement.module for each in whole)
    return found.intersection(modules)


def test_public_functions_of_the_openers_are_typed_and_described() -> None:
    for room in ("tools", "tools.metrics", "knowledge"):
        module = importlib.import_module(room)
        for exported in module.__all__:
            thing = getattr(module, exported)
            if inspect.isfunction(thing) or inspect.isclass(thing):
                assert inspect.getdoc(thing), f"{room}.{exported} says nothing of itself"
