"""What drafts share: language, questions in it, and days that fall on working days."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Any, Literal

from knowledge import Question, preamble
from tools._answer import Ask, Cell, Column, Download
from tools._phrase import Phrase, phrase
from tools._registry import Deps
from tools._slots import Choice

Role = Literal["buyer", "champion", "user", "finance", "sponsor"]
ROLE_WORDS = Choice({
    "buyer": (
        "buyer", "purchaser", "procurement", "decision maker*", "decision-maker*", "comprador*", "compras", "decisor*",
        "tomador de decisão", "quem decid*",
    ),
    "champion": ("champion", "campeão", "campeã", "defensor*", "patrocinador interno"),
    "user": ("user", "users", "end user", "usuári*"),
    "finance": ("finance", "cfo", "financeir*", "finanças"),
    "sponsor": ("sponsor", "executive", "executiv*", "ceo", "diretor*", "patrocinador*"),
})  # fmt: skip
DECIDERS = ("buyer", "sponsor", "champion", "finance", "user")
"""Who knows most about a decision, in that order, where no role is asked for."""
MINUTES_PER_QUESTION = 4
MINUTES_AROUND = 5
"""Of an interview: to open and to close."""
WORDS_PER_MINUTE = 180
SECONDS = {"yes_no": 5, "choice": 10, "scale": 8, "open": 40}
"""How long an answer takes, by its kind; an open one is about twenty words, typed."""


def still_there(contacts: Sequence[Any], today: date) -> list[Any]:
    """Of an account's contacts those who still work there."""
    return [person for person in contacts if person.left_on is None or person.left_on > today]


def deciding_first(contacts: Sequence[Any], today: date, role: str | None = None) -> list[Any]:
    """Who is still there, of the role asked for, else those who decide most first."""
    there, order = still_there(contacts, today), (role,) if role else (*DECIDERS, None)
    return [person for wanted in order for person in there if _is_of(person, wanted)]


def _is_of(person: Any, wanted: str | None) -> bool:
    return person.role == wanted or (wanted is None and person.role not in DECIDERS)


def reader_language(wanted: str | None, known: Sequence[str | None], deps: Deps) -> str:
    """The language asked for, else the first one known of the reader, else the asker's."""
    return next((language for language in (wanted, *known) if language in ("en", "pt-BR")), deps.language)


def spoken(question: Question, language: str, role: str | None = None) -> Ask:
    """A question to be asked in conversation: no boxes to tick, and with what to ask somebody of that role."""
    probes = question.probes.get(language, ())
    more = question.by_role.get(role or "", {}).get(language, ())
    asked = replace(written(question, language), answer="open", options=(), probes=(*probes, *more))
    return replace(asked, text=question.text[language])


def written(question: Question, language: str) -> Ask:
    """A question of a survey, in one language, with its kind of answer; it asks one thing only."""
    return Ask(
        question.id,
        (question.survey or question.text)[language],
        question.source,
        question.answer,  # type: ignore[arg-type]  # checked when the sets are tested
        question.options.get(language, ()),
        question.probes.get(language, ()),
        question.only_if,
    )


def minutes_to_talk(asks: Sequence[Ask]) -> int:
    """How long an interview takes."""
    return MINUTES_AROUND + MINUTES_PER_QUESTION * len(asks)


def minutes_to_answer(asks: Sequence[Ask], *around: str) -> int:
    """How long a survey takes: all that is read, at 180 words a minute, and the answers; in whole minutes, rounded up.

    A question that is shown to some only counts in full, so nobody needs longer than they were told.
    """
    read = (*around, *(text for ask in asks for text in (ask.text, *ask.options, *ask.probes)))
    words = sum(len(text.split()) for text in read)
    seconds = Fraction(60 * words, WORDS_PER_MINUTE) + sum(SECONDS[ask.answer] for ask in asks)
    return max(1, ceil(seconds / 60))


ANSWERS: dict[str, Phrase] = {
    "open": phrase("in their own words"),
    "yes_no": phrase("yes or no"),
    "choice": phrase("choose one"),
    "scale": phrase("0 to 10"),
}


def as_rows(asks: Sequence[Ask], title: Phrase, name: str) -> Download:
    """A survey's questions as a file, one row each."""
    columns = (
        Column(phrase("Question"), numeric=True), Column(phrase("Id")), Column(phrase("Text")),
        Column(phrase("Answer")), Column(phrase("Options")), Column(phrase("Hints")), Column(phrase("Shown if")),
    )  # fmt: skip
    numbers = {ask.id: number for number, ask in enumerate(asks, start=1)}
    return Download(name, title, columns, tuple(_row(ask, numbers) for ask in asks))


def _row(ask: Ask, numbers: Mapping[str, int]) -> tuple[Cell, ...]:
    shown_if = None
    if ask.only_if:
        answer = {"yes": phrase("Yes"), "no": phrase("No")}.get(ask.only_if[1], ask.only_if[1])
        shown_if = phrase("question {n}: {answer}", n=numbers[ask.only_if[0]], answer=answer)
    options, hints = " | ".join(ask.options), " | ".join(ask.probes)
    return numbers[ask.id], ask.id, ask.text, ANSWERS[ask.answer], options or None, hints or None, shown_if


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
