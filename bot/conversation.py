"""One question, one path: recall → route → run → remember."""

from dataclasses import dataclass
from typing import Literal

from bot.question import Question
from bot.router import Call, Choice
from tools import Answer, Phrase

Outcome = Literal["answered", "clarify", "declined", "failed"]


@dataclass(frozen=True)
class Reply:
    """What goes back to the person; renderers turn it into blocks, terminal text or JSON.

    answered: `call` and `answer` are set. clarify: `message` asks, `choices` are its buttons. declined, failed:
    `message` says so, `suggestions` are questions that would work.
    """

    question: Question
    language: str
    outcome: Outcome
    message: Phrase
    call: Call | None = None
    answer: Answer | None = None
    choices: tuple[Choice, ...] = ()
    suggestions: tuple[Phrase, ...] = ()
