"""Questions to customers, looked at before they are asked."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools import (
    TOPIC,
    Answer,
    Choice,
    Deps,
    Fact,
    Facts,
    NextSteps,
    Note,
    Part,
    Phrase,
    ToolError,
    phrase,
    phrase_n,
)
from tools._linting import Finding, language_of, lint, reworded
from tools._pasted import questions_in
from tools._question_rules import RULES

MOST = 30
"""Questions that are looked at in one go."""
USES = Choice({
    "survey": ("survey", "questionnaire", "form", "pesquisa", "questionári*", "formulári*", "nps"),
    "interview": ("interview", "script", "guide", "entrevista", "roteiro"),
})  # fmt: skip


OPEN = True


class Input(BaseModel):
    text: Annotated[str, TOPIC] = Field(description="The question, or the list of questions, as it was pasted.")
    use: Annotated[Literal["interview", "survey"], USES] = Field(
        default="interview", description="Where it will be asked: in conversation, or in writing."
    )


def question_lint(ask: Input, deps: Deps) -> Answer:
    """Check questions for a survey or interview: leading, double-barrelled, win-back wording, jargon, yes or no only.

    Use when someone pastes a question or a list of questions for customers and asks whether it is good, neutral,
    biased or well put, or how to word it better.
    """
    questions = questions_in(ask.text)
    if not questions:
        raise ToolError(
            phrase("I found no question in that. Paste it after a colon: “Check this question: …?”"),
            suggestions=(phrase("Win-loss interview script"), phrase("Exit survey")),
        )
    looked_at = [(question, *_looked_at(question, deps.language)) for question in questions[:MOST]]
    flawed = [each for each in looked_at if each[2]]
    return Answer(
        subject=phrase_n("Question check · {n} question", "Question check · {n} questions", len(looked_at)),
        headline=_headline(len(looked_at), len(flawed)),
        parts=tuple(_parts(looked_at, len(questions), ask)),
    )


def _looked_at(question: str, default: str) -> tuple[str, tuple[Finding, ...]]:
    language = language_of(question, default)
    return language, lint(question, language)


def _headline(all_: int, flawed: int) -> Phrase:
    if not flawed and all_ == 1:
        return phrase("The question can be asked as it is.")
    if not flawed:
        return phrase("All {n} questions can be asked as they are.", n=all_)
    if all_ == 1:
        return phrase("Better not like this: see what to change.")
    return phrase_n(
        "{n} of {all} questions should be put differently.", "{n} of {all} questions should be put differently.",
        flawed, all=all_,
    )  # fmt: skip


def _parts(looked_at: list[tuple[str, str, tuple[Finding, ...]]], pasted: int, ask: Input) -> Iterator[Part]:
    for number, (question, language, findings) in enumerate(looked_at, start=1):
        if findings:
            title = phrase("{n}. {question}", n=number, question=question)
            yield Facts(tuple(_facts(question, language, findings)), title)
    if fine := tuple(phrase("“{text}”", text=question) for question, _, findings in looked_at if not findings):
        yield Note(phrase("Nothing to say against: {questions}.", questions=fine))
    if pasted > MOST:
        yield Note(phrase("I looked at the first {n} only; paste the others in a second message.", n=MOST))
    if ask.use == "interview" and any(finding.rule == "double_barrelled" for *_, all_ in looked_at for finding in all_):
        yield Note(phrase("In an interview an opener may hold two things if you then ask for each; in a survey never."))
    yield Note(
        phrase("The check goes by wording alone: what it does not name may still be unclear. Try it on a colleague.")
    )
    yield NextSteps((phrase("Win-loss interview script"), phrase("Exit survey")))


def _facts(question: str, language: str, findings: tuple[Finding, ...]) -> Iterator[Fact]:
    for finding in findings:
        yield Fact(RULES[finding.rule].name, said(finding))
    if proposal := reworded(question, language):
        yield Fact(phrase("For instance"), tuple(phrase("“{text}”", text=each) for each in proposal))


def said(finding: Finding) -> Phrase:
    """The words that break the rule, why that matters, and how it is mended."""
    rule = RULES[finding.rule]
    words = tuple(phrase("“{text}”", text=each) for each in finding.words)
    return phrase("{words}: {why}. Instead: {mend}.", words=words, why=rule.why, mend=rule.mend)
