"""What the events and phases of an account's journey are called, and whether they are good for us."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from tools._account import TEAMS, role_name
from tools._answer import Cell
from tools._contacting import CHANNELS
from tools._hides import HAPPENED
from tools._phrase import Phrase, phrase
from tools._values import value_called
from tools.metrics import Event, Money

Tone = Literal["good", "bad", "plain"]
PHASES: Mapping[str, Phrase] = {
    "evaluation": phrase("evaluation"),
    "onboarding": phrase("onboarding"),
    "adoption": phrase("adoption"),
    "growth": phrase("growth"),
    "leaving": phrase("leaving"),
    "away": phrase("pays nothing"),
}
KINDS: Mapping[str, Phrase] = {
    "signed_up": phrase("signed up"),
    "contract_began": phrase("a contract began"),
    "new": HAPPENED["new"],
    "reactivation": HAPPENED["reactivation"],
    "activated": phrase("first use of the product"),
    "settled": phrase("90 paid days are over (usage of that time is not known)"),
    "goal_set": phrase("a goal was agreed"),
    "goal_due": phrase("a goal was due"),
    "review": phrase("business review"),
    "conversation": phrase("conversation"),
    "message": phrase("message from us"),
    "ticket": phrase("ticket opened"),
    "survey": phrase("survey answered"),
    "expansion": HAPPENED["expansion"],
    "renewed": phrase("renewed"),
    "contraction": HAPPENED["contraction"],
    "person_left": phrase("a person left"),
    "cancelled": phrase("a contract was cancelled"),
    "contract_ended": phrase("a contract ended"),
    "churn": HAPPENED["churn"],
    "exit": phrase("reason for leaving recorded"),
}
GOOD = frozenset({"new", "reactivation", "activated", "expansion", "renewed"})
BAD = frozenset({"contraction", "cancelled", "churn", "exit", "person_left"})
URGENT = ("high", "critical")
PROMOTER, DETRACTOR = 9, 6
"""The lowest NPS answer of a promoter, the highest of a detractor."""


def tone_of(event: Event) -> Tone:
    if event.kind == "ticket":
        return "bad" if event.said["priority"] in URGENT else "plain"
    if event.kind == "survey" and event.said["survey"] == "nps":
        score = event.said["score"]
        return "good" if score >= PROMOTER else "bad" if score <= DETRACTOR else "plain"
    return "good" if event.kind in GOOD else "bad" if event.kind in BAD else "plain"


def details(event: Event, currency: str) -> Cell:
    """What more is known of it."""
    if "amount" in event.said:
        said = {"amount": Money(event.said["amount"], currency), "mrr": Money(event.said["mrr"], currency)}
        return phrase("{amount}, then {mrr} of MRR", **said)
    if event.kind == "renewed":
        return Money(event.said["mrr"], currency)
    tell = _TOLD.get(event.kind)
    return tell(event.said) if tell else None


def _several(*known: Phrase | str | None) -> Cell:
    """What is known of it, side by side; nothing where that is nothing."""
    first, *others = tuple(each for each in known if each) or (None,)
    for other in others:
        first = phrase("{first} · {other}", first=first, other=other)
    return first


def _contract(said: Mapping[str, Any]) -> Cell:
    return _several(" ".join(filter(None, (said["product"], said["plan"]))))


def _cancelled(said: Mapping[str, Any]) -> Cell:
    return _several(said["product"], said["reason"] and value_called("reason", said["reason"]))


def _touch(said: Mapping[str, Any]) -> Cell:
    team, channel = said["team"], said["channel"]
    return _several(TEAMS.get(team, team), CHANNELS.get(channel, channel), said["author"])


def _survey(said: Mapping[str, Any]) -> Cell:
    return phrase("{survey} {score}", survey=said["survey"].upper(), score=f"{said['score']:g}")


_TOLD: Mapping[str, Callable[[Mapping[str, Any]], Cell]] = {
    "signed_up": lambda said: said["source"] and value_called("source", said["source"]),
    "contract_began": _contract,
    "contract_ended": _contract,
    "cancelled": _cancelled,
    "goal_set": lambda said: said["name"],
    "goal_due": lambda said: said["name"],
    "review": _touch,
    "conversation": _touch,
    "message": _touch,
    "ticket": lambda said: _several(said["topic"], said["priority"]),
    "survey": _survey,
    "person_left": lambda said: _several(said["name"], role_name(said["role"])),
    "exit": lambda said: said["reason"] and value_called("reason", said["reason"]),
}
