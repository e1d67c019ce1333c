"""Schedules and alerts as people type them, and what looks like one and is none."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.router.timing import find_alert, find_change, find_wish, only_hour
from tools import Recurrence

FILE: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "questions" / "schedules.yml").read_text("utf-8"))
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def when(recurrence: Recurrence) -> str:
    """`week mon,thu 09:00`, `2 week fri 12:00`, `month nth -1 working 18:00`, `day working`."""
    said = [str(recurrence.step)] if recurrence.step > 1 else []
    said.append(recurrence.unit)
    if recurrence.nth:
        said.append(f"nth {recurrence.nth}")
    elif recurrence.unit in ("month", "quarter", "year"):
        said.append("on " + ",".join(map(str, recurrence.days)))
    said += [",".join(DAYS[day] for day in recurrence.weekdays)] if recurrence.weekdays else []
    said += ["working"] if recurrence.working else []
    said += [f"{recurrence.at:%H:%M}"] if recurrence.at else []
    return " ".join(said)


@pytest.mark.parametrize("item", FILE["schedules"], ids=lambda item: item["q"])
def test_a_schedule_in_words(item: dict[str, str]) -> None:
    wish = find_wish(item["q"])
    assert wish is not None
    said = {"when": when(wish.recurrence), "to": wish.to, "what": wish.rest}
    if wish.zone:
        said["zone"] = wish.zone
    if wish.open:
        said["open"] = True
    assert said == {key: value for key, value in item.items() if key not in ("q", "lang")}


def test_there_are_many_sentences_of_either_language() -> None:
    languages = [item["lang"] for item in FILE["schedules"]]
    assert min(languages.count("en"), languages.count("pt-BR")) >= 40


@pytest.mark.parametrize("text", FILE["questions"])
def test_a_question_that_speaks_of_weeks_and_months_is_a_question(text: str) -> None:
    assert (find_wish(text), find_alert(text)) == (None, None)


@pytest.mark.parametrize("item", FILE["alerts"], ids=lambda item: item["q"])
def test_an_alert_in_words(item: dict[str, Any]) -> None:
    alert = find_alert(item["q"])
    assert alert is not None
    said: dict[str, Any] = {**alert.watch.model_dump(exclude_defaults=True, mode="json")}
    said |= {name: value for name, value in (("to", alert.to), ("about", alert.about)) if value}
    if alert.recurrence:
        said["when"] = when(alert.recurrence)
    assert said == {key: value for key, value in item.items() if key != "q"}


@pytest.mark.parametrize(
    ("text", "recurrence", "hour", "to"),
    [
        ("move it to 10h", None, "10:00", ""),
        ("move S-1f2e3d4c to 10:30", None, "10:30", ""),
        ("muda para as 10", None, "10:00", ""),
        ("passa pras 17h30", None, "17:30", ""),
        ("change it to Tuesdays at 8", "week tue", "08:00", ""),
        ("muda para toda terça às 8h", "week tue", "08:00", ""),
        ("move it to Friday", "week fri", None, ""),
        ("passa para quinta", "week thu", None, ""),
        ("muda pra todo dia útil", "day working", None, ""),
        ("move it to #C0CSTEAM", None, None, "#C0CSTEAM"),
        ("manda na minha dm", None, None, "me"),
    ],
)
def test_a_change_in_words(text: str, recurrence: str | None, hour: str | None, to: str) -> None:
    change = find_change(text)
    assert (
        change.recurrence and when(change.recurrence), change.hour and f"{change.hour.at:%H:%M}", change.to
    ) == (recurrence, hour, to)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("10h", "10:00"), ("at 5pm", "17:00"), ("às nove e meia", "09:30"), ("8", "08:00"),
        ("pode ser às 14h", "14:00"), ("meio-dia", "12:00"), ("7:45 please", "07:45"), ("25h", None),
        ("show me the 10 accounts at risk", None), ("tomorrow", None),
    ],
)  # fmt: skip
def test_an_hour_alone_answers_the_question_for_it(text: str, hour: str | None) -> None:
    said = only_hour(text)
    assert (f"{said.at:%H:%M}" if said else None) == hour
