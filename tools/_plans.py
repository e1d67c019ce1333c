"""Trust plans that are live: approved here, and not for a renewal that is long over; value cases alike."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from tools._registry import Deps
from tools._touches import KeptDraft

KINDS = ("trust_plan", "trust_plan_customer")
TO_GROW = (*KINDS, "value_case", "value_case_customer")
"""Papers that prepare an account for growth too."""
LIVE = timedelta(days=365)
"""How long a plan lives: it is for one renewal, and the next one is planned anew."""


def live_plans(deps: Deps) -> Mapping[str, KeptDraft]:
    """Account id → a trust plan of it that was approved within a year."""
    return _of_accounts(draft for draft in deps.contacting.drafts.all() if is_live(draft, deps.today))


def growth_plans(deps: Deps) -> Mapping[str, KeptDraft]:
    """Account id → a trust plan or value case of it that was approved within a year."""
    return _of_accounts(draft for draft in deps.contacting.drafts.all() if is_live(draft, deps.today, TO_GROW))


def waiting_plans(deps: Deps) -> Mapping[str, KeptDraft]:
    """Account id → a trust plan of it that nobody has approved yet, the latest."""
    return _of_accounts(draft for draft in deps.contacting.drafts.waiting() if draft.kind in KINDS)


def is_live(draft: KeptDraft, today: date, kinds: Collection[str] = KINDS) -> bool:
    approved_on = draft.decided_on if draft.state == "approved" and draft.kind in kinds else None
    return approved_on is not None and today - LIVE < approved_on <= today


def _of_accounts(latest_first: Iterable[KeptDraft]) -> Mapping[str, KeptDraft]:
    found: dict[str, KeptDraft] = {}
    for draft in latest_first:
        if draft.account_id:
            found.setdefault(draft.account_id, draft)
    return found
