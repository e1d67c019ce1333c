"""Whether a customer may be contacted, and from when on."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, Field

from tools import (
    ACCOUNT,
    PERIOD,
    TOPIC,
    Allowed,
    Answer,
    Choice,
    Column,
    Decision,
    Deps,
    NextSteps,
    Note,
    Part,
    Phrase,
    Table,
    Touch,
    Wish,
    ledger,
    phrase,
)
from tools._account import TEAMS
from tools._contacting import RULES, Ledger, contacts_with, counted, merged, people_of, reasons, touches_table, when
from tools._guard import Category
from tools._logging_touches import TEAM_WORDS, person_meant
from tools._reading import written_period

SHOWN = 10
"""Touches listed where nothing is blocked."""


class Input(BaseModel):
    account: Annotated[str, ACCOUNT] = Field(description="Id of the account.")
    said: Annotated[str | None, TOPIC] = Field(
        default=None, description="The asker's words; people of the account named in them are found."
    )
    category: Annotated[Category, Choice(TEAM_WORDS)] = Field(default="cs", description="Who would contact them.")
    day: Annotated[str | None, PERIOD] = Field(default=None, description="When; empty: today.")


def contact_guard(ask: Input, deps: Deps) -> Answer:
    """Say whether a customer may be contacted: the contact budget used, by which touches, and the first allowed day.

    Use when someone asks whether they may write to, call, e-mail or survey a customer, whether it is too soon or too
    much, or when they can next contact them.
    """
    found, name = contacts_with(ask.account, deps)
    on = max(deps.today, written_period(ask.day).start) if ask.day else deps.today
    contact = person_meant(ask.said, found)
    asked = ledger(deps, Wish(ask.account, ask.category, on, contact), found)
    logged = deps.contacting.counted(ask.account)
    decision = asked.decide(logged)
    whom = phrase("{person} of {account}", person=people_of(found)[contact], account=name) if contact else name
    return Answer(
        subject=phrase("Contact guard · {whom} · {team}", whom=whom, team=TEAMS[ask.category]),
        headline=_headline(decision, whom),
        parts=tuple(_parts(decision, asked, merged(asked.imported, logged), contact, name)),
        accounts=frozenset({ask.account}),
    )


def _headline(decision: Decision, whom: Phrase | str) -> Phrase:
    if isinstance(decision, Allowed):
        return phrase("Yes: {whom} may be contacted on {day}.", whom=whom, day=decision.on)
    said = {"whom": whom, "day": decision.on, "reasons": reasons(decision), "when": when(decision)}
    return phrase("Not yet: {whom} should not be contacted on {day}, as {reasons}. {when}", **said)


def _parts(
    decision: Decision, asked: Ledger, every: tuple[Touch, ...], contact: str | None, name: str
) -> Iterator[Part]:
    columns = (
        Column(phrase("Rule")), Column(phrase("Counted")), Column(phrase("Days"), numeric=True),
        Column(phrase("Used"), numeric=True), Column(phrase("At most"), numeric=True),
    )  # fmt: skip
    rows = tuple(
        (RULES[use.cap.per], counted(use.cap), use.cap.days, len(use.touches), use.most) for use in decision.uses
    )
    yield Table(phrase("Contact budget"), columns, rows)
    people = people_of(asked.found)
    if not isinstance(decision, Allowed) and decision.touches:
        yield touches_table(phrase("Touches that used up the budget"), decision.touches, people)
    elif every:
        yield touches_table(phrase("Last touches"), every[:SHOWN], people)
    if contact is None:
        yield Note(phrase("Asked for the whole account; name a person to have their own budget judged too."))
    yield NextSteps((phrase("Summary of {account}", account=name),))
