"""The one next best action for an account: the first rule that fires and that the contact guard lets through."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tools._answer import Fact, Facts
from tools._contacting import may_contact, reasons
from tools._guard import Allowed, Blocked, Category, Wish
from tools._phrase import Phrase, phrase
from tools._registry import Deps
from tools.metrics import Placed

SOON = timedelta(days=120)


@dataclass(frozen=True)
class Rule:
    """What to do, with whose budget (None: nobody is contacted), and when."""

    name: str
    why: Phrase
    what: Phrase
    category: Category | None
    fires: Callable[[Placed, date], bool]


def _renews_soon(placed: Placed, today: date) -> bool:
    return placed.renews_on is not None and placed.renews_on <= today + SOON


def _always(*places: str | None) -> Callable[[Placed, date], bool]:
    return lambda placed, _: placed.place in places


RULES: tuple[Rule, ...] = (
    Rule(
        "leaving", phrase("it has cancelled"), phrase("exit interview: why do they leave?"), "survey",
        lambda placed, _: placed.staying.leaving_on is not None,
    ),
    Rule(
        "friend_at_risk", phrase("a true friend shows signs of risk"), phrase("a leader calls within the week"), "cs",
        lambda placed, _: placed.place == "true_friends" and placed.staying.flagged,
    ),
    Rule(
        "new", phrase("it is in its first months"), phrase("see it through onboarding, to a first result"), "cs",
        _always(None),
    ),
    Rule(
        "renewal", phrase("its renewal is near"), phrase("talk about the renewal, with a trust plan"), "cs",
        lambda placed, today: placed.place in ("true_friends", "butterflies") and _renews_soon(placed, today),
    ),
    Rule(
        "at_risk", phrase("it brings margin and shows signs of risk"), phrase("call about the sign of risk"), "cs",
        lambda placed, _: placed.staying.flagged and placed.place != "strangers",
    ),
    Rule(
        "friend", phrase("it is a true friend"), phrase("a personal thank-you or an early look; nothing to sell"),
        "cs", _always("true_friends"),
    ),
    Rule(
        "butterfly", phrase("it buys now and may not stay"), phrase("make a related offer now"), "sales",
        _always("butterflies"),
    ),
    Rule(
        "barnacle", phrase("it stays and hardly pays for itself"),
        phrase("ask for the share of wallet: which tools besides ours?"), "sales", _always("barnacles"),
    ),
    Rule(
        "barnacle_costs", phrase("it stays and hardly pays for itself"),
        phrase("lower the cost of serving it: group training, help pages"), None, _always("barnacles"),
    ),
    Rule(
        "stranger", phrase("it neither pays for itself nor stays"),
        phrase("no effort of ours: self-service, list price at renewal"), None, _always("strangers"),
    ),
)  # fmt: skip
"""In the order in which they are tried."""


@dataclass(frozen=True)
class Best:
    """The rule that is acted upon; or, where the guard stops every one that fires, the first of them with the day to
    wait for. `passed`: those that fired before and were stopped."""

    rule: Rule
    passed: tuple[tuple[Rule, Blocked], ...]
    wait: Blocked | None = None


def best_action(placed: Placed, deps: Deps) -> Best:
    """Exactly one: some rule fires for every account."""
    fired = [rule for rule in RULES if rule.fires(placed, deps.today)]
    passed: list[tuple[Rule, Blocked]] = []
    for rule in fired:
        if rule.category is None:
            return Best(rule, tuple(passed))
        decision = may_contact(deps, Wish(placed.account_id, rule.category, deps.today))
        if isinstance(decision, Allowed):
            return Best(rule, tuple(passed))
        passed.append((rule, decision))
    first, blocked = min(passed, key=lambda each: each[1].first or date.max)
    return Best(first, tuple(passed), blocked)


def best_action_parts(best: Best) -> Iterator[Facts]:
    """The action, the rule that fired and what stood in the way of others."""
    items = [
        Fact(phrase("Next best action"), best.rule.what),
        Fact(phrase("Rule"), phrase("{why} ({name})", why=best.rule.why, name=best.rule.name)),
    ]
    if best.wait:
        items.append(Fact(phrase("Wait until"), best.wait.first or phrase("that has changed")))
    for rule, blocked in best.passed:
        items.append(Fact(
            phrase("Stopped by the contact guard"),
            phrase("{what}: {reasons}", what=rule.what, reasons=reasons(blocked)),
        ))  # fmt: skip
    yield Facts(tuple(items))
