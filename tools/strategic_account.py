"""Keeping an account for a reason beside its margin."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools import (
    ACCOUNT,
    PERIOD,
    TOPIC,
    Answer,
    Choice,
    Deps,
    Fact,
    Facts,
    NextSteps,
    Note,
    Phrase,
    Strategic,
    ToolError,
    phrase,
)
from tools._account import read_account
from tools._reading import written_period

_ACTS = {
    "end": (
        "no longer", "anymore", "any more", "not strategic", "isn't strategic", "isnt strategic", "isn't a special",
        "doesn't count", "does not count", "remove*", "unflag", "unmark", "untag", "clear the flag", "end the flag",
        "take the strategic", "take the flag", "take the tag", "off the strategic", "strategic ones", "strip",
        "drop the", "stop keeping", "stop protecting", "special treatment for", "judge", "judged", "by its margin",
        "on its margin", "on margin", "margin again", "normal rule", "no more exception", "is over", "don't keep",
        "do not keep", "nao e mais", "nao conta mais", "deixou de ser", "deixa de ser", "tira", "tirar", "tirem",
        "retira", "retirar", "remover", "desmarca*", "volta a", "volta pra regra", "volta para a regra",
        "volta pra mesma regra", "julga", "julgar", "pela margem", "excecao acabou", "chega de excecao", "chega de",
        "acabou", "para de", "parar de", "sem a marca",
    ),
    "keep": (
        "keep", "keeps", "mantem", "manter", "manda manter",
    ),
}  # fmt: skip
_BECAUSE = re.compile(
    r"(?:\b(?:because|since|as it|porque|pois|por que|já que|motivo)\b|:\s|\s[-–—]\s)\s*(.+)", re.IGNORECASE
)
WRITES = True


class Input(BaseModel):
    account: Annotated[str, ACCOUNT] = Field(description="Id of the account.")
    reason: Annotated[str | None, TOPIC] = Field(default=None, description="Why it is kept, in the asker's words.")
    day: Annotated[str | None, PERIOD] = Field(default=None, description="Until when that holds; empty: for good.")
    act: Annotated[Literal["keep", "end"], Choice(_ACTS)] = Field(
        default="keep", description="end: judge it by its margin again."
    )


def strategic_account(ask: Input, deps: Deps) -> Answer:
    """Flag an account as strategic, to be kept whatever its margin, with who, when, why and until when; or end that.

    Use when a leader wants an account kept for strategic reasons although it costs more than it brings, or wants such
    a flag removed.
    """
    name = read_account(ask.account, deps).account.name
    if not deps.caseload.asker.leads:
        raise ToolError(phrase("Only leaders decide which accounts are kept whatever their margin."))
    if ask.act == "end":
        ended = deps.caseload.unkeep(ask.account)
        said = phrase("{account} is judged by its margin again.", account=name)
        return _answer(ask, name, said if ended else phrase("{account} was not flagged as strategic.", account=name))
    reason = _reason(ask.reason)
    if not reason:
        step = phrase("Keep {account} as strategic: it opens a market for us", account=name)
        raise ToolError(
            phrase("Why is {account} kept? A flag without a reason becomes a habit.", account=name), suggestions=(step,)
        )
    until = _until(ask.day, deps)
    kept = deps.caseload.keep(ask.account, reason, until, deps.today)
    said = phrase("{account} is kept as strategic, whatever its margin.", account=name)
    habit = Note(phrase("It holds until somebody ends it: a reason without an end becomes a habit."))
    return _answer(ask, name, said, Facts(_facts(kept)), *([] if until else [habit]))


def _reason(said: str | None) -> str | None:
    """What stands after “because”, or a colon or dash; nothing where no reason is given."""
    found = _BECAUSE.search(said or "")
    return found[1].strip() if found and found[1].strip() else None


def _until(written: str | None, deps: Deps) -> date | None:
    """The first day on which it no longer holds: the day after the period named. Raises ToolError where it is over."""
    if written is None:
        return None
    until = written_period(written).end
    if until <= deps.today:
        raise ToolError(phrase("{period} is over.", period=written_period(written)))
    return until


def _facts(kept: Strategic) -> tuple[Fact, ...]:
    return (
        Fact(phrase("By"), kept.who),
        Fact(phrase("On"), kept.decided_on),
        Fact(phrase("Because"), kept.reason),
        Fact(phrase("Until"), kept.until or phrase("somebody ends it")),
    )


def _answer(ask: Input, name: str, said: Phrase, *parts: Facts | Note) -> Answer:
    steps = (phrase("What is {account} worth?", account=name), phrase("Which accounts lose money?"))
    return Answer(
        phrase("Strategic · {account}", account=name), said, (*parts, NextSteps(steps)), frozenset({ask.account})
    )
