"""Our own form: JSON that says its version, and that reads back into the same survey."""

import json
from typing import Any

from bot.surveys import Item, Survey, survey_of
from tools import KeptDraft

SCHEMA = "retention-survey/1"
"""Raised with every change that a reader of the form before would misread."""


def write(draft: KeptDraft) -> bytes:
    """The survey of a kept draft."""
    survey = survey_of(draft)
    written = {
        "schema": SCHEMA,
        "draft": draft.id,
        "version": draft.version,
        "kind": draft.kind,
        "title": survey.title,
        "language": survey.language,
        "introduction": list(survey.introduction),
        "questions": [_question(item) for item in survey.items],
        "closing": list(survey.closing),
    }
    return as_bytes(written)


def read(content: bytes) -> Survey:
    """A survey from what `write` wrote. Raises ValueError where it is of another form."""
    written = json.loads(content)
    if written.get("schema") != SCHEMA:
        raise ValueError(f"not {SCHEMA}: {written.get('schema')}")
    items = tuple(_item(question) for question in written["questions"])
    return Survey(
        written["title"], written["language"], items, tuple(written["introduction"]), tuple(written["closing"])
    )


def as_bytes(written: Any) -> bytes:
    """JSON to be read by people too."""
    return (json.dumps(written, ensure_ascii=False, indent=2) + "\n").encode()


def _question(item: Item) -> dict[str, Any]:
    condition = {"question": item.shown_if[0], "answer": item.shown_if[1]} if item.shown_if else None
    scale = {"from": 0, "to": 10} if item.kind == "scale" else None
    return {
        "id": item.id, "text": item.text, "answer": item.kind, "options": list(item.options), "scale": scale,
        "hints": list(item.hints), "show_if": condition,
    }  # fmt: skip


def _item(question: dict[str, Any]) -> Item:
    condition = question["show_if"]
    return Item(
        question["id"], question["text"], question["answer"], tuple(question["options"]), tuple(question["hints"]),
        (condition["question"], condition["answer"]) if condition else None,
    )  # fmt: skip
