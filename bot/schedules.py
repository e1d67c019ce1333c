"""Schedules and alerts as whoever asks may set them up, see and change them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.audit import Audit, changed
from bot.occasion import Occasion
from bot.question import Question
from bot.timetable import Timetable
from tools import KeptSchedule, Look, Plan, Recurrence, ToolError, phrase, relative

COUNTRIES = {"pt-BR": "BR", "en": "US"}
"""Whose holidays are no working days, by language, where the settings do not say."""
ALERTS_AT = Recurrence("day")


@dataclass(frozen=True)
class SchedulesAt:
    """The schedules of a workspace, for whoever asks `question`; the terminal's user holds the store, and so all.

    `zone`: of who asks, else of the workspace. `holidays`: the country that the settings name.
    """

    timetable: Timetable
    question: Question
    clock: Callable[[], datetime]
    zone: str = "UTC"
    holidays: str = ""
    is_admin: bool = False

    @property
    def now(self) -> datetime:
        return self.clock()

    def here(self) -> tuple[KeptSchedule, ...]:
        place, asker = self.question.place, self.question.asker
        if place.kind == "terminal":
            return self.timetable.all()
        channel = place.channel if place.kind in ("channel", "command") else ""
        return self.timetable.of(place.team, asker.id, channel)

    def find(self, schedule_id: str) -> KeptSchedule | None:
        place = self.question.place
        kept = self.timetable.find(schedule_id, None if place.kind == "terminal" else place.team)
        return kept if kept and (self._may_change(kept) or kept in self.here()) else None

    def is_here(self, kept: KeptSchedule) -> bool:
        return bool(kept.target) and kept.target == self.question.place.channel

    def latest(self) -> KeptSchedule | None:
        return self.timetable.latest(self.question.place.team, self.question.asker.id)

    def add(self, plan: Plan, language: str, observed: Mapping[str, Any] | None = None) -> KeptSchedule:
        at = self._moment()
        recurrence = self._placed(plan.recurrence or ALERTS_AT, language).anchored(at)
        asker, place = self.question.asker, self.question.place
        kept = KeptSchedule(
            f"S-{uuid5(NAMESPACE_URL, f'schedule/{self.question.key}').hex[:8]}", place.team, asker.id, asker.called,
            plan.words, plan.tool, dict(plan.arguments), relative(plan.arguments, _day(at, recurrence)),
            recurrence, self._target(plan.to), language, recurrence.after(at), watch=plan.watch, observed=observed,
        )  # fmt: skip
        return self._noted("add", self.timetable.add(kept, at))

    def change(self, kept: KeptSchedule, plan: Plan) -> KeptSchedule:
        self._allowed(kept)
        at, before = self._moment(), kept.recurrence
        recurrence = self._placed(plan.recurrence or before, kept.language, plan.zone or before.zone)
        hour = plan.at or (plan.recurrence and plan.recurrence.at) or before.at
        values: dict[str, Any] = {"recurrence": replace(recurrence, at=hour).anchored(at)}
        values["next_due"] = values["recurrence"].after(at)
        if plan.to:
            values["target"] = self._target(plan.to)
        return self._noted("change", self.timetable.change(kept, **values))

    def pause(self, kept: KeptSchedule) -> KeptSchedule:
        self._allowed(kept)
        return self._noted("pause", self.timetable.change(kept, active=False, reason="asked"))

    def resume(self, kept: KeptSchedule) -> KeptSchedule:
        self._allowed(kept)
        following = kept.recurrence.after(self._moment())
        return self._noted("resume", self.timetable.change(kept, active=True, reason="", next_due=following))

    def delete(self, kept: KeptSchedule) -> None:
        self._allowed(kept)
        self.timetable.delete(self._noted("delete", kept))

    def run(self, kept: KeptSchedule) -> None:
        self._allowed(kept)
        self.timetable.ask(kept, self._moment())

    def look(self, alerts: tuple[str, ...], observe: Look) -> tuple[tuple[KeptSchedule, Mapping[str, Any]], ...]:
        """Outside an occasion nothing counts as told: then it is all that is so now."""
        occasion = Occasion.read(self.question.occasion) if self.question.occasion else None
        found = []
        for kept in filter(None, map(self.find, alerts)):
            seen = observe(kept)
            counts = occasion is not None and not occasion.asked
            before = self.timetable.observed(kept, self.question.key, seen, self._moment()) if counts else {}
            found.append((kept, {key: value for key, value in seen.items() if key not in before}))
        return tuple(found)

    def _noted(self, act: str, kept: KeptSchedule) -> KeptSchedule:
        """The schedule, once it is in the audit log who did that to it."""
        Audit(self.timetable.engine).note(changed(self.question, "schedules", kept.id, act=act, tool=kept.tool))
        return kept

    def _allowed(self, kept: KeptSchedule) -> None:
        if not self._may_change(kept):
            raise ToolError(
                phrase(
                    "Only {owner}, who set it up, and administrators may change {id}.",
                    owner=kept.owner_name,
                    id=kept.id,
                )
            )

    def _may_change(self, kept: KeptSchedule) -> bool:
        return self.is_admin or self.question.place.kind == "terminal" or kept.owner == self.question.asker.id

    def _placed(self, recurrence: Recurrence, language: str, zone: str = "") -> Recurrence:
        """In the zone that is named, else that of the schedule or of who asks; with the holidays of the language."""
        country = self.holidays or COUNTRIES.get(language, "")
        return replace(recurrence, zone=zone or recurrence.zone or self.zone, holidays=country)

    def _target(self, to: str) -> str:
        """The id of the channel or person; `here` is the channel where it is asked, or the asker's direct message."""
        place, asker = self.question.place, self.question.asker
        if to[:1] in ("#", "@"):
            return self._id(to)
        if place.kind == "terminal" and to != "me":
            raise ToolError(phrase("Say where to post it: #C… (the id of a channel) or @U… (that of a person)."))
        return asker.id if to == "me" or place.kind == "dm" or not place.channel else place.channel

    def _id(self, to: str) -> str:
        """Slack writes ids in capitals; a name that was only typed is no id."""
        if to[1:].isupper() and to[1:].isalnum():
            return to[1:]
        raise ToolError(
            phrase("I do not know {name}: choose the channel from the list that Slack offers when you type #.", name=to)
        )

    def _moment(self) -> datetime:
        return self.clock().astimezone(UTC)


def is_zone(name: str) -> bool:
    """Whether a time zone is called so."""
    try:
        return bool(name and ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError):
        return False


def _day(at: datetime, recurrence: Recurrence) -> date:
    """The day on which it is that moment where the schedule lives."""
    return at.astimezone(ZoneInfo(recurrence.zone or "UTC")).date()
