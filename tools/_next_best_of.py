"""The next best action of accounts: the rules asked with what the book, the store and the contact guard know."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from knowledge import playbook_title
from tools._answer import Fact
from tools._contacting import ledger, reasons
from tools._guard import Allowed, Blocked, Decision, Wish
from tools._letters import RIGHT, Kind
from tools._next_best import Lifecycle, NextBest, Rule, Situation, next_best, next_best_rules
from tools._phrase import Phrase, phrase
from tools._plans import live_plans
from tools._recipient import recipient
from tools._registry import Deps
from tools.metrics import Contacted, Risk, flagged

SOON, NEW = 90, 90
"""Days to a renewal, and since the first payment."""


@dataclass(frozen=True)
class Deed:
    """An action: what to do, how the assistant is asked to help with it (None: the playbook says how), and for whom it
    is, by role."""

    what: Phrase
    asks: Callable[[str], Phrase] | None = None
    roles: Sequence[str] = ("champion", "sponsor", "buyer", "user")


DEEDS: Mapping[str, Deed] = {
    "nothing": Deed(phrase("nothing: it has never paid")),
    "exit_survey": Deed(phrase("ask why they left"), lambda name: phrase("Exit survey for {account}", account=name)),
    "win_back": Deed(
        phrase("write to win them back"), lambda name: phrase("Win-back message to {account}", account=name),
        RIGHT["win_back"],
    ),
    "talk_to_leaver": Deed(
        phrase("speak with who decided to cancel"), lambda name: phrase("Trust plan for {account}", account=name),
        ("sponsor", "buyer", "champion"),
    ),
    "interview": Deed(
        phrase("hear why they cancelled"), lambda name: phrase("Win-loss interview script for {account}", account=name)
    ),
    "invest_nothing": Deed(phrase("invest nothing more: serve them as agreed")),
    "escalate": Deed(phrase("escalate the urgent ticket")),
    "keep_promise": Deed(phrase("deliver what was promised")),
    "call_detractor": Deed(phrase("call who rated us low")),
    "re_engage": Deed(
        phrase("write to re-engage them"), lambda name: phrase("Re-engagement message to {account}", account=name),
        RIGHT["re_engagement"],
    ),
    "settle_invoices": Deed(phrase("settle the overdue invoices with them"), roles=("finance", "buyer", "sponsor")),
    "trust_plan": Deed(phrase("agree a trust plan"), lambda name: phrase("Trust plan for {account}", account=name)),
    "qbr": Deed(phrase("prepare a business review"), lambda name: phrase("QBR pack for {account}", account=name)),
    "value_case": Deed(
        phrase("show what it was worth"), lambda name: phrase("Value case for {account}", account=name)
    ),
    "renewal_notice": Deed(
        phrase("give notice of the renewal"), lambda name: phrase("Renewal notice to {account}", account=name),
        RIGHT["renewal_notice"],
    ),
    "onboard": Deed(phrase("see that they get started"), roles=("champion", "user", "sponsor")),
    "delight": Deed(phrase("a personal thank-you or an early look; nothing to sell")),
    "offer": Deed(phrase("make a related offer now"), roles=("buyer", "sponsor", "champion")),
    "ask_share": Deed(phrase("ask for the share of wallet: which tools besides ours?"), roles=("buyer", "sponsor")),
    "lower_costs": Deed(phrase("lower the cost of serving it: group training, help pages")),
    "self_service": Deed(phrase("no effort of ours: self-service, list price at renewal")),
    "rhythm": Deed(phrase("nothing special: keep the usual rhythm")),
}  # fmt: skip
"""Action → what it is."""
MESSAGES: Mapping[str, Kind] = {
    "win_back": "win_back",
    "re_engage": "re_engagement",
    "renewal_notice": "renewal_notice",
}
"""Action → the kind of message that it is."""
WHY: Mapping[str, Phrase] = {
    "never_paid": phrase("never paid"),
    "left_lately": phrase("left not long ago"),
    "left": phrase("left"),
    "cancelled": phrase("cancelled, still pays"),
    "cancelled_hear_why": phrase("cancelled, still pays"),
    "stranger_at_risk": phrase("a stranger at risk"),
    "urgent_ticket": phrase("urgent ticket open"),
    "promise_broken": phrase("commitment late"),
    "never_used": phrase("never used the product"),
    "low_nps": phrase("rated us low"),
    "sponsor_left": phrase("champion, sponsor or buyer left"),
    "usage_fell": phrase("usage fell"),
    "usage_untold": phrase("usage not reported"),
    "silent": phrase("silent for 60 days"),
    "overdue": phrase("invoice 30 days overdue"),
    "renewal_at_risk_unplanned": phrase("renews at risk without a plan"),
    "goal_behind": phrase("goal behind"),
    "paid_less": phrase("pays less"),
    "renewal_ahead": phrase("renewal ahead"),
    "new_customer": phrase("new customer"),
    "at_risk_otherwise": phrase("at risk for other reasons"),
    "true_friend": phrase("it is a true friend"),
    "butterfly": phrase("it buys now and may not stay"),
    "barnacle": phrase("it stays and hardly pays for itself"),
    "barnacle_costs": phrase("it stays and hardly pays for itself"),
    "stranger": phrase("it neither pays for itself nor stays"),
    "steady": phrase("nothing else calls for action"),
}
"""Rule → why it fires, in words."""


def next_bests(
    found: Mapping[str, Contacted], risks: Mapping[str, Risk], deps: Deps, classes: Mapping[str, str] | None = None
) -> Mapping[str, NextBest]:
    """Account id → its one next best action today. `found`: what is known of contacts with each; `risks`: of those
    accounts that pay; `classes`: of loyalty and profitability, given only by answers that show margins anyway."""
    plans, rules = live_plans(deps), next_best_rules()
    loyalty = {each: _loyalty(found[each], classes or {}, deps) for each in found}
    situations = {
        each: _situation(found[each], risks.get(each), each in plans, loyalty[each], deps.today) for each in found
    }
    return {each: next_best(situations[each], rules, _Guard(found[each], deps).of) for each in found}


def _situation(found: Contacted, risk: Risk | None, plan: bool, loyalty: str | None, today: date) -> Situation:
    left_for = (today - found.left_on).days if found.left_on else None
    signals = risk.standing.signals if risk else {}
    return Situation(_lifecycle(found, risk, today), flagged(risk), loyalty, plan, left_for, signals)


def _lifecycle(found: Contacted, risk: Risk | None, today: date) -> Lifecycle:
    if found.customer_since is None:
        return "prospect"
    if risk is None:
        return "gone"
    if risk.standing.leaving_on:
        return "leaving"
    if (today - found.customer_since).days < NEW:
        return "new"
    return "renewing" if risk.standing.signals.get("renewal_days", SOON + 1) <= SOON else "steady"


def _loyalty(found: Contacted, classes: Mapping[str, str], deps: Deps) -> str | None:
    """The account's class: as the contact guard's rules give it, else as it was worked out."""
    rules = deps.contacting.rules
    return (rules.loyalty.get(found.account_id) if rules else None) or classes.get(found.account_id) or found.segment


@dataclass(frozen=True)
class _Guard:
    """What the contact guard says of a rule for one account."""

    found: Contacted
    deps: Deps

    def of(self, rule: Rule) -> Decision:
        """Of the person whom it allows first, as the draft will be for that one."""
        if rule.category is None:
            return Allowed(self.deps.today)
        to = recipient(self.found, rule.category, DEEDS[rule.do].roles, self.deps).chosen
        return to.decision if to else self._of_nobody(rule.category)

    def _of_nobody(self, category: str) -> Decision:
        asked = ledger(self.deps, Wish(self.found.account_id, category, self.deps.today), self.found)
        return asked.decide(self.deps.contacting.counted(self.found.account_id))


def said(best: NextBest, today: date) -> Phrase:
    """What to do, and from when on."""
    what = DEEDS[best.rule.do].what
    if best.on is None:
        return phrase("wait: the contact guard allows no contact yet; then {what}", what=what)
    if best.waits:
        return phrase("wait until {day}, then {what}", day=best.on, what=what)
    return what if best.on == today else phrase("{what}, from {day} on", what=what, day=best.on)


def because(best: NextBest) -> Phrase:
    """The rule that fired."""
    return WHY[best.rule.id]


def is_message(best: NextBest) -> bool:
    """Whether it is a message that can be drafted now."""
    return best.rule.do in MESSAGES and not best.waits


def step(best: NextBest, name: str, language: str) -> Phrase:
    """What to ask for next: the assistant's part of the action, or what the playbook says of it."""
    asks = DEEDS[best.rule.do].asks
    if asks and not best.waits:
        return asks(name)
    title = playbook_title(best.rule.playbook, language)
    return phrase("What do the playbooks say about {title}?", title=title)


def facts(best: NextBest, today: date, language: str) -> list[Fact]:
    """The action, the rule that fired, the rules that the guard forbids, and the playbook."""
    found = [Fact(phrase("Next best action"), said(best, today)), Fact(phrase("Rule"), because(best))]
    if best.passed:
        found.append(Fact(phrase("Passed over"), tuple(_passed(rule, why) for rule, why in best.passed)))
    return [*found, Fact(phrase("Playbook"), playbook_title(best.rule.playbook, language))]


def _passed(rule: Rule, why: Blocked) -> Phrase:
    return phrase(
        "{rule}: {what} (not now: {reasons})", rule=WHY[rule.id], what=DEEDS[rule.do].what, reasons=reasons(why)
    )
