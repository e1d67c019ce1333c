"""How well questions are understood, and the floors below which it may not fall."""

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.evaluating import NoQuestions, Score, evaluate, scores
from bot.router import Call, Clarify, Context, Decline, Names
from bot.router._door import Choice
from bot.router.embedded import EmbeddedRouter
from tools import load, phrase

QUESTIONS = Path(__file__).parent / "questions"


class Scripted:
    """Decides by the first word."""

    def choose(self, text: str, language: str, today: date, names: Names, context: Context | None = None):
        return {
            "risk": Call("accounts_at_risk", {"limit": 10}),
            "week": Call("mrr_summary", {"period": "2026-W46"}),
            "which": Clarify(phrase("Which?"), (Choice("x", Call("renewals", {})),)),
            "nothing": Decline(),
        }[text.split()[0]]


def test_what_each_question_led_to_is_counted(tmp_path: Path) -> None:
    """Worked by hand: of 4 inside 3 have the right tool, one by what was offered; of 2 outside 1 is answered."""
    file = tmp_path / "questions.yml"
    file.write_text(
        """
- {q: risk, lang: en, tool: accounts_at_risk, arguments: {}}
- {q: week, lang: en, tool: mrr_summary, arguments: {period: 2026-W45}}
- {q: week 2, lang: en, tool: [renewals, cohort_retention]}
- {q: which, lang: en, tool: renewals}
- {q: nothing, lang: en, tool: none}
- {q: risk 2, lang: en, tool: none}
""",
        encoding="utf-8",
    )
    outcomes = evaluate(file, Scripted(), load(), date(2026, 11, 22), Names({}))
    (score,) = scores(outcomes)
    assert (score.tool, score.direct, score.slots, score.asked_back, score.outside) == (
        (3, 4), (2, 3), (1, 2), (1, 4), (1, 2),
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "questions: 3",
        "- just text",
        "- {q: hello}",
        "a: [b",
        "- {q: hi, tool: null}",
        "- {q: hi, tool: [1]}",
        "- {q: hi, tool: none, arguments: [1]}",
        "- {q: hi, tool: none, after: text}",
        "{today: soon, questions: [{q: hi, tool: none}]}",
        "{names: [Acme], questions: [{q: hi, tool: none}]}",
        "{names: {accounts: {a: A}, owners: Ana}, questions: [{q: hi, tool: none}]}",
    ],
)
def test_a_file_without_questions_is_told_what_is_wrong(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(NoQuestions, match=r"x\.yml"):
        evaluate(file, Scripted(), load(), date(2026, 11, 22), Names({}))


def measured(name: str) -> list[Score]:
    tools = load()
    outcomes = evaluate(QUESTIONS / name, EmbeddedRouter(tools), tools, date(2026, 11, 22), Names({}))
    return scores(outcomes)[:2]


def share(counted: tuple[int, int]) -> float:
    return counted[0] / counted[1]


# Two questions below what was measured: machines differ in the last digit, and a score may stand on the line.
@pytest.mark.parametrize(
    ("name", "tool", "slots"),
    [
        ("blind.yml", 0.91, 0.92),
        ("followups.yml", 0.95, 0.93),
        ("new_tools.yml", 0.925, 0.93),
        ("portfolio_tools.yml", 0.89, 0.82),
    ],
)
def test_questions_by_somebody_who_saw_no_example(name: str, tool: float, slots: float) -> None:
    for score in measured(name):
        assert share(score.tool) >= tool
        assert share(score.direct) >= 0.965
        assert share(score.slots) >= slots
        assert score.outside[0] <= max(2, 0.05 * score.outside[1])


def test_the_command_lists_each_miss_and_prints_what_each_led_to(tmp_path: Path) -> None:
    file = tmp_path / "questions.yml"
    file.write_text("- {q: weekly mrr summary, lang: en, tool: renewals}\n", encoding="utf-8")
    told = CliRunner().invoke(app, ["--home", str(tmp_path), "eval", str(file)])
    assert (
        told.exit_code == 0 and "weekly mrr summary" in told.output and "renewals ≠ answered mrr_summary" in told.output
    )
    said = CliRunner().invoke(app, ["--home", str(tmp_path), "eval", str(file), "--json"])
    assert [(each["tool"], each["right"]) for each in json.loads(said.output)] == [("mrr_summary", False)]
    empty = CliRunner().invoke(app, ["--home", str(tmp_path), "eval", __file__])
    assert empty.exit_code == 1
