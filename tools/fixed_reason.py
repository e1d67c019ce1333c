"""Reasons for leaving that we fixed: kept with what was done, as the argument of a win-back."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools import (
    PERIOD,
    REASON,
    TOPIC,
    Answer,
    Choice,
    Deps,
    Fact,
    Facts,
    FixedReason,
    NextSteps,
    Phrase,
    ToolError,
    phrase,
    phrase_n,
)
from tools._logging_touches import after_mark
from tools._reading import written_period
from tools._values import value_called
from tools._winbacks import NEVER, fixed_table

_ACTS = Choice({
    "end": (
        "not fixed", "no longer fixed", "is not mended", "not solved", "came back", "is broken again", "back again",
        "unfix", "take back", "remove", "delete", "forget", "nao esta mais", "nao esta resolvid*", "nao foi resolvid*",
        "nao foi corrigid*", "deixou de estar", "voltou a", "tira", "tirar", "remov*", "apag*", "exclu*", "desmarc*",
    ),
    "list": (
        "which reasons", "what reasons", "list", "show", "what have we fixed", "what did we fix", "quais motivos",
        "que motivos", "lista*", "mostr*", "o que ja resolvemos", "o que corrigimos",
    ),
})  # fmt: skip
WRITES = True


class Input(BaseModel):
    reason: Annotated[str | None, REASON] = Field(default=None, description="The reason for leaving.")
    period: Annotated[str | None, PERIOD] = Field(default=None, description="When it was fixed; empty: today.")
    said: Annotated[str | None, TOPIC] = Field(
        default=None, description="The asker's words: what stands after a colon or dash is what was done."
    )
    act: Annotated[Literal["fix", "end", "list"], _ACTS] = Field(
        default="fix", description="end: it is not fixed any more. list: which reasons are."
    )


def fixed_reason(ask: Input, deps: Deps) -> Answer:
    """Keep that a reason for which customers leave is fixed: what was done and when; list such reasons, or end one.

    Use when a leader says that a reason for leaving (price, a missing feature, service quality) has been fixed, or is
    not fixed any more, or asks which are. Not for the list of accounts to win back.
    """
    if ask.act == "list":
        return _all(deps)
    if not deps.caseload.asker.leads:
        raise ToolError(phrase("Only leaders say which reasons for leaving are fixed."))
    if ask.reason is None:
        raise ToolError(phrase("Which reason for leaving?"), suggestions=_examples())
    return _ended(ask.reason, deps) if ask.act == "end" else _fixed(ask.reason, ask, deps)


def _fixed(reason: str, ask: Input, deps: Deps) -> Answer:
    called = value_called("reason", reason)
    if reason in NEVER:
        raise ToolError(phrase("Nobody can mend this reason: {reason}. I list nobody for it.", reason=called))
    done = after_mark(ask.said)
    if done is None:
        step = phrase("We fixed {reason}: single sign-on is there", reason=called)
        raise ToolError(
            phrase("What was done about it ({reason})? It is the argument of the win-back.", reason=called),
            suggestions=(step,),
        )
    kept = deps.caseload.fix(reason, done, _day(ask.period, deps))
    said = phrase("Kept as fixed on {day}: {reason}.", day=kept.fixed_on, reason=called)
    return _answer(called, said, Facts(tuple(_facts(kept))))


def _day(written: str | None, deps: Deps) -> date:
    """The last day of a month or quarter, as it was certainly fixed then; the first of "since March". Raises ToolError
    for what is still to come."""
    if written is None:
        return deps.today
    period = written_period(written)
    if period.start > deps.today:
        raise ToolError(phrase("{day} is still to come: log what has happened.", day=period.start))
    return period.start if period.grain == "custom" else min(period.last_day, deps.today)


def _ended(reason: str, deps: Deps) -> Answer:
    called = value_called("reason", reason)
    ended = deps.caseload.unfix(reason)
    gone = phrase("Not kept as fixed any more: {reason}. Nobody who left for it is won back.", reason=called)
    return _answer(called, gone if ended else phrase("It was not kept as fixed: {reason}.", reason=called))


def _all(deps: Deps) -> Answer:
    kept = sorted(deps.caseload.fixed().values(), key=lambda each: (each.fixed_on, each.reason), reverse=True)
    if not kept:
        none = phrase("No reason for leaving is kept as fixed yet.")
        return Answer(phrase("Fixed reasons for leaving"), none, (NextSteps(_examples()),))
    said = phrase_n("{n} reason for leaving is kept as fixed.", "{n} reasons for leaving are kept as fixed.", len(kept))
    table = fixed_table(phrase("Fixed reasons for leaving"), kept)
    return Answer(phrase("Fixed reasons for leaving"), said, (table, NextSteps((phrase("Win-back list"),))))


def _facts(kept: FixedReason) -> Iterator[Fact]:
    yield Fact(phrase("Fixed on"), kept.fixed_on)
    yield Fact(phrase("What was done"), kept.done)
    yield Fact(phrase("By"), kept.who)


def _answer(called: Phrase | str, said: Phrase, *parts: Facts) -> Answer:
    steps = NextSteps((phrase("Win-back list"), phrase("Which reasons for leaving are fixed?")))
    return Answer(phrase("Fixed reason · {reason}", reason=called), said, (*parts, steps))


def _examples() -> tuple[Phrase, ...]:
    called = value_called("reason", "missing_feature")
    return (phrase("We fixed {reason}: single sign-on is there", reason=called),)
