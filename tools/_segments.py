"""Saved segments: which accounts somebody gave a name to, as conditions that are counted anew each time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

FOCUS = 3
"""Segments that can be pinned at once."""


@dataclass(frozen=True)
class KeptSegment:
    """A saved segment. `conditions`: by dimension; `sql`, `parameters`: the statement that gives its accounts, as it
    was run when it was saved; `count`: how many there were; `pinned_by`: who leads and pinned it, empty: nobody."""

    id: str
    name: str
    conditions: Mapping[str, str]
    sql: str
    parameters: Mapping[str, str]
    owner: str
    count: int
    saved_on: date
    pinned_by: str = ""


class Segments(Protocol):
    """The saved segments of a workspace; whoever asks is whoever saves."""

    def all(self) -> tuple[KeptSegment, ...]:
        """Pinned ones first, in the order in which they were pinned, then by name."""
        ...

    def save(self, segment: KeptSegment) -> KeptSegment:
        """Keep it, in place of one of that name; its owner is whoever asks."""
        ...

    def pin(self, segment: KeptSegment) -> bool:
        """Pin it; False where as many as can be are pinned already."""
        ...

    def unpin(self, segment: KeptSegment) -> None: ...

    def delete(self, segment: KeptSegment) -> bool:
        """Delete it; False where it is neither the asker's own nor the asker leads."""
        ...


class NoSegments:
    """Where none are kept."""

    def all(self) -> tuple[KeptSegment, ...]:
        return ()

    def save(self, segment: KeptSegment) -> KeptSegment:
        return segment

    def pin(self, segment: KeptSegment) -> bool:
        return False

    def unpin(self, segment: KeptSegment) -> None:
        return None

    def delete(self, segment: KeptSegment) -> bool:
        return False
