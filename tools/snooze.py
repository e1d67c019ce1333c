"""Leaving an account in peace for a while."""

import re
from datetime import date, timedelta
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
    Phrase,
    Snooze,
    ToolError,
    phrase,
)
from tools._account import read_account
from tools._logging_touches import BECAUSE, after_mark
from tools._reading import written_period
from tools.metrics import add_months

LONG, LONGEST = timedelta(days=14), timedelta(days=366)
_ACTS = {
    "wake": (
        "wake", "unsnooze", "un-snooze", "end the snooze", "stop snoozing", "bring back", "acordar", "acorda", "acorde",
        "reativar alerta", "tirar da soneca", "tira da soneca", "voltar para a lista",
    ),
    "snooze": ("snooze*", "soneca", "adiar", "adia", "adie", "silenciar", "silencia", "silencie"),
}  # fmt: skip
_ASKED = re.compile(r"\b(?:snooz\w*|soneca|adi(?:ar|a|e|ado)|silenci\w*)\b", re.IGNORECASE)
WRITES = True


class Input(BaseModel):
    account: Annotated[str, ACCOUNT] = Field(description="Id of the account.")
    day: Annotated[str | None, PERIOD] = Field(
        default=None, description="The first day on which it is listed again; empty: in two weeks."
    )
    reason: Annotated[str | None, TOPIC] = Field(default=None, description="Why, in the asker's words.")
    act: Annotated[Literal["snooze", "wake"], Choice(_ACTS)] = Field(
        default="snooze", description="wake: end it before its day."
    )


def snooze(ask: Input, deps: Deps) -> Answer:
    """Snooze an account at risk until a day, with the reason; it is listed apart until then, or wake it again.

    Use when someone wants an account left out of the list of accounts at risk for a while, because it is being taken
    care of or nothing can be done yet, or wants it back in the list.
    """
    name = read_account(ask.account, deps).account.name
    if ask.act == "wake":
        woken = deps.caseload.wake(ask.account)
        said = phrase("{account} is listed again.", account=name)
        return _answer(ask, name, said if woken else phrase("{account} was not snoozed.", account=name))
    kept = deps.caseload.snooze(ask.account, _until(ask.day, deps.today), _reason(ask.reason))
    said = phrase("{account} is snoozed until {day}: it is listed apart until then.", account=name, day=kept.until)
    return _answer(ask, name, said, Facts(_facts(kept)))


def _until(written: str | None, today: date) -> date:
    """The day that is meant: one without its year is the next. Raises ToolError where it is over, or far away."""
    if written is None:
        return today + LONG
    until = written_period(written).start
    if until <= today and add_months(until, 12) > today:
        until = add_months(until, 12)
    if not today < until <= today + LONGEST:
        raise ToolError(phrase("An account can be snoozed until a day within a year: {day} is not.", day=until))
    return until


def _reason(said: str | None) -> str | None:
    """What stands after “because” or a colon; the words of a request alone are no reason, those of a form are."""
    if given := BECAUSE.search(said or ""):
        return given["why"].strip()
    return after_mark(said) or (None if _ASKED.search(said or "") else said)


def _facts(kept: Snooze) -> tuple[Fact, ...]:
    return (
        Fact(phrase("Until"), kept.until),
        Fact(phrase("By"), kept.who),
        Fact(phrase("Because"), kept.reason),
    )


def _answer(ask: Input, name: str, said: Phrase, *parts: Facts) -> Answer:
    steps = (phrase("Which accounts are at risk?"), phrase("Summary of {account}", account=name))
    return Answer(
        phrase("Snooze · {account}", account=name), said, (*parts, NextSteps(steps)), frozenset({ask.account})
    )
