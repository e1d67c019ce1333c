"""One time of a schedule: which one, and for when it asks. Pure."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tools import KeptSchedule

TOLD = "#told"
"""How the keys of what an owner is told of a post begin after the post's own."""

LATE = timedelta(minutes=15)
"""From how late on a post says that it is late, or is skipped."""


@dataclass(frozen=True)
class Occasion:
    """One time of a schedule, or of the alerts that one reader gets together.

    `due`: in UTC. `asked`: somebody wanted it now. `skipped`: earlier times that were missed and are not made up for.
    `load`: of alerts, the load of data after which they look.
    """

    schedules: tuple[str, ...]
    due: str
    asked: bool = False
    skipped: int = 0
    load: str = ""

    def written(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> "Occasion":
        plain = json.loads(text)
        return cls(**{**plain, "schedules": tuple(plain["schedules"])})

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.due).astimezone(UTC)

    def day(self, kept: KeptSchedule) -> date:
        """The day, where the schedule lives, as of which it is answered."""
        return self.at.astimezone(ZoneInfo(kept.recurrence.zone or "UTC")).date()


def lane(kept: KeptSchedule) -> str:
    """How the keys of its questions begin; alerts for one reader, in one language, have one lane."""
    who = f"alerts/{kept.owner}/{kept.target}/{kept.language}" if kept.watch else kept.id
    return f"{kept.team}/{who}"
