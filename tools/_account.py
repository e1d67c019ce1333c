"""Reading one account for a tool."""

from datetime import date

from sqlalchemy import Row

from tools._answer import ToolError
from tools._phrase import Phrase, phrase
from tools._registry import Deps
from tools.metrics import Figure, Period, Profile, Risk, UnknownAccount, all_metrics, profile, rank


def read_account(account_id: str, deps: Deps) -> Profile:
    """The account's profile today. Raises ToolError where the book has no such account."""
    try:
        return profile(deps.book, account_id, deps.today)
    except UnknownAccount:
        raise unknown(account_id) from None


def unknown(account_id: str) -> ToolError:
    return ToolError(phrase("The book has no account “{account}”.", account=account_id))


def risk_of(account_id: str, deps: Deps) -> tuple[Risk, Figure] | None:
    """The account's risk and its score as a figure; None where it does not pay."""
    today = Period.containing(deps.today, "day")
    ranking = rank(deps.book, deps.today, {"account_id": account_id})
    if not ranking.risks:
        return None
    risk = ranking.risks[0]
    return risk, all_metrics()["risk_score"].figure(
        deps.book, today, {"account_id": account_id}, risk.score, ranking.source
    )


def leaving_on(account_id: str, deps: Deps) -> date | None:
    """The day from which it pays no more, where its cancellation is known and lies ahead."""
    found = risk_of(account_id, deps)
    return found[0].standing.leaving_on if found else None


def mrr_of(account_id: str, day: date, deps: Deps) -> Figure:
    return all_metrics()["mrr"](deps.book, Period.containing(day, "day"), {"account_id": account_id})


def plans(account: Profile) -> str | None:
    """What it pays for, or paid for last, as the book calls it."""
    named = dict.fromkeys(" ".join(filter(None, (line.product, line.plan))) for line in account.last_contracts)
    return ", ".join(filter(None, named)) or None


ROLES: dict[str, Phrase] = {
    "buyer": phrase("buyer"),
    "champion": phrase("champion"),
    "user": phrase("user"),
    "finance": phrase("finance"),
    "sponsor": phrase("sponsor"),
}


TEAMS: dict[str, Phrase] = {
    "marketing": phrase("Marketing"),
    "sales": phrase("Sales team"),
    "cs": phrase("Customer success team"),
    "support": phrase("Support team"),
    "survey": phrase("Survey"),
}


def role_name(role: str | None) -> Phrase | str | None:
    return ROLES.get(role, role) if role else None


def person(contact: Row[object]) -> Phrase:
    """A contact with the role."""
    return phrase("{name}, {role}", name=contact.name, role=role_name(contact.role) or phrase("role unknown"))
