"""What was shown before: what tools may know of earlier answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from tools.metrics import Figure


@dataclass(frozen=True)
class Said:
    """A figure as an earlier answer showed it, and the day on which it did."""

    figure: Figure
    on: date


class Shown(Protocol):
    """The figures of earlier answers, as they were shown; only those that whoever asks now may see."""

    def figure(self, figure_id: str) -> Figure | None:
        """The figure with this id, if an answer ever showed it."""
        ...

    def figures(self, answer: str | None = None) -> tuple[Figure, ...]:
        """The figures of the answer with this key, in reading order; by default of the last one in this conversation
        that has any."""
        ...

    def said(self, asked: Sequence[Figure]) -> Mapping[str, Said]:
        """What was last said of these figures (same metric, version, variant, period and accounts), by the ids they
        have now: in this channel, or where it was never spoken of here, in the workspace."""
        ...


class NothingShown:
    """Where no answer was ever given."""

    def figure(self, figure_id: str) -> Figure | None:
        return None

    def figures(self, answer: str | None = None) -> tuple[Figure, ...]:
        return ()

    def said(self, asked: Sequence[Figure]) -> Mapping[str, Said]:
        return {}
