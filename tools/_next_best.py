"""The one thing to do next for an account, by rules that anybody can read (`_next_best_rules.yml`). Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from tools._guard import Allowed, Blocked, Category, Decision, LoyaltyClass

Lifecycle = Literal["prospect", "gone", "leaving", "new", "renewing", "steady"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bound(_Part):
    """What must have been found of a sign."""

    at_least: float | None = None
    at_most: float | None = None

    def holds(self, value: float | None) -> bool:
        if value is None:
            return False
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


class When(_Part):
    """What must be true of an account; what is left out is not asked for."""

    lifecycle: tuple[Lifecycle, ...] | None = None
    at_risk: bool | None = None
    loyalty: tuple[LoyaltyClass, ...] | None = None
    plan: bool | None = None
    left_for: int | None = None
    signs: Mapping[str, Bound] = {}


class Rule(_Part):
    """`do`: the action, by name. `category`: whose contact budget it uses; None: it contacts nobody."""

    id: str
    do: str
    playbook: str
    category: Category | None = None
    when: When = When()

    def fits(self, s: "Situation") -> bool:
        w = self.when
        return (
            (w.lifecycle is None or s.lifecycle in w.lifecycle)
            and (w.at_risk is None or s.at_risk == w.at_risk)
            and (w.loyalty is None or s.loyalty in w.loyalty)
            and (w.plan is None or s.plan == w.plan)
            and (w.left_for is None or (s.left_for is not None and s.left_for <= w.left_for))
            and all(bound.holds(s.signals.get(sign)) for sign, bound in w.signs.items())
        )


class Rulebook(_Part):
    """The rules in their order. The last is for everybody."""

    version: int
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Situation:
    """An account as the rules see it. `signals`: the known signs of risk; `left_for`: days since it left."""

    lifecycle: Lifecycle
    at_risk: bool = False
    loyalty: str | None = None
    plan: bool = False
    left_for: int | None = None
    signals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class NextBest:
    """The rule that fired and from when on it may be done; `passed`: the rules before it that the guard forbids.

    `waits`: nothing else is to be done until that day. `on` None: no first day can be told.
    """

    rule: Rule
    on: date | None
    waits: bool = False
    passed: tuple[tuple[Rule, Blocked], ...] = ()


def next_best(situation: Situation, rules: tuple[Rule, ...], may: Callable[[Rule], Decision]) -> NextBest:
    """The first rule that fits and is allowed. A rest day is waited for; a full budget makes way for the next rule."""
    fitting = [rule for rule in rules if rule.fits(situation)]
    passed: list[tuple[Rule, Blocked]] = []
    for rule in fitting:
        if passed and rule is rules[-1]:
            break
        decision = may(rule)
        if isinstance(decision, Allowed) or not (decision.full or decision.quiet):
            on = decision.on if isinstance(decision, Allowed) else decision.first
            return NextBest(rule, on, passed=tuple(passed))
        passed.append((rule, decision))
    soonest, blocked = min(passed, key=lambda each: each[1].first or date.max)
    return NextBest(soonest, blocked.first, True, tuple(each for each in passed if each[0] is not soonest))


@cache
def next_best_rules() -> tuple[Rule, ...]:
    """The rules in force. Raises ValueError where they make no sense."""
    text = (files("tools") / "_next_best_rules.yml").read_text(encoding="utf-8")
    return Rulebook.model_validate(yaml.safe_load(text)).rules
