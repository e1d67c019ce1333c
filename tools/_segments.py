"""Saved segments: which accounts somebody gave a name to, as conditions that are counted anew each time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from tools._answer import ToolError
from tools._phrase import Phrase, phrase
from tools._slots import slot_of
from tools._values import value_called
from tools.metrics import TOGETHER

FOCUS = 3
"""Segments that can be pinned at once."""


@dataclass(frozen=True)
class KeptSegment:
    """A saved segment. `conditions`: by dimension; `sql`, `parameters`: the statement that gives its accounts, as it
    was run when it was saved; `count`: how many there were, None: not for whoever asks; `pinned_by`: who leads and
    pinned it, empty: nobody."""

    id: str
    name: str
    conditions: Mapping[str, str]
    sql: str
    parameters: Mapping[str, str]
    owner: str
    count: int | None
    saved_on: date
    pinned_by: str = ""


class Segments(Protocol):
    """The saved segments of a workspace; whoever asks is whoever saves."""

    def all(self) -> tuple[KeptSegment, ...]:
        """Pinned ones first, in the order in which they were pinned, then by name."""
        ...

    def save(self, segment: KeptSegment) -> KeptSegment | None:
        """Keep it, in place of one of that name; its owner is whoever asks. None where the name is that of somebody
        else's, and the asker does not lead."""
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

    def save(self, segment: KeptSegment) -> KeptSegment | None:
        return segment

    def pin(self, segment: KeptSegment) -> bool:
        return False

    def unpin(self, segment: KeptSegment) -> None:
        return None

    def delete(self, segment: KeptSegment) -> bool:
        return False


def segment_named(arguments: Mapping[str, Any]) -> Phrase | None:
    """The saved segment that they name: told by its name, as it may be no more."""
    name = arguments.get("saved")
    return phrase("segment “{name}”", name=str(name)) if name else None


def in_full(arguments: Mapping[str, Any], segments: Segments) -> dict[str, Any]:
    """The arguments with the conditions of the saved segment that they name, as if somebody had said them.

    Raises ToolError where it is not there (any more), or where what else is asked for leaves nobody in it.
    """
    if not (name := arguments.get("saved")):
        return dict(arguments)
    kept = next((each for each in segments.all() if each.name.casefold() == str(name).casefold()), None)
    if kept is None:
        said = phrase("There is no saved segment “{name}”, or it was deleted.", name=str(name))
        raise ToolError(said, suggestions=(phrase("Saved segments"),))
    found: dict[str, str] = {}
    for dimension, value in kept.conditions.items():
        asked = str(arguments.get(slot_of(dimension)) or value)
        both = [each for each in value.split(TOGETHER) if each in asked.split(TOGETHER)]
        found[slot_of(dimension)] = TOGETHER.join(both)
        if not both:
            raise ToolError(
                phrase(
                    "“{name}” is {value} and not {asked}: no account is both.",
                    name=kept.name, value=value_called(dimension, value), asked=value_called(dimension, asked),
                ),
                suggestions=(phrase("Open segment “{name}”", name=kept.name),),
            )  # fmt: skip
    return {**arguments, **found}
