"""What was last said between an account and us: touches of the book and those logged here."""

from datetime import date

from tools._contacting import ledger, merged
from tools._guard import Touch, Wish
from tools._registry import Deps
from tools.metrics import Contacted


def touches_so_far(account_id: str, deps: Deps, found: Contacted | None = None) -> tuple[Touch, ...]:
    """Every touch of the last year up to today, imported or logged here, the latest first."""
    imported = ledger(deps, Wish(account_id, "cs", deps.today), found).imported
    both = merged(imported, deps.contacting.touches.of(account_id))
    return tuple(touch for touch in both if touch.on <= deps.today)


def last_talk(touches: tuple[Touch, ...]) -> Touch | None:
    """The last conversation: something was said by both sides."""
    return next((touch for touch in touches if touch.direction == "both"), None)


def heard_from_on(touches: tuple[Touch, ...]) -> date | None:
    """The last day on which they wrote to us or spoke with us."""
    return next((touch.on for touch in touches if touch.direction in ("inbound", "both")), None)
