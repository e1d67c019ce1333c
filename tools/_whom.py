"""The first person at an account whom the contact guard allows, or until when it allows nobody."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tools._contacting import ledger, read_rules
from tools._drafting import deciding_first
from tools._guard import Blocked, Category, Guard, Wish, refuses
from tools._phrase import Phrase, phrase
from tools._registry import Deps
from tools.metrics import Contacted, contacted_each


@dataclass(frozen=True)
class Whom:
    """`person`: who may be contacted; None where nobody may: `blocked` says why, None where nobody is known.

    `guard`: what the contact guard would say of that person, to be asked once more.
    """

    person: Any | None = None
    blocked: Blocked | None = None
    guard: Guard | None = None

    @property
    def first(self) -> date | None:
        """From when on somebody may be contacted, where that is later and can be told."""
        return self.blocked.first if self.blocked else None


def whom_to_contact(account_ids: Collection[str], category: Category, on: date, deps: Deps) -> Mapping[str, Whom]:
    """At each account the first of the people there, those who decide before others, whom the guard allows that day."""
    found = contacted_each(deps.book, account_ids, deps.today)
    return {account_id: _whom(found[account_id], category, on, deps) for account_id in account_ids}


def _whom(found: Contacted, category: Category, on: date, deps: Deps) -> Whom:
    logged = deps.contacting.counted(found.account_id)
    blocked: list[Blocked] = []
    for person in deciding_first(found.contacts, deps.today):
        asked = ledger(deps, Wish(found.account_id, category, on, person.contact_id), found)
        decision = asked.decide(logged)
        if not refuses(decision):
            return Whom(person, guard=asked.decide)
        blocked.append(decision)
    return Whom(blocked=min(blocked, key=lambda each: each.first or date.max)) if blocked else Whom()


def who(whom: Whom) -> Phrase | str:
    """The person's name, or from when on somebody may be contacted."""
    if whom.person:
        return str(whom.person.name)
    return phrase("from {day}", day=whom.first) if whom.first else phrase("nobody is known")


def next_worked_day(deps: Deps) -> date:
    """Today, or the next day on which anybody is contacted."""
    hours = (deps.contacting.rules or read_rules(None)).quiet_hours
    days = (deps.today + timedelta(days=ahead) for ahead in range(14))
    return next((day for day in days if not hours.rests_on(day)), deps.today)
