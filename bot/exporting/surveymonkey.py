"""A survey as SurveyMonkey's API v3 takes it in one request (“bulk POST” of a survey with its pages).

After the description that SurveyMonkey publishes (public_api_docs: _surveys.md, _questions.md). It has no field for
skip logic: a conditional question is on a page of its own that says when it is asked.
"""

from collections.abc import Iterator
from typing import Any

from bot.exporting.own import as_bytes
from bot.locale import Speaker
from bot.surveys import Item, Survey, survey_of
from tools import KeptDraft, Phrase, phrase

CHECKED = phrase("Checked against the API description that SurveyMonkey publishes (v3), not with its service.")


def write(draft: KeptDraft) -> bytes:
    """The body of “create survey” with pages and questions."""
    survey = survey_of(draft)
    speaker = Speaker(survey.language)
    pages = [*_pages(survey), _page("", "", [_words(" ".join(survey.closing))] if survey.closing else [])]
    written = {
        "title": survey.title,
        "buttons_text": {
            "next_button": speaker.say(phrase("Next")),
            "prev_button": speaker.say(phrase("Back")),
            "done_button": speaker.say(phrase("Done")),
            "exit_button": "",
        },
        "pages": [page for page in pages if page["questions"]],
    }
    return as_bytes(written)


def by_hand(survey: Survey) -> tuple[Phrase, ...]:
    """The skip logic that is to be set up there."""
    numbers = {item.id: number for number, item in enumerate(survey.items, start=1)}
    return tuple(
        phrase(
            "Its API has no skip logic. Set it up there: "
            "question {n} only if question {source} was answered “{answer}”.",
            n=numbers[item.id], source=numbers[item.shown_if[0]], answer=item.shown_if[1],
        )
        for item in survey.items
        if item.shown_if
    )  # fmt: skip


def _pages(survey: Survey) -> Iterator[dict[str, Any]]:
    """A page ends before and after every condition, as skip logic there leads from page to page."""
    numbers = {item.id: number for number, item in enumerate(survey.items, start=1)}
    sources = {item.shown_if[0] for item in survey.items if item.shown_if}
    introduction = " ".join(survey.introduction)
    pages: list[list[Item]] = []
    for item in survey.items:
        before = pages[-1][-1] if pages else None
        if before is None or item.shown_if != before.shown_if or before.id in sources:
            pages.append([])
        pages[-1].append(item)
    for number, items in enumerate(pages):
        condition = _condition(items[0], numbers, survey.language)
        questions = [_question(item) for item in items]
        yield _page(survey.title if number == 0 else "", introduction if number == 0 else condition, questions)


def _condition(item: Item, numbers: dict[str, int], language: str) -> str:
    if not item.shown_if:
        return ""
    said = phrase(
        "Only if question {number} was answered “{answer}”.", number=numbers[item.shown_if[0]], answer=item.shown_if[1]
    )
    return Speaker(language).say(said)


def _page(title: str, description: str, questions: list[dict[str, Any]]) -> dict[str, Any]:
    placed = [question | {"position": position} for position, question in enumerate(questions, start=1)]
    return {"title": title, "description": description, "questions": placed}


def _question(item: Item) -> dict[str, Any]:
    heading = {"heading": "\n".join((item.text, *item.hints))}
    if item.kind == "open":
        return {"headings": [heading], "family": "open_ended", "subtype": "essay"}
    options = tuple(map(str, range(11))) if item.kind == "scale" else item.options
    choices = [{"text": option, "position": position} for position, option in enumerate(options, start=1)]
    subtype = "horiz" if item.kind == "scale" else "vertical"
    return {
        "headings": [heading], "family": "single_choice", "subtype": subtype, "answers": {"choices": choices}
    }  # fmt: skip


def _words(text: str) -> dict[str, Any]:
    return {"headings": [{"heading": text}], "family": "presentation", "subtype": "descriptive_text"}
