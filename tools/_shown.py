"""What was shown before: what tools may know of earlier answers."""

from typing import Protocol

from tools.metrics import Figure, Period, Where


class Shown(Protocol):
    """The figures of earlier answers, as they were shown; only those that whoever asks now may see."""

    def figure(self, figure_id: str) -> Figure | None:
        """The figure with this id, if an answer ever showed it."""
        ...

    def figures(self, answer: str | None = None) -> tuple[Figure, ...]:
        """The figures of the answer with this key, in reading order; by default of the last one in this conversation
        that has any."""
        ...

    def latest(self, metric: str, period: Period, where: Where, variant: str | None = None) -> Figure | None:
        """What the last answer in this channel that spoke of it said a metric was."""
        ...


class NothingShown:
    """Where no answer was ever given."""

    def figure(self, figure_id: str) -> Figure | None:
        return None

    def figures(self, answer: str | None = None) -> tuple[Figure, ...]:
        return ()

    def latest(self, metric: str, period: Period, where: Where, variant: str | None = None) -> Figure | None:
        return None
