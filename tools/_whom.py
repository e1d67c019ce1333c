"""The first person at an account whom the contact guard allows, or until when it allows nobody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tools._contacting import ledger, read_rules
from tools._drafting import DECIDERS
from tools._guard import Blocked, Category, Wish
from tools._registry import Deps
from tools.metrics import Contacted, contacted


@dataclass(frozen=True)
class Whom:
    """`person`: who may be contacted; None where nobody may: `blocked` says why, None where nobody is known."""

    person: Any | None = None
    blocked: Blocked | None = None

    @property
    def first(self) -> date | None:
        """From when on somebody may be contacted, where that is later and can be told."""
        return self.blocked.first if self.blocked else None


def whom_to_contact(account_id: str, category: Category, on: date, deps: Deps) -> Whom:
    """The first of the people there, those who decide before others, whom the guard allows on that day."""
    found = contacted(deps.book, account_id, deps.today)
    logged = deps.contacting.touches.of(account_id)
    blocked: list[Blocked] = []
    for person in people_there(found, deps.today):
        decision = ledger(deps, Wish(account_id, category, on, person.contact_id), found).decide(logged)
        if not isinstance(decision, Blocked) or not (decision.full or decision.quiet):
            return Whom(person)
        blocked.append(decision)
    return Whom(blocked=min(blocked, key=lambda each: each.first or date.max)) if blocked else Whom()


def people_there(found: Contacted, today: date) -> list[Any]:
    """Who still works there, those who decide first."""
    there = [person for person in found.contacts if person.left_on is None or person.left_on > today]
    return list(_in_order(there))


def _in_order(people: Sequence[Any]) -> Iterator[Any]:
    for role in (*DECIDERS, None):
        yield from (
            person for person in people if person.role == role or (role is None and person.role not in DECIDERS)
        )


def next_worked_day(deps: Deps) -> date:
    """Today, or the next day on which anybody is contacted."""
    hours = (deps.contacting.rules or read_rules(None)).quiet_hours
    days = (deps.today + timedelta(days=ahead) for ahead in range(14))
    return next((day for day in days if not hours.rests_on(day)), deps.today)
