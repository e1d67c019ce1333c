"""A round of a periodic survey: whom to ask this time, reserved, so that nobody is asked twice."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from tools import (
    COUNT,
    PERIOD,
    Answer,
    Cell,
    Choice,
    Deps,
    Download,
    NextSteps,
    Note,
    Part,
    Phrase,
    Round,
    Table,
    ToolError,
    Touch,
    phrase,
    phrase_n,
)
from tools._invitations import MOST_ASKED, PEOPLE, Invitations, row
from tools._limits import Limits, limited
from tools._reading import written_period
from tools.metrics import Contacted, Period, contacted_each, rank

_ACTS = Choice({
    "discard": (
        "discard*", "undo", "cancel*", "drop", "delete", "throw away", "take back", "release", "give back", "call off",
        "free", "descart*", "joga fora", "jogar fora", "solta*", "desfaz*", "desfaca", "apag*", "exclu*", "delet*",
        "anul*", "liber*", "devolv*",
    ),
    "show": (
        "show", "who is in", "who was in", "who was put", "whom has", "is reserved", "are reserved", "was prepared",
        "mostr*", "quem esta n*", "quem entrou", "quem ficou", "reservou", "esta reservad*", "estao reservad*",
    ),
    "prepare": ("prepare", "prepar*", "reserve", "reserv*", "start", "open", "begin", "inici*", "comec*", "abr*"),
})  # fmt: skip
SHOWN = 20
"""People listed; the file has all."""
WRITES = True
REPEATS = True


class Input(Limits):
    act: Annotated[Literal["prepare", "show", "discard"], _ACTS] = Field(
        default="prepare", description="prepare: list and reserve. show: who is in it. discard: give back."
    )
    period: Annotated[str | None, PERIOD] = Field(
        default=None, description="The window of the round, in which nobody is asked twice; empty: this quarter."
    )
    limit: Annotated[int | None, COUNT] = Field(
        default=None, ge=1, le=MOST_ASKED, description="How many people at most; empty: as many as may be asked."
    )


def survey_round(ask: Input, deps: Deps) -> Answer:
    """Prepare a survey round (NPS, CSAT): list whom the contact guard allows and reserve them; show or discard it.

    Use when someone wants the satisfaction survey of a quarter, month or other period prepared, once or again and
    again, wants to see who is in such a round, or wants one discarded. Nobody is asked twice within its period.
    """
    window = _window(ask.period, deps)
    round_ = _OneRound(ask, window, deps)
    match ask.act:
        case "discard":
            return round_.discarded()
        case "show":
            return round_.shown()
    return round_.prepared()


def _window(written: str | None, deps: Deps) -> Period:
    """What is named, or the quarter that a day is in. Raises ToolError where it is over."""
    window = written_period(written) if written else Period.containing(deps.today, "quarter")
    if window.grain == "day":
        window = Period.containing(window.start, "quarter")
    if window.end <= deps.today:
        raise ToolError(phrase("{period} is over.", period=window))
    return window


class _OneRound:
    """The round of one window and of the accounts that are meant."""

    def __init__(self, ask: Input, window: Period, deps: Deps) -> None:
        self.ask, self.window, self.deps = ask, window, deps
        self.subject = limited(phrase("Survey round"), ask.where, window)
        self.kept = deps.contacting.rounds.find(str(window), self._scope)

    @property
    def _scope(self) -> str:
        """Of which accounts, in writing: whoever sees other accounts prepares another round."""
        owners = sorted(self.deps.book.sight.owners or ())
        said = (*sorted(self.ask.where.items()), ("seen", owners))
        return "; ".join(f"{name}={value}" for name, value in said if value)

    def prepared(self) -> Answer:
        """A second time in the same window nobody is listed; the very same question, tried again, lists the same."""
        if self.kept and not self.kept.is_new:
            return self._answer(self._there_already(self.kept), (), self._afterwards(self.kept))
        day = max(self.window.start, self.deps.today)
        asked = Invitations("survey", self.ask.where, self.ask.limit or MOST_ASKED, self.deps, day)
        wanted = Round(str(self.window), self._scope, self.deps.today, asked.reservations)
        kept = self.kept or self.deps.contacting.rounds.prepare(wanted, asked.guards)
        if not kept.is_new:  # somebody else was quicker
            return self._answer(self._there_already(kept), (), self._afterwards(kept))
        left = asked.left_out({touch.account_id for touch in kept.people})
        taken = 0 if self.kept else len(asked.reservations) - len(kept.people)
        return self._answer(self._reserved(kept), kept.people, (*left, *_taken(taken), *self._afterwards(kept)))

    def shown(self) -> Answer:
        kept = self._that_there_is()
        said = phrase_n(
            "{n} person is reserved; prepared on {day} by {who}.",
            "{n} people are reserved; prepared on {day} by {who}.",
            len(kept.people), day=kept.prepared_on, who=kept.who,
        )  # fmt: skip
        return self._answer(said, kept.people, self._afterwards(kept))

    def discarded(self) -> Answer:
        kept = self._that_there_is()
        if not kept.mine:
            raise ToolError(phrase("Only {who}, who prepared it, or who leads may discard it.", who=kept.who))
        self.deps.contacting.rounds.discard(kept)
        said = phrase_n(
            "The survey round ({period}) is discarded: {n} person may be asked again.",
            "The survey round ({period}) is discarded: {n} people may be asked again.",
            len(kept.people), period=self.window,
        )  # fmt: skip
        return self._answer(said, (), (NextSteps((phrase("Prepare the survey round: {period}", period=self.window),)),))

    def _that_there_is(self) -> Round:
        if self.kept is None:
            raise ToolError(
                phrase("No survey round ({period}) was prepared for these accounts.", period=self.window),
                suggestions=(phrase("Prepare the survey round: {period}", period=self.window),),
            )
        return self.kept

    def _reserved(self, kept: Round) -> Phrase:
        return phrase_n(
            "{n} person may be asked and is reserved ({period}); nobody is asked twice in it.",
            "{n} people may be asked and are reserved ({period}); nobody is asked twice in it.",
            len(kept.people), period=self.window,
        )  # fmt: skip

    def _there_already(self, kept: Round) -> Phrase:
        return phrase_n(
            "Nobody is to be asked now: the round ({period}) was prepared on {day} by {who}, with {n} person.",
            "Nobody is to be asked now: the round ({period}) was prepared on {day} by {who}, with {n} people.",
            len(kept.people), period=self.window, day=kept.prepared_on, who=kept.who,
        )  # fmt: skip

    def _answer(self, said: Phrase, people: tuple[Touch, ...], more: tuple[Part, ...]) -> Answer:
        people = tuple(sorted(people, key=self._size, reverse=True))
        ids = tuple(touch.account_id for touch in people)
        return Answer(self.subject, said, (*self._people(people), *more), frozenset(ids), listed=ids)

    def _size(self, touch: Touch) -> tuple[int, str]:
        standing = self._standing.get(touch.account_id)
        return (standing.mrr_minor if standing else 0), touch.account_id

    @cached_property
    def _standing(self) -> Mapping[str, Any]:
        """Of the accounts that pay now."""
        risks = rank(self.deps.book, self.deps.today).risks
        return {risk.standing.account_id: risk.standing for risk in risks}

    def _people(self, people: tuple[Touch, ...]) -> Iterator[Part]:
        if people:
            rows, ids = self._rows(people), tuple(touch.account_id for touch in people)
            left = len(rows) - SHOWN
            more = phrase_n("{n} more is in the file.", "{n} more are in the file.", left) if left > 0 else None
            yield Table(phrase("Whom to ask"), PEOPLE, rows[:SHOWN], more, ids[:SHOWN])
            yield Download("survey-round.csv", phrase("The round"), PEOPLE, rows)

    def _rows(self, people: tuple[Touch, ...]) -> tuple[tuple[Cell, ...], ...]:
        """As the book knows them now; who has left it meanwhile has no name any more."""
        found = contacted_each(self.deps.book, [touch.account_id for touch in people], self.deps.today)
        there = {person.contact_id: person for each in found.values() for person in each.contacts}
        return tuple(_row(touch, found[touch.account_id], there, self._standing) for touch in people)

    def _afterwards(self, kept: Round) -> tuple[Part, ...]:
        note = phrase(
            "What is reserved counts in their contact budget until the round is discarded. Nothing is sent from here."
        )
        steps = (
            phrase("Show the survey round: {period}", period=self.window),
            phrase("Discard the survey round: {period}", period=self.window),
        )  # fmt: skip
        return Note(note), NextSteps(steps)


def _taken(n: int) -> Iterator[Note]:
    if n:
        yield Note(phrase_n(
            "{n} account is in another round of this period.", "{n} accounts are in another round of this period.", n,
        ))  # fmt: skip


def _row(touch: Touch, known: Contacted, there: Mapping[str, Any], standing: Mapping[str, Any]) -> tuple[Cell, ...]:
    owner = standing[touch.account_id].owner if touch.account_id in standing else None
    return row(known.name or touch.account_id, known.segment, there.get(touch.contact_id or ""), owner)
