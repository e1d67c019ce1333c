"""A day's work of a rep who speaks only English and of one who speaks only Portuguese, on the demo company."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from bot import terminal
from bot.app import Assistant
from bot.conversation import Reply
from bot.question import Person, Place, Question
from tests.conftest import assistant_at

FILES = sorted((Path(__file__).parent / "dialogues").glob("*.yml"))
_NAME = re.compile(r"\{(\w+)\}")
_DRAFT = re.compile(r"D-[0-9a-f]{8}")


class Day:
    """One conversation; `{draft}` in what is said is the id of the draft last made."""

    def __init__(self, bot: Assistant) -> None:
        self.bot, self.thread, self.draft = bot, uuid4().hex, ""

    def say(self, text: str) -> Reply:
        said = _NAME.sub(lambda name: str(getattr(self, name[1])), text)
        place = Place("terminal", thread=self.thread)
        reply = self.bot.ask(Question(uuid4().hex, said, Person("terminal"), place))
        self.draft = next(iter(_DRAFT.findall(terminal.plain(reply))), self.draft)
        return reply


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_days_work_is_done(file: Path, demo_home: Path, tmp_path: Path) -> None:
    """Each turn leads to the tool it should, in the rep's language, and says what it should."""
    day = Day(assistant_at(demo_home, store_url=f"sqlite:///{tmp_path / 'store.sqlite'}"))
    written = yaml.safe_load(file.read_text(encoding="utf-8"))
    for turn in written["turns"]:
        reply = day.say(turn["say"])
        assert as_it_went(reply) == as_it_should({"language": written["language"], **turn}), turn["say"]
        shown = " ".join(terminal.plain(reply).split())
        missing = [words for words in turn.get("shows", ()) if words not in shown]
        assert not missing, (turn["say"], shown)


def as_it_went(reply: Reply) -> Mapping[str, Any]:
    return {"tool": reply.call.tool if reply.call else None, "outcome": reply.outcome, "language": reply.language}


def as_it_should(turn: Mapping[str, Any]) -> Mapping[str, Any]:
    outcome = turn.get("outcome", "answered")
    return {"tool": turn.get("tool"), "outcome": outcome, "language": turn["language"]}


@pytest.mark.parametrize(
    ("said", "language"),
    [("customer cancelled, what should i ask him", "en"), ("o padrinho saiu da empresa, e agora?", "pt-BR")],
)
def test_what_no_tool_is_for_may_stand_in_a_playbook(said: str, language: str, demo: Assistant) -> None:
    reply = demo.ask(Question(uuid4().hex, said, Person("terminal"), Place("terminal")))
    offered = [choice.call.tool for choice in reply.choices]
    assert "find_playbook" in ([reply.call.tool] if reply.call else offered)
    assert reply.language == language


@pytest.mark.parametrize(
    "said", ["what's the weather in Recife?", "quem ganhou o jogo ontem?", "book me a flight to Rio"]
)
def test_what_is_known_to_be_something_else_is_declined(said: str, demo: Assistant) -> None:
    assert demo.ask(Question(uuid4().hex, said, Person("terminal"), Place("terminal"))).outcome == "declined"
