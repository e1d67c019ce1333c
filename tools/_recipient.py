"""Whom at a customer a message is for: by role, and by what the contact guard allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tools._account import person
from tools._answer import Cell, Fact, Facts
from tools._contacting import Ledger, ledger
from tools._drafting import still_there
from tools._guard import Allowed, Decision, Wish
from tools._phrase import Phrase, phrase
from tools._registry import Deps
from tools._slots import Choice
from tools.metrics import Contacted

ROLES = Choice({
    "buyer": ("buyer", "purchaser", "procurement", "comprador*", "compras"),
    "champion": ("champion", "campeão", "campeã", "defensor*"),
    "user": ("user", "users", "end user", "usuári*"),
    "finance": ("finance", "cfo", "financeir*", "finanças"),
    "sponsor": ("sponsor", "executive", "executiv*", "ceo", "diretor*", "patrocinador*"),
})  # fmt: skip
WHY_ROLE: dict[str, Phrase] = {
    "buyer": phrase("decides on the contract"),
    "champion": phrase("works with us most closely"),
    "user": phrase("uses the product"),
    "finance": phrase("sees to the payments"),
    "sponsor": phrase("answers for the results"),
}


@dataclass(frozen=True)
class Candidate:
    """A person at the account and what the guard says of writing to them today."""

    contact: Any
    decision: Decision

    @property
    def first(self) -> date | None:
        """The first day on which they may be written to."""
        return self.decision.on if isinstance(self.decision, Allowed) else self.decision.first


@dataclass(frozen=True)
class Recipient:
    """The person chosen, if there is anybody, and those passed over because the guard forbids them."""

    chosen: Candidate | None
    passed: tuple[Candidate, ...] = ()
    named: Phrase | None = None
    """Why it is this person, where no role decided."""

    @property
    def contact(self) -> Any:
        return self.chosen.contact if self.chosen else None

    def told(self) -> Facts:
        """Who it is for and why, for whoever sends it."""
        if self.chosen is None:
            return Facts((Fact(phrase("To"), phrase("nobody: the book knows no one who is still there")),))
        facts = [Fact(phrase("To"), person(self.contact)), Fact(phrase("Why"), self._why(self.chosen))]
        if self.passed:
            facts.append(Fact(phrase("Passed over"), tuple(_not_before(each) for each in self.passed)))
        return Facts(tuple(facts))

    def _why(self, chosen: Candidate) -> Phrase:
        role = WHY_ROLE.get(chosen.contact.role or "", phrase("the only one known there"))
        reason: Cell = self.named or role
        if isinstance(chosen.decision, Allowed):
            return phrase("{reason}; the contact guard allows it on {day}", reason=reason, day=chosen.decision.on)
        if chosen.first is None:
            return phrase("{reason}; the contact guard allows it on no day yet", reason=reason)
        return phrase("{reason}; the contact guard allows it from {day} on", reason=reason, day=chosen.first)


def _not_before(candidate: Candidate) -> Phrase:
    said = {"person": person(candidate.contact), "day": candidate.first}
    return phrase("{person} (not before {day})", **said) if candidate.first else phrase("{person} (no day yet)", **said)


def recipient(
    found: Contacted,
    category: str,
    roles: Sequence[str],
    deps: Deps,
    named: str | None = None,
    because: Phrase | None = None,
) -> Recipient:
    """Whoever is named, and `because` of what; else, in the order of the roles, the first whom the guard allows today;
    else the one whom it allows first. `found`: what the book knows of the contacts with the account."""
    account_id = found.account_id
    logged = deps.contacting.counted(account_id)

    def judged(contact: Any) -> Candidate:
        asked: Ledger = ledger(
            deps, Wish(account_id, category, deps.today, contact.contact_id, as_reserved=True), found
        )
        return Candidate(contact, asked.decide(logged))

    there = sorted(still_there(found.contacts, deps.today), key=lambda row: (row.role or "", row.name))
    if chosen := next((each for each in there if named and each.contact_id == named), None):
        return Recipient(judged(chosen), named=because)
    in_order = [each for role in roles for each in there if each.role == role]
    candidates = [judged(each) for each in in_order or there]
    if not candidates:
        return Recipient(None)
    best = min(candidates, key=lambda each: each.first or date.max)  # of equals the first, so the order of the roles
    earlier = candidates[: candidates.index(best)]
    return Recipient(best, tuple(each for each in earlier if not isinstance(each.decision, Allowed)))
