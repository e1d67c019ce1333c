"""Writing down a meeting with a customer."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools import ACCOUNT, PERIOD, TOPIC, Answer, Choice, Deps, Touch
from tools._logging_touches import TEAM_WORDS, day_of, logged

WRITES = True


class Input(BaseModel):
    account: Annotated[str, ACCOUNT] = Field(description="Id of the account.")
    said: Annotated[str | None, TOPIC] = Field(
        default=None, description="What was said, in the asker's words; people of the account named in it are found."
    )
    category: Annotated[Literal["marketing", "sales", "cs", "support", "survey"], Choice(TEAM_WORDS)] = Field(
        default="cs", description="Whose meeting it was."
    )
    day: Annotated[str | None, PERIOD] = Field(default=None, description="The day; empty: today.")


def log_meeting(ask: Input, deps: Deps) -> Answer:
    """Log a meeting with a customer: who was there, when, and what was said.

    Use when someone says that they met a customer, held a review, QBR, kick-off or visit, and wants it recorded.
    """
    touch = Touch("", ask.account, day_of(ask.day, deps), ask.category, None, "both", "meeting")
    return logged(touch, ask.said, deps)
