"""What logging a touch and logging a meeting share: who was met, when, and the answer."""

import re
from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from tools._account import TEAMS
from tools._answer import Answer, Fact, Facts, NextSteps, ToolError
from tools._contacting import CHANNELS, contacts_with, people_of
from tools._guard import Category, Touch
from tools._phrase import Phrase, phrase
from tools._reading import written_period
from tools._registry import Deps
from tools._slots import ACCOUNT, PERIOD, TOPIC, Choice
from tools.metrics import Contacted
from tools.metrics._cells import fold

TEAM_WORDS = {
    "marketing": ("marketing", "campaign", "campanha", "newsletter"),
    "sales": ("sales", "vendas", "comercial", "proposal", "proposta"),
    "cs": ("cs", "customer success", "sucesso do cliente"),
    "support": ("support", "suporte", "ticket", "chamado"),
    "survey": ("survey", "nps", "csat", "pesquisa", "questionario"),
}
"""Words that say whose touch it is."""
DIRECTIONS: dict[str, Phrase] = {
    "outbound": phrase("we to them"),
    "inbound": phrase("they to us"),
    "both": phrase("a conversation"),
}


class Logged(BaseModel):
    """What is said of any touch that is written down."""

    account: Annotated[str, ACCOUNT] = Field(description="Id of the account.")
    said: Annotated[str | None, TOPIC] = Field(
        default=None, description="What was said, in the asker's words; people of the account named in it are found."
    )
    category: Annotated[Category, Choice(TEAM_WORDS)] = Field(default="cs", description="Whose touch it is.")
    day: Annotated[str | None, PERIOD] = Field(default=None, description="The day; empty: today.")


def logged(touch: Touch, said: str | None, deps: Deps) -> Answer:
    """Write the touch down, with the person and the note that the words hold, and say what was written."""
    found, name = contacts_with(touch.account_id, deps)
    if touch.on > deps.today:
        raise ToolError(phrase("{day} is still to come: log what has happened.", day=touch.on))
    contact = touch.contact_id or person_meant(said, found)
    kept = deps.contacting.touches.log(replace(touch, contact_id=contact, note=touch.note or note_of(said)))
    facts = (
        Fact(phrase("Day"), kept.on),
        Fact(phrase("Person"), people_of(found).get(kept.contact_id or "")),
        Fact(phrase("Team"), TEAMS[kept.category]),
        Fact(phrase("Channel"), CHANNELS.get(kept.channel or "")),
        Fact(phrase("Direction"), DIRECTIONS.get(kept.direction or "")),
        Fact(phrase("By"), kept.author),
        Fact(phrase("Note"), kept.note),
    )
    steps = (phrase("May I contact {account}?", account=name), phrase("Summary of {account}", account=name))
    return Answer(
        subject=phrase("Touch logged · {account}", account=name),
        headline=_headline(kept, name),
        parts=(Facts(facts), NextSteps(steps)),
        accounts=frozenset({touch.account_id}),
    )


def _headline(kept: Touch, name: str) -> Phrase:
    said = {"account": name, "day": kept.on}
    if kept.direction == "inbound":
        return phrase("Logged for {account} on {day}. What they send us uses no contact budget.", **said)
    return phrase("Logged for {account} on {day}. It counts towards their contact budget.", **said)


def day_of(written: str | None, deps: Deps) -> date:
    """The one day that is meant; nothing said: today. Raises ToolError where it is longer than a day."""
    if written is None:
        return deps.today
    period = written_period(written)
    if period.grain != "day":
        raise ToolError(phrase("Which day was it? I understood {period}.", period=period))
    return period.start


def person_meant(said: str | None, found: Contacted) -> str | None:
    """The contact whose name, or first name, the words hold. Raises ToolError where it may be two."""
    words = fold(said or "")
    there = [(row, fold(row.name)) for row in found.contacts if not row.left_on and row.name.strip()]
    in_full = [row for row, name in there if _says(words, name)]
    meant = in_full or [row for row, name in there if _says(words, name.split()[0])]
    if len(meant) > 1:
        people = tuple(phrase("{name}", name=row.name) for row in meant)
        raise ToolError(
            phrase("Several people there are called like that: {people}. Please write the full name.", people=people)
        )
    return str(meant[0].contact_id) if meant else None


def _says(words: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words) is not None


BECAUSE = re.compile(r"\b(?:because|porque|pois)\s+(?P<why>.*\S)", re.IGNORECASE | re.DOTALL)


def note_of(said: str | None) -> str | None:
    """What was said: what stands after a colon or dash, else all the words."""
    return after_mark(said) or said or None


def after_mark(said: str | None) -> str | None:
    """What stands after a colon or dash; None where nothing does."""
    _, *after = re.split(r":\s|\s[-–—]\s", said or "", maxsplit=1)
    return "".join(after).strip() or None
