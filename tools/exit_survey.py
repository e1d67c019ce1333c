"""A short survey for customers who leave."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from knowledge import preamble, question_set
from tools import (
    ACCOUNT,
    LANGUAGE,
    Answer,
    Deps,
    Draft,
    NextSteps,
    Note,
    Part,
    Phrase,
    Section,
    phrase,
    phrase_n,
)
from tools._account import leaving_on, read_account
from tools._drafting import as_rows, minutes_to_answer, reader_language, written
from tools.metrics import Profile

OPEN = True


class Input(BaseModel):
    account: Annotated[str | None, ACCOUNT] = Field(
        default=None, description="Id of the account that leaves; empty: a general survey."
    )
    language: Annotated[Literal["en", "pt-BR"] | None, LANGUAGE] = Field(
        default=None, description="Language of the survey; empty: the account's, else the asker's."
    )


def exit_survey(ask: Input, deps: Deps) -> Answer:
    """Draft a churn-exit survey: five questions with their logic, to learn why a customer left.

    Use when someone wants a survey, questionnaire or form for customers who cancelled, left or churned.
    """
    account = read_account(ask.account, deps) if ask.account else None
    language = reader_language(ask.language, [account.account.language] if account else [], deps)
    asks = tuple(written(question, language) for question in question_set("why_leave"))
    subject = _subject(account)
    promise = preamble("why_leave")[language]
    minutes = minutes_to_answer(asks, promise)
    sections = (
        Section(
            phrase("Introduction"),
            (
                phrase("{text}", text=promise),
                phrase_n(
                    "Your answers are read by people. It takes about {n} minute.",
                    "Your answers are read by people. It takes about {n} minutes.",
                    minutes,
                ),
            ),
        ),
        Section(phrase("Questions"), asks),
        Section(phrase("Thanks"), (phrase("Thank you. What you wrote will be read by the people who can change it."),)),
    )
    draft = Draft("exit_survey", subject, language, sections, ask.account, "survey")
    return Answer(
        subject=subject,
        headline=phrase_n(
            "A survey with {n} question, about {minutes} minutes.",
            "A survey with {n} questions, about {minutes} minutes.",
            len(asks),
            minutes=minutes,
        ),
        parts=(*_cautions(account, deps), draft, as_rows(asks, subject, "exit_survey.csv"), NextSteps(_next(account))),
        accounts=frozenset({ask.account} if ask.account else ()),
    )


def _subject(account: Profile | None) -> Phrase:
    if account is None:
        return phrase("Exit survey · any account")
    return phrase("Exit survey · {account}", account=account.account.name)


def _cautions(account: Profile | None, deps: Deps) -> list[Part]:
    if account and account.mrr_minor and not leaving_on(account.account.account_id, deps):
        return [
            Note(
                phrase(
                    "{account} still pays: send it only once the cancellation is certain.", account=account.account.name
                )
            )
        ]
    return []


def _next(account: Profile | None) -> tuple[Phrase, ...]:
    if account is None:
        return (phrase("What do the playbooks say about why customers leave?"),)
    name = account.account.name
    return (
        phrase("Win-loss interview script for {account}", account=name),
        phrase("Summary of {account}", account=name),
    )
