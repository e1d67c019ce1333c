"""Rounds of a periodic survey: whom each has reserved, so that nobody is asked twice. What tools may know and write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from tools._guard import Guard, Touch


@dataclass(frozen=True)
class Round:
    """A survey round: of one window (a written period) and scope (of which accounts, in writing) there is one.

    `people`: what it has reserved, a survey touch for each person on the day on which they would be asked.
    """

    period: str
    scope: str
    prepared_on: date
    people: tuple[Touch, ...] = ()
    who: str = ""
    is_new: bool = True
    """It was prepared by the very question that is being answered; else it had been there."""
    mine: bool = True
    """Whoever asks may discard it."""


class Rounds(Protocol):
    """The survey rounds of a workspace; whoever asks is whoever prepares."""

    def reserved(self, account_id: str) -> tuple[Touch, ...]:
        """What rounds have reserved at the account."""
        ...

    def find(self, period: str, scope: str) -> Round | None:
        """The round of this window and scope."""
        ...

    def prepare(self, wanted: Round, guards: Sequence[Guard]) -> Round:
        """Reserve those of its people whom the guard (one for each of them) still allows, all in one transaction. Where
        there is such a round it is left as it is and returned."""
        ...

    def discard(self, kept: Round) -> bool:
        """Give back what it has reserved; False where it is gone already, or not for whoever asks to discard."""
        ...


class NoRounds:
    """Where none are kept."""

    def reserved(self, account_id: str) -> tuple[Touch, ...]:
        return ()

    def find(self, period: str, scope: str) -> Round | None:
        return None

    def prepare(self, wanted: Round, guards: Sequence[Guard]) -> Round:
        return wanted

    def discard(self, kept: Round) -> bool:
        return False
