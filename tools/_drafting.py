"""What drafts share: language, questions in it, and days that fall on working days."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from knowledge import Question, preamble
from tools._answer import Ask
from tools._phrase import Phrase, phrase
from tools._registry import Deps

MINUTES_PER_QUESTION = 4


def reader_language(wanted: str | None, known: Sequence[str | None], deps: Deps) -> str:
    """The language asked for, else the first one known of the reader, else the asker's."""
    return next((language for language in (wanted, *known) if language in ("en", "pt-BR")), deps.language)


def spoken(question: Question, language: str) -> Ask:
    """A question to be asked in conversation: no boxes to tick, the person answers in their own words."""
    return replace(written(question, language), answer="open", options=())


def written(question: Question, language: str) -> Ask:
    """A question of a survey, in one language, with its kind of answer."""
    return Ask(
        question.id,
        question.text[language],
        question.source,
        question.answer,  # type: ignore[arg-type]  # checked when the sets are tested
        question.options.get(language, ()),
        question.probes.get(language, ()),
        question.only_if,
    )


def opening(set_name: str, language: str) -> Phrase:
    """What is said before the first question: we listen, we do not sell."""
    return phrase("Say: “{text}”", text=preamble(set_name)[language])


HOLIDAYS = ((12, 25), (1, 1))
"""Days (month, day) on which nobody works wherever the customer is."""


def working_day(day: date, first: date, last: date) -> date:
    """The day itself or the working day before it, from `first` to `last`; without any in between, `first`."""
    before = (day - timedelta(days=n) for n in range((day - first).days + 1))
    after = (day + timedelta(days=n) for n in range((last - day).days + 1))
    return next((each for each in (*before, *after) if _is_worked(each)), first)


def _is_worked(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS
