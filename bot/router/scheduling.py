"""The router for sentences that ask for something again and again: what is left of them is routed by the other one."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from bot.router._door import Call, Choice, Clarify, Context, Decision, Decline, Names, Router
from bot.router.following import that_counts
from bot.router.slots.figures import find_schedule
from bot.router.slots.text import clean, fold
from bot.router.slots.words import find_choice
from bot.router.timing import Alert, Change, Wish, find_alert, find_change, find_wish, only_hour
from tools import Choice as Words
from tools import Plan, Recurrence, Tool, phrase, rhythm

SCHEDULES = "schedules"
MORNING = time(9)
"""What is proposed where no hour is said."""
HOURS = (MORNING, time(8), time(17))
WEEKDAYS = (0, 2, 4)
FEW_WORDS = 10
METRIC = frozenset({"metric", "period"})
"""What says what is counted, and not of which accounts."""
SEGMENT = re.compile(r"\bsegmento?s?\b")
"""What is deleted or shown then is a segment, whatever was spoken of last."""
LONGEST = 300
"""Characters of a sentence that are kept with its alert."""
POLITELY = re.compile(r"(?:(?:please|por favor|ok|and|e|now|agora|actually|na verdade|then|entao)[\s,]+)*")


@dataclass(frozen=True)
class SchedulingRouter:
    """Asks `inner`, but for sentences that set up or change a schedule.

    `read_as` reads a text as a question for one tool, whichever it seems to be for.
    """

    inner: Router
    tools: Mapping[str, Tool]
    read_as: Callable[[str, str, date, Names], Decision]

    def choose(self, text: str, language: str, today: date, names: Names, context: Context | None = None) -> Decision:
        if context and context.call.tool == SCHEDULES and (call := self._about_the_last(text, context.call)):
            return call
        if alert := find_alert(text):
            return self._watching(alert, text, today, names)
        wish = None if find_schedule(fold(text)) else find_wish(text)
        if wish is None:
            decision = self.inner.choose(text, language, today, names, context)
            return _with_change(decision, text)
        if not wish.rest:
            return _planned(wish, context.call) if context else _what_is_missing(wish)
        decision = self.inner.choose(wish.rest, language, today, names)
        if self._writes(decision):  # "log a call with Acme, who meets us every Monday at 9h" asks for no schedule
            return self.inner.choose(text, language, today, names, context)
        return _wrapped(decision, wish)

    def _watching(self, alert: Alert, text: str, today: date, names: Names) -> Decision:
        """The alert, with the metric or the accounts that its words name."""
        counting = that_counts(self.tools)
        if counting is None or not (alert.about or alert.watch.kind == "metric"):
            return _alerting(alert, text, Call("", {}))
        of_metric = alert.watch.kind == "metric"
        decision = self.read_as(
            counting.name, alert.about if of_metric else f"paying accounts, {alert.about}", today, names
        )
        match decision:
            case Call(_, arguments, unread) if (
                not unread and "by" not in arguments and (of_metric or arguments.keys() - METRIC)
            ):
                return _alerting(alert, text, decision)
            case Clarify(question, choices) if choices and of_metric:
                again = tuple(Choice(choice.label, _alerting(alert, text, choice.call)) for choice in choices)
                return Clarify(question, again)
        return _cannot_watch(alert)

    def _about_the_last(self, text: str, before: Call) -> Call | None:
        """The hour that was asked for, or what is to become of the schedule just spoken of: "move it to 10h"."""
        plan = before.arguments.get("plan")
        if before.arguments.get("act") == "add" and isinstance(plan, Mapping):
            known = Plan.model_validate(plan)
            if known.recurrence and known.recurrence.at is None and (hour := only_hour(text)):
                return _with(before, known, replace(known.recurrence, at=hour.at))
        act = _act_at_the_start(text, self.tools[SCHEDULES])
        if act is None:
            return None
        which = {"schedule": before.arguments["schedule"]} if before.arguments.get("schedule") else {}
        changed = _edit(change) if act == "edit" and (change := find_change(text)) else {"act": act}
        return Call(SCHEDULES, {**which, **changed})

    def _writes(self, decision: Decision) -> bool:
        """Whether what was understood would change something: that is done by people, one at a time."""
        call = decision if isinstance(decision, Call) else getattr(decision, "call", None)
        tool = self.tools.get(call.tool) if isinstance(call, Call) else None
        return tool is not None and tool.writes and not tool.repeats


def _alerting(alert: Alert, text: str, call: Call) -> Call:
    """Of the arguments that count the accounts all but the metric."""
    of_metric, watch, recurrence = alert.watch.kind == "metric", alert.watch, alert.recurrence
    if recurrence:
        watch = watch.model_copy(update={"after_loads": False})
        recurrence = replace(recurrence, at=recurrence.at or MORNING)
    arguments = {name: value for name, value in call.arguments.items() if of_metric or name not in METRIC}
    plan = Plan(
        recurrence=recurrence, to=alert.to, words=text[:LONGEST], tool=call.tool, arguments=arguments,
        watch=watch,
    )  # fmt: skip
    return Call(SCHEDULES, {"act": "add", "plan": plan.model_dump(mode="json", exclude_defaults=True)})


def _cannot_watch(alert: Alert) -> Clarify:
    if alert.watch.kind == "metric":
        said = phrase(
            "I understood the threshold, but not of which metric. Please name it, as in “NRR” or “MRR at risk”."
        )
    else:
        said = phrase(
            "I can watch all accounts, or those of a segment, owner, country or plan; not “{words}”.", words=alert.about
        )
    return Clarify(said)


def _act_at_the_start(text: str, tool: Tool) -> str | None:
    """What a few words begin with to do: pause, delete, move …"""
    folded = fold(clean(text))
    if len(folded.split()) > FEW_WORDS or find_schedule(folded) or SEGMENT.search(folded):
        return None
    (words,) = (m for m in tool.input.model_fields["act"].metadata if isinstance(m, Words))
    said = find_choice(folded, words.words)
    return said.value if said and said.start <= len(POLITELY.match(folded)[0]) else None  # type: ignore[index]


def _wrapped(decision: Decision, wish: Wish) -> Decision:
    """What was decided for the rest of the sentence, to be done again and again."""
    match decision:
        case Call() as call:
            return _planned(wish, call)
        case Clarify(question, choices, call):
            again = tuple(Choice(choice.label, _added(wish, choice.call)) for choice in choices)
            return Clarify(question, again, _added(wish, call) if call else None)
        case Decline():
            return _what_is_missing(wish)


def _planned(wish: Wish, call: Call) -> Decision:
    """Set up, or asked back where the hour or the day is not said."""
    if wish.recurrence.at is None or wish.open:
        return _when_exactly(_added(wish, call))
    return _added(wish, call)


def _added(wish: Wish, call: Call) -> Call:
    recurrence = replace(wish.recurrence, zone=wish.zone)
    plan = Plan(
        recurrence=recurrence, open=wish.open, to=wish.to, words=wish.rest, tool=call.tool, arguments=call.arguments
    )  # fmt: skip
    return Call(SCHEDULES, {"act": "add", "plan": plan.model_dump(mode="json", exclude_defaults=True)}, call.unread)


def _when_exactly(call: Call) -> Clarify:
    """What is not said is proposed; three ways to say it."""
    plan = Plan.model_validate(call.arguments["plan"])
    recurrence = plan.recurrence or Recurrence("day")
    if plan.open:
        said = [replace(recurrence, weekdays=(day,), at=recurrence.at or MORNING) for day in WEEKDAYS]
        question = phrase("On which day of the week?")
    else:
        said = [replace(recurrence, at=hour) for hour in HOURS]
        question = phrase("At what time? I propose {rhythm}.", rhythm=rhythm(said[0]))
    return Clarify(question, tuple(Choice(rhythm(each), _with(call, plan, each)) for each in said), call)


def _with(call: Call, plan: Plan, recurrence: Recurrence) -> Call:
    whole = plan.model_copy(update={"recurrence": recurrence, "open": False})
    return replace(call, arguments={**call.arguments, "plan": whole.model_dump(mode="json", exclude_defaults=True)})


def _what_is_missing(wish: Wish) -> Clarify:
    said = phrase(
        "I understood when ({rhythm}), but not what. Please say it in other words.", rhythm=rhythm(wish.recurrence)
    )
    return Clarify(said)


def _with_change(decision: Decision, text: str) -> Decision:
    """An edit with what is to be other; to name that without a word for editing is one too."""
    if not (isinstance(decision, Call) and decision.tool == SCHEDULES and decision.arguments.get("schedule")):
        return decision
    if decision.arguments.get("act", "edit") != "edit" or not (change := find_change(text)):
        return decision
    return replace(decision, arguments={**decision.arguments, **_edit(change)})


def _edit(change: Change) -> dict[str, Any]:
    plan = Plan(
        recurrence=change.recurrence, at=change.hour.at if change.hour else None, to=change.to, zone=change.zone
    )  # fmt: skip
    return {"act": "edit", "plan": plan.model_dump(mode="json", exclude_defaults=True)}
