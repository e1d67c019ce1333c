"""What is posted again and again, and what is watched for: set up, listed, changed, paused."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from tools import (
    PLAN_OF,
    SCHEDULE,
    Answer,
    Choice,
    Column,
    Deps,
    Fact,
    Facts,
    KeptSchedule,
    NextSteps,
    Note,
    Part,
    Phrase,
    Plan,
    Table,
    ToolError,
    phrase,
    phrase_n,
)
from tools._timing import rhythm, spoken_moment
from tools._watching import condition, news, observe, seen_now, what

_ACTS = {
    "pause": (
        "pause", "suspend", "hold", "stop", "mute", "pausa", "pausar", "suspend*", "para de", "parar", "interromp*",
        "silencia*",
    ),
    "resume": (
        "resume", "restart", "unpause", "turn on", "reactivate", "retom*", "reativ*", "religa*", "volta*", "despausa*",
    ),
    "delete": ("delete", "remove", "cancel", "drop", "get rid of", "apag*", "remov*", "exclu*", "delet*", "cancel*"),
    "run": (
        "run", "run now", "post now", "send now", "now", "roda*", "rode", "executa*", "execute", "manda agora", "agora",
        "posta agora",
    ),
    "edit": (
        "edit", "change", "move", "reschedule", "edita*", "edite", "muda*", "mude", "altera*", "altere", "mova",
        "troca*", "passa", "passe",
    ),
}  # fmt: skip
Act = Literal["show", "add", "edit", "pause", "resume", "delete", "run", "look"]
DATES = 3
"""Coming dates that a confirmation shows."""
WRITES = True


class Input(BaseModel):
    schedule: Annotated[str | None, SCHEDULE] = Field(
        default=None, description="Id of a schedule or alert, S- and eight digits; empty: all, or the last one set up."
    )
    act: Annotated[Act, Choice(_ACTS)] = Field(default="show", description="What to do.")
    plan: Annotated[Plan | None, PLAN_OF] = Field(default=None, description="What, when and where, to add or edit.")
    alerts: Annotated[tuple[str, ...], PLAN_OF] = Field(default=(), description="Ids of the alerts that are to look.")


def schedules(ask: Input, deps: Deps) -> Answer:
    """List what is posted or watched for you again and again; pause, resume, move, run or delete it by its id.

    Use when someone asks for their schedules, scheduled posts, recurring reports or alerts, or wants one paused,
    resumed, moved, run now or deleted.
    """
    if ask.act == "add":
        return _added(ask, deps)
    if ask.act == "look":
        return news(deps.schedules.look(ask.alerts, lambda kept: _seen(kept, deps)), deps)
    kept = _meant(ask, deps)
    if kept is None:
        return _all(deps)
    match ask.act:
        case "edit":
            return _edited(kept, ask, deps)
        case "pause":
            return _about(deps.schedules.pause(kept), phrase("{id} is paused.", id=kept.id), deps)
        case "resume":
            return _about(deps.schedules.resume(kept), phrase("{id} goes on.", id=kept.id), deps)
        case "run":
            deps.schedules.run(kept)
            return _about(kept, phrase("{id} will be posted in a moment.", id=kept.id), deps)
        case "delete":
            deps.schedules.delete(kept)
            said = phrase("{id} is deleted.", id=kept.id)
            return Answer(phrase("Schedules"), said, (NextSteps((phrase("My schedules"),)),))
    return _about(kept, _state(kept), deps)


def _meant(ask: Input, deps: Deps) -> KeptSchedule | None:
    """The one that is named; where none is and something is to be done to it, the one set up last."""
    if ask.schedule is None:
        if ask.act == "show":
            return None
        latest = deps.schedules.latest()
        if latest is None:
            raise ToolError(phrase("You have set up nothing yet."), suggestions=_examples())
        return latest
    kept = deps.schedules.find(ask.schedule)
    if kept is None:
        raise ToolError(
            phrase("There is no schedule {id} here.", id=ask.schedule), suggestions=(phrase("My schedules"),)
        )
    return kept


def _examples() -> tuple[Phrase, ...]:
    return (
        phrase("Every Monday at 9:00 the MRR summary here"), phrase("Tell me when an account becomes high risk"),
    )  # fmt: skip


def _added(ask: Input, deps: Deps) -> Answer:
    if ask.plan is None:
        raise ToolError(phrase("Say what, how often and where."), suggestions=_examples())
    observed = observe(ask.plan.watch, ask.plan.arguments, deps) if ask.plan.watch else None
    kept = deps.schedules.add(ask.plan, deps.language, observed)
    if kept.watch:
        said = phrase("I will tell when {condition}.", condition=condition(kept.watch, kept.arguments, deps))
        return _about(kept, said, deps)
    return _about(kept, phrase("Set up: {rhythm}.", rhythm=rhythm(kept.recurrence)), deps)


def _edited(kept: KeptSchedule, ask: Input, deps: Deps) -> Answer:
    if ask.plan is None:
        said = phrase("Say what is to be other about {id}: another hour, another day, another channel.", id=kept.id)
        steps = (
            phrase("Move {id} to 8:00", id=kept.id), phrase("Move {id} to 17:00", id=kept.id),
            phrase("Move {id} to every working day", id=kept.id),
        )  # fmt: skip
        return Answer(_subject(kept), said, (*_facts(kept, deps), NextSteps(steps)))
    changed = deps.schedules.change(kept, ask.plan)
    return _about(changed, phrase("{id} is changed: {rhythm}.", id=kept.id, rhythm=rhythm(changed.recurrence)), deps)


def _all(deps: Deps) -> Answer:
    found = deps.schedules.here()
    if not found:
        return Answer(
            phrase("Schedules"), phrase("Nothing is scheduled for you or for this channel."),
            (NextSteps(_examples()),),
        )  # fmt: skip
    columns = (
        Column(phrase("Schedule")), Column(phrase("What")), Column(phrase("When")), Column(phrase("Where")),
        Column(phrase("By")), Column(phrase("State")),
    )  # fmt: skip
    rows = tuple(
        (one.id, what(one, deps), rhythm(one.recurrence), _where(one, deps), one.owner_name, _short_state(one))
        for one in found
    )
    steps = tuple(phrase("Show schedule {id}", id=one.id) for one in found[:3])
    headline = phrase_n("{n} schedule or alert.", "{n} schedules and alerts.", len(found))
    return Answer(
        phrase("Schedules"), headline, (Table(phrase("Schedules and alerts"), columns, rows), NextSteps(steps))
    )


def _about(kept: KeptSchedule, headline: Phrase, deps: Deps) -> Answer:
    return Answer(_subject(kept), headline, (*_facts(kept, deps), *_now(kept, deps), NextSteps(_steps(kept))))


def _subject(kept: KeptSchedule) -> Phrase:
    return phrase("Alert {id}", id=kept.id) if kept.watch else phrase("Schedule {id}", id=kept.id)


def _facts(kept: KeptSchedule, deps: Deps) -> Iterator[Part]:
    coming: tuple[Fact, ...] = ()
    if deps.schedules.now and kept.active:
        dates = kept.recurrence.coming(deps.schedules.now, DATES)
        coming = (Fact(phrase("Next times"), tuple(map(spoken_moment, dates))),)
    yield Facts((
        Fact(phrase("What"), what(kept, deps)),
        Fact(phrase("When"), _when(kept)),
        *coming,
        Fact(phrase("Time zone"), kept.recurrence.zone),
        Fact(phrase("Where"), _where(kept, deps)),
        Fact(phrase("By"), kept.owner_name),
        Fact(phrase("State"), _short_state(kept)),
    ))  # fmt: skip


def _now(kept: KeptSchedule, deps: Deps) -> Iterator[Part]:
    """Of an alert what is so already, which will not be told again."""
    if kept.watch and kept.observed is not None:
        yield Note(seen_now(kept, deps))


def _seen(kept: KeptSchedule, deps: Deps) -> Mapping[str, Any]:
    return observe(kept.watch, kept.as_of(deps.today), deps) if kept.watch else {}


def _when(kept: KeptSchedule) -> Phrase:
    if kept.watch and kept.watch.after_loads:
        return phrase("after each load of data, and {rhythm}", rhythm=rhythm(kept.recurrence))
    return rhythm(kept.recurrence)


def _where(kept: KeptSchedule, deps: Deps) -> Phrase:
    if deps.schedules.is_here(kept):
        return phrase("this channel")
    if kept.target == kept.owner:
        return phrase("direct message")
    if kept.target.startswith(("U", "W")):
        return phrase("direct message to {person}", person=kept.target)
    return phrase("channel {channel}", channel=kept.target)


def _state(kept: KeptSchedule) -> Phrase:
    return phrase("{id} is {state}.", id=kept.id, state=_short_state(kept))


def _short_state(kept: KeptSchedule) -> Phrase:
    if kept.active:
        return phrase("active")
    return phrase("paused: its owner may not see this any more") if kept.reason == "rights" else phrase("paused")


def _steps(kept: KeptSchedule) -> tuple[Phrase, ...]:
    turn = phrase("Pause {id}", id=kept.id) if kept.active else phrase("Resume {id}", id=kept.id)
    return (
        phrase("Run {id} now", id=kept.id), turn, phrase("Change {id}", id=kept.id), phrase("Delete {id}", id=kept.id),
    )  # fmt: skip
