"""Every tool's smallest, normal and enormous answer, in both languages: a message that Slack takes, whole."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from block_kit_check import check
from bot.blocks import message
from bot.conversation import Reply
from bot.locale import LANGUAGES
from bot.question import Person, Place, Question
from bot.router import Call
from tests.conftest import assistant_at
from tools import Answer, Chart, Facts, Heatmap, NextSteps, Part, Phrase, Section, Table, Timeline, Tool, load

TOOLS = sorted(load())
LONG = "Padaria São João & Filhos <!channel> " * 40
MANY = 700
PLACE = Place("dm", "T1", "D1", "1")


def arguments(tool: Tool, account: str) -> dict[str, Any]:
    """As much as the tool cannot do without."""
    needed = {"account": account, "metric": "mrr", "text": "Don't you love it?", "topic": "renewals"}
    missing = {name for name, field in tool.input.model_fields.items() if field.is_required()}
    meant = {"assign": {"who": "me"}, "fixed_reason": {"reason": "missing_feature", "said": "fixed: we built it"}}
    return {name: needed[name] for name in missing} | meant.get(tool.name, {})


@pytest.fixture(scope="module")
def replies(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str], Reply]:
    """What each tool says of the demo company, by tool and language."""
    bot = assistant_at(demo_home, store_url=f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.sqlite'}")
    account = next(a for a, name in bot.names(bot.book()).accounts.items() if name == "Caldwick Health")
    asked = {
        (name, language): Question(f"T1/C1/{name}-{language}", "?", Person("U1"), PLACE, language)
        for name in TOOLS for language in LANGUAGES
    }  # fmt: skip
    return {
        (name, language): bot.ask(question, Call(name, arguments(bot.tools[name], account)))
        for (name, language), question in asked.items()
    }


def smallest(answer: Answer) -> Answer:
    return replace(answer, parts=())


def enormous(answer: Answer) -> Answer:
    """The same with text from data as long as it gets, and lists as long as nobody reads."""
    return replace(answer, parts=tuple(_grown(part) for part in answer.parts) * 3)


def _grown(part: Part) -> Part:
    match part:
        case Table(rows=rows):
            return replace(part, rows=_many(tuple(map(_long, rows))), accounts=())
        case Facts(items=items):
            return replace(part, items=_many(tuple(map(_long, items))))
        case Heatmap() | Timeline() | Chart() | NextSteps():
            return part
        case _:
            return _long(part)  # type: ignore[no-any-return]


def _many(rows: tuple[Any, ...]) -> tuple[Any, ...]:
    return (rows * MANY)[:MANY]


def _long(thing: Any) -> Any:
    """Every text from data in it, made long; what the code says stays as it is."""
    if type(thing) is str:
        return f"{thing} {LONG}"
    if isinstance(thing, Phrase):
        return replace(thing, values={name: _long(value) for name, value in thing.values.items()})
    if isinstance(thing, tuple):
        return tuple(map(_long, thing))
    if isinstance(thing, Section):
        return replace(thing, lines=tuple(map(_long, thing.lines)) * 9)
    if is_dataclass(thing) and type(thing).__name__ in ("Fact", "Note", "Draft"):
        held = {field.name for field in fields(thing)} & {"value", "text", "sections"}
        return replace(thing, **{name: _long(getattr(thing, name)) for name in held})  # type: ignore[type-var]
    return thing


SIZES = {"smallest": smallest, "normal": lambda answer: answer, "enormous": enormous}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tool", TOOLS)
def test_every_answer_of_every_tool_can_be_delivered(
    replies: Mapping[tuple[str, str], Reply], tool: str, language: str
) -> None:
    reply = replies[tool, language]
    if reply.answer is None:
        assert reply.outcome == "declined"
        check(message(reply))
        return
    for size, resized in SIZES.items():
        said = message(replace(reply, answer=resized(reply.answer)))
        check(said)
        if size == "smallest":
            assert not said.files and not said.papers
        if size == "enormous" and any(isinstance(part, Table | Facts) for part in reply.answer.parts):
            assert any(file.name == f"{tool}.md" for file in said.files), "what does not fit is attached"


def test_no_tool_is_left_out(replies: Mapping[tuple[str, str], Reply]) -> None:
    declined = {tool for (tool, _), reply in replies.items() if reply.answer is None}
    assert len(replies) == 2 * len(TOOLS) and declined <= {"trace_figure", "strategic_account"}
