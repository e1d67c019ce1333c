"""What is posted again and again, and what is watched: what tools may know and write of schedules and alerts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from tools._recurrence import Recurrence
from tools._watch import Watch
from tools.metrics import GRAINS, Grain, Period

FURTHEST = 24
"""Periods back and ahead that count as said from the day of asking."""
Reason = Literal["", "asked", "rights"]
"""Why a schedule is paused: somebody asked for it, or its owner may no longer see what it shows."""


class Plan(BaseModel):
    """A schedule or alert in the making, or what is to be other about one (then all may be left out)."""

    model_config = ConfigDict(frozen=True)

    recurrence: Recurrence | None = None
    open: bool = Field(default=False, description="Which day of the week is not known yet.")
    to: str = Field(default="", description="here, me, # and a channel, @ and a person's id.")
    words: str = Field(default="", description="What is asked for, without the words that say when and where.")
    tool: str = ""
    arguments: Mapping[str, Any] = Field(default_factory=dict)
    watch: Watch | None = None
    at: time | None = Field(default=None, description="To edit: another hour of the same days.")
    zone: str = Field(default="", description="To edit: another time zone.")


@dataclass(frozen=True)
class KeptSchedule:
    """A schedule (or, with a `watch`, an alert) as it is kept.

    `target`: the id of a channel or of a person, who gets it as a direct message. `relative`: arguments that say a
    period as seen from the day of the run: name → (grain, steps). `next_due`: in UTC.
    """

    id: str
    team: str
    owner: str
    owner_name: str
    words: str
    tool: str
    arguments: Mapping[str, Any] = field(hash=False)
    relative: Mapping[str, tuple[Grain, int]] = field(hash=False)
    recurrence: Recurrence
    target: str
    language: str
    next_due: datetime
    active: bool = True
    reason: Reason = ""
    watch: Watch | None = None
    observed: Mapping[str, Any] | None = field(default=None, hash=False)
    """What an alert saw last; None: nothing yet."""

    def as_of(self, day: date) -> dict[str, Any]:
        """The arguments as seen from the day of a run."""
        moved = {name: _period(grain, steps, day) for name, (grain, steps) in self.relative.items()}
        return {**self.arguments, **moved}


Look = Callable[[KeptSchedule], Mapping[str, Any]]
"""What an alert sees now."""


class Schedules(Protocol):
    """The schedules and alerts of whoever asks, and those that post where is asked."""

    @property
    def now(self) -> datetime | None:
        """The moment in the workspace; None where there is no clock."""
        ...

    def here(self) -> tuple[KeptSchedule, ...]:
        """Those of whoever asks, and those that post to this channel; the next one first."""
        ...

    def find(self, schedule_id: str) -> KeptSchedule | None:
        """The one with this id (`S-` and eight digits), as far as whoever asks may know of it."""
        ...

    def is_here(self, kept: KeptSchedule) -> bool:
        """Whether it posts where it is asked about."""
        ...

    def latest(self) -> KeptSchedule | None:
        """The one that whoever asks set up last."""
        ...

    def add(self, plan: Plan, language: str, observed: Mapping[str, Any] | None = None) -> KeptSchedule:
        """Set it up, in the name of whoever asks; said twice by one question it is one. Raises ToolError.

        `observed`: what an alert sees now, as only what comes later is told."""
        ...

    def change(self, kept: KeptSchedule, plan: Plan) -> KeptSchedule:
        """Another hour, rhythm or place. Raises ToolError."""
        ...

    def pause(self, kept: KeptSchedule) -> KeptSchedule: ...

    def resume(self, kept: KeptSchedule) -> KeptSchedule:
        """What was missed meanwhile is not made up for."""
        ...

    def delete(self, kept: KeptSchedule) -> None: ...

    def run(self, kept: KeptSchedule) -> None:
        """Have it posted as soon as may be, beside its rhythm."""
        ...

    def look(self, alerts: tuple[str, ...], observe: Look) -> tuple[tuple[KeptSchedule, Mapping[str, Any]], ...]:
        """What is new to each of the alerts since they looked last; what they see is kept."""
        ...


class NoSchedules:
    """Where none are kept."""

    now: datetime | None = None

    def here(self) -> tuple[KeptSchedule, ...]:
        return ()

    def find(self, schedule_id: str) -> KeptSchedule | None:
        return None

    def is_here(self, kept: KeptSchedule) -> bool:
        return False

    def latest(self) -> KeptSchedule | None:
        return None

    def add(self, plan: Plan, language: str, observed: Mapping[str, Any] | None = None) -> KeptSchedule:
        raise NotImplementedError

    def change(self, kept: KeptSchedule, plan: Plan) -> KeptSchedule:
        return kept

    def pause(self, kept: KeptSchedule) -> KeptSchedule:
        return kept

    def resume(self, kept: KeptSchedule) -> KeptSchedule:
        return kept

    def delete(self, kept: KeptSchedule) -> None: ...

    def run(self, kept: KeptSchedule) -> None: ...

    def look(self, alerts: tuple[str, ...], observe: Look) -> tuple[tuple[KeptSchedule, Mapping[str, Any]], ...]:
        return ()


def relative(arguments: Mapping[str, Any], today: date) -> dict[str, tuple[Grain, int]]:
    """The arguments that are a calendar period a few steps from today's: they move with the day of the run."""
    found = {name: _steps(value, today) for name, value in arguments.items() if isinstance(value, str)}
    return {name: steps for name, steps in found.items() if steps}


def _steps(written: str, today: date) -> tuple[Grain, int] | None:
    try:
        period = Period.parse(written)
    except ValueError:
        return None
    if period.grain not in GRAINS:
        return None
    steps = next((n for n in range(-FURTHEST, FURTHEST) if _period(period.grain, n, today) == str(period)), None)
    return None if steps is None else (period.grain, steps)


def _period(grain: Grain, steps: int, day: date) -> str:
    period = Period.containing(day, grain)
    for _ in range(abs(steps)):
        period = period.previous() if steps < 0 else Period.containing(period.end, grain)
    return str(period)
