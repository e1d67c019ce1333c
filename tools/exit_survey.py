"""A short survey for customers who leave."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools import ACCOUNT, LANGUAGE, Answer, Deps


class Input(BaseModel):
    account: Annotated[str | None, ACCOUNT] = Field(default=None, description="Id of the account that leaves; empty: a general survey.")
    language: Annotated[Literal["en", "pt-BR"] | None, LANGUAGE] = Field(
        default=None, description="Language of the survey; empty: the account's, else the asker's."
    )


EXAMPLES: dict[str, tuple[str, ...]] = {"en": (), "pt-BR": ()}


def exit_survey(ask: Input, deps: Deps) -> Answer:
    """Draft a churn-exit survey: five questions with their logic, to learn why a customer left.

    Use when someone wants a survey, questionnaire or form for customers who cancelled, left or churned.
    """
    raise NotImplementedError
